"""Layers of a chip from a user's file: NeuroSim's NetWork_*.csv, or ONNX."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nnsreport.engine.cost.network import CostLayer, layers_of, pooled_layers, read_network
from nnsreport.errors import ConfigurationError, DataError

if TYPE_CHECKING:
    from nnsreport.engine.network import Graph


def read_layers(path: Path, image_shape: Sequence[int] = ()) -> tuple[CostLayer, ...]:
    """Read the layers of a network.

    Parameters
    ----------
    path : Path
        A file that ends in ``.onnx`` is ONNX, any other a NetWork_*.csv.
    image_shape : sequence of int
        Of an image without the batch axis, where an ONNX file does not say.

    Returns
    -------
    tuple of CostLayer
        In order.

    Raises
    ------
    DataError
        The file cannot be read, or a line is no layer.
    NetworkError
        The network cannot be run, or has a layer that the cost model cannot describe.
    ConfigurationError
        The size of images is not known.
    """
    if path.suffix.lower() == ".onnx":
        return _layers_of_onnx(path, tuple(image_shape))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", path=path) from error
    except UnicodeDecodeError as error:
        raise DataError("is no text", path=path, remedy="give a NetWork_*.csv or an ONNX file") from error
    return read_network(text, str(path))


def _layers_of_onnx(path: Path, image_shape: tuple[int, ...]) -> tuple[CostLayer, ...]:
    from nnsreport.engine.network import layer_shapes, load_graph

    graph = load_graph(path)
    shapes = layer_shapes(graph, image_shape or _declared_shape(graph, path))
    return layers_of(shapes, pooled_layers(graph))


def _declared_shape(graph: Graph, path: Path) -> tuple[int, ...]:
    declared = graph.inputs[0].shape
    sizes = () if declared is None else declared[1:]
    if not sizes or not all(isinstance(size, int) for size in sizes):
        raise ConfigurationError(
            "does not say how large an image is",
            path=path,
            field="cost.image_shape",
            remedy="set it to channels, height and width, such as [3, 32, 32]",
        )
    return tuple(size for size in sizes if isinstance(size, int))
