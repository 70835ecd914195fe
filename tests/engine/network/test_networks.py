"""Whole networks against onnxruntime, written as exporters write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.network import execute, load_graph

BuildNetwork = Callable[..., Path]
Check = Callable[..., None]
Weights = dict[str, tuple[int, ...] | np.ndarray]


class Text:
    """Collects nodes in ONNX's text form and the weights they need; each method returns its output's name."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.weights: Weights = {}

    def __call__(self, operator: str, *inputs: str, to: str | None = None) -> str:
        name = to or f"t{len(self.lines)}"
        self.lines.append(f"{name} = {operator}({', '.join(inputs)})")
        return name

    def weight(self, *shape: int) -> str:
        return self.constant(shape)

    def constant(self, value: tuple[int, ...] | np.ndarray) -> str:
        name = f"w{len(self.weights)}"
        self.weights[name] = value
        return name

    def integers(self, *values: int) -> str:
        return self.constant(np.array(values, dtype=np.int64))

    def number(self, value: float) -> str:
        return self.constant(np.float32(value))

    def conv(self, x: str, inputs: int, outputs: int, kernel: int = 3, stride: int = 1, group: int = 1) -> str:
        weight = self.weight(outputs, inputs // group, kernel, kernel)
        p = kernel // 2
        return self(f"Conv<group={group}, strides=[{stride},{stride}], pads=[{p},{p},{p},{p}]>", x, weight)

    def batch_norm(self, x: str, channels: int) -> str:
        rng = np.random.default_rng(len(self.lines))
        scale, bias, mean = rng.uniform(0.5, 2, channels), rng.normal(size=channels), rng.normal(size=channels)
        variance = rng.uniform(0.5, 2, channels)
        names = [self.constant(values.astype(np.float32)) for values in (scale, bias, mean, variance)]
        return self("BatchNormalization<epsilon=0.001>", x, *names)

    def conv_norm(self, x: str, inputs: int, outputs: int, kernel: int = 3, stride: int = 1, group: int = 1) -> str:
        return self.batch_norm(self.conv(x, inputs, outputs, kernel, stride, group), outputs)

    def linear(self, x: str, inputs: int, outputs: int) -> str:
        return self("Gemm<transB=1>", x, self.weight(outputs, inputs), self.weight(outputs))

    def layer_norm(self, x: str, width: int, fused: bool) -> str:
        scale, bias = self.weight(width), self.weight(width)
        if fused:
            return self("LayerNormalization<axis=-1, epsilon=0.00001>", x, scale, bias)
        centred = self("Sub", x, self("ReduceMean<axes=[-1]>", x))
        squares = self("Pow", centred, self.number(2))
        variance = self("Add", self("ReduceMean<axes=[-1]>", squares), self.number(1e-5))
        normal = self("Div", centred, self("Sqrt", variance))
        return self("Add", self("Mul", normal, scale), bias)


def resnet(shortcut: str) -> Text:
    """Two residual blocks; the second halves the image with shortcut A (subsample and pad) or B (1x1 convolution)."""
    t = Text()
    x = t("Relu", t.conv_norm("x", 3, 8))
    y = t.conv_norm(t("Relu", t.conv_norm(x, 8, 8)), 8, 8)
    x = t("Relu", t("Add", y, x))
    y = t.conv_norm(t("Relu", t.conv_norm(x, 8, 16, stride=2)), 16, 16)
    if shortcut == "A":
        end = 2**63 - 1
        x = t("Slice", x, t.integers(0, 0), t.integers(end, end), t.integers(2, 3), t.integers(2, 2))
        x = t("Pad", x, t.integers(0, 4, 0, 0, 0, 4, 0, 0))
    else:
        x = t.conv_norm(x, 8, 16, kernel=1, stride=2)
    x = t("Relu", t("Add", y, x))
    t("Identity", t.linear(t("Flatten", t("GlobalAveragePool", x)), 16, 10), to="y")
    return t


def vgg() -> Text:
    t = Text()
    x, channels = "x", 3
    for width in (8, 16):
        x = t("MaxPool<kernel_shape=[2,2], strides=[2,2]>", t("Relu", t.conv_norm(x, channels, width)))
        channels = width
    x = t("Dropout", t("Relu", t.linear(t("Flatten<axis=1>", x), 16 * 4 * 4, 32)))
    t("Identity", t.linear(x, 32, 10), to="y")
    return t


def densenet() -> Text:
    t = Text()
    x, channels = t.conv("x", 3, 8), 8
    for block in range(2):
        for _ in range(2):
            y = t.conv(t("Relu", t.batch_norm(x, channels)), channels, 16, kernel=1)
            y = t.conv(t("Relu", t.batch_norm(y, 16)), 16, 4)
            x, channels = t("Concat<axis=1>", x, y), channels + 4
        if block == 0:
            y = t.conv(t("Relu", t.batch_norm(x, channels)), channels, channels // 2, kernel=1)
            x, channels = t("AveragePool<kernel_shape=[2,2], strides=[2,2]>", y), channels // 2
    x = t("GlobalAveragePool", t("Relu", t.batch_norm(x, channels)))
    batch = t("Gather", t("Shape", x), t.integers(0))
    x = t("Reshape", x, t("Concat<axis=0>", batch, t.integers(-1)))
    t("LogSoftmax<axis=1>", t.linear(x, channels, 10), to="y")
    return t


def mobilenet() -> Text:
    t = Text()
    zero, six = t.number(0), t.number(6)
    x = t("Clip", t.conv_norm("x", 3, 8, stride=2), zero, six)
    y = t("Clip", t.conv_norm(x, 8, 32, kernel=1), zero, six)
    y = t("Clip", t.conv_norm(y, 32, 32, kernel=5, group=32), zero, six)
    gate = t("Relu", t.conv(t("GlobalAveragePool", y), 32, 8, kernel=1))
    y = t("Mul", y, t("HardSigmoid<alpha=0.1666667>", t.conv(gate, 8, 32, kernel=1)))
    x = t("Add", t.conv_norm(y, 32, 8, kernel=1), x)
    x = t("Mul", x, t("Sigmoid", x))
    t("Identity", t.linear(t("Flatten", t("GlobalAveragePool", x)), 8, 10), to="y")
    return t


def vision_transformer(fused: bool, images: int) -> Text:
    """One encoder block on 16 patches and a class token; ``images`` is the batch size as an exporter wrote it, or 0."""
    t, width, heads = Text(), 16, 4
    x = t("Conv<strides=[4,4]>", "x", t.weight(width, 3, 4, 4), t.weight(width))
    x = t("Transpose<perm=[0,2,1]>", t("Reshape", x, t.integers(images, width, 16)))
    token = t.weight(1, 1, width)
    if images == 0:
        batch = t("Gather", t("Shape", "x"), t.integers(0))
        token = t("Expand", token, t("Concat<axis=0>", batch, t.integers(1, width)))
    x = t("Add", t("Concat<axis=1>", token, x), t.weight(1, 17, width))

    y = t("MatMul", t.layer_norm(x, width, fused), t.weight(width, 3 * width))
    y = t("Reshape", t("Add", y, t.weight(3 * width)), t.integers(images, 17, 3, heads, width // heads))
    y = t("Transpose<perm=[2,0,3,1,4]>", y)
    query, key, value = (t("Gather<axis=0>", y, t.constant(np.int64(n))) for n in range(3))
    scores = t("Mul", t("MatMul", query, t("Transpose<perm=[0,1,3,2]>", key)), t.number(0.5))
    y = t("Transpose<perm=[0,2,1,3]>", t("MatMul", t("Softmax<axis=-1>", scores), value))
    y = t("Reshape", y, t.integers(images, 17, width))
    x = t("Add", x, t("MatMul", y, t.weight(width, width)))

    y = t("MatMul", t.layer_norm(x, width, fused), t.weight(width, 32))
    cumulative = t("Add", t("Erf", t("Div", y, t.number(2**0.5))), t.number(1))
    y = t("Mul", t("Mul", y, cumulative), t.number(0.5))
    x = t("Add", x, t("MatMul", y, t.weight(32, width)))
    x = t("Gather<axis=1>", t.layer_norm(x, width, fused), t.constant(np.int64(0)))
    t("Identity", t.linear(x, width, 10), to="y")
    return t


@pytest.mark.parametrize(
    ("network", "layers", "opset"),
    [
        pytest.param(resnet("A"), 6, 13, id="resnet-a"),
        pytest.param(resnet("B"), 7, 11, id="resnet-b"),
        pytest.param(vgg(), 4, 13, id="vgg"),
        pytest.param(densenet(), 11, 13, id="densenet"),
        pytest.param(mobilenet(), 7, 12, id="mobilenet"),
        pytest.param(vision_transformer(fused=True, images=0), 6, 17, id="vit-fused"),
        pytest.param(vision_transformer(fused=False, images=0), 6, 13, id="vit-decomposed"),
    ],
)
def test_network_equals_onnxruntime(
    network: Text, layers: int, opset: int, build_network: BuildNetwork, assert_equals_runtime: Check
) -> None:
    path = build_network(" ".join(network.lines), ("N", 3, 16, 16), opset=opset, weights=network.weights)
    graph = load_graph(path)
    assert [layer.index for layer in graph.linear_layers] == list(range(layers))
    assert not {"Identity", "Dropout", "Constant"} & {node.operator for node in graph.nodes}
    assert_equals_runtime(path, _images(5), tolerance=1e-4)


@pytest.mark.parametrize("fused", [True, False])
def test_transformer_exported_for_one_image_runs_with_any_number(
    fused: bool, build_network: BuildNetwork, runtime_outputs: Callable[[Path, np.ndarray], list[np.ndarray]]
) -> None:
    network = vision_transformer(fused, images=1)
    path = build_network(" ".join(network.lines), (1, 3, 16, 16), opset=17, weights=network.weights)
    images = _images(5)
    expected = np.concatenate([runtime_outputs(path, image[None])[0] for image in images])
    np.testing.assert_allclose(execute(load_graph(path), images), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.shared
def test_resnet20_on_real_images(shared_dir: Path, assert_equals_runtime: Check) -> None:
    with np.load(shared_dir / "data" / "cifar10_jpeg_test.npz") as archive:
        pixels, labels = archive["images"][:100], archive["labels"][:100]
    mean, deviation = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
    images = ((pixels.astype(np.float32) / 255 - mean) / deviation).transpose(0, 3, 1, 2)
    path = shared_dir / "data" / "resnet20_cifar_jpeg.onnx"
    assert_equals_runtime(path, np.ascontiguousarray(images), tolerance=1e-4)
    assert np.mean(execute(load_graph(path), images).argmax(axis=1) == labels) > 0.8


def _images(count: int) -> np.ndarray:
    return np.random.default_rng(5).standard_normal((count, 3, 16, 16)).astype(np.float32)
