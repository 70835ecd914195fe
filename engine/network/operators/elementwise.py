"""Arithmetic, comparison and logic, element by element with broadcasting."""

from __future__ import annotations

import functools

from nnsreport.engine.backend import Array
from nnsreport.engine.network.operators.registry import Call, operator

UNARY = {
    "Abs": "abs",
    "Acos": "arccos",
    "Acosh": "arccosh",
    "Asin": "arcsin",
    "Asinh": "arcsinh",
    "Atan": "arctan",
    "Atanh": "arctanh",
    "BitwiseNot": "invert",
    "Ceil": "ceil",
    "Cos": "cos",
    "Cosh": "cosh",
    "Exp": "exp",
    "Floor": "floor",
    "IsNaN": "isnan",
    "Log": "log",
    "Neg": "negative",
    "Not": "logical_not",
    "Round": "rint",  # halves to even, as ONNX asks
    "Sign": "sign",
    "Sin": "sin",
    "Sinh": "sinh",
    "Sqrt": "sqrt",
    "Tan": "tan",
    "Tanh": "tanh",
}
BINARY = {
    "Add": "add",
    "And": "logical_and",
    "BitwiseAnd": "bitwise_and",
    "BitwiseOr": "bitwise_or",
    "BitwiseXor": "bitwise_xor",
    "Equal": "equal",
    "Greater": "greater",
    "GreaterOrEqual": "greater_equal",
    "Less": "less",
    "LessOrEqual": "less_equal",
    "Mul": "multiply",
    "Or": "logical_or",
    "Sub": "subtract",
    "Xor": "logical_xor",
}
VARIADIC = {"Max": "maximum", "Min": "minimum", "Sum": "add"}


@operator(*UNARY)
def unary(call: Call) -> Array:
    """Apply a function of one tensor."""
    result: Array = getattr(call.xp, UNARY[call.node.operator])(call.x)
    return result


@operator(*BINARY)
def binary(call: Call) -> Array:
    """Combine two tensors."""
    result: Array = getattr(call.xp, BINARY[call.node.operator])(call.x, call.array(1))
    return result


@operator(*VARIADIC)
def variadic(call: Call) -> Array:
    """Combine any number of tensors."""
    return functools.reduce(getattr(call.xp, VARIADIC[call.node.operator]), call.arrays())


@operator("Mean")
def mean(call: Call) -> Array:
    """Average any number of tensors."""
    average: Array = functools.reduce(call.xp.add, call.arrays()) / len(call.inputs)
    return average


@operator("Div")
def divide(call: Call) -> Array:
    """Divide; integers are truncated towards zero."""
    xp, dividend, divisor = call.xp, call.x, call.array(1)
    if dividend.dtype.kind == "f":
        quotient: Array = xp.divide(dividend, divisor)
        return quotient
    magnitude: Array = xp.abs(dividend) // xp.abs(divisor)
    truncated: Array = magnitude * xp.sign(dividend) * xp.sign(divisor)
    return truncated.astype(dividend.dtype)


@operator("Mod")
def modulo(call: Call) -> Array:
    """Return the remainder, with the divisor's sign, or the dividend's if ``fmod`` is 1."""
    function = call.xp.fmod if call.attribute("fmod", 0) else call.xp.remainder
    remainder: Array = function(call.x, call.array(1))
    return remainder


@operator("Pow")
def power(call: Call) -> Array:
    """Raise to a power; the result has the type of the base."""
    base, exponent = call.x, call.array(1)
    # A square is by far the commonest power (layer normalisation), and `power` is slow at it.
    if exponent.size == 1 and exponent.ndim <= base.ndim and call.number(1) == 2:
        result: Array = base * base
    else:
        result = call.xp.power(base, exponent)
    return result.astype(base.dtype, copy=False)


@operator("Reciprocal")
def reciprocal(call: Call) -> Array:
    """Return ``1 / x``."""
    result: Array = call.xp.reciprocal(call.x)
    return result


@operator("BitShift")
def bit_shift(call: Call) -> Array:
    """Shift the bits of unsigned integers to the left or right."""
    function = call.xp.left_shift if call.attribute("direction", "") == "LEFT" else call.xp.right_shift
    shifted: Array = function(call.x, call.array(1))
    return shifted


@operator("IsInf")
def is_infinite(call: Call) -> Array:
    """Return where elements are infinite, of either sign or of one."""
    xp, x = call.xp, call.x
    positive, negative = call.attribute("detect_positive", 1), call.attribute("detect_negative", 1)
    found: Array = xp.isinf(x) & ((bool(positive) & (x > 0)) | (bool(negative) & (x < 0)))
    return found


@operator("Clip")
def clip(call: Call) -> Array:
    """Limit to a range whose ends are attributes (before opset 11) or inputs; either may be absent."""
    result = call.x
    if call.opset < 11:
        lowest: float | None = _limit(call, "min")
        highest: float | None = _limit(call, "max")
    else:
        lowest, highest = call.number(1), call.number(2)
    if lowest is not None:
        result = call.xp.maximum(result, result.dtype.type(lowest))
    if highest is not None:
        result = call.xp.minimum(result, result.dtype.type(highest))
    return result


def _limit(call: Call, name: str) -> float | None:
    return call.attribute(name, 0.0) if name in call.node.attributes else None


@operator("Where")
def where(call: Call) -> Array:
    """Choose from the second input where the first holds, else from the third."""
    result: Array = call.xp.where(call.x, call.array(1), call.array(2))
    return result


@operator("Cast")
def cast(call: Call) -> Array:
    """Convert the element type; every floating-point type becomes float32, in which the network computes."""
    return call.x.astype(call.cast_type("to") or call.x.dtype, copy=False)


@operator("CastLike")
def cast_like(call: Call) -> Array:
    """Convert to the element type of the second input."""
    return call.x.astype(call.array(1).dtype, copy=False)
