"""What the tiles of a layer take to read it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.components.whole_numbers import truncated
from nnsreport.engine.cost.partition import TileUse
from nnsreport.engine.cost.processing_element.adding import adding, over_parts
from nnsreport.engine.cost.processing_element.parts import LayerParts
from nnsreport.engine.cost.processing_element.reading import element_reads
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import ReadCost, Reading
from nnsreport.engine.cost.sub_array.results import SubArrayReads
from nnsreport.engine.cost.tile.tile import Tile

_CIRCUITS = ("total", "buffer", "interconnect", "adc", "accumulation", "other")


@dataclass(frozen=True, slots=True)
class LayerReads:
    """What a layer takes for one image, below the chip's own circuits.

    Attributes
    ----------
    elements : ReadCost
        Of each processing element, (..., elements).
    tiles : ReadCost
        Of each tile, (..., tiles).
    """

    elements: ReadCost
    tiles: ReadCost

    def layer(self) -> ReadCost:
        """Return the cost of all tiles, which work side by side: longest latencies, sums of energies, (...,)."""
        xp = namespace_among(self.tiles.total.energy_j)
        return ReadCost(
            **{
                name: Reading(xp.max(circuit.latency_s, axis=-1), xp.sum(circuit.energy_j, axis=-1))
                for name, circuit in _circuits(self.tiles).items()
            }
        )


def tile_reads(
    tile: Tile, reads: SubArrayReads, parts: LayerParts, vectors: Quantity, clock_hz: Quantity
) -> LayerReads:
    """Return what the tiles of a layer take for one image.

    Parameters
    ----------
    tile : Tile
        Of the layer's mapping, and of design points that share its cuts
        (:func:`nnsreport.engine.cost.points.at_points` selects them).
    reads : SubArrayReads
        What all reads of an image take in each sub-array, (..., sub-arrays).
    parts : LayerParts
        Of the layer.
    vectors : float
        Input vectors of an image, each of ``input_bits`` reads.
    clock_hz : float or Array, (...,)
        Of a synchronous chip; else the frequency that NeuroSim takes for registers.

    Returns
    -------
    LayerReads
        Latencies in cycles, or in seconds without a clock.

    References
    ----------
    NeuroSim V1.4, Tile.cpp, TileCalculatePerformance.
    """
    elements = element_reads(tile.element, reads, parts, vectors, clock_hz)
    cost = _together(elements, parts)
    # Synchronous transfer hides the time of everything but activation.
    is_timed = not tile.parameters.has_synchronous_transfer
    cost = _with(cost, _added(tile, parts, vectors, clock_hz), ("accumulation",), is_timed=is_timed)
    active = _activated(tile, vectors, clock_hz)
    if active is not None:
        cost = _with(cost, active, ("other",), is_timed=True)
    buffer, interconnect = _transferred(tile, parts, vectors, clock_hz)
    cost = _with(cost, buffer, ("buffer", "other"), is_timed=is_timed)
    return LayerReads(elements, _with(cost, interconnect, ("interconnect", "other"), is_timed=is_timed))


def tile_operands(parts: LayerParts) -> Array:
    """Return how many elements below each other a tile adds; 0 where it adds none.

    Parameters
    ----------
    parts : LayerParts
        Of a layer.

    Returns
    -------
    Array of int, (tiles,)
        In the processor's memory.
    """
    g = parts.geometry
    if g.tile_use is TileUse.REPEATED:
        used = -(-parts.tile_rows // g.element_size)
        return np.where(used > 1, used, 0)
    return np.full(len(parts.tile_rows), 0 if g.tile_use is TileUse.WHOLE else g.elements)


def _together(elements: ReadCost, parts: LayerParts) -> ReadCost:
    """Return what the elements of each tile take together."""
    g = parts.geometry
    divisor = {
        TileUse.DIVIDED: 1,
        TileUse.WHOLE: g.elements * g.elements,
        TileUse.REPEATED: g.speed_up_rows * g.speed_up_columns,
        TileUse.NOVEL: g.speed_up_rows * g.speed_up_columns,
    }[g.tile_use]
    times = namespace_among(elements.total.energy_j).asarray(parts.repetitions)
    together = {
        name: Reading(parts.of_tile.largest(circuit.latency_s) / divisor, parts.of_tile.sum(circuit.energy_j * times))
        for name, circuit in _circuits(elements).items()
    }
    return ReadCost(**together)


def _added(tile: Tile, parts: LayerParts, vectors: Quantity, clock_hz: Quantity) -> Reading:
    p = tile.parameters
    of_weight = p.columns_per_converter / p.columns_per_weight
    # C++ divides integers in novel mapping, but not in conventional mapping.
    whole = truncated(of_weight) if parts.geometry.is_novel else namespace_among(of_weight).ceil(of_weight)
    operands = tile_operands(parts)
    added = adding(tile.accumulation, np.maximum(operands, 1), vectors * whole, p, clock_hz)
    xp = namespace_among(added.latency_s)
    adds = xp.asarray(operands > 0)
    return Reading(xp.where(adds, added.latency_s, 0.0), xp.where(adds, added.energy_j, 0.0))


def _activated(tile: Tile, vectors: Quantity, clock_hz: Quantity) -> Reading | None:
    if tile.activation is None:
        return None
    p = tile.parameters
    # C++ divides integers.
    once = tile.activation.reading(vectors * truncated(p.columns_per_converter / p.columns_per_weight), clock_hz)
    return Reading(over_parts(once.latency_s), over_parts(once.energy_j))


def _transferred(tile: Tile, parts: LayerParts, vectors: Quantity, clock_hz: Quantity) -> tuple[Reading, Reading]:
    """Return what buffers and tree take."""
    p, g = tile.parameters, parts.geometry
    xp = namespace_among(p.input_bits, p.columns_per_weight, tile.tree_bits)
    inputs = xp.asarray(parts.tile_rows) * over_parts(vectors * p.input_bits)
    weights = xp.floor(xp.asarray(parts.tile_columns) / over_parts(p.columns_per_weight))
    if tile.activation is None:
        outputs = weights * over_parts((tile.accumulation.stages + tile.accumulation.bits) * vectors)
    else:
        outputs = weights * over_parts((1 + p.input_bits) * vectors)
    if g.is_novel:
        inputs = inputs / xp.sqrt(xp.asarray(float(g.elements)))
        outputs = outputs if tile.activation is None else outputs / g.elements
    into, out = tile.input_buffer.transfer(inputs, tile.tree_bits), tile.output_buffer.transfer(outputs, tile.tree_bits)
    buffer = Reading(into.latency_s + out.latency_s, into.energy_j + out.energy_j)
    unit = tile.element.outline
    if p.is_synchronous:
        once = tile.tree.cycles(unit.height_m, unit.width_m, clock_hz)
    else:
        once = tile.tree.latency_s(unit.height_m, unit.width_m)
    # NeuroSim multiplies the energy of each transfer with all wires again, so that only the bits remain.
    changed = inputs * over_parts(p.input_toggle_rate) + outputs * over_parts(p.output_toggle_rate)
    energy_j = over_parts(tile.tree.energy_j(unit.height_m, unit.width_m, 1.0, 1.0)) * changed
    return buffer, Reading((inputs + outputs) * over_parts(once / tile.tree_bits), energy_j)


def _with(cost: ReadCost, more: Reading, names: tuple[str, ...], *, is_timed: bool) -> ReadCost:
    """Return a cost with that of another circuit, in total and in some categories."""
    latency: Quantity = more.latency_s if is_timed else 0.0
    changed = {}
    for name in ("total", *names):
        circuit = getattr(cost, name)
        changed[name] = Reading(circuit.latency_s + latency, circuit.energy_j + more.energy_j)
    return dataclasses.replace(cost, **changed)


def _circuits(cost: ReadCost) -> dict[str, Reading]:
    return {name: getattr(cost, name) for name in _CIRCUITS}
