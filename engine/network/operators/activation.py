"""Activation functions."""

from __future__ import annotations

import math
from types import ModuleType

from nnsreport.engine.backend import Array
from nnsreport.engine.network.operators.registry import Call, operator


@operator("Relu")
def relu(call: Call) -> Array:
    """Return ``max(x, 0)``."""
    x = call.x
    if x.dtype.kind == "f":  # with two limits NumPy is three times as fast
        result: Array = x.clip(x.dtype.type(0), x.dtype.type(math.inf))
    else:
        result = call.xp.maximum(x, x.dtype.type(0))
    return result


@operator("LeakyRelu")
def leaky_relu(call: Call) -> Array:
    """Return x, times ``alpha`` where negative."""
    x = call.x
    result: Array = call.xp.where(x < 0, x * call.attribute("alpha", 0.01), x)
    return result


@operator("PRelu")
def parametric_relu(call: Call) -> Array:
    """Return x, times the slopes of the second input where negative."""
    x = call.x
    result: Array = call.xp.where(x < 0, x * call.array(1), x)
    return result


@operator("ThresholdedRelu")
def thresholded_relu(call: Call) -> Array:
    """Return x where above ``alpha``, else 0."""
    x = call.x
    result: Array = call.xp.where(x > call.attribute("alpha", 1.0), x, x.dtype.type(0))
    return result


@operator("Elu", "Celu", "Selu")
def exponential_linear(call: Call) -> Array:
    """Return x, or a saturating exponential where negative."""
    x, kind = call.x, call.node.operator
    if kind == "Selu":
        scale, alpha, width = call.attribute("gamma", 1.05070102214813232421875), 1.67326319217681884765625, 1.0
        alpha = call.attribute("alpha", alpha)
    else:
        alpha = call.attribute("alpha", 1.0)
        scale, width = 1.0, alpha if kind == "Celu" else 1.0
    negative = alpha * call.xp.expm1(call.xp.minimum(x, 0) / width)
    result: Array = scale * call.xp.where(x < 0, negative, x)
    return result


@operator("Sigmoid")
def sigmoid(call: Call) -> Array:
    """Return ``1 / (1 + exp(-x))``."""
    return sigmoid_of(call.xp, call.x)


@operator("HardSigmoid")
def hard_sigmoid(call: Call) -> Array:
    """Return ``alpha * x + beta`` between 0 and 1."""
    linear = call.x * call.attribute("alpha", 0.2) + call.attribute("beta", 0.5)
    result: Array = call.xp.minimum(call.xp.maximum(linear, 0), 1)
    return result


@operator("HardSwish")
def hard_swish(call: Call) -> Array:
    """Return ``x * clip(x / 6 + 1 / 2, 0, 1)``."""
    x = call.x
    result: Array = x * call.xp.minimum(call.xp.maximum(x / 6 + 0.5, 0), 1)
    return result


@operator("Swish")
def swish(call: Call) -> Array:
    """Return ``x * sigmoid(alpha * x)``."""
    x = call.x
    return x * sigmoid_of(call.xp, x * call.attribute("alpha", 1.0))


@operator("Softplus")
def softplus(call: Call) -> Array:
    """Return ``log(1 + exp(x))``."""
    return softplus_of(call.xp, call.x)


@operator("Shrink")
def shrink(call: Call) -> Array:
    """Return x moved by ``bias`` towards zero where it is beyond ``lambd``, else 0."""
    xp, x = call.xp, call.x
    bias, limit = call.attribute("bias", 0.0), call.attribute("lambd", 0.5)
    moved = xp.where(x < -limit, x + bias, xp.where(x > limit, x - bias, xp.zeros_like(x)))
    result: Array = moved.astype(x.dtype, copy=False)
    return result


@operator("Softsign")
def softsign(call: Call) -> Array:
    """Return ``x / (1 + |x|)``."""
    x = call.x
    result: Array = x / (1 + call.xp.abs(x))
    return result


@operator("Mish")
def mish(call: Call) -> Array:
    """Return ``x * tanh(softplus(x))``."""
    x = call.x
    result: Array = x * call.xp.tanh(softplus_of(call.xp, x))
    return result


@operator("Erf")
def error_function(call: Call) -> Array:
    """Return the error function."""
    return erf(call.xp, call.x)


@operator("Gelu")
def gelu(call: Call) -> Array:
    """Return ``x`` times the normal distribution function of x, exactly or by the tanh approximation."""
    xp, x = call.xp, call.x
    approximation = call.attribute("approximate", "none")
    call.require(approximation in ("none", "tanh"), f"approximate = {approximation!r}")
    if approximation == "tanh":
        inner = math.sqrt(2 / math.pi) * (x + 0.044715 * (x * x * x))
        result: Array = 0.5 * x * (1 + xp.tanh(inner))
    else:
        result = 0.5 * x * (1 + erf(xp, x * math.sqrt(0.5)))
    return result


@operator("Softmax", "LogSoftmax")
def softmax(call: Call) -> Array:
    """Return probabilities, or their logarithms, along an axis.

    Before opset 13 all axes from ``axis`` on count as one.
    """
    xp, x = call.xp, call.x
    if call.opset < 13:
        first = call.attribute("axis", 1) % x.ndim
        axes = tuple(range(first, x.ndim))
    else:
        axes = (call.attribute("axis", -1),)
    shifted = x - x.max(axis=axes, keepdims=True)
    exponentials = xp.exp(shifted)
    total = exponentials.sum(axis=axes, keepdims=True)
    result: Array = shifted - xp.log(total) if call.node.operator == "LogSoftmax" else exponentials / total
    return result


@operator("Hardmax")
def hardmax(call: Call) -> Array:
    """Return 1 for the first of the largest elements along an axis, else 0.

    Before opset 13 all axes from ``axis`` on count as one.
    """
    xp, x = call.xp, call.x
    axis = call.attribute("axis", 1 if call.opset < 13 else -1) % x.ndim
    shape = (*x.shape[:axis], -1, 1) if call.opset < 13 else (*x.shape[: axis + 1], math.prod(x.shape[axis + 1 :]))
    grouped = x.reshape(shape)
    places = xp.arange(grouped.shape[axis]).reshape(-1, 1)
    chosen = places == xp.expand_dims(grouped.argmax(axis=axis), axis)
    result: Array = chosen.reshape(x.shape).astype(x.dtype)
    return result


_ERF_NUMERATOR = (
    -2.72614225801306e-10,
    2.77068142495902e-08,
    -2.10102402082508e-06,
    -5.69250639462346e-05,
    -7.34990630326855e-04,
    -2.95459980854025e-03,
    -1.60960333262415e-02,
)
_ERF_DENOMINATOR = (
    -1.45660718464996e-05,
    -2.13374055278905e-04,
    -1.68282697438203e-03,
    -7.37332916720468e-03,
    -1.42647390514189e-02,
)


def erf(xp: ModuleType, x: Array) -> Array:
    """Return the error function in single precision.

    Parameters
    ----------
    xp : module
        Namespace of ``x``.
    x : Array of float32
        Of any shape.

    Returns
    -------
    Array of float32
        Within 4e-7 of the exact value.

    Notes
    -----
    Rational minimax approximation ``x P(x^2) / Q(x^2)`` on [-4, 4], outside of which the error function is 1 in
    single precision; coefficients as in Eigen's and XLA's ``erf`` for float32.
    """
    limited = xp.minimum(xp.maximum(x, -4), 4)
    square = limited * limited
    result: Array = limited * _polynomial(square, _ERF_NUMERATOR) / _polynomial(square, _ERF_DENOMINATOR)
    return result


def _polynomial(x: Array, coefficients: tuple[float, ...]) -> Array:
    value = x * coefficients[0]
    for coefficient in coefficients[1:-1]:
        value += coefficient
        value *= x
    value += coefficients[-1]
    return value


def sigmoid_of(xp: ModuleType, x: Array) -> Array:
    """Return ``1 / (1 + exp(-x))``."""
    # The tanh form neither overflows nor loses the sign of large arguments.
    result: Array = 0.5 * xp.tanh(0.5 * x) + 0.5
    return result


def softplus_of(xp: ModuleType, x: Array) -> Array:
    """Return ``log(1 + exp(x))``."""
    result: Array = xp.logaddexp(x, x.dtype.type(0))
    return result
