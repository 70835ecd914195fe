"""How many word lines are active at once: counted in traces, or expected from a stated density."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.cost.partition import LayerGeometry, Part, tile_parts
from nnsreport.engine.records import dataclass
from nnsreport.settings import setting

_LEAST_READS = 1e-9
"""A number of active rows that is expected more seldom than this in a whole image is left out."""
_BYTES = 256
"""Numbers that a byte has."""


class Distribution(StrEnum):
    """What a stated density says of single vectors."""

    MEAN = "mean"
    """Each has exactly the mean number of ones, which may be a fraction."""
    BINOMIAL = "binomial"
    """Ones are independent of each other."""


@dataclass(frozen=True, slots=True)
class ActivitySettings:
    """What is assumed of the inputs where there is no trace of them."""

    input_density: float = setting(
        0.18, "Fraction of ones among all bits of the inputs (0.18 for VGG8 on CIFAR-10).", minimum=0.0, maximum=1.0
    )
    input_distribution: str = setting(
        Distribution.BINOMIAL.value,
        "mean: every read has the mean number of ones; binomial: ones are independent of each other.",
        choices=tuple(kind.value for kind in Distribution),
    )


@dataclass(frozen=True, slots=True)
class RowActivity:
    """Reads of some blocks of rows, by how many rows were active.

    Attributes
    ----------
    active_rows : Array of float64, (states,)
        Numbers of active rows, rising; fractions where only a mean is known.
    reads : Array of float64, (blocks, states)
        How many reads of an image have each number: vectors times input bits.
    """

    active_rows: Array
    reads: Array

    @property
    def mean_active_rows(self) -> Array:
        """Active rows of the average read of each block, shape (blocks,)."""
        mean: Array = self.reads @ self.active_rows / self.reads.sum(axis=1)
        return mean


def row_blocks(geometry: LayerGeometry) -> tuple[tuple[int, int], ...]:
    """Return the blocks of rows that sub-arrays of a layer read, without repetitions.

    Parameters
    ----------
    geometry : LayerGeometry
        Of the layer.

    Returns
    -------
    tuple of pairs of int
        First row and number of rows, sorted. Sub-arrays beside each other read the same block, so an SRAM chip, whose
        cost does not depend on weights, is evaluated once for each.
    """
    return tuple(sorted({(part.row, part.rows) for part in _sub_arrays(geometry)}))


def _sub_arrays(geometry: LayerGeometry) -> Iterator[Part]:
    for tile in tile_parts(geometry):
        for element in tile.elements:
            yield from element.arrays


def counted_activity(bits: Array, blocks: Sequence[tuple[int, int]]) -> RowActivity:
    """Count active rows in a trace.

    Parameters
    ----------
    bits : Array of uint8, (rows, reads)
        What drives each row in each read; anything but 0 is active.
    blocks : sequence of pairs of int
        First row and number of rows, as :func:`row_blocks` gives them.

    Returns
    -------
    RowActivity
        Of each block; numbers of active rows that never occur are left out.

    References
    ----------
    NeuroSim V1.4, ProcessingUnit.cpp, GetInputVector.
    """
    xp = namespace_of(bits)
    most = max(rows for _, rows in blocks)
    reads = xp.empty((len(blocks), most + 1))
    for index, (first, rows) in enumerate(blocks):
        # A sum of bytes is four times as fast as one of longer numbers.
        active = (bits[first : first + rows] != 0).sum(axis=0, dtype=np.uint8 if rows < _BYTES else np.int32)
        reads[index] = xp.bincount(active, minlength=most + 1)
    return _occurring(xp.arange(most + 1, dtype="float64"), reads, 0.0)


def different_numbers(arrays: Iterable[Array]) -> Array:
    """Return the different numbers of arrays, rising.

    Parameters
    ----------
    arrays : iterable of Array, (numbers,)
        In the processor's memory.

    Returns
    -------
    Array, (different,)
        Of them all.
    """
    # Without counts np.unique would import NumPy's masked arrays, a fortieth of the time of a whole chip.
    return np.unique(np.concatenate(list(arrays)), return_counts=True)[0]


def distinct_reads(bits: Array) -> tuple[Array, Array]:
    """Return the different reads of a block of rows, and how often each occurs.

    High bits of small inputs are mostly 0, so that many reads are equal and cost the same.

    Parameters
    ----------
    bits : Array of uint8, (rows, reads)
        What drives the rows, 0 or 1, in the processor's memory.

    Returns
    -------
    tuple of Array of uint8, (rows, distinct), and Array of int64, (distinct,)
        The reads, and their numbers.
    """
    packed = np.ascontiguousarray(np.packbits(bits, axis=0).T)
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, counts = np.unique(keys, return_index=True, return_counts=True)
    return bits[:, first], counts


def stated_activity(settings: ActivitySettings, blocks: Sequence[tuple[int, int]], reads: float) -> RowActivity:
    """Return the activity that a density of ones makes expect.

    Parameters
    ----------
    settings : ActivitySettings
        The density, and what is assumed of single vectors.
    blocks : sequence of pairs of int
        First row and number of rows.
    reads : float
        Reads of each block for an image: vectors times input bits.

    Returns
    -------
    RowActivity
        Of each block, on NumPy.
    """
    density = settings.input_density
    sizes = np.array([rows for _, rows in blocks], dtype=np.float64)
    if settings.input_distribution == Distribution.MEAN:
        active, index = np.unique(density * sizes, return_inverse=True)
        expected = np.zeros((len(sizes), len(active)))
        expected[np.arange(len(sizes)), index] = reads
        return RowActivity(active, expected)
    counts = np.arange(sizes.max() + 1)
    share = {size: _binomial(int(size), density, len(counts)) for size in set(sizes.tolist())}
    return _occurring(counts, reads * np.stack([share[size] for size in sizes.tolist()]), _LEAST_READS)


def _binomial(trials: int, probability: float, length: int) -> Array:
    """Return the probabilities of 0 to ``trials`` ones, followed by zeros up to a length."""
    result = np.zeros(length)
    if probability in (0.0, 1.0):
        result[trials if probability else 0] = 1.0
        return result
    log_one, log_zero = math.log(probability), math.log1p(-probability)
    for ones in range(trials + 1):
        choices = math.lgamma(trials + 1) - math.lgamma(ones + 1) - math.lgamma(trials - ones + 1)
        result[ones] = math.exp(choices + ones * log_one + (trials - ones) * log_zero)
    return result


def _occurring(active_rows: Array, reads: Array, least: float) -> RowActivity:
    occurs = (reads > least).any(axis=0)
    return RowActivity(active_rows[occurs], reads[:, occurs])
