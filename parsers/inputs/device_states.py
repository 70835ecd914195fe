"""mem_states.csv of V1.5: mean and spread of the conductance or capacitance of each state of a device.

As ``init_cim`` reads it: a header that names the columns ``mean`` and ``std``, then 2^bitcell rows in the order of the
states. The unit is not in the file: siemens with ``--mem_type resistive``, farad with ``capacitive``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.inputs.frame import frame_of
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog, shorten

NAME = "neurosim-device-states"
COLUMNS: dict[str, str] = {
    "run": "String",
    "state": "Int64",
    "mean": "Float64",
    "std": "Float64",
    "line": "Int64",
}
"""Table ``device_states``: one row a state, in S or F as the job's ``--mem_type`` says."""

_LABELS = ("states", "state")
_NUMBER = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*")
_HEADER_REMEDY = "begin the file with `states,mean,std`"


class DeviceStates:
    """The format as the registry knows it."""

    name = NAME
    title = "mem_states.csv of NeuroSim V1.5 (states of a memory device)"
    citation = (
        "J. Read, M.-Y. Lee, W.-H. Huang, Y.-C. Luo, A. Lu, S. Yu, 'NeuroSim V1.5: Improved Software Backbone for "
        "Benchmarking Compute-in-Memory Accelerators with Device and Circuit-level Non-idealities', arXiv, 2025"
    )
    schema: frozenset[str] = frozenset()
    sample = "states,mean,std\n0,1e-15,0\n1,1e-14,0\n"

    def confidence(self, glance: Glance) -> float:
        """Return how sure it is that a text is of this format, 0 to 1."""
        if not glance.first_lines:
            return 0.0
        header = _cells(glance.first_lines[0])
        return 1.0 if header[:1] in (["states"], ["state"]) and "mean" in header else 0.0

    def parse(self, text: LogText, run: str) -> tuple[ParsedLog, ...]:
        """Read a device's states.

        Parameters
        ----------
        text : LogText
            Its lines.
        run : str
            Identifier.

        Returns
        -------
        tuple of ParsedLog
            One, with the table ``device_states``.
        """
        records = RunBuilder(NAME, text.cut_line)
        header = _cells(text.lines[0])
        rows: list[tuple[object, ...]] = []
        is_whole = _check_header(records, header, text.numbers[0])
        for line, number in zip(text.lines[1:], text.numbers[1:], strict=True):
            state = _read_state(records, header, line, number) if is_whole else None
            if state is not None:
                rows.append((run, state[0] if state[0] is not None else len(rows), *state[1:], number))
        if is_whole:
            _check_states(records, rows, text.numbers[-1])
        is_complete = is_whole and len(rows) == len(text.lines) - 1
        tables = {"device_states": frame_of(rows, COLUMNS)}
        return (records.finish(run, text.source, is_complete=is_complete, tables=tables),)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split(",")]


def _check_header(records: RunBuilder, header: Sequence[str], number: int) -> bool:
    missing = [name for name in ("mean", "std") if name not in header]
    if missing:
        records.problem(f"the header has no column {' and '.join(missing)}", number, _HEADER_REMEDY)
    return not missing


def _read_state(
    records: RunBuilder, header: Sequence[str], line: str, number: int
) -> tuple[int | None, float, float] | None:
    if not line.strip():
        records.problem("a blank line: NeuroSim stops at it", number, "remove the line")
        return None
    cells = line.split(",")
    if len(cells) < len(header) or (number == records.cut_line and not line[-1].isspace()):
        what = "has no line end: its last digits may be missing" if len(cells) == len(header) else "has too few columns"
        records.problem(f"{shorten(line, 60)!r} {what}; the row is left out", number, "mend the row")
        return None
    named = dict(zip(header, cells, strict=False))
    state = next((named[label].strip() for label in _LABELS if label in named), None)
    numbers = [named["mean"], named["std"]]
    if not all(_NUMBER.fullmatch(cell) for cell in numbers) or (state is not None and not state.isdecimal()):
        records.problem(f"{shorten(line, 60)!r} has something else than numbers", number, "write numbers without units")
        return None
    mean, std = (float(cell) for cell in numbers)
    if not (math.isfinite(mean) and math.isfinite(std)) or mean < 0 or std < 0:
        records.problem(
            f"mean {mean:g} and std {std:g}: a conductance or capacitance, and its spread, are not negative and finite",
            number,
            "give numbers in S or F",
        )
    return (int(state) if state is not None else None, mean, std)


def _check_states(records: RunBuilder, rows: Sequence[tuple[object, ...]], last_line: int) -> None:
    count = len(rows)
    if count < 2 or count & (count - 1) != 0:
        records.problem(
            f"{count} states: NeuroSim wants 2^bitcell of them, and ends otherwise", last_line, "give 2, 4, 8, ... rows"
        )
    for position, row in enumerate(rows):
        if row[1] != position:
            records.problem(
                f"state {row[1]} stands where NeuroSim takes a row for state {position}: it goes by the order of rows",
                row[-1] if isinstance(row[-1], int) else None,
                "sort the rows by state, from 0",
            )
            return
