"""Ranges from streams of numbers: largest magnitude, percentile, least squared error.

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
        reached = int(np.searchsorted(np.cumsum(self._counts), percentile / 100.0 * self._counts.sum()))
        return min(float(_edges()[min(reached, _BINS - 1) + 1]), self.largest)

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


def _edges() -> Array:
    """Return the lower edges of the bins, and the upper edge of the last."""
    bits = (np.arange(_BINS + 1, dtype=np.int32) + _LOWEST_BIN) << _DROPPED_BITS
    edges = bits.view(np.float32).astype(np.float64)
    edges[0] = 0.0
    return edges
