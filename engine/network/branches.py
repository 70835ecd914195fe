"""Choosing the branches of ``If``.

Exporters write an ``If`` where a shape decides, such as whether an axis to be squeezed has length 1. A network is read
for one size of images, so that what depends on shapes alone is decided when the file is read.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from nnsreport.engine.backend import Array, to_numpy
from nnsreport.engine.network.executor import float_multiply, run_node
from nnsreport.engine.network.graph import AttributeValue, Branch, Graph, Node
from nnsreport.engine.network.lowering import lower
from nnsreport.engine.network.onnx_checks import check_order
from nnsreport.engine.network.simplify import fold_constants
from nnsreport.errors import DataError, NetworkError, UnsupportedOperatorError

_SHAPE_OPERATORS = ("Shape", "Size")
_REMEDY = (
    "export with a fixed image size and torch.onnx.export(..., dynamo=True), or simplify the file with onnxsim, "
    "so that no branch is left"
)


def resolve_branches(graph: Graph) -> Graph:
    """Replace each ``If`` by the branch that is taken.

    Parameters
    ----------
    graph : Graph
        Any graph.

    Returns
    -------
    Graph
        Without ``If``. The same graph if it has none.

    Raises
    ------
    UnsupportedOperatorError
        Which branch is taken depends on the images, or on lengths that the file leaves free.
    """
    while any(node.operator == "If" for node in graph.nodes):
        graph = fold_constants(graph)
        index, node = next((index, node) for index, node in enumerate(graph.nodes) if node.operator == "If")
        branch = node.attributes["then_branch" if _condition(graph, index) else "else_branch"]
        if not isinstance(branch, Branch) or len(branch.outputs) != len(node.outputs):
            raise NetworkError(f"node {node.name!r} (If) does not have two branches with its outputs")
        graph = lower(_inlined(graph, index, branch))
        check_order(graph)
    return graph


def _condition(graph: Graph, index: int) -> bool:
    node = graph.nodes[index]
    name = node.inputs[0]
    if name in graph.constants:
        return bool(np.all(graph.constants[name]))
    needed = _ancestors(graph, index, name)
    sizes = _batch_sizes(graph)
    if needed is None or not sizes:
        raise _refusal(node)
    outcomes = {_outcome(graph, needed, name, size) for size in sizes}
    if len(outcomes) != 1:
        raise _refusal(node)
    return outcomes.pop()


def _refusal(node: Node) -> UnsupportedOperatorError:
    return UnsupportedOperatorError(
        f"node {node.name!r} (If): which branch is taken depends on the images or on a free length", remedy=_REMEDY
    )


def _ancestors(graph: Graph, index: int, name: str) -> list[Node] | None:
    """Return the nodes that a tensor depends on; None if it depends on more of the images than their shape."""
    needed, nodes, by_value = {name}, [], {name}
    for node in reversed(graph.nodes[:index]):
        if not needed.intersection(node.outputs):
            continue
        nodes.append(node)
        needed.update(node.inputs)
        if by_value.intersection(node.outputs) and node.operator not in _SHAPE_OPERATORS:
            by_value.update(node.inputs)
    reads_images = any(value.name in by_value for value in graph.inputs)
    return None if reads_images else nodes[::-1]


def _batch_sizes(graph: Graph) -> tuple[int, ...]:
    """Return two batch sizes to try, or none where other lengths are free."""
    shape = graph.inputs[0].shape
    if not shape or not all(isinstance(length, int) for length in shape[1:]):
        return ()
    return (shape[0], 2 * shape[0]) if isinstance(shape[0], int) else (2, 3)


def _outcome(graph: Graph, nodes: list[Node], name: str, batch: int) -> bool:
    declared = graph.inputs[0]
    lengths = (batch, *(length for length in (declared.shape or ())[1:] if isinstance(length, int)))
    values: dict[str, Array] = {declared.name: np.zeros(lengths, dtype=declared.dtype)}
    try:
        for node in nodes:
            values.update(run_node(graph, node, values, {}, float_multiply))
    except (NetworkError, DataError) as error:
        raise UnsupportedOperatorError(f"a condition cannot be computed: {error.message}", remedy=_REMEDY) from error
    return bool(np.all(to_numpy(values[name])))


def _inlined(graph: Graph, index: int, branch: Branch) -> Graph:
    node = graph.nodes[index]
    inner = {*branch.constants, *(name for held in branch.nodes for name in held.outputs if name)}
    renamed = {name: f"{node.name}/{name}" for name in inner}
    held = tuple(_renamed(part, node.name, renamed) for part in branch.nodes)
    results = tuple(
        Node(f"{node.name}/result_{position}", "Identity", (renamed.get(source, source),), (target,), {})
        for position, (source, target) in enumerate(zip(branch.outputs, node.outputs, strict=True))
    )
    constants = {renamed[name]: value for name, value in branch.constants.items()}
    return dataclasses.replace(
        graph,
        nodes=(*graph.nodes[:index], *held, *results, *graph.nodes[index + 1 :]),
        constants={**graph.constants, **constants},
    )


def _renamed(node: Node, prefix: str, names: dict[str, str]) -> Node:
    return dataclasses.replace(
        node,
        name=f"{prefix}/{node.name}",
        inputs=tuple(names.get(name, name) for name in node.inputs),
        outputs=tuple(names.get(name, name) for name in node.outputs),
        attributes={key: _renamed_inside(value, names) for key, value in node.attributes.items()},
    )


def _renamed_inside(value: AttributeValue, names: dict[str, str]) -> AttributeValue:
    """Rename what a branch inside a branch reads from outside."""
    if not isinstance(value, Branch):
        return value
    own = {*value.constants, *(name for node in value.nodes for name in node.outputs)}
    outer = {old: new for old, new in names.items() if old not in own}
    nodes = tuple(
        dataclasses.replace(
            node,
            inputs=tuple(outer.get(name, name) for name in node.inputs),
            attributes={key: _renamed_inside(inner, outer) for key, inner in node.attributes.items()},
        )
        for node in value.nodes
    )
    return Branch(nodes, value.constants, tuple(outer.get(name, name) for name in value.outputs))
