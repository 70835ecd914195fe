"""Pooling."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from nnsreport.engine.backend import Array, constant_on
from nnsreport.engine.network.geometry import Padding, Window, pad_spatial
from nnsreport.engine.network.graph import NO_INTEGERS
from nnsreport.engine.network.operators.registry import Call, operator

Combine = Callable[[Array, Array], Array]


@operator("MaxPool")
def max_pool(call: Call) -> Array:
    """Return the largest element under each window position."""
    call.require(len(call.node.outputs) == 1, "the output of indices")
    x = call.x
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    return _pool(x, pooling_window(call, x.ndim - 2), lowest, call.xp.maximum)


@operator("AveragePool")
def average_pool(call: Call) -> Array:
    """Return the mean under each window position, of the image alone or with its padding."""
    x = call.x
    window = pooling_window(call, x.ndim - 2)
    total = _pool(x, window, 0.0, call.xp.add)
    counts = _tap_counts(window, tuple(x.shape[2:]), include_padding=bool(call.attribute("count_include_pad", 0)))
    average: Array = total / constant_on(call.xp, counts)
    return average


@operator("GlobalAveragePool")
def global_average_pool(call: Call) -> Array:
    """Return the mean of each channel."""
    average: Array = call.x.mean(axis=tuple(range(2, call.x.ndim)), keepdims=True)
    return average


@operator("GlobalMaxPool")
def global_max_pool(call: Call) -> Array:
    """Return the largest element of each channel."""
    largest: Array = call.x.max(axis=tuple(range(2, call.x.ndim)), keepdims=True)
    return largest


@operator("LpPool")
def norm_pool(call: Call) -> Array:
    """Return the p-norm under each window position."""
    order = call.attribute("p", 2)
    powers = call.xp.abs(call.x) ** order
    total = _pool(powers, pooling_window(call, call.x.ndim - 2), 0.0, call.xp.add)
    result: Array = total ** (1 / order)
    return result


@operator("GlobalLpPool")
def global_norm_pool(call: Call) -> Array:
    """Return the p-norm of each channel."""
    order = call.attribute("p", 2)
    total = (call.xp.abs(call.x) ** order).sum(axis=tuple(range(2, call.x.ndim)), keepdims=True)
    result: Array = total ** (1 / order)
    return result


def pooling_window(call: Call, rank: int) -> Window:
    """Return the window of a pooling node.

    Parameters
    ----------
    call : Call
        Of ``MaxPool`` or ``AveragePool``.
    rank : int
        Number of spatial axes.

    Returns
    -------
    Window
        With the defaults of ONNX filled in.
    """
    return Window(
        kernel=call.attribute("kernel_shape", NO_INTEGERS),
        strides=call.attribute("strides", (1,) * rank),
        dilations=call.attribute("dilations", (1,) * rank),
        pads=call.attribute("pads", (0,) * (2 * rank)),
        auto_pad=call.attribute("auto_pad", "NOTSET"),
        ceil_mode=bool(call.attribute("ceil_mode", 0)),
    )


def _pool(x: Array, window: Window, neutral: float, combine: Combine) -> Array:
    """Combine the taps of each window position, one axis after the other: k passes for each axis, not k**rank."""
    spatial = tuple(x.shape[2:])
    positions = window.positions(spatial)
    x = pad_spatial(x, _reaching_padding(window, spatial, positions), neutral)
    for axis, count in enumerate(positions, start=2):
        x = _pool_axis(x, axis, count, window, combine)
    return x


def _reaching_padding(window: Window, spatial: tuple[int, ...], positions: tuple[int, ...]) -> Padding:
    """Return the padding, extended behind the input to where the last window of ``ceil_mode`` ends."""
    padding = window.padding(spatial)
    ends = ((p - 1) * s + e for p, s, e in zip(positions, window.strides, window.extent, strict=True))
    after = (max(a, end - n - b) for end, n, b, a in zip(ends, spatial, padding.before, padding.after, strict=True))
    return Padding(padding.before, tuple(after))


def _pool_axis(x: Array, axis: int, count: int, window: Window, combine: Combine) -> Array:
    kernel, stride, dilation = window.kernel[axis - 2], window.strides[axis - 2], window.dilations[axis - 2]
    leading = (slice(None),) * axis
    taps = [
        x[(*leading, slice(tap * dilation, tap * dilation + (count - 1) * stride + 1, stride))] for tap in range(kernel)
    ]
    result = taps[0]
    for tap in taps[1:]:
        result = combine(result, tap)
    return result


@functools.lru_cache(maxsize=16)  # nodes are evaluated again and again
def _tap_counts(window: Window, spatial: tuple[int, ...], *, include_padding: bool) -> Array:
    """Count the taps that each mean is taken over; positions beyond the padding never count."""
    padding = window.padding(spatial)
    counts = np.ones((1, 1, *(1 for _ in spatial)), dtype=np.float32)
    for axis, positions in enumerate(window.positions(spatial)):
        length, before, after = spatial[axis], padding.before[axis], padding.after[axis]
        first, end = (-before, length + after) if include_padding else (0, length)
        starts = np.arange(positions) * window.strides[axis] - before
        taps = starts[:, None] + np.arange(window.kernel[axis]) * window.dilations[axis]
        inside = ((taps >= first) & (taps < end)).sum(axis=1).astype(np.float32)
        counts = counts * inside.reshape(-1, *(1 for _ in spatial[axis + 1 :]))
    counts.flags.writeable = False
    return counts
