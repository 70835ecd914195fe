"""Finding the nodes of a graph that a crossbar can hold."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.network.geometry import Window
from nnsreport.engine.network.graph import Graph, Node
from nnsreport.engine.network.linear import LinearLayer
from nnsreport.engine.network.operators import Call
from nnsreport.errors import NetworkError


def extract_linear_layers(graph: Graph) -> Graph:
    """Turn products with constants into linear layers.

    Parameters
    ----------
    graph : Graph
        With its constants folded.

    Returns
    -------
    Graph
        ``Conv``, ``Gemm`` and ``MatMul`` nodes whose right operand is constant keep only their image input; weight
        and bias move to ``linear_layers``. Products of two computed matrices, with a constant on the left, or
        with more than two axes stay digital, as does a ``Gemm`` whose bias is not one number for each output.

    Raises
    ------
    UnsupportedOperatorError
        A convolution's weights are computed, or a ``Gemm`` with constant weights transposes its input.
    NetworkError
        Weights and attributes of a node contradict each other.
    """
    nodes: list[Node] = []
    layers: list[LinearLayer] = []
    for node in graph.nodes:
        layer = _layer(node, graph, len(layers))
        if layer is not None:
            layers.append(layer)
        nodes.append(node if layer is None else dataclasses.replace(node, inputs=node.inputs[:1]))
    return dataclasses.replace(graph, nodes=tuple(nodes), linear_layers=tuple(layers))


def _layer(node: Node, graph: Graph, index: int) -> LinearLayer | None:
    if node.operator not in ("Conv", "Gemm", "MatMul"):
        return None
    constants = tuple(graph.constants.get(name) for name in node.inputs)
    call = Call(node, constants, graph.opset)
    if node.operator == "Conv":
        return _convolution(call, index)
    weight = constants[1]
    if weight is None or weight.ndim != 2:
        return None
    if node.operator == "MatMul":
        return LinearLayer(index, node.name, "MatMul", _float32(weight)[None], None)
    return _gemm(call, weight, index)


def _gemm(call: Call, weight: Array, index: int) -> LinearLayer | None:
    call.require(not call.attribute("transA", 0), "transposing the images (transA = 1)")
    weight = weight.T if call.attribute("transB", 0) else weight
    bias = None
    if len(call.node.inputs) > 2 and call.node.inputs[2]:
        summand = call.inputs[2]
        if (
            summand is None
            or summand.shape[-1:] not in ((), (1,), weight.shape[1:])
            or max(summand.shape[:-1], default=1) > 1
        ):
            return None
        bias = np.broadcast_to(summand.reshape(-1) * call.attribute("beta", 1.0), weight.shape[1:])
    weight = weight * call.attribute("alpha", 1.0)
    return LinearLayer(index, call.node.name, "Gemm", _float32(weight)[None], None if bias is None else _float32(bias))


def _convolution(call: Call, index: int) -> LinearLayer:
    weight = call.inputs[1]
    has_bias = len(call.node.inputs) > 2 and bool(call.node.inputs[2])
    bias = call.inputs[2] if has_bias else None
    call.require(weight is not None and (bias is not None or not has_bias), "a convolution with computed weights")
    assert weight is not None
    groups = max(call.attribute("group", 1), 1)
    kernel = tuple(int(n) for n in weight.shape[2:])
    if weight.ndim < 3 or weight.shape[0] % groups or call.attribute("kernel_shape", kernel) != kernel:
        raise NetworkError(
            f"{call.place}: weights of shape {weight.shape} do not fit group = {groups} and "
            f"kernel_shape = {call.attribute('kernel_shape', kernel)}"
        )
    if bias is not None and bias.shape != weight.shape[:1]:
        raise NetworkError(f"{call.place}: a bias of shape {bias.shape} for {weight.shape[0]} output channels")
    grouped = weight.reshape(groups, weight.shape[0] // groups, math.prod(weight.shape[1:]))
    return LinearLayer(
        index,
        call.node.name,
        "Conv",
        _float32(grouped.swapaxes(1, 2)),
        None if bias is None else _float32(bias),
        _convolution_window(call, kernel),
    )


def _convolution_window(call: Call, kernel: tuple[int, ...]) -> Window:
    rank = len(kernel)
    window = Window(
        kernel=kernel,
        strides=call.attribute("strides", (1,) * rank),
        dilations=call.attribute("dilations", (1,) * rank),
        pads=call.attribute("pads", (0,) * (2 * rank)),
        auto_pad=call.attribute("auto_pad", "NOTSET"),
    )
    if (len(window.strides), len(window.dilations), len(window.pads)) != (rank, rank, 2 * rank):
        raise NetworkError(f"{call.place}: strides, dilations or pads do not have {rank} spatial axes")
    if min(*window.strides, *window.dilations) < 1 or min(window.pads) < 0:
        raise NetworkError(f"{call.place}: strides and dilations must be positive, and pads not negative")
    return window


def _float32(values: Array) -> Array:
    return np.ascontiguousarray(values, dtype=np.float32)
