"""Reading ONNX files: what is in a graph, and what is said of files that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from nnsreport.engine.network import Graph, execute, load_graph
from nnsreport.errors import NetworkError, UnsupportedOperatorError

BuildNetwork = Callable[..., Path]
CONVOLUTION = {"w": (5, 3, 3, 3)}


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match=r"absent\.onnx: no such file"):
        load_graph(tmp_path / "absent.onnx")


def test_folder_instead_of_file(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="no such file"):
        load_graph(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x00" * 64, b"not a network at all\n" * 20, b"\xff\xfe\x01"])
def test_file_that_is_not_onnx(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(NetworkError, match=r"broken\.onnx: (not an ONNX file|empty).*export the network again"):
        load_graph(path)


def test_file_cut_off_anywhere_never_crashes(build_network: BuildNetwork) -> None:
    path = build_network("a = Conv(x, w) y = Relu(a)", ("N", 3, 6, 6), weights=CONVOLUTION)
    content = path.read_bytes()
    for length in range(0, len(content) - 1, 7):
        path.write_bytes(content[:length])
        with pytest.raises(NetworkError, match=r"network\.onnx"):
            load_graph(path)


def test_file_with_damaged_bytes_never_crashes(build_network: BuildNetwork) -> None:
    body = (
        "a = Conv<pads = [1, 1, 1, 1], strides = [2, 2], group = 1>(x, w) n = BatchNormalization(a, s, s, s, s) "
        "p = MaxPool<kernel_shape = [2, 2], strides = [2, 2]>(n) q = Reshape(p, t) y = Gemm<transB = 1>(q, g, h)"
    )
    weights = {"w": (4, 3, 3, 3), "s": np.float32([1, 2, 3, 4]), "t": np.array([1, 16]), "g": (5, 16), "h": (5,)}
    path = build_network(body, (1, 3, 8, 8), weights=weights)
    load_graph(path)
    content, random = path.read_bytes(), np.random.default_rng(0)
    refused = 0
    for _ in range(300):
        damaged = bytearray(content)
        damaged[random.integers(len(content))] = random.integers(256)
        path.write_bytes(damaged)
        try:
            load_graph(path)
        except NetworkError as error:
            refused += 1
            assert str(error).startswith(str(path))
    assert refused > 50


@pytest.mark.parametrize("opset", [6, 29])
def test_opset_that_is_not_supported(opset: int, build_network: BuildNetwork) -> None:
    with pytest.raises(NetworkError, match=f"opset {opset} is not supported; export with an opset from 7 to 28"):
        load_graph(build_network("y = Relu(x)", ("N", 3), opset=opset))


def test_operator_that_its_opset_does_not_have(build_network: BuildNetwork) -> None:
    with pytest.raises(NetworkError, match="opset 17 has no operator Gelu"):
        load_graph(build_network("y = Gelu(x)", ("N", 3), opset=17))


def test_every_unsupported_operator_is_named_with_its_nodes(build_network: BuildNetwork) -> None:
    body = (
        "[first] a = Bernoulli(x) [second] b = Bernoulli(a) "
        "[third] i = Unique(b) [fourth] c = Relu(i) [fifth] y = Det(c)"
    )
    with pytest.raises(UnsupportedOperatorError) as caught:
        load_graph(build_network(body, ("N", 3, 4, 4)))
    message = str(caught.value)
    assert "Bernoulli (node 'first', node 'second'); Unique (node 'third'); Det (node 'fifth')" in message
    assert "Relu" not in message
    assert "network.onnx" in message


def test_operators_of_other_domains_are_unsupported(build_network: BuildNetwork) -> None:
    path = build_network("y = Relu(x)", ("N", 3))
    model = onnx.load(path)
    model.graph.node[0].domain = "com.microsoft"
    onnx.save(model, path)
    with pytest.raises(UnsupportedOperatorError, match=r"com\.microsoft\.Relu \(unnamed node 0\)"):
        load_graph(path)


def test_two_inputs_are_refused(build_network: BuildNetwork) -> None:
    path = build_network("y = Mul(x, mask)", ("N", 3))
    model = onnx.load(path)
    model.graph.input.append(helper.make_tensor_value_info("mask", TensorProto.FLOAT, [3]))
    onnx.save(model, path)
    with pytest.raises(NetworkError, match="exactly one input, the images; found 'x', 'mask'"):
        load_graph(path)


def test_initialisers_listed_as_inputs_are_not_inputs(build_network: BuildNetwork) -> None:
    path = build_network("y = Conv(x, w)", ("N", 3, 6, 6), weights=CONVOLUTION)
    model = onnx.load(path)
    model.graph.input.append(helper.make_tensor_value_info("w", TensorProto.FLOAT, [5, 3, 3, 3]))
    onnx.save(model, path)
    assert [entry.name for entry in load_graph(path).inputs] == ["x"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("y = Relu(nowhere)", r"node 'Relu_y' \(Relu\) reads 'nowhere', which nothing before it gives"),
        ("y = Relu(a) a = Neg(x)", "reads 'a', which nothing before it gives"),
        ("y = Relu(x) y = Neg(x)", "gives 'y', which exists already"),
        ("y = Relu(x, x)", r"unnamed node 0 \(Relu\) has 2 inputs and 1 outputs"),
        ("y = Add(x)", r"unnamed node 0 \(Add\) has 1 inputs"),
        ("a = Relu(x)", "no node gives the output 'y'"),
    ],
)
def test_graph_that_does_not_hang_together(body: str, message: str, build_network: BuildNetwork) -> None:
    with pytest.raises(NetworkError, match=message):
        load_graph(build_network(body, ("N", 3)))


def test_weights_that_are_not_numbers(build_network: BuildNetwork) -> None:
    with pytest.raises(
        NetworkError, match=r"layer 'MatMul_y' \(MatMul\) has weights that are infinite or not a number"
    ):
        load_graph(build_network("y = MatMul(x, w)", ("N", 2), weights={"w": np.float32([[1], [np.nan]])}))


def test_layer_that_does_not_fit_the_declared_image(build_network: BuildNetwork) -> None:
    with pytest.raises(NetworkError, match=r"network\.onnx: layer 'Conv_y' .*expects .*\(images, 3, \*, \*\)"):
        load_graph(build_network("y = Conv(x, w)", ("N", 4, 6, 6), weights=CONVOLUTION))


def test_external_data_is_read_and_its_absence_explained(build_network: BuildNetwork) -> None:
    path = build_network("y = Conv(x, w)", ("N", 3, 6, 6), weights=CONVOLUTION)
    weight = load_graph(path).linear_layers[0].weight
    onnx.save(onnx.load(path), path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    np.testing.assert_array_equal(load_graph(path).linear_layers[0].weight, weight)
    (path.parent / "weights.bin").unlink()
    with pytest.raises(NetworkError, match="keep the files of external data beside the ONNX file"):
        load_graph(path)


def test_metadata_opset_and_declared_shape(build_network: BuildNetwork) -> None:
    path = build_network("y = Conv(x, w)", ("N", 3, 6, "width"), opset=17, weights=CONVOLUTION)
    model = onnx.load(path)
    helper.set_model_props(model, {"mean": "0.5"})
    onnx.save(model, path)
    graph = load_graph(path)
    assert graph.metadata == {"mean": "0.5"}
    assert graph.opset == 17
    assert graph.inputs[0].shape == ("N", 3, 6, "width")


def test_unnamed_and_namesake_nodes_get_unique_names(build_network: BuildNetwork) -> None:
    graph = load_graph(build_network("[same] a = Neg(x) [same] b = Neg(a) y = Relu(b)", ("N", 3)))
    assert [node.name for node in graph.nodes] == ["same", "same_1", "Relu_y"]


@pytest.mark.parametrize("kind", [TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.BFLOAT16])
def test_weights_of_any_precision_become_float32(kind: int, build_network: BuildNetwork) -> None:
    path = build_network("y = MatMul(x, w)", ("N", 3), weights={"w": np.float32([[0.5], [2], [-4]])})
    model = onnx.load(path)
    values = numpy_helper.to_array(model.graph.initializer[0]).flatten()
    model.graph.initializer[0].CopyFrom(helper.make_tensor("w", kind, [3, 1], values))
    onnx.save(model, path)
    (layer,) = load_graph(path).linear_layers
    assert layer.weight.dtype == np.float32
    np.testing.assert_array_equal(layer.weight[0, :, 0], [0.5, 2, -4])


def test_local_functions_are_inlined(build_network: BuildNetwork) -> None:
    path = build_network("y = Relu(x)", ("N", 3))
    model = onnx.load(path)
    opsets = [helper.make_opsetid("", 18)]
    twice = helper.make_function("own", "Twice", ["a"], ["b"], [helper.make_node("Add", ["a", "a"], ["b"])], opsets)
    model.functions.append(twice)
    model.opset_import.append(helper.make_opsetid("own", 1))
    model.graph.node[0].CopyFrom(helper.make_node("Twice", ["x"], ["y"], domain="own"))
    onnx.save(model, path)
    np.testing.assert_array_equal(_run(load_graph(path), [[1, 2, 3]]), [[2, 4, 6]])


def test_network_that_normalises_its_own_pixels(build_network: BuildNetwork) -> None:
    body = "f = Cast<to = 1>(x) y = Div(f, s)"
    path = build_network(body, ("N", 3), weights={"s": np.float32([255])}, kind="uint8")
    graph = load_graph(path)
    assert graph.inputs[0].dtype == "uint8"
    np.testing.assert_allclose(execute(graph, np.uint8([[0, 51, 255]])), [[0, 0.2, 1]], rtol=1e-6)


def _run(graph: Graph, images: list[list[float]]) -> np.ndarray:
    return execute(graph, np.array(images, dtype=np.float32))


def test_labels_beside_scores_are_left_out(build_network: BuildNetwork) -> None:
    # As skl2onnx writes classifiers: the label first, found by operators that only it needs.
    path = build_network(
        "scores = MatMul(x, w) label = ArgMax<axis = 1>(scores) names = Bernoulli(scores) y = Softmax(scores)",
        ("N", 4),
        weights={"w": (4, 3)},
        outputs="int64 label, float y",
    )
    graph = load_graph(path)
    assert graph.outputs == ("y",)
    assert [node.operator for node in graph.nodes] == ["MatMul", "Softmax"]


def test_labels_alone_are_the_result(build_network: BuildNetwork) -> None:
    path = build_network("s = MatMul(x, w) y = ArgMax<axis = 1>(s)", ("N", 4), weights={"w": (4, 3)}, outputs="int64 y")
    assert load_graph(path).outputs == ("y",)


def test_inputs_that_nothing_reads_are_left_out(build_network: BuildNetwork) -> None:
    path = build_network("y = Relu(x)", ("N", 3))
    model = onnx.load(path)
    model.graph.input.append(helper.make_tensor_value_info("token_types", TensorProto.INT64, [3]))
    onnx.save(model, path)
    assert [entry.name for entry in load_graph(path).inputs] == ["x"]


def test_loops_are_refused_with_what_to_do(build_network: BuildNetwork) -> None:
    path = build_network("[unrolled] y = Relu(x)", ("N", 3))
    model = onnx.load(path)
    body = helper.make_graph(
        [helper.make_node("Identity", ["going"], ["on"])],
        "body",
        [helper.make_tensor_value_info("step", TensorProto.INT64, []), helper.make_tensor_value_info("going", 9, [])],
        [helper.make_tensor_value_info("on", TensorProto.BOOL, [])],
    )
    model.graph.node[0].CopyFrom(helper.make_node("Loop", ["", ""], ["y"], name="while", body=body))
    onnx.save(model, path)
    with pytest.raises(UnsupportedOperatorError, match=r"Loop \(node 'while'\); unroll loops: export with"):
        load_graph(path)
