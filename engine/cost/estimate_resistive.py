"""Reads of RRAM and FeFET, which take what the conductance of each column says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.activity import RowActivity, distinct_reads
from nnsreport.engine.cost.conductance import (
    branch_conductances,
    cell_conductances,
    cell_levels,
    column_resistances,
    expected_column_resistances,
)
from nnsreport.engine.cost.estimate_inputs import LayerTrace
from nnsreport.engine.cost.estimate_points import alike, design_points, one_point, over_points
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.partition import Part
from nnsreport.engine.cost.points import at_points
from nnsreport.engine.cost.processing_element import LayerParts
from nnsreport.engine.cost.processing_element.costs import stacked_reads
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import Reading
from nnsreport.engine.cost.sub_array.results import ReadInputs, SubArray, SubArrayReads
from nnsreport.engine.cost.traces import layer_weights
from nnsreport.errors import DataError

_CIRCUITS = ("total", "adc", "accumulation", "other")
_NUMBERS_AT_ONCE = 1 << 21
"""Columns of reads of design points that are evaluated at once; memory depends on it."""

_ELECTRICAL = (
    "largest_conductance_s",
    "smallest_conductance_s",
    "access_resistance_ohm",
    "wire_resistance_row_ohm",
    "wire_resistance_column_ohm",
    "weight_bits",
    "cell_bits",
    "columns_per_weight",
    "largest_weight",
    "smallest_weight",
    "rows",
    "rows_in_parallel",
)
"""What the conductance of columns depends on, besides inputs and weights."""


def traced_sums(
    sub_array: SubArray, trace: LayerTrace, layer: CostLayer, parts: LayerParts, clock_hz: Quantity
) -> SubArrayReads:
    """Return what all reads of an image take in each sub-array of a layer.

    Parameters
    ----------
    sub_array : SubArray
        Of RRAM or FeFET, of design points that cut the layer alike.
    trace : LayerTrace
        Of the layer, with weights.
    layer : CostLayer
        The layer.
    parts : LayerParts
        Of the layer.
    clock_hz : float or Array, (...,)
        Of the design points.

    Returns
    -------
    SubArrayReads
        (..., sub-arrays).

    Raises
    ------
    DataError
        A trace has no weights.
    """
    kinds = alike(sub_array.parameters, _ELECTRICAL)
    found = []
    for first, points in kinds:
        chosen = (sub_array, clock_hz) if len(kinds) == 1 else at_points((sub_array, clock_hz), points)
        single = one_point(sub_array.parameters, first)
        states = _traced(trace, layer, parts, single)
        found.append((points, [_summed(*chosen, *state) for state in states]))
    return _joined(found)


State = tuple[Array, Array, Array]
"""Active rows (states,), resistance of columns (states, columns), and number of reads (states,)."""


def _traced(trace: LayerTrace, layer: CostLayer, parts: LayerParts, parameters: Parameters) -> Iterator[State]:
    if trace.weights is None:
        raise DataError(
            f"{layer.name} has no weights", field="traces", remedy="give the weights: RRAM and FeFET depend on them"
        )
    levels = cell_levels(layer_weights(trace.weights, layer), parameters)
    conductances = cell_conductances(levels, parameters)
    reads: dict[tuple[int, int], tuple[Array, Array]] = {}
    for part in parts.sub_arrays:
        block = (part.row, part.rows)
        if block not in reads:
            reads[block] = distinct_reads(trace.bits[part.row : part.row + part.rows])
        bits, counts = reads[block]
        branches = branch_conductances(_of_part(conductances, part), parameters)
        yield bits.sum(axis=0, dtype=np.float64), column_resistances(bits, branches, parameters), counts


def _of_part(values: Array, part: Part) -> Array:
    return values[part.row : part.row + part.rows, part.column : part.column + part.columns]


def stated_sums(sub_array: SubArray, activity: RowActivity, rows: int, columns: int, clock_hz: Quantity) -> Array:
    """Return what all reads of an image take in a sub-array of which only the density of inputs is known.

    All levels of a cell are taken to be equally frequent.

    Parameters
    ----------
    sub_array : SubArray
        Of RRAM or FeFET, of a group.
    activity : RowActivity
        Of one block of rows.
    rows, columns : int
        Of the part of the sub-array that holds weights.
    clock_hz : float or Array, (...,)
        Of the design points.

    Returns
    -------
    Array, (numbers, ...)
        Latencies and then energies of the circuits of SubArrayReads, in its order.
    """
    count = design_points(sub_array.parameters)
    if count is None:
        return _stated(sub_array, activity, rows, columns, clock_hz)
    step = max(1, _NUMBERS_AT_ONCE // (columns * len(activity.active_rows)))
    found: Array = np.zeros((0, count))
    for start in range(0, count, step):
        part = np.arange(start, min(start + step, count))
        chosen = at_points((sub_array, clock_hz), part) if len(part) < count else (sub_array, clock_hz)
        sums = _stated(chosen[0], activity, rows, columns, chosen[1])
        if not start:
            found = namespace_among(sums).empty((len(sums), count))
        found[:, start : start + step] = sums
    return found


def _stated(sub_array: SubArray, activity: RowActivity, rows: int, columns: int, clock_hz: Quantity) -> Array:
    inputs = ReadInputs(
        active_rows=over_points(activity.active_rows, sub_array.parameters),
        column_resistance_ohm=expected_column_resistances(activity.active_rows, rows, columns, sub_array.parameters),
    )
    latency, energy_j = stacked_reads(sub_array.read(inputs, clock_hz))
    xp = namespace_among(latency)
    return xp.concatenate([latency, energy_j]) @ xp.asarray(activity.reads[0])  # type: ignore[no-any-return]


def _summed(
    sub_array: SubArray, clock_hz: Quantity, active_rows: Array, resistance_ohm: Array, counts: Array
) -> dict[str, Reading]:
    """Return what reads take together, (...,), a part of the states at a time."""
    parameters = sub_array.parameters
    step = max(1, _NUMBERS_AT_ONCE // resistance_ohm.shape[1])
    total = {name: Reading(0.0, 0.0) for name in _CIRCUITS}
    for start in range(0, len(counts), step):
        part = slice(start, start + step)
        inputs = ReadInputs(
            active_rows=over_points(active_rows[part], parameters),
            column_resistance_ohm=over_points(resistance_ohm[part], parameters),
        )
        reads = sub_array.read(inputs, clock_hz)
        for name, sum_so_far in total.items():
            of_reads: Reading = getattr(reads, name)
            total[name] = Reading(
                sum_so_far.latency_s + of_reads.latency_s @ counts[part],
                sum_so_far.energy_j + of_reads.energy_j @ counts[part],
            )
    return total


def _joined(found: list[tuple[Array, list[dict[str, Reading]]]]) -> SubArrayReads:
    """Return the sums of all design points, which come in parts of points and then of sub-arrays."""
    count = sum(len(points) for points, _ in found)
    readings = {}
    for name in _CIRCUITS:
        latency_s, energy_j = (
            _scattered([(points, [getattr(sums[name], field) for sums in arrays]) for points, arrays in found], count)
            for field in ("latency_s", "energy_j")
        )
        readings[name] = Reading(latency_s, energy_j)
    return SubArrayReads(**readings)


def _scattered(found: list[tuple[Array, list[Array]]], count: int) -> Array:
    if len(found) == 1:
        return np.stack(np.broadcast_arrays(*found[0][1]), axis=-1)
    values = np.empty((count, len(found[0][1])))
    for points, arrays in found:
        for index, of_array in enumerate(arrays):
            values[points, index] = of_array
    return values
