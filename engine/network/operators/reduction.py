"""Operators that combine the elements along axes."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from nnsreport.engine.backend import Array
from nnsreport.engine.network.operators.registry import Call, operator

Axes = tuple[int, ...] | None
Reduction = Callable[[ModuleType, Array, Axes, bool], Array]


def _norm(xp: ModuleType, x: Array, axes: Axes, keep: bool) -> Array:
    norm: Array = xp.sqrt(xp.sum(x * x, axis=axes, keepdims=keep))
    return norm


def _log_sum_exp(xp: ModuleType, x: Array, axes: Axes, keep: bool) -> Array:
    largest = x.max(axis=axes, keepdims=True)
    total = xp.log(xp.sum(xp.exp(x - largest), axis=axes, keepdims=True)) + largest
    result: Array = total if keep else total.squeeze(axes)
    return result


_REDUCTIONS: dict[str, Reduction] = {
    "ReduceL1": lambda xp, x, axes, keep: xp.sum(xp.abs(x), axis=axes, keepdims=keep),
    "ReduceL2": _norm,
    "ReduceLogSum": lambda xp, x, axes, keep: xp.log(xp.sum(x, axis=axes, keepdims=keep)),
    "ReduceLogSumExp": _log_sum_exp,
    "ReduceMax": lambda xp, x, axes, keep: xp.max(x, axis=axes, keepdims=keep),
    "ReduceMean": lambda xp, x, axes, keep: xp.mean(x, axis=axes, keepdims=keep),
    "ReduceMin": lambda xp, x, axes, keep: xp.min(x, axis=axes, keepdims=keep),
    "ReduceProd": lambda xp, x, axes, keep: xp.prod(x, axis=axes, keepdims=keep),
    "ReduceSum": lambda xp, x, axes, keep: xp.sum(x, axis=axes, keepdims=keep),
    "ReduceSumSquare": lambda xp, x, axes, keep: xp.sum(x * x, axis=axes, keepdims=keep),
}


@operator(*_REDUCTIONS)
def reduce(call: Call) -> Array:
    """Combine along the given axes, or along all; the result keeps the element type."""
    x, name = call.x, call.node.operator
    axes = call.axes(x.ndim, input_since=13 if name == "ReduceSum" else 18)
    if axes is None:
        if call.attribute("noop_with_empty_axes", 0):
            return x
        axes = tuple(range(x.ndim))
    result = _REDUCTIONS[name](call.xp, x, axes, bool(call.attribute("keepdims", 1)))
    return result.astype(x.dtype, copy=False)


@operator("ArgMax", "ArgMin")
def argument(call: Call) -> Array:
    """Return the index of the largest or smallest element along an axis, the first or the last of equals."""
    x = call.x
    axis = call.attribute("axis", 0) % x.ndim
    find = call.xp.argmax if call.node.operator == "ArgMax" else call.xp.argmin
    if call.attribute("select_last_index", 0):
        index: Array = x.shape[axis] - 1 - find(call.xp.flip(x, axis), axis=axis)
    else:
        index = find(x, axis=axis)
    index = index.astype("int64", copy=False)
    return call.xp.expand_dims(index, axis) if call.attribute("keepdims", 1) else index


@operator("CumSum", "CumProd")
def accumulate(call: Call) -> Array:
    """Add up, or multiply, along an axis: from the front or the back, with or without the element itself."""
    xp, x = call.xp, call.x
    axis = int(call.number(1) or 0) % x.ndim
    backwards = bool(call.attribute("reverse", 0))
    turned = xp.flip(x, axis) if backwards else x
    is_sum = call.node.operator == "CumSum"
    total = (xp.cumsum if is_sum else xp.cumprod)(turned, axis=axis).astype(x.dtype, copy=False)
    if call.attribute("exclusive", 0):
        leading = (slice(None),) * axis
        neutral = xp.full_like(total[(*leading, slice(0, 1))], 0 if is_sum else 1)
        total = xp.concatenate([neutral, total[(*leading, slice(0, -1))]], axis=axis)
    result: Array = xp.flip(total, axis) if backwards else total
    return result
