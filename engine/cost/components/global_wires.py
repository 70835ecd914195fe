"""Resistance of the wires between tiles and processing elements, which are wider where they are long."""

from __future__ import annotations

from nnsreport.engine.cost.quantity import Quantity, select
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.cost.technology.tables import number
from nnsreport.engine.cost.wires import row_of_width, row_resistance_per_m

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
    row = row_of_width("global_wires.csv", width_nm)
    return row_resistance_per_m(row, width_nm, number(row, "barrier_thickness_m"), temperature_k)
