"""Recurrent layers against onnxruntime: their matrices are layers, multiplied step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.backend import Array
from nnsreport.engine.network import LinearLayer, execute, float_multiply, layer_shapes, load_graph
from nnsreport.errors import NetworkError, UnsupportedOperatorError

BuildNetwork = Callable[..., Path]
Check = Callable[..., None]
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
STEPS, INPUTS, HIDDEN = 5, 3, 4

VARIANTS = [
    # operator, opset, attributes, optional inputs
    ("RNN", 7, "", ""),
    ("RNN", 14, 'activations = ["Relu"], clip = 0.4', "b"),
    ("RNN", 14, 'activations = ["LeakyRelu"], activation_alpha = [0.3]', "b"),
    ("RNN", 22, 'activations = ["Affine"], activation_alpha = [0.5], activation_beta = [0.1]', "bh"),
    ("GRU", 7, "", "b"),
    ("GRU", 14, "linear_before_reset = 1", "b"),
    ("GRU", 14, "linear_before_reset = 1", "bh"),
    ("GRU", 14, 'activations = ["HardSigmoid", "Softsign"]', "bh"),
    ("LSTM", 7, "", ""),
    ("LSTM", 14, "", "b"),
    ("LSTM", 14, "", "bhc"),
    ("LSTM", 14, "", "bhcp"),
    (
        "LSTM",
        14,
        'activations = ["Sigmoid", "ScaledTanh", "Softsign"], activation_alpha = [1.5], activation_beta = [0.7]',
        "b",
    ),
    ("LSTM", 22, "clip = 0.3", "bc"),
]


def _body(operator: str, attributes: str, given: str, directions: int, outputs: str, lengths: str = "") -> str:
    """A recurrent node that takes the images (N, steps, inputs) as sequences."""
    names = ["w", "r", "b" if "b" in given else "", lengths, "h" if "h" in given else ""]
    if operator == "LSTM":
        names += ["c" if "c" in given else "", "p" if "p" in given else ""]
    while not names[-1]:
        names.pop()
    options = ", ".join(filter(None, [f"hidden_size = {HIDDEN}", attributes]))
    return f"s = Transpose<perm = [1, 0, 2]>(x) {outputs} = {operator}<{options}>(s, {', '.join(names)})"


def _weights(operator: str, given: str, directions: int) -> dict[str, np.ndarray]:
    rng, columns = np.random.default_rng(11), GATES[operator] * HIDDEN
    shapes = {
        "w": (directions, columns, INPUTS),
        "r": (directions, columns, HIDDEN),
        "b": (directions, 2 * columns),
        "h": (directions, 1, HIDDEN),
        "c": (directions, 1, HIDDEN),
        "p": (directions, 3 * HIDDEN),
    }
    return {
        name: rng.uniform(-0.7, 0.7, shape).astype(np.float32)
        for name, shape in shapes.items()
        if name in ("w", "r") or name in given
    }


def _images(count: int) -> np.ndarray:
    return np.random.default_rng(2).standard_normal((count, STEPS, INPUTS)).astype(np.float32)


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize(("operator", "opset", "attributes", "given"), VARIANTS)
def test_recurrent_layer_equals_onnxruntime(
    operator: str,
    opset: int,
    attributes: str,
    given: str,
    direction: str,
    build_network: BuildNetwork,
    assert_equals_runtime: Check,
) -> None:
    directions = 2 if direction == "bidirectional" else 1
    if directions == 2 and "activat" in attributes:
        attributes = _doubled(attributes)
    options = ", ".join(filter(None, [f'direction = "{direction}"', attributes]))
    # Initial states hold one sequence, as exporters write them for a batch of one.
    images = _images(1 if {"h", "c"} & set(given) else 3)
    weights = _weights(operator, given, directions)
    for output in ("y", "q, y", "q, z, y")[: 3 if operator == "LSTM" else 2]:
        body = _body(operator, options, given, directions, output)
        path = build_network(body, ("N", STEPS, INPUTS), opset=opset, weights=weights)
        assert_equals_runtime(path, images)


def _doubled(attributes: str) -> str:
    """Give the lists of one direction to both."""
    for part in attributes.split("], "):
        inner = part.partition("[")[2].rstrip("]")
        attributes = attributes.replace(f"[{inner}]", f"[{inner}, {inner}]")
    return attributes


@pytest.mark.parametrize("operator", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
def test_sequences_of_different_lengths(
    operator: str, direction: str, build_network: BuildNetwork, assert_equals_runtime: Check
) -> None:
    directions = 2 if direction == "bidirectional" else 1
    weights = _weights(operator, "b", directions)
    # Lengths depend on the images: 2 to 5.
    lengths = (
        "m = ReduceMax<axes = [1, 2], keepdims = 0>(x) k = Floor(m) l = Clip<min = 2.0, max = 5.0>(k) "
        "n = Cast<to = 6>(l) "
    )
    for output in ("y", "q, y"):
        node = _body(operator, f'direction = "{direction}"', "b", directions, output, "n")
        path = build_network(lengths + node, ("N", STEPS, INPUTS), opset=8, weights=weights)
        assert_equals_runtime(path, 2 * _images(6))


def test_computed_matrices_stay_digital(build_network: BuildNetwork, assert_equals_runtime: Check) -> None:
    body = "g = ReduceMean<keepdims = 0>(x) v = Mul(w0, g) w = Add(v, w0) " + _body("LSTM", "", "b", 1, "y")
    weights = _weights("LSTM", "b", 1)
    weights["w0"] = weights.pop("w")
    path = build_network(body, ("N", STEPS, INPUTS), opset=13, weights=weights)
    assert load_graph(path).linear_layers == ()
    assert_equals_runtime(path, _images(3))


@pytest.mark.parametrize(
    ("operator", "attributes", "names"),
    [
        ("LSTM", "", ["LSTM_y/W", "LSTM_y/R"]),
        ("GRU", "linear_before_reset = 1", ["GRU_y/W", "GRU_y/R"]),
        ("GRU", "", ["GRU_y/W", "GRU_y/R_zr", "GRU_y/R_h"]),
        (
            "RNN",
            'direction = "bidirectional"',
            ["RNN_y/forward/W", "RNN_y/forward/R", "RNN_y/reverse/W", "RNN_y/reverse/R"],
        ),
    ],
)
def test_matrices_are_layers_with_the_names_of_node_and_matrix(
    operator: str, attributes: str, names: list[str], build_network: BuildNetwork
) -> None:
    directions = 2 if "bi" in attributes else 1
    body = _body(operator, attributes, "b", directions, "y")
    path = build_network(body, ("N", STEPS, INPUTS), weights=_weights(operator, "b", directions))
    layers = load_graph(path).linear_layers
    assert [layer.name for layer in layers] == names
    assert [layer.index for layer in layers] == list(range(len(names)))
    assert {layer.operator for layer in layers} == {operator}
    assert [layer.inputs for layer in layers] == [INPUTS if name.endswith("W") else HIDDEN for name in names]


def test_inputs_are_multiplied_at_once_and_states_step_by_step(build_network: BuildNetwork) -> None:
    path = build_network(_body("LSTM", "", "b", 1, "y"), ("N", STEPS, INPUTS), weights=_weights("LSTM", "b", 1))
    graph, calls = load_graph(path), Counter[tuple[str, tuple[int, ...]]]()

    def multiply(layer: LinearLayer, x: Array, /) -> Array:
        calls[layer.name, x.shape] += 1
        return float_multiply(layer, x)

    execute(graph, _images(3), multiply)
    assert calls == {("LSTM_y/W", (STEPS, 3, INPUTS)): 1, ("LSTM_y/R", (3, HIDDEN)): STEPS}
    first, second = layer_shapes(graph, (STEPS, INPUTS))
    assert (first.rows, first.macs) == (STEPS, STEPS * INPUTS * 4 * HIDDEN)
    assert (second.rows, second.macs) == (STEPS, STEPS * HIDDEN * 4 * HIDDEN)


def test_classifier_with_two_layers_and_log_probabilities(
    build_network: BuildNetwork, assert_equals_runtime: Check
) -> None:
    rng = np.random.default_rng(5)
    weights = {
        "w": rng.normal(size=(2, 16, 3)) / 2,
        "r": rng.normal(size=(2, 16, 4)) / 2,
        "b": rng.normal(size=(2, 32)) / 2,
        "w2": rng.normal(size=(1, 18, 8)) / 2,
        "r2": rng.normal(size=(1, 18, 6)) / 2,
        "b2": rng.normal(size=(1, 36)) / 2,
        "g": rng.normal(size=(10, 6)),
        "o": rng.normal(size=10),
    }
    body = (
        "s = Transpose<perm = [1, 0, 2]>(x) "
        '[lstm] h, hn, cn = LSTM<hidden_size = 4, direction = "bidirectional">(s, w, r, b) '
        "t = Transpose<perm = [0, 2, 1, 3]>(h) shape = Constant<value = int64[3] {0, 0, -1}>() u = Reshape(t, shape) "
        "[gru] v, last = GRU<hidden_size = 6, linear_before_reset = 1>(u, w2, r2, b2) q = Squeeze<axes = [0]>(last) "
        "[head] z = Gemm<transB = 1>(q, g, o) y = LogSoftmax<axis = 1>(z)"
    )
    floats = {name: value.astype(np.float32) for name, value in weights.items()}
    path = build_network(body, ("N", STEPS, INPUTS), opset=12, weights=floats)
    assert len(load_graph(path).linear_layers) == 7
    assert_equals_runtime(path, _images(4))


def test_unknown_activation_and_senseless_shapes_name_the_node(build_network: BuildNetwork) -> None:
    body = _body("RNN", 'activations = ["Sine"]', "", 1, "y")
    with pytest.raises(UnsupportedOperatorError, match=r"node 'RNN_y' \(RNN\): the activation 'Sine'"):
        load_graph(build_network(body, ("N", STEPS, INPUTS), weights=_weights("RNN", "", 1)))
    with pytest.raises(NetworkError, match=r"node 'LSTM_y' \(LSTM\): weights of shape \(1, 12, 3\)"):
        load_graph(build_network(_body("LSTM", "", "", 1, "y"), ("N", STEPS, INPUTS), weights=_weights("GRU", "", 1)))
