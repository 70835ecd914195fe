"""Networks of every kind on crossbars: with many bits and ideal devices they give what floating point gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.settings import ActivationSettings, AdcSettings, MappingSettings, WeightSettings
from nnsreport.engine.network import execute, load_graph

BuildNetwork = Callable[..., Path]

SEQUENCE = ("N", 6, 8)
IMAGE = ("N", 4, 6, 6)
# name: image, weights, nodes
NETWORKS = {
    "LSTM": (
        SEQUENCE,
        {"w": (2, 40, 8), "r": (2, 40, 10), "b": (2, 80), "g": (20, 5)},
        "s = Transpose<perm = [1, 0, 2]>(x) "
        'h, last, c = LSTM<hidden_size = 10, direction = "bidirectional">(s, w, r, b) '
        "t = Transpose<perm = [1, 0, 2]>(last) f = Flatten(t) z = MatMul(f, g) y = LogSoftmax<axis = 1>(z)",
    ),
    "GRU that resets first": (
        SEQUENCE,
        {"w": (1, 30, 8), "r": (1, 30, 10), "g": (10, 5)},
        "s = Transpose<perm = [1, 0, 2]>(x) h, last = GRU<hidden_size = 10>(s, w, r) "
        "f = Squeeze<axes = [0]>(last) y = MatMul(f, g)",
    ),
    "transposed, grouped and dilated convolutions": (
        IMAGE,
        {"a": (8, 2, 3, 3), "u": (8, 3, 2, 2), "b": (6,), "d": (5, 6, 3, 3)},
        "p = Conv<group = 2, pads = [1, 1, 1, 1]>(x, a) q = Relu(p) "
        "v = ConvTranspose<group = 2, strides = [2, 2]>(q, u, b) w = HardSwish(v) "
        "o = Conv<dilations = [2, 2], strides = [2, 2]>(w, d) m = GlobalAveragePool(o) y = Flatten(m)",
    ),
    "constant on the left, stacks and sums of several axes": (
        IMAGE,
        {"l": (5, 6), "k": (4, 6, 7), "e": (4, 7, 3)},
        'a = MatMul(l, x) b = Relu(a) c = MatMul(b, k) y = Einsum<equation = "bcld,cde->ble">(c, e)',
    ),
    "attention": (
        SEQUENCE,
        {"q": (8, 8), "k": (8, 8), "v": (8, 8), "o": (8, 5), "half": np.float32(0.35)},
        "a = MatMul(x, q) b = MatMul(x, k) c = MatMul(x, v) t = Transpose<perm = [0, 2, 1]>(b) s = MatMul(a, t) "
        "n = Mul(s, half) p = Softmax<axis = -1>(n) m = MatMul(p, c) e = MatMul(m, o) "
        "y = ReduceMean<axes = [1], keepdims = 0>(e)",
    ),
    "quantised": (
        IMAGE,
        {
            "xs": np.float32(0.03),
            "xz": np.uint8(128),
            "w": np.random.default_rng(2).integers(-99, 99, (6, 4, 3, 3)).astype(np.int8),
            "ws": np.float32(0.004),
            "wz": np.int8(0),
            "ys": np.float32(0.0005),
            "yz": np.uint8(128),
        },
        "i = QuantizeLinear(x, xs, xz) d = DequantizeLinear(i, xs, xz) v = DequantizeLinear(w, ws, wz) e = Conv(d, v) "
        "y = GlobalAveragePool(e)",
    ),
}
BITS = 14


def _settings(**mapping: object) -> CrossbarSettings:
    return CrossbarSettings(
        weights=WeightSettings(BITS),
        activations=ActivationSettings(BITS),
        mapping=MappingSettings(**mapping),
        adc=AdcSettings("ideal"),
    )


@pytest.mark.parametrize(
    "mapping", [{}, {"signs": "offset", "rows": 4, "cell_bits": 2, "dac_bits": 1}], ids=["analog", "sliced"]
)
@pytest.mark.parametrize("name", NETWORKS)
def test_ideal_crossbars_approximate_floating_point(
    name: str, mapping: dict[str, object], build_network: BuildNetwork
) -> None:
    image, weights, body = NETWORKS[name]
    graph = load_graph(build_network(body, image, opset=14 if "HardSwish" in body else 12, weights=weights))
    images = np.random.default_rng(6).standard_normal((8, *image[1:])).astype(np.float32)
    settings = _settings(**mapping)
    network = build(graph, calibrate(graph, [images], settings), settings)
    exact = execute(graph, images)
    quantised = network.infer_quantized(images)
    read = network.program(seed=1, trial=0).read(0.0)["none"].infer(images)
    for found in (quantised.outputs, read.outputs):
        assert found.shape == exact.shape
        assert np.abs(found - exact).max() < 2e-3 * np.abs(exact).max()
    assert len(read.conversions) == len(graph.linear_layers)
    assert min(read.conversions) > 0


def test_conversions_of_a_recurrent_matrix_count_every_step(build_network: BuildNetwork) -> None:
    image, weights, body = NETWORKS["LSTM"]
    graph = load_graph(build_network(body, image, opset=12, weights=weights))
    images = np.random.default_rng(6).standard_normal((3, *image[1:])).astype(np.float32)
    network = build(graph, calibrate(graph, [images], _settings()), _settings())
    conversions = dict(
        zip((layer.name for layer in graph.linear_layers), network.infer_quantized(images).conversions, strict=True)
    )
    steps, width = 6, 40
    assert conversions["LSTM_h/forward/W"] == conversions["LSTM_h/forward/R"] == 3 * steps * width


def test_result_does_not_depend_on_the_batch(build_network: BuildNetwork) -> None:
    image, weights, body = NETWORKS["LSTM"]
    graph = load_graph(build_network(body, image, opset=12, weights=weights))
    images = np.random.default_rng(6).standard_normal((4, *image[1:])).astype(np.float32)
    network = build(graph, calibrate(graph, [images], _settings()), _settings())
    at_once = network.infer_quantized(images).outputs
    alone = np.concatenate([network.infer_quantized(images[index : index + 1]).outputs for index in range(4)])
    np.testing.assert_allclose(at_once, alone, rtol=1e-5, atol=1e-6)
