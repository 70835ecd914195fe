"""Convolutions whose weights are computed, and what is digital of transposed ones."""

from __future__ import annotations

import itertools
import math

from nnsreport.engine.backend import Array
from nnsreport.engine.network.geometry import Window
from nnsreport.engine.network.graph import NO_INTEGERS
from nnsreport.engine.network.linear import LinearLayer
from nnsreport.engine.network.operators.registry import Call, operator
from nnsreport.errors import NetworkError

OVERLAP_ADD = "nnsreport.OverlapAdd"
"""What is left of a ``ConvTranspose`` once each element has been multiplied with the kernel."""


@operator("Conv")
def convolution(call: Call) -> Array:
    """Convolve with computed weights; with constant ones a convolution is a crossbar layer."""
    layer = convolution_layer(call, call.array(1), call.optional(2))
    product = call.xp.matmul(layer.unfold(call.x), layer.weight)
    if layer.bias is not None:
        product = product + layer.bias.reshape(layer.groups, 1, layer.outputs)
    return layer.fold(product, tuple(call.x.shape))


@operator("ConvTranspose")
def transposed_convolution(call: Call) -> Array:
    """Convolve backwards with computed weights."""
    layer = transposed_convolution_layer(call, call.array(1))
    product = call.xp.matmul(layer.unfold(call.x), layer.weight)
    taps = layer.fold(product, tuple(call.x.shape))
    return _overlapped(call, taps, _kernel(call, call.array(1)), call.optional(2))


@operator(OVERLAP_ADD)
def overlap_add(call: Call) -> Array:
    """Add the copies of the kernel that the elements of an image have been multiplied with, where they overlap."""
    return _overlapped(call, call.x, call.attribute("kernel_shape", NO_INTEGERS), call.optional(1))


@operator("Col2Im")
def columns_to_image(call: Call) -> Array:
    """Add blocks to an image where they overlap, the reverse of taking them out of it."""
    x, image, kernel = call.x, call.integers(1) or NO_INTEGERS, call.integers(2) or NO_INTEGERS
    window = convolution_window(call, kernel)
    positions = window.positions(image)
    if x.shape[2] != math.prod(positions):
        raise NetworkError(f"{call.place}: {x.shape[2]} blocks, where the image has room for {math.prod(positions)}")
    taps = x.reshape(x.shape[0], -1, *kernel, *positions)
    padding = window.padding(image)
    canvas = tuple(b + n + a for b, n, a in zip(padding.before, image, padding.after, strict=True))
    return _cropped(_added(call, taps, canvas, window), padding.before, image)


def convolution_layer(call: Call, weight: Array, bias: Array | None) -> LinearLayer:
    """Return a ``Conv`` as a linear layer.

    Parameters
    ----------
    call : Call
        Its node.
    weight : Array, (output channels, channels of a group, *kernel)
        As in the file.
    bias : Array, (output channels,), or None
        As in the file.

    Returns
    -------
    LinearLayer
        Of index 0.

    Raises
    ------
    NetworkError
        Weights and attributes contradict each other.
    """
    groups = max(call.attribute("group", 1), 1)
    kernel = tuple(int(n) for n in weight.shape[2:])
    if weight.ndim < 3 or weight.shape[0] % groups or call.attribute("kernel_shape", kernel) != kernel:
        raise _contradiction(call, weight, groups, kernel)
    if bias is not None and bias.shape != weight.shape[:1]:
        raise NetworkError(f"{call.place}: a bias of shape {bias.shape} for {weight.shape[0]} output channels")
    grouped = weight.reshape(groups, weight.shape[0] // groups, math.prod(weight.shape[1:]))
    window = convolution_window(call, kernel)
    return LinearLayer(0, call.node.name, "Conv", grouped.swapaxes(1, 2), bias, window)


def transposed_convolution_layer(call: Call, weight: Array) -> LinearLayer:
    """Return the product of a ``ConvTranspose`` as a linear layer.

    Each element's channels are multiplied with the whole kernel; no zeros are inserted between elements, so that a word
    line is only driven where there is something to multiply.

    Parameters
    ----------
    call : Call
        Its node.
    weight : Array, (channels, output channels of a group, *kernel)
        As in the file.

    Returns
    -------
    LinearLayer
        Of index 0, without bias; N runs over (output channel of the group, *kernel).

    Raises
    ------
    NetworkError
        Weights and attributes contradict each other.
    """
    groups = max(call.attribute("group", 1), 1)
    kernel = _kernel(call, weight)
    if weight.ndim < 3 or weight.shape[0] % groups or len(kernel) != weight.ndim - 2:
        raise _contradiction(call, weight, groups, kernel)
    point = (1,) * len(kernel)
    window = Window(kernel=point, strides=point, dilations=point, pads=(0,) * (2 * len(kernel)))
    matrices = weight.reshape(groups, weight.shape[0] // groups, math.prod(weight.shape[1:]))
    return LinearLayer(0, call.node.name, "ConvTranspose", matrices, None, window)


def convolution_window(call: Call, kernel: tuple[int, ...]) -> Window:
    """Return the window of a convolution.

    Parameters
    ----------
    call : Call
        Its node.
    kernel : tuple of int
        Lengths of the kernel's axes.

    Returns
    -------
    Window
        With the defaults of ONNX filled in.

    Raises
    ------
    NetworkError
        Attributes do not have one number for each axis, or senseless ones.
    """
    rank = len(kernel)
    window = Window(
        kernel=kernel,
        strides=call.attribute("strides", (1,) * rank),
        dilations=call.attribute("dilations", (1,) * rank),
        pads=call.attribute("pads", (0,) * (2 * rank)),
        auto_pad=call.attribute("auto_pad", "NOTSET"),
    )
    if (len(window.strides), len(window.dilations), len(window.pads)) != (rank, rank, 2 * rank):
        raise NetworkError(f"{call.place}: strides, dilations or pads do not have {rank} spatial axes")
    if min(*window.strides, *window.dilations) < 1 or min(window.pads) < 0:
        raise NetworkError(f"{call.place}: strides and dilations must be positive, and pads not negative")
    return window


def _contradiction(call: Call, weight: Array, groups: int, kernel: tuple[int, ...]) -> NetworkError:
    return NetworkError(
        f"{call.place}: weights of shape {weight.shape} do not fit group = {groups} and "
        f"kernel_shape = {call.attribute('kernel_shape', kernel)}"
    )


def _kernel(call: Call, weight: Array) -> tuple[int, ...]:
    return call.attribute("kernel_shape", tuple(int(n) for n in weight.shape[2:]))


def _overlapped(call: Call, products: Array, kernel: tuple[int, ...], bias: Array | None) -> Array:
    """Return the image of a transposed convolution from (images, channels * taps, *spatial)."""
    window = convolution_window(call, kernel)
    spatial = tuple(products.shape[2:])
    taps = products.reshape(products.shape[0], -1, *kernel, *spatial)
    extra = call.attribute("output_padding", (0,) * window.rank)
    canvas = tuple(
        stride * (n - 1) + more + extent
        for stride, n, more, extent in zip(window.strides, spatial, extra, window.extent, strict=True)
    )
    before, lengths = _transposed_crop(call, window, spatial, canvas)
    # A target longer than what the kernel reaches is zero behind it.
    reached = tuple(max(c, b + n) for c, b, n in zip(canvas, before, lengths, strict=True))
    image = _cropped(_added(call, taps, reached, window), before, lengths)
    return image if bias is None else image + bias.reshape(-1, *(1,) * window.rank)


def _transposed_crop(
    call: Call, window: Window, spatial: tuple[int, ...], canvas: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return how much is cut off before each axis, and the lengths that remain."""
    lengths = call.attribute("output_shape", NO_INTEGERS)[-window.rank :]
    if not lengths and window.auto_pad in ("SAME_UPPER", "SAME_LOWER"):
        lengths = tuple(n * stride for n, stride in zip(spatial, window.strides, strict=True))
    if not lengths:
        padding = window.padding(spatial)
        kept = zip(canvas, padding.before, padding.after, strict=True)
        return padding.before, tuple(length - before - after for length, before, after in kept)
    surplus = [max(have - want, 0) for have, want in zip(canvas, lengths, strict=True)]
    upper = window.auto_pad == "SAME_UPPER"
    return tuple(total // 2 if upper else total - total // 2 for total in surplus), lengths


def _added(call: Call, taps: Array, lengths: tuple[int, ...], window: Window) -> Array:
    """Add taps (images, channels, *kernel, *positions) into images of the given lengths."""
    xp, positions = call.xp, taps.shape[2 + window.rank :]
    image: Array = xp.zeros((*taps.shape[:2], *lengths), dtype=taps.dtype)
    for tap in itertools.product(*map(range, window.kernel)):
        places = tuple(
            slice(k * dilation, k * dilation + (count - 1) * stride + 1, stride)
            for k, dilation, count, stride in zip(tap, window.dilations, positions, window.strides, strict=True)
        )
        whole: tuple[int | slice, ...] = (slice(None), slice(None))
        image[(*whole, *places)] += taps[(*whole, *tap)]
    return image


def _cropped(image: Array, before: tuple[int, ...], lengths: tuple[int, ...]) -> Array:
    inside = tuple(slice(b, b + n) for b, n in zip(before, lengths, strict=True))
    return image[(slice(None), slice(None), *inside)]
