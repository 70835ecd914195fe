"""What the tiles of a layer take to read it."""

from __future__ import annotations

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.cost.corrections import whole_quotient
from nnsreport.engine.cost.partition import LayerGeometry, TileUse
from nnsreport.engine.cost.processing_element.adding import Adding, adding, over_parts
from nnsreport.engine.cost.processing_element.costs import PartCosts, stacked
from nnsreport.engine.cost.processing_element.element import Mapping
from nnsreport.engine.cost.processing_element.parts import LayerParts
from nnsreport.engine.cost.processing_element.reading import ClockedElement, clocked_element
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import ReadCost, Reading
from nnsreport.engine.cost.sub_array.results import SubArrayReads
from nnsreport.engine.cost.tile.tile import Tile
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class LayerReads:
    """What a layer takes for one image, below the chip's own circuits.

    Attributes
    ----------
    parts : LayerParts
        Of the layer.
    elements : PartCosts
        Of each kind of processing element.
    tiles : PartCosts
        Of each kind of tile.
    """

    parts: LayerParts
    elements: PartCosts
    tiles: PartCosts

    def layer(self) -> ReadCost:
        """Return the cost of all tiles, which work side by side: longest latencies, sums of energies, (...,)."""
        latency, energy_j = self.tiles.latency, self.tiles.energy_j
        counts = namespace_of(energy_j).asarray(self.parts.tiles)
        return PartCosts(latency.max(axis=-1), (energy_j * counts).sum(axis=-1)).read_cost()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockedTile:
    """A tile with its clock: what each addition and each transfer takes.

    Numbers are scalars or of shape (points, 1), so that they broadcast against those of parts.

    Attributes
    ----------
    element : ClockedElement
        One of its processing elements.
    adding : Adding
        Of the accumulation.
    additions : float or Array
        One after the other for each input vector.
    activation_latency, activation_j : float or Array
        Of the activation, for each input vector.
    input_bits, output_bits : float or Array
        That the input buffer gives for a row of cells, and the output buffer takes for a column of weights, for each
        input vector.
    input_latency, output_latency : float or Array
        Of a bit in these buffers.
    input_j, output_j : float or Array
        Energy of such a bit.
    tree_latency : float or Array
        Of a bit in the tree.
    tree_input_j, tree_output_j : float or Array
        Energy of a bit of an input and of an output there.
    """

    element: ClockedElement
    adding: Adding
    additions: Quantity
    activation_latency: Quantity
    activation_j: Quantity
    input_bits: Quantity
    output_bits: Quantity
    input_latency: Quantity
    output_latency: Quantity
    input_j: Quantity
    output_j: Quantity
    tree_latency: Quantity
    tree_input_j: Quantity
    tree_output_j: Quantity

    def read(self, reads: SubArrayReads, parts: LayerParts, vectors: float) -> LayerReads:
        """Return what the tiles of a layer take for one image.

        Parameters
        ----------
        reads : SubArrayReads
            What all reads of an image take in each sub-array of the parts, (..., sub-arrays).
        parts : LayerParts
            Of the layer.
        vectors : float
            Input vectors of an image, each of ``input_bits`` reads.

        Returns
        -------
        LayerReads
            Latencies in cycles, or in seconds without a clock.

        References
        ----------
        NeuroSim V1.4, Tile.cpp, TileCalculatePerformance.
        """
        elements = self.element.read(reads, parts, vectors)
        together = elements.together(parts.of_tile)
        total, buffer, bus, adc, accumulation, other = together.latency / _divisor(parts.geometry)
        total_j, buffer_j, bus_j, adc_j, accumulation_j, other_j = together.energy_j
        added, added_j = self._added(parts, vectors)
        filled, filled_j, moved, moved_j = self._transferred(parts, vectors)
        if self.element.hides_transfers:
            added = filled = moved = 0.0
        active, active_j = self.activation_latency * vectors, self.activation_j * vectors
        beyond, beyond_j = active + filled + moved, active_j + filled_j + moved_j
        tiles = PartCosts(
            stacked((total + added + beyond, buffer + filled, bus + moved, adc, accumulation + added, other + beyond)),
            stacked(
                (
                    total_j + added_j + beyond_j,
                    buffer_j + filled_j,
                    bus_j + moved_j,
                    adc_j,
                    accumulation_j + added_j,
                    other_j + beyond_j,
                )
            ),
        )
        return LayerReads(parts, elements, tiles)

    def _added(self, parts: LayerParts, vectors: float) -> tuple[Quantity, Quantity]:
        operands = tile_operands(parts.geometry, parts.tile_rows)
        if not operands.any():
            return 0.0, 0.0
        additions = self.additions * vectors
        adds = namespace_among(additions, self.adding.first_s).asarray(operands > 0)
        numbers = np.maximum(operands, 1)
        return (
            self.adding.latency(numbers) * additions * adds,
            self.adding.energy_j(numbers) * additions * adds,
        )

    def _transferred(self, parts: LayerParts, vectors: float) -> tuple[Quantity, Quantity, Quantity, Quantity]:
        """Return latency and energy of buffers, and of the tree."""
        xp = namespace_among(self.input_bits, self.output_bits, self.input_latency, self.tree_latency)
        inputs = xp.asarray(parts.tile_rows) * self.input_bits * vectors
        # C++ divides integers.
        weights = xp.floor(xp.asarray(parts.tile_columns) / self.element.columns_per_weight)
        outputs = weights * self.output_bits * vectors
        return (
            inputs * self.input_latency + outputs * self.output_latency,
            inputs * self.input_j + outputs * self.output_j,
            (inputs + outputs) * self.tree_latency,
            inputs * self.tree_input_j + outputs * self.tree_output_j,
        )


def clocked_tile(tile: Tile, clock_hz: Quantity) -> ClockedTile:
    """Return a tile with its clock.

    Parameters
    ----------
    tile : Tile
        Of a group.
    clock_hz : float or Array, (...,)
        Of a synchronous chip; else the frequency that NeuroSim takes for registers.

    Returns
    -------
    ClockedTile
        Of the same design points; :func:`nnsreport.engine.cost.points.at_points` selects some.
    """
    p, unit = tile.parameters, tile.element.outline
    is_novel = tile.mapping is Mapping.NOVEL
    of_weight = p.columns_per_converter / p.columns_per_weight
    # C++ divides integers here, but for the accumulation of conventional mapping.
    whole = whole_quotient(p.columns_per_converter, p.columns_per_weight, p.corrections)
    active = Reading(0.0, 0.0)
    output_bits = tile.accumulation.stages + tile.accumulation.bits
    if tile.activation is not None:
        active = tile.activation.reading(whole, clock_hz)
        output_bits = (1 + p.input_bits) / (tile.elements if is_novel else 1.0)
    into, out = tile.input_buffer.of_bit(tile.tree_bits), tile.output_buffer.of_bit(tile.tree_bits)
    if p.is_synchronous:
        once = tile.tree.cycles(unit.height_m, unit.width_m, clock_hz)
    else:
        once = tile.tree.latency_s(unit.height_m, unit.width_m)
    # NeuroSim multiplies the energy of a transfer with all wires again, so that the bits remain.
    bit_j = tile.tree.energy_j(unit.height_m, unit.width_m, 1.0, 1.0)
    numbers = {
        "additions": whole if is_novel else namespace_among(of_weight).ceil(of_weight),
        "activation_latency": active.latency_s,
        "activation_j": active.energy_j,
        "input_bits": p.input_bits / np.sqrt(tile.elements) if is_novel else p.input_bits,
        "output_bits": output_bits,
        "input_latency": into.latency_s,
        "output_latency": out.latency_s,
        "input_j": into.energy_j,
        "output_j": out.energy_j,
        "tree_latency": once / tile.tree_bits,
        "tree_input_j": bit_j * p.input_toggle_rate,
        "tree_output_j": bit_j * p.output_toggle_rate,
    }
    return ClockedTile(
        element=clocked_element(tile.element, clock_hz),
        adding=adding(tile.accumulation, p, clock_hz),
        **{name: over_parts(number) for name, number in numbers.items()},
    )


def tile_operands(geometry: LayerGeometry, tile_rows: Array) -> Array:
    """Return how many elements below each other tiles add; 0 where they add none.

    Parameters
    ----------
    geometry : LayerGeometry
        Of a layer.
    tile_rows : Array of int, (tiles,)
        Of their parts.

    Returns
    -------
    Array of int, (tiles,)
        In the processor's memory.
    """
    if geometry.tile_use is TileUse.REPEATED:
        used = -(-tile_rows // geometry.element_size)
        return np.where(used > 1, used, 0)
    return np.full(len(tile_rows), 0 if geometry.tile_use is TileUse.WHOLE else geometry.elements)


def _divisor(geometry: LayerGeometry) -> int:
    """Return by how much elements are faster together: the copies of the weights that NeuroSim counts."""
    if geometry.tile_use is TileUse.WHOLE:
        return geometry.elements * geometry.elements
    copies = geometry.speed_up_rows * geometry.speed_up_columns
    return 1 if geometry.tile_use is TileUse.DIVIDED else copies
