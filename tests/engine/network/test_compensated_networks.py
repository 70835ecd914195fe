"""Restored statistics in networks of other kinds: recurrent, transposed, attention, with batch normalisation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.settings import (
    ActivationSettings,
    AdcSettings,
    CompensationSettings,
    DeviceSettings,
    DriftSettings,
    ProgrammingSettings,
    WeightSettings,
)
from nnsreport.engine.network import float_multiply, load_graph

BuildNetwork = Callable[..., Path]

DAY_S = 86_400.0
SEQUENCE, IMAGE = ("N", 6, 8), ("N", 4, 6, 6)
NETWORKS = {
    "LSTM": (
        SEQUENCE,
        {"w": (2, 40, 8), "r": (2, 40, 10), "b": (2, 80), "g": (20, 5)},
        "s = Transpose<perm = [1, 0, 2]>(x) "
        'h, last, c = LSTM<hidden_size = 10, direction = "bidirectional">(s, w, r, b) '
        "t = Transpose<perm = [1, 0, 2]>(last) f = Flatten(t) y = MatMul(f, g)",
    ),
    "transposed and grouped convolutions": (
        IMAGE,
        {"a": (8, 2, 3, 3), "u": (8, 3, 2, 2), "d": (5, 6, 3, 3)},
        "p = Conv<group = 2, pads = [1, 1, 1, 1]>(x, a) q = Relu(p) "
        "v = ConvTranspose<group = 2, strides = [2, 2]>(q, u) "
        "o = Conv<dilations = [2, 2], strides = [2, 2]>(v, d) m = GlobalAveragePool(o) y = Flatten(m)",
    ),
    "attention": (
        SEQUENCE,
        {"q": (8, 8), "k": (8, 8), "v": (8, 8), "o": (8, 5)},
        "a = MatMul(x, q) b = MatMul(x, k) c = MatMul(x, v) t = Transpose<perm = [0, 2, 1]>(b) s = MatMul(a, t) "
        "p = Softmax<axis = -1>(s) m = MatMul(p, c) e = MatMul(m, o) y = ReduceMean<axes = [1], keepdims = 0>(e)",
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_uniform_drift_is_restored_without_any_other_compensation(name: str, build_network: BuildNetwork) -> None:
    image, weights, body = NETWORKS[name]
    graph = load_graph(build_network(body, image, opset=12, weights=weights))
    images = np.random.default_rng(6).standard_normal((12, *image[1:])).astype(np.float32)
    settings = CrossbarSettings(
        weights=WeightSettings(14),
        activations=ActivationSettings(14),
        device=DeviceSettings(drift=DriftSettings("power-law", nu_mean_offset=0.06, nu_std_maximum=0.0)),
        adc=AdcSettings("ideal"),
        compensation=CompensationSettings(("adabs",), base="none", layers="all", remainder=0.0),
    )
    network = build(graph, calibrate(graph, [images], settings), settings).with_images([images[:5], images[5:]])
    read = network.program(seed=1, trial=0).read(DAY_S, ("none", "adabs"))
    exact = network.infer_quantized(images).outputs
    distance = {method: np.abs(found.infer(images).outputs - exact).max() for method, found in read.items()}
    assert distance["none"] > 0.1 * np.abs(exact).max()
    assert distance["adabs"] < 2e-3 * np.abs(exact).max()


def test_normalised_layers_get_their_statistics_back(build_network: BuildNetwork) -> None:
    # The mean of a normalised channel over its training images is the shift, its deviation the scale, of the file.
    random = np.random.default_rng(3)
    scale, shift = random.uniform(0.5, 2, 6).astype(np.float32), random.normal(size=6).astype(np.float32)
    weights = {"w": (6, 4, 3, 3), "s": scale, "b": shift, "m": np.zeros(6, np.float32), "v": np.ones(6, np.float32)}
    body = "c = Conv(x, w) n = BatchNormalization(c, s, b, m, v) r = Relu(n) p = GlobalAveragePool(r) y = Flatten(p)"
    images = random.standard_normal((40, 4, 6, 6)).astype(np.float32)
    plain = load_graph(build_network(body, IMAGE, weights=weights))
    # Statistics of training: those of the images.
    product = float_multiply(plain.linear_layers[0], images)[0] / scale
    weights |= {"m": product.mean(axis=0), "v": product.var(axis=0)}
    graph = load_graph(build_network(body, IMAGE, weights=weights))
    assert [node.operator for node in graph.nodes][:2] == ["Conv", "Relu"]
    settings = CrossbarSettings(
        device=DeviceSettings(
            programming=ProgrammingSettings("constant", 0.1), drift=DriftSettings("power-law", nu_mean_offset=0.06)
        ),
        adc=AdcSettings("ideal"),
        compensation=CompensationSettings(("adabs",), remainder=0.0),
    )
    network = build(graph, calibrate(graph, [images], settings), settings).with_images([images])
    read = network.program(seed=1, trial=0).read(DAY_S, ("global", "adabs"))
    bias = graph.linear_layers[0].bias
    outputs = {method: found.layers[0].multiply(images)[0][0] + bias for method, found in read.items()}
    np.testing.assert_allclose(outputs["adabs"].mean(axis=0), shift, atol=0.01)
    np.testing.assert_allclose(outputs["adabs"].std(axis=0), scale, rtol=0.01)
    assert np.abs(outputs["global"].std(axis=0) / scale - 1).max() > 0.05
