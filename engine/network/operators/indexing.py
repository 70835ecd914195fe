"""Operators that pick elements by index."""

from __future__ import annotations

from nnsreport.engine.backend import Array
from nnsreport.engine.network.operators.registry import Call, operator


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


@operator("Trilu")
def triangle(call: Call) -> Array:
    """Keep the upper or lower triangle of the last two axes, from diagonal k."""
    k = call.number(1)
    diagonal = 0 if k is None else int(k)
    cut: Array = (call.xp.triu if call.attribute("upper", 1) else call.xp.tril)(call.x, diagonal)
    return cut
