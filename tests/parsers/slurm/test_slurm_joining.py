"""Jobs joined to runs, their ends explained, their names in file names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from nnsreport.parsers import ParsedLog
from nnsreport.parsers.names import run_name
from nnsreport.parsers.slurm import explain_state, hint_at_waste, join_jobs
from nnsreport.tables import JOBS_COLUMNS, schema_of

Read = Callable[[str | bytes | Path], ParsedLog]
SACCT = (
    "JobID|JobIDRaw|JobName|State|Elapsed|Timelimit|AllocCPUS|AllocTRES|StdOut\n"
    "38905658|38905658|vgg8|REQUEUED|00:10:00|01:00:00|24||\n"
    "38905658|38905658|vgg8|TIMEOUT|01:00:07|01:00:00|24|cpu=24,gres/gpu:h100=2,gres/gpu=2|\n"
    "38905700_7|38905707|sweep|COMPLETED|00:30:00|01:00:00|4||/home/me/other.txt\n"
    "38905701|38905701|sweep|FAILED|00:30:00|01:00:00|4||/home/me/same.txt\n"
    "38905702|38905702|sweep|FAILED|00:30:00|01:00:00|4||/home/me/same.txt\n"
)


def log(run: str, source: str | None = None, **tables: pl.DataFrame) -> ParsedLog:
    return ParsedLog(run, Path(source) if source else None, "neurosim-1.4", True, (), (), (), tables=tables)


def test_runs_get_the_row_of_their_job(read: Read) -> None:
    jobs = read(SACCT).tables["jobs"]
    runs = ["38905658", "38905658#2", "38905658-task1", "a/38905658", "38905700_7", "38905707#3", "38905700", "vgg8"]
    joined = join_jobs([*map(log, runs), log("table", jobs=jobs)], jobs)
    assert joined["run"].to_list() == runs
    assert joined.schema == pl.Schema(
        {"run": pl.String(), "format": pl.String(), "complete": pl.Boolean()}
    ) | schema_of(JOBS_COLUMNS)
    assert joined["job"].to_list() == [*["38905658"] * 4, "38905700_7", "38905700_7", None, None]
    assert joined["attempt"].to_list() == [2, 2, 2, 2, 1, 1, None, None], "the last attempt wrote the file"
    row = joined.row(0, named=True)
    assert (row["state"], row["core_hours"], row["gpu_hours"]) == ("TIMEOUT", 24 * 3607 / 3600, 2 * 3607 / 3600)


def test_output_files_tell_the_job_where_names_do_not(read: Read) -> None:
    jobs = read(SACCT).tables["jobs"]
    joined = join_jobs(
        [log("other", "/home/me/other.txt"), log("same", "/home/me/same.txt"), log("new", "/x/other.txt")], jobs
    )
    assert joined["job"].to_list() == ["38905700_7", None, None], "two jobs wrote same.txt"


def test_nothing_to_join(read: Read) -> None:
    jobs = read(SACCT).tables["jobs"]
    assert join_jobs([], jobs).is_empty()
    assert join_jobs([log("38905658")], jobs.clear())["job"].to_list() == [None]


def row(state: str, **values: object) -> dict[str, Any]:
    return {**dict.fromkeys(JOBS_COLUMNS), "job": "7", "state": state, **values}


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            row("TIMEOUT", limit_s=3600.0, elapsed_s=90061.0, exit_code=0),
            "job 7 was stopped at its time limit of 01:00:00 after 1-01:01:01; "
            "ask for a longer --time, or let the run resume",
        ),
        (
            row("OUT_OF_MEMORY", requested_memory_byte=4000 * 2**20, max_memory_byte=3 * 2**29),
            "job 7 needed more memory than the 3.9G it asked for (1.5G at the last measurement); "
            "ask for more --mem, or use smaller batches",
        ),
        (
            row("CANCELLED", state_detail="CANCELLED by 1001", elapsed_s=61.0),
            "job 7 was cancelled by 1001 after 00:01:01; submit it again if its results are needed",
        ),
        (
            row("CANCELLED", elapsed_s=0.0),
            "job 7 was cancelled before it started; submit it again if its results are needed",
        ),
        (
            row("NODE_FAIL", node_list="n23g0001"),
            "job 7 lost a node (n23g0001); submit it again, it was no fault of the job",
        ),
        (
            row("FAILED", exit_code=3, signal=0, output_file="/a/slurm-7.out"),
            "job 7 failed with exit code 3; read the last lines of its output /a/slurm-7.out",
        ),
        (row("FAILED", exit_code=0, signal=11), "job 7 was ended by signal 11; read the last lines of its output"),
        (
            row("PREEMPTED", elapsed_s=10.0),
            "job 7 gave way to a job of higher priority after 00:00:10; "
            "submit it with --requeue, and let the run resume",
        ),
        (row("COMPLETED", exit_code=1), None),
        (row("RUNNING"), None),
    ],
)
def test_explanations_judge_by_state_and_have_a_remedy(found: dict[str, Any], sentence: str | None) -> None:
    assert explain_state(found) == sentence


def test_every_bad_end_is_explained() -> None:
    for state in (
        "BOOT_FAIL",
        "DEADLINE",
        "LAUNCH_FAILED",
        "REQUEUED",
        "NODE_FAIL",
        "TIMEOUT",
        "OUT_OF_MEMORY",
        "FAILED",
    ):
        sentence = explain_state(row(state))
        assert sentence is not None
        assert "None" not in sentence
        assert "; " in sentence


def test_a_hint_at_cores_and_memory_left_idle() -> None:
    idle = row(
        "COMPLETED",
        elapsed_s=3600.0,
        cores=24,
        cpu_time_s=3600.0,
        requested_memory_byte=90 * 2**30,
        step_memory_byte=2**30,
    )
    assert hint_at_waste(idle) == (
        "job 7 used 4 % of its 24 cores' time and 1 % of its 90G of memory: it would start sooner if it asked for less"
    )
    for busy in (
        {**idle, "cpu_time_s": 20000.0, "step_memory_byte": 20 * 2**30},
        {**idle, "state": "RUNNING"},
        {**idle, "elapsed_s": 5.0},
        {**idle, "cpu_time_s": None, "step_memory_byte": None, "max_memory_byte": 2**20},
    ):
        assert hint_at_waste(busy) is None


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("slurm-7_3.out", "7_3"),
        ("output_38905658_7.txt", "38905658_7"),
        ("slurm-38905658.out.zst", "38905658"),
        ("vgg8-38905658.out", "38905658"),
        ("dn_40-38905658_7.log.gz", "38905658_7"),
        ("vgg8.o38905658", "38905658"),
        ("22_0_log.out", "22"),
        ("26_1_0_log.out", "26_1"),
        ("26_1_1_log.out", "26_1_1_log"),
        ("resnet-18.out", "resnet-18"),
        ("vgg8-20261122.out", "vgg8-20261122"),
        ("vgg8_261122.log", "vgg8_261122"),
        ("lr0.125000.txt", "lr0.125000"),
        ("vgg8-000125.txt", "vgg8-000125"),
    ],
)
def test_names_of_jobs_output(name: str, run: str) -> None:
    assert run_name(Path("folder") / name) == run
