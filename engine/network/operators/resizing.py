"""Interpolation of images."""

from __future__ import annotations

import math

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.network.graph import NO_INTEGERS
from nnsreport.engine.network.operators.registry import Call, operator

_COORDINATES = ("half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners")
_NEAREST = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")


@operator("Resize")
def resize(call: Call) -> Array:
    """Resample each axis by its nearest or its two neighbouring elements."""
    x = call.x
    mode = call.attribute("mode", "nearest")
    coordinates = call.attribute("coordinate_transformation_mode", "half_pixel" if call.opset >= 11 else "asymmetric")
    call.require(mode in ("nearest", "linear"), f"mode = {mode!r}")
    call.require(coordinates in _COORDINATES, f"coordinate_transformation_mode = {coordinates!r}")
    call.require(not call.attribute("antialias", 0), "antialias = 1")
    call.require(call.attribute("keep_aspect_ratio_policy", "stretch") == "stretch", "keeping the aspect ratio")
    for axis, (length, scale) in _targets(call, x.shape).items():
        if length != x.shape[axis] or scale != 1:
            positions = _source_positions(x.shape[axis], length, scale, coordinates)
            x = _nearest(call, x, axis, positions) if mode == "nearest" else _linear(call, x, axis, positions)
    return x


def _targets(call: Call, lengths: tuple[int, ...]) -> dict[int, tuple[int, float]]:
    """Return the new length and the scale of each resized axis."""
    axes = call.attribute("axes", NO_INTEGERS) or tuple(range(len(lengths)))
    axes = tuple(axis % len(lengths) for axis in axes)
    sizes = call.integers(3)
    if sizes:
        return {axis: (size, size / lengths[axis]) for axis, size in zip(axes, sizes, strict=True)}
    scales = call.numbers(2 if call.opset >= 11 else 1)
    return {axis: (math.floor(lengths[axis] * s), s) for axis, s in zip(axes, scales, strict=True)}


def _source_positions(old: int, new: int, scale: float, coordinates: str) -> Array:
    """Return where each new element lies among the old ones; in float32, which decides ties as other programs do."""
    index = np.arange(new, dtype=np.float32)
    if coordinates == "align_corners":
        return index * np.float32((old - 1) / (new - 1)) if new > 1 else index
    if coordinates == "asymmetric":
        return index / np.float32(scale)
    if coordinates == "pytorch_half_pixel" and new == 1:
        return index
    return (index + np.float32(0.5)) / np.float32(scale) - np.float32(0.5)


def _nearest(call: Call, x: Array, axis: int, positions: Array) -> Array:
    default = "round_prefer_floor" if call.opset >= 11 else "floor"
    rounding = call.attribute("nearest_mode", default)
    call.require(rounding in _NEAREST, f"nearest_mode = {rounding!r}")
    if rounding == "round_prefer_floor":
        index = np.ceil(positions - 0.5)
    elif rounding == "round_prefer_ceil":
        index = np.floor(positions + 0.5)
    else:
        index = np.floor(positions) if rounding == "floor" else np.ceil(positions)
    return _take(call, x, axis, index)


def _linear(call: Call, x: Array, axis: int, positions: Array) -> Array:
    below = np.floor(positions)
    shape = (-1, *(1,) * (x.ndim - axis - 1))
    weight = call.xp.asarray((positions - below).astype(np.float32).reshape(shape))
    mixed: Array = _take(call, x, axis, below) * (1 - weight) + _take(call, x, axis, below + 1) * weight
    return mixed


def _take(call: Call, x: Array, axis: int, index: Array) -> Array:
    inside = np.clip(index, 0, x.shape[axis] - 1).astype(np.int64)
    taken: Array = call.xp.take(x, call.xp.asarray(inside), axis=axis)
    return taken
