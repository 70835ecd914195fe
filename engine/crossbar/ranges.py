"""Ranges from streams of numbers: largest magnitude, percentile, least squared error, mean and deviation.

Magnitudes are counted in bins of equal ratio, cut out of the bits of their float32 representation. So the memory
is bounded, no range has to be known beforehand, and the result depends on the numbers alone, not on their batches.
"""

from __future__ import annotations

import numpy as np

from nnsreport.engine.backend import Array, namespace_of, to_numpy

_MANTISSA_BITS = 10
_DROPPED_BITS = 23 - _MANTISSA_BITS
_OCTAVES = 80
_BINS = _OCTAVES << _MANTISSA_BITS
_LOWEST_BIN = (127 - 36) << _MANTISSA_BITS
_MSE_CANDIDATES = 128


class MagnitudeCounts:
    """How often magnitudes occurred, in bins 0.1 % wide from 2^-36 to 2^44, and the exact extremes.

    Parameters
    ----------
    binned : bool
        Count at all; without, only the extremes are kept.
    """

    def __init__(self, binned: bool) -> None:
        self.largest = 0.0
        self.has_negative = False
        self._counts = np.zeros(_BINS if binned else 0, dtype=np.int64)

    def add(self, numbers: Array) -> None:
        """Count numbers.

        Parameters
        ----------
        numbers : Array of float32
            Of any shape and sign.
        """
        if not numbers.size:
            return
        xp = namespace_of(numbers)
        low, high = float(numbers.min()), float(numbers.max())
        self.has_negative |= low < 0.0
        self.largest = max(self.largest, -low, high) if low == low else low  # nan stays, for the caller to refuse
        if self._counts.size:
            bits = xp.abs(numbers.astype(xp.float32)).reshape(-1).view(xp.int32)
            bins = xp.clip((bits >> _DROPPED_BITS) - _LOWEST_BIN, 0, _BINS - 1)
            self._counts += to_numpy(xp.bincount(bins, minlength=_BINS))

    def merge(self, other: MagnitudeCounts) -> None:
        """Count what another has counted.

        Parameters
        ----------
        other : MagnitudeCounts
            Binned if this one is.
        """
        self.largest = max(self.largest, other.largest)
        self.has_negative |= other.has_negative
        self._counts += other._counts

    @property
    def total(self) -> int:
        """How many numbers were counted in bins."""
        return int(self._counts.sum())

    def magnitude_of_rank(self, rank: float) -> float:
        """Return a magnitude that a number of the numbers do not exceed.

        Parameters
        ----------
        rank : float
            That number.

        Returns
        -------
        float
            Upper edge of the bin in which it is reached, at most the largest magnitude.
        """
        reached = int(np.searchsorted(np.cumsum(self._counts), rank))
        return min(float(_edges()[min(reached, _BINS - 1) + 1]), self.largest)

    def percentile(self, percentile: float) -> float:
        """Return a magnitude that a share of the numbers does not exceed.

        Parameters
        ----------
        percentile : float
            The share, in per cent.

        Returns
        -------
        float
            Upper edge of the bin in which the share is reached, at most the largest magnitude.
        """
        return self.magnitude_of_rank(percentile / 100.0 * self._counts.sum())

    def least_squared_error(self, levels: int) -> float:
        """Return the range whose uniform quantisation loses least.

        Parameters
        ----------
        levels : int
            Steps from zero to the range.

        Returns
        -------
        float
            The best of 128 equidistant ranges up to the largest magnitude; the numbers count as their bins' centres.
        """
        used = np.flatnonzero(self._counts)
        edges = _edges()
        centres = np.minimum((edges[used] + edges[used + 1]) / 2.0, self.largest)
        candidates = self.largest * np.arange(1, _MSE_CANDIDATES + 1) / _MSE_CANDIDATES
        return float(min(candidates, key=lambda limit: self._squared_error(centres, used, limit, levels)))

    def _squared_error(self, centres: Array, used: Array, limit: float, levels: int) -> float:
        step = (limit or 1.0) / levels
        quantized = np.minimum(np.rint(centres / step), levels) * step
        return float(self._counts[used] @ (centres - quantized) ** 2)


class SignedCounts:
    """How often numbers of either sign occurred, and the exact extremes.

    Parameters
    ----------
    binned : bool
        Count at all; without, only the extremes are kept.
    """

    def __init__(self, binned: bool) -> None:
        self._binned = binned
        self._above = MagnitudeCounts(binned)
        self._below = MagnitudeCounts(binned)
        self.least = np.inf
        self.greatest = -np.inf

    def add(self, numbers: Array) -> None:
        """Count numbers.

        Parameters
        ----------
        numbers : Array of float32
            Of any shape and sign.
        """
        if not numbers.size:
            return
        self.least = min(self.least, float(numbers.min()))
        self.greatest = max(self.greatest, float(numbers.max()))
        if self._binned:
            negative = numbers < 0
            self._below.add(numbers[negative])
            self._above.add(numbers[~negative])

    def merge(self, other: SignedCounts) -> None:
        """Count what another has counted.

        Parameters
        ----------
        other : SignedCounts
            Binned if this one is.
        """
        self.least, self.greatest = min(self.least, other.least), max(self.greatest, other.greatest)
        self._above.merge(other._above)
        self._below.merge(other._below)

    def percentiles(self, percentile: float) -> tuple[float, float]:
        """Return two numbers between which a share of the numbers lies, with as many below as above.

        Parameters
        ----------
        percentile : float
            The share, in per cent.

        Returns
        -------
        low, high : float
            Within a bin of 0.1 %, towards the outside, and within the extremes.
        """
        below, total = self._below.total, self._below.total + self._above.total
        tail = (100.0 - percentile) / 200.0 * total
        return max(self._at(tail, below), self.least), min(self._at(total - tail, below), self.greatest)

    def _at(self, rank: float, below: int) -> float:
        """Return the number of a rank; the most negative has rank 0."""
        if rank <= below and below:
            return -self._below.magnitude_of_rank(below - rank)
        return self._above.magnitude_of_rank(rank - below)


class Moments:
    """Mean and standard deviation of streams of numbers, side by side.

    Sums of deviations are merged pairwise (T. F. Chan, G. H. Golub and R. J. LeVeque, Am. Stat. 37, 242 (1983)), so
    that a mean far from zero costs no digits.
    """

    def __init__(self) -> None:
        self._count = 0
        self._mean: Array = np.zeros(())
        self._squares: Array = np.zeros(())

    def add(self, numbers: Array, axes: tuple[int, ...]) -> None:
        """Count numbers.

        Parameters
        ----------
        numbers : Array
            Of one shape but for the axes that are counted.
        axes : tuple of int
            Over which they are samples; the others lie side by side.
        """
        if not numbers.size:
            return
        xp = namespace_of(numbers)
        mean = numbers.mean(axis=axes, keepdims=True, dtype=xp.float64)
        squares = ((numbers - mean) ** 2).sum(axis=axes)
        count = numbers.size // max(squares.size, 1)
        self._merge(count, to_numpy(mean.reshape(squares.shape)), to_numpy(squares))

    def merge(self, other: Moments) -> None:
        """Count what another has counted.

        Parameters
        ----------
        other : Moments
            Of the same shape.
        """
        self._merge(other._count, other._mean, other._squares)

    @property
    def mean(self) -> Array:
        """Mean of each stream."""
        return self._mean

    @property
    def std(self) -> Array:
        """Standard deviation of each stream."""
        return np.sqrt(self._squares / max(self._count, 1))

    def _merge(self, count: int, mean: Array, squares: Array) -> None:
        total = self._count + count
        if not total:
            return
        difference = mean - self._mean
        self._squares = self._squares + squares + difference**2 * (self._count * count / total)
        self._mean = self._mean + difference * (count / total)
        self._count = total


def _edges() -> Array:
    """Return the lower edges of the bins, and the upper edge of the last."""
    bits = (np.arange(_BINS + 1, dtype=np.int32) + _LOWEST_BIN) << _DROPPED_BITS
    edges = bits.view(np.float32).astype(np.float64)
    edges[0] = 0.0
    return edges
