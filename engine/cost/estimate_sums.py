"""What all reads of an image take in each sub-array of a layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.activity import ActivitySettings, stated_activity
from nnsreport.engine.cost.estimate_inputs import Inputs, LayerTrace, inputs_of_layers, layer_activity
from nnsreport.engine.cost.estimate_resistive import resistive_sums
from nnsreport.engine.cost.estimate_sram import joined, sram_sums, sram_table
from nnsreport.engine.cost.given import MemoryCell
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.partition import LayerGeometry
from nnsreport.engine.cost.points import at_points
from nnsreport.engine.cost.processing_element import LayerParts, Likeness, layer_parts
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.sub_array.results import SubArray, SubArrayReads

Cuts: TypeAlias = "Sequence[tuple[tuple[LayerGeometry, ...], Array]]"
"""For each layer what :func:`nnsreport.engine.cost.partition.layer_geometries` returns."""


@dataclass(frozen=True, slots=True)
class LayerSums:
    """Reads of a layer.

    Attributes
    ----------
    layer : int
        Its place in the network.
    parts : LayerParts
        How it is cut.
    points : Array of int, (some,), or None
        Design points that cut it like this; None where all do.
    reads : SubArrayReads
        What all reads of an image take in each sub-array, (..., sub-arrays).
    """

    layer: int
    parts: LayerParts
    points: Array | None
    reads: SubArrayReads


def layer_sums(
    layers: Sequence[CostLayer], cuts: Cuts, sub_array: SubArray, inputs: Inputs, clock_hz: Quantity
) -> Iterator[LayerSums]:
    """Yield what reads take, layer by layer, and for each way in which design points cut it.

    Parameters
    ----------
    layers : sequence of CostLayer
        Of the network.
    cuts : sequence of tuple
        Of each layer.
    sub_array : SubArray
        Of a group, with one number of input bits.
    inputs : ActivitySettings or iterable of LayerTrace
        Of the network.
    clock_hz : float or Array, (...,)
        Of the design points.

    Yields
    ------
    LayerSums
        In the order of the layers.

    Raises
    ------
    DataError
        A trace does not fit its layer, or has no weights where they matter.
    """
    if sub_array.parameters.cell is not MemoryCell.SRAM:
        yield from _of_resistive(layers, cuts, sub_array, inputs, clock_hz)
    elif isinstance(inputs, ActivitySettings):
        yield from _of_stated_sram(layers, cuts, sub_array, inputs, clock_hz)
    else:
        yield from _of_traced_sram(layers, cuts, sub_array, inputs, clock_hz)


def _of_resistive(
    layers: Sequence[CostLayer], cuts: Cuts, sub_array: SubArray, inputs: Inputs, clock_hz: Quantity
) -> Iterator[LayerSums]:
    likeness = Likeness.SIZE if isinstance(inputs, ActivitySettings) else Likeness.NONE
    known = inputs_of_layers(inputs, layers, sub_array.parameters)
    for index, (layer, of_layer) in enumerate(zip(layers, known, strict=True)):
        for geometry, points in _ways(cuts[index]):
            chosen = (sub_array, clock_hz) if points is None else at_points((sub_array, clock_hz), points)
            unit, frequency = chosen
            parts = layer_parts(geometry, likeness)
            yield LayerSums(index, parts, points, resistive_sums(unit, of_layer, layer, parts, frequency))


def _of_traced_sram(
    layers: Sequence[CostLayer], cuts: Cuts, sub_array: SubArray, inputs: Iterable[LayerTrace], clock_hz: Quantity
) -> Iterator[LayerSums]:
    """Yield the sums of counted reads: of each block of rows of each layer."""
    known = inputs_of_layers(inputs, layers, sub_array.parameters)
    activities = [
        [layer_activity(of_layer, layer, geometry, sub_array.parameters) for geometry in geometries]
        for (geometries, _), layer, of_layer in zip(cuts, layers, known, strict=True)
    ]
    table = sram_table(sub_array, (activity for of_layer in activities for activity in of_layer), clock_hz)
    for index, cut in enumerate(cuts):
        for activity, (geometry, points) in zip(activities[index], _ways(cut), strict=True):
            parts = layer_parts(geometry, Likeness.ROWS)
            yield LayerSums(index, parts, points, sram_sums(table.sums(activity), parts.row_block, parts, points))


def _of_stated_sram(
    layers: Sequence[CostLayer], cuts: Cuts, sub_array: SubArray, settings: ActivitySettings, clock_hz: Quantity
) -> Iterator[LayerSums]:
    """Yield the sums of expected reads: once for each size of blocks, times the reads of a layer."""
    ways = [
        (index, layer_parts(geometry, Likeness.SIZE), points)
        for index, cut in enumerate(cuts)
        for geometry, points in _ways(cut)
    ]
    sizes = sorted({part.rows for _, parts, _ in ways for part in parts.sub_arrays})
    reads = [layer.vectors * float(sub_array.parameters.input_bits) for layer in layers]
    most = max(reads)
    activity = joined([stated_activity(settings, [(0, size)], most) for size in sizes])
    of_sizes = sram_table(sub_array, [activity], clock_hz).sums(activity)
    for index, parts, points in ways:
        blocks = np.searchsorted(sizes, [part.rows for part in parts.sub_arrays])
        yield LayerSums(index, parts, points, sram_sums(of_sizes, blocks, parts, points, reads[index] / most))


def _ways(cut: tuple[tuple[LayerGeometry, ...], Array]) -> Iterator[tuple[LayerGeometry, Array | None]]:
    geometries, of_point = cut
    for index, geometry in enumerate(geometries):
        yield geometry, None if len(geometries) == 1 else np.flatnonzero(of_point == index)
