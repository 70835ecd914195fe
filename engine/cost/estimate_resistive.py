"""Reads of RRAM and FeFET, which take what the conductance of each column says."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from nnsreport.engine.backend import Array, to_numpy
from nnsreport.engine.cost.activity import RowActivity
from nnsreport.engine.cost.components.column_law import ColumnLaw
from nnsreport.engine.cost.conductance import expected_column_resistances
from nnsreport.engine.cost.estimate_inputs import LayerTrace
from nnsreport.engine.cost.estimate_points import alike, design_points, one_point, over_points
from nnsreport.engine.cost.expected_columns import ExpectedColumns
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.points import at_points
from nnsreport.engine.cost.processing_element import LayerParts
from nnsreport.engine.cost.processing_element.costs import reads_of, stacked_reads
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.stated_conversions import conversions_j
from nnsreport.engine.cost.sub_array.accumulation import row_groups
from nnsreport.engine.cost.sub_array.resistive import ResistiveSubArray
from nnsreport.engine.cost.sub_array.results import ReadInputs, SubArrayReads
from nnsreport.engine.cost.traced_layer import ReadStates, TracedLayer
from nnsreport.engine.cost.traces import layer_weights
from nnsreport.engine.records import dataclass
from nnsreport.errors import DataError

_NUMBERS_AT_ONCE = 1 << 17
"""Columns of reads of design points that are evaluated at once; memory depends on it."""

_WITH_CONVERTERS = tuple(
    place for place, circuit in enumerate(SubArrayReads.__dataclass_fields__) if circuit in ("total", "adc")
)

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
    sub_array: ResistiveSubArray, trace: LayerTrace, layer: CostLayer, parts: LayerParts, clock_hz: Quantity
) -> SubArrayReads:
    """Return what all reads of an image take in each sub-array of a layer.

    Parameters
    ----------
    sub_array : ResistiveSubArray
        Of design points that cut the layer alike.
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
    if trace.weights is None:
        raise DataError(
            f"{layer.name} has no weights", field="traces", remedy="give the weights: RRAM and FeFET depend on them"
        )
    traced = TracedLayer(trace.bits, layer_weights(trace.weights, layer), parts)
    law = sub_array.converters.column_law()
    if law is None:
        sums = _traced_column_by_column(sub_array, traced, clock_hz)
    else:
        sums = _traced_by_law(sub_array, traced, law, clock_hz)
    half = len(sums) // 2
    return reads_of(sums[:half], sums[half:])


def _traced_by_law(sub_array: ResistiveSubArray, traced: TracedLayer, law: ColumnLaw, clock_hz: Quantity) -> Array:
    """Return all numbers, (numbers, ..., sub-arrays); conversions of points that differ in no resistance only once."""
    parameters = sub_array.parameters
    count, is_parallel = design_points(parameters), parameters.mode.is_parallel
    active_rows, reads = traced.histograms()
    rows = over_points(active_rows, parameters)
    xp = namespace_among(rows)
    inputs = ReadInputs(active_rows=rows, column_resistance_ohm=xp.zeros((*rows.shape, 0)))
    sums = _weighted(sub_array, inputs, reads.T, clock_hz)
    factors = np.broadcast_to(to_numpy(xp.asarray(law.ohm_factor)), (count or 1,))
    fitted = np.empty((count or 1, len(reads)))
    for first, points in alike(parameters, _ELECTRICAL):
        used, of_point = np.unique(factors[points], return_inverse=True)
        found = traced.fitted(law.pieces, used, one_point(parameters, first))
        fitted[points] = found[of_point]
    times = row_groups(parameters) if is_parallel else 1.0
    conversions = traced.columns * (reads.sum(axis=1) if is_parallel else reads @ active_rows)
    fixed_j, unit_j, times = (xp.asarray(each)[..., None] for each in (law.fixed_j, law.unit_j, times))
    converting_j = (fixed_j * xp.asarray(conversions) + unit_j * xp.asarray(fitted)) * times
    sums[len(sums) // 2 :][list(_WITH_CONVERTERS)] += converting_j[0] if count is None else converting_j
    return sums


def _traced_column_by_column(sub_array: ResistiveSubArray, traced: TracedLayer, clock_hz: Quantity) -> Array:
    kinds = alike(sub_array.parameters, _ELECTRICAL)
    found = []
    for first, points in kinds:
        chosen = (sub_array, clock_hz) if len(kinds) == 1 else at_points((sub_array, clock_hz), points)
        states = traced.states(one_point(sub_array.parameters, first))
        found.append(_summed(*chosen, states, len(traced.columns)))
    sums = found[0]
    if len(kinds) > 1:
        sums = namespace_among(sums).empty((len(sums), sum(len(points) for _, points in kinds), sums.shape[-1]))
        for (_, points), of_points in zip(kinds, found, strict=True):
            sums[:, namespace_among(sums).asarray(points)] = of_points
    return sums


@dataclass(frozen=True, slots=True, eq=False)
class StatedPart:
    """A sub-array, or a part of it, of which only the density of inputs is known.

    Attributes
    ----------
    rows, columns : int
        Those that hold weights.
    activity : RowActivity
        Of its block of rows.
    conductances : ExpectedColumns or None
        Of its columns, of a group; None for a single chip, whose reads are evaluated column by column.
    """

    rows: int
    columns: int
    activity: RowActivity
    conductances: ExpectedColumns | None

    @property
    def reads(self) -> Array:
        """How many reads have each number of active rows."""
        reads: Array = self.activity.reads[0]
        return reads


def stated_sums(sub_array: ResistiveSubArray, part: StatedPart, clock_hz: Quantity) -> Array:
    """Return what all reads of an image take in a sub-array of which only the density of inputs is known.

    All levels of a cell are taken to be equally frequent.

    Parameters
    ----------
    sub_array : ResistiveSubArray
        Of a group, or of a single chip.
    part : StatedPart
        What of it holds weights.
    clock_hz : float or Array, (...,)
        Of the design points.

    Returns
    -------
    Array, (numbers, ...)
        Latencies and then energies of the circuits of SubArrayReads, in its order.
    """
    count, law = design_points(sub_array.parameters), sub_array.converters.column_law()
    if count is None:
        return _column_by_column(sub_array, part, clock_hz)
    if law is not None and part.conductances is not None:
        return _by_law(sub_array, part, law, part.conductances, clock_hz)
    step = max(1, _NUMBERS_AT_ONCE // (part.columns * len(part.reads)))
    found: Array = np.zeros((0, count))
    for start in range(0, count, step):
        points = np.arange(start, min(start + step, count))
        chosen = at_points((sub_array, clock_hz), points) if len(points) < count else (sub_array, clock_hz)
        sums = _column_by_column(chosen[0], part, chosen[1])
        if not start:
            found = namespace_among(sums).empty((len(sums), count))
        found[:, start : start + step] = sums
    return found


def _column_by_column(sub_array: ResistiveSubArray, part: StatedPart, clock_hz: Quantity) -> Array:
    parameters, active_rows = sub_array.parameters, part.activity.active_rows
    resistance_ohm = expected_column_resistances(active_rows, part.rows, part.columns, parameters)
    inputs = ReadInputs(
        active_rows=over_points(active_rows, parameters),
        # Where nothing electrical differs between the points, the resistances have no axis for them.
        column_resistance_ohm=over_points(resistance_ohm, parameters) if resistance_ohm.ndim == 2 else resistance_ohm,
    )
    return _weighted(sub_array, inputs, part.reads, clock_hz)


def _by_law(
    sub_array: ResistiveSubArray, part: StatedPart, law: ColumnLaw, conductances: ExpectedColumns, clock_hz: Quantity
) -> Array:
    """Return the same with all conversions in closed form."""
    active_rows, reads = part.activity.active_rows, part.reads
    count, driven = float(reads.sum()), float(active_rows @ reads)
    if sub_array.parameters.mode.is_parallel:
        groups = row_groups(sub_array.parameters)
        converting_j = conversions_j(law, conductances, part.columns, active_rows, reads, groups) * groups
        # Besides, nothing depends on the active rows but energies, in proportion: the mean read stands for all.
        active_rows, reads = np.array([driven / count]), np.array([count])
    else:
        # Each active row is converted alone.
        converting_j = conversions_j(law, conductances, part.columns, np.ones(1), np.array([driven]), 1.0)
    rows = over_points(active_rows, sub_array.parameters)
    no_columns = namespace_among(rows).zeros((*rows.shape, 0))
    inputs = ReadInputs(active_rows=rows, column_resistance_ohm=no_columns)
    sums = _weighted(sub_array, inputs, reads, clock_hz)
    sums[len(sums) // 2 :][list(_WITH_CONVERTERS)] += converting_j
    return sums


def _weighted(sub_array: ResistiveSubArray, inputs: ReadInputs, reads: Array, clock_hz: Quantity) -> Array:
    latency, energy_j = stacked_reads(sub_array.read(inputs, clock_hz))
    xp = namespace_among(latency)
    return xp.concatenate([latency, energy_j]) @ xp.asarray(reads)  # type: ignore[no-any-return]


def _summed(sub_array: ResistiveSubArray, clock_hz: Quantity, states: Iterable[ReadStates], arrays: int) -> Array:
    """Return what reads take together in each sub-array, (numbers, ..., sub-arrays), a part of the states at a time."""
    count = design_points(sub_array.parameters)
    xp = namespace_among(over_points(np.zeros(()), sub_array.parameters))
    beside = ... if count is None else None
    sums: Array = np.zeros((0,))
    for place, (active_rows, resistance_ohm, counts) in enumerate(states):
        step = max(1, _NUMBERS_AT_ONCE // (resistance_ohm.shape[1] * (count or 1)))
        for start in range(0, len(counts), step):
            part = slice(start, start + step)
            inputs = ReadInputs(
                active_rows=xp.asarray(active_rows[part])[beside],
                column_resistance_ohm=xp.asarray(resistance_ohm[part])[beside],
            )
            latency, energy_j = stacked_reads(sub_array.read(inputs, clock_hz))
            if not sums.ndim > 1:
                shape = (2 * len(latency), arrays) if count is None else (2 * len(latency), count, arrays)
                sums = xp.zeros(shape)
            sums[..., place] += xp.concatenate([latency, energy_j]) @ xp.asarray(counts[part], dtype="float64")
    return sums
