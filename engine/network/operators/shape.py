"""Operators that move, join or describe tensors without computing on their elements."""

from __future__ import annotations

import math

import numpy as np

from nnsreport.engine.backend import Array, joined, to_numpy
from nnsreport.engine.network.graph import NO_INTEGERS
from nnsreport.engine.network.operators.registry import Call, operator


@operator("Identity")
def identity(call: Call) -> Array:
    """Return the input."""
    return call.x


@operator("Dropout")
def dropout(call: Call) -> tuple[Array, Array]:
    """Return the input, and that all of it is kept: inference drops nothing."""
    training = call.optional(2)
    call.require(training is None or not bool(training.any()), "training_mode = 1")
    return call.x, call.xp.ones(call.x.shape, dtype=bool)


@operator("Constant")
def constant(call: Call) -> Array:
    """Return the tensor or number that the node carries."""
    attributes = call.node.attributes
    for name, dtype in (
        ("value_int", np.int64),
        ("value_ints", np.int64),
        ("value_float", np.float32),
        ("value_floats", np.float32),
    ):
        if name in attributes:
            return np.array(attributes[name], dtype=dtype)
    call.require("value" in attributes, "a constant that is a text or sparse")
    return call.attribute("value", np.zeros(0))


@operator("Reshape")
def reshape(call: Call) -> Array:
    """Give a new shape; 0 copies a length (unless ``allowzero``), -1 takes what is left."""
    target = call.integers(1) or NO_INTEGERS
    if not call.attribute("allowzero", 0):
        target = tuple(call.x.shape[axis] if length == 0 else length for axis, length in enumerate(target))
    return call.x.reshape(target)


@operator("Flatten")
def flatten(call: Call) -> Array:
    """Merge the axes before ``axis`` and those from it on."""
    x = call.x
    axis = call.attribute("axis", 1)
    axis = axis + x.ndim if axis < 0 else axis
    return x.reshape(math.prod(x.shape[:axis]), math.prod(x.shape[axis:]))


@operator("Transpose")
def transpose(call: Call) -> Array:
    """Permute the axes; reverse them where no permutation is given."""
    return call.x.transpose(call.attribute("perm", tuple(reversed(range(call.x.ndim)))))


@operator("Squeeze")
def squeeze(call: Call) -> Array:
    """Remove axes of length 1."""
    x = call.x
    axes = call.axes(x.ndim, input_since=13)
    if axes is None:
        axes = tuple(axis for axis, length in enumerate(x.shape) if length == 1)
    return x.squeeze(axes)


@operator("Unsqueeze")
def unsqueeze(call: Call) -> Array:
    """Insert axes of length 1, counted in the result."""
    given = (call.integers(1) if call.opset >= 13 else call.attribute("axes", NO_INTEGERS)) or NO_INTEGERS
    rank = call.x.ndim + len(given)
    inserted = {axis % rank for axis in given}
    lengths = iter(call.x.shape)
    return call.x.reshape(tuple(1 if axis in inserted else next(lengths) for axis in range(rank)))


@operator("Concat")
def concatenate(call: Call) -> Array:
    """Join along an axis.

    A tensor of length 1 on the first axis is repeated where the others are longer: constants such as a class
    token, which an exporter with a fixed batch of one has stored for that batch.
    """
    parts = call.arrays()
    axis = call.attribute("axis", 1) % parts[0].ndim
    if axis != 0:
        images = max(part.shape[0] for part in parts)
        parts = [
            call.xp.broadcast_to(part, (images, *part.shape[1:])) if part.shape[0] == 1 else part for part in parts
        ]
    if len({part.dtype for part in parts}) > 1:
        mixed: Array = call.xp.concatenate(parts, axis=axis)
        return mixed
    return joined(parts, axis)


@operator("Split")
def split(call: Call) -> tuple[Array, ...]:
    """Cut along an axis into given lengths, or into equal ones with a shorter last."""
    x, axis = call.x, call.attribute("axis", 0)
    lengths = call.integers(1) if call.opset >= 13 else call.attribute("split", NO_INTEGERS)
    if not lengths:
        count = len(call.node.outputs)
        each = -(-x.shape[axis] // count)
        lengths = (each,) * (count - 1)
    starts = (0, *np.cumsum(lengths))[: len(call.node.outputs)]
    stops = (*starts[1:], x.shape[axis])
    return tuple(_along(x, axis, slice(int(a), int(b))) for a, b in zip(starts, stops, strict=True))


@operator("Slice")
def cut(call: Call) -> Array:
    """Take a range of each named axis."""
    x = call.x
    if call.opset < 10:
        starts = call.attribute("starts", NO_INTEGERS)
        ends = call.attribute("ends", NO_INTEGERS)
        axes = call.attribute("axes", NO_INTEGERS)
        steps = NO_INTEGERS
    else:
        starts, ends = call.integers(1) or NO_INTEGERS, call.integers(2) or NO_INTEGERS
        axes, steps = call.integers(3) or NO_INTEGERS, call.integers(4) or NO_INTEGERS
    axes = axes or tuple(range(len(starts)))
    steps = steps or (1,) * len(starts)
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        x = _along(x, axis, _range(start, end, step, x.shape[axis]))
    return x


def _range(start: int, end: int, step: int, length: int) -> slice:
    """Return ONNX's range as Python's: there an end before the first element has no negative number."""
    end = end + length if end < 0 else end
    return slice(start, None if step < 0 and end < 0 else max(end, 0), step)


def _along(x: Array, axis: int, taken: slice) -> Array:
    return x[(*(slice(None),) * (axis % x.ndim), taken)]


@operator("Pad")
def pad(call: Call) -> Array:
    """Add elements before and after each axis; negative numbers cut elements off."""
    x = call.x
    amounts = (call.integers(1) if call.opset >= 11 else call.attribute("pads", NO_INTEGERS)) or NO_INTEGERS
    axes = call.axes(x.ndim, input_since=18, position=3) if call.opset >= 18 else None
    axes = tuple(range(x.ndim)) if axes is None else axes
    before, after = [0] * x.ndim, [0] * x.ndim
    for axis, first, last in zip(axes, amounts[: len(axes)], amounts[len(axes) :], strict=True):
        before[axis], after[axis] = first, last
    kept = tuple(slice(max(-b, 0), n - max(-a, 0)) for b, a, n in zip(before, after, x.shape, strict=True))
    widths = [(max(b, 0), max(a, 0)) for b, a in zip(before, after, strict=True)]
    return _padded(call, x[kept], widths)


def _padded(call: Call, x: Array, widths: list[tuple[int, int]]) -> Array:
    mode = call.attribute("mode", "constant")
    call.require(mode in ("constant", "reflect", "edge", "wrap"), f"mode = {mode!r}")
    if mode == "constant":
        value = call.number(2) if call.opset >= 11 else call.attribute("value", 0.0)
        lengths = tuple(b + n + a for n, (b, a) in zip(x.shape, widths, strict=True))
        order = "F" if x.flags.fnc else "C"
        padded: Array = call.xp.full(lengths, 0 if value is None else value, dtype=x.dtype, order=order)
        padded[tuple(slice(b, b + n) for n, (b, _) in zip(x.shape, widths, strict=True))] = x
    else:
        padded = call.xp.pad(x, widths, mode=mode)
    return padded


@operator("Expand")
def expand(call: Call) -> Array:
    """Broadcast to a shape, in both directions."""
    target = np.broadcast_shapes(call.x.shape, call.integers(1) or NO_INTEGERS)
    expanded: Array = call.xp.broadcast_to(call.x, target)
    return expanded


@operator("Tile")
def tile(call: Call) -> Array:
    """Repeat along each axis."""
    tiled: Array = call.xp.tile(call.x, call.integers(1) or NO_INTEGERS)
    return tiled


@operator("Shape")
def shape(call: Call) -> Array:
    """Return the lengths of the axes from ``start`` to ``end``, on the host."""
    lengths = call.inputs[0].shape if call.inputs[0] is not None else ()
    return np.array(lengths[call.attribute("start", 0) : call.attribute("end", len(lengths))], dtype=np.int64)


@operator("Size")
def size(call: Call) -> Array:
    """Return the number of elements, on the host."""
    return np.array(call.x.size, dtype=np.int64)


@operator("ConstantOfShape")
def constant_of_shape(call: Call) -> Array:
    """Return a tensor filled with one value, on the host."""
    value = call.attribute("value", np.zeros(1, dtype=np.float32))
    return np.full(call.integers(0) or NO_INTEGERS, value.reshape(-1)[0], dtype=value.dtype)


@operator("Range")
def count_up(call: Call) -> Array:
    """Return the numbers from a start to before a limit, on the host."""
    start, limit, step = (to_numpy(value).item() for value in call.arrays())
    return np.arange(start, limit, step, dtype=call.x.dtype)
