"""Interpolation of images: each axis is resampled by the product with a sparse matrix, a few taps for each position.

Source: ONNX operator specification of Resize; R. Keys, IEEE Trans. ASSP 29, 1153 (1981), for cubic convolution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nnsreport.engine.backend import Array, constant_on
from nnsreport.engine.network.graph import NO_INTEGERS
from nnsreport.engine.network.operators.registry import Call, operator

_COORDINATES = (
    "align_corners",
    "asymmetric",
    "half_pixel",
    "half_pixel_symmetric",
    "pytorch_half_pixel",
    "tf_crop_and_resize",
    "tf_half_pixel_for_nn",
)
_NEAREST = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
_REACH = {"linear": 1, "cubic": 2}


@dataclass(frozen=True, slots=True)
class _Axis:
    """How one axis is resized."""

    old: int
    new: int
    scale: float
    first: float = 0.0
    last: float = 1.0


@operator("Resize", "Upsample")
def resize(call: Call) -> Array:
    """Resample each axis by its nearest elements, linearly, or by cubic convolution."""
    x, mode = call.x, call.attribute("mode", "nearest")
    default = "half_pixel" if call.opset >= 11 and call.node.operator == "Resize" else "asymmetric"
    coordinates = call.attribute("coordinate_transformation_mode", default)
    call.require(mode in ("nearest", *_REACH), f"mode = {mode!r}")
    call.require(coordinates in _COORDINATES, f"coordinate_transformation_mode = {coordinates!r}")
    for number, axis in _targets(call, tuple(x.shape)).items():
        if axis.new != axis.old or axis.scale != 1 or coordinates == "tf_crop_and_resize":
            positions = _source_positions(axis, coordinates)
            x = _nearest(call, x, number, positions) if mode == "nearest" else _mixed(call, x, number, axis, positions)
            if coordinates == "tf_crop_and_resize":
                x = _extrapolated(call, x, number, (positions >= 0) & (positions <= axis.old - 1))
    return x


def _targets(call: Call, lengths: tuple[int, ...]) -> dict[int, _Axis]:
    """Return what is to be done with each resized axis."""
    axes = call.attribute("axes", NO_INTEGERS) or tuple(range(len(lengths)))
    axes = tuple(axis % len(lengths) for axis in axes)
    if call.node.operator == "Upsample" and call.opset < 9:
        no_scales: tuple[float, ...] = ()
        scales = call.attribute("scales", no_scales)
    else:
        scales = call.numbers(2 if call.opset >= 11 and call.node.operator == "Resize" else 1)
    sizes = call.integers(3) or NO_INTEGERS
    if sizes:
        sizes, scales = _kept_ratio(call, sizes, [lengths[axis] for axis in axes])
    else:
        sizes = tuple(math.floor(lengths[axis] * scale) for axis, scale in zip(axes, scales, strict=True))
    regions = call.numbers(1) if call.attribute("coordinate_transformation_mode", "") == "tf_crop_and_resize" else ()
    regions = regions or (0.0,) * len(axes) + (1.0,) * len(axes)
    columns = zip(axes, sizes, scales, regions[: len(axes)], regions[len(axes) :], strict=True)
    return {axis: _Axis(lengths[axis], size, scale, first, last) for axis, size, scale, first, last in columns}


def _kept_ratio(call: Call, sizes: tuple[int, ...], lengths: list[int]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Return sizes and scales, the same scale for all axes if the aspect ratio is to be kept."""
    policy = call.attribute("keep_aspect_ratio_policy", "stretch")
    scales = tuple(size / length for size, length in zip(sizes, lengths, strict=True))
    if policy == "stretch":
        return sizes, scales
    call.require(policy in ("not_larger", "not_smaller"), f"keep_aspect_ratio_policy = {policy!r}")
    common = min(scales) if policy == "not_larger" else max(scales)
    return tuple(math.floor(length * common + 0.5) for length in lengths), (common,) * len(lengths)


def _source_positions(axis: _Axis, coordinates: str) -> Array:
    """Return where each new element lies among the old ones; in float32, which decides ties as other programs do."""
    old, new, scale = axis.old, axis.new, np.float32(axis.scale)
    index, half = np.arange(new, dtype=np.float32), np.float32(0.5)
    if coordinates == "align_corners":
        return index * np.float32((old - 1) / (new - 1)) if new > 1 else index
    if coordinates == "asymmetric":
        return index / scale
    if coordinates == "pytorch_half_pixel" and new == 1:
        return index
    if coordinates == "tf_half_pixel_for_nn":
        return (index + half) / scale
    if coordinates == "tf_crop_and_resize":
        if new == 1:
            return np.full(1, 0.5 * (axis.first + axis.last) * (old - 1), dtype=np.float32)
        step = (axis.last - axis.first) * (old - 1) / (new - 1)
        return (np.float32(axis.first * (old - 1)) + index * np.float32(step)).astype(np.float32)
    if coordinates == "half_pixel_symmetric":
        # The image's centre stays in the centre where the new length had to be rounded.
        offset = np.float32(old / 2 * (1 - new / (old * axis.scale)))
        return offset + (index + half) / scale - half
    return (index + half) / scale - half


def _nearest(call: Call, x: Array, number: int, positions: Array) -> Array:
    default = "round_prefer_floor" if call.opset >= 11 and call.node.operator == "Resize" else "floor"
    rounding = call.attribute("nearest_mode", default)
    call.require(rounding in _NEAREST, f"nearest_mode = {rounding!r}")
    if rounding == "round_prefer_floor":
        index = np.ceil(positions - 0.5)
    elif rounding == "round_prefer_ceil":
        index = np.floor(positions + 0.5)
    else:
        index = np.floor(positions) if rounding == "floor" else np.ceil(positions)
    return _take(call, x, number, index)


def _mixed(call: Call, x: Array, number: int, axis: _Axis, positions: Array) -> Array:
    """Return weighted sums of the elements around each position."""
    mode, xp = call.attribute("mode", "linear"), call.xp
    # Where an image shrinks, an antialiasing filter is as wide as the new elements.
    antialias = bool(call.attribute("antialias", 0)) and axis.scale < 1
    stretch = 1 / axis.scale if antialias else 1.0
    reach = math.ceil(_REACH[mode] * stretch)
    below = np.floor(positions)
    taps = below[:, None] + np.arange(1 - reach, reach + 1)
    weights = _filter(call, mode, (taps - positions[:, None]) / stretch)
    if call.attribute("exclude_outside", 0):
        weights = np.where((taps >= 0) & (taps < axis.old), weights, 0)
    weights = weights / weights.sum(axis=1, keepdims=True)
    shape = (-1, *(1,) * (x.ndim - number - 1))
    total: Array = xp.zeros((), dtype="float32")
    for tap in range(taps.shape[1]):
        weight = constant_on(xp, weights[:, tap].astype(np.float32).reshape(shape))
        total = total + _take(call, x, number, taps[:, tap]) * weight
    return total if x.dtype.kind == "f" else xp.rint(total).astype(x.dtype)


def _filter(call: Call, mode: str, distances: Array) -> Array:
    """Return the interpolation filter at given distances."""
    d = np.abs(distances.astype(np.float64))
    if mode == "linear":
        triangle: Array = np.maximum(1 - d, 0)
        return triangle
    a = call.attribute("cubic_coeff_a", -0.75)
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    weights: Array = np.where(d <= 1, near, np.where(d < 2, far, 0))
    return weights


def _extrapolated(call: Call, x: Array, number: int, inside: Array) -> Array:
    mask = constant_on(call.xp, inside.reshape(-1, *(1,) * (x.ndim - number - 1)))
    value: Array = call.xp.where(mask, x, x.dtype.type(call.attribute("extrapolation_value", 0.0)))
    return value


def _take(call: Call, x: Array, number: int, index: Array) -> Array:
    inside = np.clip(index, 0, x.shape[number] - 1).astype(np.int64)
    taken: Array = call.xp.take(x, constant_on(call.xp, inside), axis=number)
    return taken
