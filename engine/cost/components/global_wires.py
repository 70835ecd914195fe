"""Resistance of the wires between tiles and processing elements, which are wider where they are long."""

from __future__ import annotations

from nnsreport.engine.cost.quantity import Quantity, select
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.cost.technology.tables import number, read_table
from nnsreport.errors import ConfigurationError

_ROOM_TEMPERATURE_K = 300
_TEMPERATURE_COEFFICIENT_PER_K = 0.00451
_LONG_F, _LONGEST_F = 10_000, 100_000


def global_wire_ohm_per_m(length_m: Quantity, base_width_nm: float, technology: Technology) -> Quantity:
    """Return the resistance of a global wire by its length.

    Wires of 10 000 feature sizes and more have twice the base width, those of 100 000 and more four times.

    Parameters
    ----------
    length_m : float or Array
        Length of the wire.
    base_width_nm : float
        Width of short wires, in nanometres.
    technology : Technology
        Of the node; holds the temperature.

    Returns
    -------
    float or Array
        Ohms per metre.

    Raises
    ------
    ConfigurationError
        The width is below the table.

    References
    ----------
    NeuroSim V1.4, HTree.cpp and XYBus.cpp, GetUnitLengthRes. Its statement ``width, resistance = f(length)`` is a comma
    expression, which leaves the width unset; only wires of length 0 would use it.
    """
    length_f = length_m / technology.feature_size_m
    short, long, longest = (_ohm_per_m(factor * base_width_nm, technology.temperature_k) for factor in (1, 2, 4))
    return select(length_f >= _LONGEST_F, longest, select(length_f >= _LONG_F, long, short))


def _ohm_per_m(width_nm: float, temperature_k: float) -> float:
    for row in read_table("global_wires.csv"):
        if width_nm >= number(row, "least_width_nm"):
            break
    else:
        raise ConfigurationError(
            f"a wire of {width_nm:g} nm is narrower than any that NeuroSim knows",
            field="wireWidth",
            remedy="set wireWidth to 8 or more",
        )
    aspect_ratio = number(row, "aspect_ratio")
    # The barrier is in metres and the width in nanometres, so that it hardly counts, as in NeuroSim.
    barrier = (2 * aspect_ratio * width_nm + width_nm) * number(row, "barrier_thickness_m")
    resistivity = number(row, "resistivity_ohm_m") / (1 - barrier / (aspect_ratio * width_nm**2))
    resistivity *= 1 + _TEMPERATURE_COEFFICIENT_PER_K * (temperature_k - _ROOM_TEMPERATURE_K)
    width_m = width_nm * 1e-9
    return resistivity / (width_m * width_m * aspect_ratio)
