"""Operators that are others in one: quantised products, and the fused ones of onnxruntime's optimiser."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.network.graph import AttributeValue, Graph, Node

_INT32 = 6

Attributes = Mapping[str, AttributeValue]
_NONE: Attributes = MappingProxyType({})


class _Builder:
    """Collects the nodes that take the place of one."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.nodes: list[Node] = []
        self.constants: dict[str, Array] = {}

    def input(self, position: int) -> str:
        """Return the name of an input, empty where it is omitted."""
        return self.node.inputs[position] if position < len(self.node.inputs) else ""

    def add(self, operator: str, *inputs: str, attributes: Attributes = _NONE, result: str = "") -> str:
        """Add a node and return the name of its output."""
        name = f"{self.node.name}/{operator}_{len(self.nodes)}"
        self.nodes.append(Node(name, operator, inputs, (result or name,), attributes))
        return result or name

    def product(self, operator: str, *inputs: str, attributes: Attributes = _NONE, result: str = "") -> str:
        """Add the product, which keeps the name of the node that it stands for."""
        output = self.add(operator, *inputs, attributes=attributes, result=result)
        self.nodes[-1] = dataclasses.replace(self.nodes[-1], name=self.node.name)
        return output

    def constant(self, value: Array) -> str:
        """Add a constant and return its name."""
        name = f"{self.node.name}/constant_{len(self.constants)}"
        self.constants[name] = value
        return name

    def real(self, position: int, scale: str, zero: str, axis: int) -> str:
        """Add what turns an integer input into real numbers."""
        return self.add("DequantizeLinear", self.input(position), scale, zero, attributes={"axis": axis})

    def quantized(self, x: str, scale: str, zero: str, axis: int = 1) -> None:
        """Add what turns real numbers into the integers of the output."""
        known = {name: value for name, value in self.node.attributes.items() if name == "output_dtype"}
        self.add("QuantizeLinear", x, scale, zero, attributes={"axis": axis, **known}, result=self.node.outputs[0])


def _quantized_convolution(b: _Builder) -> None:
    """``QLinearConv``: x, its scale and zero point, w, ..., y's scale and zero point, bias."""
    x = b.real(0, b.input(1), b.input(2), 1)
    weight = b.real(3, b.input(4), b.input(5), 0)
    inputs = [x, weight]
    if b.input(8):
        # The bias counts in steps of the product.
        scale = b.add("Mul", b.input(1), b.input(4))
        inputs.append(b.add("DequantizeLinear", b.input(8), scale, attributes={"axis": 0}))
    attributes = {name: value for name, value in b.node.attributes.items() if name != "output_dtype"}
    b.quantized(b.product("Conv", *inputs, attributes=attributes), b.input(6), b.input(7))


def _quantized_matrix_product(b: _Builder) -> None:
    """``QLinearMatMul``: a, its scale and zero point, b, ..., y's scale and zero point."""
    left = b.real(0, b.input(1), b.input(2), -2)
    right = b.real(3, b.input(4), b.input(5), -1)
    b.quantized(b.product("MatMul", left, right), b.input(6), b.input(7), axis=-2)


def _integer_convolution(b: _Builder) -> None:
    one = b.constant(np.ones((), dtype=np.float32))
    x, weight = b.real(0, one, b.input(2), 1), b.real(1, one, b.input(3), 0)
    _rounded(b, b.product("Conv", x, weight, attributes=b.node.attributes))


def _integer_matrix_product(b: _Builder) -> None:
    one = b.constant(np.ones((), dtype=np.float32))
    left, right = b.real(0, one, b.input(2), -2), b.real(1, one, b.input(3), -1)
    _rounded(b, b.product("MatMul", left, right))


def _rounded(b: _Builder, product: str) -> None:
    """Add what makes integers of a product that noise may have moved off them."""
    b.add("Cast", b.add("Round", product), attributes={"to": _INT32}, result=b.node.outputs[0])


_LOWERINGS: Mapping[str, Callable[[_Builder], None]] = {
    "ConvInteger": _integer_convolution,
    "MatMulInteger": _integer_matrix_product,
    "QLinearConv": _quantized_convolution,
    "QLinearMatMul": _quantized_matrix_product,
}

LOWERED: frozenset[tuple[str, str]] = frozenset(("", name) for name in _LOWERINGS)
"""Domain and name of the operators that :func:`lower` replaces."""


def lower(graph: Graph) -> Graph:
    """Replace operators that are others in one.

    Parameters
    ----------
    graph : Graph
        Any graph.

    Returns
    -------
    Graph
        With the same inputs and outputs; products keep the names of their nodes.
    """
    constants = dict(graph.constants)
    nodes = chain.from_iterable(_replaced(node, constants) for node in graph.nodes)
    return dataclasses.replace(graph, nodes=tuple(nodes), constants=constants)


def _replaced(node: Node, constants: dict[str, Array]) -> Iterator[Node]:
    lowering = _LOWERINGS.get(node.operator)
    if lowering is None:
        yield node
        return
    builder = _Builder(node)
    lowering(builder)
    constants.update(builder.constants)
    yield from builder.nodes
