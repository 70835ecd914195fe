"""Sliding windows: the geometry that convolution and pooling share, and im2col.

Source of the formulas: ONNX operator specifications of Conv, MaxPool and AveragePool.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

import numpy as np

from nnsreport.engine import native
from nnsreport.engine.backend import Array, namespace_of

_ROWS_AND_COLUMNS = 2


class Padding(NamedTuple):
    """Zeros before and after each spatial axis."""

    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to pad."""
        return not any(self.before) and not any(self.after)


class Window(NamedTuple):
    """A window that slides over the spatial axes of an (images, channels, *spatial) tensor.

    Attributes
    ----------
    kernel, strides, dilations : tuple of int
        One entry for each spatial axis.
    pads : tuple of int
        All befores, then all afters; ignored when ``auto_pad`` decides.
    auto_pad : str
        ``NOTSET``, ``VALID``, ``SAME_UPPER`` or ``SAME_LOWER``.
    ceil_mode : bool
        Round the number of positions up instead of down.
    """

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    pads: tuple[int, ...]
    auto_pad: str = "NOTSET"
    ceil_mode: bool = False

    @property
    def rank(self) -> int:
        """Number of spatial axes."""
        return len(self.kernel)

    @property
    def extent(self) -> tuple[int, ...]:
        """Input elements from the first to the last tap of the dilated kernel, for each axis."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilations, strict=True))

    @property
    def is_pointwise(self) -> bool:
        """Whether each position sees exactly its own element (a 1x1 kernel without stride or padding)."""
        return all(k == 1 for k in self.kernel) and all(s == 1 for s in self.strides) and not any(self.pads)

    def padding(self, spatial: tuple[int, ...]) -> Padding:
        """Return the padding for an input of a given size.

        Parameters
        ----------
        spatial : tuple of int
            Lengths of the spatial axes of the input.

        Returns
        -------
        Padding
            Explicit for every ``auto_pad``.
        """
        return _padding_in(self, spatial)

    def positions(self, spatial: tuple[int, ...]) -> tuple[int, ...]:
        """Return the number of window positions along each axis.

        Parameters
        ----------
        spatial : tuple of int
            Lengths of the spatial axes of the input.

        Returns
        -------
        tuple of int
            Lengths of the spatial axes of the output; zero or less where the window does not fit.
        """
        return _positions_in(self, spatial)


@functools.lru_cache(maxsize=1024)  # layers are evaluated again and again
def _padding_in(window: Window, spatial: tuple[int, ...]) -> Padding:
    rank = window.rank
    if window.auto_pad == "NOTSET":
        return Padding(window.pads[:rank], window.pads[rank:])
    if window.auto_pad == "VALID":
        return Padding((0,) * rank, (0,) * rank)
    totals = [
        max((math.ceil(n / s) - 1) * s + e - n, 0)
        for n, s, e in zip(spatial, window.strides, window.extent, strict=True)
    ]
    less, more = tuple(t // 2 for t in totals), tuple(t - t // 2 for t in totals)
    return Padding(less, more) if window.auto_pad == "SAME_UPPER" else Padding(more, less)


@functools.lru_cache(maxsize=1024)
def _positions_in(window: Window, spatial: tuple[int, ...]) -> tuple[int, ...]:
    padding = window.padding(spatial)
    axes = zip(spatial, padding.before, padding.after, window.strides, window.extent, strict=True)
    return tuple(_positions(*axis, window.ceil_mode) for axis in axes)


def _positions(length: int, before: int, after: int, stride: int, extent: int, ceil_mode: bool) -> int:
    free = length + before + after - extent
    if not ceil_mode:
        return free // stride + 1
    count = -(-free // stride) + 1
    # A window that would start in the padding behind the input is not a position.
    return count - 1 if (count - 1) * stride >= length + before else count


def pad_spatial(x: Array, padding: Padding, value: float, *, channels_first: bool = False) -> Array:
    """Return a tensor with a constant around its spatial axes.

    Parameters
    ----------
    x : Array, (images, channels, *spatial)
        Of any type.
    padding : Padding
        Elements before and after each spatial axis.
    value : float
        The constant.
    channels_first : bool
        Lay the copy out in memory with the channel axis outermost, as :func:`columns` wants it.

    Returns
    -------
    Array
        A copy, or ``x`` itself where there is nothing to pad.
    """
    if padding.is_empty:
        return x
    xp = namespace_of(x)
    spatial = tuple(map(sum, zip(x.shape[2:], padding.before, padding.after, strict=True)))
    if channels_first:
        padded = _filled(xp, (x.shape[1], x.shape[0], *spatial), value, x).swapaxes(0, 1)
    else:
        padded = _filled(xp, (*x.shape[:2], *spatial), value, x)
    inside = tuple(slice(b, b + n) for b, n in zip(padding.before, x.shape[2:], strict=True))
    padded[(slice(None), slice(None), *inside)] = x
    return padded


def _filled(xp: ModuleType, shape: tuple[int, ...], value: float, like: Array) -> Array:
    filled: Array = xp.full(shape, value, dtype=like.dtype) if value else xp.zeros(shape, dtype=like.dtype)
    return filled


def columns(x: Array, window: Window, groups: int = 1) -> Array:
    """Unfold images into columns, one for each window position (im2col).

    Parameters
    ----------
    x : Array, (images, channels, *spatial)
        Of any type. Fastest when the channel axis is outermost in memory, as :meth:`LinearLayer.fold` leaves it.
    window : Window
        Kernel, strides, dilations and padding; taps in the padding read zero.
    groups : int
        Number of channel groups.

    Returns
    -------
    Array, (groups, K, M)
        K runs over (channel of the group, kernel row, kernel column), M over (image, output row, output column).
        May share memory with ``x`` for a pointwise window.
    """
    _, channels, *lengths = x.shape
    if window.is_pointwise:
        return x.swapaxes(0, 1).reshape(groups, channels // groups, -1)
    spatial = tuple(lengths)
    rows, positions = channels // groups * math.prod(window.kernel), window.positions(spatial)
    padded = pad_spatial(x, window.padding(spatial), 0, channels_first=True)
    if native.unfold is not None and window.rank == _ROWS_AND_COLUMNS and namespace_of(x) is np:
        return _unfolded(padded, window, positions, native.unfold).reshape(groups, rows, -1)
    taps = _taps(padded, window, positions)
    # Axes (image, channel, *kernel, *positions) -> (channel, *kernel, image, *positions), then one copy.
    kernel_end = 2 + window.rank
    order = (*range(1, kernel_end), 0, *range(kernel_end, taps.ndim))
    return taps.transpose(order).reshape(groups, rows, -1)


def _unfolded(padded: Array, window: Window, positions: tuple[int, ...], unfold: Callable[..., None]) -> Array:
    """Return a padded tensor as (channel, *kernel, image, *positions), copied by the loops in C."""
    by_channel = np.ascontiguousarray(padded.swapaxes(0, 1))
    channel, image, *spatial = by_channel.strides
    taps = [step * dilation for step, dilation in zip(spatial, window.dilations, strict=True)]
    places = [step * stride for step, stride in zip(spatial, window.strides, strict=True)]
    shape = (by_channel.shape[0], *window.kernel, by_channel.shape[1], *positions)
    filled: Array = np.empty(shape, by_channel.dtype)
    if filled.size:
        # As bytes, which types of numbers that only NumPy knows can be, too.
        to, of = (array.reshape(-1).view(np.uint8) for array in (filled, by_channel))
        unfold(to, of, shape, (channel, *taps, image, *places), by_channel.itemsize)
    return filled


def _taps(padded: Array, window: Window, positions: tuple[int, ...]) -> Array:
    """View a padded tensor as (image, channel, *kernel, *positions) without a copy."""
    leading, spatial = padded.strides[:2], padded.strides[2:]
    kernel_strides = tuple(s * d for s, d in zip(spatial, window.dilations, strict=True))
    position_strides = tuple(s * t for s, t in zip(spatial, window.strides, strict=True))
    view: Array = namespace_of(padded).lib.stride_tricks.as_strided(
        padded,
        (*padded.shape[:2], *window.kernel, *positions),
        (*leading, *kernel_strides, *position_strides),
    )
    return view
