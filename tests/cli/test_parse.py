"""``nnsreport parse`` as a user runs it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import polars as pl
import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from nnsreport.cli import main
from nnsreport.cli.parse import parse
from nnsreport.errors import LogError
from nnsreport.tables import schema


@pytest.fixture
def samples(test_data: Path) -> Path:
    """Folder of the NeuroSim V1.4 samples."""
    return test_data / "neurosim" / "v1.4"


def run(*arguments: str | Path) -> Result:
    """Run the command alone; errors of a user are left in ``exception``."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(parse)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_summary_and_numbers_are_printed(samples: Path) -> None:
    result = run(samples / "main_pipelined.txt", samples / "output_123456.txt")
    assert result.exit_code == 0
    assert "main_pipelined: neurosim-1.4, complete, 258 numbers, 5 settings" in result.stdout
    assert "123456: neurosim-1.4, incomplete" in result.stdout
    assert "28 is not known" in result.stdout
    row = next(line for line in result.stdout.splitlines() if line.startswith("read latency  "))
    assert row.split() == ["read", "latency", "7.039", "µs", "–"]


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".json"])
def test_table_is_written(samples: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"metrics{suffix}"
    result = run(samples / "main_pipelined.txt", "--out", out)
    assert result.exit_code == 0
    assert "258 numbers of 1 run written" in result.stdout
    read = {".parquet": pl.read_parquet, ".csv": pl.read_csv, ".json": pl.read_json}[suffix](out)
    assert read.columns == list(schema("metrics"))
    assert read.height == 258


def test_unknown_suffix_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    result = run(tmp_path / "missing.txt", "--out", tmp_path / "metrics.xlsx")
    assert isinstance(result.exception, LogError)
    assert ".parquet" in str(result.exception)


def test_unreadable_log_does_not_keep_others_from_being_written(samples: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "letter.txt").write_text("Dear reader,\n")
    out = tmp_path / "metrics.parquet"
    files = [tmp_path / "empty.txt", tmp_path / "letter.txt", tmp_path / "none.txt"]
    result = run(*files, samples / "main_pipelined.txt", "--out", out)
    assert result.exit_code == 2
    assert pl.read_parquet(out).height == 258
    for message in ("empty.txt: the log is empty", "letter.txt: is not the log", "none.txt: no such file"):
        assert message in result.stderr
    assert "1 file read (1 neurosim-1.4), 0 skipped, 3 broken" in result.stderr


def test_folder_is_searched_and_other_files_are_skipped(samples: Path, tmp_path: Path) -> None:
    for name in ("one/run.txt", "two/run.txt"):
        (tmp_path / name).parent.mkdir()
        shutil.copy(samples / "main_pipelined.txt", tmp_path / name)
    (tmp_path / "letter.log").write_text("Dear reader,\n")
    out = tmp_path / "metrics.parquet"
    result = run(tmp_path, "--out", out)
    assert result.exit_code == 0
    assert pl.read_parquet(out)["run"].unique(maintain_order=True).to_list() == ["one/run", "two/run"]
    assert f"skipped, no file of a known simulator: {tmp_path / 'letter.log'}\n" in result.stderr
    assert "2 files read (2 neurosim-1.4), 1 skipped, 0 broken" in result.stderr


def test_nothing_read_is_an_error(tmp_path: Path) -> None:
    out = tmp_path / "metrics.csv"
    assert isinstance(run(tmp_path, "--out", out).exception, LogError)
    assert not out.exists()


def test_strict_stops_at_the_first_problem(samples: Path) -> None:
    path = samples / "main_asynchronous.txt"
    assert run(path).exit_code == 0
    error = run("--strict", path).exception
    assert isinstance(error, LogError)
    assert (error.path, error.line) == (path, 34)
    assert run("--strict", samples / "main_pipelined.txt").exit_code == 0


def test_strict_names_the_run_of_several(samples: Path, tmp_path: Path) -> None:
    path = tmp_path / "twice.txt"
    path.write_text("".join((samples / name).read_text() for name in ("main_pipelined.txt", "main_asynchronous.txt")))
    error = run("--strict", path).exception
    assert isinstance(error, LogError)
    assert str(error.path) == f"{path}#2"


def test_format_can_be_forced(tmp_path: Path) -> None:
    log = tmp_path / "piece.txt"
    log.write_text("Dear reader,\n")
    assert run(log).exit_code == 2
    assert "neurosim-1.4, incomplete, 0 numbers" in run("--as", "neurosim-1.4", log).stdout
    assert isinstance(run("--as", "neurosim-9", log).exception, LogError)


def test_all_runs_of_a_file_are_written(samples: Path, tmp_path: Path) -> None:
    log = tmp_path / "output_5.txt"
    log.write_text((samples / "main_pipelined.txt").read_text() + (samples / "main_layer_by_layer.txt").read_text())
    out = tmp_path / "metrics.parquet"
    assert run(log, "--out", out).exit_code == 0
    assert pl.read_parquet(out)["run"].unique(maintain_order=True).to_list() == ["5", "5#2"]


def test_error_is_one_line_and_exit_code_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.txt").touch()
    monkeypatch.setattr(sys, "argv", ["nnsreport", "parse", str(tmp_path / "empty.txt"), "--out", "numbers.xls"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == "nnsreport: numbers.xls: cannot write .xls; use one of .parquet, .csv, .json\n"
