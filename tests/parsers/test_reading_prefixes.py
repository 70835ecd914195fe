"""Time stamps before every line, and logs that are indented as a whole: reading gives what the simulator wrote."""

from __future__ import annotations

import dataclasses
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnsreport.errors import LogError, NnsreportError
from nnsreport.parsers import ParsedLog, parse_bytes
from nnsreport.parsers.reading import LogText, lines_of, read_chunks, read_log

NOTE = "lines begin with a time or an indentation"

STAMPS = (
    *("Nov 23 10:00:{:02d} ", "Nov  3 10:00:{:02d} ", "Mon Nov 23 10:00:{:02d} 2026 "),
    *("2026-11-23 10:00:{:02d} ", "2026/11/23 10:00:{:02d} ", "23.11.2026 10:00:{:02d} ", "20261123T1000{:02d}Z "),
    *("[2026-11-23T10:00:{:02d}.123456] ", "[2026-11-23 10:00:{:02d}] ", "<2026-11-23 10:00:{:02d}> "),
    *("2026-11-23T10:00:{:02d}.1234567Z ", "2026-11-23T10:00:{:02d}.123456+00:00 ", "2026-11-23 10:00:{:02d} CET "),
    *("00:00:{:02d} ", "0:00:{:02d} ", "10:00:{:02d}.123456 ", "10:00:{:02d}: ", "10:00:{:02d} | ", "[10:00:{:02d}] "),
    *("[  12.3{:02d}] ", "[1234.5{:02d}s] ", "17000000{:02d} ", "17000000{:02d}.123456 ", "2026-11-23 10:00:{:02d}\t"),
    *("2026-11-23 10:00:{:02d},123 INFO ", "2026-11-23 10:00:{:02d},123 [INFO] ", "INFO 2026-11-23 10:00:{:02d},123 "),
    *("2026-11-23T10:00:{:02d}.123456789Z stdout F ", "2026-11-23 10:00:{:02d},123:INFO: "),
)
"""As ``ts``, ``srun | ts '%F %T'``, Python's logging, Docker, GitHub, the kernel and others write them."""

NAMED_STAMPS = (
    *("Nov 23 10:00:{:02d} node123 job[4711]: ", "2026-11-23T10:00:{:02d}+0100 node123 srun[4711]: "),
    *("2026-11-23 10:00:{:02d},123 - root - INFO - ", "2026-11-23 10:00:{:02d},123 INFO     "),
    *("[2026-11-23 10:00:{:02d},123][root][INFO] - ", "2026-11-23 10:00:{:02d} INFO train.py:123: "),
    *("2026-11-23 10:00:{:02d}.123 | INFO     | module:func:12 - ", "11/23/2026 10:00:{:02d} - INFO - __main__ -   "),
    *("2026-11-23 10:00:{:02d},123 INFO:root: ", "2026-11-23 10:00:{:02d} root INFO "),
)
"""With the name of a computer or logger, which takes some lines to be known."""

INDENTATIONS = ("    ", "\t", "  ", "> ", ">> ", "> > ", ">     ", "            ")

TEXT = """\
------------------------------ FloorPlan --------------------------------

Desired Conventional Mapped Tile Storage Size: 512x512
layer1: 1
\tlayer2: 8
   3 4 5.5
12: of a list
INFO: 5
ChipArea : 4.5e+06um^2
"""


def stamped(text: str, stamp: str) -> str:
    """Return a text with a stamp before every line, a second later each."""
    lines = text.removesuffix("\n").split("\n")
    end = "\n" if text.endswith("\n") else ""
    return "\n".join(stamp.format(number % 60) + line for number, line in enumerate(lines)) + end


def told(text: LogText) -> list[int | None]:
    """Return the lines of the notes about what was left out before the lines."""
    return [problem.line for problem in text.problems if problem.message.startswith(NOTE)]


@pytest.mark.parametrize("stamp", [*STAMPS, *NAMED_STAMPS, *INDENTATIONS])
def test_what_stands_before_every_line_is_left_out_and_told_once(stamp: str) -> None:
    text = lines_of(stamped(TEXT, stamp).encode())
    assert list(text.lines) == list(lines_of(TEXT.encode()).lines)
    assert list(text.numbers) == list(range(1, 10))
    assert told(text) == [1]


@pytest.mark.parametrize("stamp", [*STAMPS, "> ", ">> ", "> > "])
@pytest.mark.parametrize("line", ["0.5,0.25", "layer1: 5", "Error: CMOS 28nm", "operationmode ERROR", "7"])
def test_a_log_of_one_line_is_read_as_well(line: str, stamp: str) -> None:
    assert list(lines_of(stamped(line, stamp).encode()).lines) == [line]


@pytest.mark.parametrize("stamp", ["2026-11-23 10:00:{:02d} ", "    ", "> "])
def test_blanks_that_an_editor_took_away_are_not_missed(stamp: str) -> None:
    data = "\n".join(line.rstrip() for line in stamped(TEXT, stamp).split("\n")).encode()
    assert list(lines_of(data).lines) == list(lines_of(TEXT.encode()).lines)


def test_lines_without_a_stamp_are_taken_as_they_are() -> None:
    whole = stamped(TEXT, "10:00:{:02d} ") + "slurmstepd: error: over\n10 7\nNov 23 10:00:00 late\n"
    rest = ["slurmstepd: error: over", "10 7", "Nov 23 10:00:00 late"]
    assert list(lines_of(whole.encode()).lines) == [*lines_of(TEXT.encode()).lines, *rest]
    before = f"Loading module 7\n\n{stamped(TEXT, '10:00:{:02d} ')}"
    assert list(lines_of(before.encode()).lines) == ["Loading module 7", "", *lines_of(TEXT.encode()).lines]
    assert told(lines_of(before.encode())) == [3]


def test_a_program_that_logs_beside_one_that_does_not() -> None:
    logged = stamped("Test set: Accuracy: 5/10\nlayer1: 3\nfan_in 27\n", "2026-11-23 10:00:{:02d},123 - INFO - ")
    text = lines_of((logged + TEXT * 4).encode())
    expected = ["Test set: Accuracy: 5/10", "layer1: 3", "fan_in 27", *lines_of((TEXT * 4).encode()).lines]
    assert list(text.lines) == expected


@pytest.mark.parametrize("stamp", [stamp for stamp in (*STAMPS, *NAMED_STAMPS) if "INFO" in stamp])
def test_words_before_colons_are_no_loggers(stamp: str) -> None:
    text = "dataset: cifar10\nmode: WAGE\nbatch_size: 500\nepochs: 200\ngrad_scale: 1\n" * 4
    assert list(lines_of(stamped(text, stamp).encode()).lines) == text.splitlines()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: re.sub(r"(?m)^\S+", "\x1b[90m\\g<0>\x1b[0m", text).encode(),
        lambda text: gzip.compress(text.encode()),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-8-sig"),
        lambda text: "".join(f"0: {line}" for line in text.splitlines(keepends=True)).encode(),
        lambda text: stamped("".join(f"0: {line}" for line in text.splitlines(keepends=True)), STAMPS[0]).encode(),
        lambda text: stamped(text, STAMPS[3]).encode(),
        lambda text: stamped(stamped(text, "    "), "> ").encode(),
    ],
)
@pytest.mark.parametrize("stamp", ["2026-11-23T10:00:{:02d}Z ", "Nov 23 10:00:{:02d} n1 job[7]: ", "> "])
def test_with_other_damages(change: Any, stamp: str) -> None:
    text = lines_of(change(stamped(TEXT, stamp)))
    assert list(text.lines) == list(lines_of(TEXT.encode()).lines)
    assert list(text.numbers) == list(range(1, 10))


def test_tasks_whose_lines_have_times_behind_the_labels() -> None:
    lines = [f"{n % 2}: {line}" for n, line in enumerate(stamped(TEXT + TEXT, "10:00:{:02d} ").splitlines())]
    text = lines_of("\n".join(lines).encode())
    own = [line for n, line in enumerate((TEXT + TEXT).splitlines()) if n % 2 == 0]
    assert list(text.lines[: len(own)]) == own
    assert list(text.numbers[: len(own)]) == list(range(1, 19, 2))
    assert told(text) == [1]


def test_nothing_is_taken_from_the_redrawings_of_a_progress_bar() -> None:
    bar = "  0%|   | 0/9\r 50%|#  | 5/9\r100%|###| 9/9"
    text = lines_of(stamped(f"{TEXT}{bar}\n", "    ").encode())
    assert list(text.lines[-3:]) == bar.split("\r")
    text = lines_of(stamped(f"{TEXT}{bar * 20}\n{TEXT}", "10:00:{:02d} ").encode())
    assert list(text.lines) == list(lines_of(f"{TEXT}{bar * 20}\n{TEXT}".encode()).lines)


@pytest.mark.parametrize("stamp", ["2026-11-23 10:00:00,123 INFO ", "17000000.5 ", "10:00:00 ", "[  12.345] "])
def test_a_stamp_that_is_cut_off_stays_a_line_that_is_cut_off(stamp: str) -> None:
    whole = lines_of(stamped(TEXT, "2026-11-23 10:00:{:02d},123 INFO ").encode())
    for length in range(1, len(stamp)):
        text = lines_of((stamped(TEXT, "2026-11-23 10:00:{:02d},123 INFO ") + stamp[:length]).encode())
        assert list(text.lines[:-1]) == list(whole.lines)
        assert text.lines[-1] in {stamp[:length], "", "INFO", *("INFO"[:size] for size in range(4))}
        assert text.cut_line == 10


GENUINE = {
    "dates in the first column, as sacct has them": (
        "              Start JobID           State \n"
        "------------------- ------------ ---------- \n"
        "2026-11-23T10:00:00 38905658      COMPLETED \n"
        "2026-11-23T10:00:01 38905659        TIMEOUT \n"
    ),
    "dates in the first column, as squeue has them": (
        "START_TIME JOBID ST\n2026-11-23T10:00:00 38905658 R\n2026-11-23T10:00:00 38905659 R\n"
    ),
    "times in the first column": "   ELAPSED JOBID\n  00:10:00 38905658\n  00:12:00 38905659\n",
    "dates and bars": "Start|JobID\n2026-11-23T10:00:00|38905658\n2026-11-23T10:00:01|38905659\n",
    "dates and commas": "time,metric,value\n2026-11-23 10:00:00,accuracy,0.5\n2026-11-23 10:00:01,accuracy,0.6\n",
    "blanks before a table": (
        "             JOBID PARTITION     NAME     USER ST       TIME  NODES NODELIST(REASON)\n"
        "          38905658      c23g     vgg8  ab12345  R       1:05      1 n23g0001\n"
    ),
    "blanks below a heading": "JobId=7 JobName=vgg8\n   UserId=ab12345(1000)\n   Priority=5\n   JobState=RUNNING\n",
    "an object": json.dumps({"a": [1, 2, 3], "b": {"c": 0.5}}, indent=2),
    "an object behind blanks": '  {"accuracy":\n 0.912}\n',
    "a list behind blanks": '  [\n  {"metric": "accuracy",\n   "value": 0.912}\n  ]\n',
    "a program": "Param::Param() {\n\n\tmemcelltype = 2;\n\tnumRow = 128;\n\tif (numRow) {\n\t\tnumCol = 1;\n\t}\n}\n",
    "rows of numbers": "12.5 3 4\n13.5 4 5\n 14.5 5 6\n100:5\n1:2:3\n",
    "a column of numbers": "[0.5]\n[0.25 0.5]\n[1]\n1234567890.5e-3\n12345\n",
    "a single line": "  what():  basic_string\n",
    "a single date": "started\n2026-11-23 10:00:00 begin\nlayer1: 5\nlayer2: 6\nlayer3: 7\n",
    "a few warnings with dates": f"{TEXT}2026-11-23 10:00:00.123456: I tensorflow/core/platform: 7 cores\n{TEXT}",
    "lists and tables": "- 1\n- 2\n* 3\n+ 4\n|5|6|\n",
}


@pytest.mark.parametrize("text", GENUINE.values(), ids=GENUINE)
def test_what_programs_print_themselves_stays(text: str) -> None:
    read = lines_of(text.encode())
    assert list(read.lines) == text.removesuffix("\n").split("\n")
    assert told(read) == []


@pytest.mark.parametrize("text", [" \n", "   \n  \n\t\n"])
def test_nothing_but_blanks_is_no_indentation(text: str) -> None:
    with pytest.raises(LogError, match="the log is empty"):
        lines_of(text.encode())


def logs() -> Iterator[Path]:
    """Yield every log kept with the tests."""
    folder = Path(__file__).resolve().parents[1] / "data"
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".txt", ".csv", ".out", ".json", ".cpp", ".sh"}:
            yield path


def decoded(path: Path) -> str:
    """Return a log as text."""
    return path.read_bytes().decode("utf-8-sig", errors="replace")


@pytest.mark.parametrize("rank", range(8))
def test_every_sample_is_itself_and_is_found_below_its_stamps(rank: int) -> None:
    stamps = [*STAMPS, *NAMED_STAMPS, "> ", ">> "]
    seen = 0
    for place, path in enumerate(logs()):
        text = decoded(path)
        if not text.strip():
            continue
        plain = lines_of(text.encode())
        assert told(plain) == [], path
        stamp = stamps[(place * 8 + rank) % len(stamps)]
        if (text.count("\n") < 3 and stamp in NAMED_STAMPS) or (path.name.startswith("squeue") and "INFO" in stamp):
            continue  # a name takes some lines to be known, and a table that is indented itself may lose blanks
        below = lines_of(stamped(text, stamp).encode())
        assert (list(below.lines), list(below.numbers)) == (list(plain.lines), list(plain.numbers)), (path, stamp)
        assert told(below) != [], (path, stamp)
        seen += 1
    assert seen > 100


def results(text: str) -> object:
    """Return all that is read from a text but the note."""
    try:
        return [without_note(log) for log in parse_bytes(text.encode(), run="r")]
    except NnsreportError as error:
        return str(error).partition(";")[0]


def without_note(log: ParsedLog) -> object:
    """Return a run as something that can be compared, without the note about what was left out."""
    problems = tuple(problem for problem in log.problems if not problem.message.startswith(NOTE))
    tables = {subject: repr(frame.rows()) for subject, frame in log.tables.items()}
    rest = dataclasses.replace(log, metrics=(), problems=problems, tables={})
    return repr(list(log.metrics)), rest, tables


@pytest.mark.parametrize("rank", range(2))
def test_every_sample_gives_the_same_numbers(rank: int) -> None:
    kinds = [*STAMPS, *NAMED_STAMPS][rank::2], INDENTATIONS[rank::2]
    for place, path in enumerate(logs()):
        text = decoded(path)
        known = results(text)
        if isinstance(known, str):
            continue
        for stamps in kinds:
            stamp = stamps[place % len(stamps)]
            if text.count("\n") >= 3 or stamp in STAMPS:
                assert results(stamped(text, stamp)) == known, (path, stamp)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that each case writes anew."""
    return tmp_path_factory.mktemp("prefixes") / "log.txt"


@settings(deadline=None)
@given(
    lines=st.lists(st.sampled_from(["a 5", "  b", "", "3: c", "10%\r20%", "d\xe4", "10:00:00 e"]), max_size=60),
    stamp=st.sampled_from([*STAMPS, *INDENTATIONS]),
    is_labelled=st.booleans(),
    chunk_bytes=st.integers(600, 1500),
)
def test_chunks_are_the_whole(scratch: Path, lines: list[str], stamp: str, is_labelled: bool, chunk_bytes: int) -> None:
    """The first chunk decides; behind labels, too."""
    whole = stamped("\n".join(["first"] * 60 + lines), stamp)
    if is_labelled:
        whole = "\n".join(f"{number % 2}: {line}" for number, line in enumerate(whole.split("\n")))
    scratch.write_bytes(whole.encode())
    chunks = list(read_chunks(scratch, chunk_bytes))
    text = read_log(scratch)
    assert [line for chunk in chunks for line in chunk.lines] == list(text.lines)
    assert [number for chunk in chunks for number in chunk.numbers] == list(text.numbers)
    assert [problem for chunk in chunks for problem in chunk.problems] == list(text.problems)
    assert len(text.problems) == 1
