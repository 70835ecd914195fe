"""From ONNX's protocol buffers to a graph, as it is in the file."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.network.graph import AttributeValue, Branch, Dimension, Graph, GraphInput, Node
from nnsreport.engine.network.lowering import LOWERED
from nnsreport.engine.network.onnx_checks import (
    check_arity,
    check_operators,
    check_order,
    checked_opset,
    with_branches,
)
from nnsreport.engine.network.operators import table
from nnsreport.engine.network.operators.types import element_type, storage_type
from nnsreport.errors import NetworkError, UnsupportedOperatorError

if TYPE_CHECKING:
    import onnx


def parse(model: onnx.ModelProto) -> Graph:
    """Return a file's content as it is, once everything in it is known to be supported.

    Parameters
    ----------
    model : onnx.ModelProto
        Without functions of its own.

    Returns
    -------
    Graph
        With the inputs, nodes and constants that its outputs depend on. Class labels and lists are no outputs where
        there are tensors of scores.

    Raises
    ------
    NetworkError
        The opset is not supported, or nodes contradict their operators or each other.
    UnsupportedOperatorError
        Operators that the executor does not have; all are named.
    """
    opset, outputs = checked_opset(model), _outputs(model.graph)
    nodes, needed = _needed(model.graph, outputs)
    check_operators(nodes, {*(("", name) for name in (*table(), "If")), *LOWERED})
    check_arity(nodes, opset)
    tensors = [tensor for tensor in model.graph.initializer if tensor.name in needed]
    constants = {tensor.name: _array(tensor) for tensor in tensors}
    graph = Graph(
        nodes=tuple(_nodes(nodes, {tensor.name: tensor.data_type for tensor in tensors})),
        constants=constants,
        inputs=tuple(_graph_input(value) for value in _inputs(model.graph, needed)),
        outputs=outputs,
        opset=opset,
        metadata={entry.key: entry.value for entry in model.metadata_props},
    )
    check_order(graph)
    return graph


def _outputs(graph: onnx.GraphProto) -> tuple[str, ...]:
    """Return the outputs of floating point, or all if none is; an output without a type may be one."""
    import onnx

    floats = (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.DOUBLE, onnx.TensorProto.BFLOAT16)
    scores = [
        value.name
        for value in graph.output
        if not value.HasField("type")
        or (value.type.HasField("tensor_type") and value.type.tensor_type.elem_type in (0, *floats))
    ]
    return tuple(scores or (value.name for value in graph.output))


def _inputs(graph: onnx.GraphProto, needed: set[str]) -> list[onnx.ValueInfoProto]:
    """Return the inputs that are read, or all if none is; initialisers that are listed too are constants."""
    initialisers = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in initialisers]
    return [value for value in inputs if value.name in needed] or inputs


def _needed(graph: onnx.GraphProto, outputs: Iterable[str]) -> tuple[list[onnx.NodeProto], set[str]]:
    """Return the nodes that outputs depend on, in order, and the names of all tensors that they read."""
    needed, nodes = set(outputs), []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            nodes.append(node)
            for _, held in with_branches([node]):
                needed.update(held.input)
            needed.update(name for attribute in node.attribute for name in _results(attribute))
    return nodes[::-1], needed


def _results(attribute: onnx.AttributeProto) -> list[str]:
    return [value.name for value in attribute.g.output] if attribute.HasField("g") else []


def _nodes(nodes: Iterable[onnx.NodeProto], types: Mapping[str, int]) -> Iterator[Node]:
    """Yield nodes with unique names; ``types`` has the element types of constants."""
    names: set[str] = set()
    for index, node in enumerate(nodes):
        name = node.name or f"{node.op_type}_{next(filter(None, node.output), '')}"
        name = f"{name}_{index}" if name in names else name
        names.add(name)
        parsed = Node(
            name,
            node.op_type,
            tuple(node.input),
            tuple(node.output),
            {attribute.name: _attribute(attribute) for attribute in node.attribute},
        )
        yield _typed(parsed, types) if node.op_type in ("QuantizeLinear", "QLinearConv", "QLinearMatMul") else parsed


def _typed(node: Node, types: Mapping[str, int]) -> Node:
    """Write the type that a node quantises to, known from its zero point, into its attributes.

    Constants of fewer than 8 bits are held in 8, so that their arrays no longer tell.
    """
    zero = node.inputs[-1] if node.operator == "QuantizeLinear" and len(node.inputs) == 3 else ""
    zero = zero if node.operator == "QuantizeLinear" else node.inputs[7]
    if node.attributes.get("output_dtype") or zero not in types:
        return node
    return dataclasses.replace(node, attributes={**node.attributes, "output_dtype": types[zero]})


def _attribute(attribute: onnx.AttributeProto) -> AttributeValue:
    import onnx

    value = onnx.helper.get_attribute_value(attribute)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, onnx.TensorProto):
        return _array(value)
    if isinstance(value, onnx.GraphProto):
        return _branch(value)
    if isinstance(value, int | float):
        return value
    if attribute.type == onnx.AttributeProto.STRINGS:
        return tuple(text.decode(errors="replace") for text in value)
    if attribute.type in (onnx.AttributeProto.INTS, onnx.AttributeProto.FLOATS):
        return tuple(value)
    raise UnsupportedOperatorError(f"attribute {attribute.name!r} of type {attribute.type} is not supported")


def _branch(graph: onnx.GraphProto) -> Branch:
    types = {tensor.name: tensor.data_type for tensor in graph.initializer}
    constants = {tensor.name: _array(tensor) for tensor in graph.initializer}
    return Branch(tuple(_nodes(graph.node, types)), constants, tuple(value.name for value in graph.output))


def _array(tensor: onnx.TensorProto) -> Array:
    from onnx import numpy_helper

    dtype = storage_type(tensor.data_type)
    if dtype is None:
        raise UnsupportedOperatorError(f"constant {tensor.name!r} has the unsupported element type {tensor.data_type}")
    try:
        values: Array = numpy_helper.to_array(tensor)
    except (ValueError, TypeError) as error:
        raise NetworkError(f"the constant {tensor.name!r} is damaged: {error}") from error
    return np.asarray(values, dtype=dtype)


def _graph_input(value: onnx.ValueInfoProto) -> GraphInput:
    tensor = value.type.tensor_type
    dtype = element_type(tensor.elem_type)
    if not value.type.HasField("tensor_type") or dtype is None:
        raise NetworkError(f"the input {value.name!r} is not a tensor of numbers")
    shape = tuple(map(_dimension, tensor.shape.dim)) if tensor.HasField("shape") else None
    return GraphInput(value.name, shape, dtype)


def _dimension(dimension: onnx.TensorShapeProto.Dimension) -> Dimension:
    if dimension.HasField("dim_value"):
        # Old exporters write 0 or -1 for a free length.
        return int(dimension.dim_value) if dimension.dim_value > 0 else None
    return dimension.dim_param or None
