"""``NeuroSim_Breakdown_Epock_<n>.csv``: three tables of one epoch (sic), written by NeuroSim V2.

Area, layers with their total, and performance stand below each other, each behind a header of its own. A rerun appends
all of it again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.file_format import FileFormat
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.names import run_identifier
from nnsreport.parsers.neurosim_files.rows import file_row, flag_untrustworthy, read_row, split_at
from nnsreport.parsers.neurosim_files.training_columns import (
    AREA_COLUMNS,
    BREAKDOWN_COLUMNS,
    CITATION,
    EFFICIENCY,
    FRAME_RATE,
    PEAK_EFFICIENCY,
    PEAK_FRAME_RATE,
    PEAK_THROUGHPUT,
    PHASE_COLUMNS,
    THROUGHPUT,
    TITLE,
)
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog
from nnsreport.parsers.table_lines import Line

NAME = "neurosim-2-breakdown"
AREA_HEADER = (
    "Total Area(m^2), Total CIM (FW+AG) Area (m^2), Routing Area(m^2), ADC Area(m^2), Accumulation Area(m^2), "
    "Other Logic&Storage Area(m^2), Weight Gradient Area(m^2),"
)
LAYER_HEADER = (
    "layer_number, latency_FW(s), latency_AG(s), latency_WG(s), latency_WU(s), "
    "energy_FW(J), energy_AG(J), energy_WG(J), energy_WU(J),"
    "Peak_latency_FW(s), Peak_latency_AG(s), Peak_latency_WG(s), Peak_latency_WU(s), "
    "Peak_energy_FW(J), Peak_energy_AG(J), Peak_energy_WG(J), Peak_energy_WU(J),, , "
    "ADC_latency(s), Accumulation_latency(s), Synaptic Array w/o ADC_latency(s), Buffer_latency(s), IC_latency(s), "
    "Weight_gradient_latency(s), Weight_update(s), DRAM_latency(s), "
    "ADC_energy(J), Accumulation_energy(J), Synaptic Array w/o ADC_energy(J), Buffer_energy(J), IC_energy(J), "
    "Weight_gradient_energy(J), Weight_update_energy(J), DRAM_energy(J)"
)
PERFORMANCE_HEADER = "TOPS/W,FPS,TOPS,Peak TOPS/W,Peak FPS,Peak TOPS,"

PERFORMANCE_COLUMNS = (EFFICIENCY, FRAME_RATE, THROUGHPUT, PEAK_EFFICIENCY, PEAK_FRAME_RATE, PEAK_THROUGHPUT)
LAYER_COLUMNS = (*PHASE_COLUMNS, None, None, *BREAKDOWN_COLUMNS)

_EPOCH = re.compile(r"(?i)Breakdown_Epoc[kh]_(\d+)")
_LAYER_LABEL = re.compile(r"[1-9]\d{0,5}")
_TOTAL_LABEL = "Total"
_SHOWN_LAYERS = 6


class Table(IntEnum):
    """The tables in their order; a row belongs to the one whose header was seen last."""

    NONE = 0
    AREA = 1
    LAYERS = 2
    PERFORMANCE = 3


_TABLES = {AREA_HEADER: Table.AREA, LAYER_HEADER: Table.LAYERS, PERFORMANCE_HEADER: Table.PERFORMANCE}


def epoch_of(source: Path | None, run: str) -> int | None:
    """Return the epoch that the name of a breakdown file tells, or None.

    Parameters
    ----------
    source : Path or None
        The file.
    run : str
        Identifier, usually made from the file's name.
    """
    for name in (source.name if source is not None else "", run):
        match = _EPOCH.search(name)
        if match is not None:
            return int(match.group(1))
    return None


def confidence_of(glance: Glance) -> float:
    """Return how sure it is that a text is a breakdown file: by any of its headers."""
    return 1.0 if any(line.endswith(tuple(_TABLES)) for line in glance.first_lines) else 0.0


@dataclass(slots=True)
class _Reader:
    """Place in one run of the file."""

    records: RunBuilder
    epoch: int | None
    table: Table = Table.NONE
    layers: set[int] = field(default_factory=set)
    has_total: bool = False
    has_performance: bool = False

    def read(self, line: Line) -> None:
        """Read one line."""
        table = _TABLES.get(line.text)
        if table is not None:
            self.table = table
        elif not self._read_row(line):
            self.records.unreadable(line.text, line.number)

    def _read_row(self, line: Line) -> bool:
        if self.table is Table.LAYERS:
            return self._read_layer(line)
        columns = {Table.AREA: AREA_COLUMNS, Table.PERFORMANCE: PERFORMANCE_COLUMNS}.get(self.table, ())
        row = read_row(line, columns)
        if row is None or not row.numbers:
            return False
        file_row(self.records, "chip", None, row, self.epoch)
        self.has_performance |= self.table is Table.PERFORMANCE and not row.missing
        return True

    def _read_layer(self, line: Line) -> bool:
        label, has_more, _ = line.text.partition(",")
        is_layer = _LAYER_LABEL.fullmatch(label) is not None
        if not has_more or (not is_layer and label != _TOTAL_LABEL):
            return False
        row = read_row(line, LAYER_COLUMNS, first=1)
        if row is None:
            return False
        if is_layer:
            self.layers.add(int(label))
            file_row(self.records, "layer", f"layer{label}", row, self.epoch)
        else:
            self.has_total = True
            file_row(self.records, "chip", None, row, self.epoch)
        return True

    def diagnose(self, line: int) -> None:
        """File what is wrong with the run as a whole, of which ``line`` is the first."""
        if self.epoch is None:
            self.records.problem(
                "the epoch is not known: the file's name, which tells it, has been changed",
                line,
                "name it NeuroSim_Breakdown_Epock_<epoch>.csv, as NeuroSim does",
            )
        missing = sorted(set(range(1, max(self.layers, default=0) + 1)) - self.layers)
        if missing:
            more = f" and {len(missing) - _SHOWN_LAYERS} more" if len(missing) > _SHOWN_LAYERS else ""
            names = ", ".join(map(str, missing[:_SHOWN_LAYERS]))
            self.records.problem(f"rows of layers are missing: {names}{more}", line)
        if not self.has_performance:
            self.records.problem(f"NeuroSim stopped {self._place_of_stop()}", None, "look at the end of the job's log")

    def _place_of_stop(self) -> str:
        if self.table is Table.PERFORMANCE:
            return "before its performance was written"
        if self.has_total:
            return "behind the row of totals"
        if self.layers:
            return f"behind layer {max(self.layers)}"
        return "before the first layer was estimated"


def parse(text: LogText, run: str) -> tuple[ParsedLog, ...]:
    """Read the file; what a rerun appended is another run.

    Parameters
    ----------
    text : LogText
        Its lines; the name of its source tells the epoch.
    run : str
        Identifier of the first run.

    Returns
    -------
    tuple of ParsedLog
        At least one.
    """
    epoch = epoch_of(text.source, run)
    logs = []
    for rank, part in enumerate(split_at(text, AREA_HEADER)):
        reader = _Reader(RunBuilder(NAME, text.cut_line), epoch)
        for line in part:
            reader.read(line)
        reader.diagnose(part[0].number)
        flag_untrustworthy(reader.records)
        logs.append(reader.records.finish(run_identifier(run, rank), text.source, is_complete=reader.has_performance))
    return tuple(logs)


_SAMPLE_NUMBERS = (
    ",4.22436,0,1.57256,0.00178328,0.0307974,0,0.0538288,8.20622e-07,0.426591,0,1.22962,0.0017765,0.0133982,0,"
    "0.0402741,7.96309e-07,, , 0.279181,0.0293418,0.118067,3.68424,0.461608,1.22962,0.0017765,0.000817263,"
    "0.00866488,0.00348139,0.00125192,0.000897505,0.0135627,0.0402741,7.96309e-07,0.0484474"
)
_SAMPLE = f"""\
{AREA_HEADER}
3.2461e-05,9.12681e-08,6.24955e-06,1.35055e-05,3.2992e-06,4.30278e-06,5.01273e-06


{LAYER_HEADER}
1{_SAMPLE_NUMBERS}
Total{_SAMPLE_NUMBERS}


{PERFORMANCE_HEADER}
2.10742,0.0160546,0.743054,17.788,0.0290337,1.34377
"""

BREAKDOWN = FileFormat(
    name=NAME,
    title=f"{TITLE}: NeuroSim_Breakdown_Epock_<n>.csv",
    citation=CITATION,
    schema=frozenset(
        column.metric for column in (*AREA_COLUMNS, *LAYER_COLUMNS, *PERFORMANCE_COLUMNS) if column is not None
    ),
    sample=_SAMPLE,
    recognise=confidence_of,
    read=parse,
    is_header=lambda line: line.endswith(tuple(_TABLES)),
)
