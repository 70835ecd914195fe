"""NetWork_*.csv: shapes of layers, and rows that NeuroSim would stumble over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from nnsreport.parsers import ParsedLog, parse_log
from nnsreport.parsers.inputs.network import COLUMNS, NAME

ReadAs = Callable[[str, str | bytes], ParsedLog]
ROW = "32,32,3,3,3,16,0,1\n"


def test_layers(inputs: Path) -> None:
    log = parse_log(inputs / "NetWork_tiny.csv")
    assert log.format == NAME
    assert log.complete
    assert log.problems == ()
    assert [(s.name, s.value) for s in log.settings] == [("network.layers", "4")]
    frame = log.tables["network"]
    assert frame.schema == {name: getattr(pl, kind) for name, kind in COLUMNS.items()}
    assert frame.row(1) == (log.run, "layer2", 32, 32, 16, 3, 3, 32, True, 1, 2)
    assert frame["layer"].to_list() == ["layer1", "layer2", "layer3", "layer4"]
    assert frame["stride"].to_list() == [1, 1, 2, 1]


def test_without_stride_as_in_v10(read_as: ReadAs) -> None:
    log = read_as(NAME, "32,32,3,3,3,128,0\n32,32,128,3,3,128,1\n")
    assert log.problems == ()
    assert log.tables["network"]["stride"].to_list() == [None, None]
    assert log.tables["network"]["is_followed_by_pooling"].to_list() == [False, True]


@pytest.mark.parametrize(
    ("text", "line", "message", "layers"),
    [
        (ROW + "\n", 2, "a blank line: NeuroSim takes it for a layer", ["layer1"]),
        (ROW + "\n" + ROW, 2, "a blank line", ["layer1", "layer3"]),
        (ROW + ROW + "32,32,16,3,3,32\n", 3, "has 6 columns instead of 8", ["layer1", "layer2"]),
        (ROW + ROW + "32,32,16,3,3,32,0,1,1\n", 3, "has 9 columns instead of 8", ["layer1", "layer2"]),
        ("h,w,c,kh,kw,o,pool,stride\n" + ROW, 1, "'h' is no whole number", ["layer2"]),
        (
            ROW + "32,32,3,3,3,x16,0,1\n",
            2,
            "'x16' is no whole number",
            ["layer1"],
        ),
        (ROW + "32,32,3,3,3,1.5,0,1\n", 2, "'1.5' is no whole number", ["layer1"]),
        (ROW + "32,32,3,3,3,-16,0,1\n", 2, "'-16' is no whole number", ["layer1"]),
        (ROW + "32,32,3,3,3,0,0,0\n", 2, "output channels and stride is 0", ["layer1", "layer2"]),
        (ROW + "32,32,3,3,3,16,2,1\n", 2, "the seventh number is 2", ["layer1", "layer2"]),
        (ROW + "2,2,3,3,3,16,0,1\n", 2, "the kernel 3 x 3 is larger than its input 2 x 2", ["layer1", "layer2"]),
    ],
)
def test_odd_rows(read_as: ReadAs, text: str, line: int, message: str, layers: list[str]) -> None:
    log = read_as(NAME, text)
    (problem,) = log.problems
    assert problem.line == line
    assert problem.message.startswith(message)
    assert problem.remedy
    assert log.tables["network"]["layer"].to_list() == layers
    assert log.complete == (len(layers) == len(text.splitlines()))


def test_blanks_decimal_points_and_windows(read_as: ReadAs) -> None:
    log = read_as(NAME, " 32, 32,3.0,3.,3,16,0,1 \r\n")
    assert log.problems == ()
    assert log.tables["network"].row(0)[2:8] == (32, 32, 3, 3, 3, 16)


def test_cut_at_every_byte_gives_no_wrong_number(read_as: ReadAs, inputs: Path) -> None:
    data = (inputs / "NetWork_tiny.csv").read_bytes()
    whole = read_as(NAME, data).tables["network"].rows()
    for end in range(1, len(data)):
        log = read_as(NAME, data[:end])
        for row in log.tables["network"].rows():
            expected = whole[row[-1] - 1]
            assert row in (expected, (*expected[:-2], None, expected[-1]))
        assert log.complete or log.problems
        assert not log.complete or data[:end].count(b"\n") == log.tables["network"].height or log.problems


def test_last_row_without_line_end(read_as: ReadAs) -> None:
    log = read_as(NAME, ROW + ROW.rstrip())
    assert log.tables["network"]["stride"].to_list() == [1, None]
    assert "the stride is left out" in log.problems[0].message
    log = read_as(NAME, "32,32,3,3,3,16,0\n32,32,3,3,3,16,0")
    assert log.tables["network"].height == 1
    assert "the row is left out" in log.problems[0].message


@pytest.mark.shared
def test_shipped_networks(shared_dir: Path) -> None:
    counts = {}
    for path in sorted((shared_dir / "neurosim" / "networks").glob("*.csv")):
        log = parse_log(path)
        assert log.format == NAME
        assert log.complete
        assert log.problems == ()
        counts[path.stem] = log.tables["network"].height
    assert counts["NetWork_VGG8"] == 8
    assert counts["NetWork_DenseNet40"] == 40
