"""What `r_wlm_usage -q -p PROJECT` prints at RWTH Aachen: a computing project's quota, one ``Label: value`` a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import LONGEST_MESSAGE
from nnsreport.parsers.slurm.problems import left_out
from nnsreport.parsers.slurm.quantities import CellError
from nnsreport.tables import USAGE_COLUMNS, schema_of

if TYPE_CHECKING:
    import polars as pl

_LINE = re.compile(r"(?P<label>[A-Za-z][^:]*?)\s*:\s+(?P<value>\S.*?)\s*")
_DASHES = re.compile(r"-{3,}\s*")
_NUMBER = re.compile(r"(-?\d{1,15}(?:\.\d{1,9})?)(?: (Mio|Tsd))?", re.ASCII)
_THREE_DECIMALS = re.compile(r"\.\d{3}$")
_WHOLE = re.compile(r"\d{1,15}", re.ASCII)
_DATE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})", re.ASCII)
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) (hours|days|min|minutes)", re.ASCII)
_POWERS = {None: 0, "Tsd": 3, "Mio": 6}
_UNIT_S = {"days": 86400, "hours": 3600, "min": 60, "minutes": 60}
_REMEDY = "print it again with `r_wlm_usage -q -p PROJECT`"


def _core_hours(text: str) -> float:
    match = _NUMBER.fullmatch(text)
    # 8.072 without a unit may be eight thousand, in German.
    if match is None or (match[2] is None and _THREE_DECIMALS.search(match[1])):
        raise CellError(text)
    return float(f"{match[1]}e{_POWERS[match[2]]}")


def _per_cent(text: str) -> float:
    if _NUMBER.fullmatch(text) is None or " " in text:
        raise CellError(text)
    return float(f"{text}e-2")


def _whole(text: str) -> int:
    if _WHOLE.fullmatch(text) is None:
        raise CellError(text)
    return int(text)


def _date(text: str) -> date:
    match = _DATE.fullmatch(text)
    if match is None:
        raise CellError(text)
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        raise CellError(text) from None


def _duration(text: str) -> float:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise CellError(text)
    return float(Decimal(match[1]) * _UNIT_S[match[2]])


_READ: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "Account": ("account", str),
    "Type": ("type", str),
    "Start of Accounting Period": ("period_start", _date),
    "End of Accounting Period": ("period_end", _date),
    "State of project": ("state", str),
    "Quota monthly (core-h)": ("monthly_quota_core_hours", _core_hours),
    "Remaining core-h of prev. month": ("remaining_previous_month_core_hours", _core_hours),
    "Consumed core-h current month": ("consumed_current_month_core_hours", _core_hours),
    "Consumed core-h last 4 weeks": ("consumed_last_4_weeks_core_hours", _core_hours),
    "Consumable core-h (%)": ("consumable_fraction", _per_cent),
    "Consumable core-h": ("consumable_core_hours", _core_hours),
    "Total quota (core-h)": ("total_quota_core_hours", _core_hours),
    "Total consumed core-h so far": ("total_consumed_core_hours", _core_hours),
    "Default partition": ("default_partition", str),
    "Allowed partitions": ("allowed_partitions", str),
    "Max. allowed wallclocktime": ("longest_job_s", _duration),
    "Max. allowed cores per job": ("largest_job_cores", _whole),
}


def read_usage_report(text: LogText, records: RunBuilder) -> dict[str, pl.DataFrame]:
    """Read the quotas of one or several projects.

    Parameters
    ----------
    text : LogText
        As printed.
    records : RunBuilder
        Takes the problems, and the lines that are none of the report's.

    Returns
    -------
    dict of str to polars.DataFrame
        The table ``usage``, one row a project.
    """
    import polars as pl

    projects: list[dict[str, object]] = []
    for line, number in zip(text.lines, text.numbers, strict=True):
        match = _LINE.fullmatch(line[:LONGEST_MESSAGE])
        entry = _READ.get(" ".join(match["label"].split())) if match is not None else None
        if match is None or entry is None:
            _file_other(line, number, records)
            continue
        column, read = entry
        if column == "account":
            projects.append({**dict.fromkeys(USAGE_COLUMNS), "line": number})
        if not projects or projects[-1][column] is not None:
            left_out(records, line, number, "it belongs to no project, or says the same again", _REMEDY)
        elif number == text.cut_line:
            left_out(records, line, number, "its end may be missing", _REMEDY)
        else:
            _file(projects[-1], column, read, match["value"], line, number, records)
    whole = [project for project in projects if project["account"] is not None]
    return {"usage": pl.DataFrame(whole, schema=schema_of(USAGE_COLUMNS), orient="row")}


def _file(
    project: dict[str, object],
    column: str,
    read: Callable[[str], object],
    value: str,
    line: str,
    number: int,
    records: RunBuilder,
) -> None:
    try:
        project[column] = read(value)
    except CellError as error:
        left_out(records, line, number, f"{error.args[0]!r} is not understood", _REMEDY)


def _file_other(line: str, number: int, records: RunBuilder) -> None:
    if not line.strip() or _DASHES.fullmatch(line):
        return
    if "core-h" in line:
        left_out(records, line, number, "its label is not known", _REMEDY)
    else:
        records.unrecognised.append(number)
