"""A chart with its words and the data behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import altair as alt


@dataclass(frozen=True, slots=True)
class DataTable:
    """The data behind a chart, as text for people.

    Attributes
    ----------
    header : tuple of str
        Column titles with units.
    rows : tuple of tuple of str
        As many texts a row as there are columns.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Height of a chart that has a row for each layer, run or result: it grows with their number."""

    count: int
    height_px: int


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """One chart of a report.

    Attributes
    ----------
    name : str
        Stem of file names and of ``--only``: lower case, digits and hyphens.
    title : str
        What the chart shows.
    section : str
        Part of the report it belongs to: ``accuracy``, ``training``, ``hardware``, ``layers`` or ``published``.
    caption : str
        How to read it, and what was left out.
    chart : altair.Chart or altair.LayerChart
        Without size, colours and fonts, which :mod:`nnsreport.reports.charts.theme` adds.
    table : DataTable
        The numbers drawn.
    rows : Rows or None
        None for a chart whose height follows its width.
    """

    name: str
    title: str
    section: str
    caption: str
    chart: alt.Chart | alt.LayerChart
    table: DataTable
    rows: Rows | None = None
