"""Tables with a delimiter: `sacct --parsable2`, `sacct --parsable`, `squeue --format='%i|%T'`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.slurm.cells import IDENTITY, NOT_READ, READ, TEXT
from nnsreport.parsers.slurm.problems import left_out, read_cell, read_cut_cell, report_unknown
from nnsreport.parsers.slurm.quantities import CellError
from nnsreport.parsers.slurm.row import JobRow

_DELIMITERS = ("|", ";", "\t", "^", ",")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_()/:]*")
_ROW_START = re.compile(r"\d+[0-9_+.]*(?:\[[^\[\]\s]*\]?)?[A-Za-z0-9_+.]*")
KNOWN = NOT_READ | TEXT | READ.keys()
_MOST_LINES = 400
"""A command that takes more lines than this is not followed to its end."""
_MOST_SPARE = 100
_BEGINNINGS = {"submitline": re.compile(r"\S"), "workdir": re.compile("/")}
"""How some texts begin: it tells where the free text before them ends."""


@dataclass(frozen=True, slots=True)
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

    @property
    def identity_column(self) -> int:
        """Index of the first column with a job id."""
        return next(index for index, name in enumerate(self.names) if name.lower() in IDENTITY)


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
    for delimiter in _DELIMITERS:
        if delimiter not in line:
            continue
        ends_with_delimiter = line.endswith(delimiter)
        names = tuple(name.strip() for name in line.removesuffix(delimiter).split(delimiter))
        lower = [name.lower() for name in names]
        known = sum(name in KNOWN for name in lower)
        are_names = len(names) > 1 and all(_NAME.fullmatch(name) for name in names)
        # a comma also stands in sentences and in lists of resources
        enough = len(names) if delimiter == "," else len(names) / 2
        if are_names and known >= enough and IDENTITY.intersection(lower):
            return Header(names, delimiter, ends_with_delimiter)
    return None


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
    for text, line, last_line in _whole_rows(header, body, records):
        is_cut = last_line == cut_line and not (header.ends_with_delimiter and text.endswith(header.delimiter))
        cells = text.split(header.delimiter)
        if header.ends_with_delimiter:
            if cells[-1]:
                left_out(records, text, line, "it ends in the middle of a line")
                continue
            cells.pop()
        try:
            yield _read_row(header, _fitted(header, cells), text, line, is_cut, records)
        except CellError as error:
            left_out(records, text, line, str(error))


def _whole_rows(header: Header, body: Sequence[tuple[str, int]], records: RunBuilder) -> Iterator[tuple[str, int, int]]:
    """Put the lines of each row together: a command or a comment may hold line ends."""
    index = 0
    ends_with_text = header.names[-1].lower() in TEXT and not header.ends_with_delimiter
    while index < len(body):
        text, line = body[index]
        index += 1
        if not _starts_row(header, text):
            if text.strip():
                records.unrecognised.append(line)
            continue
        parts, last_line = [text], line
        columns = text.count(header.delimiter)
        missing = len(header.names) - (0 if header.ends_with_delimiter else 1)
        while index < len(body) and len(parts) < _MOST_LINES:
            further, number = body[index]
            is_open = columns < missing or (ends_with_text and not parts[0].endswith(header.delimiter))
            if not is_open or _starts_row(header, further):
                break
            parts.append(further)
            columns += further.count(header.delimiter)
            last_line = number
            index += 1
        yield "\n".join(parts).rstrip("\n"), line, last_line


def _starts_row(header: Header, line: str) -> bool:
    cells = line.split(header.delimiter, header.identity_column + 1)
    if len(cells) <= header.identity_column + (header.identity_column == 0):
        return False
    return _ROW_START.fullmatch(cells[header.identity_column]) is not None


def _read_row(header: Header, cells: list[str], text: str, line: int, is_cut: bool, records: RunBuilder) -> JobRow:
    row = JobRow(line=line, text=text)
    for index, (name, cell) in enumerate(zip(header.names, cells, strict=True)):
        read = READ.get(name.lower())
        if read is None or not cell:
            continue
        if is_cut and index == len(cells) - 1:
            read_cut_cell(row, cell, name, records)
            continue
        read_cell(read, row, cell, name, records)
    if row.identity is None:
        raise CellError("it has no job id")
    return row


def _fitted(header: Header, cells: list[str]) -> list[str]:
    """Return one cell a column: free text may hold the delimiter.

    A way to divide the cells is possible if each cell fits its column. Where ways differ in free text, that is left
    out; where they differ in anything else, or there is none, the row cannot be read.
    """
    columns = [name.lower() for name in header.names]
    spare = len(cells) - len(columns)
    if spare < 0:
        raise CellError(f"it has {len(cells)} of {len(columns)} cells")
    if spare == 0:
        return cells
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
