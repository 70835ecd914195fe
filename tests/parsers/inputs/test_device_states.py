"""mem_states.csv: states of a device as NeuroSim V1.5 reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from nnsreport.parsers import ParsedLog, parse_log
from nnsreport.parsers.inputs.device_states import COLUMNS, NAME

ReadAs = Callable[[str, str | bytes], ParsedLog]
HEADER = "states,mean,std\n"


def test_states(inputs: Path) -> None:
    log = parse_log(inputs / "mem_states.csv")
    assert log.format == NAME
    assert log.complete
    assert log.problems == ()
    frame = log.tables["device_states"]
    assert frame.schema == {name: getattr(pl, kind) for name, kind in COLUMNS.items()}
    assert frame.drop("run").rows() == [
        (0, 6.25e-6, 1e-7, 2),
        (1, 1.25e-5, 2e-7, 3),
        (2, 2.5e-5, 2e-7, 4),
        (3, 1e-4, 5e-7, 5),
    ]


def test_other_columns_and_their_order_do_not_matter(read_as: ReadAs) -> None:
    log = read_as(NAME, "std, note ,mean\n1e-7,low,1e-6\n2e-7,high,1e-5\n")
    assert log.problems == ()
    assert log.tables["device_states"].select("state", "mean", "std").rows() == [(0, 1e-6, 1e-7), (1, 1e-5, 2e-7)]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("states,mean\n0,1\n1,2\n", 1, "the header has no column std"),
        ("0,1e-15,0\n1,1e-14,0\n", 1, "the header has no column mean and std"),
        (HEADER + "0,1e-6,0\n1,2e-6,0\n2,3e-6,0\n", 4, "3 states: NeuroSim wants 2^bitcell of them"),
        (HEADER + "1,1e-6,0\n0,2e-6,0\n", 2, "state 1 stands where NeuroSim takes a row for state 0"),
        (HEADER + "0,-1e-6,0\n1,2e-6,0\n", 2, "mean -1e-06 and std 0"),
        (HEADER + "0,1e-6,-1\n1,2e-6,0\n", 2, "mean 1e-06 and std -1"),
    ],
)
def test_odd_tables(read_as: ReadAs, text: str, line: int, message: str) -> None:
    log = read_as(NAME, text)
    (problem,) = log.problems
    assert problem.line == line
    assert problem.message.startswith(message)
    assert problem.remedy


@pytest.mark.parametrize("row", ["1,2uS,0", "1,2e-6", "x,2e-6,0", "", "1,nan,0", "1,,0"])
def test_rows_that_cannot_be_read_are_left_out(read_as: ReadAs, row: str) -> None:
    log = read_as(NAME, f"{HEADER}0,1e-6,0\n{row}\n")
    assert not log.complete
    assert log.tables["device_states"].height == 1
    assert log.problems[0].line == 3


def test_cut_at_every_byte_gives_no_wrong_number(read_as: ReadAs, inputs: Path) -> None:
    data = (inputs / "mem_states.csv").read_bytes()
    whole = read_as(NAME, data).tables["device_states"].rows()
    for end in range(4, len(data)):
        rows = read_as(NAME, data[:end]).tables["device_states"].rows()
        assert rows == whole[: len(rows)]
