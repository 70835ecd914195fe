"""How many word lines are active at once: counted in traces, or expected from a stated density."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.cost.partition import LayerGeometry, Part, tile_parts
from nnsreport.errors import ConfigurationError

_LEAST_READS = 1e-9
"""A number of active rows that is expected more seldom than this in a whole image is left out."""


class Distribution(StrEnum):
    """What a stated density says of single vectors."""

    MEAN = "mean"
    """Each has exactly the mean number of ones, which may be a fraction."""
    BINOMIAL = "binomial"
    """Ones are independent of each other."""


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
        active = (bits[first : first + rows] != 0).sum(axis=0, dtype=np.int32)
        reads[index] = xp.bincount(active, minlength=most + 1)
    return _occurring(xp.arange(most + 1, dtype="float64"), reads, 0.0)


def stated_activity(
    density: float, blocks: Sequence[tuple[int, int]], reads: float, distribution: Distribution
) -> RowActivity:
    """Return the activity that a density of ones makes expect.

    Parameters
    ----------
    density : float
        Fraction of ones among the input bits, 0 to 1.
    blocks : sequence of pairs of int
        First row and number of rows.
    reads : float
        Reads of each block for an image: vectors times input bits.
    distribution : Distribution
        What is assumed of single vectors.

    Returns
    -------
    RowActivity
        Of each block, on NumPy.

    Raises
    ------
    ConfigurationError
        The density is no fraction.
    """
    if not 0 <= density <= 1:
        raise ConfigurationError(
            f"is {density:g}, no fraction of ones", field="density", remedy="set the density to 0 up to 1"
        )
    sizes = np.array([rows for _, rows in blocks], dtype=np.float64)
    if distribution is Distribution.MEAN:
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
