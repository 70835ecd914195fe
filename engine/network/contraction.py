"""Sums of products with a constant, in Einstein's notation, as matrix products."""

from __future__ import annotations

import math
import string
from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of

_ELLIPSIS = "..."


@dataclass(frozen=True, slots=True)
class Contraction:
    """How the axes of a tensor take part in a product with a constant.

    Each letter is an axis, as in ``einsum``. Letters of the result that are neither groups nor columns are rows of the
    product, and so are the axes that ``...`` stands for.

    Attributes
    ----------
    source : str
        The tensor's axes, such as ``...k``.
    result : str
        The result's axes, such as ``...n``.
    groups : str
        Axes that the constant and the result share: one matrix for each of their positions.
    summed : str
        Axes that the constant and the tensor share and the result lacks: the rows K of a matrix.
    columns : str
        Axes that only the constant and the result have: the columns N of a matrix.
    lengths : tuple of (str, int)
        Of the constant's axes.
    optional : str
        First axes of the tensor that may be missing, as those of a stack of matrices.
    """

    source: str
    result: str
    groups: str
    summed: str
    columns: str
    lengths: tuple[tuple[str, int], ...]
    optional: str = ""

    def describe(self) -> str:
        """Return the expected shape in words.

        Returns
        -------
        str
            Such as ``(..., 64)``; axes whose length is free are letters.
        """
        known = dict(self.lengths)
        axes = _letters(self.source)
        return f"({', '.join(axis if axis == _ELLIPSIS else str(known.get(axis, axis)) for axis in axes)})"

    def matrices(self, constant: Array, axes: str) -> Array:
        """Return a constant as matrices.

        Parameters
        ----------
        constant : Array
            The constant operand.
        axes : str
            Letters of its axes.

        Returns
        -------
        Array, (groups, K, N)
            One matrix for each position of the group axes.
        """
        order = [axes.index(axis) for axis in self.groups + self.summed + self.columns]
        return constant.transpose(order).reshape(self._count(self.groups), self._count(self.summed), -1)

    def accepts(self, shape: tuple[int, ...]) -> bool:
        """Return whether a tensor's shape fits.

        Parameters
        ----------
        shape : tuple of int
            Of the tensor.

        Returns
        -------
        bool
            Whether every axis of the constant has its length; group axes may be 1.
        """
        return self._named_lengths(shape) is not None

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the result's shape.

        Parameters
        ----------
        shape : tuple of int
            Of a tensor that is accepted.

        Returns
        -------
        tuple of int
            One length for each axis of ``result``.
        """
        lengths = self._lengths(shape)
        return tuple(lengths[axis] for axis in self._expanded(self.result, shape))

    def unfold(self, x: Array) -> Array:
        """Return the vectors that are multiplied with the matrices.

        Parameters
        ----------
        x : Array
            A tensor that is accepted.

        Returns
        -------
        Array, (groups, M, K)
            M runs over the row axes in the order of ``result``.
        """
        shape = tuple(x.shape)
        lengths = self._lengths(shape)
        axes = self._expanded(self.source, shape)
        x = x.reshape((1,) * (len(axes) - x.ndim) + shape)
        rows = self._rows(shape)
        order = [axes.index(axis) for axis in (*self.groups, *rows, *self.summed)]
        moved = x.transpose(order)
        full = tuple(lengths[axis] for axis in (*self.groups, *rows, *self.summed))
        if tuple(moved.shape) != full:
            moved = namespace_of(x).broadcast_to(moved, full)
        return moved.reshape(self._count(self.groups), -1, self._count(self.summed))

    def fold(self, product: Array, shape: tuple[int, ...]) -> Array:
        """Return the result from its matrix product.

        Parameters
        ----------
        product : Array, (groups, M, N)
            One row for each row of :meth:`unfold`.
        shape : tuple of int
            Of the tensor.

        Returns
        -------
        Array
            With the axes of ``result``.
        """
        lengths = self._lengths(shape)
        order = (*self.groups, *self._rows(shape), *self.columns)
        unpacked = product.reshape(tuple(lengths[axis] for axis in order))
        return unpacked.transpose([order.index(axis) for axis in self._expanded(self.result, shape)])

    def _rows(self, shape: tuple[int, ...]) -> tuple[str, ...]:
        named = {*self.groups, *self.columns}
        return tuple(axis for axis in self._expanded(self.result, shape) if axis not in named)

    def _expanded(self, axes: str, shape: tuple[int, ...]) -> tuple[str, ...]:
        """Return the axes with letters of their own for those that ``...`` stands for."""
        count = max(len(shape) - sum(axis != _ELLIPSIS for axis in _letters(self.source)), 0)
        unnamed = tuple(f"{_ELLIPSIS}{index}" for index in range(count))
        expanded: list[str] = []
        for axis in _letters(axes):
            expanded.extend(unnamed if axis == _ELLIPSIS else (axis,))
        return tuple(expanded)

    def _named_lengths(self, shape: tuple[int, ...]) -> dict[str, int] | None:
        axes = self._expanded(self.source, shape)
        missing = len(axes) - len(shape)
        if missing < 0 or set(axes[:missing]) - set(self.optional):
            return None
        known = dict(self.lengths)
        lengths = dict(zip(axes, (1,) * missing + shape, strict=True))
        for axis, length in lengths.items():
            if length != known.get(axis, length) and not (length == 1 and axis in self.groups):
                return None
        return {**lengths, **known}

    def _lengths(self, shape: tuple[int, ...]) -> dict[str, int]:
        lengths = self._named_lengths(shape)
        assert lengths is not None, "the layer has refused shapes that do not fit"
        return lengths

    def _count(self, axes: str) -> int:
        known = dict(self.lengths)
        return math.prod(known[axis] for axis in axes)


def contraction_of(
    equation: str, constant_position: int, shape: tuple[int, ...], optional: str = ""
) -> tuple[Contraction, str] | None:
    """Return how an ``einsum`` of a tensor and a constant is a matrix product.

    Parameters
    ----------
    equation : str
        Of two operands, such as ``bhlk,hkd->bhld``; with or without its right side.
    constant_position : int
        Which operand is constant, 0 or 1.
    shape : tuple of int
        Of the constant.
    optional : str
        First axes of the tensor that may be missing.

    Returns
    -------
    tuple of Contraction and str, or None
        With the letters of the constant's axes. None for what is no matrix product: diagonals, axes of one operand
        that are summed alone, a constant with ``...``, and products without a sum.
    """
    operands, arrow, result = equation.replace(" ", "").partition("->")
    parts = operands.split(",")
    if len(parts) != 2:
        return None
    constant, source = parts[constant_position], parts[1 - constant_position]
    result = result if arrow else _implicit_result(operands)
    if _ELLIPSIS in constant or len(constant) != len(shape) or not _is_product(source, constant, result):
        return None
    contraction = Contraction(
        source=source,
        result=result,
        groups="".join(axis for axis in constant if axis in source and axis in result),
        summed="".join(axis for axis in constant if axis in source and axis not in result),
        columns="".join(axis for axis in constant if axis not in source),
        lengths=tuple(zip(constant, shape, strict=True)),
        optional=optional,
    )
    return (contraction, constant) if contraction.summed else None


def _is_product(source: str, constant: str, result: str) -> bool:
    letters = [axis for axis in _letters(source) if axis != _ELLIPSIS]
    distinct = all(len(set(axes)) == len(axes) for axes in (letters, constant, _letters(result)))
    used = all(axis in result for axis in set(constant) ^ set(letters))
    return distinct and used and (_ELLIPSIS in source) == (_ELLIPSIS in result)


def _implicit_result(operands: str) -> str:
    """Return the right side that an equation without one means: letters that occur once, in alphabetical order."""
    once = sorted(axis for axis in set(operands) & set(string.ascii_letters) if operands.count(axis) == 1)
    return (_ELLIPSIS if _ELLIPSIS in operands else "") + "".join(once)


def _letters(axes: str) -> list[str]:
    """Split axes into letters and the ellipsis."""
    before, dots, after = axes.partition(_ELLIPSIS)
    return [*before, *([_ELLIPSIS] if dots else []), *after]
