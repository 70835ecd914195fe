"""Recurrent layers, step by step; their matrices are crossbar layers where they are constant."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from nnsreport.engine.backend import Array
from nnsreport.engine.network.operators.recurrent_cells import GATES, STATES, Cell, cell_of
from nnsreport.engine.network.operators.registry import Call, Product, operator
from nnsreport.errors import NetworkError

States = tuple[Array, ...]


@operator("GRU", "LSTM", "RNN")
def recurrent(call: Call) -> tuple[Array, ...]:
    """Return the hidden state of every step, and the last states, of each direction."""
    batch_first = bool(call.attribute("layout", 0))
    x = call.x.swapaxes(0, 1) if batch_first else call.x
    products = call.products or tuple(
        functools.partial(_multiplied, matrix) for _, matrix in recurrent_matrices(call, call.array(1), call.array(2))
    )
    reversals = _reversals(call)
    each = len(products) // len(reversals)
    found = [
        _one_direction(call, x, index, reverse, products[index * each : (index + 1) * each])
        for index, reverse in enumerate(reversals)
    ]
    steps = call.xp.stack([hidden for hidden, _ in found], axis=1)
    last = [call.xp.stack(states, axis=0) for states in zip(*(states for _, states in found), strict=True)]
    if batch_first:
        return (steps.transpose(2, 0, 1, 3), *(state.swapaxes(0, 1) for state in last))
    return (steps, *last)


def recurrent_matrices(call: Call, weight: Array, recurrence: Array) -> Iterator[tuple[str, Array]]:
    """Yield the matrices that a recurrent node multiplies with.

    The gates of a matrix are columns side by side: they share their word lines. A ``GRU`` that resets before it
    multiplies drives those of its candidate state with other numbers, so they are a matrix of their own.

    Parameters
    ----------
    call : Call
        Of the node.
    weight : Array, (directions, gates * hidden, K)
        For the input.
    recurrence : Array, (directions, gates * hidden, hidden)
        For the state.

    Yields
    ------
    name : str
        ``W``, ``R``, or ``R_zr`` and ``R_h``, after the direction where there are two.
    matrix : Array, (K, N)
        Whose products the operator takes in this order.

    Raises
    ------
    NetworkError
        The shapes are not those of the operator.
    """
    hidden, reversals = int(recurrence.shape[-1]), _reversals(call)
    columns = GATES[call.node.operator] * hidden
    expected = (len(reversals), columns)
    if weight.ndim != 3 or weight.shape[:2] != expected or recurrence.shape != (*expected, hidden):
        raise NetworkError(
            f"{call.place}: weights of shape {tuple(weight.shape)} and {tuple(recurrence.shape)} do not fit "
            f"{len(reversals)} direction(s) and {hidden} hidden states"
        )
    for index, reverse in enumerate(reversals):
        prefix = "" if len(reversals) == 1 else "reverse/" if reverse else "forward/"
        yield f"{prefix}W", weight[index].T
        if call.node.operator == "GRU" and not call.attribute("linear_before_reset", 0):
            yield f"{prefix}R_zr", recurrence[index, : 2 * hidden].T
            yield f"{prefix}R_h", recurrence[index, 2 * hidden :].T
        else:
            yield f"{prefix}R", recurrence[index].T


def _multiplied(matrix: Array, vectors: Array) -> Array:
    return vectors @ matrix


def _reversals(call: Call) -> tuple[bool, ...]:
    kind = call.attribute("direction", "forward")
    known = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}
    call.require(kind in known, f"direction = {kind!r}")
    return known[kind]


def _one_direction(
    call: Call, x: Array, index: int, reverse: bool, products: tuple[Product, ...]
) -> tuple[Array, States]:
    """Return the hidden state of each step, (steps, batch, hidden), and the last states of one direction."""
    project, *recurrent_products = products
    projected = project(x)
    hidden = projected.shape[-1] // GATES[call.node.operator]
    cell = cell_of(call, index, hidden, tuple(recurrent_products))
    states = _initial_states(call, index, (x.shape[1], hidden), projected)
    lengths = call.optional(4)
    outputs = [states[0]] * x.shape[0]
    for time in reversed(range(x.shape[0])) if reverse else range(x.shape[0]):
        outputs[time], states = _advanced(call, cell, projected[time], states, time, lengths)
    return call.xp.stack(outputs, axis=0), states


def _advanced(
    call: Call, cell: Cell, projected: Array, states: States, time: int, lengths: Array | None
) -> tuple[Array, States]:
    """Return a step's output and states; a sequence that has ended keeps its states and gives zeros."""
    new = cell(projected, states)
    if lengths is None:
        return new[0], new
    where, runs = call.xp.where, (lengths > time).reshape(-1, 1)
    output: Array = where(runs, new[0], call.xp.zeros_like(new[0]))
    return output, tuple(where(runs, after, before) for after, before in zip(new, states, strict=True))


def _initial_states(call: Call, index: int, shape: tuple[int, int], like: Array) -> States:
    states = []
    for position in STATES[call.node.operator]:
        given = call.optional(position)
        if given is None:
            states.append(call.xp.zeros(shape, dtype=like.dtype))
        else:
            given = given[:, index] if call.attribute("layout", 0) else given[index]
            states.append(call.xp.broadcast_to(given, shape))
    return tuple(states)
