"""sacct and squeue in all their forms. Jobs of the samples had odd names on purpose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from nnsreport.parsers import ParsedLog
from nnsreport.tables import JOBS_COLUMNS, schema_of

Jobs = Callable[..., dict[str, dict[str, Any]]]
Read = Callable[[str | bytes | Path], ParsedLog]
MEBIBYTE = 2**20


def test_every_column_of_sacct(slurm: Path, read: Read, jobs: Jobs) -> None:
    log = read(slurm / "sacct-parsable2.txt")
    assert (log.format, log.complete, log.problems, log.unrecognised, len(log.metrics)) == (
        "slurm-sacct",
        True,
        (),
        (),
        0,
    )
    assert log.tables["jobs"].schema == schema_of(JOBS_COLUMNS)
    found = jobs(log)
    assert list(found) == [
        *("6", "7", "8", "11", "12", "13", "14", "15", "16"),
        *("9_4", "9_5", "9_6", "9_7", "9_8", "9_9", "10_0", "23", "12 (2)"),
    ]
    assert found["23"] == {
        "job": "23",
        "attempt": 1,
        "job_id": 23,
        "tasks": 1,
        "name": "gp",
        "user": "hpcuser",
        "account": "thes0000",
        "partition": "c23g",
        "state": "COMPLETED",
        "exit_code": 0,
        "signal": 0,
        "submitted": datetime(2026, 11, 23, 2, 9, 44),
        "started": datetime(2026, 11, 23, 2, 9, 47),
        "ended": datetime(2026, 11, 23, 2, 9, 59),
        "elapsed_s": 12.0,
        "limit_s": 72000.0,
        "cores": 1,
        "nodes": 1,
        "node_list": "vm",
        "gpus": 3,
        "gpu_type": "volta",
        "requested_memory_byte": 1000 * MEBIBYTE,
        "max_memory_byte": 4616 * 1024,
        "step_memory_byte": 4616 * 1024,
        "cpu_time_s": 0.006,
        "core_hours": 12 / 3600,
        "gpu_hours": 36 / 3600,
        "work_folder": "/home/hpcuser/project",
        "command": "sbatch --parsable -A thes0000 -J gp -p c23g --gres=gpu:volta:3 -t 20:00:00 -o %x-%j.out s.sh 12",
        "line": 37,
    }


def test_steps_are_folded_into_their_job(slurm: Path, jobs: Jobs) -> None:
    job = jobs(slurm / "sacct-parsable2.txt")["7"]
    assert job["max_memory_byte"] == 69464 * 1024, "of one of the two tasks of step 0"
    assert job["step_memory_byte"] == 138928 * 1024, "of both"
    assert job["requested_memory_byte"] == 3 * 2**30
    assert (job["cpu_time_s"], job["name"]) == (0.384, "two words")


def test_delimiters_and_line_ends_in_names_commands_and_comments(slurm: Path, jobs: Jobs) -> None:
    found = jobs(slurm / "sacct-parsable2.txt")
    assert found["6"]["name"] == "my | odd job"
    assert found["6"]["command"].endswith("-J my | odd job -c 8 -t 10 s.sh 5")
    assert found["12"]["command"].endswith("-J unl --comment=a=b | c -t 00:07:30 --requeue s.sh 40")
    assert found["16"]["command"].endswith("--wrap python3 -c 'print(1)\nprint(2)'")
    assert (found["8"]["cores"], found["8"]["core_hours"], found["8"]["exit_code"]) == (20, 100 / 3600, 124)


def test_array_tasks_have_slurms_own_number_too(slurm: Path, jobs: Jobs) -> None:
    found = jobs(slurm / "sacct-parsable2.txt")
    numbers = {job: (row["array_job"], row["array_task"], row["job_id"]) for job, row in found.items() if "_" in job}
    assert numbers["9_4"] == (9, 4, 17)
    assert numbers["9_9"] == (9, 9, 9), "one task has the array's own"


def test_attempts_of_a_requeued_job_are_rows(slurm: Path, jobs: Jobs) -> None:
    found = jobs(slurm / "sacct-duplicates.txt")
    assert (found["12"]["state"], found["12"]["elapsed_s"]) == ("REQUEUED", 32.0)
    assert (found["12 (2)"]["state"], found["12 (2)"]["elapsed_s"], "ended" in found["12 (2)"]) == (
        "RUNNING",
        17.0,
        False,
    )
    assert found["6"]["name"] == "my | odd job"


def test_every_form_of_sacct_tells_the_same(slurm: Path, jobs: Jobs) -> None:
    expected = jobs(slurm / "sacct-parsable2.txt")
    for sample in ("parsable", "default", "own-widths", "semicolon", "noconvert", "gibibytes"):
        found = jobs(slurm / f"sacct-{sample}.txt")
        assert len(found) >= 5
        for job, row in found.items():
            if row["state"] == "RUNNING" or job == "12":
                continue  # printed before it ended
            for column in row.keys() - {"line", "attempt", "job_id", "name", "state_detail", "command"}:
                if sample != "gibibytes" or "memory" not in column:
                    assert row[column] == expected[job][column], (sample, job, column)


def test_rounded_units_keep_what_is_printed(slurm: Path, jobs: Jobs) -> None:
    found = jobs(slurm / "sacct-gibibytes.txt")
    assert found["6"]["requested_memory_byte"] == round(7.81 * 2**30)
    assert found["7"]["max_memory_byte"] == round(0.07 * 2**30)


def test_columns_cut_by_sacct_are_told(slurm: Path, read: Read, jobs: Jobs) -> None:
    log = read(slurm / "sacct-default.txt")
    found = jobs(log)
    assert found["6"]["name"] == "my | odd +"
    assert found["14"]["state"] == "CANCELLED"
    assert [problem.line for problem in log.problems] == [14]
    assert "State is cut off" in log.problems[0].message
    log = read(slurm / "sacct-long.txt")
    row = jobs(log)["2"]
    assert (row["max_memory_byte"], row["requested_memory_byte"]) == (12208 * 1024, 1000 * MEBIBYTE)
    assert "gpus" not in row, "AllocTRES is cut off"
    assert any("AllocTRES is cut off, and left out (10 times)" in problem.message for problem in log.problems)


def test_steps_with_cut_ids_go_to_their_job(read: Read, jobs: Jobs) -> None:
    # eight digits and a task fill sacct's column of twelve
    text = (
        "JobID           JobName  Partition    Account  AllocCPUS      State ExitCode     MaxRSS \n"
        "------------ ---------- ---------- ---------- ---------- ---------- -------- ---------- \n"
        "38905658_12        vgg8       c23g   thes0000         24 OUT_OF_ME+    0:125            \n"
        "38905658_12+      batch              thes0000         24 OUT_OF_ME+    0:125   1042268K \n"
        "38905658_12+     extern              thes0000         24  COMPLETED      0:0          0 \n"
        "38905658_12+       vgg8       c23g   thes0000         24  COMPLETED      0:0            \n"
        "38905658           vgg8       c23g   thes0000         24  COMPLETED      0:0            \n"
        "38905658.ba+      batch              thes0000         24  COMPLETED      0:0    104226K \n"
    )
    log = read(text)
    found = jobs(log)
    assert list(found) == ["38905658_12", "38905658"]
    assert found["38905658_12"]["state"] == "OUT_OF_MEMORY"
    assert found["38905658_12"]["max_memory_byte"] == 1042268 * 1024
    assert found["38905658"]["max_memory_byte"] == 104226 * 1024
    assert [problem.line for problem in log.problems if "fills its column" in problem.message] == [6]


def test_names_with_umlauts_shift_sacct_columns_by_bytes(jobs: Jobs) -> None:
    lines = [
        "JobID           JobName      State    Elapsed ",
        "------------ ---------- ---------- ---------- ",
        "4                 größe  COMPLETED   00:00:07 ",
    ]
    by_bytes = lines[2].replace("      größe", "    größe")
    for row in (lines[2], by_bytes):
        found = jobs("\n".join([*lines[:2], row, ""]))
        assert (found["4"]["name"], found["4"]["elapsed_s"]) == ("größe", 7.0)


def test_dates_of_other_formats(slurm: Path, read: Read, jobs: Jobs) -> None:
    german, epoch = jobs(slurm / "sacct-german-dates.txt"), jobs(slurm / "sacct-epoch-dates.txt")
    assert german["6"]["started"] == datetime(2026, 11, 23, 2, 9)
    assert (epoch["6"]["ended"], epoch["6"]["time_zone"]) == (datetime(2026, 11, 23, 2, 9, 21), "UTC")
    log = read(slurm / "sacct-relative-dates.txt")
    found = jobs(log)
    assert "started" not in found["6"]
    assert found["6"]["elapsed_s"] == 6.0
    (start, *_) = log.problems
    assert "dates in Start are not understood, and left out (17 times)" in start.message
    assert start.remedy == "unset SLURM_TIME_FORMAT, or set it to standard"


def test_squeue_whose_columns_are_too_narrow(slurm: Path, read: Read, jobs: Jobs) -> None:
    found = jobs(slurm / "squeue-long.txt")
    assert found["12"]["limit_s"] == 480.0
    waiting = found["10_[2,5,7,11,13,17"]
    assert (waiting["array_job"], waiting["state"], waiting["reason"]) == (10, "PENDING", "JobArrayTaskLimit")
    assert "tasks" not in waiting, "the list is cut off"
    log = read(
        "  JOBID     NAME ST   TIME TIME_LIMI  NODES\n"
        "3890565     vgg8  R   1:02      5:00      1\n"
        " 389056     vgg8  R  12:34 1-00:00:0      1\n"
        "  38905     vgg8 OO 12:34: UNLIMITED      1\n"
    )
    found = jobs(log)
    assert list(found) == ["389056", "38905"], "the first may be 38905658"
    assert "limit_s" not in found["389056"], "1-00:00:0 lacks its end"
    assert found["389056"]["elapsed_s"] == 754.0
    assert (found["38905"]["state"], found["38905"].keys() & {"elapsed_s", "limit_s"}) == ("OUT_OF_MEMORY", set())
    assert [problem.line for problem in log.problems] == [2, 3, 4]


def test_squeue_with_blanks_in_names_and_arrays_that_wait(slurm: Path, jobs: Jobs) -> None:
    found = jobs(slurm / "squeue-spaces.txt")
    assert [row["name"] for row in found.values()] == ["arr ay", "s.sh", "arr ay", "arr ay", "two  wo"]
    assert (found["24_[7,10%2]"]["tasks"], found["24_[7,10%2]"]["elapsed_s"]) == (2, 0.0)
    assert (found["24_4"]["array_task"], found["24_4"]["node_list"]) == (4, "vm")


def test_squeue_with_a_format_of_ones_own(slurm: Path, jobs: Jobs) -> None:
    narrow, piped, long = (jobs(slurm / f"squeue-{name}.txt") for name in ("narrow", "pipe", "O"))
    assert (narrow["15"]["name"], narrow["15"]["state"], narrow["15"]["elapsed_s"]) == ("toobig", "RUNNING", 3.0)
    assert (piped["15"]["cores"], piped["15"]["started"]) == (60, datetime(2026, 11, 23, 2, 9, 41))
    assert "started" not in piped["10_[2,5,7,11,13,17-30,41,43,47,"]
    assert (long["10_0"]["job_id"], long["15"]["cores"], long["10_0"]["limit_s"]) == (19, 60, 120.0)


def test_several_tables_in_one_file(slurm: Path, read: Read, jobs: Jobs) -> None:
    first = "JobID|State|Start|Elapsed\n7|RUNNING|2026-11-22T19:29:12|00:00:05\n"
    second = "Elapsed|JobName|JobID|State|Start\n01:00:00|vgg8|7|TIMEOUT|2026-11-22T19:29:12\n"
    log = read(
        f"[me@login ~]$ sacct -P\n{first}\n\x1b[1mme@login\x1b[0m$ again\n{second}{first}slurm_load_jobs error\n"
    )
    (row,) = jobs(log).values()
    assert (row["state"], row["elapsed_s"], row["name"]) == ("RUNNING", 5.0, "vgg8"), "the last table is the newest"
    assert log.unrecognised == (1, 5, 10)
    both = (slurm / "squeue-spaces.txt").read_text() + "\n" + (slurm / "sacct-duplicates.txt").read_text()
    assert len(jobs(both)) == 5 + len(jobs(slurm / "sacct-duplicates.txt"))


def test_rows_that_are_not_understood_are_told_and_the_rest_is_kept(read: Read, jobs: Jobs) -> None:
    text = (
        "JobID|JobName|State|Elapsed|Timelimit\n"
        "1|a|COMPLETED|00:00:01|00:05:00\n"
        "2|b|COMPLETED|00:0x:01|00:05:00\n"
        "3|c|COMPLE\n"
        "4|d|FINISHED|00:00:01|00:05:00\n"
        "5|e|COMPLETED|00:00:01|00:05:00|7|8\n"
        "6|f|COMPLETED|00:00:01|00:05:00\n"
        "6|f|COMPLETED|00:00:01|00:05:00\n"
        "9.batch|batch|COMPLETED|00:00:01|\n"
        "7|g|COMPLETED|00:00:01|00:05"
    )
    log = read(text)
    found = jobs(log)
    assert list(found) == ["1", "6", "7"]
    assert "limit_s" not in found["7"], "the file ends in the middle of a line"
    assert [(problem.line, problem.message.partition(":")[0]) for problem in log.problems] == [
        (3, "a row is left out, Elapsed is '00"),
        (4, "a row is left out, it has 3 of 5 cells"),
        (5, "a row is left out, State is 'FINISHED'"),
        (6, "a row is left out, it has 7 cells for 5 columns"),
        (8, "a row is there twice, and counted once"),
        (9, "a step has no row of its job before it, and is left out"),
        (10, "Timelimit is cut off, and left out"),
    ]
    assert all(problem.remedy or "twice" in problem.message for problem in log.problems)


def test_columns_that_slurm_does_not_have_are_told(read: Read, jobs: Jobs) -> None:
    log = read("JobID|Colour|State\n5|red|COMPLETED\n")
    assert jobs(log)["5"]["state"] == "COMPLETED"
    assert log.problems[0].message == "columns that are not known are left out: Colour"


def test_memory_for_each_core_or_node_as_old_versions_print_it(jobs: Jobs) -> None:
    found = jobs(
        "JobID|AllocCPUS|NNodes|ReqMem|State\n1|8|2|4000Mc|COMPLETED\n2|8|2|3.5Gn|COMPLETED\n3|0|0|1Gc|PENDING\n"
    )
    assert [row.get("requested_memory_byte") for row in found.values()] == [32000 * MEBIBYTE, 7 * 2**30, 0]


def test_a_table_without_jobs_says_so(read: Read) -> None:
    log = read("JobID|State|Elapsed\n")
    assert log.tables["jobs"].is_empty()
    assert log.tables["jobs"].schema == schema_of(JOBS_COLUMNS)
    assert [problem.message for problem in log.problems] == ["there is no job in it"]


@pytest.mark.parametrize("change", [str.lower, lambda text: text.replace("\n", "\r\n"), lambda text: "\n\n" + text])
def test_case_line_ends_and_blank_lines_do_not_matter(change: Callable[[str], str], slurm: Path, jobs: Jobs) -> None:
    text = (slurm / "sacct-duplicates.txt").read_text()
    head, rest = text.split("\n", 1)
    changed = change(head + "\n" + rest) if change is not str.lower else head.lower() + "\n" + rest
    assert [row["state"] for row in jobs(changed).values()] == [row["state"] for row in jobs(text).values()]
