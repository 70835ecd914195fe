"""Channel width that conducts: whole fins or stacks of sheets below 22 nm."""

from __future__ import annotations

from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Structure, Technology


def devices_by_division(width_m: Quantity, technology: Technology) -> Quantity:
    """Return the fins or stacks of a transistor, one for each two feature sizes of width, not rounded.

    NeuroSim divides the width in some formulas and multiplies it by the reciprocal in others
    (:func:`devices_by_reciprocal`). The quotient is rounded up afterwards, so that the last bit decides about a whole
    fin; both are kept.

    Parameters
    ----------
    width_m : float or Array
        Width in metres.
    technology : Technology
        FinFET or GAA.

    Returns
    -------
    float or Array
        Number of fins or stacks, with a fraction.
    """
    return width_m / (2 * technology.feature_size_m)


def devices_by_reciprocal(width_m: Quantity, technology: Technology) -> Quantity:
    """Return the fins or stacks as :func:`devices_by_division`, by the product with the reciprocal.

    Parameters
    ----------
    width_m : float or Array
        Width in metres.
    technology : Technology
        FinFET or GAA.

    Returns
    -------
    float or Array
        Number of fins or stacks, with a fraction.
    """
    return width_m * (1 / (2 * technology.feature_size_m))


def effective_width(devices: Quantity, technology: Technology) -> Quantity:
    """Return the channel width of a number of fins or stacks.

    Parameters
    ----------
    devices : float or Array
        Fins or stacks, rounded up here.
    technology : Technology
        FinFET or GAA.

    Returns
    -------
    float or Array
        Width in metres.

    References
    ----------
    NeuroSim V1.4, formula.cpp, widthEff.
    """
    xp = namespace_among(devices)
    width: Quantity = xp.ceil(devices) * technology.effective_width_m
    if technology.structure is Structure.GAA:
        return width * technology.sheets_per_stack / technology.stacks_per_device
    return width
