"""The systolic array's files: ``neurosim.csv`` (a bank of the buffer) and ``TPU_benchmark.csv`` (the chip)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.quantities import PURE, Quantity, fixed
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog
from nnsreport.parsers.systolic.labels import Measure

BANK_NAME = "neurosim-systolic-1.0-bank"
CHIP_NAME = "neurosim-systolic-1.0-chip"

_SMALL = r"\d(?:\.\d{1,5})?e-(?:0[5-9]|1[0-9])"
_BANK_ROW = re.compile(
    rf"{_SMALL},(?:{_SMALL}|inf|-?nan),(?:{_SMALL}|inf|-?nan),(?:{_SMALL}|0|0\.0\d+|inf|-?nan),"
    rf"(?:0|{_SMALL}|0\.0\d+|1),(?:{_SMALL}|0|inf|-?nan)"
)
_BANK_CONFIDENCE = 0.6

BANK_COLUMNS: tuple[Measure, ...] = (
    Measure("area", "buffer_bank", PURE),
    Measure("read_access_energy", "buffer_bank", PURE),
    Measure("write_access_energy", "buffer_bank", PURE),
    Measure("leakage_power", "buffer_bank", PURE),
    Measure("retention_time", "buffer_bank", PURE),
    Measure("refresh_access_energy", "buffer_bank", PURE),
)
"""Of ``neurosim.csv``, which has no header; all in SI units."""

_SQUARE_MILLIMETRES = Quantity("", -6, fixed(4))
_MICROJOULES = Quantity("", -6, fixed(4))

CHIP_COLUMNS: dict[str, Measure] = {
    "energy efficiency (TOPS/W)": Measure("energy_efficiency", "total", Quantity("", 12, fixed(4))),
    "area efficiency (TOPS/mm2)": Measure("compute_efficiency", "total", Quantity("", 18, fixed(4))),
    "total latency (us)": Measure("read_latency", "total", Quantity("", -6, fixed(4))),
    "MAC utilization": Measure("mac_utilization", "mac", Quantity("", -2, fixed(4))),
    "area (mm2)": Measure("area", "total", _SQUARE_MILLIMETRES),
    "area MAC (mm2)": Measure("area", "mac", _SQUARE_MILLIMETRES),
    "area RF (mm2)": Measure("area", "register_file", _SQUARE_MILLIMETRES),
    "area GB (mm2)": Measure("area", "buffer", _SQUARE_MILLIMETRES),
    "area functional module (mm2)": Measure("area", "functional_module", _SQUARE_MILLIMETRES),
    "total energy (uJ)": Measure("inference_energy", "total", _MICROJOULES),
    "MAC energy (uJ)": Measure("read_dynamic_energy", "mac", _MICROJOULES),
    "RF energy (uJ)": Measure("read_dynamic_energy", "register_file", _MICROJOULES),
    "GB refresh energy (uJ)": Measure("read_dynamic_energy", "buffer_refresh", _MICROJOULES),
    "GB read energy (uJ)": Measure("read_dynamic_energy", "buffer_read", _MICROJOULES),
    "GB write energy (uJ)": Measure("read_dynamic_energy", "buffer_write", _MICROJOULES),
    "GB NOC energy (uJ)": Measure("read_dynamic_energy", "interconnect", _MICROJOULES),
    "functional module energy (uJ)": Measure("read_dynamic_energy", "functional_module", _MICROJOULES),
    "DRAM energy (uJ)": Measure("read_dynamic_energy", "dram", _MICROJOULES),
    "standby energy (uJ)": Measure("leakage_energy", "total", _MICROJOULES),
}
"""Of ``TPU_benchmark.csv``: the header names the units, but for the utilisation, which is in per cent."""

CHIP_HEADER = ",".join(CHIP_COLUMNS)


def bank_confidence(glance: Glance) -> float:
    """Return how sure it is that a text is ``neurosim.csv``.

    It has no header. It is taken for one if it is a single line of six numbers as C++ streams write them, without
    spaces: an area and two energies in scientific notation below 1e-4, a leakage below 0.1 W, a retention time of 0 to
    1 s and an energy again.

    Parameters
    ----------
    glance : Glance
        The beginnings of its lines.

    Returns
    -------
    float
        0.6 or 0.
    """
    lines = glance.first_lines
    return _BANK_CONFIDENCE if len(lines) == 1 and _BANK_ROW.fullmatch(lines[0]) else 0.0


def chip_confidence(glance: Glance) -> float:
    """Return how sure it is that a text is ``TPU_benchmark.csv``: by its header."""
    return 1.0 if glance.first_lines[:1] == (CHIP_HEADER,) else 0.0


def parse_bank(text: LogText, run: str) -> tuple[ParsedLog, ...]:
    """Read ``neurosim.csv``.

    Parameters
    ----------
    text : LogText
        Its lines.
    run : str
        Identifier of the run.

    Returns
    -------
    tuple of ParsedLog
        One; complete when its row is whole.
    """
    records = RunBuilder(BANK_NAME, text.cut_line)
    rows = _rows(text)
    for line, number in rows[:1]:
        cells = line.split(",")
        is_cut = number == text.cut_line
        _file(records, line, number, cells[:-1] if is_cut else cells, BANK_COLUMNS)
        if is_cut:
            records.unreadable(line, number)
    _report_other_rows(records, rows[1:])
    return (_finish(records, text, run),)


def parse_chip(text: LogText, run: str) -> tuple[ParsedLog, ...]:
    """Read ``TPU_benchmark.csv``; each of its numbers is followed by a comma, and the file has no last line end.

    Parameters
    ----------
    text : LogText
        Its lines.
    run : str
        Identifier of the run.

    Returns
    -------
    tuple of ParsedLog
        One; complete when its row is whole.
    """
    records = RunBuilder(CHIP_NAME, text.cut_line)
    header, *rows = _rows(text) or [("", 1)]
    if header[0] != CHIP_HEADER:
        records.unreadable(*header)
        rows = []
    for line, number in rows[:1]:
        *cells, rest = line.split(",")
        _file(records, line, number, cells, tuple(CHIP_COLUMNS.values()))
        if rest:
            records.unreadable(line, number)
    if not rows:
        records.problem("has no row of numbers", header[1], "see the job's log for what ended the wrapper")
    _report_other_rows(records, rows[1:])
    return (_finish(records, text, run),)


def _rows(text: LogText) -> list[tuple[str, int]]:
    return [
        (line, number) for line, number in zip(text.lines, text.numbers, strict=True) if line and not line.isspace()
    ]


def _file(records: RunBuilder, line: str, number: int, cells: Sequence[str], columns: Sequence[Measure]) -> None:
    """File the cells of a row, which may end before its last column; of a row with a damaged cell nothing is filed."""
    values = [measure.read(cell) for cell, measure in zip(cells, columns, strict=False)]
    if len(cells) > len(columns) or any(value is None for value in values):
        records.unreadable(line, number)
        return
    for measure, value in zip(columns, values, strict=False):
        if value is None:
            continue
        if measure.metric == "retention_time" and value == 0:
            records.setting("neurosim.needs_refresh", "false", number)
        else:
            records.metric("chip", None, measure.component, measure.metric, value, number)
    if len(cells) < len(columns):
        records.problem(f"{len(columns) - len(cells)} of the row's numbers are missing or may lack digits", number)


def _report_other_rows(records: RunBuilder, rows: Sequence[tuple[str, int]]) -> None:
    for line, number in rows:
        records.unreadable(line, number)


def _finish(records: RunBuilder, text: LogText, run: str) -> ParsedLog:
    expected = len(BANK_COLUMNS if records.format_name == BANK_NAME else CHIP_COLUMNS)
    found = len(records.metrics) + len(records.settings)
    return records.finish(run, text.source, is_complete=found == expected and not records.unreadable_lines)
