"""What a page is made of: sections of blocks, as plain text. Templates turn them into HTML and escape every text."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from nnsreport.reports.charts import ChartSpec


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Attributes
    ----------
    text : str
        What it says.
    source : str
        Where a number is from, such as ``line 372``; shown small beside it.
    mark : str
        CSS class of a mark around the text, such as ``outcome-better``; the text alone says the same.
    href : str
        Address that the text links to.
    more : tuple of str
        Further statements, shown on demand.
    """

    text: str
    source: str = ""
    mark: str = ""
    href: str = ""
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column's title; numbers are aligned to the right."""

    title: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of each row is its heading.

    Attributes
    ----------
    caption : str
        Title, also for screen readers.
    columns : tuple of Column
        At least one.
    rows : tuple of tuple of Cell
        As many cells a row as there are columns.
    note : str
        Sentence beneath.
    is_collapsed : bool
        Shown on demand only.
    """

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    is_collapsed: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A key number."""

    label: str
    value: str
    unit: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Cards:
    """Key numbers side by side."""

    kind: ClassVar[str] = "cards"
    title: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader must see: ``problem``, ``caution`` or ``note``."""

    kind: ClassVar[str] = "notice"
    level: str
    title: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text."""

    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its caption and data table."""

    kind: ClassVar[str] = "figure"
    chart: ChartSpec


Block = Table | Cards | Notice | Paragraph | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a page; ``name`` is its anchor."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A short statement in the page's head, such as the state of a run."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page."""

    kicker: str
    title: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...] = field(default=())


def without_empty_columns(table: Table) -> Table:
    """Return a table without the columns that say nothing in any row.

    Parameters
    ----------
    table : Table
        With at least one row.

    Returns
    -------
    Table
        The first column, and those with any text.
    """
    kept = [i for i in range(len(table.columns)) if i == 0 or any(row[i].text for row in table.rows)]
    return dataclasses.replace(
        table,
        columns=tuple(table.columns[i] for i in kept),
        rows=tuple(tuple(row[i] for i in kept) for row in table.rows),
    )


def at_line(line: int | None) -> str:
    """Return the source of a number that a log has on a line; empty where there is none."""
    return "" if line is None else f"line {line}"


def columns(*titles: str, numbers: Sequence[str] = ()) -> tuple[Column, ...]:
    """Return columns by their titles, those in ``numbers`` aligned as numbers."""
    return tuple(Column(title, title in numbers) for title in titles)
