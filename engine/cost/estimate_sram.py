"""Reads of SRAM, which take what the number of active rows says: once for each number, for all layers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.activity import RowActivity
from nnsreport.engine.cost.estimate_points import over_points
from nnsreport.engine.cost.points import at_points
from nnsreport.engine.cost.processing_element import LayerParts, summed_reads, taken_reads
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import Reading
from nnsreport.engine.cost.sub_array.results import ReadInputs, SubArray, SubArrayReads

_CIRCUITS = ("total", "adc", "accumulation", "other")


@dataclass(frozen=True, slots=True)
class SramTable:
    """What single reads take.

    Attributes
    ----------
    active_rows : Array of float64, (states,)
        Numbers of active rows, rising.
    unused : SubArrayReads
        Of arrays whose columns hold no weights, (..., states).
    column : SubArrayReads
        What each column that holds weights adds, (..., states).
    """

    active_rows: Array
    unused: SubArrayReads
    column: SubArrayReads


def sram_table(sub_array: SubArray, activities: Iterable[RowActivity], clock_hz: Quantity) -> SramTable:
    """Return what reads take with each number of active rows that occurs in a network.

    Parameters
    ----------
    sub_array : SubArray
        Of SRAM, of a group.
    activities : iterable of RowActivity
        Of all layers.
    clock_hz : float or Array, (...,)
        Of the chip.

    Returns
    -------
    SramTable
        (..., states).
    """
    every = [activity.active_rows for activity in activities]
    xp = namespace_among(*every)
    states = xp.unique(xp.concatenate(every))
    active = over_points(states, sub_array.parameters)
    unused, used = (
        sub_array.read(ReadInputs(active_rows=active, used_columns=columns), clock_hz) for columns in (0.0, 1.0)
    )
    # The energy of converters is the same for each column.
    column = {
        name: Reading(
            getattr(used, name).latency_s - getattr(unused, name).latency_s,
            getattr(used, name).energy_j - getattr(unused, name).energy_j,
        )
        for name in _CIRCUITS
    }
    return SramTable(states, unused, SubArrayReads(**column))


def sram_sums(table: SramTable, activity: RowActivity, parts: LayerParts, points: Array | None) -> SubArrayReads:
    """Return what all reads of an image take in each sub-array of a layer.

    Parameters
    ----------
    table : SramTable
        Of the network.
    activity : RowActivity
        Of the layer.
    parts : LayerParts
        Of the layer.
    points : Array of int, (some,), or None
        Design points whose layer is cut like this; None for all.

    Returns
    -------
    SubArrayReads
        (..., sub-arrays).
    """
    xp = namespace_among(table.active_rows)
    place = xp.searchsorted(table.active_rows, xp.asarray(activity.active_rows))
    columns = xp.asarray([part.columns for part in parts.sub_arrays], dtype="float64")

    def summed(reads: SubArrayReads) -> SubArrayReads:
        of_points = reads if points is None else at_points(reads, points)
        return taken_reads(summed_reads(taken_reads(of_points, place), xp.asarray(activity.reads)), parts.row_block)

    unused, column = summed(table.unused), summed(table.column)
    return SubArrayReads(
        **{
            name: Reading(
                getattr(unused, name).latency_s,
                getattr(unused, name).energy_j + getattr(column, name).energy_j * columns,
            )
            for name in _CIRCUITS
        }
    )
