"""Integers that stand for real numbers: ``real = scale * (integer - zero point)``."""

from __future__ import annotations

from nnsreport.engine.backend import Array
from nnsreport.engine.network.operators.registry import Call, operator
from nnsreport.engine.network.operators.types import integer_limits


@operator("QuantizeLinear")
def quantize(call: Call) -> Array:
    """Return the nearest integers (halves to even), limited to the range of their type."""
    xp, x = call.xp, call.x
    zero = call.optional(2)
    code = call.attribute("output_dtype", 0)
    if not code:
        code = {"uint8": 2, "int8": 3, "uint16": 4, "int16": 5, "int32": 6}.get(
            "uint8" if zero is None else zero.dtype.name, 1
        )
    limits = integer_limits(code)
    call.require(limits is not None, f"quantising to element type {code}")
    assert limits is not None
    lowest, highest, stored = limits
    levels = xp.rint(x.astype("float32", copy=False) / _aligned(call, x, call.array(1)))
    if zero is not None:
        levels = levels + _aligned(call, x, zero)
    limited: Array = xp.minimum(xp.maximum(levels, lowest), highest)
    return limited.astype(stored)


@operator("DequantizeLinear")
def dequantize(call: Call) -> Array:
    """Return the real numbers that integers stand for."""
    x = call.x
    zero = call.optional(2)
    if x.dtype.kind in "iu":
        x = x.astype("int64") if zero is None else x.astype("int64") - _aligned(call, x, zero.astype("int64"))
    real: Array = x.astype("float32") * _aligned(call, x, call.array(1))
    return real


@operator("DynamicQuantizeLinear")
def quantize_dynamically(call: Call) -> tuple[Array, Array, Array]:
    """Return 8-bit integers, with the scale and zero point that fit the range of the tensor and zero."""
    xp, x = call.xp, call.x
    lowest, highest = xp.minimum(x.min(), 0), xp.maximum(x.max(), 0)
    scale = ((highest - lowest) / 255).astype("float32")
    step = xp.where(scale == 0, xp.ones_like(scale), scale)
    zero = xp.rint(xp.minimum(xp.maximum(-lowest / step, 0), 255))
    levels = xp.minimum(xp.maximum(xp.rint(x / step) + zero, 0), 255)
    return levels.astype("uint8"), scale, zero.astype("uint8")


def _aligned(call: Call, x: Array, parameter: Array) -> Array:
    """Return scales or zero points as they belong to elements: one for all, for each slice of an axis, or a block."""
    if parameter.size == 1 and parameter.ndim <= 1:
        return parameter.reshape(())
    axis = call.attribute("axis", 1) % x.ndim
    if parameter.ndim == 1:
        return parameter.reshape(-1, *(1,) * (x.ndim - axis - 1))
    block = call.attribute("block_size", 0)
    if block:
        repeated: Array = call.xp.repeat(parameter, block, axis=axis)
        return repeated[(*(slice(None),) * axis, slice(x.shape[axis]))]
    return parameter
