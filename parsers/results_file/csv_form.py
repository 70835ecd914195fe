"""``results.csv``: one entry a row behind a header, settings in comments before it."""

from __future__ import annotations

import csv
import dataclasses
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import shorten
from nnsreport.parsers.results_file.csv_blocks import check_rows
from nnsreport.parsers.results_file.entries import FIELDS, Entry, close_matches
from nnsreport.parsers.results_file.entry_reader import EntryReader
from nnsreport.parsers.results_file.json_form import IDENTITIES
from nnsreport.parsers.results_file.json_values import Number, Scalar
from nnsreport.parsers.table_lines import Line, table_lines

_COMMENT = re.compile(r"#\s*([^:]*[^:\s])\s*:\s*(.*\S)\s*")
_NUMERIC = frozenset({"value", "trial", "time_s", "epoch", "step"})
_FEWEST_ROWS_AT_ONCE = 500
"""Fewer are read before the libraries for more are loaded."""
_MOST_ROWS_AT_ONCE = 1 << 16
_DELIMITERS = (",", ";", "\t")
"""A spreadsheet program writes semicolons where numbers have a comma, as in German."""
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]*,[0-9]+(?:[eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Header:
    """The names of columns, and how rows are written.

    Attributes
    ----------
    columns : tuple of str
        From left to right.
    delimiter : str
        Between cells.
    has_decimal_commas : bool
        Whether ``91,2`` is a number, and ``1.234`` may be a thousand.
    """

    columns: tuple[str, ...]
    delimiter: str
    has_decimal_commas: bool = False


def read_header(line: str) -> Header | None:
    """Return the header that a line is, or None: it names metric and value."""
    for delimiter in _DELIMITERS:
        columns = _cells(line, delimiter) or []
        if {"metric", "value"} <= set(columns):
            return Header(tuple(columns), delimiter)
    return None


def is_header(line: str) -> bool:
    """Tell whether a line is the header of a results file."""
    return read_header(line) is not None


def read_csv_form(text: LogText, records: RunBuilder) -> bool:
    """Read a CSV text.

    Parameters
    ----------
    text : LogText
        Its lines.
    records : RunBuilder
        Receives numbers, settings and problems.

    Returns
    -------
    bool
        Whether the text is whole, its last line end included.
    """
    entries = EntryReader(records)
    header: Header | None = None
    rows, numbers = [], []
    for line, number in zip(text.lines, text.numbers, strict=True):
        if line.startswith("#"):
            _read_comment(records, line, number)
        else:
            rows.append(line)
            numbers.append(number)
    headers = (read_header(row) for row in rows if "metric" in row)
    separator = next((found.delimiter for found in headers if found is not None), ",")
    section: list[Line] = []
    for row in table_lines(rows, numbers, text.cut_line, separator):
        found = read_header(row.text) if "metric" in row.text else None
        if found is not None:
            _read_rows(entries, header, section)
            header, section = _read_header(records, found, rows, row.number), []
        elif header is None:
            records.unreadable(row.text, row.number)
        else:
            section.append(row)
    _read_rows(entries, header, section)
    entries.finish()
    if not entries.entries:
        records.problem("holds no results", text.numbers[0], "add rows such as accuracy,0.912 behind metric,value")
    return text.cut_line is None


def _cells(line: str, delimiter: str = ",") -> list[str] | None:
    if '"' not in line:
        return [cell.strip() for cell in line.split(delimiter)]
    try:
        return [cell.strip() for cell in next(csv.reader([line], strict=True, delimiter=delimiter))]
    except csv.Error:
        return None


def _read_comment(records: RunBuilder, line: str, number: int) -> None:
    match = _COMMENT.fullmatch(line)
    if match is None or number == records.cut_line:
        records.unrecognised.append(number)
        return
    name, value = match.groups()
    if name.isprintable() and value.isprintable():
        records.setting(f"results.{name}" if name in IDENTITIES else name, value, number)
    else:
        records.unrecognised.append(number)


def _read_header(records: RunBuilder, header: Header, rows: Sequence[str], number: int) -> Header:
    """Report the columns that are not read, and find out how numbers are written."""
    seen = set()
    for name in header.columns:
        if name not in FIELDS:
            remedy = close_matches(name, FIELDS, f"use {', '.join(FIELDS)}")
            records.problem(f"the column {shorten(name, 60)!r} is not read", number, remedy)
        elif name in seen:
            records.problem(f"the column {name} is there twice; the first is read", number, "give each name once")
        seen.add(name)
    if header.delimiter == ",":
        return header
    value = header.columns.index("value")
    values = ((_cells(row, header.delimiter) or [])[value : value + 1] for row in rows)
    has_commas = any(_DECIMAL_COMMA.fullmatch(cell) for cells in values for cell in cells)
    return dataclasses.replace(header, has_decimal_commas=has_commas)


def _read_rows(entries: EntryReader, header: Header | None, rows: list[Line]) -> None:
    """Read the rows below a header, those that are surely good thousands at once."""
    if header is None:
        return
    fields = [name for name in header.columns if name in FIELDS]
    is_plain = not header.has_decimal_commas and len(set(fields)) == len(fields)
    if not is_plain or len(rows) < _FEWEST_ROWS_AT_ONCE:
        for row in rows:
            _read_row(entries, header, row)
        return
    for start in range(0, len(rows), _MOST_ROWS_AT_ONCE):
        _read_many(entries, header, rows[start : start + _MOST_ROWS_AT_ONCE])


def _read_many(entries: EntryReader, header: Header, rows: list[Line]) -> None:
    import numpy as np

    checked = check_rows(header.columns, header.delimiter, _NUMERIC, rows)
    lines = np.array([row.number for row in rows], np.int64)
    changes = np.flatnonzero(np.diff(checked.is_good)) + 1
    for start, end in itertools.pairwise([0, *changes.tolist(), len(rows)]):
        if checked.is_good[start]:
            entries.keep_many(checked.part(start, end), lines[start:end])
        else:
            for row in rows[start:end]:
                _read_row(entries, header, row)


def _read_row(entries: EntryReader, header: Header, row: Line) -> None:
    columns = header.columns
    cells = _cells(row.text, header.delimiter)
    problem = _problem_with(cells, header, row)
    if cells is None or problem is not None:
        entries.entries += 1
        entries.refuse(problem or "", row.number, "write rows with csv.writer, each with its line end")
        return
    fields: dict[str, Scalar] = {}
    for name, cell in zip(columns, cells, strict=True):
        if cell and name in FIELDS and name not in fields:
            fields[name] = _value(name, cell, header)
    entries.read(Entry(fields, row.number))


def _problem_with(cells: list[str] | None, header: Header, row: Line) -> str | None:
    columns = header.columns
    if cells is None:
        return "its quotes are not closed"
    if len(cells) != len(columns):
        return f"it has {len(cells)} cells for {len(columns)} columns"
    if row.may_lack_start or row.may_lack_end:
        return "the row breaks off, so digits may be missing"
    if header.has_decimal_commas and any("." in cells[columns.index(name)] for name in _NUMERIC & {*columns}):
        return "a number has a point in a file of decimal commas: it may be a thousand, or a fraction"
    return None


def _value(name: str, cell: str, header: Header) -> Scalar:
    is_number = name in _NUMERIC or (name == "layer" and cell.isdecimal())
    if header.has_decimal_commas and is_number and _DECIMAL_COMMA.fullmatch(cell):
        cell = cell.replace(",", ".")
    return Number(cell) if is_number else cell
