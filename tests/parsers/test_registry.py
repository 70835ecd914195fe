"""The choice of a format, the names of runs, and tables."""

from __future__ import annotations

import contextlib
import math
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from nnsreport.errors import LogError, NnsreportError, UnknownFormatError
from nnsreport.parsers import MetricRecord, ParsedLog, formats, metrics_frame, parse_bytes, parse_log
from nnsreport.parsers.export import encode_frame
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.names import distinct_names, run_name
from nnsreport.parsers.reading import lines_of, read_log
from nnsreport.parsers.registry import BUILT_IN, detect
from nnsreport.tables import empty, schema


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


def test_unknown_format_shows_all_names_when_none_is_close() -> None:
    with pytest.raises(LogError) as refused:
        parse_bytes(b"Dear reader\n", run="r", format="?")
    assert all(known.name in str(refused.value) for known in formats())


def test_a_log_keeps_the_format_that_was_asked_for(samples: Path) -> None:
    log = parse_log(samples / "main_pipelined.txt", format="neurosim-1.5")
    assert log.format == "neurosim-1.5"
    assert detect(read_log(samples / "main_pipelined.txt")).name == "neurosim-1.4"


def test_glance_is_small_whatever_the_size_of_the_text() -> None:
    glance = Glance.of([f"line {number % 7}: {'x' * 1000}" for number in range(100_000)])
    assert len(glance.first_lines) == 40
    assert sorted(glance.heads.split("\n")) == [f"line {digit}: {'x' * 24}" for digit in range(7)]


@pytest.mark.parametrize("text", ["\x0c\n", "\x0b\n\x0b\n\x0b\n", "\u2003\n", "\x1c\n\x00\n", "\ufffd\n"])
def test_glance_has_a_first_line_wherever_reading_finds_a_text(text: str) -> None:
    assert Glance.of(lines_of(text.encode()).lines).first_lines
    with contextlib.suppress(NnsreportError):
        parse_bytes(text.encode(), run="r")


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


def test_a_log_that_the_first_package_is_sure_of_imports_no_other(test_data: Path) -> None:
    log = test_data / "neurosim" / "v2.1" / "wrapper_two_epochs.txt"
    script = """
import sys
from pathlib import Path
from nnsreport.parsers import parse_log, registry
log = parse_log(Path(sys.argv[1]))
print(log.format, [name for name in registry.BUILT_IN if f"nnsreport.parsers.{name}" in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script, str(log)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"neurosim-2.1 {[*BUILT_IN[:1]]}"]
