"""Param.cpp among the formats: settings, table, recognition."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from nnsreport.parsers import formats, parse_bytes, parse_log
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.param_cpp.format import COLUMNS, NeuroSimParam


def test_parsed_log(sample: Path) -> None:
    log = parse_log(sample)
    assert log.format == "neurosim-param"
    assert log.complete
    assert len(log.metrics) == 0
    assert log.problems == ()
    settings = {setting.name: (setting.value, setting.line) for setting in log.settings}
    assert settings["neurosim.version"] == ("1.4 or 1.5 or dcim-1.0", 13)
    assert settings["neurosim.technode"] == ("22", 28)
    assert settings["neurosim.synchronous"] == ("true", 24)
    assert settings["neurosim.clkFreq"] == ("1000000000.0", 25)
    assert settings["neurosim.resistanceOff"] == ("1700000.0", 62)


def test_table(sample: Path) -> None:
    frame = parse_log(sample, run="38905658").tables["parameters"]
    assert frame.schema == {name: getattr(pl, kind) for name, kind in COLUMNS.items()}
    assert frame["run"].unique().to_list() == ["38905658"]
    assert frame["line"].is_sorted() or frame["parameter"].is_unique().all()
    rows = {row["parameter"]: row for row in frame.iter_rows(named=True)}
    assert rows["temp"] == {
        "run": "38905658",
        "parameter": "temp",
        "value": "300",
        "kind": "int",
        "expression": "300",
        "line": 26,
        "default": "300",
        "is_default": True,
        "is_derived": False,
        "comment": "",
        "note": "",
    }
    assert rows["levelOutput"]["default"] is None  # 32 in V1.4, 128 in V1.5: the file may be of either
    assert rows["levelOutput"]["is_default"] is None
    assert rows["writeVoltage"]["kind"] == "float"


def test_a_cut_file_is_incomplete(sample: Path) -> None:
    (log,) = parse_bytes(sample.read_bytes()[:900], run="r")
    assert log.format == "neurosim-param"
    assert not log.complete
    assert any("it is cut off" in problem.message for problem in log.problems)


def test_recognised_by_its_text_and_nothing_else_is(test_data: Path) -> None:
    own = NeuroSimParam()
    assert own.confidence(Glance.of(own.sample.splitlines())) == 1.0
    assert own.confidence(Glance.of(["\ttechnode = 7;", "memcelltype=1;", "  cellBit = 2; // x"])) > 0
    assert own.confidence(Glance.of(["technode == 7", "technode: 7", "memcelltype = 1"])) == 0
    for path in sorted((test_data / "neurosim").rglob("*.*")):
        if path.is_file() and path.suffix != ".cpp":
            lines = path.read_text(encoding="latin-1").splitlines()
            assert own.confidence(Glance.of(lines)) == 0, path
    for known in formats():
        if known.name != own.name:
            assert known.confidence(Glance.of(own.sample.splitlines())) == 0, known.name
            assert own.confidence(Glance.of(known.sample.splitlines())) == 0, known.name
