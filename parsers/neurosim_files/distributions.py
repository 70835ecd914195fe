"""``weight_dist.csv`` and ``delta_dist.csv``: weights and their updates, one row an epoch, by ``train.py`` of V2.

Both have the same header, so only the file's name tells them apart. ``train.py`` writes the header of a network of
eight layers whatever the network is; a row holds the mean of each layer, then the standard deviation of each.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.file_format import FileFormat
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.names import run_identifier
from nnsreport.parsers.neurosim_files.rows import Column, flag_untrustworthy, read_row, report_cut_row, split_at
from nnsreport.parsers.neurosim_files.training_columns import (
    BUFFERED_REMEDY,
    CITATION,
    EPOCHS_BY_ROW,
    EPOCHS_SETTING,
    TITLE,
)
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog
from nnsreport.parsers.table_lines import Line

NAME = "neurosim-2-distributions"

_HEADER = re.compile(r"(?<![^,\d.])1_mean(?:,\d+_mean)*(?:,\d+_std)+$")
_WEIGHTS, _UPDATES, _UNKNOWN = "weight", "weight_update", "distribution"


def confidence_of(glance: Glance) -> float:
    """Return how sure it is that a text is one of the two files: by their header."""
    return 1.0 if _header_of(glance.first_lines) is not None else 0.0


def _header_of(lines: Iterable[str]) -> str | None:
    """Return the first header, which may stand behind what a killed run left of a row, or None."""
    found = (_HEADER.search(line) for line in lines if line.endswith("_std"))
    return next((match.group() for match in found if match is not None), None)


def _subject_of(source: Path | None, run: str) -> str:
    """Return what a file is about, from its name."""
    for name in (source.name if source is not None else "", run):
        has_weights, has_updates = "weight" in name.lower(), "delta" in name.lower()
        if has_weights != has_updates:
            return _WEIGHTS if has_weights else _UPDATES
    return _UNKNOWN


def parse(text: LogText, run: str) -> tuple[ParsedLog, ...]:
    """Read the file; ``train.py`` appends to it, with a header at each of its starts.

    Parameters
    ----------
    text : LogText
        Its lines; the name of its source tells weights from updates.
    run : str
        Identifier of the first run.

    Returns
    -------
    tuple of ParsedLog
        At least one.
    """
    header = _header_of(text.lines) or "1_mean,1_std"
    subject = _subject_of(text.source, run)
    return tuple(
        _parse_run(part, header, subject, text, run_identifier(run, rank))
        for rank, part in enumerate(split_at(text, header))
    )


def _parse_run(part: list[Line], header: str, subject: str, text: LogText, run: str) -> ParsedLog:
    records = RunBuilder(NAME, text.cut_line)
    rows = [line for line in part if line.text != header]
    layers = _layer_count(rows, header, records)
    for epoch, line in enumerate(rows):
        if not _file_epoch(records, line, subject, layers, epoch):
            records.unreadable(line.text, line.number)
    if rows:
        records.setting(EPOCHS_SETTING, EPOCHS_BY_ROW, rows[0].number)
    else:
        records.problem("has a header and no row", part[0].number, BUFFERED_REMEDY)
    if subject == _UNKNOWN:
        records.problem(
            "the file's name does not tell whether these are weights or their updates",
            part[0].number,
            "name it weight_dist.csv or delta_dist.csv, as train.py does",
        )
    flag_untrustworthy(records)
    is_complete = bool(rows) and not rows[-1].may_lack_end
    return records.finish(run, text.source, is_complete=is_complete)


def _layer_count(rows: list[Line], header: str, records: RunBuilder) -> int:
    """Return the number of layers: of the header, unless all rows agree on another."""
    named = (header.count(",") + 1) // 2
    widths = Counter(line.text.count(",") + 1 for line in rows if not line.may_lack_end)
    (width, *others) = widths or (2 * named,)
    if 2 * named in widths or others or width % 2:
        return named
    if width != 2 * named:
        records.problem(
            f"the header names {named} layers, but each row has {width // 2}: the rows are read",
            rows[0].number,
            "train.py writes the same header for every network; change it there with the network",
        )
    return width // 2


def _file_epoch(records: RunBuilder, line: Line, subject: str, layers: int, epoch: int) -> bool:
    columns = [Column(f"{subject}_{moment}", None) for moment in ("mean", "std") for _ in range(layers)]
    row = read_row(line, columns)
    if row is None or any(value < 0 for _, value in row.numbers[layers:]):
        return False
    for position, (column, value) in enumerate(row.numbers):
        records.metric("layer", f"layer{position % layers + 1}", None, column.metric, value, line.number, epoch=epoch)
    if row.missing:
        report_cut_row(records, row)
    return True


DISTRIBUTIONS = FileFormat(
    name=NAME,
    title=f"{TITLE}: weight_dist.csv and delta_dist.csv",
    citation=CITATION,
    schema=frozenset(f"{subject}_{moment}" for subject in (_WEIGHTS, _UPDATES, _UNKNOWN) for moment in ("mean", "std")),
    sample="1_mean,2_mean,1_std,2_std\n-0.005914,-0.006676,0.696726,0.714532\n0.000452,-0.008508,0.685826,0.711851\n",
    recognise=confidence_of,
    read=parse,
    is_header=lambda line: _HEADER.search(line) is not None,
)
