"""Reading ONNX files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nnsreport.engine.network.batch import free_batch
from nnsreport.engine.network.branches import resolve_branches
from nnsreport.engine.network.executor import layer_shapes
from nnsreport.engine.network.extraction import extract_linear_layers
from nnsreport.engine.network.graph import Graph
from nnsreport.engine.network.lowering import lower
from nnsreport.engine.network.onnx_parsing import parse
from nnsreport.engine.network.simplify import (
    fold_batch_normalization,
    fold_constants,
    remove_identities,
    remove_unused,
)
from nnsreport.errors import DataError, NetworkError, UnsupportedOperatorError

if TYPE_CHECKING:
    import onnx

_EXPORT_REMEDY = "export the network again, for instance with torch.onnx.export(model.eval(), ..., dynamo=True)"


def load_graph(path: Path | str) -> Graph:
    """Read a network from an ONNX file, simplified for crossbar inference.

    Constants are folded, branches resolved, ``Identity`` and ``Dropout`` removed, batch normalisation merged into the
    convolution or ``Gemm`` before it, and products with constant weights become linear layers, quantised ones too.
    Floating-point weights of any precision become float32. A network exported for a fixed batch size runs with any
    (:func:`free_batch`).

    Parameters
    ----------
    path : Path or str
        A file of opset 7 to 28, with its external data beside it if it has any.

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
            graph = _simplified(_with_one_input(parse(model)))
            _rehearse(graph)
    except (NetworkError, DataError) as error:
        kind = UnsupportedOperatorError if isinstance(error, UnsupportedOperatorError) else NetworkError
        remedy = error.remedy if isinstance(error, NetworkError) else None
        raise kind(error.message, path=path, remedy=remedy or _EXPORT_REMEDY) from error
    return graph


def _with_one_input(graph: Graph) -> Graph:
    if len(graph.inputs) != 1 or graph.inputs[0].dtype == "bool":
        names = ", ".join(repr(value.name) for value in graph.inputs) or "none"
        raise NetworkError(
            f"the network must have exactly one input, the images; found {names}",
            remedy="export only the part from image to class scores, with other inputs as constants",
        )
    return graph


def _simplified(graph: Graph) -> Graph:
    graph = resolve_branches(lower(graph))
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
