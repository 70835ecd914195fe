"""``overall_metrics.csv``: one row a run, which ``main.cpp`` of NeuroSim V1.4 and V1.5 has in a comment for its users.

Its TOPS/W are divided by the post-layout factor zeta in any case; the log's only with ``validated``.
"""

from __future__ import annotations

import re

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.file_format import FileFormat
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.names import run_identifier
from nnsreport.parsers.neurosim_files.rows import Column, file_row, flag_untrustworthy, read_row
from nnsreport.parsers.quantities import PURE, TERA, TERA_PER_SQUARE_MILLIMETRE, Quantity
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog
from nnsreport.parsers.table_lines import Line, table_lines

NAME = "neurosim-1.4-overall"

_LEADING = ("technode", "operationmode", "memcelltype", "accesstype")
_NAMED = (
    "param->inputtoggle",
    "param->numRowParallel",
    "onoff",
    "levelOutput",
    "CellBit",
    "ADCcurrentmode",
    "SubArraySize",
    "ADCdelay",
    "rowdelay",
    "muxdelay",
)
_AREA, _TIME, _ENERGY, _POWER = Quantity("", -12), Quantity("", -9), Quantity("", -12), Quantity("", -6)
COLUMNS: tuple[Column, ...] = (
    *(
        Column("area", part, _AREA)
        for part in ("total", "cim_array", "interconnect", "adc", "accumulation", "other_peripheral")
    ),
    Column("clock_period", "total", _TIME),
    Column("read_latency", "total", _TIME),
    Column("read_dynamic_energy", "total", _ENERGY),
    Column("leakage_energy", "total", _ENERGY),
    Column("leakage_power", "total", _POWER),
    *(
        Column(metric, part, quantity)
        for part in ("buffer", "interconnect")
        for metric, quantity in (("read_latency", _TIME), ("read_dynamic_energy", _ENERGY))
    ),
    *(
        Column(metric, part, quantity)
        for metric, quantity in (("read_latency", _TIME), ("read_dynamic_energy", _ENERGY))
        for part in ("adc", "accumulation", "other_peripheral")
    ),
    Column("energy_efficiency", "total", TERA),
    Column("throughput", "total", TERA),
    Column("frame_rate", "total"),
    Column("compute_efficiency", "total", TERA_PER_SQUARE_MILLIMETRE),
)
_OPERATIONS = "numComputation"
_SIGN = ", param->inputtoggle, "
_SEPARATOR = re.compile(", ?")
_FIRST_METRIC = len(_LEADING)
_FIRST_NAME = _FIRST_METRIC + len(COLUMNS) + 1
_CELLS = _FIRST_NAME + 2 * len(_NAMED)


def confidence_of(glance: Glance) -> float:
    """Return how sure it is that a text is this file: by the name of a parameter in its rows."""
    return 1.0 if any(_SIGN in line for line in glance.first_lines) else 0.0


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
        At least one.
    """
    return tuple(
        _parse_row(line, text, run_identifier(run, rank))
        for rank, line in enumerate(table_lines(text.lines, text.numbers, text.cut_line))
    )


def _parse_row(line: Line, text: LogText, run: str) -> ParsedLog:
    records = RunBuilder(NAME, text.cut_line)
    is_read = _read_cells(records, _SEPARATOR.split(line.text), line.number)
    if not is_read:
        records.unreadable(line.text, line.number)
    flag_untrustworthy(records)
    return records.finish(run, text.source, is_complete=is_read)


def _read_cells(records: RunBuilder, cells: list[str], line: int) -> bool:
    # A row ends in a comma: the empty cell behind it shows that the last number is whole.
    if len(cells) != _CELLS + 1 or cells.pop() or tuple(cells[_FIRST_NAME::2]) != _NAMED:
        return False
    settings = dict(zip(_LEADING, cells, strict=False))
    settings[_OPERATIONS] = cells[_FIRST_NAME - 1]
    settings |= zip(_NAMED, cells[_FIRST_NAME + 1 :: 2], strict=True)
    row = read_row(Line(",".join(cells[_FIRST_METRIC : _FIRST_NAME - 1]), line), COLUMNS)
    if row is None or any(PURE.read(value) is None for value in settings.values()):
        return False
    file_row(records, "chip", None, row)
    for name, value in settings.items():
        records.setting(f"neurosim.{name.removeprefix('param->')}", value, line)
    return True


_SAMPLE = (
    "22, 2, 1, 1, 9.10707e+07, 1.1e+06, 2.1e+06, 3.2e+07, 1.5e+07, 4.1e+07, 1.6974, 80898.5, 1.13e+07, 2.9e+05, 3600, "
    "41000, 52000, 21000, 610000, 9200, 8100, 63000, 5.6e+06, 2.1e+06, 3.6e+06, 25.1, 7.2, 12361, 0.079, 5.8e+08, "
    "param->inputtoggle, 0.18, param->numRowParallel, 128, onoff, 0.1, levelOutput, 32, CellBit, 1, ADCcurrentmode, 1, "
    "SubArraySize, 128, ADCdelay, 1e-09, rowdelay, 2e-10, muxdelay, 3e-11, \n"
)

OVERALL = FileFormat(
    name=NAME,
    title="DNN+NeuroSim V1.4 and V1.5: overall_metrics.csv",
    citation=(
        "J. Lee, A. Lu, W. Li, S. Yu, 'NeuroSim V1.4: Extending Technology Support for Digital Compute-in-Memory "
        "Toward 1nm Node', IEEE Transactions on Circuits and Systems I: Regular Papers, 2024"
    ),
    schema=frozenset(column.metric for column in COLUMNS),
    sample=_SAMPLE,
    recognise=confidence_of,
    read=parse,
    is_header=lambda _: False,
)
