"""Operators that move blocks between space and channels, and cut or pad to a size."""

from __future__ import annotations

from nnsreport.engine.backend import Array
from nnsreport.engine.network.graph import NO_INTEGERS
from nnsreport.engine.network.operators.registry import Call, operator


@operator("DepthToSpace")
def depth_to_space(call: Call) -> Array:
    """Spread groups of channels over blocks of space; the block's axes lie before or after the channels."""
    x, block = call.x, call.attribute("blocksize", 1)
    mode = call.attribute("mode", "DCR")
    call.require(mode in ("DCR", "CRD"), f"mode = {mode!r}")
    images, channels, height, width = x.shape
    left = channels // block**2
    if mode == "DCR":
        split = x.reshape(images, block, block, left, height, width).transpose(0, 3, 4, 1, 5, 2)
    else:
        split = x.reshape(images, left, block, block, height, width).transpose(0, 1, 4, 2, 5, 3)
    return split.reshape(images, left, height * block, width * block)


@operator("SpaceToDepth")
def space_to_depth(call: Call) -> Array:
    """Collect blocks of space in groups of channels."""
    x, block = call.x, call.attribute("blocksize", 1)
    mode = call.attribute("mode", "DCR")
    call.require(mode in ("DCR", "CRD"), f"mode = {mode!r}")
    images, channels, height, width = x.shape
    split = x.reshape(images, channels, height // block, block, width // block, block)
    order = (0, 3, 5, 1, 2, 4) if mode == "DCR" else (0, 1, 3, 5, 2, 4)
    return split.transpose(order).reshape(images, channels * block**2, height // block, width // block)


@operator("CenterCropPad")
def centre(call: Call) -> Array:
    """Cut or pad with zeros, on both sides, to the given lengths."""
    x = call.x
    lengths = call.integers(1) or NO_INTEGERS
    axes = call.attribute("axes", NO_INTEGERS) or tuple(range(len(lengths)))
    for axis, length in zip((axis % x.ndim for axis in axes), lengths, strict=True):
        have = x.shape[axis]
        cut = max(have - length, 0) // 2
        x = x[(*(slice(None),) * axis, slice(cut, cut + min(have, length)))]
        more = max(length - have, 0)
        widths = [(0, 0)] * x.ndim
        widths[axis] = (more // 2, more - more // 2)
        x = call.xp.pad(x, widths) if more else x
    return x
