"""Plain tables read column by column are those read row by row: the same jobs and problems."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nnsreport.parsers import ParsedLog, parse_bytes
from nnsreport.parsers.slurm import reader

Cell = Callable[[random.Random], str]


def chosen(*texts: str) -> Cell:
    return lambda source: source.choice(texts)


DURATIONS = chosen("00:00:00", "01:02:03", "1-02:03:04", "05:06.789", "", "00:10.100", "02:03:04.567")
BYTES = chosen("", "0", "1042268K", "12.50M", "3G", "77")
TIMES = chosen("2026-11-22T19:29:11", "2026-11-22T19:30:00", "Unknown", "None", "")
COLUMNS: dict[str, Cell] = {
    "JobIDRaw": chosen("77", "4711", ""),
    "JobName": chosen("vgg8", "batch", "my job", ""),
    "User": chosen("hpcuser", "", "a.b"),
    "Account": chosen("thes0000", ""),
    "Partition": chosen("c23g", ""),
    "ExitCode": chosen("0:0", "1:0", "0:9", ""),
    "Submit": TIMES,
    "Start": TIMES,
    "End": TIMES,
    "Elapsed": DURATIONS,
    "ElapsedRaw": chosen("", "7", "86401"),
    "Timelimit": chosen("1-00:00:00", "UNLIMITED", "Partition_Limit", ""),
    "TimelimitRaw": chosen("10", ""),
    "AllocCPUS": chosen("8", "0", ""),
    "ReqCPUS": chosen("4", ""),
    "NNodes": chosen("1", "2", ""),
    "NTasks": chosen("1", "4", ""),
    "ReqMem": chosen("8000M", "4Gn", "2Gc", ""),
    "MaxRSS": BYTES,
    "TotalCPU": DURATIONS,
    "AveCPU": DURATIONS,
    "CPUTimeRAW": chosen("48", ""),
    "AllocTRES": chosen("", "billing=8,cpu=8,gres/gpu:h100=4,gres/gpu=4,mem=3G,node=1", "cpu=2,mem=1G,node=2"),
    "ReqTRES": chosen("", "cpu=8,gres/gpu=2,mem=8000M,node=1"),
    "TRESUsageInTot": chosen("", "cpu=00:00:12,mem=1042268K"),
    "TRESUsageInMax": chosen("", "cpu=00:00:01,mem=52268K"),
    "NodeList": chosen("n23g0001", "None assigned", ""),
    "Reason": chosen("None", "Priority", ""),
    "WorkDir": chosen("/home/hpcuser", ""),
    "Restarts": chosen("0", "3", ""),
    "Comment": chosen("", "hello"),
}
STATES = chosen("COMPLETED", "CANCELLED by 1001", "RUNNING", "PENDING", "TIMEOUT", "OUT_OF_MEMORY", "")
ODD: tuple[Callable[[str], str], ...] = (
    lambda row: row.replace("COMPLETED", "NOT_A_STATE"),
    lambda row: row + "|surplus",
    lambda row: row.partition("|")[2],
    lambda row: f"{row}\n{row}",
    lambda row: row.replace("2026-11-22", "Ystday"),
    lambda row: row.replace("2026-11-22T19:30:00", "1763836200"),
    lambda row: "",
)


def table(source: random.Random, *, is_odd: bool) -> str:
    """Return a table of jobs, array tasks and steps."""
    names = source.sample(list(COLUMNS), source.randrange(3, len(COLUMNS)))
    rows = []
    for number in range(source.randrange(1, 12)):
        job = source.choice(("{}", "{}", "9_{}", "9_[{}-40%4]", "8+{}")).format(number + 100)
        steps = ["", *source.sample((".batch", ".extern", ".0", ".17", ".interactive"), source.randrange(4))]
        if "_[" in job:
            steps = [""]
        for step in steps:
            cells = [job + step, STATES(source), *(COLUMNS[name](source) for name in names)]
            rows.append("|".join(cells))
    if is_odd:
        place = source.randrange(len(rows))
        rows[place] = source.choice(ODD)(rows[place])
    end = "|" if source.random() < 0.3 else ""
    return "".join(f"{row}{end}\n" for row in ["|".join(["JobID", "State", *names]), *rows])


def both_ways(data: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[ParsedLog, ParsedLog, bool]:
    """Read a table at once, as far as that goes, and row by row; and tell whether it was read at once."""
    (apart,) = parse_bytes(data, run="r", format="slurm-sacct")
    found: list[Any] = []
    read_at_once = reader.read_plain_table
    with monkeypatch.context() as patch:
        patch.setattr(reader, "_FEWEST_ROWS_AT_ONCE", 0)
        patch.setattr(reader, "read_plain_table", lambda *told: found.append(read_at_once(*told)) or found[-1])
        (together,) = parse_bytes(data, run="r", format="slurm-sacct")
    return together, apart, any(jobs is not None for jobs in found)


@pytest.mark.parametrize("is_odd", [False, True])
def test_tables_of_all_kinds(is_odd: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = 0
    for seed in range(150):
        text = table(random.Random(seed), is_odd=is_odd)
        together, apart, is_at_once = both_ways(text.encode(), monkeypatch)
        assert together.tables["jobs"].equals(apart.tables["jobs"]), text
        assert together.tables["jobs"].schema == apart.tables["jobs"].schema
        assert together.problems == apart.problems, text
        assert together.unrecognised == apart.unrecognised
        at_once += is_at_once
    assert is_odd or at_once > 75, "most plain tables are to be read at once"


def test_genuine_tables(slurm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = 0
    for path in sorted(slurm.glob("sacct*.txt")):
        together, apart, is_at_once = both_ways(path.read_bytes(), monkeypatch)
        assert together.tables["jobs"].equals(apart.tables["jobs"])
        assert together.problems == apart.problems
        at_once += is_at_once
    assert at_once


def test_a_table_without_its_last_line_end_is_read_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "JobID|State|Elapsed\n17|COMPLETED|00:00:10\n18|COMPLETED|00:00:1"
    together, apart, is_at_once = both_ways(text.encode(), monkeypatch)
    assert not is_at_once
    assert together.tables["jobs"].equals(apart.tables["jobs"])
