"""Normalisation layers that stay digital."""

from __future__ import annotations

import math
from types import ModuleType

from nnsreport.engine.backend import Array
from nnsreport.engine.network.operators.registry import Call, operator


@operator("BatchNormalization")
def batch_normalization(call: Call) -> Array:
    """Normalise each channel with the statistics of training."""
    call.require(not call.attribute("training_mode", 0), "training_mode = 1")
    call.require(bool(call.attribute("spatial", 1)), "spatial = 0")
    scale, bias, mean, variance = (call.array(position) for position in range(1, 5))
    epsilon = call.attribute("epsilon", 1e-5)
    factor, summand = affine_of_batch_normalization(call.xp, scale, bias, mean, variance, epsilon)
    x = call.x
    result = x * _by_channel(factor, x.ndim)
    result += _by_channel(summand, x.ndim)
    return result


def affine_of_batch_normalization(
    xp: ModuleType, scale: Array, bias: Array, mean: Array, variance: Array, epsilon: float
) -> tuple[Array, Array]:
    """Return the affine map of each channel that batch normalisation is at inference.

    Parameters
    ----------
    xp : module
        Namespace of the arrays.
    scale, bias, mean, variance : Array, (channels,)
        Learned factors and the statistics of training.
    epsilon : float
        Added to the variance.

    Returns
    -------
    tuple of Array
        Factor and summand, so that the output is ``factor * x + summand``, computed in float64.

    Notes
    -----
    Ioffe and Szegedy, "Batch normalization", ICML 2015, algorithm 2, line 11.
    """
    deviation = xp.sqrt(variance.astype("float64") + epsilon)
    factor = scale.astype("float64") / deviation
    summand = bias.astype("float64") - mean.astype("float64") * factor
    return factor.astype(scale.dtype), summand.astype(scale.dtype)


@operator("InstanceNormalization")
def instance_normalization(call: Call) -> Array:
    """Normalise each channel of each image."""
    x = call.x
    axes = tuple(range(2, x.ndim))
    normal = _standardised(call.xp, x, axes, call.attribute("epsilon", 1e-5))
    return normal * _by_channel(call.array(1), x.ndim) + _by_channel(call.array(2), x.ndim)


@operator("GroupNormalization")
def group_normalization(call: Call) -> Array:
    """Normalise groups of channels of each image.

    Scale and bias belong to groups in opset 18 to 20, to channels from 21 on.
    """
    x, groups = call.x, call.attribute("num_groups", 1)
    grouped = x.reshape(x.shape[0], groups, -1)
    normal = _standardised(call.xp, grouped, (2,), call.attribute("epsilon", 1e-5)).reshape(x.shape)
    scale, bias = call.array(1), call.array(2)
    if call.opset < 21:
        repeats = x.shape[1] // groups
        scale, bias = call.xp.repeat(scale, repeats), call.xp.repeat(bias, repeats)
    return normal * _by_channel(scale, x.ndim) + _by_channel(bias, x.ndim)


@operator("LayerNormalization")
def layer_normalization(call: Call) -> tuple[Array, ...]:
    """Normalise over the axes from ``axis`` on; if wanted, return mean and 1 / deviation too."""
    x, epsilon = call.x, call.attribute("epsilon", 1e-5)
    axes = tuple(range(call.attribute("axis", -1) % x.ndim, x.ndim))
    normal = _standardised(call.xp, x, axes, epsilon)
    normal *= call.array(1)
    bias = call.optional(2)
    if bias is not None:
        normal += bias
    if not any(call.node.outputs[1:]):
        return (normal,)
    mean = x.mean(axis=axes, keepdims=True)
    return normal, mean, 1 / call.xp.sqrt(((x - mean) ** 2).mean(axis=axes, keepdims=True) + epsilon)


@operator("MeanVarianceNormalization")
def mean_variance_normalization(call: Call) -> Array:
    """Subtract the mean and divide by the standard deviation over the given axes, by default all but channels."""
    x = call.x
    axes = tuple(axis % x.ndim for axis in call.attribute("axes", (0, 2, 3)))
    centred = x - x.mean(axis=axes, keepdims=True)
    deviation = call.xp.sqrt((centred * centred).mean(axis=axes, keepdims=True))
    result: Array = centred / (deviation + 1e-9)
    return result


@operator("RMSNormalization")
def root_mean_square_normalization(call: Call) -> Array:
    """Divide by the root mean square over the axes from ``axis`` on."""
    x = call.x
    axes = tuple(range(call.attribute("axis", -1) % x.ndim, x.ndim))
    mean_square = (x * x).mean(axis=axes, keepdims=True) + call.attribute("epsilon", 1e-5)
    result: Array = x / call.xp.sqrt(mean_square) * call.array(1)
    return result


@operator("LpNormalization")
def norm_normalization(call: Call) -> Array:
    """Divide by the 1-norm or 2-norm along an axis."""
    xp, x = call.xp, call.x
    axis, order = call.attribute("axis", -1), call.attribute("p", 2)
    call.require(order in (1, 2), f"p = {order}")
    if order == 1:
        norm: Array = xp.abs(x).sum(axis=axis, keepdims=True)
    else:
        norm = xp.sqrt((x * x).sum(axis=axis, keepdims=True))
    result: Array = xp.where(norm == 0, x, x / norm)
    return result


@operator("LRN")
def local_response_normalization(call: Call) -> Array:
    """Divide by a power of the mean square over neighbouring channels.

    Notes
    -----
    Krizhevsky et al., "ImageNet classification with deep convolutional neural networks", NIPS 2012, section 3.3.
    """
    xp, x = call.xp, call.x
    size = call.attribute("size", 1)
    widths = [(0, 0)] * x.ndim
    widths[1] = ((size - 1) // 2, math.ceil((size - 1) / 2))
    squares = xp.pad(x * x, widths)
    total = sum(squares[:, start : start + x.shape[1]] for start in range(size))
    base = call.attribute("bias", 1.0) + call.attribute("alpha", 1e-4) / size * total
    result: Array = x / base ** call.attribute("beta", 0.75)
    return result


def _standardised(xp: ModuleType, x: Array, axes: tuple[int, ...], epsilon: float) -> Array:
    centred: Array = x - x.mean(axis=axes, keepdims=True)
    variance = (centred * centred).mean(axis=axes, keepdims=True)
    centred /= xp.sqrt(variance + epsilon)
    return centred


def _by_channel(values: Array, rank: int) -> Array:
    """Shape one value a channel for broadcasting along axis 1."""
    return values.reshape(-1, *(1,) * (rank - 2))
