"""The transistor that selects a resistive cell, and whether the cell has room for it."""

from __future__ import annotations

from nnsreport.engine.cost.primitives.kinds import Channel
from nnsreport.engine.cost.primitives.transistor import on_resistance
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.technology import Technology


def access_resistance_ohm(on_resistance_ohm: Quantity, technology: Technology) -> Quantity:
    """Return the resistance that an access transistor is sized for: a quarter of that of a cell that is on.

    Parameters
    ----------
    on_resistance_ohm : float or Array
        Of the memory cell.
    technology : Technology
        Of the transistor.

    Returns
    -------
    float or Array
        Ohms, whatever ``resistanceAccess`` says.

    References
    ----------
    NeuroSim V1.4, SubArray.cpp, Initialize.
    """
    return on_resistance_ohm * technology.constants.ir_drop_tolerance


def access_transistor_width_m(on_resistance_ohm: Quantity, technology: Technology) -> Quantity:
    """Return the width of an access transistor.

    Parameters
    ----------
    on_resistance_ohm : float or Array
        Of the memory cell.
    technology : Technology
        Of the transistor.

    Returns
    -------
    float or Array
        Metres; two feature sizes for each fin below 22 nm, which may be a fraction of a fin.

    References
    ----------
    NeuroSim V1.4, SubArray.cpp, Initialize.
    """
    return _units(on_resistance_ohm, technology) * _unit_m(technology)


def access_transistor_width_f(on_resistance_ohm: Quantity, technology: Technology) -> Quantity:
    """Return how wide a cell must be for its access transistor.

    Parameters
    ----------
    on_resistance_ohm : float or Array
        Of the memory cell.
    technology : Technology
        Of the transistor.

    Returns
    -------
    float or Array
        Feature sizes; of fins beside each other below 22 nm.

    References
    ----------
    NeuroSim V1.4, SubArray.cpp, Initialize.
    """
    units = _units(on_resistance_ohm, technology)
    if technology.is_planar:
        return units
    return ((units - 1) * technology.fin_pitch_m + technology.fin_width_m) / technology.feature_size_m


def _units(on_resistance_ohm: Quantity, technology: Technology) -> Quantity:
    unit_ohm = on_resistance(_unit_m(technology), Channel.NMOS, technology)
    return unit_ohm * technology.constants.linear_region_ratio / access_resistance_ohm(on_resistance_ohm, technology)


def _unit_m(technology: Technology) -> float:
    return technology.feature_size_m if technology.is_planar else 2 * technology.feature_size_m
