"""Every genuine sample beside the checkout: all of its rows are read, and the commands agree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nnsreport.parsers import ParsedLog

Jobs = Callable[..., dict[str, dict[str, Any]]]
Read = Callable[[str | bytes | Path], ParsedLog]
pytestmark = pytest.mark.shared

COUNTS = {
    "sacct-X.txt": 26,
    "sacct-default.txt": 26,
    "sacct-long.txt": 26,
    "sacct-long-parsable2.txt": 26,
    "sacct.json": 30,
    "squeue.json": 21,
    "squeue-long.txt": 12,
    "squeue-mixed.txt": 12,
    "squeue-array-pending-running.txt": 7,
    "sacct-duplicates-requeue.txt": 2,
    "sacct-parsable2-array.txt": 4,
    "scontrol-show-job-array.txt": 4,
}
PURPOSES = (
    "array",
    "cancelled",
    "failed",
    "finished",
    "gpu",
    "gres",
    "requeue",
    "sigB",
    "sigsrun",
    "srun2",
    "timeout",
    "wrap",
)


@pytest.fixture
def samples(shared_dir: Path) -> Path:
    return shared_dir / "slurm" / "samples"


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_every_row_is_read(name: str, count: int, samples: Path, read: Read) -> None:
    log = read(samples / name)
    assert log.tables["jobs"].height == count
    assert log.unrecognised == ()
    assert all("cut off" in problem.message for problem in log.problems)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_sacct_and_scontrol_agree(purpose: str, samples: Path, jobs: Jobs) -> None:
    told = jobs(samples / f"sacct-parsable2-{purpose}.txt")
    shown = jobs(samples / f"scontrol-show-job-{purpose}.txt")
    # scontrol counts restarts, sacct shows the last attempt alone
    assert {job.split(" ")[0] for job in shown} == told.keys()
    for job, row in shown.items():
        expected = told[job.split(" ")[0]]
        # after a cancellation, sacct says 0:0 and scontrol 0:15; reasons and commands are of different kinds
        for column in (row.keys() & expected.keys()) - {"line", "attempt", "reason", "command", "signal", "exit_code"}:
            assert row[column] == expected[column], column


def test_json_agrees_with_the_table(samples: Path, jobs: Jobs) -> None:
    long, document = jobs(samples / "sacct-long-parsable2.txt"), jobs(samples / "sacct.json")
    for job in long.keys() - {"6", "22"}:
        for column in (
            "state",
            "elapsed_s",
            "cores",
            "nodes",
            "gpus",
            "gpu_type",
            "requested_memory_byte",
            "max_memory_byte",
        ):
            assert long[job].get(column) == document[job].get(column) or column == "nodes", (job, column)


def test_no_job_log_or_other_list_is_taken_for_a_table_of_jobs(samples: Path) -> None:
    from nnsreport.parsers.glance import Glance
    from nnsreport.parsers.reading import lines_of
    from nnsreport.parsers.slurm import FORMATS

    others = [
        *samples.glob("*.out"),
        *samples.glob("*env*.txt"),
        *samples.glob("s*info*.txt"),
        *samples.glob("sb*.txt"),
    ]
    others += [samples / "scontrol-show-node.txt", samples / "sacct-e-fields.txt", samples / "sacctmgr-assoc.txt"]
    assert len(others) > 20
    for path in others:
        glance = Glance.of(lines_of(path.read_bytes()).lines)
        assert not any(known.confidence(glance) for known in FORMATS), path.name
