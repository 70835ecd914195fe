"""Tables in columns of fixed width: sacct's, with dashes below the names, and squeue's, without."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.slurm.cells import IDENTITY, NOT_READ, READ, TEXT
from nnsreport.parsers.slurm.identity import JobIdentity, read_cut_step
from nnsreport.parsers.slurm.problems import left_out, read_cell, read_cut_cell, report_unknown
from nnsreport.parsers.slurm.quantities import CellError
from nnsreport.parsers.slurm.row import JobRow

_DASHES = re.compile(r"-{2,}(?: -{2,})* ?")
_NAMES = re.compile(r"\S+")
_ROW_START = re.compile(r"\s*\d+(?:_[\d\[]|[+.]|\s|$)")
_KNOWN = NOT_READ | TEXT | READ.keys()
_LABELS = frozenset({"jobname", "name", "user", "account", "partition"})
"""Columns whose beginning still helps people; the table keeps it as printed."""
_LONGEST_DURATION = re.compile(r"(?:\d+-)?\d{1,2}:\d\d:\d\d")
_WIDTH_OF_LONG_FORMAT = 20
_LAST = 10**9


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name : str
        As printed above it, which may lack its end.
    start, end : int
        Positions in a line.
    """

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns of a table are, and how they cut what is too wide for them.

    Attributes
    ----------
    columns : tuple of Column
        From left to right.
    marks_cuts : bool
        sacct ends what it cut with ``+``; squeue does not.
    has_gaps : bool
        A blank stands between columns, which shows that a line fits.
    """

    columns: tuple[Column, ...]
    marks_cuts: bool
    has_gaps: bool = True


def is_dashes(line: str) -> bool:
    """Tell whether a line is what sacct prints below the names of columns."""
    return _DASHES.fullmatch(line) is not None


def read_sacct_layout(names: str, dashes: str) -> Layout | None:
    """Return the columns that a line of dashes tells, or None when the names above it are not sacct's."""
    columns = tuple(
        Column(names[match.start() : match.end()].strip(), *match.span()) for match in re.finditer("-+", dashes)
    )
    return Layout(columns, marks_cuts=True) if _are_names([column.name for column in columns]) else None


def is_squeue_header(line: str) -> bool:
    """Tell whether a line has the names of squeue's columns, which are in capitals."""
    return line.isupper() and _are_names(line.split())


def read_squeue_layout(header: str, body: Sequence[str]) -> Layout:
    """Find the columns below squeue's names.

    Columns are aligned to the left or right, as their format asks; nothing in the header tells which. The border of two
    columns is where the rows have a blank in common, between the end of the one name and the start of the next.

    Parameters
    ----------
    header : str
        The names.
    body : sequence of str
        The lines below it.

    Returns
    -------
    Layout
        Columns that touch are those of `squeue --Format`, all of the same width.
    """
    spans = [match.span() for match in _NAMES.finditer(header)]
    rows = [line for line in body if _ROW_START.match(line)]
    widths = {following[0] - span[0] for span, following in itertools.pairwise(spans)}
    if widths == {_WIDTH_OF_LONG_FORMAT}:
        starts = [start for start, _ in spans]
        ends = [*starts[1:], _LAST]
        return Layout(_columns(header, spans, starts, ends), marks_cuts=False, has_gaps=False)
    borders = []
    for (_, end), (start, _) in itertools.pairwise(spans):
        candidates = range(end, start) if header[:1].isspace() else range(start - 1, end - 1, -1)
        borders.append(max(candidates, key=lambda place: sum(line[place : place + 1] in ("", " ") for line in rows)))
    return Layout(_columns(header, spans, [0, *(place + 1 for place in borders)], [*borders, _LAST]), marks_cuts=False)


def _columns(header: str, spans: Sequence[tuple[int, int]], starts: list[int], ends: list[int]) -> tuple[Column, ...]:
    names = [header[start:end] for start, end in spans]
    return tuple(Column(*column) for column in zip(names, starts, ends, strict=True))


def _are_names(names: Sequence[str]) -> bool:
    lower = [name.lower() for name in names]
    known = sum(name in _KNOWN for name in lower)
    return len(names) > 1 and bool(IDENTITY.intersection(lower)) and known * 2 >= len(names)


def read_rows(
    layout: Layout, header_line: int, body: Sequence[tuple[str, int]], cut_line: int | None, records: RunBuilder
) -> Iterator[JobRow]:
    """Read the rows of a table.

    Parameters
    ----------
    layout : Layout
        Its columns.
    header_line : int
        Line of their names.
    body : sequence of tuple of str and int
        The lines up to the next header, with their numbers.
    cut_line : int or None
        The file's last line, if it has no line end.
    records : RunBuilder
        Takes the problems.

    Yields
    ------
    JobRow
        Jobs and steps, in the order of the lines.
    """
    report_unknown(records, tuple(column.name.rstrip("+") for column in layout.columns), header_line)
    job: JobIdentity | None = None
    for text, line in body:
        if not text.strip():
            continue
        if not _ROW_START.match(text):
            records.unrecognised.append(line)
            continue
        try:
            row = _read_row(layout, text, line, line == cut_line, job, records)
        except CellError as error:
            left_out(records, text, line, str(error))
            continue
        if row.identity is not None and row.identity.step is None:
            job = row.identity
        yield row


def _read_row(
    layout: Layout, text: str, line: int, is_cut: bool, job: JobIdentity | None, records: RunBuilder
) -> JobRow:
    cells = _cells(layout, text)
    last = len(cells) - 1
    if is_cut and len(text) <= layout.columns[last].start:
        raise CellError("it ends in the middle of a line")
    row = JobRow(line=line, text=text.rstrip())
    for index, (column, cell) in enumerate(zip(layout.columns, cells, strict=True)):
        name, content = column.name.lower(), cell.strip()
        read = READ.get(name)
        if read is None or not content:
            continue
        if _is_cut(layout, column, cell) or (is_cut and index == last and _lacks_end(text, column)):
            _read_narrow(layout, row, content, column.name, _cell_of(layout, cells, "partition"), job, records)
        else:
            read_cell(read, row, content, column.name, records)
    if row.identity is None:
        raise CellError("it has no job id")
    return row


def _cells(layout: Layout, text: str) -> list[str]:
    """Cut a line at its columns. C counts bytes, so a name with an umlaut shifts what follows it."""
    if text.isascii():
        cells = _sliced(layout, text)
    else:
        encoded = _sliced(layout, text.encode(errors="replace").decode("latin-1"))
        shifted = [cell.encode("latin-1").decode(errors="replace") for cell in encoded] if encoded else None
        cells = shifted or _sliced(layout, text)
    if cells is None:
        raise CellError("it does not fit the columns")
    return cells


def _sliced(layout: Layout, text: str) -> list[str] | None:
    if layout.has_gaps and any(text[column.end : column.end + 1] not in ("", " ") for column in layout.columns):
        return None
    if text[layout.columns[-1].end :].strip():
        return None
    return [text[column.start : column.end] for column in layout.columns]


def _cell_of(layout: Layout, cells: list[str], name: str) -> str | None:
    names = [column.name.lower() for column in layout.columns]
    return cells[names.index(name)].strip() if name in names else None


def _is_cut(layout: Layout, column: Column, cell: str) -> bool:
    """Tell whether a cell may lack its end: squeue does not say so, so whatever fills its column may."""
    if column.end == _LAST or len(cell.strip()) < column.end - column.start:
        return False
    if layout.marks_cuts:
        return cell.endswith("+")
    name = column.name.lower()
    if name in IDENTITY:
        return "[" not in cell
    return name != "st" and _LONGEST_DURATION.fullmatch(cell) is None and cell != "UNLIMITED"


def _lacks_end(text: str, column: Column) -> bool:
    """Tell whether the last cell of a file that ends in the middle of a line may have been longer."""
    return len(text) < column.end and not text.endswith(")")


def _read_narrow(
    layout: Layout,
    row: JobRow,
    content: str,
    name: str,
    partition: str | None,
    job: JobIdentity | None,
    records: RunBuilder,
) -> None:
    column = name.lower()
    if column in IDENTITY:
        row.identity = _identity_of_step(content, partition, job) if layout.marks_cuts else None
        if row.identity is None:
            raise CellError(f"{name} fills its column and may lack its end")
    elif column in _LABELS:
        READ[column](row, content)
    else:
        read_cut_cell(row, content, name, records)


def _identity_of_step(content: str, partition: str | None, job: JobIdentity | None) -> JobIdentity | None:
    """Return the step that a cut id means.

    ``38905658.ba+`` tells its job. ``38905658_12+`` may be a step of task 12, or task 120: only steps have no
    partition, and they follow their job.
    """
    step = read_cut_step(content)
    if step is not None:
        return step
    beginning = content.removesuffix("+")
    if partition == "" and job is not None and f"{job.job}.batch".startswith(beginning):
        return job._replace(step=f"{beginning}+")
    return None
