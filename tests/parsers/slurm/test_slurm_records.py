"""scontrol, JSON of several versions, and RWTH's project quota."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from nnsreport.parsers import ParsedLog
from nnsreport.tables import USAGE_COLUMNS, schema_of

Jobs = Callable[..., dict[str, dict[str, Any]]]
Read = Callable[[str | bytes | Path], ParsedLog]


def test_scontrol_of_several_jobs(slurm: Path, read: Read, jobs: Jobs) -> None:
    log = read(slurm / "scontrol-show-jobs.txt")
    assert (log.format, log.problems, log.unrecognised) == ("slurm-scontrol", (), ())
    found = jobs(log)
    waiting = "10_[2,5,7,11,13,17-30,41,43,47,53,59,61,67,71,73,79,83%1]"
    assert list(found) == ["6", "10_0", "12 (2)", waiting, "23"], "Restarts=1 makes it the second attempt"
    assert found["6"]["name"] == "my | odd job"
    assert found["6"]["command"] == "/home/hpcuser/project/s.sh 5"
    assert found["12 (2)"]["output_file"] == "/home/hpcuser/project/slurm-12.out"
    assert (found[waiting]["tasks"], "output_file" in found[waiting]) == (30, False)
    assert (found["23"]["gpus"], found["23"]["gpu_type"], found["23"]["limit_s"]) == (3, "volta", 72000.0)
    assert (found["10_0"]["signal"], found["10_0"]["job_id"], found["10_0"]["line"]) == (15, 19, 29)


def test_scontrol_on_one_line_tells_the_same(slurm: Path, jobs: Jobs) -> None:
    found = jobs(slurm / "scontrol-oneliner.txt")
    expected = jobs(slurm / "scontrol-show-jobs.txt")["6"]
    assert {**found["6"], "line": 1} == {**expected, "line": 1}
    assert (found["7"]["requested_memory_byte"], found["7"]["name"]) == (3 * 2**30, "two words")
    assert (found["14"]["state"], found["14"].keys() & {"ended", "exit_code"}) == ("RUNNING", set())


def test_scontrol_with_details(slurm: Path, read: Read, jobs: Jobs) -> None:
    log = read(slurm / "scontrol-detail.txt")
    assert log.problems == ()
    assert jobs(log)["7"]["nodes"] == 1


def test_start_of_a_waiting_job_is_what_slurm_expects(slurm: Path, jobs: Jobs) -> None:
    text = (slurm / "scontrol-detail.txt").read_text().replace("JobState=COMPLETED", "JobState=PENDING")
    assert not jobs(text)["7"].keys() & {"started", "ended"}


def test_scontrol_without_state_or_with_a_damaged_number(slurm: Path, read: Read) -> None:
    text = (slurm / "scontrol-detail.txt").read_text()
    for old, new, message in (
        ("JobState=COMPLETED ", "", "it has no JobState"),
        ("RunTime=00:00:08", "RunTime=00:00:0x8", "RunTime is '00:00:0x8'"),
        ("JobId=7 ", "JobId=7x ", "JobId is '7x'"),
    ):
        log = read(text.replace(old, new))
        assert log.tables["jobs"].is_empty()
        assert message in log.problems[0].message


def test_json_of_sacct_tells_what_its_table_tells(slurm: Path, read: Read, jobs: Jobs) -> None:
    log = read(slurm / "sacct.json")
    assert (log.format, log.problems) == ("slurm-sacct", ())
    expected = jobs(slurm / "sacct-parsable2.txt")
    found = jobs(log)
    assert list(found) == ["12", "7", "12 (2)", "14"]
    for job, row in found.items():
        same = row.keys() - {"line", "time_zone", "cpu_time_s", "state_detail"}
        assert {column: row[column] for column in same} == {column: expected[job][column] for column in same}
        assert row["cpu_time_s"] == pytest.approx(expected[job]["cpu_time_s"], abs=2e-3)
    assert found["14"]["state_detail"] == "CANCELLED by root"
    assert found["7"]["step_memory_byte"] == 138928 * 1024
    lines = (slurm / "sacct.json").read_text().splitlines()
    assert all(lines[row["line"] - 1].strip() == "{" for row in found.values())


def test_json_of_squeue(slurm: Path, read: Read, jobs: Jobs) -> None:
    log = read(slurm / "squeue.json")
    assert log.format == "slurm-squeue"
    found = jobs(log)
    assert (found["10_0"]["state"], found["10_0"]["output_file"]) == ("RUNNING", "/home/hpcuser/project/o_10_0.txt")
    assert (found["11"]["exit_code"], found["11"]["elapsed_s"]) == (3, 1.0)
    assert (found["15"]["cores"], found["15"].get("core_hours")) == (60, None)
    (waiting,) = [row for job, row in found.items() if "[" in job]
    assert (waiting["tasks"], waiting["job_id"]) == (30, 10)


def number(value: int) -> dict[str, object]:
    return {"set": True, "infinite": False, "number": value}


def test_json_of_later_versions(jobs: Jobs) -> None:
    """Slurm 23.11 and later wrap numbers and list states; written after the schema of its data parser v0.0.40."""
    unset = {"set": False, "infinite": False, "number": 0}
    memory = [{"type": "mem", "name": "", "id": 2, "count": 2 * 2**30, "task": 0, "node": "n1"}]
    step = {
        "time": {"elapsed": 60, "total": {"seconds": 30, "microseconds": 500000}},
        "step": {"id": "38905658.batch", "name": "batch"},
        "tasks": {"count": 1},
        "tres": {"requested": {"max": memory, "total": memory}},
    }
    job = {
        "job_id": 38905658,
        "array": {"job_id": 0, "task_id": unset, "task": ""},
        "name": "vgg8",
        "association": {"account": "thes0000", "user": "hpcuser"},
        "state": {"current": ["OUT_OF_MEMORY"], "reason": "None"},
        "exit_code": {"status": ["SIGNALED"], "return_code": number(0), "signal": {"id": number(9), "name": "KILL"}},
        "time": {
            "elapsed": 60,
            "start": 1795399755,
            "end": 1795399815,
            "submission": 1795399700,
            "limit": {"set": True, "infinite": True, "number": 0},
            "total": {"seconds": 30, "microseconds": 500000},
        },
        "required": {"CPUs": 24},
        "tres": {
            "allocated": [
                {"type": "cpu", "name": "", "count": 24},
                {"type": "mem", "name": "", "count": 2048},
                {"type": "gres", "name": "gpu:h100", "count": 1},
            ]
        },
        "stdout": "/home/hpcuser/%x-%8j.out",
        "steps": [step],
        "nodes": "n1",
        "allocation_nodes": 1,
    }
    (row,) = jobs(json.dumps({"jobs": [job], "meta": {}}, indent=1)).values()
    assert (row["state"], row["user"], row["signal"], row["cores"]) == ("OUT_OF_MEMORY", "hpcuser", 9, 24)
    assert (row["gpus"], row["gpu_type"], row["cpu_time_s"]) == (1, "h100", 30.5)
    assert "limit_s" not in row
    assert (row["requested_memory_byte"], row["step_memory_byte"]) == (2 * 2**30, 2 * 2**30)
    assert row["output_file"] == "/home/hpcuser/vgg8-38905658.out"
    assert row["started"] == datetime(2026, 11, 23, 2, 9, 15)


def test_json_that_is_damaged_keeps_the_other_jobs(slurm: Path, read: Read, jobs: Jobs) -> None:
    text = (slurm / "sacct.json").read_text()
    place = text.index('"job_id": 7,')
    log = read(text[:place] + "#" + text[place + 1 :])
    assert list(jobs(log)) == ["12", "12 (2)", "14"]
    assert "damaged" in log.problems[0].message
    log = read(text[:place])
    assert list(jobs(log)) == ["12"]
    odd = '{"meta": 1, "jobs": [5, {"job_id": "x"}, {"job_id": 1, "state": {"current": "GONE"}}, {"job_id": 2, "state":'
    log = read(odd + ' {"current": "FAILED"}, "name": "\\ud800", "time": {"elapsed": -5}}], "association": 0}')
    assert log.tables["jobs"].is_empty()
    assert len(log.problems) == 5


def test_project_quota(slurm: Path, read: Read) -> None:
    log = read(slurm / "r_wlm_usage.txt")
    assert (log.format, log.problems, log.unrecognised) == ("slurm-usage", (), ())
    table = log.tables["usage"]
    assert table.schema == schema_of(USAGE_COLUMNS)
    row = table.row(0, named=True)
    assert row["account"] == "lect0109"
    assert (row["period_start"], row["period_end"]) == (date(2023, 11, 1), date(2024, 4, 30))
    assert (row["monthly_quota_core_hours"], row["total_quota_core_hours"]) == (8072.0, 48000.0)
    assert (row["consumable_fraction"], row["longest_job_s"], row["largest_job_cores"]) == (2.0, 14400.0, 48)
    assert None not in row.values()


def test_project_quota_that_is_damaged(slurm: Path, read: Read) -> None:
    text = (slurm / "r_wlm_usage.txt").read_text()
    damaged = text.replace("8072", "8o72").replace("01.11.2023", "31.02.2023").replace("4.0 hours", "4.0 moons")
    log = read(damaged + text.replace("lect0109", "thes0000") + "Quota core-h: 5\nhello\n")
    first, second = log.tables["usage"].iter_rows(named=True)
    assert (first["monthly_quota_core_hours"], first["period_start"], first["longest_job_s"]) == (None, None, None)
    assert second["monthly_quota_core_hours"] == 8072.0
    assert [problem.line for problem in log.problems] == [3, 7, 19, 41]
    assert log.unrecognised == (42,)
