"""``output.csv``: the accuracy of each printed epoch, written by MLP+NeuroSim V3.0 beside its output."""

from __future__ import annotations

import math
import re

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.quantities import Quantity
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog

NAME = "mlp-neurosim-3.0-accuracy"

_ROW = re.compile(r"([1-9]\d*), (100|\d{1,2}(?:\.\d{1,4})?)")
_PERCENT = Quantity("", -2)
_CONFIDENCE = 0.3
_LEAST_ROWS = 2


def confidence_of(glance: Glance) -> float:
    """Return how sure it is that a text is this file.

    It has no header, so little tells it from another table of two columns. It is taken for this file only if each of
    its lines is a whole number, a comma, one space and a number from 0 to 100 with at most six digits, there are two
    lines or more, and the whole numbers are the first, twice the first, three times the first and so on: the program
    prints ``i * interNumEpochs`` for i = 1, 2, 3. Any format that is surer goes before.

    Parameters
    ----------
    glance : Glance
        The beginnings of its lines.

    Returns
    -------
    float
        0.3 or 0.
    """
    rows = [_ROW.fullmatch(line) for line in glance.first_lines]
    if len(rows) < _LEAST_ROWS or not all(_ROW.fullmatch(head) for head in glance.heads.split("\n") if head.strip()):
        return 0.0
    epochs = [int(row.group(1)) for row in rows if row is not None]
    is_counting = len(epochs) == len(rows) and epochs == [epochs[0] * rank for rank in range(1, len(epochs) + 1)]
    return _CONFIDENCE if is_counting else 0.0


def parse(text: LogText, run: str) -> tuple[ParsedLog, ...]:
    """Read the file.

    Parameters
    ----------
    text : LogText
        Its lines.
    run : str
        Identifier of the run.

    Returns
    -------
    tuple of ParsedLog
        One. Complete when its last row is whole: how many epochs there should be is not in it.
    """
    records = RunBuilder(NAME, text.cut_line)
    epochs: list[int] = []
    for line, number in zip(text.lines, text.numbers, strict=True):
        if not line or line.isspace():
            continue
        match = _ROW.fullmatch(line)
        if match is None or number == text.cut_line:
            records.unreadable(line, number)
            continue
        value = _PERCENT.read(match.group(2))
        if value is not None:
            epochs.append(int(match.group(1)))
            records.metric("network", None, None, "accuracy", value, number, epoch=epochs[-1])
    _report_missing(records, epochs)
    return (records.finish(run, text.source, is_complete=bool(epochs) and not records.unreadable_lines),)


def _report_missing(records: RunBuilder, epochs: list[int]) -> None:
    if not epochs:
        records.problem("no row of the file can be read")
        return
    missing = max(epochs) // math.gcd(*epochs) - len(set(epochs))
    if missing:
        records.problem(f"{missing} epochs are missing before epoch {max(epochs)}", remedy="look for missing lines")
