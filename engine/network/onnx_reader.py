"""Reading ONNX files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.network.batch import free_batch
from nnsreport.engine.network.executor import layer_shapes
from nnsreport.engine.network.extraction import extract_linear_layers
from nnsreport.engine.network.graph import AttributeValue, Dimension, Graph, GraphInput, Node
from nnsreport.engine.network.operators import table
from nnsreport.engine.network.operators.types import element_type
from nnsreport.engine.network.simplify import (
    fold_batch_normalization,
    fold_constants,
    remove_identities,
    remove_unused,
)
from nnsreport.errors import DataError, NetworkError, UnsupportedOperatorError

if TYPE_CHECKING:
    import onnx

OLDEST_OPSET, NEWEST_OPSET = 7, 25
"""Versions of the ONNX operator set that the operators here implement."""

_EXPORT_REMEDY = "export the network again, for instance with torch.onnx.export(model.eval(), ..., dynamo=True)"


def load_graph(path: Path | str) -> Graph:
    """Read a network from an ONNX file, simplified for crossbar inference.

    Constants are folded, ``Identity`` and ``Dropout`` removed, batch normalisation merged into the convolution or
    ``Gemm`` before it, and products with constant weights become linear layers. Floating-point weights of any
    precision become float32. A network exported for a fixed batch size runs with any (:func:`free_batch`).

    Parameters
    ----------
    path : Path or str
        A file of opset 7 to 25, with its external data beside it if it has any.

    Returns
    -------
    Graph
        Ready for :func:`execute`.

    Raises
    ------
    NetworkError
        The file is missing, damaged, of an unsupported opset, does not have exactly one input, or is not a valid
        network.
    UnsupportedOperatorError
        The network uses operators, or options of them, that the executor does not have; all operators are named.
    """
    path = Path(path)
    model = _read_model(path)
    try:
        # Overflow of damaged weights is found by looking at the results, not by NumPy's warnings.
        with np.errstate(all="ignore"):
            graph = _simplified(_parsed(model))
            _rehearse(graph)
    except (NetworkError, DataError) as error:
        kind = UnsupportedOperatorError if isinstance(error, UnsupportedOperatorError) else NetworkError
        remedy = error.remedy if isinstance(error, NetworkError) else None
        raise kind(error.message, path=path, remedy=remedy or _EXPORT_REMEDY) from error
    return graph


def _simplified(graph: Graph) -> Graph:
    graph = remove_unused(remove_identities(fold_constants(graph)))
    graph = fold_batch_normalization(extract_linear_layers(graph))
    for layer in graph.linear_layers:
        if not all(np.isfinite(values).all() for values in (layer.weight, layer.bias) if values is not None):
            raise NetworkError(f"layer {layer.name!r} ({layer.operator}) has weights that are infinite or not a number")
    return remove_unused(free_batch(graph))


def _rehearse(graph: Graph) -> None:
    """Run one black image, so that options of operators that are not supported are found before any work starts."""
    lengths = (graph.inputs[0].shape or ())[1:]
    known = tuple(length for length in lengths if isinstance(length, int))
    if known and len(known) == len(lengths):
        layer_shapes(graph, known)


def _read_model(path: Path) -> onnx.ModelProto:
    import onnx
    from onnx.inliner import inline_local_functions

    if not path.is_file():
        raise NetworkError("no such file", path=path, remedy="give the path of an ONNX file")
    try:
        model = onnx.load(path)
    except (onnx.checker.ValidationError, OSError) as error:
        raise NetworkError(
            f"cannot be read: {error}", path=path, remedy="keep the files of external data beside the ONNX file"
        ) from error
    except Exception as error:  # protobuf's DecodeError, whose module has no types
        raise NetworkError("not an ONNX file, or a damaged one", path=path, remedy=_EXPORT_REMEDY) from error
    if not model.graph.node:
        raise NetworkError("empty: the file has no network in it", path=path, remedy=_EXPORT_REMEDY)
    if not model.functions:
        return model
    inlined: onnx.ModelProto = inline_local_functions(model)
    return inlined


def _parsed(model: onnx.ModelProto) -> Graph:
    """Return the file's content as it is, once everything in it is known to be supported."""
    opset = _opset(model)
    _check_operators(model.graph.node)
    _check_arity(model.graph.node, opset)
    initialisers = {tensor.name: _array(tensor) for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in initialisers]
    if len(inputs) != 1:
        names = ", ".join(repr(value.name) for value in inputs) or "none"
        raise NetworkError(
            f"the network must have exactly one input, the images; found {names}",
            remedy="export only the part from image to class scores",
        )
    graph = Graph(
        nodes=tuple(_nodes(model.graph.node)),
        constants=initialisers,
        inputs=(_graph_input(inputs[0]),),
        outputs=tuple(value.name for value in model.graph.output),
        opset=opset,
        metadata={entry.key: entry.value for entry in model.metadata_props},
    )
    _check_order(graph)
    return graph


def _opset(model: onnx.ModelProto) -> int:
    versions = {entry.domain or "ai.onnx": int(entry.version) for entry in model.opset_import}
    opset = versions.get("ai.onnx")
    if opset is None:
        raise NetworkError("the file does not say which version of the ONNX operators it uses")
    if not OLDEST_OPSET <= opset <= NEWEST_OPSET:
        raise NetworkError(
            f"opset {opset} is not supported",
            remedy=f"export with an opset from {OLDEST_OPSET} to {NEWEST_OPSET}, or convert the file with "
            "onnx.version_converter",
        )
    return opset


def _check_operators(nodes: Iterable[onnx.NodeProto]) -> None:
    supported = {*table(), "Conv"}
    found: dict[str, list[str]] = {}
    for index, node in enumerate(nodes):
        if node.domain not in ("", "ai.onnx"):
            found.setdefault(f"{node.domain}.{node.op_type}", []).append(_label(node, index))
        elif node.op_type not in supported:
            found.setdefault(node.op_type, []).append(_label(node, index))
    if found:
        listed = "; ".join(f"{name} ({_some(labels)})" for name, labels in found.items())
        raise UnsupportedOperatorError(
            f"unsupported operators: {listed}",
            remedy="replace these layers before exporting, or export the network without them",
        )


def _check_arity(nodes: Iterable[onnx.NodeProto], opset: int) -> None:
    """Refuse nodes with more or fewer inputs or outputs than their operator has."""
    import onnx

    for index, node in enumerate(nodes):
        try:
            schema = onnx.defs.get_schema(node.op_type, opset)
        except onnx.defs.SchemaError as error:
            raise NetworkError(f"{_label(node, index)}: opset {opset} has no operator {node.op_type}") from error
        inputs, outputs = len(node.input), len(node.output)
        if not schema.min_input <= inputs <= schema.max_input or not schema.min_output <= outputs <= schema.max_output:
            raise NetworkError(f"{_label(node, index)} ({node.op_type}) has {inputs} inputs and {outputs} outputs")


def _label(node: onnx.NodeProto, index: int) -> str:
    return f"node {node.name!r}" if node.name else f"unnamed node {index}"


def _some(labels: list[str], shown: int = 3) -> str:
    more = f" and {len(labels) - shown} more" if len(labels) > shown else ""
    return ", ".join(labels[:shown]) + more


def _check_order(graph: Graph) -> None:
    """Refuse tensors that are read before, or without, being computed, and those computed twice.

    ONNX's own checker is not used: it refuses files for what does not matter here, such as an output without shape.
    """
    defined = {*graph.constants, *(value.name for value in graph.inputs)}
    for node in graph.nodes:
        missing = [name for name in node.inputs if name and name not in defined]
        if missing:
            raise NetworkError(
                f"node {node.name!r} ({node.operator}) reads {missing[0]!r}, which nothing before it gives"
            )
        again = [name for name in node.outputs if name in defined]
        if again:
            raise NetworkError(f"node {node.name!r} ({node.operator}) gives {again[0]!r}, which exists already")
        defined.update(filter(None, node.outputs))
    missing = [name for name in graph.outputs if name not in defined]
    if missing or not graph.outputs:
        raise NetworkError(f"no node gives the output {missing[0]!r}" if missing else "the network has no output")


def _nodes(nodes: Iterable[onnx.NodeProto]) -> Iterable[Node]:
    names: set[str] = set()
    for index, node in enumerate(nodes):
        name = node.name or f"{node.op_type}_{node.output[0]}"
        name = f"{name}_{index}" if name in names else name
        names.add(name)
        attributes = {attribute.name: _attribute(attribute) for attribute in node.attribute}
        yield Node(name, node.op_type, tuple(node.input), tuple(node.output), attributes)


def _attribute(attribute: onnx.AttributeProto) -> AttributeValue:
    import onnx

    value = onnx.helper.get_attribute_value(attribute)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, onnx.TensorProto):
        return _array(value)
    if isinstance(value, int | float):
        return value
    if attribute.type == onnx.AttributeProto.STRINGS:
        return tuple(text.decode(errors="replace") for text in value)
    if attribute.type in (onnx.AttributeProto.INTS, onnx.AttributeProto.FLOATS):
        return tuple(value)
    raise UnsupportedOperatorError(f"attribute {attribute.name!r} of type {attribute.type} is not supported")


def _array(tensor: onnx.TensorProto) -> Array:
    from onnx import numpy_helper

    dtype = element_type(tensor.data_type)
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
    if not value.type.HasField("tensor_type") or dtype is None or dtype == "bool":
        raise NetworkError(f"the input {value.name!r} is not a tensor of numbers")
    shape = tuple(map(_dimension, tensor.shape.dim)) if tensor.HasField("shape") else None
    return GraphInput(value.name, shape, dtype)


def _dimension(dimension: onnx.TensorShapeProto.Dimension) -> Dimension:
    if dimension.HasField("dim_value"):
        # Old exporters write 0 or -1 for a free length.
        return int(dimension.dim_value) if dimension.dim_value > 0 else None
    return dimension.dim_param or None
