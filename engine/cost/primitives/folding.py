"""How the transistors of a gate fit the height of a cell.

A transistor that is higher than its share of the cell is folded into several of full height, side by side. Planar
transistors fold by their width, FinFETs and GAA transistors by their number of fins or stacks.
"""

from __future__ import annotations

import math

from nnsreport.engine.cost.primitives.kinds import Channel
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Structure, Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """A quantity of the NMOS and of the PMOS transistors of a gate."""

    nmos: Quantity
    pmos: Quantity

    def of(self, kind: Channel) -> Quantity:
        """Return the quantity of one channel."""
        return self.nmos if kind is Channel.NMOS else self.pmos


@dataclass(frozen=True, slots=True)
class Folding:
    """The folded transistors of a gate.

    Attributes
    ----------
    folds : Pair
        Transistors side by side; 1 where one fits, or where there is no transistor.
    extent : Pair
        Of one of them: width in metres if planar, else fins or stacks.
    is_present : Pair
        Whether there is a transistor.
    """

    folds: Pair
    extent: Pair
    is_present: Pair

    @property
    def is_flat(self) -> Quantity:
        """Whether neither transistor is folded, so that neighbours share sources and drains."""
        return (self.folds.nmos == 1) & (self.folds.pmos == 1)


def scaled_height(height: Quantity, technology: Technology) -> Quantity:
    """Return the height that a transistor region has at a node.

    Circuits ask for heights of planar nodes; FinFET and GAA cells have a height of their own.

    Parameters
    ----------
    height : float or Array
        Height in metres.
    technology : Technology
        Of the gate.

    Returns
    -------
    float or Array
        Height in metres.

    References
    ----------
    NeuroSim V1.4, formula.cpp, CalculateGateArea.
    """
    if technology.is_planar:
        return height
    shared = technology.constants
    height = height * (shared.finfet_cell_height_f / shared.standard_cell_height_f)
    return height * (technology.layout.cell_height_f / shared.finfet_cell_height_f)


def fold(devices: Pair, height: Quantity, technology: Technology, *, is_rounded_up: bool) -> Folding:
    """Return how the two transistors of a gate share a cell's height.

    Parameters
    ----------
    devices : Pair
        Widths in metres if planar, else fins or stacks with a fraction.
    height : float or Array
        Height that the circuit asks for, in metres.
    technology : Technology
        Of the gate.
    is_rounded_up : bool
        Whether a remainder of fins or stacks takes a fold of its own. NeuroSim divides integers, so that it does not,
        except for the area of GAA gates. Planar transistors always have it.

    Returns
    -------
    Folding
        The number of folds is nan where nothing fits the height; NeuroSim divides by zero there.

    References
    ----------
    NeuroSim V1.4, formula.cpp, CalculateGateArea and CalculateGateCapacitance.
    """
    limits = _limits(devices, height, technology)
    if not technology.is_planar:
        xp = namespace_among(devices.nmos, devices.pmos)
        devices = Pair(xp.ceil(devices.nmos), xp.ceil(devices.pmos))
    rounds_up = is_rounded_up or technology.is_planar
    return Folding(
        folds=Pair(
            _folds(devices.nmos, limits.nmos, rounds_up=rounds_up),
            _folds(devices.pmos, limits.pmos, rounds_up=rounds_up),
        ),
        extent=Pair(_extent(devices.nmos, limits.nmos), _extent(devices.pmos, limits.pmos)),
        is_present=Pair(devices.nmos > 0, devices.pmos > 0),
    )


def planar_limits(widths: Pair, height: Quantity, technology: Technology) -> Pair:
    """Return the widest planar transistors that fit a height, in the ratio of their widths.

    Parameters
    ----------
    widths : Pair
        Widths in metres; at least one is positive where the result is used.
    height : float or Array
        Height of the transistor region in metres.
    technology : Technology
        Planar.

    Returns
    -------
    Pair
        Widths in metres.
    """
    layout, feature_size_m = technology.layout, technology.feature_size_m
    ratio = share_of_pmos(widths)
    is_mixed = (ratio != 0) & (ratio != 1)
    alone = height - layout.outer_region_f * feature_size_m
    both = height - layout.well_gap_f * feature_size_m - layout.outer_region_f * feature_size_m
    pmos = ratio * both
    nmos = pmos / select(ratio == 0, 1.0, ratio) * (1 - ratio)
    return Pair(
        nmos=select(is_mixed, nmos, (1 - ratio) * alone),
        pmos=select(is_mixed, pmos, ratio * alone),
    )


def share_of_pmos(devices: Pair) -> Quantity:
    """Return the PMOS transistor's share of the width of both; 0 where there is neither."""
    total = devices.nmos + devices.pmos
    return select(total == 0, 0.0, devices.pmos / select(total == 0, 1.0, total))


def _limits(devices: Pair, height: Quantity, technology: Technology) -> Pair:
    if technology.is_planar:
        return planar_limits(devices, height, technology)
    per_channel = _devices_per_channel(height, technology)
    ratio = share_of_pmos(devices)
    if technology.structure is Structure.GAA:
        mixed = Pair(technology.stacks_per_device, technology.stacks_per_device)
    else:
        mixed = _shared_fins(ratio, 2 * per_channel)
    return Pair(
        nmos=select(ratio == 0, 2 * per_channel, select(ratio == 1, 0.0, mixed.nmos)),
        pmos=select(ratio == 0, 0.0, select(ratio == 1, 2 * per_channel, mixed.pmos)),
    )


def _devices_per_channel(height: Quantity, technology: Technology) -> Quantity:
    """Return half of the fins or stacks in a column of a cell; counted from the height if it is not the standard's."""
    layout, feature_size_m = technology.layout, technology.feature_size_m
    in_standard_cell = (
        technology.stacks_per_device if technology.structure is Structure.GAA else technology.fins_per_device
    )
    region = (
        scaled_height(height, technology) - layout.well_gap_f * feature_size_m - layout.outer_region_f * feature_size_m
    )
    counted = namespace_among(height).floor(
        (region + technology.fin_pitch_m) / 2.0 / (technology.fin_width_m + technology.fin_pitch_m)
    )
    return select(height == technology.standard_cell_height_m, in_standard_cell, counted)


def _shared_fins(ratio: Quantity, total: Quantity) -> Pair:
    """Return whole fins of both channels that add to a total, in the ratio of the widths, at least one for each."""
    trunc = namespace_among(ratio, total).trunc
    is_wider_pmos = ratio > 0.5
    nmos_first, pmos_first = trunc(total * (1 - ratio)), trunc(total * ratio)
    nmos = select(is_wider_pmos, nmos_first, total - pmos_first)
    pmos = select(is_wider_pmos, total - nmos_first, pmos_first)
    nmos, pmos = select(pmos == 0, total - 1, nmos), select(pmos == 0, 1.0, pmos)
    return Pair(nmos=select(nmos == 0, 1.0, nmos), pmos=select(nmos == 0, total - 1, pmos))


def _folds(devices: Quantity, limit: Quantity, *, rounds_up: bool) -> Quantity:
    xp = namespace_among(devices, limit)
    quotient = devices / select(limit == 0, 1.0, limit)
    folds = select(limit == 0, math.nan, xp.ceil(quotient) if rounds_up else xp.trunc(quotient))
    return select((devices <= 0) | (devices <= limit), 1.0, folds)


def _extent(devices: Quantity, limit: Quantity) -> Quantity:
    return select(devices <= 0, 0.0, select(devices <= limit, devices, limit))
