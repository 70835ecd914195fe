"""`sacct --json`, `squeue --json` and `scontrol --json show job`, of Slurm 22.05 and of the versions after it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.slurm.json_jobs import read_job
from nnsreport.parsers.slurm.problems import left_out
from nnsreport.parsers.slurm.quantities import CellError
from nnsreport.parsers.slurm.row import JobRow

_JOBS = re.compile(r'"jobs"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_REMEDY = "ask Slurm for the JSON again"


def is_document(lines: Sequence[str]) -> bool:
    """Tell whether a text is JSON with a list of jobs."""
    first = next((line.lstrip() for line in lines if line.strip()), "")
    return first.startswith("{") and any(_JOBS.search(line) for line in lines)


def read_document(lines: Sequence[str], numbers: Sequence[int], records: RunBuilder) -> Iterator[JobRow]:
    """Read every job that is whole, also of a document that is cut off or damaged.

    Parameters
    ----------
    lines : sequence of str
        Of the file.
    numbers : sequence of int
        Their numbers.
    records : RunBuilder
        Takes the problems.

    Yields
    ------
    JobRow
        Jobs, each followed by its steps.
    """
    text = "\n".join(lines)
    start = _JOBS.search(text)
    if start is None:
        return
    decoder = json.JSONDecoder()
    place = _Place(text, numbers)
    position = start.end()
    while True:
        position = _end_of(_BETWEEN, text, position)
        if position >= len(text):
            records.problem("the JSON is cut off; the jobs behind the cut are lost", place.line_at(position), _REMEDY)
            return
        if text[position] == "]":
            return
        line = place.line_at(position)
        try:
            job, end = decoder.raw_decode(text, position)
        except (json.JSONDecodeError, RecursionError):
            further = _next_job(text, position)
            records.unreadable_lines += 1
            records.problem("a job of the JSON is damaged, or cut off, and left out", line, _REMEDY)
            if further is None:
                return
            position = further
            continue
        position = end
        try:
            yield from read_job(job, line)
        except CellError as error:
            left_out(records, text[end - 1 : end], line, str(error), _REMEDY)


def _end_of(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match is not None else position


def _next_job(text: str, position: int) -> int | None:
    """Return where the next job starts: at a brace indented as the damaged job's."""
    line_start = text.rfind("\n", 0, position) + 1
    indent = text[line_start:position]
    if indent.strip():
        return None
    found = text.find(f"\n{indent}{{", position)
    return found + 1 if found >= 0 else None


class _Place:
    """Counts lines up to growing positions, so that the whole text is gone through once."""

    def __init__(self, text: str, numbers: Sequence[int]) -> None:
        self._text = text
        self._numbers = numbers
        self._position = 0
        self._line = 0

    def line_at(self, position: int) -> int:
        self._line += self._text.count("\n", self._position, position)
        self._position = position
        return self._numbers[min(self._line, len(self._numbers) - 1)]
