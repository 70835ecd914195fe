"""Rows of the CSV files that NeuroSim writes: a row is read whole, or not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.plausibility import flag_implausible
from nnsreport.parsers.quantities import PURE, Quantity
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.table_lines import Line, table_lines

_STREAMED = re.compile(r"-?(\d+(?:\.\d+)?)(?:e[-+]\d{2,3})?|-?(?:inf|nan)")
_STREAM_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Column:
    """A number that every row of a table has.

    Attributes
    ----------
    metric : str
        Key of :data:`nnsreport.vocabulary.METRICS`.
    component : str or None
        Key of :data:`nnsreport.vocabulary.COMPONENTS`.
    quantity : Quantity
        How it is written.
    """

    metric: str
    component: str | None
    quantity: Quantity = PURE


@dataclass(frozen=True, slots=True)
class Row:
    """The numbers of a row.

    Attributes
    ----------
    numbers : tuple of (Column, float)
        In the order of the columns, each in its metric's unit.
    missing : int
        Numbers that are not there because the row breaks off.
    line : int
        1-based line in the source.
    """

    numbers: tuple[tuple[Column, float], ...]
    missing: int
    line: int


def is_streamed(cell: str) -> bool:
    """Tell whether a cell is a number as C++ streams write it, with six significant digits at most."""
    match = _STREAMED.fullmatch(cell)
    if match is None:
        return False
    digits = (match.group(1) or "").replace(".", "").lstrip("0")
    return len(digits) <= _STREAM_DIGITS


def read_row(line: Line, columns: Sequence[Column | None], *, first: int = 0) -> Row | None:
    """Read the cells of one row.

    Parameters
    ----------
    line : Line
        Cells between commas. Where it may lack its end, the last cell is left out, and what would come behind it; where
        it may lack its start, it is not read.
    columns : sequence of Column or None
        What each cell holds; None for a column that is empty.
    first : int
        Cells before the first column.

    Returns
    -------
    Row or None
        None when the number of cells, or any of them, is not as it must be.
    """
    if line.may_lack_start:
        return None
    cells = line.text.split(",")[first:]
    if line.may_lack_end:
        del cells[-1:]
    if len(cells) > len(columns) or (len(cells) < len(columns) and not line.may_lack_end):
        return None
    numbers = []
    for cell, column in zip(cells, columns, strict=False):
        if column is None:
            if cell.strip():
                return None
            continue
        value = column.quantity.read(cell)
        if value is None:
            return None
        numbers.append((column, value))
    missing = sum(column is not None for column in columns) - len(numbers)
    return Row(tuple(numbers), missing, line.number)


def file_row(records: RunBuilder, scope: str, layer: str | None, row: Row, epoch: int | None = None) -> None:
    """File the numbers of a row; that it is cut off is a problem too.

    Parameters
    ----------
    records : RunBuilder
        Receives them.
    scope, layer, epoch
        Of all numbers in the row.
    row : Row
        From :func:`read_row`.
    """
    for column, value in row.numbers:
        records.metric(scope, layer, column.component, column.metric, value, row.line, epoch=epoch)
    if row.missing:
        report_cut_row(records, row)


def report_cut_row(records: RunBuilder, row: Row) -> None:
    """File the problem that the file ends within a row."""
    records.problem(
        f"this row breaks off: {row.missing} of its numbers are missing or may lack digits",
        row.line,
        "add a line end where the row is whole; else look for a killed program or a full disk",
    )


def split_at(text: LogText, header: str) -> list[list[Line]]:
    """Return the lines that are not blank, in parts that begin with a header.

    The programs append to the files of earlier runs, each with a header of its own. What a killed run left of its last
    row stands before the header of the next run, on the same line: it ends the part before.

    Parameters
    ----------
    text : LogText
        The file.
    header : str
        The whole line.

    Returns
    -------
    list of list of Line
        Headers included; a header behind another begins no new part. At least one part, none of them empty.
    """
    parts: list[list[Line]] = [[]]
    has_header = False
    for line in table_lines(text.lines, text.numbers, text.cut_line):
        if not line.text.endswith(header):
            parts[-1].append(line)
            continue
        rest = line.text[: -len(header)]
        if rest:
            parts[-1].append(Line(rest, line.number, may_lack_end=True))
        if has_header and parts[-1][-1].text != header:
            parts.append([])
        has_header = True
        parts[-1].append(Line(header, line.number))
    return parts


def flag_untrustworthy(records: RunBuilder) -> None:
    """File the problems that values of a run are inf, nan or negative."""
    flag_implausible(
        records,
        not_finite_remedy="look for warnings of NeuroSim in the job's log; the other numbers can be used",
        negative_remedy="do not trust this run: NeuroSim V2 gives such areas when built with -O1 or higher; use -O0",
    )
