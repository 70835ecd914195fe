"""Tables as files, part by part, and tables by subject."""

from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest

from nnsreport.parsers import ParsedLog, parse_log
from nnsreport.parsers.export import TableWriter
from nnsreport.parsers.run_tables import problems_frame, runs_frame, settings_frame, subject_frames

PARTS = [
    pl.DataFrame({"run": [f"r{n}"] * n, "value": [n / 3] * n}, schema={"run": pl.String, "value": pl.Float64})
    for n in range(40)
]


class FullDisk(io.BytesIO):
    """A disk without room."""

    def write(self, data: object, /) -> int:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".json"])
def test_parts_make_one_table(suffix: str) -> None:
    target = io.BytesIO()
    with TableWriter(Path(f"table{suffix}"), target, PARTS[0].schema) as writer:
        for part in PARTS:
            writer.write(part)
    target.seek(0)
    if suffix == ".json":
        again = pl.DataFrame(json.load(target), schema=PARTS[0].schema)
    else:
        again = (pl.read_parquet if suffix == ".parquet" else pl.read_csv)(target)
    assert again.equals(pl.concat(PARTS))


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".json"])
def test_a_table_without_parts_has_its_columns(suffix: str) -> None:
    target = io.BytesIO()
    with TableWriter(Path(f"table{suffix}"), target, PARTS[0].schema):
        pass
    target.seek(0)
    if suffix == ".json":
        assert json.load(target) == []
    else:
        assert (pl.read_parquet if suffix == ".parquet" else pl.read_csv)(target).columns == ["run", "value"]


def test_a_full_disk_ends_the_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        pytest.raises(OSError, match="No space left"),
        TableWriter(Path("table.parquet"), FullDisk(), PARTS[0].schema) as writer,
    ):
        for _ in range(50):
            for part in PARTS:
                writer.write(part)


def test_tables_of_runs(samples: Path) -> None:
    logs = [parse_log(samples / name) for name in ("main_asynchronous.txt", "wrapper_buffered.txt")]
    runs = runs_frame(logs, {log.run: len(log.metrics) for log in logs})
    assert runs["numbers"].to_list() == [len(log.metrics) for log in logs]
    assert runs["source"].to_list() == [str(log.source) for log in logs]
    settings = settings_frame(logs)
    assert settings.filter(run="wrapper_buffered", name="wrapper.ADCprecision")["value"].to_list() == ["5"]
    problems = problems_frame(logs)
    assert problems.height == sum(len(log.problems) for log in logs)
    assert problems.schema["line"] == pl.Int64
    assert settings_frame([]).columns == ["run", "name", "value", "line"]


def test_tables_of_a_subject_are_put_together() -> None:
    first = pl.DataFrame({"job": ["1"], "cores": [24]})
    second = pl.DataFrame({"job": ["2"], "gpus": [4]})
    logs = [
        ParsedLog(name, None, "x", True, (), (), (), tables={"jobs": t}) for name, t in (("a", first), ("b", second))
    ]
    (jobs,) = subject_frames(logs).values()
    assert jobs.to_dict(as_series=False) == {
        "run": ["a", "b"],
        "job": ["1", "2"],
        "cores": [24, None],
        "gpus": [None, 4],
    }
