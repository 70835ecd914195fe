"""Many files: batches, processes, crashes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from nnsreport.errors import LogError, UnknownFormatError
from nnsreport.parsers import many, metrics_frame, parse_runs, registry
from nnsreport.parsers.many import LogFile, ParsedBatch, parse_files
from nnsreport.parsers.recurring import Memory, Unread


def read(files: Sequence[LogFile], jobs: int = 1) -> tuple[pl.DataFrame, list[str], dict[str, str]]:
    """Return the table, the runs in order, and errors by file name."""
    batches = list(parse_files(files, jobs=jobs))
    frame = pl.concat(batch.numbers.frame() for batch in batches)
    done = [file for batch in batches for file in batch.files]
    errors = {file.path.name: str(file.error) for file in done if file.error is not None}
    return frame, [log.run for file in done for log in file.logs], errors


@pytest.fixture
def files(samples: Path) -> list[LogFile]:
    """The samples, many times."""
    return [LogFile(path, f"{path.stem}-{turn}") for turn in range(12) for path in sorted(samples.glob("*.txt"))]


def test_a_batch_is_the_same_as_one_file_after_the_other(files: list[LogFile]) -> None:
    frame, runs, errors = read(files)
    one_by_one = [log for file in files for log in parse_runs(file.path, run=file.run)]
    assert frame.equals(metrics_frame(one_by_one))
    assert (runs, errors) == ([log.run for log in one_by_one], {})


def test_processes_give_the_same_in_the_same_order(files: list[LogFile], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "_POOL_BYTES", 0)
    monkeypatch.setattr(many, "_BATCH_FILES", 7)
    frame, runs, errors = read(files, jobs=2)
    alone = read(files)
    assert frame.equals(alone[0])
    assert (runs, errors) == alone[1:]


def test_bad_files_cost_nothing_but_themselves(samples: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear reader,\n")
    (tmp_path / "empty.txt").touch()
    good = LogFile(samples / "main_pipelined.txt", "good")
    bad = [LogFile(tmp_path / name, name) for name in ("letter.txt", "empty.txt", "missing.txt")]
    (batch,) = parse_files([bad[0], good, *bad[1:]])
    assert [type(file.error) for file in batch.files] == [UnknownFormatError, type(None), LogError, LogError]
    assert batch.numbers.runs == (("good", 258),)


def test_a_defect_of_a_parser_is_told_with_its_file(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(file: Unread, _format_name: str | None) -> None:
        if file.run == "main_pipelined.txt":
            raise IndexError("list index out of range")
        raise MemoryError

    monkeypatch.setattr(many, "parse_unread", broken)
    monkeypatch.setattr(registry, "_MEMORY", Memory())
    names = ("main_pipelined.txt", "main_asynchronous.txt")
    _, _, errors = read([LogFile(samples / name, name) for name in names])
    assert "a defect of its format's parser: IndexError: list index out of range" in errors[names[0]]
    assert "not enough memory" in errors[names[1]]


def die_on_some(files: Sequence[LogFile], format_name: str | None) -> ParsedBatch:
    """Read as a worker does, but end the process at files called deadly."""
    if any(file.run.startswith("deadly") for file in files):
        os._exit(9)
    return many.read_batch(files, format_name)


def test_a_killed_process_loses_one_file(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = (samples / "main_pipelined.txt").read_text()
    names = [f"deadly{n}" if n in (3, 17) else f"run{n}" for n in range(24)]
    for name in names:
        (tmp_path / f"{name}.txt").write_text(good)
    monkeypatch.setattr(many, "_POOL_BYTES", 0)
    monkeypatch.setattr(many, "_BATCH_FILES", 4)
    monkeypatch.setattr(many, "WORKER", die_on_some)
    frame, runs, errors = read([LogFile(tmp_path / f"{name}.txt", name) for name in names], jobs=2)
    assert runs == [name for name in names if name.startswith("run")]
    assert frame["run"].unique(maintain_order=True).to_list() == runs
    assert errors.keys() == {"deadly3.txt", "deadly17.txt"}
    assert "process that read it was killed; look for a lack of memory" in errors["deadly3.txt"]


def test_processes_are_copies_where_there_are_no_threads(tmp_path: Path) -> None:
    log = tmp_path / "output_7.txt"
    log.write_text("x\n")
    script = """
import multiprocessing, sys
from pathlib import Path
from nnsreport.parsers import many
many._POOL_BYTES, many._BATCH_FILES = 0, 1
methods = []
get_context = multiprocessing.get_context
multiprocessing.get_context = lambda method: methods.append(method) or get_context(method)
files = [many.LogFile(Path(sys.argv[1]), str(rank)) for rank in range(3)]
if __name__ == "__main__":
    print(sum(batch.files[0].error is not None for batch in many.parse_files(files, jobs=2)), methods)
    import polars
    print(sum(batch.files[0].error is not None for batch in many.parse_files(files, jobs=2)), methods[1] != "fork")
"""
    done = subprocess.run([sys.executable, "-c", script, str(log)], capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert first.startswith("3 [") and ("'fork'" in first) == (sys.platform == "linux")
    assert second == "3 True"
    assert not done.stderr
