"""Layers from NeuroSim's network files, and from ONNX networks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from nnsreport.engine.cost.network import CostLayer, layers_of, pooled_layers, read_network
from nnsreport.engine.network.executor import layer_shapes
from nnsreport.engine.network.graph import Graph
from nnsreport.engine.network.onnx_reader import load_graph
from nnsreport.errors import DataError, NetworkError


def _graph(
    path: Path, nodes: list[onnx.NodeProto], constants: dict[str, tuple[int, ...]], image: tuple[int, ...]
) -> Graph:
    random = np.random.default_rng(0)
    initializers = [
        numpy_helper.from_array(random.normal(size=shape).astype(np.float32), name) for name, shape in constants.items()
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ("n", *image))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)
    return load_graph(path)


def test_rows_of_a_file() -> None:
    layers = read_network("32,32,3,3,3,24,0,1\n8,8,48,3,3,132,1,2\n")
    assert layers[0] == CostLayer("layer1", 32, 32, 3, 3, 3, 24, False, 1)
    assert (layers[1].matrix_rows, layers[1].is_pooled, layers[1].inputs) == (432, True, 3072)
    assert (layers[0].vectors, layers[1].vectors) == (900, 9)
    assert layers[1].operations == 2 * 8 * 8 * 48 * 9 * 132


def test_vectors_are_cut_after_the_product_of_fractions() -> None:
    """(14 - 3 + 1) / 5 is 2.4 in each direction, and 2.4 x 2.4 = 5.76 gives 5 vectors, not 4."""
    assert CostLayer("a", 14, 14, 1, 3, 3, 1, False, 5).vectors == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no layers"),
        ("32,32,3,3,3,24,0\n", "eight"),
        ("32,32,3,3,3,24,0,1\n\n1,1,1,1,1,1,0,1\n", "no layer"),
        ("height,32,3,3,3,24,0,1\n", "no layer"),
        ("32,32,3,3,3,24.5,0,1\n", "eight whole"),
        ("32,32,3,3,3,24,2,1\n", "impossible"),
        ("32,32,3,3,3,24,0,0\n", "impossible"),
        ("2,2,3,3,3,24,0,1\n", "larger than its input"),
        ("32,32,3,3,3,inf,0,1\n", "eight whole"),
    ],
)
def test_what_is_no_network_is_told(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as refused:
        read_network(text, "net.csv")
    assert refused.value.path == "net.csv"
    assert refused.value.remedy


def test_layers_of_a_network(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w1"], ["a"], name="first", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("MaxPool", ["b"], ["c"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["c", "w2"], ["d"], name="second", strides=[2, 2], group=2),
        helper.make_node("Flatten", ["d"], ["e"]),
        helper.make_node("Gemm", ["e", "w3"], ["y"], name="third"),
    ]
    constants = {"w1": (4, 3, 3, 3), "w2": (6, 2, 2, 2), "w3": (6 * 16, 10)}
    graph = _graph(tmp_path / "net.onnx", nodes, constants, (3, 16, 16))
    shapes, pooled = layer_shapes(graph, (3, 16, 16)), pooled_layers(graph)
    assert pooled == ("first",)
    assert layers_of(shapes, pooled) == (
        CostLayer("first", 16, 16, 3, 3, 3, 4, True, 1),
        CostLayer("second", 8, 8, 4, 2, 2, 6, False, 2),
        CostLayer("third", 1, 1, 96, 1, 1, 10, False, 1),
    )
    padded = layers_of(shapes, pooled, includes_padding=True)
    assert (padded[0].input_height, padded[0].vectors) == (18, 256)


def test_a_product_on_several_vectors_is_a_kernel_of_one_element(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("MatMul", ["x", "w1"], ["a"], name="tokens"),
        helper.make_node("Relu", ["a"], ["y"]),
    ]
    graph = _graph(tmp_path / "net.onnx", nodes, {"w1": (24, 8)}, (5, 24))
    (layer,) = layers_of(layer_shapes(graph, (5, 24)))
    assert layer == CostLayer("tokens", 5, 1, 24, 1, 1, 8, False, 1)
    assert layer.vectors == 5


def test_a_convolution_in_one_direction_is_one_element_high(tmp_path: Path) -> None:
    nodes = [helper.make_node("Conv", ["x", "w1"], ["y"], name="line", strides=[2])]
    graph = _graph(tmp_path / "net.onnx", nodes, {"w1": (4, 3, 5)}, (3, 21))
    (layer,) = layers_of(layer_shapes(graph, (3, 21)))
    assert (layer.input_height, layer.input_width, layer.kernel_height, layer.kernel_width) == (1, 21, 1, 5)


def test_pooling_of_a_sum_is_not_that_of_its_terms(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w1"], ["a"], name="left"),
        helper.make_node("Conv", ["x", "w2"], ["b"], name="right"),
        helper.make_node("Add", ["a", "b"], ["c"]),
        helper.make_node("GlobalAveragePool", ["c"], ["y"]),
    ]
    graph = _graph(tmp_path / "net.onnx", nodes, {"w1": (4, 3, 1, 1), "w2": (4, 3, 1, 1)}, (3, 4, 4))
    assert pooled_layers(graph) == ()


@pytest.mark.parametrize(
    ("attributes", "weights", "image", "message"),
    [
        ({"dilations": [2, 2]}, (4, 3, 3, 3), (3, 9, 9), "dilated"),
        ({"strides": [1, 2]}, (4, 3, 3, 3), (3, 9, 9), "strides"),
        ({}, (4, 3, 2, 2, 2), (3, 4, 4, 4), "two spatial axes"),
    ],
)
def test_layers_without_a_row_are_told(
    tmp_path: Path, attributes: dict[str, list[int]], weights: tuple[int, ...], image: tuple[int, ...], message: str
) -> None:
    nodes = [helper.make_node("Conv", ["x", "w1"], ["y"], name="odd", **attributes)]
    graph = _graph(tmp_path / "net.onnx", nodes, {"w1": weights}, image)
    with pytest.raises(NetworkError, match=rf"'odd'.*{message}"):
        layers_of(layer_shapes(graph, image))


def test_transposed_convolutions_are_told(tmp_path: Path) -> None:
    nodes = [helper.make_node("ConvTranspose", ["x", "w1"], ["y"], name="up", strides=[2, 2])]
    graph = _graph(tmp_path / "net.onnx", nodes, {"w1": (3, 4, 2, 2)}, (3, 4, 4))
    with pytest.raises(NetworkError, match=r"'up'.*ConvTranspose"):
        layers_of(layer_shapes(graph, (3, 4, 4)))


@pytest.mark.shared
def test_networks_of_neurosim(shared_dir: Path) -> None:
    sizes = {}
    for path in (shared_dir / "neurosim" / "networks").glob("*.csv"):
        sizes[path.stem] = len(read_network(path.read_text(), str(path)))
    assert sizes["NetWork_DenseNet40"] == 40
    assert sizes["NetWork_VGG8"] == 8
    assert sizes["NetWork_ResNet18"] > 16
