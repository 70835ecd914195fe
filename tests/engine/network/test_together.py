"""Several networks as read, run together: each gives what it gives alone, to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np
import pytest

from nnsreport.engine import native
from nnsreport.engine.backend import to_numpy
from nnsreport.engine.crossbar import CrossbarSettings, ReadNetwork, build, calibrate
from nnsreport.engine.crossbar.quantization import ActivationQuantizer
from nnsreport.engine.crossbar.settings import (
    AdcSettings,
    CompensationSettings,
    DeviceSettings,
    DriftSettings,
    MappingSettings,
    ProgrammingSettings,
)
from nnsreport.engine.crossbar.settings.spread import WhiteNoiseSettings
from nnsreport.engine.crossbar.trials import ReadTrials
from nnsreport.engine.network import Graph, Node, load_graph
from nnsreport.engine.network.operators import ELEMENTWISE, evaluate
from nnsreport.engine.network.operators.elementwise import BINARY
from nnsreport.engine.network.together import Several

BuildNetwork = Callable[..., Path]
Weights = Mapping[str, object]
NO_ATTRIBUTES: Mapping[str, object] = MappingProxyType({})

IMAGE, SEQUENCE = ("N", 4, 6, 6), ("N", 6, 8)
NETWORKS: dict[str, tuple[tuple[object, ...], Weights, str]] = {
    "residual": (
        IMAGE,
        {"a": (4, 4, 3, 3), "b": (4,), "c": (4, 4, 1, 1), "d": (6, 8, 3, 3), "g": (6, 5)},
        "p = Conv<pads = [1, 1, 1, 1]>(x, a, b) q = Relu(p) r = Conv(q, c) s = Add(r, x) t = Tanh(s) "
        "m = MaxPool<kernel_shape = [2, 2], strides = [2, 2]>(t) n = AveragePool<kernel_shape = [2, 2], "
        "strides = [2, 2]>(s) k = Concat<axis = 1>(m, n) d0 = Conv<pads = [1, 1, 1, 1]>(k, d) e = Sigmoid(d0) "
        "f = GlobalAveragePool(e) h = Flatten(f) z = MatMul(h, g) y = Softmax<axis = 1>(z)",
    ),
    "before the first layer": (
        IMAGE,
        {"s": (1, 4, 1, 1), "a": (6, 2, 3, 3), "u": (6, 6, 2, 2), "b": (5, 6, 2, 2)},
        "n = Mul(x, s) v = Exp(n) p = Conv<group = 2>(v, a) q = Selu(p) o = ConvTranspose(q, u) "
        "k = Conv(o, b) m = GlobalAveragePool(k) y = Flatten(m)",
    ),
    "recurrent": (
        SEQUENCE,
        {"w": (1, 40, 8), "r": (1, 40, 10), "b": (1, 80), "g": (10, 5)},
        "s = Transpose<perm = [1, 0, 2]>(x) h, last, c = LSTM<hidden_size = 10>(s, w, r, b) f = Squeeze<axes = [0]>"
        "(last) y = MatMul(f, g)",
    ),
    "attention": (
        SEQUENCE,
        {"q": (8, 8), "k": (8, 8), "v": (8, 8), "o": (8, 5), "half": np.float32(0.35), "e": (1, 6, 8)},
        "x2 = Add(x, e) a = MatMul(x2, q) b = MatMul(x2, k) c = MatMul(x2, v) t = Transpose<perm = [0, 2, 1]>(b) "
        "s = MatMul(a, t) n = Mul(s, half) p = Softmax<axis = -1>(n) m = MatMul(p, c) j = Add(m, x2) w = MatMul(j, o) "
        "y = ReduceMean<axes = [1], keepdims = 0>(w)",
    ),
    "across images": (
        IMAGE,
        {"a": (4, 4, 3, 3), "half": np.float32(0.5), "g": (64, 5)},
        "p = Conv(x, a) q = Relu(p) m = ReduceMean<axes = [0], keepdims = 1>(q) h = Mul(m, half) n = Sub(q, h) "
        "f = Flatten(n) y = MatMul(f, g)",
    ),
    "views": (
        IMAGE,
        {"a": (4, 4, 3, 3), "large": np.array([1, 1, 7, 1], np.int64), "g": (4, 5)},
        "p = Conv(x, a) m = ReduceMean<axes = [2], keepdims = 1>(p) e = Expand(m, large) t = Tanh(e) "
        "f = ReduceMean<axes = [2, 3], keepdims = 0>(t) y = MatMul(f, g)",
    ),
    "constant on the left, shapes as tensors": (
        IMAGE,
        {"l": (5, 6), "e": (4, 6, 3), "last": np.array([-1], np.int64), "first": np.array([0], np.int64)},
        'a = MatMul(l, x) b = Relu(a) c = Einsum<equation = "bcld,cde->bcle">(b, e) n = Shape(c) '
        "d = Gather<axis = 0>(n, first) t = Concat<axis = 0>(d, last) f = Reshape(c, t) g = Abs(f) "
        "y = Softmax<axis = 1>(g)",
    ),
}
SERIAL = MappingSettings(dac_bits=2, cell_bits=4, rows=16)
PROGRAMMED = DeviceSettings(programming=ProgrammingSettings(kind="proportional", std=0.05))
READ = replace(PROGRAMMED, white_noise=WhiteNoiseSettings(kind="proportional", std=0.05))
SETTINGS = {
    "loops": CrossbarSettings(mapping=SERIAL, device=PROGRAMMED),
    "noise": CrossbarSettings(mapping=SERIAL, device=READ),
    "collapsed": CrossbarSettings(device=PROGRAMMED, adc=AdcSettings("ideal")),
    "reference column": CrossbarSettings(mapping=MappingSettings("offset", "column", rows=16), device=PROGRAMMED),
}


def graph_of(name: str, build_network: BuildNetwork) -> tuple[Graph, np.ndarray]:
    image, weights, body = NETWORKS[name]
    graph = load_graph(build_network(body, image, opset=12, weights=weights))
    return graph, np.random.default_rng(6).standard_normal((7, *image[1:])).astype(np.float32)


def read_networks(graph: Graph, images: np.ndarray, settings: CrossbarSettings, xp: ModuleType, trials: int = 3):
    network = build(graph, calibrate(graph.placed_on(xp), [xp.asarray(images)], settings), settings, xp)
    return [network.program(seed=1, trial=trial).read(0.0)["none"] for trial in range(trials)]


def check(networks: list[ReadNetwork], images: np.ndarray, first: int) -> None:
    together = ReadTrials(tuple(networks)).infer(images, first)
    outputs = []
    for network, found in zip(networks, together, strict=True):
        alone = network.infer(images, first)
        assert to_numpy(found.outputs).tobytes() == to_numpy(alone.outputs).tobytes()
        assert found.outputs.shape == alone.outputs.shape
        assert found.conversions == alone.conversions
        assert found.saturated == alone.saturated
        outputs.append(to_numpy(alone.outputs).tobytes())
    assert len(set(outputs)) == len(outputs), "trials that are all equal would prove nothing"


@pytest.mark.parametrize("batch", [1, 2, 7])
@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize("name", NETWORKS)
def test_each_gives_what_it_gives_alone(name: str, kind: str, batch: int, build_network: BuildNetwork) -> None:
    graph, images = graph_of(name, build_network)
    check(read_networks(graph, images, SETTINGS[kind], np), images[:batch], first=5)


@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize("name", NETWORKS)
def test_on_a_device(name: str, kind: str, build_network: BuildNetwork, strict_device: ModuleType) -> None:
    graph, images = graph_of(name, build_network)
    check(read_networks(graph, images, SETTINGS[kind], strict_device), strict_device.asarray(images[:3]), first=0)


def test_without_loops(build_network: BuildNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnsreport.engine.native.convert", None)
    graph, images = graph_of("residual", build_network)
    check(read_networks(graph, images, SETTINGS["loops"], np), images, first=0)


def test_times_and_compensations_together(build_network: BuildNetwork) -> None:
    graph, images = graph_of("residual", build_network)
    methods = ("none", "global", "per-column", "adabs")
    drifting = replace(PROGRAMMED, drift=DriftSettings("power-law", 0.0, 0.06, 0.06, 0.06, 0.0, 0.03, 0.03, 0.03))
    settings = replace(
        SETTINGS["loops"], device=drifting, compensation=CompensationSettings(methods=methods, images=7, batches=2)
    )
    network = build(graph, calibrate(graph, [images], settings), settings).with_images([images])
    programmed = network.program(1, 0)
    read = [*programmed.read(0.0, ("adabs",)).values(), *programmed.read(3600.0, methods).values()]
    check(read, images[:3], first=0)


@pytest.mark.parametrize("with_loops", [True, False])
def test_shared_images_are_quantised_once(
    with_loops: bool, build_network: BuildNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not with_loops:
        monkeypatch.setattr("nnsreport.engine.native.convert", None)
    graph, images = graph_of("residual", build_network)
    networks = read_networks(graph, images, SETTINGS["loops"], np)
    found: list[str] = []
    for name in ("quantize", "quantize_padded"):
        original = getattr(ActivationQuantizer, name)

        def noted(self: object, x: np.ndarray, *padding: object, name: str = name, original: Any = original) -> object:
            found.extend([name] if x is images else [])
            return original(self, x, *padding)

        monkeypatch.setattr(ActivationQuantizer, name, noted)
    ReadTrials(tuple(networks)).infer(images)
    assert found == ["quantize" if native.convert is None else "quantize_padded"]


def test_one_alone_is_as_good_as_several(build_network: BuildNetwork) -> None:
    graph, images = graph_of("residual", build_network)
    check(read_networks(graph, images, SETTINGS["loops"], np, trials=1), images, first=2)


INPUTS = {
    **dict.fromkeys((*BINARY, "Sum", "Max", "Min", "Mean", "Div", "Mod", "Pow", "CastLike", "PRelu"), 2),
    "Where": 3,
}
KINDS = {
    **dict.fromkeys(("And", "Not", "Or", "Xor"), "bool"),
    **dict.fromkeys(("BitShift", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor"), "uint8"),
}
ATTRIBUTES: Mapping[str, Mapping[str, object]] = {"BitShift": {"direction": "LEFT"}, "Cast": {"to": 6}}


@pytest.mark.parametrize("name", sorted(ELEMENTWISE))
def test_operators_of_elements_do_not_see_other_images(name: str) -> None:
    rng = np.random.default_rng(0)
    count = 5 if name == "BatchNormalization" else 2 if name == "BitShift" else INPUTS.get(name, 1)
    shape = (6, 3, 4, 5)
    inputs = [np.abs(rng.normal(size=shape) * 3).astype(KINDS.get(name, "float32")) for _ in range(count)]
    if name == "Where":
        inputs[0] = inputs[0] > 2
    if name == "BatchNormalization":
        inputs[1:] = [np.abs(rng.normal(size=3)).astype(np.float32) for _ in range(4)]
    node = Node("n", name, tuple("abcde"[:count]), ("y",), ATTRIBUTES.get(name, NO_ATTRIBUTES))
    (whole,) = evaluate(node, tuple(inputs), 18)
    parts = [
        evaluate(node, tuple(one[2 * i : 2 * i + 2] if one.ndim == 4 else one for one in inputs), 18)[0]
        for i in range(3)
    ]
    assert whole.tobytes() == np.concatenate(parts).tobytes()


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
def test_parts_lie_in_memory_as_they_do_alone(order: tuple[int, ...]) -> None:
    alone = np.arange(24.0).reshape(2, 3, 4).transpose(order)
    several = Several([alone, alone + 100, alone + 200])
    again = Several.of_whole(several.whole, 3)
    assert again.shape == alone.shape
    for index, part in enumerate(again.parts):
        np.testing.assert_array_equal(part, alone + 100 * index)
        assert part.strides == alone.strides
