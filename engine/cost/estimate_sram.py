"""Reads of SRAM, which take what the number of active rows says: once for each number, for all layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import ModuleType

import numpy as np

from nnsreport.engine.backend import Array, to_numpy
from nnsreport.engine.cost.activity import RowActivity, different_numbers
from nnsreport.engine.cost.estimate_points import at_places, design_points, over_points
from nnsreport.engine.cost.processing_element import LayerParts
from nnsreport.engine.cost.processing_element.costs import reads_of
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.sub_array.results import ReadInputs, SubArray, SubArrayReads
from nnsreport.engine.records import dataclass

_CIRCUITS = ("total", "adc", "accumulation", "other")


@dataclass(frozen=True, slots=True, eq=False)
class SramTable:
    """What single reads take.

    The numbers are latencies, energies of arrays whose columns hold no weights, and what each column with weights adds
    to these, of all circuits each. Those that are the same in all states are kept only once.

    Attributes
    ----------
    active_rows : Array of float64, (states,)
        Numbers of active rows, rising, in the processor's memory.
    varying : Array, (some of the numbers, ..., states)
        Those that depend on the state.
    fixed : Array, (the others, ...)
        Those that do not.
    is_varying : tuple of bool
        Which of the numbers are which.
    """

    active_rows: Array
    varying: Array
    fixed: Array
    is_varying: tuple[bool, ...]

    def sums(self, activity: RowActivity) -> Array:
        """Return what all reads of blocks of rows take.

        Parameters
        ----------
        activity : RowActivity
            Of some blocks.

        Returns
        -------
        Array, (numbers, ..., blocks)
            Of all design points.
        """
        reads = np.zeros((len(activity.reads), len(self.active_rows)))
        reads[:, np.searchsorted(self.active_rows, to_numpy(activity.active_rows))] = to_numpy(activity.reads)
        xp = namespace_among(self.varying)
        of_blocks, is_varying = xp.asarray(reads), xp.asarray(self.is_varying)
        found: Array = xp.empty((len(self.is_varying), *self.fixed.shape[1:], len(reads)))
        found[is_varying] = self.varying @ of_blocks.T
        found[~is_varying] = self.fixed[..., None] * of_blocks.sum(axis=1)
        return found


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
        Of all design points.
    """
    states = different_numbers(to_numpy(activity.active_rows) for activity in activities)
    active = over_points(states, sub_array.parameters)
    unused, used = (
        sub_array.read(ReadInputs(active_rows=active, used_columns=columns), clock_hz) for columns in (0.0, 1.0)
    )
    energies = [getattr(unused, name).energy_j for name in _CIRCUITS]
    # The energy of converters is the same for each column.
    columns = [getattr(used, name).energy_j - energy for name, energy in zip(_CIRCUITS, energies, strict=True)]
    numbers = [*(getattr(unused, name).latency_s for name in _CIRCUITS), *energies, *columns]
    is_varying = tuple(bool((number[..., 1:] != number[..., :1]).any()) for number in numbers)
    points = design_points(sub_array.parameters)
    shape = () if points is None else (points,)
    varying = [number for number, varies in zip(numbers, is_varying, strict=True) if varies]
    fixed = [number[..., 0] for number, varies in zip(numbers, is_varying, strict=True) if not varies]
    xp = namespace_among(active, *numbers)
    return SramTable(states, _stacked(varying, (*shape, len(states)), xp), _stacked(fixed, shape, xp), is_varying)


def sram_sums(
    of_blocks: Array, blocks: Array, parts: LayerParts, points: Array | None, times: float = 1.0
) -> SubArrayReads:
    """Return what all reads of an image take in each sub-array of a layer.

    Parameters
    ----------
    of_blocks : Array, (numbers, ..., blocks)
        What :meth:`SramTable.sums` gives.
    blocks : Array of int, (sub-arrays,)
        Which block each sub-array reads.
    parts : LayerParts
        Of the layer.
    points : Array of int, (some,), or None
        Design points whose layer is cut like this; None for all.
    times : float
        How many times as many reads the layer has.

    Returns
    -------
    SubArrayReads
        (..., sub-arrays).
    """
    xp = namespace_among(of_blocks)
    sums = at_places(of_blocks, blocks, points) * times
    columns = xp.asarray([part.columns for part in parts.sub_arrays], dtype="float64")
    count = len(_CIRCUITS)
    return reads_of(sums[:count], sums[count : 2 * count] + sums[2 * count :] * columns)


def joined(activities: Sequence[RowActivity]) -> RowActivity:
    """Return the activity of all blocks of several activities, one after the other, in the processor's memory."""
    states = different_numbers(activity.active_rows for activity in activities)
    blocks = []
    for activity in activities:
        reads = np.zeros((len(activity.reads), len(states)))
        reads[:, np.searchsorted(states, activity.active_rows)] = activity.reads
        blocks.append(reads)
    return RowActivity(states, np.concatenate(blocks))


def _stacked(numbers: Sequence[Array], shape: tuple[int, ...], xp: ModuleType) -> Array:
    """Return numbers as one array, (numbers, ...), each spread out to a shape."""
    together: Array = xp.empty((len(numbers), *shape))
    for place, number in enumerate(numbers):
        together[place] = number
    return together
