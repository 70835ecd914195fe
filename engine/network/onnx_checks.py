"""What a file is refused for before anything in it is computed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from nnsreport.engine.network.graph import Graph
from nnsreport.errors import NetworkError, UnsupportedOperatorError

if TYPE_CHECKING:
    import onnx

OLDEST_OPSET, NEWEST_OPSET = 7, 28
"""Versions of the ONNX operator set that the operators here implement."""

_NOT_COMPUTED = {
    "Loop": "unroll loops: export with torch.onnx.export(..., dynamo=True), or simplify the file with onnxsim",
    "Scan": "unroll scans, or replace them by LSTM, GRU or RNN",
    "NonMaxSuppression": "export the network without the selection of boxes after it",
}
_DEFAULT_REMEDY = "replace these layers before exporting, or export the network without them"


def checked_opset(model: onnx.ModelProto) -> int:
    """Return the version of the operator set that a file uses.

    Parameters
    ----------
    model : onnx.ModelProto
        The file.

    Returns
    -------
    int
        From 7 to 28.

    Raises
    ------
    NetworkError
        It is missing, or not supported.
    """
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


def check_operators(nodes: Iterable[onnx.NodeProto], supported: Collection[tuple[str, str]]) -> None:
    """Refuse operators that the executor does not have.

    Parameters
    ----------
    nodes : iterable of onnx.NodeProto
        Of a graph; those of its branches are looked at too.
    supported : collection of tuple of str
        Domain, empty for that of ONNX, and name of each operator.

    Raises
    ------
    UnsupportedOperatorError
        Names every operator that is not supported, with its nodes.
    """
    found: dict[str, list[str]] = {}
    for label, node in with_branches(nodes):
        domain = "" if node.domain == "ai.onnx" else node.domain
        if (domain, node.op_type) not in supported:
            found.setdefault(f"{domain}.{node.op_type}" if domain else node.op_type, []).append(label)
    if found:
        listed = "; ".join(f"{name} ({_some(labels)})" for name, labels in found.items())
        remedies = [_NOT_COMPUTED[name] for name in found if name in _NOT_COMPUTED] or [_DEFAULT_REMEDY]
        raise UnsupportedOperatorError(f"unsupported operators: {listed}", remedy="; ".join(remedies))


def check_arity(nodes: Iterable[onnx.NodeProto], opset: int) -> None:
    """Refuse nodes with more or fewer inputs or outputs than their operator has.

    Parameters
    ----------
    nodes : iterable of onnx.NodeProto
        Of a graph; those of its branches are looked at too.
    opset : int
        Version of the ONNX operator set.

    Raises
    ------
    NetworkError
        Names the first such node, or one whose operator the opset does not have.
    """
    import onnx

    for label, node in with_branches(nodes):
        if node.domain not in ("", "ai.onnx"):
            continue
        try:
            schema = onnx.defs.get_schema(node.op_type, opset)
        except onnx.defs.SchemaError as error:
            raise NetworkError(f"{label}: opset {opset} has no operator {node.op_type}") from error
        inputs, outputs = len(node.input), len(node.output)
        if not schema.min_input <= inputs <= schema.max_input or not schema.min_output <= outputs <= schema.max_output:
            raise NetworkError(f"{label} ({node.op_type}) has {inputs} inputs and {outputs} outputs")


def check_order(graph: Graph) -> None:
    """Refuse tensors that are read before, or without, being computed, and those computed twice.

    ONNX's own checker is not used: it refuses files for what does not matter here, such as an output without shape.

    Parameters
    ----------
    graph : Graph
        Any graph.

    Raises
    ------
    NetworkError
        Names the first such node.
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


def with_branches(nodes: Iterable[onnx.NodeProto]) -> Iterator[tuple[str, onnx.NodeProto]]:
    """Yield nodes, and the nodes of the graphs that they hold, each with its name for messages.

    Parameters
    ----------
    nodes : iterable of onnx.NodeProto
        Of a graph.

    Yields
    ------
    label : str
        Such as ``node 'conv1'``.
    node : onnx.NodeProto
        The node.
    """
    for index, node in enumerate(nodes):
        label = f"node {node.name!r}" if node.name else f"unnamed node {index}"
        yield label, node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from ((f"{inner} in {label}", held) for inner, held in with_branches(attribute.g.node))


def _some(labels: list[str], shown: int = 3) -> str:
    more = f" and {len(labels) - shown} more" if len(labels) > shown else ""
    return ", ".join(labels[:shown]) + more
