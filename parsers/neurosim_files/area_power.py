"""``Area_PowerDensity.csv``: area and power density, one row a run of the C++ part of 3D+NeuroSim.

The header, which only the Python wrapper writes, says mm^2; ``main.cpp`` writes m^2.
"""

from __future__ import annotations

import re

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.file_format import FileFormat
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.names import run_identifier
from nnsreport.parsers.neurosim_files.rows import Column, file_row, flag_untrustworthy, is_streamed, read_row
from nnsreport.parsers.quantities import PER_SQUARE_MILLIMETRE
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog
from nnsreport.parsers.table_lines import Line, table_lines

NAME = "neurosim-3d-area"
HEADER = "Area (mm^2),PowerDensity (W/mm^2)"
COLUMNS = (Column("area", "total"), Column("power_density", "total", PER_SQUARE_MILLIMETRE))

_TOO_SHORT = (
    "is too short to tell what it is: two numbers without a line end may be the only row of Area_PowerDensity.csv, or "
    "what is left of another file, such as neurosim.csv"
)
_SMALL_AREA = re.compile(r"\d(?:\.\d{1,5})?e-0[4-9]")
_DENSITY = re.compile(r"\d{1,3}(?:\.\d+)?|-?(?:inf|nan)")


def confidence_of(glance: Glance) -> float:
    """Return how sure it is that a text is this file.

    Without the header it is when every row is two numbers of six digits, of which the first, as a chip's area in square
    metres, has an exponent from -9 to -4, and the second has none. A single such row may as well be the beginning of
    another file: reading it says so where it has no line end.

    Parameters
    ----------
    glance : Glance
        Of the text.

    Returns
    -------
    float
        1 with the header, 0.3 without, 0.1 for a single row.
    """
    if HEADER in glance.first_lines:
        return 1.0
    if not glance.first_lines or not all(map(_is_row, glance.first_lines)):
        return 0.0
    return 0.3 if len(glance.first_lines) > 1 else 0.1


def _is_row(line: str) -> bool:
    area, _, density = line.partition(",")
    return all((_SMALL_AREA.fullmatch(area), is_streamed(area), _DENSITY.fullmatch(density), is_streamed(density)))


def parse(text: LogText, run: str) -> tuple[ParsedLog, ...]:
    """Read the file; each row is a run of its own.

    Parameters
    ----------
    text : LogText
        Its lines.
    run : str
        Identifier of the first run.

    Returns
    -------
    tuple of ParsedLog
        At least one; a file without rows gives one without numbers.
    """
    lines = table_lines(text.lines, text.numbers, text.cut_line)
    rows = [line for line in lines if line.text != HEADER]
    if not rows:
        return _without_numbers(
            text, run, "has a header and no row: NeuroSim came to no end", "look at the end of the job's log"
        )
    if len(lines) == 1 and rows[0].may_lack_end:
        return _without_numbers(text, run, _TOO_SHORT, "write the program's output again")
    return tuple(_parse_row(line, text, run_identifier(run, rank)) for rank, line in enumerate(rows))


def _without_numbers(text: LogText, run: str, message: str, remedy: str) -> tuple[ParsedLog, ...]:
    records = RunBuilder(NAME, text.cut_line)
    records.problem(message, text.numbers[0], remedy)
    return (records.finish(run, text.source, is_complete=False),)


def _parse_row(line: Line, text: LogText, run: str) -> ParsedLog:
    records = RunBuilder(NAME, text.cut_line)
    row = read_row(line, COLUMNS)
    if row is None or not row.numbers:
        records.unreadable(line.text, line.number)
    else:
        file_row(records, "chip", None, row)
    flag_untrustworthy(records)
    return records.finish(run, text.source, is_complete=row is not None and not row.missing)


AREA_POWER = FileFormat(
    name=NAME,
    title="3D+NeuroSim V1.0: Area_PowerDensity.csv",
    citation=(
        "X. Peng, W. Chakraborty, A. Kaul, W. Shim, M. S. Bakir, S. Datta, S. Yu, 'Benchmarking Monolithic 3D "
        "Integration for Compute-in-Memory Accelerators: Overcoming ADC Bottlenecks and Maintaining Scalability to 7nm "
        "or Beyond', IEEE International Electron Devices Meeting, 2020"
    ),
    schema=frozenset(column.metric for column in COLUMNS),
    sample=f"{HEADER}\n3.43675e-06,0.00313841\n",
    recognise=confidence_of,
    read=parse,
    is_header=lambda line: line == HEADER,
)
