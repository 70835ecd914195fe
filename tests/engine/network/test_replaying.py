"""Networks as read whose batches a device replays: each batch gives what it gives without."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.backend import to_numpy
from nnsreport.engine.crossbar import CrossbarSettings, ReadNetwork, build, calibrate
from nnsreport.engine.crossbar.replaying import inference_of
from nnsreport.engine.crossbar.settings import AdcSettings, DeviceSettings, MappingSettings, ProgrammingSettings
from nnsreport.engine.crossbar.settings.spread import WhiteNoiseSettings
from nnsreport.engine.network import load_graph

BuildNetwork = Callable[..., Path]
Launches = Callable[[], int]

IMAGE, SEQUENCE = ("N", 4, 6, 6), ("N", 6, 8)
NETWORKS: Mapping[str, tuple[tuple[object, ...], Mapping[str, object], str]] = {
    "residual": (
        IMAGE,
        {"a": (4, 4, 3, 3), "b": (4,), "c": (4, 2, 1, 1), "d": (6, 4, 3, 3), "g": (6, 5)},
        "p = Conv<pads = [1, 1, 1, 1]>(x, a, b) q = Relu(p) r = Conv<group = 2>(q, c) s = Add(r, x) "
        "m = MaxPool<kernel_shape = [2, 2], strides = [2, 2]>(s) e = Conv<pads = [1, 1, 1, 1]>(m, d) "
        "f = GlobalAveragePool(e) h = Flatten(f) y = MatMul(h, g)",
    ),
    "attention": (
        SEQUENCE,
        {"q": (8, 8), "k": (8, 8), "v": (8, 8), "o": (8, 5)},
        "a = MatMul(x, q) b = MatMul(x, k) c = MatMul(x, v) t = Transpose<perm = [0, 2, 1]>(b) s = MatMul(a, t) "
        "p = Softmax<axis = -1>(s) m = MatMul(p, c) w = MatMul(m, o) y = ReduceMean<axes = [1], keepdims = 0>(w)",
    ),
    "constants": (
        IMAGE,
        {
            "a": (6, 4, 3, 3),
            "three": np.float32(3),
            "zero": np.float32(0),
            "six": np.float32(6),
            "grow": np.array([1, 1, 1.5, 2], np.float32),
            "none": np.empty(0, np.float32),
            "g": (6, 5),
        },
        "p = Conv(x, a) q = Add(p, three) c = Clip(q, zero, six) d = Mul(p, c) e = Div(d, six) "
        'r = Resize<mode = "linear">(e, none, grow) m = AveragePool<kernel_shape = [2, 2], pads = [1, 1, 1, 1]>(r) '
        "f = GlobalAveragePool(m) h = Flatten(f) y = MatMul(h, g)",
    ),
    "recurrent": (
        SEQUENCE,
        {"w": (1, 40, 8), "r": (1, 40, 10), "g": (10, 5)},
        "s = Transpose<perm = [1, 0, 2]>(x) h, last, c = LSTM<hidden_size = 10>(s, w, r) f = Squeeze<axes = [0]>(last) "
        "y = MatMul(f, g)",
    ),
}
SERIAL = MappingSettings(dac_bits=2, cell_bits=4, rows=16)
PROGRAMMED = DeviceSettings(programming=ProgrammingSettings(kind="proportional", std=0.05))
NOISY = DeviceSettings(white_noise=WhiteNoiseSettings(kind="proportional", std=0.05))
NARROW = AdcSettings(bits=4)


def read_networks(
    build_network: BuildNetwork, name: str, settings: CrossbarSettings, xp: ModuleType, trials: int
) -> tuple[list[ReadNetwork], np.ndarray]:
    image, weights, body = NETWORKS[name]
    graph = load_graph(build_network(body, image, opset=12, weights=weights))
    images = np.random.default_rng(6).standard_normal((13, *image[1:])).astype(np.float32)
    network = build(graph, calibrate(graph.placed_on(xp), [xp.asarray(images)], settings), settings, xp)
    return [network.program(seed=1, trial=trial).read(0.0)["none"] for trial in range(trials)], images


def check(networks: list[ReadNetwork], images: np.ndarray, xp: ModuleType, batch: int) -> None:
    infer = inference_of(networks)
    starts = range(0, len(images), batch)
    found = [infer(xp.asarray(images[start : start + batch]), start) for start in starts]
    for start, together in zip(starts, found, strict=True):
        for network, one in zip(networks, together, strict=True):
            alone = network.infer(xp.asarray(images[start : start + batch]), start)
            assert to_numpy(one.outputs).tobytes() == to_numpy(alone.outputs).tobytes()
            assert one.conversions == alone.conversions
            assert one.saturated == alone.saturated


@pytest.mark.usefixtures("blas_in_graphs")
@pytest.mark.parametrize("trials", [1, 9])
@pytest.mark.parametrize("batch", [1, 2, 4, 6, 13])
@pytest.mark.parametrize("settings", [CrossbarSettings(mapping=SERIAL, device=NOISY, adc=NARROW)], ids=["noise"])
@pytest.mark.parametrize("name", ["residual", "attention", "constants"])
def test_batches_are_replayed(
    name: str,
    settings: CrossbarSettings,
    batch: int,
    trials: int,
    build_network: BuildNetwork,
    strict_device: ModuleType,
    graph_launches: Launches,
    caplog: pytest.LogCaptureFixture,
) -> None:
    networks, images = read_networks(build_network, name, settings, strict_device, trials)
    with caplog.at_level(logging.WARNING):
        check(networks, images, strict_device, batch)
    assert not caplog.messages
    assert graph_launches() == max(len(images) // batch - 1, 0)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("residual", CrossbarSettings(mapping=SERIAL, device=PROGRAMMED)),
        ("residual", CrossbarSettings(adc=AdcSettings("ideal"))),
        ("recurrent", CrossbarSettings(mapping=SERIAL, device=NOISY)),
    ],
    ids=["products by cuBLAS", "collapsed", "recurrent"],
)
def test_what_cannot_be_captured_is_launched(
    name: str,
    settings: CrossbarSettings,
    build_network: BuildNetwork,
    strict_device: ModuleType,
    graph_launches: Launches,
    caplog: pytest.LogCaptureFixture,
) -> None:
    networks, images = read_networks(build_network, name, settings, strict_device, trials=2)
    with caplog.at_level(logging.WARNING):
        check(networks, images, strict_device, batch=3)
    assert graph_launches() == 0
    assert len(caplog.messages) == 1
    assert "CUDA graph" in caplog.messages[0]


@pytest.mark.usefixtures("blas_in_graphs")
@pytest.mark.parametrize("trials", [1, 2])
def test_clipped_conversions_are_those_of_a_processor(
    trials: int, build_network: BuildNetwork, strict_device: ModuleType
) -> None:
    settings = CrossbarSettings(
        mapping=SERIAL, device=NOISY, adc=AdcSettings(bits=4, range="percentile", percentile=60.0)
    )
    there, images = read_networks(build_network, "residual", settings, strict_device, trials)
    here, _ = read_networks(build_network, "residual", settings, np, trials)
    infer = inference_of(there)
    for first in (0, 4, 8):
        batch = images[first : first + 4]
        found = infer(strict_device.asarray(batch), first)
        for network, one, other in zip(there, found, here, strict=True):
            expected = other.infer(batch, first)
            assert min(expected.saturated) > 0
            assert one.saturated == network.infer(strict_device.asarray(batch), first).saturated
            # Sums differ in their last bits, with and without the loops in C.
            np.testing.assert_allclose(one.saturated, expected.saturated, rtol=0.02, atol=2)


def test_a_processor_replays_nothing(build_network: BuildNetwork, caplog: pytest.LogCaptureFixture) -> None:
    networks, images = read_networks(build_network, "residual", CrossbarSettings(mapping=SERIAL), np, trials=2)
    with caplog.at_level(logging.WARNING):
        check(networks, images, np, batch=3)
    assert not caplog.messages
