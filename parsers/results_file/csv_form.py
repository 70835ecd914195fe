"""``results.csv``: one entry a row behind a header, settings in comments before it."""

from __future__ import annotations

import csv
import re

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import shorten
from nnsreport.parsers.results_file.entries import FIELDS, Entry, EntryReader, close_matches
from nnsreport.parsers.results_file.json_form import IDENTITIES
from nnsreport.parsers.results_file.json_values import JsonValue, Number

_COMMENT = re.compile(r"#\s*([^:]*[^:\s])\s*:\s*(.*\S)\s*")
_LEADING_NUMBER = re.compile(r"[-+.0-9]")
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
    for line, number in zip(text.lines, text.numbers, strict=True):
        if not line or line.isspace():
            continue
        if line.startswith("#"):
            _read_comment(records, line, number)
        elif "metric" in line and is_header(line):
            columns = _read_header(records, line, number)
        elif columns is None:
            records.unreadable(line, number)
        else:
            _read_row(entries, columns, line, number)
    entries.finish()
    if not entries.entries:
        records.problem("holds no results", text.numbers[0], "add rows such as accuracy,0.912 behind metric,value")
    return text.cut_line is None


def _cells(line: str) -> list[str] | None:
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
    for name in columns:
        if name not in FIELDS:
            remedy = close_matches(name, FIELDS) or f"use {', '.join(FIELDS)}"
            records.problem(f"the column {shorten(name, 60)!r} is not read", number, remedy)
        elif columns.count(name) > 1:
            records.problem(f"the column {name} is there twice; the first is read", number, "give each name once")
    return columns


def _read_row(entries: EntryReader, columns: list[str], line: str, number: int) -> None:
    cells = _cells(line)
    is_cut = number == entries.records.cut_line
    if cells is None or len(cells) != len(columns):
        entries.entries += 1
        found = (
            "its quotes are not closed" if cells is None else f"it has {len(cells)} cells for {len(columns)} columns"
        )
        entries.refuse(found, number, "write a row with csv.writer, one cell for each column")
        return
    if is_cut and cells[-1]:
        entries.entries += 1
        entries.refuse("the file ends here without a line end, so digits may be missing", number, "add a line end")
        return
    fields: dict[str, JsonValue] = {}
    for name, cell in zip(columns, cells, strict=True):
        if name in FIELDS and cell:
            fields.setdefault(name, _value(name, cell))
    entries.read(Entry(fields, number))


def _value(name: str, cell: str) -> JsonValue:
    is_number = name in _NUMERIC or (name == "layer" and cell.isdecimal())
    return Number(cell) if is_number else cell
