"""Formats, files and tables: what every parser must give."""

from __future__ import annotations

import math
from pathlib import Path

import polars as pl
import pytest

from nnsreport.errors import LogError, UnknownFormatError
from nnsreport.parsers import LogFormat, MetricRecord, ParsedLog, formats, metrics_frame, parse_bytes, parse_log
from nnsreport.parsers.export import encode_frame
from nnsreport.parsers.names import distinct_names, run_name
from nnsreport.tables import empty, schema
from nnsreport.vocabulary import COMPONENTS, METRICS, Scope

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("log_format", formats(), ids=lambda log_format: log_format.name)
def test_every_format_has_a_name_a_citation_samples_and_a_page(log_format: LogFormat, test_data: Path) -> None:
    assert log_format.title
    assert log_format.citation
    assert f"`{log_format.name}`" in (ROOT / "docs" / "parsers.md").read_text()
    program, _, version = log_format.name.partition("-")
    samples = sorted((test_data / program / f"v{version}").glob("*.txt"))
    assert samples
    for sample in samples:
        assert parse_log(sample).format == log_format.name


def test_every_record_uses_the_vocabulary(samples: Path) -> None:
    for path in sorted(samples.glob("*.txt")):
        for record in parse_log(path).metrics:
            metric = METRICS[record.metric]
            assert record.unit == metric.unit
            assert Scope(record.scope) in metric.scopes
            assert record.component is None or record.component in COMPONENTS
            assert (record.layer is not None) == (record.scope == Scope.LAYER)


def test_text_of_something_else_is_shown_and_refused() -> None:
    with pytest.raises(UnknownFormatError, match="begins with 'Dear reader,' / 'this is a letter'"):
        parse_bytes(b"\n  Dear reader,\nthis is a letter\n", run="r")


def test_control_characters_of_a_refused_text_are_not_shown() -> None:
    with pytest.raises(UnknownFormatError) as refused:
        parse_bytes(b"a\x07b\x08c\n", run="r")
    assert str(refused.value).isprintable()


def test_format_can_be_forced_and_must_exist() -> None:
    assert parse_bytes(b"Dear reader\n", run="r", format="neurosim-1.4")[0].unrecognised == (1,)
    with pytest.raises(LogError, match=r"did you mean neurosim-1\.4"):
        parse_bytes(b"Dear reader\n", run="r", format="neurosim1.4")


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("output_38905658.txt", "38905658"),
        ("output_38905658_7.txt", "38905658_7"),
        ("slurm-38905658.out", "38905658"),
        ("slurm-38905658_7.out", "38905658_7"),
        ("slurm-38905658_7.out.gz", "38905658_7"),
        ("dn40_vari0.1.txt", "dn40_vari0.1"),
        ("run.log.xz", "run"),
        ("output_.txt", "output_"),
        ("NeuroSim", "NeuroSim"),
        (".txt", ".txt"),
    ],
)
def test_run_is_named_after_the_job_in_the_file_name(name: str, run: str) -> None:
    assert run_name(Path("folder") / name) == run


def test_names_are_made_distinct_by_their_folders() -> None:
    paths = [Path(p) for p in ("/x/a/log.txt", "/x/b/log.txt", "/y/b/log.txt", "/x/output_7.txt")]
    assert distinct_names(paths) == ["a/log", "x/b/log", "y/b/log", "7"]


def test_frame_has_the_schema_of_metrics(samples: Path) -> None:
    logs = [parse_log(samples / "main_asynchronous.txt"), parse_log(samples / "wrapper_buffered.txt")]
    frame = metrics_frame(logs)
    assert frame.schema == schema("metrics")
    assert frame.height == sum(len(log.metrics) for log in logs)
    assert frame["run"].unique(maintain_order=True).to_list() == ["main_asynchronous", "wrapper_buffered"]
    assert frame["trial"].null_count() == frame.height
    value = frame.filter(run="main_asynchronous", scope="chip", metric="read_latency", component="total")["value"]
    assert value.to_list() == [math.inf]
    assert metrics_frame([]).equals(empty("metrics"))


@pytest.fixture
def odd_frame() -> pl.DataFrame:
    """Return a table with every kind of number that a log can hold."""
    values = (math.inf, -math.inf, math.nan, 8.08985e-05, 1.31477e246, 0.1 + 0.2)
    metrics = tuple(MetricRecord("layer", f"layer{n}", None, "fan_in", v, "1", n) for n, v in enumerate(values))
    return metrics_frame([ParsedLog('odd,"name"', None, "neurosim-1.4", True, metrics, (), ())])


def test_inf_and_nan_survive_in_files(odd_frame: pl.DataFrame, tmp_path: Path) -> None:
    for suffix in (".parquet", ".csv"):
        path = tmp_path / f"metrics{suffix}"
        path.write_bytes(encode_frame(odd_frame, path))
        again = pl.read_parquet(path) if suffix == ".parquet" else pl.read_csv(path, schema=schema("metrics"))
        assert again.equals(odd_frame)


def test_json_is_valid_and_names_what_it_has_no_numbers_for(odd_frame: pl.DataFrame) -> None:
    import json

    def refuse(constant: str) -> float:
        raise AssertionError(constant)

    rows = json.loads(encode_frame(odd_frame, Path("x.JSON")), parse_constant=refuse)
    assert [row["value"] for row in rows] == ["inf", "-inf", "nan", 8.08985e-05, 1.31477e246, 0.1 + 0.2]
    assert list(rows[0]) == odd_frame.columns
    assert json.loads(encode_frame(empty("metrics"), Path("x.json"))) == []


def test_unknown_suffix_is_refused(odd_frame: pl.DataFrame) -> None:
    with pytest.raises(LogError, match=r"\.xlsx; use one of \.parquet, \.csv, \.json"):
        encode_frame(odd_frame, Path("x.xlsx"))
