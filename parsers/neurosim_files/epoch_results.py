"""``NeuroSim_Output.csv``: one row an epoch, written by NeuroSim V2 behind a header of ``train.py``."""

from __future__ import annotations

import math

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.file_format import FileFormat
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.names import run_identifier
from nnsreport.parsers.neurosim_files.rows import file_row, flag_untrustworthy, is_streamed, read_row, split_at
from nnsreport.parsers.neurosim_files.training_columns import (
    CITATION,
    EFFICIENCY,
    EPOCHS_BY_ROW,
    EPOCHS_SETTING,
    PEAK_EFFICIENCY,
    PEAK_THROUGHPUT,
    PHASE_COLUMNS,
    THROUGHPUT,
    TITLE,
)
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog
from nnsreport.parsers.table_lines import Line

NAME = "neurosim-2-output"
HEADER = (
    "L_forward (s),L_activation gradient (s),L_weight gradient (s),L_weight update (s),"
    "E_forward (J),E_activation gradient (J),E_weight gradient (J),E_weight update (J),"
    "L_forward_Peak (s),L_activation gradient_Peak (s),L_weight gradient_Peak (s),L_weight update_Peak (s),"
    "E_forward_Peak (J),E_activation gradient_Peak (J),E_weight gradient_Peak (J),E_weight update_Peak (J),"
    "TOPS/W,TOPS,Peak TOPS/W,Peak TOPS"
)
COLUMNS = (*PHASE_COLUMNS, EFFICIENCY, THROUGHPUT, PEAK_EFFICIENCY, PEAK_THROUGHPUT)

_ROUNDING = 2e-5
_SAMPLE_ROW = (
    "21.0882,17.319,23.6576,0.222798,0.42517,0.401659,21.1319,0.000119031,8.09589,8.12451,18.0124,0.209942,0.257031,"
    "0.250918,2.09393,4.55171e-05,2.10742,0.743054,17.788,1.34377\n"
)


def confidence_of(glance: Glance) -> float:
    """Return how sure it is that a text is this file: by its header, or by what its numbers must fulfil."""
    if any(line.endswith(HEADER) for line in glance.first_lines):
        return 1.0
    return (
        0.5
        if glance.first_lines and all(map(_is_row_of_numbers, glance.first_lines[:-1] or glance.first_lines))
        else 0.0
    )


def _is_row_of_numbers(line: str) -> bool:
    """Tell whether a row without a header must be of this file.

    Throughput and peak throughput count the same operations, so each times the sum of its latencies is the same number.
    """
    if line.count(",") != len(COLUMNS) - 1:
        return False
    cells = line.split(",")
    if not all(map(is_streamed, cells)):
        return False
    numbers = [float(cell) for cell in cells]
    operations, peak_operations = sum(numbers[:4]) * numbers[17], sum(numbers[8:12]) * numbers[19]
    return math.isfinite(operations) and operations > 0 and abs(operations - peak_operations) <= _ROUNDING * operations


def parse(text: LogText, run: str) -> tuple[ParsedLog, ...]:
    """Read the file; a header behind rows begins another run.

    Parameters
    ----------
    text : LogText
        Its lines.
    run : str
        Identifier of the first run.

    Returns
    -------
    tuple of ParsedLog
        At least one.
    """
    return tuple(_parse_run(part, text, run_identifier(run, rank)) for rank, part in enumerate(split_at(text, HEADER)))


def _parse_run(part: list[Line], text: LogText, run: str) -> ParsedLog:
    records = RunBuilder(NAME, text.cut_line)
    rows = [line for line in part if line.text != HEADER]
    for epoch, line in enumerate(rows):
        row = read_row(line, COLUMNS)
        if row is None:
            records.unreadable(line.text, line.number)
        else:
            file_row(records, "chip", None, row, epoch)
    if rows:
        records.setting(EPOCHS_SETTING, EPOCHS_BY_ROW, rows[0].number)
    else:
        records.problem(
            "has a header and no row: NeuroSim came to the end of no epoch",
            part[0].number,
            "look at the end of the job's log; NeuroSim adds a row when it is through with an epoch",
        )
    flag_untrustworthy(records)
    is_complete = bool(rows) and not rows[-1].may_lack_end
    return records.finish(run, text.source, is_complete=is_complete)


EPOCH_RESULTS = FileFormat(
    name=NAME,
    title=f"{TITLE}: NeuroSim_Output.csv",
    citation=CITATION,
    schema=frozenset(column.metric for column in COLUMNS),
    sample=f"{HEADER}\n{_SAMPLE_ROW}",
    recognise=confidence_of,
    read=parse,
    is_header=lambda line: line.endswith(HEADER),
)
