"""Replacing a node by others: what they need to know of it, and what they have in common."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

from nnsreport.engine.backend import Array
from nnsreport.engine.network.graph import AttributeValue, Node

Attributes = Mapping[str, AttributeValue]
_NONE: Attributes = MappingProxyType({})


class NodeBuilder:
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

    def real(self, position: int, scale: str, zero: str, axis: int = 1) -> str:
        """Add what turns an integer input into real numbers."""
        return self.add("DequantizeLinear", self.input(position), scale, zero, attributes={"axis": axis})

    def quantized(self, x: str, scale: str, zero: str, axis: int = 1) -> None:
        """Add what turns real numbers into the integers of the output."""
        known = {name: value for name, value in self.node.attributes.items() if name == "output_dtype"}
        self.add("QuantizeLinear", x, scale, zero, attributes={"axis": axis, **known}, result=self.node.outputs[0])
