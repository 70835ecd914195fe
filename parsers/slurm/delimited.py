"""Tables with a delimiter: `sacct --parsable2`, `sacct --parsable`, `squeue --format='%i|%T'`."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.slurm.cells import IDENTITY, NOT_READ, READ, TEXT, Cell
from nnsreport.parsers.slurm.columnwise import ColumnReader
from nnsreport.parsers.slurm.problems import left_out, read_cells, read_cut_cell, report_unknown
from nnsreport.parsers.slurm.quantities import CellError
from nnsreport.parsers.slurm.row import JobRow

_DELIMITERS = ("|", ";", "\t", "^", ",")
_BETWEEN_NAMES = re.compile(r"(?<=[A-Za-z0-9_])[^A-Za-z0-9_]+(?=[A-Za-z])")
_LONGEST_HEADER = 4096
_OF_TABLES_ONLY = frozenset({"|", ";", "", "^"})
_FEWEST_UNUSUAL = 3
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_()/:]*")
_ROW_START = re.compile(r"\d+[0-9_+.]*(?:\[[^\[\]\s]*\]?)?[A-Za-z0-9_+.]*")
KNOWN = NOT_READ | TEXT | READ.keys()
_MOST_LINES = 400
"""A command that takes more lines than this is not followed to its end."""
_ROWS_AT_ONCE = 2048
_MOST_SPARE = 100
_BEGINNINGS = {"submitline": re.compile(r"\S"), "workdir": re.compile("/")}
"""How some texts begin: it tells where the free text before them ends."""


@dataclass(frozen=True)
class Header:
    """The first line of a table.

    Attributes
    ----------
    names : tuple of str
        Of the columns, as printed.
    delimiter : str
        One character.
    ends_with_delimiter : bool
        As `sacct --parsable` prints each line.
    """

    names: tuple[str, ...]
    delimiter: str
    ends_with_delimiter: bool

    @functools.cached_property
    def identity_column(self) -> int:
        """Index of the first column with a job id."""
        return next(index for index, name in enumerate(self.names) if name.lower() in IDENTITY)

    @functools.cached_property
    def readers(self) -> tuple[tuple[int, Cell, str], ...]:
        """Index, reader and name of each column that the table of jobs has."""
        named = [(index, READ.get(name.lower()), name) for index, name in enumerate(self.names)]
        return tuple((index, read, name) for index, read, name in named if read is not None)


def read_header(line: str) -> Header | None:
    """Recognise the names of columns.

    Parameters
    ----------
    line : str
        Any line.

    Returns
    -------
    Header or None
        None when the line is none: there is no job id, or less than half of the names are Slurm's.
    """
    if "jobid" not in line.lower():
        return None
    for delimiter in _delimiters(line):
        ends_with_delimiter = line.endswith(delimiter)
        names = tuple(name.strip() for name in line.removesuffix(delimiter).split(delimiter))
        lower = [name.lower() for name in names]
        known = sum(name in KNOWN for name in lower)
        are_names = len(names) > 1 and all(_NAME.fullmatch(name) for name in names)
        # a comma also stands in sentences and in lists of resources, others in anything
        enough = len(names) / 2 if delimiter.strip() in _OF_TABLES_ONLY else max(len(names), _FEWEST_UNUSUAL)
        if are_names and known >= enough and IDENTITY.intersection(lower):
            return Header(names, delimiter, ends_with_delimiter)
    return None


def _delimiters(line: str) -> Iterator[str]:
    """Yield what may stand between names: the usual ones, and whatever stands between all of them alike."""
    for delimiter in _DELIMITERS:
        if delimiter in line:
            padded = f" {delimiter} "
            yield padded if line.count(padded) == line.count(delimiter) else delimiter
    between = set(_BETWEEN_NAMES.findall(line.strip()[:_LONGEST_HEADER]))
    if len(between) == 1 and not (delimiter := between.pop()).isspace():
        yield delimiter


def read_rows(
    header: Header, header_line: int, body: Sequence[tuple[str, int]], cut_line: int | None, records: RunBuilder
) -> Iterator[JobRow]:
    """Read the rows below a header.

    Parameters
    ----------
    header : Header
        Names of the columns.
    header_line : int
        Its line.
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
    report_unknown(records, header.names, header_line)
    reader = ColumnReader([(index, read) for index, read, _ in header.readers])
    whole_rows = _whole_rows(header, body, records)
    while some := list(itertools.islice(whole_rows, _ROWS_AT_ONCE)):
        yield from _read_some(header, reader, some, cut_line, records)


class _Printed(NamedTuple):
    """What was printed of one job or step, from which line to which, and its parts between delimiters."""

    text: str
    line: int
    last_line: int
    cells: list[str]


def _read_some(
    header: Header, reader: ColumnReader, some: list[_Printed], cut_line: int | None, records: RunBuilder
) -> Iterator[JobRow]:
    """Read rows together, but those in which anything is out of the ordinary one by one."""
    width = len(header.names) + header.ends_with_delimiter
    usual = [
        printed
        for printed in some
        if len(printed.cells) == width
        and printed.last_line != cut_line
        and not (header.ends_with_delimiter and printed.cells[-1])
    ]
    rows = reader.read([printed[:2] for printed in usual], [printed.cells for printed in usual])
    known = {printed.line: row for printed, row in zip(usual, rows, strict=True)}
    for printed in some:
        row = known.get(printed.line)
        if row is not None and row.identity is not None:
            yield row
        elif (apart := _read_apart(header, printed, cut_line, records)) is not None:
            yield apart


def _read_apart(header: Header, printed: _Printed, cut_line: int | None, records: RunBuilder) -> JobRow | None:
    """Read one row; what keeps it from being read becomes a problem."""
    text, line, last_line, cells = printed
    if header.ends_with_delimiter and cells[-1]:
        left_out(records, text, line, "it ends in the middle of a line")
        return None
    is_cut = last_line == cut_line and not header.ends_with_delimiter
    try:
        return _read_row(
            header, _fitted(header, cells[:-1] if header.ends_with_delimiter else cells), printed, is_cut, records
        )
    except CellError as error:
        left_out(records, text, line, str(error))
        return None


def _whole_rows(header: Header, body: Sequence[tuple[str, int]], records: RunBuilder) -> Iterator[_Printed]:
    """Put the lines of each row together: a command or a comment may hold line ends."""
    index = 0
    delimiter = header.delimiter
    ends_with_text = header.names[-1].lower() in TEXT and not header.ends_with_delimiter
    width = len(header.names) + header.ends_with_delimiter
    while index < len(body):
        text, line = body[index]
        index += 1
        cells = text.split(delimiter)
        if not _starts_row(header, cells):
            if text.strip():
                records.unrecognised.append(line)
            continue
        columns, parts, last_line = len(cells), [text], line
        is_open_at_end = ends_with_text and not text.endswith(delimiter)
        while (columns < width or is_open_at_end) and index < len(body) and len(parts) < _MOST_LINES:
            further, number = body[index]
            if _starts_row(header, further.split(delimiter, header.identity_column + 1)):
                break
            parts.append(further)
            columns += further.count(delimiter)
            last_line = number
            index += 1
        if len(parts) > 1:
            text = "\n".join(parts).rstrip("\n")
            cells = text.split(delimiter)
        yield _Printed(text, line, last_line, cells)


def _starts_row(header: Header, cells: list[str]) -> bool:
    column = header.identity_column
    return len(cells) > column + (column == 0) and _ROW_START.fullmatch(cells[column]) is not None


def _read_row(header: Header, cells: list[str], printed: _Printed, is_cut: bool, records: RunBuilder) -> JobRow:
    row = JobRow(line=printed.line, text=printed.text)
    last = len(cells) - 1 if is_cut else len(cells)
    read_cells([(read, cells[index], name) for index, read, name in header.readers if index < last], row, records)
    if is_cut and cells[last] and header.names[last].lower() in READ:
        read_cut_cell(row, cells[last], header.names[last], records)
    if row.identity is None:
        raise CellError("it has no job id")
    return row


def _fitted(header: Header, cells: list[str]) -> list[str]:
    """Return one cell a column: free text may hold the delimiter.

    A way to divide the cells is possible if each cell fits its column. Where ways differ in free text, that is left
    out; where they differ in anything else, or there is none, the row cannot be read.
    """
    spare = len(cells) - len(header.names)
    if spare == 0:
        return cells
    columns = [name.lower() for name in header.names]
    if spare < 0:
        raise CellError(f"it has {len(cells)} of {len(columns)} cells")
    if spare > _MOST_SPARE:
        raise CellError(f"it has {len(cells)} cells for {len(columns)} columns")
    starts = _possible_starts(columns, cells, spare)
    fitted = []
    for index, column in enumerate(columns):
        ways = {(start, end) for start in starts[index] for end in _ends(column, start, spare)}
        ways = {(start, end) for start, end in ways if end in starts[index + 1]}
        if len(ways) != 1 and column not in TEXT:
            raise CellError(f"it has {len(cells)} cells for {len(columns)} columns")
        start, end = ways.pop()
        fitted.append("" if ways else header.delimiter.join(cells[start:end]))
    return fitted


def _possible_starts(columns: list[str], cells: list[str], spare: int) -> list[set[int]]:
    """Return, for each column and the end, at which cells it may start; empty sets when nothing fits."""
    starts: list[set[int]] = [{0}]
    for index, column in enumerate(columns):
        rest = len(columns) - index - 1
        ends = {
            end
            for start in starts[-1]
            for end in _ends(column, start, spare)
            if end + rest <= len(cells) and _fits(column, cells[start])
        }
        starts.append(ends)
    starts[-1] &= {len(cells)}
    for index in reversed(range(len(columns))):
        starts[index] = {
            start
            for start in starts[index]
            if start < len(cells)
            and _fits(columns[index], cells[start])
            and any(end in starts[index + 1] for end in _ends(columns[index], start, spare))
        }
    if not starts[0]:
        raise CellError(f"it has {len(cells)} cells for {len(columns)} columns")
    return starts


def _ends(column: str, start: int, spare: int) -> range:
    return range(start + 1, start + 2 + (spare if column in TEXT else 0))


def _fits(column: str, cell: str) -> bool:
    if column in _BEGINNINGS:
        return not cell or _BEGINNINGS[column].match(cell) is not None
    read = READ.get(column)
    if read is None or not cell:
        return True
    try:
        read(JobRow(), cell)
    except CellError:
        return False
    return True
