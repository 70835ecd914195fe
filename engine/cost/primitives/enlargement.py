"""Widening small transistors to what their cell has room for."""

from __future__ import annotations

from nnsreport.engine.cost.primitives.effective_width import devices_by_division
from nnsreport.engine.cost.primitives.folding import Pair, planar_limits, share_of_pmos
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Structure, Technology


def enlarged_widths(
    width_nmos: Quantity, width_pmos: Quantity, height: Quantity, technology: Technology
) -> tuple[Quantity, Quantity]:
    """Return the widths that transistors of a gate can have in the same area.

    Parameters
    ----------
    width_nmos, width_pmos : float or Array
        Widths in metres, 0 where there is no such transistor.
    height : float or Array
        Height of the transistor region in metres, as for a planar node; FinFET and GAA cells have their own number of
        fins or stacks.
    technology : Technology
        Of the gate.

    Returns
    -------
    width_nmos, width_pmos : float or Array
        In the same ratio; as given where they do not fit the cell unfolded. Fins are whole: FinFETs are widened only if
        the ratio gives whole fins, and GAA pairs get one stack each.

    References
    ----------
    NeuroSim V1.4, formula.cpp, EnlargeSize.
    """
    widths = Pair(width_nmos, width_pmos)
    if technology.is_planar:
        return _enlarged_planar(widths, height, technology)
    ceil = namespace_among(width_nmos, width_pmos).ceil
    devices = Pair(ceil(devices_by_division(width_nmos, technology)), ceil(devices_by_division(width_pmos, technology)))
    if technology.structure is Structure.GAA:
        pair_limit, lone_limit = technology.stacks_per_device, 2 * technology.stacks_per_device
        pair = Pair(pair_limit, pair_limit)
    else:
        pair_limit = lone_limit = technology.fins_per_device
        pair = _pair_of_fins(devices, share_of_pmos(widths), pair_limit)
    fits = (devices.nmos > 0) & (devices.nmos <= pair_limit) & (devices.pmos > 0) & (devices.pmos <= pair_limit)
    ratio = share_of_pmos(widths)
    is_lone_nmos = (ratio == 0) & (width_nmos > 0) & (devices.nmos <= lone_limit)
    is_lone_pmos = (ratio == 1) & (devices.pmos <= lone_limit)
    twice_feature_m = 2 * technology.feature_size_m
    return (
        select(is_lone_nmos, lone_limit * twice_feature_m, select(fits, pair.nmos * twice_feature_m, width_nmos)),
        select(is_lone_pmos, lone_limit * twice_feature_m, select(fits, pair.pmos * twice_feature_m, width_pmos)),
    )


def _enlarged_planar(widths: Pair, height: Quantity, technology: Technology) -> tuple[Quantity, Quantity]:
    limits = planar_limits(widths, height, technology)
    has_nmos, has_pmos = widths.nmos > 0, widths.pmos > 0
    nmos_fits, pmos_fits = has_nmos & (widths.nmos < limits.nmos), has_pmos & (widths.pmos < limits.pmos)
    is_enlarged = (nmos_fits | (widths.nmos == 0)) & (pmos_fits | (widths.pmos == 0))
    return (
        select(is_enlarged & has_nmos, limits.nmos, widths.nmos),
        select(is_enlarged & has_pmos, limits.pmos, widths.pmos),
    )


def _pair_of_fins(fins: Pair, ratio: Quantity, limit: float) -> Pair:
    """Return the fins of both channels with the wider one at the limit, where the other then has whole fins."""
    trunc = namespace_among(ratio).trunc
    is_wider_pmos = ratio >= 0.5
    wider = select(is_wider_pmos, ratio, 1 - ratio)
    narrower = limit / wider * select(is_wider_pmos, 1 - ratio, ratio)
    is_whole = narrower == trunc(narrower)
    nmos = select(is_wider_pmos, narrower, limit)
    pmos = select(is_wider_pmos, limit, narrower)
    return Pair(nmos=select(is_whole, nmos, fins.nmos), pmos=select(is_whole, pmos, fins.pmos))
