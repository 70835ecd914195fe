"""Running a graph several times at once, on the same images, where only the products with constants differ.

A tensor that is the same for all evaluations is computed once. The others stand together, evaluation after evaluation
along their first axis: an operator that combines tensors element by element, and a layer, see them as one batch. What
any other operator does to a tensor may depend on its shape, or show the order of a sum in the last bit: it is given
the tensors one by one, laid out in memory as if each evaluation were alone. So each gives what it gives alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

from nnsreport.engine.backend import Array, joined
from nnsreport.engine.network.executor import Multiply, biased, checked, evaluated, run_node
from nnsreport.engine.network.graph import Graph, Node
from nnsreport.engine.network.linear import LinearLayer
from nnsreport.engine.network.operators import ELEMENTWISE, SHAPES


class Several:
    """A tensor of several evaluations.

    Parameters
    ----------
    parts : sequence of Array
        One for each evaluation, of one shape.
    """

    __slots__ = ("_parts", "_whole", "count")

    def __init__(self, parts: Sequence[Array]) -> None:
        self.count = len(parts)
        self._parts: tuple[Array, ...] | None = tuple(parts)
        self._whole: Array | None = None

    @classmethod
    def of_whole(cls, whole: Array, count: int) -> Several:
        """Return the evaluations that stand one after the other along the first axis of an array."""
        found = cls(())
        found.count, found._parts, found._whole = count, None, whole
        return found

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one of them."""
        if self._parts is not None:
            return tuple(self._parts[0].shape)
        assert self._whole is not None
        return (self._whole.shape[0] // self.count, *self._whole.shape[1:])

    @property
    def parts(self) -> tuple[Array, ...]:
        """One for each evaluation, laid out as it would be alone."""
        if self._parts is None:
            assert self._whole is not None
            length = self._whole.shape[0] // self.count
            cut = (self._whole[index * length : (index + 1) * length] for index in range(self.count))
            self._parts = tuple(part if _is_dense(part) else part.copy(order="K") for part in cut)
        return self._parts

    @property
    def whole(self) -> Array:
        """All of them, one after the other along the first axis, their other axes in the same order in memory."""
        if self._whole is None:
            assert self._parts is not None
            order = _from_outermost(self._parts[0])
            laid_out = joined([part.transpose(order) for part in self._parts], order.index(0))
            self._whole = laid_out.transpose(tuple(order.index(axis) for axis in range(len(order))))
        return self._whole

    @property
    def stands_together(self) -> bool:
        """Whether what is computed element by element lies in memory as it would for one evaluation alone."""
        if self._parts is None:
            return True
        return bool(self.shape) and all(map(_is_dense, self._parts))


Tensor: TypeAlias = "Array | Several"
"""Of all evaluations, or of each."""


class MultiplyTogether(Protocol):
    """What stands for the matrix products of a layer in several evaluations."""

    @property
    def each(self) -> Sequence[Multiply]:
        """The same for each evaluation alone."""

    def __call__(self, layer: LinearLayer, x: Tensor, /) -> Array:
        """Return the products of the layer's unfolded inputs with the weights of each evaluation.

        Parameters
        ----------
        layer : LinearLayer
            The layer; the images are the first axis of its input and the outermost of M.
        x : Array or Several
            The node's input, the same for all evaluations, or that of each.

        Returns
        -------
        Array, (groups, evaluations * M, N)
            Without the bias; a new array, evaluation after evaluation.
        """
        ...


def execute_together(graph: Graph, images: Array, multiply: MultiplyTogether) -> tuple[Array, ...]:
    """Return the network's output of several evaluations for a batch of images.

    Parameters
    ----------
    graph : Graph
        From :func:`nnsreport.engine.network.load_graph`.
    images : Array, (images, channels, height, width) or whatever the network declares
        As :func:`nnsreport.engine.network.execute` takes them.
    multiply : MultiplyTogether
        Computes the products of ``graph.linear_layers``.

    Returns
    -------
    tuple of Array of float32
        For each evaluation what ``execute`` gives with its own products.

    Raises
    ------
    DataError
        The images do not have the shape that the network declares, or that a layer needs.
    NetworkError
        A node cannot be evaluated on its inputs.
    """
    layers = graph.layers_by_name
    values: dict[str, Tensor] = {graph.inputs[0].name: checked(images, graph.inputs[0])}
    for _ in evaluated(graph, values, lambda node: _run(graph, node, values, layers, multiply)):
        pass
    name = graph.outputs[0]
    result = values[name] if name in values else graph.constants[name]
    return result.parts if isinstance(result, Several) else (result,) * len(multiply.each)


def _run(
    graph: Graph,
    node: Node,
    values: Mapping[str, Tensor],
    layers: Mapping[str, LinearLayer],
    multiply: MultiplyTogether,
) -> Iterator[tuple[str, Tensor]]:
    """Evaluate one node: once for all, on all together, or on each."""
    given = {name: values[name] for name in node.inputs if name in values}
    layer = layers.get(node.name)
    if layer is not None and layer.contraction is None:
        x = given[node.inputs[0]] if node.inputs[0] in given else graph.constants[node.inputs[0]]
        yield node.outputs[0], _linear(layer, multiply, x)
        return
    several = {name: value for name, value in given.items() if isinstance(value, Several)}
    if layer is None and not node.matrices and not several:
        yield from run_node(graph, node, _shared(values), layers, multiply.each[0])
        return
    if node.operator in SHAPES:  # which are those of all
        yield from run_node(graph, node, _own(several, 0), layers, multiply.each[0])
        return
    if node.operator in ELEMENTWISE and _match(node, graph, given, several):
        together = {**_shared(given), **{name: value.whole for name, value in several.items()}}
        for name, whole in run_node(graph, node, together, layers, multiply.each[0]):
            yield name, Several.of_whole(whole, len(multiply.each))
        return
    found = [
        dict(run_node(graph, node, {**_shared(values), **_own(several, index)}, layers, alone))
        for index, alone in enumerate(multiply.each)
    ]
    for name in found[0]:
        yield name, Several([outputs[name] for outputs in found])


def _linear(layer: LinearLayer, multiply: MultiplyTogether, x: Tensor) -> Several:
    count, shape = len(multiply.each), tuple(x.shape)
    product = biased(layer, multiply(layer, x))
    return Several.of_whole(layer.fold(product, (count * shape[0], *shape[1:])), count)


def _shared(values: Mapping[str, Tensor]) -> dict[str, Array]:
    return {name: value for name, value in values.items() if not isinstance(value, Several)}


def _own(several: Mapping[str, Several], index: int) -> dict[str, Array]:
    return {name: value.parts[index] for name, value in several.items()}


def _match(node: Node, graph: Graph, given: Mapping[str, Tensor], several: Mapping[str, Several]) -> bool:
    """Return whether all tensors of evaluations have one first axis, which no other input has elements along."""
    shapes = {value.shape for value in several.values()}
    ranks, lengths = {len(shape) for shape in shapes}, {shape[:1] for shape in shapes}
    if len(ranks) > 1 or len(lengths) > 1 or not all(value.stands_together for value in several.values()):
        return False
    rank = ranks.pop()
    others = [given.get(name, graph.constants.get(name)) for name in node.inputs if name and name not in several]
    return all(
        other is not None and (other.ndim < rank or (other.ndim == rank and other.shape[0] == 1))
        for other in others
        if not isinstance(other, Several)
    )


def _from_outermost(array: Array) -> tuple[int, ...]:
    """Return the axes in their order in memory, those of one element first."""
    steps = [math.inf if length == 1 else abs(step) for length, step in zip(array.shape, array.strides, strict=True)]
    return tuple(sorted(range(array.ndim), key=lambda axis: -steps[axis]))


def _is_dense(array: Array) -> bool:
    """Return whether the elements fill a piece of memory, whatever the order of their axes."""
    return bool(array.transpose(_from_outermost(array)).flags.c_contiguous)
