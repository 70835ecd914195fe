"""``nnsreport parse`` over folders: what is read, what is not, and everything it writes."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import socket
import sys
from pathlib import Path

import polars as pl
import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from nnsreport.cli.parse import parse
from nnsreport.cli.parse_jobs import clock
from nnsreport.errors import LogError, ReportError
from nnsreport.tables import schema

SACCT = """JobID|JobName|Partition|State|ExitCode|Elapsed|Timelimit|AllocCPUS|NNodes
7|dn40|c23g|TIMEOUT|0:0|01:00:10|01:00:00|24|1
7.batch|batch||CANCELLED|0:15|01:00:11||24|1
8|dn40|c23g|COMPLETED|0:0|00:30:00|01:00:00|24|1
"""


@pytest.fixture
def samples(test_data: Path) -> Path:
    """Folder of the NeuroSim V1.4 samples."""
    return test_data / "neurosim" / "v1.4"


@pytest.fixture
def folder(samples: Path, tmp_path: Path) -> Path:
    """A folder as a lab has it: two jobs, what lies around them, and the table of their jobs."""
    made = tmp_path / "lab"
    (made / "layer_record_DenseNet40").mkdir(parents=True)
    (made / "__pycache__").mkdir()
    (made / ".git").mkdir()
    shutil.copy(samples / "main_pipelined.txt", made / "output_8.txt")
    cut = (samples / "main_pipelined.txt").read_text().splitlines(keepends=True)[:60]
    (made / "output_7.txt.gz").write_bytes(gzip.compress("".join(cut).encode()))
    (made / "jobs.txt").write_text(SACCT)
    (made / "figure.png").write_bytes(b"\x89PNG")
    (made / "a.out").write_bytes(b"\x7fELF\x02\x01\x01\x00" + bytes(range(256)) * 30)
    (made / "notes.md").write_text("Dear reader,\n")
    (made / "layer_record_DenseNet40" / "weightConv0_.csv").write_text("0.5,0.25\n" * 10)
    for hidden in (".git/config", "__pycache__/x.txt"):
        shutil.copy(samples / "main_pipelined.txt", made / hidden)
    return made


def run(*arguments: str | Path) -> Result:
    """Run the command alone; errors of a user are left in ``exception``."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(parse)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_what_was_read_and_what_was_not_is_told(folder: Path) -> None:
    result = run(folder)
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        f"skipped, folder of programs: {folder}/__pycache__",
        f"skipped, binary file: {folder}/a.out",
        f"skipped, image: {folder}/figure.png",
        f"skipped, trace of weights or inputs: {folder}/layer_record_DenseNet40/weightConv0_.csv",
        f"skipped, no file of a known simulator: {folder}/notes.md",
        "3 files read (2 neurosim-1.4, 1 slurm-sacct), 5 skipped, 0 broken",
    ]


def test_jobs_are_told_beside_their_runs(folder: Path) -> None:
    lines = run(folder).stdout.splitlines()
    (seven,) = (number for number, line in enumerate(lines) if line.startswith("7: neurosim-1.4, incomplete"))
    assert lines[seven + 1] == "  job 7: TIMEOUT, 01:00:10 of 01:00:00, 24 cores, 24.1 core-h"
    assert "time limit" in lines[seven + 2]
    (eight,) = (number for number, line in enumerate(lines) if line.startswith("8: neurosim-1.4, complete"))
    assert lines[eight + 1] == "  job 8: COMPLETED, 00:30:00 of 01:00:00, 24 cores, 12 core-h"
    assert not lines[eight + 2].startswith("  ")


def test_every_table_is_written(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "tables"
    result = run(folder, "--tables", out)
    assert result.exit_code == 0
    tables = {path.stem: pl.read_parquet(path) for path in out.iterdir()}
    assert tables.keys() == {"metrics", "runs", "settings", "problems", "jobs"}
    assert tables["metrics"].schema == schema("metrics")
    counts = dict(tables["runs"].select("run", "numbers").iter_rows())
    assert counts == {"8": 258, "7": tables["metrics"].filter(run="7").height, "jobs": 0}
    assert set(tables["jobs"]["job"]) == {"7", "8"}
    assert tables["jobs"]["run"].unique().to_list() == ["jobs"]
    cut = tables["problems"].filter(run="7")
    assert cut["source"].unique().to_list() == [str(folder / "output_7.txt.gz")]
    assert tables["settings"].filter(run="8").columns == ["run", "name", "value", "line"]
    assert f"tables in {out}: runs (3)" in result.stdout


def test_tables_need_a_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    assert isinstance(run(folder, "--tables", tmp_path / "taken").exception, ReportError)


def test_many_runs_are_a_line_each_and_problems_are_grouped(samples: Path, tmp_path: Path) -> None:
    for number in range(25):
        shutil.copy(samples / "main_asynchronous.txt", tmp_path / f"output_{100 + number}.txt")
    lines = run(tmp_path).stdout.splitlines()
    assert [line.partition(":")[0] for line in lines[:25]] == [str(100 + number) for number in range(25)]
    assert all(line.startswith("25 runs, such as 100: line ") for line in lines[25:])
    assert len(lines) > 25


def test_a_file_meant_twice_is_read_once(folder: Path) -> None:
    result = run(folder, folder / "output_8.txt", folder / ".." / "lab" / "output_8.txt")
    assert result.stdout.count("\n8: ") == 1
    assert "no known" not in result.stderr


def test_format_is_forced_on_folders_too(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "tables"
    assert run("--as", "neurosim-1.4", folder, "--tables", out).exit_code == 0
    assert set(pl.read_parquet(out / "runs.parquet")["format"]) == {"neurosim-1.4"}


def test_an_empty_log_is_broken_another_empty_file_is_skipped(folder: Path) -> None:
    (folder / "slurm-9.out").touch()
    (folder / "__init__.py").touch()
    result = run(folder)
    assert result.exit_code == 2
    assert f"cannot be read: {folder}/slurm-9.out: the log is empty" in result.stderr
    assert f"skipped, empty file: {folder}/__init__.py" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders")
def test_nothing_but_regular_files_is_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "gone.txt").symlink_to(folder / "nothing.txt")
    (folder / "again").symlink_to(folder)
    (folder / "latest.txt").symlink_to(folder / "output_8.txt")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(folder)  # the names of sockets are short
        try:
            server.bind("talk.txt")
        finally:
            os.chdir(here)
        result = run(folder)
    assert result.exit_code == 0
    lines = [line.removeprefix("skipped, ") for line in result.stderr.splitlines() if line.startswith("skipped, ")]
    told = {reason: paths for reason, _, paths in (line.partition(": ") for line in lines)}
    assert told["pipe"] == f"{folder}/pipe.txt"
    assert told["socket"] == f"{folder}/talk.txt"
    assert told["link to nothing"] == f"{folder}/gone.txt, {folder}/loop.txt"
    assert told["link to a folder"] == f"{folder}/again"
    assert told["link to a file that is read under its own name"] == f"{folder}/latest.txt"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_told(folder: Path) -> None:
    (folder / "output_8.txt").chmod(0)
    (folder / "closed").mkdir(mode=0)
    result = run(folder)
    assert f"skipped, cannot be read: Permission denied: {folder}/closed" in result.stderr


def test_strict_leaves_no_file_behind(samples: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "metrics.parquet"
    result = run("--strict", samples / "main_asynchronous.txt", "--out", out)
    assert isinstance(result.exception, LogError)
    assert list(tmp_path.rglob("*")) in ([], [out.parent])


def test_a_full_disk_is_one_line(samples: Path, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    (tmp_path / "metrics.json").mkdir()
    error = run(samples / "main_pipelined.txt", "--out", tmp_path / "metrics.json").exception
    assert isinstance(error, ReportError)
    assert "is a folder" in str(error)


def test_json_is_whole_whatever_the_number_of_batches(samples: Path, tmp_path: Path) -> None:
    for number in range(130):
        shutil.copy(samples / "main_pipelined.txt", tmp_path / f"output_{number}.txt")
    out = tmp_path / "metrics.json"
    assert run(tmp_path, "--out", out).exit_code == 0
    assert len(json.loads(out.read_text())) == 130 * 258


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "00:00:00"), (3661.4, "01:01:01"), (93784, "1-02:03:04"), (86399.6, "1-00:00:00")]
)
def test_times_are_printed_as_slurm_does(seconds: float, text: str) -> None:
    assert clock(seconds) == text
