"""Operators that pick elements by index."""

from __future__ import annotations

import math

import numpy as np

from nnsreport.engine.backend import Array, to_numpy
from nnsreport.engine.network.operators.registry import Call, operator

_SCATTER_REDUCTIONS = {"add": np.add, "mul": np.multiply, "max": np.maximum, "min": np.minimum}


@operator("Gather")
def gather(call: Call) -> Array:
    """Take slices along an axis; the axis is replaced by the axes of the indices."""
    taken: Array = call.xp.take(call.x, call.array(1), axis=call.attribute("axis", 0))
    return taken


@operator("GatherElements")
def gather_elements(call: Call) -> Array:
    """Take one element for each index, from the same position on all other axes."""
    x, indices, axis = call.x, call.array(1), call.attribute("axis", 0)
    indices = call.xp.where(indices < 0, indices + x.shape[axis], indices)
    cut = tuple(
        slice(None) if position == axis % x.ndim else slice(length) for position, length in enumerate(indices.shape)
    )
    taken: Array = call.xp.take_along_axis(x[cut], indices, axis=axis)
    return taken


@operator("GatherND")
def gather_by_tuples(call: Call) -> Array:
    """Take the slice that each tuple of indices, along the last axis, points at."""
    x, indices, batch = call.x, call.array(1), call.attribute("batch_dims", 0)
    lengths = x.shape[:batch]
    flat = x.reshape(math.prod(lengths), *x.shape[batch:])
    tuples = indices.reshape(math.prod(lengths), -1, indices.shape[-1])
    each = call.xp.arange(flat.shape[0]).reshape(-1, 1)
    taken: Array = flat[(each, *(tuples[..., position] for position in range(tuples.shape[-1])))]
    return taken.reshape(*indices.shape[:-1], *taken.shape[2:])


@operator("Scatter", "ScatterElements")
def scatter_elements(call: Call) -> Array:
    """Put each element of the updates where its index points along an axis."""
    x, indices, updates = call.x, call.array(1), call.array(2)
    axis = call.attribute("axis", 0) % x.ndim
    places: list[Array] = [
        call.xp.arange(length).reshape((-1,) + (1,) * (x.ndim - position - 1))
        for position, length in enumerate(indices.shape)
    ]
    places[axis] = indices
    return _scattered(call, x, tuple(places), updates)


@operator("ScatterND")
def scatter_by_tuples(call: Call) -> Array:
    """Put each slice of the updates where its tuple of indices points."""
    indices = call.array(1)
    places = tuple(indices[..., position] for position in range(indices.shape[-1]))
    return _scattered(call, call.x, places, call.array(2))


def _scattered(call: Call, x: Array, places: tuple[Array, ...], updates: Array) -> Array:
    reduction = call.attribute("reduction", "none")
    if reduction == "none":
        copy: Array = x.copy()
        copy[places] = updates
        return copy
    call.require(reduction in _SCATTER_REDUCTIONS, f"reduction = {reduction!r}")
    # On the host: devices do not offer all of these for indices that occur more than once.
    result = to_numpy(x).copy()
    _SCATTER_REDUCTIONS[reduction].at(result, tuple(map(to_numpy, places)), to_numpy(updates))
    moved: Array = call.xp.asarray(result)
    return moved


@operator("OneHot")
def one_hot(call: Call) -> Array:
    """Return a tensor that has the on-value where its index along a new axis is the given one."""
    xp, indices = call.xp, call.x
    depth = int(call.number(1) or 0)
    off, on = call.array(2)
    rank = indices.ndim + 1
    axis = call.attribute("axis", -1) % rank
    wrapped = xp.where(indices < 0, indices + depth, indices)
    classes = xp.arange(depth).reshape((-1,) + (1,) * (rank - axis - 1))
    chosen: Array = xp.where(xp.expand_dims(wrapped, axis) == classes, on, off)
    return chosen


@operator("TopK")
def largest_elements(call: Call) -> tuple[Array, Array]:
    """Return the k largest or smallest elements along an axis and their indices, sorted; of equals the first."""
    xp, x = call.xp, call.x
    axis = call.attribute("axis", -1) % x.ndim
    count = call.attribute("k", 0) if call.opset < 10 else int(call.number(1) or 0)
    if call.attribute("largest", 1):
        ascending = xp.argsort(xp.flip(x, axis), axis=axis, kind="stable")
        order = x.shape[axis] - 1 - xp.flip(ascending, axis)
    else:
        order = xp.argsort(x, axis=axis, kind="stable")
    order = order[(*(slice(None),) * axis, slice(count))].astype("int64", copy=False)
    return xp.take_along_axis(x, order, axis=axis), order


@operator("NonZero")
def non_zero(call: Call) -> Array:
    """Return the indices of all elements that are not zero, a column each."""
    found: Array = call.xp.stack(call.xp.nonzero(call.x), axis=0)
    return found.astype("int64", copy=False)


@operator("Compress")
def compress(call: Call) -> Array:
    """Keep the slices along an axis, or elements, where a condition holds."""
    kept = np.flatnonzero(to_numpy(call.array(1)))
    axis = call.attribute("axis", call.x.ndim) if "axis" in call.node.attributes else None
    taken: Array = call.xp.take(call.x, call.xp.asarray(kept), axis=axis)
    return taken


@operator("ReverseSequence")
def reverse_sequence(call: Call) -> Array:
    """Reverse the first elements along the time axis, as many as each sequence of the batch has."""
    xp, x = call.xp, call.x
    time, batch = call.attribute("time_axis", 0), call.attribute("batch_axis", 1)
    lengths = call.array(1).reshape(-1, 1)
    steps = xp.arange(x.shape[time]).reshape(1, -1)
    order = xp.where(steps < lengths, lengths - 1 - steps, steps)  # (batch, time)
    order = order if batch < time else order.swapaxes(0, 1)
    shape = [x.shape[axis] if axis in (time, batch) else 1 for axis in range(x.ndim)]
    reversed_: Array = xp.take_along_axis(x, order.reshape(shape), axis=time)
    return reversed_


@operator("Trilu")
def triangle(call: Call) -> Array:
    """Keep the upper or lower triangle of the last two axes, from diagonal k."""
    k = call.number(1)
    diagonal = 0 if k is None else int(k)
    cut: Array = (call.xp.triu if call.attribute("upper", 1) else call.xp.tril)(call.x, diagonal)
    return cut


@operator("EyeLike")
def eye_like(call: Call) -> Array:
    """Return ones on the k-th diagonal of a matrix of the input's shape."""
    rows, columns = call.x.shape
    dtype = call.cast_type("dtype") or call.x.dtype
    eye: Array = call.xp.eye(rows, columns, k=call.attribute("k", 0), dtype=dtype)
    return eye
