"""Layers as the cost model sees them: NeuroSim's NetWork_*.csv, or the crossbar layers of an ONNX network."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from nnsreport.engine.records import dataclass
from nnsreport.errors import DataError, NetworkError

if TYPE_CHECKING:
    from nnsreport.engine.network.executor import LayerShape
    from nnsreport.engine.network.graph import Graph, Node
    from nnsreport.engine.network.linear import LinearLayer

_COLUMNS = 8
_REMEDY = (
    "give input height, width and channels, kernel height and width, output channels, whether pooling follows "
    "(0 or 1), and the stride"
)
_POOLING = frozenset({"MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool"})
_FLAT = frozenset({"Gemm", "MatMul", "Einsum", "LSTM", "GRU", "RNN"})


@dataclass(frozen=True, slots=True)
class CostLayer:
    """One layer, by what its cost depends on.

    Attributes
    ----------
    name : str
        ``layer1`` and so on in NeuroSim's files, else as in the network.
    input_height, input_width, input_channels : int
        Of the input feature map, without padding in NeuroSim's own files.
    kernel_height, kernel_width, output_channels : int
        Of the weights.
    is_pooled : bool
        Whether a pooling of 2 x 2 follows.
    stride : int
        Of the kernel, the same in both directions.
    """

    name: str
    input_height: int
    input_width: int
    input_channels: int
    kernel_height: int
    kernel_width: int
    output_channels: int
    is_pooled: bool
    stride: int

    @property
    def kernel_positions(self) -> int:
        """Elements of the kernel."""
        return self.kernel_height * self.kernel_width

    @property
    def matrix_rows(self) -> int:
        """Inputs of one output."""
        return self.input_channels * self.kernel_positions

    @property
    def inputs(self) -> int:
        """Elements of the input feature map."""
        return self.input_height * self.input_width * self.input_channels

    @property
    def vectors(self) -> int:
        """Vectors that are multiplied for an image: those of a convolution without padding, as NeuroSim counts them."""
        rows = (self.input_height - self.kernel_height + 1) / self.stride
        return int(rows * (self.input_width - self.kernel_width + 1) / self.stride)

    @property
    def operations(self) -> int:
        """Multiplications and additions for an image; NeuroSim counts them as if the stride were 1, with padding."""
        return 2 * self.inputs * self.kernel_positions * self.output_channels

    @property
    def performed_operations(self) -> int:
        """Multiplications and additions of the vectors that are multiplied for an image."""
        return 2 * self.vectors * self.matrix_rows * self.output_channels


def read_network(text: str, source: str | None = None) -> tuple[CostLayer, ...]:
    """Return the layers of a NetWork_*.csv.

    Parameters
    ----------
    text : str
        One layer a line, of eight numbers.
    source : str, optional
        File, for errors.

    Returns
    -------
    tuple of CostLayer
        Named by their numbers, from 1.

    Raises
    ------
    DataError
        A line is not a layer; NeuroSim would take text for 0, and a blank line for a layer.

    References
    ----------
    NeuroSim V1.4, main.cpp, getNetStructure.
    """
    lines = text.splitlines()
    if not lines:
        raise DataError("has no layers", path=source, remedy=_REMEDY)
    return tuple(_read_layer(line, number, source) for number, line in enumerate(lines, start=1))


def _read_layer(line: str, number: int, source: str | None) -> CostLayer:
    try:
        values = [float(cell) for cell in line.split(",")]
    except ValueError as error:
        raise DataError(f"{line[:60]!r} is no layer", path=source, line=number, remedy=_REMEDY) from error
    if len(values) != _COLUMNS or not all(value.is_integer() for value in values):
        raise DataError(f"{line[:60]!r} is not eight whole numbers", path=source, line=number, remedy=_REMEDY)
    height, width, channels, kernel_height, kernel_width, outputs, pooled, stride = map(int, values)
    if pooled not in (0, 1) or min(height, width, channels, kernel_height, kernel_width, outputs, stride) < 1:
        raise DataError(f"{line[:60]!r} has an impossible number", path=source, line=number, remedy=_REMEDY)
    layer = CostLayer(
        f"layer{number}", height, width, channels, kernel_height, kernel_width, outputs, bool(pooled), stride
    )
    _check_kernel(layer, source, number)
    return layer


def _check_kernel(layer: CostLayer, source: str | None, line: int | None) -> None:
    if layer.kernel_height > layer.input_height or layer.kernel_width > layer.input_width:
        raise DataError(
            f"{layer.name}: the kernel {layer.kernel_height} x {layer.kernel_width} is larger than its input "
            f"{layer.input_height} x {layer.input_width}, and NeuroSim does not pad",
            path=source,
            line=line,
            remedy="give the input's size with its padding",
        )


def layers_of(
    shapes: Iterable[LayerShape], pooled: Iterable[str] = (), *, includes_padding: bool = False
) -> tuple[CostLayer, ...]:
    """Return the crossbar layers of an ONNX network.

    A convolution in groups is a block-diagonal matrix, and takes the arrays of a full one. A product with a matrix is a
    kernel of 1 x 1 on as many positions as it has vectors.

    Parameters
    ----------
    shapes : iterable of LayerShape
        As :func:`nnsreport.engine.network.executor.layer_shapes` gives them, in order.
    pooled : iterable of str
        Names of the layers that pooling follows (:func:`pooled_layers`).
    includes_padding : bool
        Count the padding to the input feature map, so that no vector is missing. NeuroSim's own files do not.

    Returns
    -------
    tuple of CostLayer
        In the same order.

    Raises
    ------
    NetworkError
        A layer has no row in NetWork_*.csv: it is transposed, dilated, three-dimensional, or has two strides.
    """
    names = frozenset(pooled)
    return tuple(_cost_layer(shape, shape.layer.name in names, includes_padding) for shape in shapes)


def _cost_layer(shape: LayerShape, is_pooled: bool, includes_padding: bool) -> CostLayer:
    layer = shape.layer
    if layer.operator in _FLAT:
        inputs, outputs = layer.groups * layer.inputs, layer.groups * layer.outputs
        return CostLayer(layer.name, shape.rows, 1, inputs, 1, 1, outputs, is_pooled, 1)
    window = layer.window
    if window is None or layer.operator != "Conv":
        raise _unmapped(layer, f"is a {layer.operator}")
    if window.rank > 2 or any(dilation != 1 for dilation in window.dilations):
        raise _unmapped(layer, "is dilated or has more than two spatial axes")
    if len(set(window.strides)) > 1:
        raise _unmapped(layer, f"has the strides {window.strides}")
    spatial = tuple(shape.input_shape[2:])
    if includes_padding:
        padding = window.padding(spatial)
        spatial = tuple(map(sum, zip(spatial, padding.before, padding.after, strict=True)))
    height, width = _two(spatial)
    kernel_height, kernel_width = _two(window.kernel)
    channels = layer.groups * layer.inputs // math.prod(window.kernel)
    found = CostLayer(
        layer.name,
        height,
        width,
        channels,
        kernel_height,
        kernel_width,
        layer.groups * layer.outputs,
        is_pooled,
        window.strides[0],
    )
    _check_kernel(found, None, None)
    return found


def _two(lengths: Sequence[int]) -> tuple[int, int]:
    return (lengths[0], lengths[1]) if len(lengths) > 1 else (1, lengths[0])


def _unmapped(layer: LinearLayer, what: str) -> NetworkError:
    return NetworkError(
        f"layer {layer.name!r} {what}, which the cost model cannot describe",
        remedy="write a NetWork_*.csv with layers of the same size",
    )


def pooled_layers(graph: Graph) -> tuple[str, ...]:
    """Return the crossbar layers whose outputs are pooled before anything else is computed of several tensors.

    Parameters
    ----------
    graph : Graph
        The network.

    Returns
    -------
    tuple of str
        Names of layers whose only way on leads through operators with one tensor input to a pooling.
    """
    readers: dict[str, list[Node]] = {}
    for node in graph.nodes:
        for name in node.inputs:
            readers.setdefault(name, []).append(node)
    layers = {layer.name for layer in graph.linear_layers}
    return tuple(
        node.name
        for node in graph.nodes
        if node.name in layers and _leads_to_pooling(node.outputs[0], readers, layers, graph)
    )


def _leads_to_pooling(name: str, readers: Mapping[str, list[Node]], layers: set[str], graph: Graph) -> bool:
    while len(readers.get(name, ())) == 1:
        node = readers[name][0]
        if node.operator in _POOLING:
            return True
        tensors = [read for read in node.inputs if read and read not in graph.constants]
        if node.name in layers or len(tensors) > 1:
            return False
        name = node.outputs[0]
    return False
