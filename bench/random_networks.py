"""ONNX files in the shape of ResNets and vision transformers, with random weights: nothing is downloaded.

Shapes: K. He et al., CVPR 2016, Table 1 (batch normalisation folded, so that each convolution has a bias);
A. Dosovitskiy et al., ICLR 2021, Table 1 (ViT-Base, patches of 16 x 16 pixels).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
CLASSES = 1000
RESNETS = {18: ((2, 2, 2, 2), False), 34: ((3, 4, 6, 3), False), 50: ((3, 4, 6, 3), True)}
"""Blocks in each stage, and whether they are bottlenecks, by number of layers."""
_BOTTLENECK = 4


@dataclass
class Writer:
    """Nodes and constants of a network, in the order in which they are added.

    Attributes
    ----------
    seed : int
        Of the random weights.
    """

    seed: int
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin the weights."""
        self._generator = np.random.default_rng(self.seed)

    def weights(self, shape: Sequence[int], fan_in: int, gain: float) -> str:
        """Add normal weights of a standard deviation of ``gain / sqrt(fan_in)``."""
        values = self._generator.standard_normal(shape, np.float32) * np.float32(gain / math.sqrt(fan_in))
        return self.constant(values)

    def constant(self, values: np.ndarray) -> str:
        """Add a constant."""
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def whole(self, *values: int) -> str:
        """Add a list of whole numbers, such as a shape."""
        return self.constant(np.array(values, np.int64))

    def node(self, operator: str, *inputs: str, **attributes: object) -> str:
        """Add a node with one output."""
        output = f"{operator.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output

    def model(self, output: str, image_size: int, classes: int) -> onnx.ModelProto:
        """Return the network, which takes ``images`` of three channels."""
        graph = helper.make_graph(
            self.nodes,
            "random",
            [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", 3, image_size, image_size])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch", classes])],
            self.constants,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)

    def convolution(self, x: str, channels: tuple[int, int], kernel: int, stride: int = 1, gain: float = 1.0) -> str:
        """Add a convolution that keeps the size of its input, but for the stride."""
        before, after = channels
        weight = self.weights((after, before, kernel, kernel), before * kernel * kernel, gain)
        bias = self.constant(np.zeros(after, np.float32))
        window = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": [kernel // 2] * 4}
        return self.node("Conv", x, weight, bias, **window)

    def dense(self, x: str, inputs: int, outputs: int) -> str:
        """Add a product with a matrix, and a bias."""
        product = self.node("MatMul", x, self.weights((inputs, outputs), inputs, 1.0))
        return self.node("Add", product, self.constant(np.zeros(outputs, np.float32)))

    def normalized(self, x: str, length: int) -> str:
        """Add a normalisation over the last axis."""
        scale, bias = (self.constant(np.full(length, value, np.float32)) for value in (1.0, 0.0))
        return self.node("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-6)


def resnet(
    layers: int, image_size: int = 224, width: int = 64, classes: int = CLASSES, seed: int = 0
) -> onnx.ModelProto:
    """Return a network in the shape of a ResNet.

    Parameters
    ----------
    layers : int
        18, 34 or 50.
    image_size : int
        Of the images, in pixels.
    width : int
        Channels of the first stage.
    classes : int
        Outputs.
    seed : int
        Of the weights.

    Returns
    -------
    onnx.ModelProto
        With random weights.
    """
    blocks, bottleneck = RESNETS[layers]
    net = Writer(seed)
    x = net.node("Relu", net.convolution("images", (3, width), 7, 2, math.sqrt(2.0)))
    x = net.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    channels = width
    for stage, count in enumerate(blocks):
        for block in range(count):
            stride = 2 if stage and not block else 1
            x, channels = _residual_block(net, x, channels, width << stage, stride, bottleneck)
    x = net.node("Flatten", net.node("GlobalAveragePool", x))
    weight, bias = net.weights((classes, channels), channels, 1.0), net.constant(np.zeros(classes, np.float32))
    return net.model(net.node("Gemm", x, weight, bias, transB=1), image_size, classes)


def _residual_block(net: Writer, x: str, before: int, width: int, stride: int, bottleneck: bool) -> tuple[str, int]:
    """Add a block; return its output and its channels."""
    after = width * (_BOTTLENECK if bottleneck else 1)
    shortcut = x if stride == 1 and before == after else net.convolution(x, (before, after), 1, stride)
    if bottleneck:
        inner = net.node("Relu", net.convolution(x, (before, width), 1, gain=math.sqrt(2.0)))
        inner = net.node("Relu", net.convolution(inner, (width, width), 3, stride, math.sqrt(2.0)))
        inner = net.convolution(inner, (width, after), 1, gain=0.5)
    else:
        inner = net.node("Relu", net.convolution(x, (before, width), 3, stride, math.sqrt(2.0)))
        inner = net.convolution(inner, (width, after), 3, gain=0.5)
    return net.node("Relu", net.node("Add", inner, shortcut)), after


def vision_transformer(
    image_size: int = 224,
    patch: int = 16,
    width: int = 768,
    layers: int = 12,
    heads: int = 12,
    classes: int = CLASSES,
    seed: int = 0,
) -> onnx.ModelProto:
    """Return a network in the shape of a vision transformer.

    Parameters
    ----------
    image_size, patch : int
        Of the images and of a token, in pixels.
    width : int
        Length of a token's vector.
    layers, heads : int
        Blocks, and attention heads in each.
    classes : int
        Outputs.
    seed : int
        Of the weights.

    Returns
    -------
    onnx.ModelProto
        With random weights.
    """
    net = Writer(seed)
    tokens = (image_size // patch) ** 2 + 1
    weight = net.weights((width, 3, patch, patch), 3 * patch * patch, 1.0)
    patches = net.node("Conv", "images", weight, kernel_shape=[patch] * 2, strides=[patch] * 2)
    patches = net.node("Transpose", net.node("Reshape", patches, net.whole(0, width, tokens - 1)), perm=[0, 2, 1])
    batch = net.node("Shape", "images", start=0, end=1)
    token = net.weights((1, 1, width), width, 1.0)
    token = net.node("Expand", token, net.node("Concat", batch, net.whole(1, width), axis=0))
    x = net.node("Concat", token, patches, axis=1)
    x = net.node("Add", x, net.weights((1, tokens, width), width, 1.0))
    for _ in range(layers):
        x = net.node("Add", x, _attention(net, net.normalized(x, width), tokens, width, heads))
        inner = _gelu(net, net.dense(net.normalized(x, width), width, 4 * width))
        x = net.node("Add", x, net.dense(inner, 4 * width, width))
    first = net.node("Gather", net.normalized(x, width), net.constant(np.array(0, np.int64)), axis=1)
    return net.model(net.dense(first, width, classes), image_size, classes)


def _attention(net: Writer, x: str, tokens: int, width: int, heads: int) -> str:
    length = width // heads
    joint = net.node("Reshape", net.dense(x, width, 3 * width), net.whole(0, tokens, 3, heads, length))
    joint = net.node("Transpose", joint, perm=[2, 0, 3, 1, 4])
    query, key, value = (net.node("Gather", joint, net.constant(np.array(i, np.int64)), axis=0) for i in range(3))
    scores = net.node("MatMul", query, net.node("Transpose", key, perm=[0, 1, 3, 2]))
    scores = net.node("Mul", scores, net.constant(np.array(1.0 / math.sqrt(length), np.float32)))
    mixed = net.node("MatMul", net.node("Softmax", scores, axis=-1), value)
    mixed = net.node("Reshape", net.node("Transpose", mixed, perm=[0, 2, 1, 3]), net.whole(0, tokens, width))
    return net.dense(mixed, width, width)


def _gelu(net: Writer, x: str) -> str:
    scalar = {value: net.constant(np.array(value, np.float32)) for value in (math.sqrt(2.0), 1.0, 0.5)}
    error = net.node("Erf", net.node("Div", x, scalar[math.sqrt(2.0)]))
    return net.node("Mul", net.node("Mul", x, net.node("Add", error, scalar[1.0])), scalar[0.5])
