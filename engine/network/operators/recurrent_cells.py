"""What one step of an ``RNN``, ``GRU`` or ``LSTM`` does, and the activation functions they choose from.

Source: ONNX operator specifications; S. Hochreiter and J. Schmidhuber, Neural Computation 9, 1735 (1997), with forget
gates and peepholes; K. Cho et al., EMNLP 2014.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

from nnsreport.engine.backend import Array
from nnsreport.engine.network.operators.activation import sigmoid_of, softplus_of
from nnsreport.engine.network.operators.registry import Call, Product

Cell = Callable[[Array, tuple[Array, ...]], tuple[Array, ...]]
"""From a step's product with the input, and the states, to the new states; the first is the output."""

GATES: Mapping[str, int] = {"RNN": 1, "GRU": 3, "LSTM": 4}
"""Blocks of columns of each operator's matrices."""

STATES: Mapping[str, tuple[int, ...]] = {"RNN": (5,), "GRU": (5,), "LSTM": (5, 6)}
"""Positions of each operator's initial states among its inputs."""

_DEFAULT_ACTIVATIONS = {"RNN": ("Tanh",), "GRU": ("Sigmoid", "Tanh"), "LSTM": ("Sigmoid", "Tanh", "Tanh")}
_PEEPHOLES = 7
_NO_TEXTS: tuple[str, ...] = ()
_NO_NUMBERS: tuple[float, ...] = ()

Function = Callable[[ModuleType, Array, float, float], Array]

_FUNCTIONS: Mapping[str, Function] = {
    "Affine": lambda _xp, x, a, b: a * x + b,
    "Elu": lambda xp, x, a, _b: xp.where(x < 0, a * xp.expm1(xp.minimum(x, 0)), x),
    "HardSigmoid": lambda xp, x, a, b: xp.minimum(xp.maximum(a * x + b, 0), 1),
    "LeakyRelu": lambda xp, x, a, _b: xp.where(x < 0, a * x, x),
    "Relu": lambda xp, x, _a, _b: xp.maximum(x, 0),
    "ScaledTanh": lambda xp, x, a, b: a * xp.tanh(b * x),
    "Sigmoid": lambda xp, x, _a, _b: sigmoid_of(xp, x),
    "Softplus": lambda xp, x, _a, _b: softplus_of(xp, x),
    "Softsign": lambda xp, x, _a, _b: x / (1 + xp.abs(x)),
    "Tanh": lambda xp, x, _a, _b: xp.tanh(x),
    "ThresholdedRelu": lambda xp, x, a, _b: xp.where(x > a, x, x.dtype.type(0)),
}
_ALPHA_DEFAULTS = {
    "Affine": 1.0,
    "Elu": 1.0,
    "HardSigmoid": 0.2,
    "LeakyRelu": 0.01,
    "ScaledTanh": 1.0,
    "ThresholdedRelu": 1.0,
}
_BETA_DEFAULTS = {"Affine": 0.0, "HardSigmoid": 0.5, "ScaledTanh": 1.0}


@dataclass(frozen=True, slots=True)
class _Parameters:
    """What a direction's steps share."""

    call: Call
    hidden: int
    products: tuple[Product, ...]
    activations: tuple[Callable[[Array], Array], ...]
    input_bias: Array
    state_bias: Array
    peepholes: Array

    def gate(self, columns: Array, index: int) -> Array:
        """Return one gate's columns."""
        return columns[..., index * self.hidden : (index + 1) * self.hidden]


def cell_of(call: Call, direction: int, hidden: int, products: tuple[Product, ...]) -> Cell:
    """Return the step of a recurrent node's direction.

    Parameters
    ----------
    call : Call
        Of an ``RNN``, ``GRU`` or ``LSTM``.
    direction : int
        0, or 1 for the second of two.
    hidden : int
        Number of hidden states.
    products : tuple of Product
        With the state's matrices.

    Returns
    -------
    Cell
        To be called once a step.
    """
    kind = call.node.operator
    columns = GATES[kind] * hidden
    biases = _parameter(call, 3, direction, 2 * columns)
    parameters = _Parameters(
        call,
        hidden,
        products,
        _activations(call, direction),
        biases[:columns],
        biases[columns:],
        _parameter(call, _PEEPHOLES, direction, 3 * hidden) if kind == "LSTM" else biases[:0],
    )
    return {"RNN": _rnn, "GRU": _gru, "LSTM": _lstm}[kind](parameters)


def _parameter(call: Call, position: int, direction: int, length: int) -> Array:
    given = call.optional(position)
    values: Array = call.xp.zeros(length, dtype="float32") if given is None else given[direction]
    return values


def _rnn(p: _Parameters) -> Cell:
    (multiply,), (activate,) = p.products, p.activations

    def step(projected: Array, states: tuple[Array, ...]) -> tuple[Array, ...]:
        return (activate(projected + p.input_bias + multiply(states[0]) + p.state_bias),)

    return step


def _gru(p: _Parameters) -> Cell:
    gate, candidate = p.activations
    linear_before_reset = bool(p.call.attribute("linear_before_reset", 0))

    def step(projected: Array, states: tuple[Array, ...]) -> tuple[Array, ...]:
        (state,) = states
        from_input, from_state = projected + p.input_bias, p.products[0](state)
        update, reset = (
            gate(p.gate(from_input, index) + p.gate(from_state, index) + p.gate(p.state_bias, index))
            for index in (0, 1)
        )
        if linear_before_reset:
            kept = reset * (p.gate(from_state, 2) + p.gate(p.state_bias, 2))
        else:
            kept = p.products[1](reset * state) + p.gate(p.state_bias, 2)
        new = candidate(p.gate(from_input, 2) + kept)
        return ((1 - update) * new + update * state,)

    return step


def _lstm(p: _Parameters) -> Cell:
    (multiply,), (gate, candidate, squash) = p.products, p.activations
    coupled = bool(p.call.attribute("input_forget", 0))

    def step(projected: Array, states: tuple[Array, ...]) -> tuple[Array, ...]:
        state, memory = states
        total = projected + p.input_bias + multiply(state) + p.state_bias
        # Gates: input, output, forget, cell; peepholes: input, output, forget.
        enter = gate(p.gate(total, 0) + p.gate(p.peepholes, 0) * memory)
        keep = 1 - enter if coupled else gate(p.gate(total, 2) + p.gate(p.peepholes, 2) * memory)
        memory = keep * memory + enter * candidate(p.gate(total, 3))
        leave = gate(p.gate(total, 1) + p.gate(p.peepholes, 1) * memory)
        return (leave * squash(memory), memory)

    return step


def _activations(call: Call, direction: int) -> tuple[Callable[[Array], Array], ...]:
    """Return a direction's activation functions; parameters belong, in order, to those functions that have some."""
    default = _DEFAULT_ACTIVATIONS[call.node.operator]
    directions = 2 if call.attribute("direction", "forward") == "bidirectional" else 1
    names = call.attribute("activations", _NO_TEXTS) or default * directions
    call.require(len(names) == len(default) * directions, f"{len(names)} activations")
    alphas = iter(call.attribute("activation_alpha", _NO_NUMBERS))
    betas = iter(call.attribute("activation_beta", _NO_NUMBERS))
    chosen = []
    for position, name in enumerate(names):
        known = {known.lower(): known for known in _FUNCTIONS}.get(name.lower())
        call.require(known is not None, f"the activation {name!r}")
        alpha = next(alphas, _ALPHA_DEFAULTS[known]) if known in _ALPHA_DEFAULTS else 0.0
        beta = next(betas, _BETA_DEFAULTS[known]) if known in _BETA_DEFAULTS else 0.0
        # Like onnxruntime, clip what enters gates, but not the memory that an LSTM shows.
        limit = 0.0 if position % len(default) == 2 else call.attribute("clip", 0.0)
        chosen.append(_clipped(call, _FUNCTIONS[known or ""], alpha, beta, limit))
    return tuple(chosen[direction * len(default) : (direction + 1) * len(default)])


def _clipped(call: Call, function: Function, alpha: float, beta: float, limit: float) -> Callable[[Array], Array]:
    """Return an activation function of inputs between -limit and limit; 0 stands for no limit."""

    def activate(x: Array) -> Array:
        limited = call.xp.minimum(call.xp.maximum(x, -limit), limit) if limit else x
        return function(call.xp, limited, alpha, beta)

    return activate
