"""Networks that were quantised before they were exported: their products are layers all the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from nnsreport.engine.network import execute, load_graph

BuildNetwork = Callable[..., Path]
RunRuntime = Callable[[Path, np.ndarray], list[np.ndarray]]
IMAGE = ("N", 4, 6, 6)


def _constants() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(9)
    return {
        "xs": np.float32(0.02),
        "xz": np.uint8(130),
        "ys": np.float32(0.05),
        "yz": np.uint8(100),
        # Seven bits: onnxruntime adds pairs of products of eight in 16 bits, and saturates, on processors without VNNI.
        "w": rng.integers(-64, 64, (6, 4, 3, 3)).astype(np.int8),
        "ws": rng.uniform(0.001, 0.003, 6).astype(np.float32),
        "wz": np.zeros(6, dtype=np.int8),
        "grouped": rng.integers(0, 255, (6, 2, 3, 3)).astype(np.uint8),
        "gs": np.float32(0.002),
        "gz": np.uint8(120),
        "bias": rng.integers(-3000, 3000, 6).astype(np.int32),
        "bs": rng.uniform(1e-4, 2e-4, 6).astype(np.float32),
        "m": rng.integers(-64, 64, (6, 5)).astype(np.int8),
        "ms": rng.uniform(0.01, 0.02, 5).astype(np.float32),
        "mz": np.zeros(5, dtype=np.int8),
        "m1": np.int8(3),
        "ms1": np.float32(0.01),
    }


BODIES = {
    "QDQ convolution": (
        "q = QuantizeLinear(x, xs, xz) d = DequantizeLinear(q, xs, xz) v = DequantizeLinear<axis = 0>(w, ws, wz) "
        "c = DequantizeLinear<axis = 0>(bias, bs) e = Conv<pads = [1, 1, 1, 1]>(d, v, c) r = Relu(e) "
        "f = QuantizeLinear(r, ys, yz) y = DequantizeLinear(f, ys, yz)"
    ),
    "QLinearConv": (
        "q = QuantizeLinear(x, xs, xz) e = QLinearConv<pads = [1, 0, 1, 0], strides = [2, 1]>"
        "(q, xs, xz, w, ws, wz, ys, yz, bias) y = DequantizeLinear(e, ys, yz)"
    ),
    "grouped QLinearConv without bias": (
        "q = QuantizeLinear(x, xs, xz) e = QLinearConv<group = 2, dilations = [2, 2]>"
        "(q, xs, xz, grouped, gs, gz, ys, yz) y = DequantizeLinear(e, ys, yz)"
    ),
    "QLinearMatMul": (
        "q = QuantizeLinear(x, xs, xz) e = QLinearMatMul(q, xs, xz, m, ms, mz, ys, yz) y = DequantizeLinear(e, ys, yz)"
    ),
    "MatMulInteger after dynamic quantisation": (
        "q, s, z = DynamicQuantizeLinear(x) e = MatMulInteger(q, m, z, m1) f = Cast<to = 1>(e) "
        "g = Mul(s, ms1) y = Mul(f, g)"
    ),
    "ConvInteger": (
        "q, s, z = DynamicQuantizeLinear(x) e = ConvInteger<pads = [1, 1, 1, 1]>(q, grouped4, z, gz) "
        "f = Cast<to = 1>(e) g = Mul(s, gs) y = Mul(f, g)"
    ),
}


@pytest.mark.parametrize("opset", [10, 13, 21])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_quantized_product_equals_onnxruntime(
    body: str, opset: int, build_network: BuildNetwork, runtime_outputs: RunRuntime
) -> None:
    if opset == 10 and "axis = 0" in body:
        pytest.skip("scales of each channel came with opset 13")
    constants = {**_constants(), "grouped4": _constants()["grouped"].repeat(2, axis=1)}
    used = {
        name: value for name, value in constants.items() if name in body.replace(")", " ").replace(",", " ").split()
    }
    used |= {name: value for name, value in constants.items() if f"({name}," in body}
    path = build_network(body, IMAGE, opset=11 if "Dynamic" in body and opset == 10 else opset, weights=used)
    # One image: dynamic quantisation takes its scale from the whole batch.
    images = np.random.default_rng(1).standard_normal((1, 4, 6, 6)).astype(np.float32)
    graph = load_graph(path)
    (layer,) = graph.linear_layers
    assert layer.weight.dtype == np.float32
    expected = runtime_outputs(path, images)[0]
    found = execute(graph, images)
    assert found.shape == expected.shape
    # Float32 may round a tie to the other side: one step of the output at most, and rarely.
    step = 0.05 if "ys" in used else 1e-5 * np.abs(expected).max()
    assert np.abs(found - expected).max() <= 1.001 * step
    assert np.mean(np.abs(found - expected) > 1e-4) < 0.01


@pytest.mark.parametrize(("kind", "low", "high"), [(TensorProto.INT4, -8, 7), (TensorProto.UINT4, 0, 15)])
def test_four_bit_weights_and_activations(kind: int, low: int, high: int, build_network: BuildNetwork) -> None:
    body = "q = QuantizeLinear(x, s, z) d = DequantizeLinear(q, s, z) v = DequantizeLinear(w, t, z) y = MatMul(d, v)"
    levels = np.random.default_rng(0).integers(low, high + 1, (6, 5))
    path = build_network(body, ("N", 6), opset=21, weights={"s": np.float32(0.25), "t": np.float32(0.5)})
    model = onnx.load(path)
    model.graph.initializer.append(helper.make_tensor("w", kind, levels.shape, levels.flatten()))
    model.graph.initializer.append(helper.make_tensor("z", kind, (), [2]))
    onnx.save(model, path)
    graph = load_graph(path)
    np.testing.assert_array_equal(graph.linear_layers[0].weight[0], (levels - 2) * np.float32(0.5))
    images = np.linspace(-4, 4, 18, dtype=np.float32).reshape(3, 6)
    quantised = np.clip(np.rint(images / 0.25) + 2, low, high) - 2
    np.testing.assert_allclose(execute(graph, images), quantised * 0.25 @ ((levels - 2) * 0.5), rtol=1e-6)


def test_weights_are_found_behind_any_chain_of_constants(
    build_network: BuildNetwork, assert_equals_runtime: Callable[..., None]
) -> None:
    body = (
        "a = Identity(w) b = Cast<to = 1>(a) c = DequantizeLinear(b8, s) d = Transpose<perm = [1, 0]>(c) "
        "e = Reshape(d, shape) f = Mul(e, scale) g = Slice(f, first, last) h = Concat<axis = 0>(g, b) "
        "i = Unsqueeze(h, first) j = Squeeze(i, first) y = MatMul(x, j)"
    )
    rng = np.random.default_rng(3)
    weights = {
        "w": rng.standard_normal((2, 5)).astype(np.float64),
        "b8": rng.integers(-99, 99, (5, 6)).astype(np.int8),
        "s": np.float32(0.01),
        "shape": np.array([6, 5]),
        "scale": rng.standard_normal((1, 5)).astype(np.float32),
        "first": np.array([0]),
        "last": np.array([4]),
    }
    path = build_network(body, ("N", 6), weights=weights)
    graph = load_graph(path)
    assert [node.operator for node in graph.nodes] == ["MatMul"]
    assert graph.linear_layers[0].weight.shape == (1, 6, 5)
    assert_equals_runtime(path, rng.standard_normal((3, 6)).astype(np.float32))


def test_float8_weights_become_float32(build_network: BuildNetwork) -> None:
    path = build_network(
        "v = DequantizeLinear(w, s) y = MatMul(x, v)", ("N", 3), opset=19, weights={"s": np.float32(2)}
    )
    model = onnx.load(path)
    model.graph.initializer.append(helper.make_tensor("w", TensorProto.FLOAT8E4M3FN, (3, 1), [0.5, 2, -4]))
    onnx.save(model, path)
    np.testing.assert_array_equal(load_graph(path).linear_layers[0].weight[0, :, 0], [1, 4, -8])
    assert numpy_helper.to_array(model.graph.initializer[-1]).size == 3


CONTRIBUTED = {
    "QLinearAdd": (
        "q = QuantizeLinear(x, xs, xz) p = Mul(x, half) k = QuantizeLinear(p, hs, hz) "
        "e = com.microsoft.QLinearAdd(q, xs, xz, k, hs, hz, ys, yz) y = DequantizeLinear(e, ys, yz)"
    ),
    "QLinearMul": (
        "q = QuantizeLinear(x, xs, xz) e = com.microsoft.QLinearMul(q, xs, xz, q, xs, xz, ys, yz) "
        "y = DequantizeLinear(e, ys, yz)"
    ),
    "QLinearSigmoid": (
        "q = QuantizeLinear(x, xs, xz) e = com.microsoft.QLinearSigmoid(q, xs, xz, hs, hz) "
        "y = DequantizeLinear(e, hs, hz)"
    ),
    "QLinearLeakyRelu": (
        "q = QuantizeLinear(x, xs, xz) e = com.microsoft.QLinearLeakyRelu<alpha = 0.3>(q, xs, xz, ys, yz) "
        "y = DequantizeLinear(e, ys, yz)"
    ),
    "QLinearGlobalAveragePool": (
        "q = QuantizeLinear(x, xs, xz) e = com.microsoft.QLinearGlobalAveragePool(q, xs, xz, hs, hz) "
        "y = DequantizeLinear(e, hs, hz)"
    ),
    "QLinearGlobalAveragePool of channels last": (
        "q = QuantizeLinear(x, xs, xz) "
        "e = com.microsoft.QLinearGlobalAveragePool<channels_last = 1>(q, xs, xz, hs, hz) "
        "y = DequantizeLinear(e, hs, hz)"
    ),
    "QLinearConcat": (
        "q = QuantizeLinear(x, xs, xz) k = QuantizeLinear(x, hs, hz) "
        "e = com.microsoft.QLinearConcat<axis = 1>(ys, yz, q, xs, xz, k, hs, hz) y = DequantizeLinear(e, ys, yz)"
    ),
    "QGemm": (
        "f = Flatten(x) q = QuantizeLinear(f, xs, xz) "
        "e = com.microsoft.QGemm<transB = 1>(q, xs, xz, rows, gs, gz, bias5, ys, yz) y = DequantizeLinear(e, ys, yz)"
    ),
    "FusedMatMul": "y = com.microsoft.FusedMatMul<transA = 1, alpha = 0.5>(x, x)",
    "FusedMatMul of a constant": "y = com.microsoft.FusedMatMul<transB = 1>(x, matrix)",
    "FusedConv": 'y = com.microsoft.FusedConv<activation = "Relu", pads = [1, 1, 1, 1]>(x, kernel, b6)',
    "FusedConv with a summand": (
        's = Conv<pads = [1, 1, 1, 1]>(x, kernel) y = com.microsoft.FusedConv<activation = "LeakyRelu", '
        "activation_params = [0.2], pads = [1, 1, 1, 1]>(x, kernel, b6, s)"
    ),
    "FusedConv with limits": (
        'y = com.microsoft.FusedConv<activation = "Clip", activation_params = [-0.5, 1.5]>(x, kernel, b6)'
    ),
    "FusedGemm": 'f = Flatten(x) y = com.microsoft.FusedGemm<activation = "Relu", transB = 1>(f, floats, b5)',
    "Gelu": "y = com.microsoft.Gelu(x)",
    "BiasGelu": "y = com.microsoft.BiasGelu(x, b6)",
    "FastGelu": "y = com.microsoft.FastGelu(x)",
    "FastGelu with a bias": "y = com.microsoft.FastGelu(x, b6)",
    "QuickGelu": "y = com.microsoft.QuickGelu<alpha = 1.5>(x)",
    "SkipLayerNormalization": (
        "f = Flatten<axis = 2>(x) p = Reshape(x, three) n = Neg(p) k = Mul(n, half) "
        "y, mean, deviation, sum = com.microsoft.SkipLayerNormalization<epsilon = 0.001>(p, k, b6, b6, b6)"
    ),
}


@pytest.mark.parametrize("body", CONTRIBUTED.values(), ids=CONTRIBUTED.keys())
def test_operator_of_onnxruntime_equals_it(body: str, build_network: BuildNetwork, runtime_outputs: RunRuntime) -> None:
    rng = np.random.default_rng(4)
    constants = {
        **_constants(),
        "half": np.float32(0.5),
        "hs": np.float32(0.01),
        "hz": np.uint8(120),
        "rows": rng.integers(90, 150, (5, 144)).astype(np.uint8),
        "bias5": rng.integers(-3000, 3000, 5).astype(np.int32),
        "matrix": rng.standard_normal((5, 6)).astype(np.float32),
        "kernel": rng.standard_normal((6, 4, 3, 3)).astype(np.float32),
        "floats": rng.standard_normal((5, 144)).astype(np.float32),
        "b5": rng.standard_normal(5).astype(np.float32),
        "b6": rng.standard_normal(6).astype(np.float32),
        "three": np.array([-1, 24, 6]),
    }
    words = set(re.findall(r"\w+", body))
    # The parser of ONNX's text form knows no domains before operators' names.
    path = build_network(
        body.replace("com.microsoft.", ""),
        IMAGE,
        opset=20,
        weights={name: value for name, value in constants.items() if name in words},
    )
    model = onnx.load(path)
    contributed = set(re.findall(r"com\.microsoft\.(\w+)", body))
    for node in model.graph.node:
        node.domain = "com.microsoft" if node.op_type in contributed else ""
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    onnx.save(model, path)
    images = rng.standard_normal((3, 4, 6, 6)).astype(np.float32)
    expected, found = runtime_outputs(path, images)[0], execute(load_graph(path), images)
    assert found.shape == expected.shape
    # One step of the output where float32 rounds a tie to the other side.
    steps = [float(constants[name]) for name in ("ys", "hs") if f"{name}, " in body.rpartition("y = ")[2]]
    difference = np.abs(found - expected)
    assert difference.max() <= (1.001 * steps[0] if steps else 1e-5 * np.abs(expected).max())
    assert np.sum(difference > 1e-4 * np.abs(expected).max()) <= max(2, 0.01 * difference.size)
