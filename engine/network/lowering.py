"""Operators that are several in one, replaced by those that they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from itertools import chain

from nnsreport.engine.backend import Array
from nnsreport.engine.network import fused_operators, quantized_operators
from nnsreport.engine.network.graph import Graph, Node
from nnsreport.engine.network.node_builder import NodeBuilder

_CONTRIBUTED = {**quantized_operators.CONTRIBUTED, **fused_operators.CONTRIBUTED}
_LOWERINGS = {**quantized_operators.STANDARD, **_CONTRIBUTED}
_SAME = ("DequantizeLinear", "Gelu", "QuantizeLinear")

LOWERED: frozenset[tuple[str, str]] = frozenset(
    {
        *(("", name) for name in quantized_operators.STANDARD),
        *(("com.microsoft", name) for name in (*_CONTRIBUTED, *_SAME)),
    }
)
"""Domain and name of the operators that :func:`lower` replaces, and of those of onnxruntime that ONNX has too."""


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
    builder = NodeBuilder(node)
    lowering(builder)
    constants.update(builder.constants)
    yield from builder.nodes
