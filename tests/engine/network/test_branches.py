"""``If``: taken away when the file is read, where constants or shapes decide."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from nnsreport.engine.network import load_graph
from nnsreport.errors import UnsupportedOperatorError

BuildNetwork = Callable[..., Path]
Check = Callable[..., None]


def _with_if(path: Path, condition: str, then: list[onnx.NodeProto], other: list[onnx.NodeProto]) -> Path:
    """Put an ``If`` of two lists of nodes, the last of which gives the result, before the node that reads ``taken``."""
    model = onnx.load(path)
    branches = {
        name: helper.make_graph(
            nodes, name, [], [helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, None)]
        )
        for name, nodes in (("then_branch", then), ("else_branch", other))
    }
    node = helper.make_node("If", [condition], ["taken"], name="choice", **branches)
    position = next(index for index, node in enumerate(model.graph.node) if "taken" in node.input)
    model.graph.node.insert(position, node)
    onnx.save(model, path)
    return path


def _node(operator: str, inputs: list[str], output: str) -> onnx.NodeProto:
    return helper.make_node(operator, inputs, [output])


NEGATED = [_node("Neg", ["f"], "n"), _node("MatMul", ["n", "w"], "inner")]
SQUARED = [_node("Mul", ["f", "f"], "n"), _node("MatMul", ["n", "w"], "inner")]
WEIGHTS = {"w": (12, 5)}


@pytest.mark.parametrize("truth", [True, False])
def test_constant_condition(truth: bool, build_network: BuildNetwork, assert_equals_runtime: Check) -> None:
    path = build_network("f = Flatten(x) y = Relu(taken)", ("N", 3, 4), weights={**WEIGHTS, "c": np.array(truth)})
    path = _with_if(path, "c", NEGATED, SQUARED)
    graph = load_graph(path)
    assert [node.operator for node in graph.nodes] == ["Flatten", "Neg" if truth else "Mul", "MatMul", "Relu"]
    assert [layer.name for layer in graph.linear_layers] == ["choice/MatMul_inner"]
    assert_equals_runtime(path, _images())


@pytest.mark.parametrize("length", [4, 5])
def test_condition_on_the_shape_of_the_images(
    length: int, build_network: BuildNetwork, assert_equals_runtime: Check
) -> None:
    body = (
        "f = Flatten(x) s = Shape(x) i = Constant<value = int64 {2}>() k = Gather(s, i) "
        f"l = Constant<value = int64 {{{length}}}>() c = Equal(k, l) y = Relu(taken)"
    )
    path = _with_if(build_network(body, ("N", 3, 4), weights=WEIGHTS), "c", NEGATED, SQUARED)
    assert ("Neg" in {node.operator for node in load_graph(path).nodes}) == (length == 4)
    assert_equals_runtime(path, _images())


def test_branch_in_a_branch_reads_names_from_outside_both(
    build_network: BuildNetwork, assert_equals_runtime: Check
) -> None:
    inner = {
        name: helper.make_graph(
            [_node(operator, ["n", "f"], "deep")],
            name,
            [],
            [helper.make_tensor_value_info("deep", TensorProto.FLOAT, None)],
        )
        for name, operator in (("then_branch", "Add"), ("else_branch", "Sub"))
    }
    then = [
        _node("Neg", ["f"], "n"),
        helper.make_node("If", ["d"], ["nested"], **inner),
        _node("MatMul", ["nested", "w"], "m"),
    ]
    path = build_network(
        "f = Flatten(x) y = Relu(taken)", ("N", 3, 4), weights={**WEIGHTS, "c": np.array(True), "d": np.array(False)}
    )
    path = _with_if(path, "c", then, SQUARED)
    assert [node.operator for node in load_graph(path).nodes] == ["Flatten", "Neg", "Sub", "MatMul", "Relu"]
    assert_equals_runtime(path, _images())


@pytest.mark.parametrize(
    ("shape", "condition"),
    [
        (("N", 3, 4), "t = ReduceSum<keepdims = 0>(x) c = Greater(t, zero)"),
        (
            ("N", 3, 4),
            "s = Shape(x) i = Constant<value = int64 {0}>() n = Gather(s, i) l = Cast<to = 1>(n) c = Equal(l, two)",
        ),
        (("N", 3, "L"), "s = Size(x) l = Cast<to = 1>(s) c = Greater(l, zero)"),
    ],
)
def test_condition_that_only_images_decide_is_refused(
    shape: tuple[int | str, ...], condition: str, build_network: BuildNetwork
) -> None:
    weights = {**WEIGHTS, "zero": np.float32(0), "two": np.float32(2)}
    path = _with_if(
        build_network(f"f = Flatten(x) {condition} y = Relu(taken)", shape, weights=weights), "c", NEGATED, SQUARED
    )
    with pytest.raises(UnsupportedOperatorError, match=r"node 'choice' \(If\): which branch is taken .*onnxsim"):
        load_graph(path)


def test_operators_of_branches_are_checked(build_network: BuildNetwork) -> None:
    path = build_network("f = Flatten(x) y = Relu(taken)", ("N", 3, 4), weights={"c": np.array(True), **WEIGHTS})
    path = _with_if(path, "c", NEGATED, [_node("Bernoulli", ["f"], "z")])
    with pytest.raises(UnsupportedOperatorError, match=r"Bernoulli \(unnamed node 0 in node 'choice'\)"):
        load_graph(path)


def _images() -> np.ndarray:
    return np.random.default_rng(8).standard_normal((3, 3, 4)).astype(np.float32)
