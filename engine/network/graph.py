"""A network as the executor sees it: nodes in topological order, constants, and the layers that go to crossbars."""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, TypeAlias

from nnsreport.engine.backend import Array

if TYPE_CHECKING:
    from nnsreport.engine.network.linear import LinearLayer

AttributeValue: TypeAlias = "int | float | str | Array | tuple[int, ...] | tuple[float, ...] | tuple[str, ...] | Branch"
"""An ONNX attribute as a Python value; tensors are NumPy arrays."""

_RESIZING = ("Resize", "Upsample")

NO_INTEGERS: tuple[int, ...] = ()
"""Default of an absent list of integers."""

Dimension: TypeAlias = int | str | None
"""A length, the name of a free length such as ``"batch"``, or None where the file says nothing."""


@dataclass(frozen=True, slots=True)
class Node:
    """One operation.

    Attributes
    ----------
    name : str
        Unique in its graph.
    operator : str
        ONNX operator type, such as ``Conv``.
    inputs : tuple of str
        Names of tensors; an omitted optional input is an empty name.
    outputs : tuple of str
        Names of tensors; an unwanted optional output is an empty name.
    attributes : Mapping of str to AttributeValue
        As in the file; absent ones take the default of the opset.
    matrices : tuple of str
        Names of the linear layers that a recurrent operator multiplies with, once a step or more; empty for others.
    """

    name: str
    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, AttributeValue]
    matrices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """What an ``If`` does in one of its two cases.

    Attributes
    ----------
    nodes : tuple of Node
        In topological order; they may read any tensor that exists before the ``If``.
    constants : Mapping of str to Array
        Tensors of the branch that are known beforehand.
    outputs : tuple of str
        One for each output of the ``If``.
    """

    nodes: tuple[Node, ...]
    constants: Mapping[str, Array]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GraphInput:
    """An input, as a rule the images.

    Attributes
    ----------
    name : str
        Its tensor.
    shape : tuple of Dimension, or None
        As declared in the file, batch first; None where not even the number of dimensions is known.
    dtype : str
        NumPy name of the element type that the network computes with.
    """

    name: str
    shape: tuple[Dimension, ...] | None
    dtype: str = "float32"


@dataclass(frozen=True)  # without slots: what each execution asks for is found once
class Graph:
    """A network that can be executed.

    Attributes
    ----------
    nodes : tuple of Node
        In topological order. The node of a crossbar layer has the layer's name, and its image tensor as the only
        input; a recurrent node names its layers in ``matrices``.
    constants : Mapping of str to Array
        Tensors known beforehand; floating-point ones are float32.
    inputs : tuple of GraphInput
        Exactly one, the images, in a network that can be executed.
    outputs : tuple of str
        The first one is the result; the others are kept for completeness.
    opset : int
        Version of the ONNX operator set.
    metadata : Mapping of str to str
        The file's ``metadata_props``.
    linear_layers : tuple of LinearLayer
        Crossbar layers in order of execution.
    """

    nodes: tuple[Node, ...]
    constants: Mapping[str, Array]
    inputs: tuple[GraphInput, ...]
    outputs: tuple[str, ...]
    opset: int
    metadata: Mapping[str, str] = dataclasses.field(default_factory=dict)
    linear_layers: tuple[LinearLayer, ...] = ()

    def uses(self) -> Counter[str]:
        """Return how often each tensor is read, counting once more for each graph output.

        Returns
        -------
        Counter of str
            By tensor name.
        """
        return Counter(self._reads())

    @functools.cached_property
    def last_uses(self) -> tuple[tuple[str, ...], ...]:
        """For each node the tensors among its inputs and outputs that nobody reads after it."""
        remaining = self.uses()
        found = []
        for node in self.nodes:
            remaining.subtract(node.inputs)
            names = dict.fromkeys((*node.inputs, *node.outputs))
            found.append(tuple(name for name in names if name and remaining[name] <= 0))
        return tuple(found)

    @functools.cached_property
    def layers_by_name(self) -> Mapping[str, LinearLayer]:
        """Crossbar layers by what nodes call them."""
        return {layer.name: layer for layer in self.linear_layers}

    def _reads(self) -> Iterator[str]:
        yield from _read_by(self.nodes)
        yield from self.outputs

    def placed_on(self, xp: ModuleType) -> Graph:
        """Return the graph with its weights and floating-point constants in a backend's memory.

        Executing an unplaced graph on a device works too, but copies each constant at each use. Integers, single
        numbers and the scales of a resizing stay with NumPy: they are shapes, axes, limits and exponents, which the
        host needs to read.

        Parameters
        ----------
        xp : module
            Array namespace of the backend.

        Returns
        -------
        Graph
            Sharing everything that did not have to move.
        """
        scales = {name for node in self.nodes if node.operator in _RESIZING for name in node.inputs[1:]}
        constants = {
            name: xp.asarray(value) if value.dtype.kind == "f" and value.size > 1 and name not in scales else value
            for name, value in self.constants.items()
        }
        layers = tuple(layer.placed_on(xp) for layer in self.linear_layers)
        return dataclasses.replace(self, constants=constants, linear_layers=layers)


def _read_by(nodes: tuple[Node, ...]) -> Iterator[str]:
    for node in nodes:
        yield from filter(None, node.inputs)
        for value in node.attributes.values():
            if isinstance(value, Branch):
                yield from _read_by(value.nodes)
                yield from value.outputs
