"""The lines of a file into jobs: which line belongs to which table, whatever stands between them."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.slurm import aligned, delimited, scontrol
from nnsreport.parsers.slurm.at_once import read_plain_table
from nnsreport.parsers.slurm.complaints import NO_HEADER, complaint_of, is_row_of_job
from nnsreport.parsers.slurm.documents import is_document, read_document
from nnsreport.parsers.slurm.folding import fold, jobs_frame
from nnsreport.parsers.slurm.problems import report_unknown
from nnsreport.parsers.slurm.row import JobRow

if TYPE_CHECKING:
    import polars as pl

_FEWEST_ROWS_AT_ONCE = 200
_CLOCK = re.compile(r"\d{1,2}:\d{2}:\d{2}.*\b\d{4}\b|\b\d{4}\b.*\d{1,2}:\d{2}:\d{2}")

Body = list[tuple[str, int]]
Reader = Callable[[Body, int | None, RunBuilder], Iterator[JobRow]]


@dataclass(slots=True)
class _Section:
    """A table, or a record, and the lines that may be its rows."""

    read: Reader
    header: tuple[delimited.Header, int] | None = None
    is_record: bool = False
    body: Body = field(default_factory=list)


def read_jobs(text: LogText, records: RunBuilder) -> dict[str, pl.DataFrame]:
    """Read every job in a text.

    Parameters
    ----------
    text : LogText
        What one or several of sacct, squeue and scontrol printed, in any order, between other lines.
    records : RunBuilder
        Takes the problems, and the lines that are none of Slurm's.

    Returns
    -------
    dict of str to polars.DataFrame
        The table ``jobs``, one row for each attempt of a job or array task.
    """
    if is_document(text.lines):
        rows = list(read_document(text.lines, text.numbers, records))
    else:
        sections = _sections(text, records)
        plain = _read_plain(sections, text.cut_line, records)
        if plain is not None:
            return {"jobs": plain}
        rows = list(_rows(sections, text.cut_line, records))
    jobs = fold(rows, records)
    if not jobs and not any(complaint_of(line) is not None or is_row_of_job(line) for line in text.lines):
        records.problem("there is no job in it", remedy="name jobs with --jobs, or an earlier --starttime")
    return {"jobs": jobs_frame(jobs)}


def _rows(sections: list[_Section], cut_line: int | None, records: RunBuilder) -> Iterator[JobRow]:
    for number, section in enumerate(sections):
        # the tasks of an array are records of one call, but nothing tells two calls from one
        for row in section.read(section.body, cut_line, records):
            row.section = number
            yield row


def _read_plain(sections: list[_Section], cut_line: int | None, records: RunBuilder) -> pl.DataFrame | None:
    """Read a table that stands alone, and is long and plain, at once."""
    if len(sections) != 1 or sections[0].header is None or len(sections[0].body) < _FEWEST_ROWS_AT_ONCE:
        return None
    header, line = sections[0].header
    jobs = read_plain_table(header, sections[0].body, cut_line)
    if jobs is not None:
        report_unknown(records, header.names, line)
    return jobs


def _sections(text: LogText, records: RunBuilder) -> list[_Section]:
    sections: list[_Section] = []
    lines = text.lines
    for index, (line, number) in enumerate(zip(lines, text.numbers, strict=True)):
        following = lines[index + 1] if index + 1 < len(lines) else ""
        current = sections[-1] if sections else None
        if current is not None and not current.is_record and line[:1].isdigit() and following[:1].isdigit():
            current.body.append((line, number))  # most lines of a long table: no header begins with a digit
        elif current is not None and current.is_record and scontrol.belongs(line):
            current.body.append((line, number))
        elif (started := _start(line, following, number)) is not None:
            sections.append(started)
        elif (complaint := complaint_of(line)) is not None:
            records.problem(complaint.message, number, complaint.remedy)
        elif current is None and is_row_of_job(line):
            records.problem(NO_HEADER.message, number, NO_HEADER.remedy)
        elif not line.strip() or aligned.is_dashes(line) or _is_date_above(line, following):
            continue
        elif current is None or current.is_record:
            records.unrecognised.append(number)
        else:
            current.body.append((line, number))
    return sections


def _start(line: str, following: str, number: int) -> _Section | None:
    """Return the section that a line opens, if it opens one."""
    if scontrol.is_start(line):
        return _Section(scontrol.read_record, is_record=True, body=[(line, number)])
    header = delimited.read_header(line)
    if header is not None:
        return _Section(functools.partial(_read_delimited, header, number), (header, number))
    if aligned.is_dashes(following):
        layout = aligned.read_sacct_layout(line, following)
        return None if layout is None else _Section(functools.partial(_read_aligned, layout, number))
    if aligned.is_squeue_header(line):
        return _Section(functools.partial(_read_squeue, line, number))
    return None


def _read_delimited(
    header: delimited.Header, line: int, body: Body, cut_line: int | None, records: RunBuilder
) -> Iterator[JobRow]:
    return delimited.read_rows(header, line, body, cut_line, records)


def _read_aligned(
    layout: aligned.Layout, line: int, body: Body, cut_line: int | None, records: RunBuilder
) -> Iterator[JobRow]:
    return aligned.read_rows(layout, line, body, cut_line, records)


def _read_squeue(names: str, line: int, body: Body, cut_line: int | None, records: RunBuilder) -> Iterator[JobRow]:
    layout = aligned.read_squeue_layout(names, [text for text, _ in body])
    return aligned.read_rows(layout, line, body, cut_line, records)


def _is_date_above(line: str, following: str) -> bool:
    """Tell whether a line is the date that `squeue --long` begins with, in whatever language."""
    return aligned.is_squeue_header(following) and _CLOCK.search(line) is not None
