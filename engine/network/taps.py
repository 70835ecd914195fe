"""Where the elements lie that sliding windows see, for loops that unfold nothing."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.network.geometry import Window


@dataclass(frozen=True, slots=True)
class Taps:
    """Vectors as elements of an array that need not hold each of them side by side, nor more than once.

    Attributes
    ----------
    elements : numpy.ndarray
        Contiguous.
    rows_at : numpy.ndarray of int64, (groups, K)
        Row k of vector m of group g is number ``rows_at[g, k] + vectors_at[m]`` of the flat elements.
    vectors_at : numpy.ndarray of int64, (M,)
        Likewise.
    """

    elements: Array
    rows_at: Array
    vectors_at: Array

    def part(self, part: slice) -> Taps:
        """Return some of the vectors."""
        return Taps(self.elements, self.rows_at, self.vectors_at[part])

    def unfolded(self) -> Array:
        """Return the vectors as a matrix, (groups, K, M)."""
        vectors: Array = self.elements.reshape(-1)[self.rows_at[:, :, None] + self.vectors_at]
        return vectors


def taps_of_vectors(vectors: Array) -> Taps:
    """Return vectors as they lie.

    Parameters
    ----------
    vectors : numpy.ndarray, (groups, K, M)
        Copied only where neither axis K nor axis M is the last in memory.

    Returns
    -------
    Taps
        Of the same vectors.
    """
    groups, rows, count = vectors.shape
    if vectors.swapaxes(1, 2).flags.c_contiguous:
        elements, steps = vectors.swapaxes(1, 2), (1, rows)
    else:
        elements, steps = np.ascontiguousarray(vectors), (count, 1)
    rows_at = np.add.outer(np.arange(groups) * (rows * count), np.arange(rows) * steps[0])
    return Taps(elements, rows_at, np.arange(count) * steps[1])


def taps_of_windows(padded: Array, window: Window, positions: tuple[int, ...], groups: int) -> Taps:
    """Return what windows see of padded images.

    Parameters
    ----------
    padded : numpy.ndarray, (channels, images, *spatial)
        Contiguous; padded as the window asks.
    window : Window
        Kernel, strides and dilations.
    positions : tuple of int
        Of the window, along each axis.
    groups : int
        Of channels.

    Returns
    -------
    Taps
        Rows run over (channel of the group, kernel row, kernel column), vectors over (image, output row and column).
    """
    return Taps(padded, *_places_of_windows(padded.shape, window, positions, groups))


@functools.lru_cache(maxsize=256)  # layers are evaluated again and again
def _places_of_windows(
    shape: tuple[int, ...], window: Window, positions: tuple[int, ...], groups: int
) -> tuple[Array, Array]:
    """Return rows_at and vectors_at of contiguous images."""
    channel, image, *spatial = (math.prod(shape[axis + 1 :]) for axis in range(len(shape)))
    taps = [step * dilation for step, dilation in zip(spatial, window.dilations, strict=True)]
    places = [step * stride for step, stride in zip(spatial, window.strides, strict=True)]
    rows_at = _sums((shape[0], *window.kernel), (channel, *taps)).reshape(groups, -1)
    vectors_at = _sums((shape[1], *positions), (image, *places)).reshape(-1)
    rows_at.flags.writeable = vectors_at.flags.writeable = False
    return rows_at, vectors_at


def _sums(counts: tuple[int, ...], steps: tuple[int, ...]) -> Array:
    """Return where elements lie, of which an array has so many along its axes, so many apart."""
    along = (np.arange(count, dtype=np.int64) * step for count, step in zip(counts, steps, strict=True))
    return functools.reduce(np.add.outer, along)
