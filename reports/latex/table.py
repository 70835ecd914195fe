"""A LaTeX table as data: columns of text, or of numbers of one unit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Align(StrEnum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes
    ----------
    title : str
        Plain text.
    align : Align
        Numbers stand with their decimal points below each other.
    unit : str
        As shown, such as ``µs``, of all its numbers; empty for pure numbers.
    """

    title: str
    align: Align = Align.TEXT
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A unit in a cell of a column of text, such as ``mm²``."""

    unit: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A paper by its BibTeX key, and the name to be read in the source."""

    key: str
    name: str


Cell = str | Quantity | Citation


@dataclass(frozen=True, slots=True)
class LatexTable:
    """A table.

    Attributes
    ----------
    name : str
        Such as ``table-accuracy``: of its file, and of its label.
    caption : str
        Plain text.
    columns : tuple of Column
        At least one.
    rows : tuple of tuple of Cell
        As many cells as columns; those of numbers as digits such as ``-1.25`` or ``3e-12``, or a word.
    groups : tuple of int
        Indices of rows, after the first, that begin a new group.
    note : str
        Plain text beneath.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    groups: tuple[int, ...] = ()
    note: str = ""
