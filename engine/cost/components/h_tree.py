"""H-trees that connect the processing elements of a tile, or the tiles of a chip, with their root."""

from __future__ import annotations

from collections.abc import Iterator

from nnsreport.engine.cost.components.global_wires import global_wire_ohm_per_m
from nnsreport.engine.cost.components.repeaters import RepeatedWire, repeated_wire
from nnsreport.engine.cost.components.whole_numbers import binary_stages, truncated, whole_cycles
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class HTree:
    """A tree of vertical and horizontal wires that halve at each level, and the main bus from the edge to its centre.

    The units form a square of 2^levels by 2^levels, whatever their true number.

    Attributes
    ----------
    levels : float or Array
        Vertical and horizontal stages.
    wire : RepeatedWire
        One of its wires.
    base_width_nm : float
        Width of short wires.
    technology : Technology
        Of the repeaters.
    """

    levels: Quantity
    wire: RepeatedWire
    base_width_nm: float
    technology: Technology

    def area_m2(
        self, unit_height_m: Quantity, unit_width_m: Quantity, width_bits: Quantity, folded_ratio: Quantity
    ) -> Quantity:
        """Return the area of the tree.

        Repeaters decide the width of the wires. The last level lies over the units.

        Parameters
        ----------
        unit_height_m, unit_width_m : float or Array
            Pitch of the units.
        width_bits : float or Array
            Wires of the main bus.
        folded_ratio : float or Array
            Wires that lie above one another.

        Returns
        -------
        float or Array
            Square metres.

        Notes
        -----
        NeuroSim adds the width of a level to those above it, as if no level shared the wires of the main bus, and
        halves lengths from half of the square's side. Both are kept.
        """
        repeater = self.wire.inverter.outline
        width_v = width_bits * repeater.width_m / folded_ratio
        width_h = width_bits * repeater.height_m / folded_ratio
        area_m2 = width_h * self._main_bus_m(unit_width_m)
        for level, reach in self._levels(inner=True):
            length_v, length_h = unit_height_m * reach / 2, unit_width_m * reach / 2
            area_m2 = area_m2 + (level * width_v * length_v + level * width_h * length_h) / 2
        return area_m2

    def latency_s(self, unit_height_m: Quantity, unit_width_m: Quantity) -> Quantity:
        """Return the time from the root to a leaf.

        Parameters
        ----------
        unit_height_m, unit_width_m : float or Array
            Pitch of the units.

        Returns
        -------
        float or Array
            Seconds. The main bus has the resistance of the last horizontal wire.

        Notes
        -----
        NeuroSim has a second path between leaves, which no part of V1.4 asks for: all transfers begin at the root.
        """
        latency: Quantity = 0.0
        last_ohm_per_m: Quantity = 0.0
        for _, reach in self._levels(inner=False):
            length_v, length_h = unit_height_m * reach, unit_width_m * reach
            ohm_per_m = self._ohm_per_m(length_h)
            latency = (
                latency
                + self.wire.latency_s(length_v, self._ohm_per_m(length_v))
                + self.wire.latency_s(length_h, ohm_per_m)
            )
            last_ohm_per_m = select(reach > 0, ohm_per_m, last_ohm_per_m)
        return latency + self.wire.latency_s(self._main_bus_m(unit_width_m), last_ohm_per_m)

    def cycles(self, unit_height_m: Quantity, unit_width_m: Quantity, clock_hz: Quantity) -> Quantity:
        """Return the clock cycles from the root to a leaf.

        Parameters
        ----------
        unit_height_m, unit_width_m : float or Array
            Pitch of the units.
        clock_hz : float or Array
            Frequency of the clock.

        Returns
        -------
        float or Array
            Whole cycles.
        """
        return whole_cycles(self.latency_s(unit_height_m, unit_width_m), clock_hz)

    def energy_j(
        self, unit_height_m: Quantity, unit_width_m: Quantity, bits: Quantity, transfers: Quantity
    ) -> Quantity:
        """Return the energy of transfers between root and leaf.

        Parameters
        ----------
        unit_height_m, unit_width_m : float or Array
            Pitch of the units.
        bits : float or Array
            Of a transfer.
        transfers : float or Array
            One after the other, by the share of bits that change.

        Returns
        -------
        float or Array
            Joules.

        Notes
        -----
        NeuroSim's wires are half as long here as for the latency; that is kept.
        """
        energy: Quantity = 0.0
        for _, reach in self._levels(inner=False):
            energy = (
                energy + self.wire.energy_j(unit_height_m * reach / 2) + self.wire.energy_j(unit_width_m * reach / 2)
            )
        return (energy + self.wire.energy_j(self._main_bus_m(unit_width_m))) * bits * transfers

    def leakage_w(self, unit_height_m: Quantity, unit_width_m: Quantity, bits: Quantity) -> Quantity:
        """Return the leakage of the repeaters on one path for each bit, but for the last level.

        Parameters
        ----------
        unit_height_m, unit_width_m : float or Array
            Pitch of the units.
        bits : float or Array
            Wires.

        Returns
        -------
        float or Array
            Watts.
        """
        length_m = self._main_bus_m(unit_width_m)
        for _, reach in self._levels(inner=True):
            length_m = length_m + (unit_height_m + unit_width_m) * reach / 2
        return self.wire.leakage_w_per_m * length_m * bits

    def _levels(self, *, inner: bool) -> Iterator[tuple[int, Quantity]]:
        """Yield each level from 1 and the units that a wire of it spans; 0 where a tree has fewer levels."""
        xp = namespace_among(self.levels)
        depth = self.levels - 1 if inner else self.levels
        for level in range(1, int(xp.max(depth)) + 1):
            yield level, select(depth >= level, 2 ** (self.levels - level), 0.0)

    def _main_bus_m(self, unit_width_m: Quantity) -> Quantity:
        """Return half of the square's side; NeuroSim truncates the centre to an int, so that a single unit has none."""
        units: Quantity = namespace_among(self.levels).floor(2**self.levels / 2)
        return units * unit_width_m

    def _ohm_per_m(self, length_m: Quantity) -> Quantity:
        return global_wire_ohm_per_m(length_m, self.base_width_nm, self.technology)


def h_tree(
    rows: Quantity,
    columns: Quantity,
    delay_tolerance: Quantity,
    wire_ohm_per_m: Quantity,
    base_width_nm: float,
    technology: Technology,
) -> HTree:
    """Return a tree over units.

    Parameters
    ----------
    rows, columns : float or Array
        Units, at least 1; the fraction is cut off.
    delay_tolerance : float or Array
        Delay that is accepted beyond the least one, as a ratio.
    wire_ohm_per_m : float or Array
        Resistance by length of the wires that repeaters are sized for.
    base_width_nm : float
        Width of short wires, in nanometres.
    technology : Technology
        Of the repeaters.

    Returns
    -------
    HTree
        With ceil(log2 of the greater side) levels.

    References
    ----------
    NeuroSim V1.4, HTree.cpp.
    """
    side = namespace_among(rows, columns).maximum(truncated(rows), truncated(columns))
    wire = repeated_wire(wire_ohm_per_m, delay_tolerance, technology, halves=True)
    return HTree(binary_stages(side), wire, base_width_nm, technology)
