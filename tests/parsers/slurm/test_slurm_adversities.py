"""What clusters and users do to tables of jobs: other delimiters, no header, errors instead, heterogeneous jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nnsreport.errors import UnknownFormatError
from nnsreport.parsers import ParsedLog, parse_bytes

Read = Callable[[str], ParsedLog]
Jobs = Callable[..., dict[str, dict[str, Any]]]

NAMES = ("JobID", "JobName", "State", "Elapsed", "AllocCPUS")
CELLS = ("38905658", "vgg8", "COMPLETED", "01:00:00", "24")


@pytest.mark.parametrize("delimiter", ["|", ";", ",", "\t", "^", "~", "::", "||", " | ", "#", "@", "/", "&", " <> "])
@pytest.mark.parametrize("end", ["", "delimiter"])
def test_any_delimiter(delimiter: str, end: str, jobs: Jobs) -> None:
    last = delimiter if end and not delimiter.endswith(" ") else ""
    rows = jobs(f"{delimiter.join(NAMES)}{last}\n{delimiter.join(CELLS)}{last}\n")
    assert rows["38905658"]["core_hours"] == 24
    assert rows["38905658"]["name"] == "vgg8"


@pytest.mark.parametrize("text", ["jobid: name\n1: a\n", "jobid - state\n", "the jobid, name and state\n1, 2, 3\n"])
def test_sentences_are_no_headers(text: str) -> None:
    with pytest.raises(UnknownFormatError):
        parse_bytes(text.encode(), run="r")


def test_a_delimiter_that_stands_in_the_cells_leaves_rows_out(read: Read) -> None:
    log = read(f"{':'.join(NAMES)}\n{':'.join(CELLS)}\n")
    assert log.tables["jobs"].is_empty()
    assert "it has 7 cells for 5 columns" in log.problems[0].message


@pytest.mark.parametrize(
    "text",
    [
        "38905658|vgg8|c23g|thes0000|24|COMPLETED|0:0\n38905658.batch|batch||thes0000|24|COMPLETED|0:0\n",
        "38905658           vgg8       c23g   thes0000         24  COMPLETED      0:0 \n"
        "38905658.ba+      batch              thes0000         24 CANCELLED+      0:0 \n",
        "100_[4-9%2];a;PENDING\n100_3;a;RUNNING\n",
        "100+1|het|CANCELLED by 1234|\n",
    ],
)
def test_rows_without_a_header_are_told_and_not_guessed(text: str, read: Read) -> None:
    log = read(text)
    assert log.format == "slurm-sacct"
    assert log.tables["jobs"].is_empty()
    (problem,) = log.problems
    assert problem.message.startswith("rows of jobs stand without the names of their columns")
    assert "--noheader" in str(problem.remedy)


@pytest.mark.parametrize("text", ["38905658 images COMPLETED_LATE\n", "1 2 3\n", "2026 was RUNNING\n", "7: TIMEOUT\n"])
def test_other_lines_with_numbers_are_no_rows(text: str) -> None:
    with pytest.raises(UnknownFormatError):
        parse_bytes(text.encode(), run="r")


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("slurm_load_jobs error: Invalid job id specified\n", "Invalid job id specified", "sacct --parsable2 --jobs"),
        ("sacct: error: Problem talking to the database: Connection refused\n", "the database", "did not answer"),
        ("squeue: error: Invalid user: x\n", "Invalid user: x", "correct the command"),
        (
            "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n",
            "Unable to contact slurm controller",
            "did not answer",
        ),
    ],
)
def test_an_error_in_the_place_of_a_table(text: str, message: str, remedy: str, read: Read) -> None:
    log = read(text)
    assert log.tables["jobs"].is_empty()
    (problem,) = log.problems
    assert message in problem.message
    assert remedy in str(problem.remedy)


def test_an_error_behind_a_table(read: Read) -> None:
    log = read("JobID|State\n1|COMPLETED\nslurm_load_jobs error: Invalid job id specified\n")
    assert log.tables["jobs"]["job"].to_list() == ["1"]
    assert [(problem.line, "Slurm says" in problem.message) for problem in log.problems] == [(3, True)]
    assert not log.unrecognised


def test_an_error_before_the_log_of_a_simulator_does_not_hide_it(test_data: Any) -> None:
    text = (test_data / "neurosim" / "v1.4" / "main_pipelined.txt").read_text()
    (log,) = parse_bytes(("slurm_load_jobs error: Invalid job id specified\n" + text).encode(), run="r")
    assert log.format == "neurosim-1.4"


def test_heterogeneous_jobs_are_one_row_a_component(jobs: Jobs) -> None:
    rows = jobs(
        "JobID|State|Elapsed|AllocCPUS|MaxRSS\n"
        "100+0|COMPLETED|00:01:00|4|\n100+0.batch|COMPLETED|00:01:00|4|1000K\n100+0.0|COMPLETED|00:00:50|4|2000K\n"
        "100+1|COMPLETED|00:01:00|8|\n100+1.0|COMPLETED|00:00:50|8|3.5M\n"
    )
    assert rows["100+0"]["max_memory_byte"] == 2000 * 1024
    assert rows["100+1"]["max_memory_byte"] == round(3.5 * 2**20)
    assert (rows["100+0"]["cores"], rows["100+1"]["cores"]) == (4, 8)


def test_a_list_of_nodes_on_several_lines(jobs: Jobs) -> None:
    rows = jobs(
        "JobId=100 JobName=a\n   JobState=RUNNING Reason=None\n"
        "   NodeList=n[1-3],\n      n5,\n      m[01-07]\n   NumNodes=11\n"
    )
    assert rows["100"]["node_list"] == "n[1-3],n5,m[01-07]"
    assert rows["100"]["nodes"] == 11


@pytest.mark.parametrize("cell", ["1,5G", "1234,56M", "12 K", "1.2e5K", "K", "-5K", "5KiB", "١K"])
def test_memory_in_no_way_of_slurms_is_told(cell: str, read: Read) -> None:
    log = read(f"JobID|State|MaxRSS\n1|COMPLETED|\n1.0|COMPLETED|{cell}\n")
    assert log.tables["jobs"]["max_memory_byte"].to_list() == [None]
    assert "MaxRSS is" in log.problems[0].message


@pytest.mark.parametrize(
    ("cell", "byte"), [("5K", 5120), ("0", 0), ("3.5G", 3.5 * 2**30), ("2T", 2**41), ("999999999999999K", None)]
)
def test_memory_in_slurms_ways(cell: str, byte: float | None, jobs: Jobs) -> None:
    rows = jobs(f"JobID|State|MaxRSS\n1|COMPLETED|\n1.0|COMPLETED|{cell}\n")
    assert rows["1"].get("max_memory_byte") == byte or (byte is None and rows["1"]["max_memory_byte"] > 2**59)


@pytest.mark.parametrize("cell", ["24:00:00", "00:60:00", "00:00:60", "-0:00:03", "0٣:00:00", "+1:00:00", "1:0:0:00"])
def test_durations_that_slurm_does_not_print_are_told(cell: str, read: Read) -> None:
    log = read(f"JobID|State|Elapsed\n1|COMPLETED|{cell}\n2|COMPLETED|00:00:03\n")
    assert log.tables["jobs"]["job"].to_list() == ["2"]
    assert "Elapsed is" in log.problems[0].message


def test_rows_read_together_are_those_read_one_by_one(slurm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from nnsreport.parsers.slurm.columnwise import ColumnReader

    def leave_all(_: ColumnReader, printed: list[object], cells: object) -> list[None]:
        return [None] * len(printed)

    for path in sorted(slurm.glob("sacct-parsable*.txt")):
        (together,) = parse_bytes(path.read_bytes(), run="r")
        with monkeypatch.context() as patch:
            patch.setattr(ColumnReader, "read", leave_all)
            (apart,) = parse_bytes(path.read_bytes(), run="r")
        assert together.tables["jobs"].equals(apart.tables["jobs"])
        assert together.problems == apart.problems


def test_a_quota_that_may_be_thousands_is_told(read: Read) -> None:
    log = read("Account:   thes0000\nQuota monthly (core-h):     8.072\nConsumed   core-h current month:    120\n")
    assert log.tables["usage"]["monthly_quota_core_hours"].to_list() == [None]
    assert "'8.072' is not understood" in log.problems[0].message
