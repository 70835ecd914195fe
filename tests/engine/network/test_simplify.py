"""Simplification: what is folded, what stays, and that the result is the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.network import Graph, load_graph
from nnsreport.errors import UnsupportedOperatorError

BuildNetwork = Callable[..., Path]
Check = Callable[..., None]
IMAGE = ("N", 3, 6, 6)


def _norm(channels: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(channels)
    values = {"s": rng.uniform(0.5, 2, channels), "o": rng.normal(size=channels), "m": rng.normal(size=channels)}
    return {name: v.astype(np.float32) for name, v in {**values, "v": rng.uniform(0.1, 2, channels)}.items()}


def _operators(graph: Graph) -> list[str]:
    return [node.operator for node in graph.nodes]


@pytest.mark.parametrize(
    ("body", "weights"),
    [
        ("a = Conv(x, w) y = BatchNormalization(a, s, o, m, v)", {"w": (4, 3, 3, 3)}),
        ("a = Conv(x, w, b) y = BatchNormalization<epsilon = 0.1>(a, s, o, m, v)", {"w": (4, 3, 3, 3), "b": (4,)}),
        ("a = Conv<group = 3>(x, w) y = BatchNormalization(a, s, o, m, v)", {"w": (6, 1, 3, 3)}),
        ("f = Flatten(x) a = Gemm(f, w, b) y = BatchNormalization(a, s, o, m, v)", {"w": (108, 4), "b": (4,)}),
        ("a = Conv(x, w) i = Identity(a) y = BatchNormalization(i, s, o, m, v)", {"w": (4, 3, 3, 3)}),
    ],
)
def test_batch_normalisation_folds_into_the_layer_before_it(
    body: str, weights: dict[str, tuple[int, ...]], build_network: BuildNetwork, assert_equals_runtime: Check
) -> None:
    channels = weights["w"][1] if "Gemm" in body else weights["w"][0]
    path = build_network(body, IMAGE, weights={**weights, **_norm(channels)})
    assert "BatchNormalization" not in _operators(load_graph(path))
    assert_equals_runtime(path, _images())


@pytest.mark.parametrize(
    "body",
    [
        "a = BatchNormalization(x, s, o, m, v) y = Conv(a, w)",
        "a = Conv(x, w) b = BatchNormalization(a, s, o, m, v) y = Add(a, b)",
        "a = Conv(x, w) r = Relu(a) y = BatchNormalization(r, s, o, m, v)",
    ],
)
def test_batch_normalisation_stays_where_it_cannot_be_folded(
    body: str, build_network: BuildNetwork, assert_equals_runtime: Check
) -> None:
    path = build_network(body, IMAGE, weights={"w": (3, 3, 3, 3), **_norm(3)})
    assert "BatchNormalization" in _operators(load_graph(path))
    assert_equals_runtime(path, _images())


def test_layer_whose_output_is_also_a_result_keeps_its_normalisation(build_network: BuildNetwork) -> None:
    body = "z = Conv(x, w) y = BatchNormalization(z, s, o, m, v)"
    path = build_network(body, IMAGE, weights={"w": (3, 3, 3, 3), **_norm(3)}, outputs="float y, float z")
    assert _operators(load_graph(path)) == ["Conv", "BatchNormalization"]


def test_weights_shared_by_two_layers_are_folded_apart(
    build_network: BuildNetwork, assert_equals_runtime: Check
) -> None:
    body = "a = Conv(x, w) b = BatchNormalization(a, s, o, m, v) c = Conv(x, w) y = Mul(b, c)"
    path = build_network(body, IMAGE, weights={"w": (3, 3, 3, 3), **_norm(3)})
    first, second = load_graph(path).linear_layers
    assert not np.allclose(first.weight, second.weight)
    assert_equals_runtime(path, _images())


def test_computations_on_constants_disappear(build_network: BuildNetwork, assert_equals_runtime: Check) -> None:
    body = (
        "i = Identity(w) t = Transpose<perm = [1, 0]>(i) n = Neg(t) h = Shape(n) k = Gather(h, zero) "
        "q = Cast<to = 1>(k) d = Div(n, q) f = Flatten(x) y = MatMul(f, d)"
    )
    path = build_network(body, IMAGE, weights={"w": (5, 108), "zero": np.array(0)})
    graph = load_graph(path)
    assert _operators(graph) == ["Flatten", "MatMul"]
    assert dict(graph.constants) == {}
    assert_equals_runtime(path, _images())


def test_nodes_without_effect_are_dropped(build_network: BuildNetwork) -> None:
    body = "a = Identity(x) b, mask = Dropout(a) unused = Exp(b) c = Relu(b) y = Identity(c)"
    graph = load_graph(build_network(body, IMAGE))
    assert _operators(graph) == ["Relu"]
    assert graph.nodes[0].inputs == ("x",)
    assert graph.outputs == ("c",)


def test_dropout_stays_where_its_mask_is_read(build_network: BuildNetwork, assert_equals_runtime: Check) -> None:
    path = build_network("a, mask = Dropout(x) f = Cast<to = 1>(mask) y = Mul(a, f)", IMAGE)
    assert _operators(load_graph(path)) == ["Dropout", "Cast", "Mul"]
    assert_equals_runtime(path, _images())


def test_dropout_that_drops_is_refused(build_network: BuildNetwork) -> None:
    weights = {"ratio": np.float32(0.5), "training": np.array(True)}
    with pytest.raises(UnsupportedOperatorError, match=r"node 'Dropout_y' \(Dropout\): training_mode = 1"):
        load_graph(build_network("y = Dropout(x, ratio, training)", IMAGE, weights=weights))


def test_output_that_is_the_input_or_a_constant(build_network: BuildNetwork, assert_equals_runtime: Check) -> None:
    assert_equals_runtime(build_network("y = Identity(x)", IMAGE), _images())
    assert_equals_runtime(build_network("y = Neg(w)", IMAGE, weights={"w": (2, 3)}), _images())


def _images() -> np.ndarray:
    return np.random.default_rng(6).standard_normal((4, 3, 6, 6)).astype(np.float32)
