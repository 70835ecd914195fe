"""``PythonWrapper_Output.csv``: test loss and accuracy of each epoch, written by ``train.py`` of NeuroSim V2."""

from __future__ import annotations

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.file_format import FileFormat
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.names import run_identifier
from nnsreport.parsers.neurosim_files.rows import Column, file_row, flag_untrustworthy, read_row, split_at
from nnsreport.parsers.neurosim_files.training_columns import BUFFERED_REMEDY, CITATION, TITLE
from nnsreport.parsers.quantities import PURE, Quantity
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog
from nnsreport.parsers.table_lines import Line

NAME = "neurosim-2-accuracy"
HEADER = "epoch,average loss,accuracy"
COLUMNS = (Column("test_loss", None), Column("accuracy", None, Quantity("", -2)))


def confidence_of(glance: Glance) -> float:
    """Return how sure it is that a text is this file: by its header."""
    return 1.0 if any(line.endswith(HEADER) for line in glance.first_lines) else 0.0


def parse(text: LogText, run: str) -> tuple[ParsedLog, ...]:
    """Read the file; ``train.py`` appends to it, with a header at each of its starts.

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
    for line in rows:
        printed_epoch, has_more, _ = line.text.partition(",")
        epoch = PURE.read(printed_epoch)
        row = read_row(line, COLUMNS, first=1)
        if row is None or not has_more or epoch is None or not epoch.is_integer() or epoch < 0:
            records.unreadable(line.text, line.number)
        else:
            file_row(records, "network", None, row, int(epoch))
    if not rows:
        records.problem("has a header and no row", part[0].number, BUFFERED_REMEDY)
    flag_untrustworthy(records)
    is_complete = bool(rows) and not rows[-1].may_lack_end
    return records.finish(run, text.source, is_complete=is_complete)


ACCURACY = FileFormat(
    name=NAME,
    title=f"{TITLE}: PythonWrapper_Output.csv",
    citation=CITATION,
    schema=frozenset(column.metric for column in COLUMNS),
    sample=f"{HEADER}\n0.000000,9.312500,10.000000\n1.000000,9.149485,7.500000\n",
    recognise=confidence_of,
    read=parse,
    is_header=lambda line: line.endswith(HEADER),
)
