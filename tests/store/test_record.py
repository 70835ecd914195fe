from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from nnsreport.errors import RunError
from nnsreport.store import record
from nnsreport.store.load import load_run, run_ids, runs_folder
from nnsreport.store.record import Attempt, Reference, RunRecord


def test_record_reads_back(tmp_path: Path, run_record: RunRecord) -> None:
    full = replace(
        run_record,
        state="interrupted",
        error="stopped: ü \udcff",
        references=(Reference("device x", "Somebody, 2020"),),
        notes=("one",),
        attempts=(
            Attempt(
                "2026-01-01T00:00:00+00:00", "", ("a", "b"), {"NumPy": "2"}, {"host": "h"}, "c0ffee", {"job": "7_0"}
            ),
        ),
    )
    (tmp_path / "run.json").write_bytes(record.encode(full))
    assert record.read(tmp_path) == full


def test_record_is_standard_json(run_record: RunRecord) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    content = json.loads(record.encode(run_record), parse_constant=refuse)
    assert next(iter(content)) == "schema_version"
    assert content["settings"]["device.on_off_ratio"] == {"float": "inf"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"run\.json: is damaged"),
        (b"{", r"run\.json: is damaged"),
        (b"\xff", r"run\.json: is damaged"),
        (b"[]", "it holds no object"),
        (b"{}", "KeyError"),
        (b'{"schema_version": 99}', r"written by a newer nnsreport \(schema 99, this one reads up to 1\); update"),
    ],
)
def test_damaged_record(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(RunError, match=message):
        load_run(tmp_path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("run", 5),
        ("state", "paused"),
        ("settings", []),
        ("settings", {"a": None}),
        ("files", {"a": 1}),
        ("parts", 3),
        ("parts", [3]),
        ("notes", [1]),
        ("references", [{"x": 1}]),
        ("attempts", [{"begun": "now"}]),
        ("attempts", [{"started": "now", "slurm": 5}]),
    ],
)
def test_record_with_a_wrong_value(tmp_path: Path, run_record: RunRecord, key: str, value: object) -> None:
    content = json.loads(record.encode(run_record))
    (tmp_path / "run.json").write_text(json.dumps({**content, key: value}))
    with pytest.raises(RunError, match=r"run\.json: is damaged .*restore the file"):
        record.read(tmp_path)


def test_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"there is no run: run\.json is missing"):
        load_run(tmp_path)


def test_notes_are_kept_once(run_record: RunRecord) -> None:
    assert run_record.with_notes("a", "b", "a").with_notes("b", "c").notes == ("a", "b", "c")


def test_provenance_in_readable_words(make_run: Callable[..., Path]) -> None:
    found = load_run(make_run("baseline", "trial-0000", "trial-0001"))
    assert found.provenance["seed"] == "5"
    assert found.provenance["command"] == "nnsreport run"
    assert found.provenance["time at work"].startswith("0:00:0")
    assert found.settings["network.sha256"] == "123"
    assert found.settings["run.times_s"] == (25.0, 3600.0)
    assert "git commit" not in found.provenance


def test_runs_folder_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NNSREPORT_RUNS", raising=False)
    assert runs_folder(None) == Path("runs")
    monkeypatch.setenv("NNSREPORT_RUNS", "/scratch/runs")
    assert runs_folder(None) == Path("/scratch/runs")
    assert runs_folder(Path("mine")) == Path("mine")


def test_run_ids(make_run: Callable[..., Path], tmp_path: Path) -> None:
    assert run_ids(tmp_path / "none") == []
    make_run("baseline")
    (tmp_path / "no-run").mkdir()
    assert run_ids(tmp_path) == ["7_0"]
