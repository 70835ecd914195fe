"""Running a graph: digital operators as they are, products with constants through whatever multiplies."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.network.graph import Graph, GraphInput, Node
from nnsreport.engine.network.linear import LinearLayer
from nnsreport.engine.network.operators import evaluate
from nnsreport.errors import DataError

Tensor = TypeVar("Tensor")

_NAME = operator.itemgetter(0)
"""Of a name and a value; empty where nobody wants the value."""
_PROCESSOR_COLUMNS_BYTES = 16 << 20
"""Unfolded images at a time on a processor: about what a last-level cache holds, and enough work for each product
that the threads of the BLAS do not spend their time waiting for each other, above all on a machine that is shared."""
_DEVICE_COLUMNS_BYTES = 1 << 30
"""Unfolded images at a time on a device: bounds its memory, far above what saturates it."""


class Multiply(Protocol):
    """What stands for a layer's matrix product: floating point, or a crossbar."""

    def __call__(self, layer: LinearLayer, x: Array, /) -> Array:
        """Return the product of the layer's unfolded input with its weights.

        Called once a batch for each layer, and once a step for the recurrent matrix of an ``LSTM``, ``GRU`` or ``RNN``.

        Parameters
        ----------
        layer : LinearLayer
            The layer.
        x : Array of float32, (images, channels, *spatial) or (..., K)
            The node's input; not to be changed.

        Returns
        -------
        Array, (groups, M, N)
            Without the bias. A new array: the executor adds the bias in place.
        """
        ...


@dataclass(frozen=True, slots=True)
class LayerShape:
    """What one image costs a layer.

    Attributes
    ----------
    layer : LinearLayer
        The layer.
    input_shape : tuple of int
        Shape of what is multiplied at once for one image, batch axis included; a step's for a recurrent layer.
    rows : int
        M, the vectors multiplied with each group's matrix for one image, in all steps.
    macs : int
        Multiply-accumulate operations for one image.
    """

    layer: LinearLayer
    input_shape: tuple[int, ...]
    rows: int
    macs: int


def float_multiply(layer: LinearLayer, x: Array, /) -> Array:
    """Return a layer's matrix product in floating point.

    Parameters
    ----------
    layer : LinearLayer
        The layer.
    x : Array of float32, (images, channels, *spatial) or (..., K)
        The node's input.

    Returns
    -------
    Array of float32, (groups, M, N)
        Images are unfolded a few at a time, so that what is unfolded is still in the cache when it is multiplied.
    """
    xp = namespace_of(x)
    weight = xp.asarray(layer.weight)
    if layer.window is None:
        product: Array = xp.matmul(layer.unfold(x), weight)
        return product
    budget = _PROCESSOR_COLUMNS_BYTES if xp is np else _DEVICE_COLUMNS_BYTES
    transposed = weight.swapaxes(1, 2)
    product = xp.empty((layer.groups, layer.outputs, layer.rows(x.shape)), dtype="float32")
    for part, columns in layer.unfold_parts(x, budget):
        xp.matmul(transposed, columns, out=product[:, :, part])
    return product.swapaxes(1, 2)


def execute(graph: Graph, images: Array, multiply: Multiply = float_multiply) -> Array:
    """Return the network's output for a batch of images.

    Parameters
    ----------
    graph : Graph
        From :func:`nnsreport.engine.network.load_graph`; ``graph.placed_on(xp)`` spares copies to a device.
    images : Array, (images, channels, height, width) or whatever the network declares
        The backend of the images is where everything is computed. Converted to the input's element type.
    multiply : Multiply
        Computes the products of ``graph.linear_layers``.

    Returns
    -------
    Array of float32
        The graph's first output, logits as a rule. Tensors in between are freed after their last use.

    Raises
    ------
    DataError
        The images do not have the shape that the network declares, or that a layer needs.
    NetworkError
        A node cannot be evaluated on its inputs.
    """
    values = {graph.inputs[0].name: checked(images, graph.inputs[0])}
    for _ in evaluated(graph, values, _nodes(graph, values, multiply)):
        pass
    result = graph.outputs[0]
    return values[result] if result in values else graph.constants[result]


def evaluated(
    graph: Graph, values: dict[str, Tensor], run: Callable[[Node], Iterable[tuple[str, Tensor]]]
) -> Iterator[Node]:
    """Evaluate node by node, and forget tensors after their last use.

    Parameters
    ----------
    graph : Graph
        The network.
    values : dict of str to Tensor
        Inputs of the graph; gains and loses tensors. Of any type that ``run`` knows.
    run : callable
        Evaluates a node on ``values``: name and value of each output.

    Yields
    ------
    Node
        When it is yielded, the tensors are still there that it was the last to use.
    """
    for node, last_used in zip(graph.nodes, graph.last_uses, strict=True):
        values.update(run(node))
        yield node
        for name in last_used:
            values.pop(name, None)


def _nodes(
    graph: Graph, values: Mapping[str, Array], multiply: Multiply
) -> Callable[[Node], Iterator[tuple[str, Array]]]:
    return lambda node: run_node(graph, node, values, graph.layers_by_name, multiply)


def run_node(
    graph: Graph, node: Node, values: Mapping[str, Array], layers: Mapping[str, LinearLayer], multiply: Multiply
) -> Iterator[tuple[str, Array]]:
    """Evaluate one node.

    Parameters
    ----------
    graph : Graph
        Gives constants and opset.
    node : Node
        One of its nodes.
    values : Mapping of str to Array
        Tensors computed so far.
    layers : Mapping of str to LinearLayer
        The graph's crossbar layers by name.
    multiply : Multiply
        Computes their products.

    Returns
    -------
    iterator of tuple of str and Array
        Name and value of each output.
    """
    layer = layers.get(node.name)
    if layer is not None:
        name = node.inputs[0]
        x = values[name] if name in values else graph.constants[name]
        outputs: tuple[Array, ...] = (_linear(layer, multiply, x),)
    else:
        inputs = [values[name] if name in values else graph.constants.get(name) for name in node.inputs]
        products = [functools.partial(_linear, layers[name], multiply) for name in node.matrices]
        outputs = evaluate(node, tuple(inputs), graph.opset, tuple(products))
    return filter(_NAME, zip(node.outputs, outputs, strict=False))


def layer_shapes(graph: Graph, image_shape: tuple[int, ...]) -> tuple[LayerShape, ...]:
    """Return what one image costs each crossbar layer.

    Parameters
    ----------
    graph : Graph
        The network.
    image_shape : tuple of int
        Shape of an image without the batch axis, such as (3, 32, 32).

    Returns
    -------
    tuple of LayerShape
        In the order of ``graph.linear_layers``. Found by running one black image without multiplying.

    Raises
    ------
    DataError
        The network does not take images of this shape.
    """
    found: dict[str, LayerShape] = {}

    def record(layer: LinearLayer, x: Array, /) -> Array:
        shape, before = tuple(x.shape), found.get(layer.name)
        rows, macs = layer.rows(shape), layer.macs(shape)
        done = (before.rows, before.macs) if before else (0, 0)
        found[layer.name] = LayerShape(layer, shape, done[0] + rows, done[1] + macs)
        return np.zeros((layer.groups, rows, layer.outputs), dtype=np.float32)

    execute(graph, np.zeros((1, *image_shape), dtype=graph.inputs[0].dtype), record)
    return tuple(found[layer.name] for layer in graph.linear_layers)


def bytes_of_an_image(graph: Graph, image_shape: tuple[int, ...]) -> int:
    """Return the memory that the tensors of one image take where most of them are needed at a time.

    Parameters
    ----------
    graph : Graph
        The network.
    image_shape : tuple of int
        Shape of an image without the batch axis, such as (3, 224, 224).

    Returns
    -------
    int
        Inputs and outputs of the node where they are largest, and what later nodes still need; not what a node takes
        while it is evaluated. Found by running one black image without multiplying.

    Raises
    ------
    DataError
        The network does not take images of this shape.
    """

    def nothing(layer: LinearLayer, x: Array, /) -> Array:
        return np.zeros((layer.groups, layer.rows(tuple(x.shape)), layer.outputs), dtype=np.float32)

    values = {graph.inputs[0].name: np.zeros((1, *image_shape), dtype=graph.inputs[0].dtype)}
    nodes = evaluated(graph, values, _nodes(graph, values, nothing))
    return max((_bytes_together(values.values()) for _ in nodes), default=0)


def _bytes_together(tensors: Iterable[Array]) -> int:
    """Return the memory of tensors, some of which may be views of the same array."""
    arrays: dict[int, int] = {}
    for tensor in tensors:
        whole = tensor
        while isinstance(whole.base, np.ndarray):
            whole = whole.base
        arrays[id(whole)] = whole.nbytes
    return sum(arrays.values())


def _linear(layer: LinearLayer, multiply: Multiply, x: Array) -> Array:
    return layer.fold(biased(layer, multiply(layer, x)), tuple(x.shape))


def biased(layer: LinearLayer, product: Array) -> Array:
    """Return a layer's product with its bias.

    Parameters
    ----------
    layer : LinearLayer
        The layer.
    product : Array, (groups, M, N)
        Overwritten, if it is of float32.

    Returns
    -------
    Array of float32, (groups, M, N)
        To be folded.
    """
    product = product.astype("float32", copy=False)
    if layer.bias is not None:
        product += namespace_of(product).asarray(layer.bias).reshape(layer.groups, 1, layer.outputs)
    return product


def checked(images: Array, declared: GraphInput) -> Array:
    """Return images as a network takes them.

    Parameters
    ----------
    images : Array, (images, ...)
        A batch.
    declared : GraphInput
        What the network says of its input.

    Returns
    -------
    Array
        Of the input's element type.

    Raises
    ------
    DataError
        They do not have the shape or the kind of numbers that the network declares.
    """
    shape = tuple(images.shape)
    if declared.shape is not None and not _fits(shape, declared):
        raise DataError(
            f"the network expects images of shape {describe_shape(declared)}, found {shape}",
            remedy="resize or crop the images, and check the order of the axes (batch, channels, height, width)",
        )
    if np.dtype(declared.dtype).kind in "iu" and images.dtype.kind == "f":
        raise DataError(
            f"the network takes {declared.dtype} pixels, found {images.dtype}",
            remedy="give the pixels as they are: this network normalises them itself",
        )
    return images.astype(declared.dtype, copy=False)


def _fits(shape: tuple[int, ...], declared: GraphInput) -> bool:
    expected = declared.shape or ()
    if len(shape) != len(expected):
        return False
    pairs = zip(shape[1:], expected[1:], strict=True)
    return all(found == length for found, length in pairs if isinstance(length, int))


def describe_shape(declared: GraphInput) -> str:
    """Return a declared shape for people.

    Parameters
    ----------
    declared : GraphInput
        The image input.

    Returns
    -------
    str
        Such as ``(batch, 3, 32, 32)``; lengths that are free show their name, or ``any``.
    """
    lengths = (declared.shape or ())[1:]
    return f"({', '.join(['batch', *('any' if n is None else str(n) for n in lengths)])})"
