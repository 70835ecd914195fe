"""The executor: shapes of images, who multiplies, what is kept in memory."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.backend import Array
from nnsreport.engine.network import LinearLayer, describe_shape, execute, float_multiply, layer_shapes, load_graph
from nnsreport.engine.network.executor import evaluated
from nnsreport.engine.network.graph import Branch, Graph, GraphInput, Node
from nnsreport.errors import DataError

BuildNetwork = Callable[..., Path]
CONVOLUTION = {"w": (5, 3, 3, 3), "b": (5,)}


@pytest.mark.parametrize("shape", [(2, 3, 8, 7), (2, 8, 8, 3), (3, 8, 8), (2, 3, 8, 8, 1)])
def test_images_of_the_wrong_shape(shape: tuple[int, ...], build_network: BuildNetwork) -> None:
    graph = load_graph(build_network("y = Conv(x, w, b)", ("N", 3, 8, 8), weights=CONVOLUTION))
    with pytest.raises(DataError) as caught:
        execute(graph, np.zeros(shape, dtype=np.float32))
    assert f"expects images of shape (batch, 3, 8, 8), found {shape}; resize or crop" in str(caught.value)


def test_free_lengths_accept_any_image(build_network: BuildNetwork) -> None:
    graph = load_graph(build_network("y = Conv(x, w, b)", ("N", 3, "H", "W"), weights=CONVOLUTION))
    assert describe_shape(graph.inputs[0]) == "(batch, 3, H, W)"
    assert execute(graph, np.zeros((2, 3, 5, 9), dtype=np.float32)).shape == (2, 5, 3, 7)


def test_normalised_images_are_refused_where_pixels_are_expected(build_network: BuildNetwork) -> None:
    graph = load_graph(build_network("y = Cast<to = 1>(x)", ("N", 3), kind="uint8"))
    with pytest.raises(DataError, match="takes uint8 pixels, found float32"):
        execute(graph, np.zeros((1, 3), dtype=np.float32))


def test_images_of_any_type_are_computed_in_float32(build_network: BuildNetwork) -> None:
    graph = load_graph(build_network("y = Conv(x, w, b)", ("N", 3, 4, 4), weights=CONVOLUTION))
    images = np.random.default_rng(0).integers(0, 255, (2, 3, 4, 4))
    for dtype in (np.uint8, np.float64, np.float16):
        y = execute(graph, images.astype(dtype))
        assert y.dtype == np.float32
        np.testing.assert_array_equal(y, execute(graph, images.astype(np.float32)))


def test_multiply_sees_each_layer_once_in_order_and_gets_its_input(build_network: BuildNetwork) -> None:
    body = "a = Conv(x, w, b) r = Relu(a) f = Flatten(r) y = Gemm(f, g)"
    graph = load_graph(build_network(body, ("N", 3, 4, 4), weights={**CONVOLUTION, "g": (20, 2)}))
    seen: list[tuple[int, tuple[int, ...]]] = []

    def multiply(layer: LinearLayer, x: Array, /) -> Array:
        seen.append((layer.index, x.shape))
        assert layer.index == 0 or x.min() >= 0
        return 2 * float_multiply(layer, x)

    images = np.random.default_rng(0).standard_normal((6, 3, 4, 4)).astype(np.float32)
    doubled = execute(graph, images, multiply)
    assert seen == [(0, (6, 3, 4, 4)), (1, (6, 20))]
    assert not np.allclose(doubled, execute(graph, images))


def test_bias_is_added_once_to_whatever_multiply_returns(build_network: BuildNetwork) -> None:
    bias = np.arange(5, dtype=np.float32)
    path = build_network("y = Conv(x, w, b)", ("N", 3, 4, 4), weights={"w": (5, 3, 3, 3), "b": bias})

    def nothing(layer: LinearLayer, x: Array, /) -> Array:
        return np.zeros((layer.groups, layer.rows(x.shape), layer.outputs))

    y = execute(load_graph(path), np.ones((2, 3, 4, 4), dtype=np.float32), nothing)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, np.broadcast_to(bias[:, None, None], (2, 5, 2, 2)))


def test_images_are_not_changed(build_network: BuildNetwork) -> None:
    body = "a = Identity(x) r = Relu(a) n = InstanceNormalization(r, s, s) y = Add(n, x)"
    graph = load_graph(build_network(body, ("N", 3, 4, 4), weights={"s": (3,)}))
    images = np.random.default_rng(0).standard_normal((2, 3, 4, 4)).astype(np.float32)
    before = images.copy()
    execute(graph, images)
    np.testing.assert_array_equal(images, before)


def test_tensors_are_freed_after_their_last_use(build_network: BuildNetwork) -> None:
    chain = " ".join(f"t{n + 1} = Conv(t{n}, w)" for n in range(6))
    body = f"t0 = Relu(x) {chain} y = Add(t6, t3)"
    graph = load_graph(build_network(body, ("N", 3, 4, 4), weights={"w": (3, 3, 1, 1)}))
    inputs: list[weakref.ref[Array]] = []
    alive: list[list[int]] = []

    def multiply(layer: LinearLayer, x: Array, /) -> Array:
        inputs.append(weakref.ref(x))
        alive.append([n for n, reference in enumerate(inputs) if reference() is not None])
        return float_multiply(layer, x)

    execute(graph, np.ones((1, 3, 4, 4), dtype=np.float32), multiply)
    assert alive == [[0], [1], [2], [3], [3, 4], [3, 5]]


def test_what_nobody_reads_any_more_is_forgotten_at_once() -> None:
    nodes = (
        Node("split", "Split", ("x",), ("a", "unused", ""), {}),
        Node("double", "Add", ("a", "a"), ("b",), {}),
        Node("result", "Relu", ("b",), ("y",), {}),
        Node("unread", "Relu", ("y",), ("z",), {}),
        Node("clip", "Clip", ("a", "", "limit"), ("further",), {}),
    )
    graph = Graph(nodes, {"limit": np.ones(1)}, (GraphInput("x", None),), ("y", "further"), 18)
    values = {"x": "image"}
    there: dict[str, set[str]] = {}
    for node in evaluated(graph, values, lambda node: [(name, "tensor") for name in node.outputs if name]):
        there[node.name] = set(values)
    assert there == {
        "split": {"x", "a", "unused"},
        "double": {"a", "b"},
        "result": {"a", "b", "y"},
        "unread": {"a", "y", "z"},
        "clip": {"a", "y", "further"},
    }
    assert set(values) == {"y", "further"}


def test_what_a_branch_reads_stays() -> None:
    inner = Branch((Node("inner", "Relu", ("a",), ("r",), {}),), {}, ("r", "b"))
    nodes = (
        Node("both", "Split", ("x",), ("a", "b", "c"), {}),
        Node("choose", "If", ("c",), ("y", "z"), {"then_branch": inner}),
    )
    graph = Graph(nodes, {}, (GraphInput("x", None),), ("y",), 18)
    assert graph.last_uses == (("x",), ("c", "z"))


def test_layer_shapes_count_one_image(build_network: BuildNetwork) -> None:
    body = "a = Conv<pads = [1, 1, 1, 1], strides = [2, 2]>(x, w, b) f = Flatten(a) y = Gemm(f, g)"
    graph = load_graph(build_network(body, ("N", 3, 8, 8), weights={**CONVOLUTION, "g": (80, 2)}))
    first, second = layer_shapes(graph, (3, 8, 8))
    assert (first.layer, first.input_shape, first.rows, first.macs) == (graph.linear_layers[0], (1, 3, 8, 8), 16, 2160)
    assert (second.layer.operator, second.rows, second.macs) == ("Gemm", 1, 160)
    with pytest.raises(DataError, match="expects images of shape"):
        layer_shapes(graph, (3, 7, 8))
