"""The table of operators, and what an operator is given.

An operator computes where its inputs are: on the device as soon as one of them is there, else with NumPy. Shapes,
axes and indices stay on the host, so that shape arithmetic never waits for a device.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TypeAlias, TypeVar

import numpy as np

from nnsreport.engine.backend import Array, constant_on, namespace_of, to_numpy
from nnsreport.engine.network.graph import NO_INTEGERS, Node
from nnsreport.engine.network.operators.types import element_type
from nnsreport.errors import NetworkError, UnsupportedOperatorError

T = TypeVar("T")

Product: TypeAlias = Callable[[Array], Array]
"""Multiplies vectors, the last axis, with a linear layer's matrix."""


@dataclass(slots=True)  # frozen ones take longer to make, which small batches notice
class Call:
    """One evaluation of a node.

    Attributes
    ----------
    node : Node
        What is evaluated.
    inputs : tuple of Array or None
        One for each of the node's inputs; None where an optional one is omitted.
    opset : int
        Version of the ONNX operator set, which decides defaults and whether something is attribute or input.
    products : tuple of Product
        One for each of the node's ``matrices``.
    xp : module
        Namespace to compute in: the device's if any input is there, else NumPy.
    """

    node: Node
    inputs: tuple[Array | None, ...]
    opset: int
    products: tuple[Product, ...] = ()
    xp: ModuleType = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find out where to compute."""
        self.xp = np
        for value in self.inputs:
            if type(value) is not np.ndarray and value is not None:
                space = namespace_of(value)
                if space is not np:
                    self.xp = space
                    return

    @property
    def x(self) -> Array:
        """The first input."""
        return self.array(0)

    def array(self, position: int) -> Array:
        """Return a required input in the memory of :attr:`xp`."""
        value = self.optional(position)
        if value is None:
            raise NetworkError(f"{self.place} lacks its input {position}")
        return value

    def optional(self, position: int) -> Array | None:
        """Return an input in the memory of :attr:`xp`, or None where it is omitted."""
        if position >= len(self.inputs):
            return None
        value = self.inputs[position]
        if value is None:
            return None
        return value if self.xp is np and type(value) is np.ndarray else constant_on(self.xp, value)

    def arrays(self) -> list[Array]:
        """Return all inputs in the memory of :attr:`xp`, for operators with any number of them."""
        return [self.array(position) for position in range(len(self.inputs))]

    def integers(self, position: int) -> tuple[int, ...] | None:
        """Return an input of shapes, axes or indices as Python numbers, or None where it is omitted."""
        value = self.inputs[position] if position < len(self.inputs) else None
        if value is None:
            return None
        return tuple(map(int, to_numpy(value).reshape(-1).tolist()))

    def number(self, position: int) -> float | None:
        """Return an input of one element as a Python number, or None where it is omitted."""
        value = self.inputs[position] if position < len(self.inputs) else None
        if value is None:
            return None
        scalar: float = to_numpy(value).reshape(-1)[0].item()
        return scalar

    def numbers(self, position: int) -> tuple[float, ...]:
        """Return an input of several numbers as Python numbers; empty where it is omitted."""
        value = self.inputs[position] if position < len(self.inputs) else None
        if value is None:
            return ()
        return tuple(float(number) for number in to_numpy(value).reshape(-1))

    def attribute(self, name: str, default: T) -> T:
        """Return an attribute, or the default where the node does not have it; the types must agree."""
        value = self.node.attributes.get(name, default)
        if not isinstance(value, type(default)):
            raise NetworkError(f"{self.place} has {name} = {value!r}, not of type {type(default).__name__}")
        return value

    def axes(self, rank: int, *, input_since: int, position: int = 1) -> tuple[int, ...] | None:
        """Return the axes of a node, counted from the front, or None where all are meant.

        Parameters
        ----------
        rank : int
            Number of dimensions that negative axes count from.
        input_since : int
            Opset from which the axes are an input instead of an attribute.
        position : int
            Which input they are.
        """
        found = self.integers(position) if self.opset >= input_since else self.attribute("axes", NO_INTEGERS)
        return None if not found else tuple(axis % rank for axis in found)

    def cast_type(self, name: str) -> str | None:
        """Return the NumPy type that an attribute names by its ONNX code, or None where the node does not have it."""
        if name not in self.node.attributes:
            return None
        code = self.attribute(name, 0)
        target = element_type(code)
        self.require(target is not None, f"the element type {code}")
        return target

    def require(self, holds: bool, what: str) -> None:
        """Refuse an option of the operator that the executor does not have."""
        if not holds:
            raise UnsupportedOperatorError(
                f"{self.place}: {what} is not supported", remedy="export the network without this option"
            )

    @property
    def place(self) -> str:
        """The node in words, for messages."""
        return f"node {self.node.name!r} ({self.node.operator})"


Operator: TypeAlias = Callable[[Call], Array | tuple[Array, ...]]
"""Computes a node's outputs; a single array stands for the first output."""

_OPERATORS: dict[str, Operator] = {}


def operator(*names: str) -> Callable[[Operator], Operator]:
    """Enter a function into the table under one or more ONNX operator names."""

    def enter(function: Operator) -> Operator:
        _OPERATORS.update(dict.fromkeys(names, function))
        return function

    return enter


def table() -> Mapping[str, Operator]:
    """Return all operators by ONNX name, those whose modules have been imported."""
    return _OPERATORS


# IEEE arithmetic, as ONNX prescribes: log(0) and 1 / 0 are infinities, not warnings.
@np.errstate(all="ignore")
def evaluate(
    node: Node, inputs: tuple[Array | None, ...], opset: int, products: tuple[Product, ...] = ()
) -> tuple[Array, ...]:
    """Evaluate a digital node.

    Parameters
    ----------
    node : Node
        Whose operator is in the table.
    inputs : tuple of Array or None
        One for each of the node's inputs; None where an optional one is omitted.
    opset : int
        Version of the ONNX operator set.
    products : tuple of Product
        One for each of the node's ``matrices``.

    Returns
    -------
    tuple of Array
        The outputs, without trailing ones that nobody asked for.

    Raises
    ------
    NetworkError
        The inputs do not fit the operator.
    """
    try:
        result = _OPERATORS[node.operator](Call(node, inputs, opset, products))
    except (ValueError, IndexError, TypeError, ArithmeticError, MemoryError) as error:
        shapes = ", ".join("-" if value is None else str(tuple(value.shape)) for value in inputs)
        raise NetworkError(
            f"node {node.name!r} ({node.operator}) cannot be evaluated on inputs of shape {shapes}: {error}"
        ) from error
    if type(result) is np.ndarray:
        return (result,)
    outputs = result if isinstance(result, tuple) else (result,)
    # NumPy's functions turn tensors without axes into scalars, which this turns back; other arrays stay the same.
    return tuple(namespace_of(value).asarray(value) for value in outputs)
