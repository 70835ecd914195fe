"""Level shifters that pass write voltages above the supply of the logic."""

from __future__ import annotations

from nnsreport.engine.cost.components.small_gates import minimum_widths
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.kinds import Gate
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology

_INPUT, _LATCH, _PULL_UP = (15, 20), (32, 10), (64, 82)
"""Widths of the stages' NMOS and PMOS transistors, in smallest transistors."""
_THICK_OXIDE_WIDTH, _THICK_OXIDE_LENGTH = 2, 2.5
"""Growth of transistors' widths and of high-voltage transistors' lengths in the validated layout."""


def level_shifter_area_m2(
    outputs: Quantity, technology: Technology, *, wiring_factor: Quantity | None = None
) -> Quantity:
    """Return the area of level shifters, one for each line; they fill the side that they are given.

    They switch only for writes, which NeuroSim V1.4 does not evaluate.

    Parameters
    ----------
    outputs : float or Array
        Number of lines.
    technology : Technology
        Of the transistors.
    wiring_factor : float or Array, optional
        Of the validated layout: the area with wiring over that of the transistors (``alpha``), which are then sized for
        high voltage.

    Returns
    -------
    float or Array
        Square metres.

    References
    ----------
    NeuroSim V1.4, LevelShifter.cpp.
    """
    width_factor, length_factor = (1, 1.0) if wiring_factor is None else (_THICK_OXIDE_WIDTH, _THICK_OXIDE_LENGTH)
    smallest = minimum_widths(technology)
    stages = [
        gate_area(
            Gate.INVERTER,
            1,
            smallest.nmos_m * nmos * width_factor,
            smallest.pmos_m * pmos * width_factor,
            technology.standard_cell_height_m * length_factor,
            technology,
        )
        for nmos, pmos in (_INPUT, _LATCH, _PULL_UP)
    ]
    into, latch, pull_up = stages
    xp = namespace_among(into.height_m)
    height_m = xp.maximum(xp.maximum(into.height_m, latch.height_m), pull_up.height_m)
    width_m = into.width_m + (2 * latch.width_m + pull_up.width_m) * length_factor
    area: Quantity = height_m * width_m * outputs
    return area if wiring_factor is None else area * wiring_factor
