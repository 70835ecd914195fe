"""``results.csv``: one entry a row behind a header, settings in comments before it."""

from __future__ import annotations

import csv
import re

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import shorten
from nnsreport.parsers.results_file.entries import FIELDS, Entry, EntryReader, close_matches
from nnsreport.parsers.results_file.json_form import IDENTITIES
from nnsreport.parsers.results_file.json_values import Number, Scalar
from nnsreport.parsers.results_file.plain_entries import read_plain
from nnsreport.parsers.table_lines import Line, table_lines

_COMMENT = re.compile(r"#\s*([^:]*[^:\s])\s*:\s*(.*\S)\s*")
_NUMERIC = frozenset({"value", "trial", "time_s", "epoch", "step"})


def is_header(line: str) -> bool:
    """Tell whether a line is the header of a results file: it names metric and value."""
    return {"metric", "value"} <= set(_cells(line) or ())


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
    columns: list[str] | None = None
    rows, numbers = [], []
    for line, number in zip(text.lines, text.numbers, strict=True):
        if line.startswith("#"):
            _read_comment(records, line, number)
        else:
            rows.append(line)
            numbers.append(number)
    for row in table_lines(rows, numbers, text.cut_line):
        if "metric" in row.text and is_header(row.text):
            columns = _read_header(records, row.text, row.number)
        elif columns is None:
            records.unreadable(row.text, row.number)
        else:
            _read_row(entries, columns, row)
    entries.finish()
    if not entries.entries:
        records.problem("holds no results", text.numbers[0], "add rows such as accuracy,0.912 behind metric,value")
    return text.cut_line is None


def _cells(line: str) -> list[str] | None:
    if '"' not in line:
        return [cell.strip() for cell in line.split(",")]
    try:
        return [cell.strip() for cell in next(csv.reader([line], strict=True))]
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


def _read_header(records: RunBuilder, line: str, number: int) -> list[str]:
    columns = _cells(line) or []
    seen = set()
    for name in columns:
        if name not in FIELDS:
            remedy = close_matches(name, FIELDS, f"use {', '.join(FIELDS)}")
            records.problem(f"the column {shorten(name, 60)!r} is not read", number, remedy)
        elif name in seen:
            records.problem(f"the column {name} is there twice; the first is read", number, "give each name once")
        seen.add(name)
    return columns


def _read_row(entries: EntryReader, columns: list[str], row: Line) -> None:
    cells = _cells(row.text)
    problem = _problem_with(cells, columns, row)
    if cells is None or problem is not None:
        entries.entries += 1
        entries.refuse(problem or "", row.number, "write rows with csv.writer, each with its line end")
        return
    fields: dict[str, Scalar] = {}
    for name, cell in zip(columns, cells, strict=True):
        if cell and name in FIELDS and name not in fields:
            fields[name] = _value(name, cell)
    plain = read_plain(fields)
    if plain is not None:
        entries.file(plain, row.number)
    else:
        entries.read(Entry(fields, row.number))


def _problem_with(cells: list[str] | None, columns: list[str], row: Line) -> str | None:
    if cells is None:
        return "its quotes are not closed"
    if len(cells) != len(columns):
        return f"it has {len(cells)} cells for {len(columns)} columns"
    if row.may_lack_start or row.may_lack_end:
        return "the row breaks off, so digits may be missing"
    return None


def _value(name: str, cell: str) -> Scalar:
    is_number = name in _NUMERIC or (name == "layer" and cell.isdecimal())
    return Number(cell) if is_number else cell
