"""Finding the nodes of a graph that a crossbar can hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.network.contraction import contraction_of
from nnsreport.engine.network.graph import Graph, Node
from nnsreport.engine.network.linear import LinearLayer
from nnsreport.engine.network.operators import Call
from nnsreport.engine.network.operators.convolution import (
    OVERLAP_ADD,
    convolution_layer,
    transposed_convolution_layer,
)
from nnsreport.engine.network.operators.recurrent import recurrent_matrices


@dataclass(frozen=True, slots=True)
class Extracted:
    """What takes the place of a node: nodes, of which some multiply with linear layers."""

    nodes: tuple[Node, ...]
    layers: tuple[LinearLayer, ...]


def extract_linear_layers(graph: Graph) -> Graph:
    """Turn products with constants into linear layers.

    Parameters
    ----------
    graph : Graph
        With its constants folded.

    Returns
    -------
    Graph
        The constant matrices of ``Conv``, ``ConvTranspose``, ``Gemm``, ``MatMul``, ``Einsum``, ``LSTM``, ``GRU`` and
        ``RNN`` move to ``linear_layers``, whichever operand is constant. Products of two computed tensors stay
        digital, and so do an ``Einsum`` that is no matrix product and a ``Gemm`` whose bias is not one number for each
        output.

    Raises
    ------
    UnsupportedOperatorError
        A convolution has constant weights and a computed bias.
    NetworkError
        Weights and attributes of a node contradict each other.
    """
    nodes: list[Node] = []
    layers: list[LinearLayer] = []
    for node in graph.nodes:
        extract = _EXTRACTORS.get(node.operator)
        extracted = None if extract is None else extract(_call(node, graph))
        nodes.extend((node,) if extracted is None else extracted.nodes)
        for layer in () if extracted is None else extracted.layers:
            layers.append(_stored(layer, len(layers)))
    return dataclasses.replace(graph, nodes=tuple(nodes), linear_layers=tuple(layers))


def _call(node: Node, graph: Graph) -> Call:
    return Call(node, tuple(graph.constants.get(name) for name in node.inputs), graph.opset)


def _stored(layer: LinearLayer, index: int) -> LinearLayer:
    bias = None if layer.bias is None else _float32(layer.bias)
    return dataclasses.replace(layer, index=index, weight=_float32(layer.weight), bias=bias)


def _float32(values: Array) -> Array:
    return np.ascontiguousarray(values, dtype=np.float32)


def _alone(call: Call, layer: LinearLayer, image: int = 0) -> Extracted:
    """Return a node that is nothing but its layer; ``image`` is the position of the input that is not constant."""
    return Extracted((dataclasses.replace(call.node, inputs=(call.node.inputs[image],)),), (layer,))


def _convolution(call: Call) -> Extracted | None:
    weight, bias = call.optional(1), call.optional(2)
    if weight is None:
        return None
    call.require(bias is not None or not _is_given(call, 2), "constant weights with a computed bias")
    return _alone(call, convolution_layer(call, weight, bias))


def _transposed_convolution(call: Call) -> Extracted | None:
    weight, node = call.optional(1), call.node
    if weight is None:
        return None
    layer, product = transposed_convolution_layer(call, weight), f"{node.name}/product"
    attributes = {**node.attributes, "kernel_shape": tuple(weight.shape[2:])}
    digital = Node(f"{node.name}/overlap", OVERLAP_ADD, (product, *node.inputs[2:]), node.outputs, attributes)
    multiplied = dataclasses.replace(node, inputs=node.inputs[:1], outputs=(product,))
    return Extracted((multiplied, digital), (layer,))


def _matrix_product(call: Call) -> Extracted | None:
    left, right = call.optional(0), call.optional(1)
    if right is not None and right.ndim == 2:
        return _alone(call, LinearLayer(0, call.node.name, "MatMul", right[None], None))
    constant = right if right is not None else left
    if constant is None or constant.ndim == 0:
        return None
    # A stack of matrices has one for each position of its leading axes; those of length 1 are broadcast.
    stack = "abcdefgh"[: max(constant.ndim - 2, 0)]
    held = "".join(axis for axis, length in zip(stack, constant.shape, strict=False) if length > 1)
    kept = constant.reshape(*(n for n in constant.shape[:-2] if n > 1), *constant.shape[-2:])
    if right is not None:
        equation = f"...{stack}mk,{held}kn->...{stack}mn" if right.ndim > 1 else "...k,k->..."
        return _contraction(call, equation, kept, 1, stack)
    equation = f"{held}mk,...{stack}kn->...{stack}mn" if constant.ndim > 1 else "k,...kn->...n"
    return _contraction(call, equation, kept, 0, stack)


def _einsum(call: Call) -> Extracted | None:
    constant = [position for position, value in enumerate(call.inputs) if value is not None]
    if len(call.node.inputs) != 2 or len(constant) != 1:
        return None
    return _contraction(call, call.attribute("equation", ""), call.array(constant[0]), constant[0])


def _contraction(call: Call, equation: str, value: Array, constant: int, optional: str = "") -> Extracted | None:
    """Return an ``einsum`` of a tensor and a constant, which is the operand of that position."""
    found = contraction_of(equation, constant, tuple(value.shape), optional)
    if found is None or value.size == 0:
        return None
    contraction, axes = found
    operator = call.node.operator
    layer = LinearLayer(0, call.node.name, operator, contraction.matrices(value, axes), None, contraction=contraction)
    return _alone(call, layer, 1 - constant)


def _gemm(call: Call) -> Extracted | None:
    weight = call.optional(1)
    if weight is None or weight.ndim != 2:
        return _gemm_of_constant_on_the_left(call)
    weight = weight.T if call.attribute("transB", 0) else weight
    bias = call.optional(2)
    if _is_given(call, 2):
        if bias is None or bias.shape[-1:] not in ((), (1,), weight.shape[1:]) or max(bias.shape[:-1], default=1) > 1:
            return None
        bias = np.broadcast_to(bias.reshape(-1) * call.attribute("beta", 1.0), weight.shape[1:])
    weight = weight * call.attribute("alpha", 1.0)
    transposed = contraction_of("km,kn->mn", 1, tuple(weight.shape)) if call.attribute("transA", 0) else None
    contraction = None if transposed is None else transposed[0]
    return _alone(call, LinearLayer(0, call.node.name, "Gemm", weight[None], bias, contraction=contraction))


def _gemm_of_constant_on_the_left(call: Call) -> Extracted | None:
    """Return ``alpha * constant @ x``; with a summand it stays digital."""
    left = call.optional(0)
    if left is None or left.ndim != 2 or _is_given(call, 2):
        return None
    axes, others = "km" if call.attribute("transA", 0) else "mk", "nk" if call.attribute("transB", 0) else "kn"
    return _contraction(call, f"{axes},{others}->mn", left * call.attribute("alpha", 1.0), 0)


def _is_given(call: Call, position: int) -> bool:
    return len(call.node.inputs) > position and bool(call.node.inputs[position])


def _recurrent(call: Call) -> Extracted | None:
    node, weight, recurrence = call.node, call.optional(1), call.optional(2)
    if weight is None or recurrence is None:
        return None
    layers = tuple(
        LinearLayer(0, f"{node.name}/{name}", node.operator, matrix[None], None)
        for name, matrix in recurrent_matrices(call, weight, recurrence)
    )
    inputs = tuple("" if position in (1, 2) else name for position, name in enumerate(node.inputs))
    matrices = tuple(layer.name for layer in layers)
    return Extracted((dataclasses.replace(node, inputs=inputs, matrices=matrices),), layers)


_EXTRACTORS: Mapping[str, Callable[[Call], Extracted | None]] = {
    "Conv": _convolution,
    "ConvTranspose": _transposed_convolution,
    "Einsum": _einsum,
    "GRU": _recurrent,
    "Gemm": _gemm,
    "LSTM": _recurrent,
    "MatMul": _matrix_product,
    "RNN": _recurrent,
}
