"""``input_activity.csv``: the share of ones among the input bits of each layer, one row an epoch, by NeuroSim V2.

The file has no header. Its numbers tell that it is one: each is a count of ones over a count of bits, and Python writes
all its digits.
"""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.file_format import FileFormat
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.neurosim_files.rows import Column, read_row, report_cut_row
from nnsreport.parsers.neurosim_files.training_columns import CITATION, EPOCHS_BY_ROW, EPOCHS_SETTING, TITLE
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog
from nnsreport.parsers.table_lines import Line, table_lines

NAME = "neurosim-2-activity"

_FLOAT = re.compile(r"[01]\.\d{1,19}|\d(?:\.\d{1,17})?e-\d\d")
_MOST_BITS = 1 << 24
_FEWEST_BITS_OF_A_WIDE_LAYER = 10_000
_FEWEST_LAYERS = 3


def confidence_of(glance: Glance) -> float:
    """Return how sure it is that a text is this file.

    It is when every row has the same number of cells (three at least; the last row may have fewer), and every cell is a
    number from 0 to 1 exactly as Python writes it and, to the last digit, a ratio of whole numbers below 2^24, one in
    each row with more than 10,000 bits. Short decimals, accuracies of ten thousand images and random numbers are not.

    Parameters
    ----------
    glance : Glance
        Of the text.

    Returns
    -------
    float
        0.3 at most: the file does not say what it is.
    """
    if not all(_FLOAT.match(line) for line in glance.first_lines):
        return 0.0
    rows = [line.split(",") for line in glance.first_lines]
    if not rows or len(rows[0]) < _FEWEST_LAYERS:
        return 0.0
    if any(len(cells) != len(rows[0]) for cells in rows[:-1]) or len(rows[-1]) > len(rows[0]):
        return 0.0
    whole = rows[:-1] or rows
    return 0.3 if all(map(_is_row_of_activities, whole)) else 0.0


def _is_row_of_activities(cells: list[str]) -> bool:
    bits = [_bits_counted(cell) for cell in cells]
    return None not in bits and max(count or 0 for count in bits) > _FEWEST_BITS_OF_A_WIDE_LAYER


def _bits_counted(cell: str) -> int | None:
    """Return the smallest number of bits whose share of ones is written exactly so, or None."""
    if _FLOAT.fullmatch(cell) is None or repr(float(cell)) != cell or float(cell) > 1:
        return None
    ratio = Fraction(float(cell)).limit_denominator(_MOST_BITS)
    return ratio.denominator if float(ratio) == float(cell) else None


def parse(text: LogText, run: str) -> tuple[ParsedLog, ...]:
    """Read the file; it is one run, as what a rerun appends looks the same.

    Parameters
    ----------
    text : LogText
        Its lines.
    run : str
        Identifier of the run.

    Returns
    -------
    tuple of ParsedLog
        One.
    """
    records = RunBuilder(NAME, text.cut_line)
    rows = table_lines(text.lines, text.numbers, text.cut_line)
    widths = Counter(line.text.count(",") + 1 for line in rows)
    layers = max(widths, key=lambda width: (widths[width], width))
    for epoch, line in enumerate(rows):
        if not _file_epoch(records, line, layers, epoch):
            records.unreadable(line.text, line.number)
    records.setting(EPOCHS_SETTING, EPOCHS_BY_ROW, rows[0].number)
    return (records.finish(run, text.source, is_complete=text.cut_line is None),)


def _file_epoch(records: RunBuilder, line: Line, layers: int, epoch: int) -> bool:
    row = read_row(line, [Column("input_activity", None)] * layers)
    if row is None or not all(0 <= value <= 1 for _, value in row.numbers):
        return False
    for position, (column, value) in enumerate(row.numbers, start=1):
        records.metric("layer", f"layer{position}", None, column.metric, value, line.number, epoch=epoch)
    if row.missing:
        report_cut_row(records, row)
    return True


ACTIVITY = FileFormat(
    name=NAME,
    title=f"{TITLE}: input_activity.csv",
    citation=CITATION,
    schema=frozenset({"input_activity"}),
    sample="0.38929126880787035,0.13419320848253039,0.1297370062934028\n",
    recognise=confidence_of,
    read=parse,
    is_header=lambda _: False,
)
