"""Compensations of drift under one name, however a file calls them, so that runs can be compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nnsreport.jobs import load
from nnsreport.parsers import ParsedLog, parse_bytes
from nnsreport.parsers.results_file.compensations import SYNONYMS, canonical_compensation
from nnsreport.reports.comparison.comparison import compare_runs


def read(*entries: dict[str, object]) -> ParsedLog:
    """Read accuracies, one a trial."""
    whole = [{"metric": "accuracy", "value": 0.9, "trial": trial} | entry for trial, entry in enumerate(entries)]
    (log,) = parse_bytes(json.dumps(whole, indent=1).encode(), run="r")
    return log


@pytest.mark.parametrize("written", ["gdc", "GDC", "global", "Global_Drift-Compensation", "globaldriftcompensation"])
def test_global_drift_compensation_has_one_name(written: str) -> None:
    (record,) = read({"compensation": written}).metrics
    assert record.compensation == "global"


def test_every_name_is_of_one_compensation() -> None:
    for canonical, names in SYNONYMS.items():
        assert {canonical_compensation(name) for name in (canonical, *names)} == {canonical}


def test_what_is_not_known_stays_as_it_is() -> None:
    log = read({"compensation": "Per-Tile GDC"})
    assert [record.compensation for record in log.metrics] == ["Per-Tile GDC"]
    assert not log.settings


def test_names_as_written_are_settings_with_their_line() -> None:
    log = read({"compensation": "global"}, {"compensation": "GDC"}, {"compensation": "gdc"}, {"compensation": "off"})
    line_of = {record.trial: record.line for record in log.metrics}
    assert [(s.name, s.value, s.line) for s in log.settings] == [
        ("results.compensation.global", "GDC, gdc", line_of[1]),
        ("results.compensation.none", "off", line_of[3]),
    ]
    assert not log.problems


def test_two_names_of_one_compensation_contradict_each_other() -> None:
    log = read({"compensation": "gdc"}, {"compensation": "global", "trial": 0, "value": 0.8})
    assert [record.value for record in log.metrics] == [0.9]
    assert any("a second value of trial 0 global" in problem.message for problem in log.problems)


def test_table_and_json_agree() -> None:
    (log,) = parse_bytes(b"metric,value,trial,compensation\naccuracy,0.9,0,gdc\n", run="r")
    assert [record.compensation for record in log.metrics] == ["global"]
    assert [(s.name, s.value, s.line) for s in log.settings] == [("results.compensation.global", "gdc", 2)]


def test_runs_with_two_names_are_compared(tmp_path: Path) -> None:
    for name, compensation in (("a", "gdc"), ("b", "global")):
        entries = [
            {"metric": "accuracy", "value": 0.9 + trial / 100, "trial": trial, "compensation": compensation}
            for trial in range(3)
        ]
        (tmp_path / f"{name}.json").write_text(json.dumps({"simulator": "mine", "results": entries}))
    comparison = compare_runs(load(str(tmp_path / "a.json")), load(str(tmp_path / "b.json")))
    rows = comparison.rows.select("metric", "compensation", "outcome").rows()
    assert rows == [("accuracy", "global", "equal")]
