"""What all reads of an image take in each sub-array of a layer."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import TypeAlias

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.activity import ActivitySettings, counted_activity, row_blocks, stated_activity
from nnsreport.engine.cost.estimate_inputs import Inputs, LayerTrace, traces_of_layers
from nnsreport.engine.cost.estimate_points import at_places, design_points
from nnsreport.engine.cost.estimate_resistive import StatedPart, stated_sums, traced_sums
from nnsreport.engine.cost.estimate_sram import joined, sram_sums, sram_table
from nnsreport.engine.cost.expected_columns import expected_columns
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.partition import LayerGeometry
from nnsreport.engine.cost.points import AtPoints, at_points
from nnsreport.engine.cost.processing_element import LayerParts, Likeness, layer_parts
from nnsreport.engine.cost.processing_element.costs import reads_of
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.sub_array.resistive import ResistiveSubArray
from nnsreport.engine.cost.sub_array.results import SubArray, SubArrayReads
from nnsreport.engine.records import dataclass

Cuts: TypeAlias = "Sequence[tuple[tuple[LayerGeometry, ...], Array]]"
"""For each layer what :func:`nnsreport.engine.cost.partition.layer_geometries` returns."""

_Ways: TypeAlias = "list[tuple[int, LayerParts, Array | None]]"
"""Place of a layer, its different parts, and the design points that cut it like this; None for all."""


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
    if not isinstance(inputs, ActivitySettings):
        if isinstance(sub_array, ResistiveSubArray):
            yield from _of_traced_resistive(layers, cuts, sub_array, inputs, clock_hz)
        else:
            yield from _of_traced_sram(layers, cuts, sub_array, inputs, clock_hz)
    elif isinstance(sub_array, ResistiveSubArray):
        yield from _of_stated_resistive(layers, cuts, sub_array, inputs, clock_hz)
    else:
        yield from _of_stated_sram(layers, cuts, sub_array, inputs, clock_hz)


def _of_traced_resistive(
    layers: Sequence[CostLayer],
    cuts: Cuts,
    sub_array: ResistiveSubArray,
    inputs: Iterable[LayerTrace],
    clock_hz: Quantity,
) -> Iterator[LayerSums]:
    """Yield the sums of counted reads: of each sub-array of each layer, as all differ."""
    traces = traces_of_layers(inputs, layers, sub_array.parameters)
    for index, (layer, trace) in enumerate(zip(layers, traces, strict=True)):
        for geometry, points in _ways(cuts[index]):
            chosen = (sub_array, clock_hz) if points is None else at_points((sub_array, clock_hz), points)
            parts = layer_parts(geometry, Likeness.NONE)
            yield LayerSums(index, parts, points, traced_sums(chosen[0], trace, layer, parts, chosen[1]))


def _of_traced_sram(
    layers: Sequence[CostLayer], cuts: Cuts, sub_array: SubArray, inputs: Iterable[LayerTrace], clock_hz: Quantity
) -> Iterator[LayerSums]:
    """Yield the sums of counted reads: of each block of rows of each layer."""
    traces = traces_of_layers(inputs, layers, sub_array.parameters)
    activities = [
        [counted_activity(trace.bits, row_blocks(geometry)) for geometry in geometries]
        for (geometries, _), trace in zip(cuts, traces, strict=True)
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
    ways = _stated_ways(cuts)
    sizes = sorted({part.rows for _, parts, _ in ways for part in parts.sub_arrays})
    most, shares = _reads(layers, sub_array)
    activity = joined([stated_activity(settings, [(0, size)], most) for size in sizes])
    of_sizes = sram_table(sub_array, [activity], clock_hz).sums(activity)
    for index, parts, points in ways:
        blocks = np.searchsorted(sizes, [part.rows for part in parts.sub_arrays])
        yield LayerSums(index, parts, points, sram_sums(of_sizes, blocks, parts, points, shares[index]))


def _of_stated_resistive(
    layers: Sequence[CostLayer],
    cuts: Cuts,
    sub_array: ResistiveSubArray,
    settings: ActivitySettings,
    clock_hz: Quantity,
) -> Iterator[LayerSums]:
    """Yield the sums of expected reads: once for each size of parts, times the reads of a layer."""
    ways = _stated_ways(cuts)
    most, shares = _reads(layers, sub_array)
    count = design_points(sub_array.parameters)
    sizes = sorted({(part.rows, part.columns) for _, parts, _ in ways for part in parts.sub_arrays})
    of_sizes: Array = np.zeros((0,))
    chosen = AtPoints((sub_array, clock_hz))
    for place, (part, points) in enumerate(_stated_parts(ways, sizes, sub_array, settings, most)):
        unit, frequency_hz = chosen(points)
        sums = stated_sums(unit, part, frequency_hz)
        if not place:
            shape = (len(sums), len(sizes)) if count is None else (len(sums), count, len(sizes))
            of_sizes = namespace_among(sums).zeros(shape)
        xp = namespace_among(sums)
        of_sizes[(..., place) if points is None else (slice(None), xp.asarray(points), place)] = sums
    for index, parts, points in ways:
        places = np.array([sizes.index((part.rows, part.columns)) for part in parts.sub_arrays])
        sums = at_places(of_sizes, places, points) * shares[index]
        half = len(sums) // 2
        yield LayerSums(index, parts, points, reads_of(sums[:half], sums[half:]))


def _stated_parts(
    ways: _Ways,
    sizes: Sequence[tuple[int, int]],
    sub_array: ResistiveSubArray,
    settings: ActivitySettings,
    reads: float,
) -> Iterator[tuple[StatedPart, Array | None]]:
    """Yield parts of sizes that rise, and the design points that have them; None for all."""
    count = design_points(sub_array.parameters)
    points_with = _points_with(ways, count)
    for rows, same in itertools.groupby(sizes, key=itemgetter(0)):
        columns = [column for _, column in same]
        activity = stated_activity(settings, [(0, rows)], reads)
        conductances = None if count is None else expected_columns(rows, max(columns), sub_array.parameters)
        for column in columns:
            points = points_with[rows, column]
            at_them = conductances if conductances is None or points is None else conductances.at(points)
            yield StatedPart(rows, column, activity, at_them), points


def _stated_ways(cuts: Cuts) -> _Ways:
    """Return each layer's place, different parts and design points, for each way in which it is cut."""
    return [
        (index, layer_parts(geometry, Likeness.SIZE), points)
        for index, cut in enumerate(cuts)
        for geometry, points in _ways(cut)
    ]


def _points_with(ways: _Ways, count: int | None) -> dict[tuple[int, int], Array | None]:
    """Return the design points that have a part of each size; None for all."""
    with_size: dict[tuple[int, int], Array] = {}
    for _, parts, points in ways:
        for size in {(part.rows, part.columns) for part in parts.sub_arrays}:
            has_it = with_size.setdefault(size, np.zeros(count or 1, dtype=bool))
            has_it[slice(None) if points is None else points] = True
    return {size: None if has_it.all() else np.flatnonzero(has_it) for size, has_it in with_size.items()}


def _reads(layers: Sequence[CostLayer], sub_array: SubArray) -> tuple[float, list[float]]:
    """Return the reads of the layer with most of them, and how many times as many each layer has."""
    reads = [layer.vectors * float(sub_array.parameters.input_bits) for layer in layers]
    return max(reads), [each / max(reads) for each in reads]


def _ways(cut: tuple[tuple[LayerGeometry, ...], Array]) -> Iterator[tuple[LayerGeometry, Array | None]]:
    geometries, of_point = cut
    for index, geometry in enumerate(geometries):
        yield geometry, None if len(geometries) == 1 else np.flatnonzero(of_point == index)
