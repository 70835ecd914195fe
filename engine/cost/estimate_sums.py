"""What all reads of an image take in each sub-array of a layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.activity import ActivitySettings
from nnsreport.engine.cost.estimate_inputs import Inputs, LayerTrace, inputs_of_layers, layer_activity
from nnsreport.engine.cost.estimate_resistive import resistive_sums
from nnsreport.engine.cost.estimate_sram import sram_sums, sram_table
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
    known = inputs_of_layers(inputs, layers, sub_array.parameters)
    likeness = _likeness(inputs, sub_array.parameters.cell)
    if sub_array.parameters.cell is MemoryCell.SRAM:
        yield from _of_sram(layers, cuts, sub_array, known, clock_hz, likeness)
        return
    for index, (layer, of_layer) in enumerate(zip(layers, known, strict=True)):
        for geometry, points in _ways(cuts[index]):
            chosen = (sub_array, clock_hz) if points is None else at_points((sub_array, clock_hz), points)
            unit, frequency = chosen
            parts = layer_parts(geometry, likeness)
            reads = resistive_sums(unit, of_layer, layer, parts, frequency)
            yield LayerSums(index, parts, points, reads)


def _likeness(inputs: Inputs, cell: MemoryCell) -> Likeness:
    if isinstance(inputs, ActivitySettings):
        return Likeness.SIZE
    return Likeness.ROWS if cell is MemoryCell.SRAM else Likeness.NONE


def _of_sram(
    layers: Sequence[CostLayer],
    cuts: Cuts,
    sub_array: SubArray,
    known: Iterator[ActivitySettings | LayerTrace],
    clock_hz: Quantity,
    likeness: Likeness,
) -> Iterator[LayerSums]:
    activities = [
        [layer_activity(of_layer, layer, geometry, sub_array.parameters) for geometry in geometries]
        for (geometries, _), layer, of_layer in zip(cuts, layers, known, strict=True)
    ]
    table = sram_table(sub_array, (activity for of_layer in activities for activity in of_layer), clock_hz)
    for index, cut in enumerate(cuts):
        for activity, (geometry, points) in zip(activities[index], _ways(cut), strict=True):
            parts = layer_parts(geometry, likeness)
            yield LayerSums(index, parts, points, sram_sums(table, activity, parts, points))


def _ways(cut: tuple[tuple[LayerGeometry, ...], Array]) -> Iterator[tuple[LayerGeometry, Array | None]]:
    geometries, of_point = cut
    for index, geometry in enumerate(geometries):
        yield geometry, None if len(geometries) == 1 else np.flatnonzero(of_point == index)
