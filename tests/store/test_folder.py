"""Beginning, resuming and ending runs; damage; two processes at once."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from nnsreport.errors import RunError, RunInterrupted
from nnsreport.store import atomic, lock, record
from nnsreport.store.folder import now, open_run, run_path
from nnsreport.store.load import load_run
from nnsreport.store.record import Attempt, RunRecord
from nnsreport.tables import TABLES, schema

MakePart = Callable[[str], Mapping[str, pl.DataFrame]]
PARTS = ("baseline", "trial-0000", "trial-0001")


def attempt() -> Attempt:
    return Attempt(now())


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / f"{name}.parquet").read_bytes() for name in TABLES}


def test_complete_run(make_run: Callable[..., Path]) -> None:
    folder = make_run(*PARTS)
    assert sorted(entry.name for entry in folder.iterdir()) == sorted(
        ["run.json", "run.lock", *(f"{name}.parquet" for name in TABLES)]
    )
    run = load_run(folder)
    assert run.state == "complete"
    assert run.trials["correct_images"].to_list() == [90, 91, 92]
    assert all(getattr(run, name).schema == schema(name) for name in TABLES)


def test_resumed_run_has_the_same_bytes(make_run: Callable[..., Path]) -> None:
    folder = make_run(*PARTS)
    whole = contents(folder)
    for file in folder.iterdir():
        file.unlink()
    make_run("baseline")
    make_run("trial-0001")
    make_run(*PARTS)
    assert contents(folder) == whole
    assert len(record.read(folder).attempts) == 3


def test_parts_of_an_unfinished_run_can_be_read(make_run: Callable[..., Path]) -> None:
    folder = make_run("baseline", "trial-0001")
    run = load_run(folder)
    assert run.state == "incomplete"
    assert run.trials["correct_images"].to_list() == [90, 92]
    assert run.problems == ("the run is still running or was killed: 2 of 3 parts are finished",)


def test_error_is_kept_with_the_parts(tmp_path: Path, run_record: RunRecord, make_part: MakePart) -> None:
    with pytest.raises(ZeroDivisionError), open_run(tmp_path, run_record, attempt()) as run:
        run.add_part("baseline", make_part("baseline"))
        raise ZeroDivisionError("division by nought")
    found = load_run(tmp_path / "7_0")
    assert found.state == "failed"
    assert found.problems == ("the run failed (division by nought): 1 of 3 parts are finished",)


def test_interruption_is_kept_and_tells_how_to_resume(tmp_path: Path, run_record: RunRecord) -> None:
    with pytest.raises(RunInterrupted), open_run(tmp_path, run_record, attempt()):
        raise RunInterrupted("stopped", signal_number=15, remedy="resume")
    found = load_run(tmp_path / "7_0")
    assert found.state == "incomplete"
    assert "--id 7_0" in found.problems[0]


def test_complete_run_is_left_alone(make_run: Callable[..., Path], tmp_path: Path, run_record: RunRecord) -> None:
    folder = make_run(*PARTS)
    before = {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "run.lock"}
    with open_run(tmp_path, run_record, attempt()) as run:
        assert run.record.state == "complete"
    assert {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "run.lock"} == before


def test_another_configuration_is_refused(make_run: Callable[..., Path], tmp_path: Path, run_record: RunRecord) -> None:
    make_run("baseline")
    other = replace(run_record, configuration_hash="xyz", settings={**run_record.settings, "adc.bits": 6})
    with pytest.raises(RunError, match=r"another configuration \(adc\.bits: 8 -> 6\); choose another --id"):
        open_run(tmp_path, other, attempt()).__enter__()


@pytest.mark.parametrize("run", ["", "..", "a/b", ".hidden", "a b", "-x", "x" * 200])
def test_identifiers_that_are_no_folder_names(tmp_path: Path, run: str) -> None:
    with pytest.raises(RunError, match=r"--id: .*cannot name a run"):
        run_path(tmp_path, run)


# Damage


def test_left_overs_of_a_kill_are_removed(make_run: Callable[..., Path]) -> None:
    folder = make_run("baseline")
    (folder / ".new-99-run.json").write_bytes(b"half")
    (folder / "parts" / ".new-99-trial-0000").mkdir()
    (folder / "parts" / ".new-99-trial-0000" / "trials.parquet").write_bytes(b"half")
    assert load_run(folder).trials.height == 1
    make_run(*PARTS)
    assert not list(folder.rglob(".new-*"))
    assert load_run(folder).trials.height == 3


@pytest.mark.parametrize("damage", ["truncated", "emptied", "removed", "garbled"])
def test_damaged_part_is_told_and_computed_again(make_run: Callable[..., Path], damage: str) -> None:
    folder = make_run("baseline", "trial-0000")
    spoil(folder / "parts" / "trial-0000" / "trials.parquet", damage)
    found = load_run(folder)
    assert found.trials["correct_images"].to_list() == [90]
    assert any("trials.parquet" in problem and "left out" in problem for problem in found.problems)
    make_run(*PARTS)
    again = load_run(folder)
    assert again.trials["correct_images"].to_list() == [90, 91, 92]
    assert any("part trial-0000 was computed again" in text for text in again.provenance.values())


@pytest.mark.parametrize("damage", ["truncated", "emptied", "removed", "garbled"])
def test_damaged_table_of_a_complete_run_is_named_and_computed_again(
    make_run: Callable[..., Path], damage: str
) -> None:
    folder = make_run(*PARTS)
    spoil(folder / "trials.parquet", damage)
    with pytest.raises(RunError, match=r"trials\.parquet: is .*run the same configuration with the same --id again"):
        load_run(folder)
    make_run(*PARTS)
    assert load_run(folder).trials.height == 3


def spoil(path: Path, damage: str) -> None:
    data = path.read_bytes()
    if damage == "removed":
        path.unlink()
    else:
        path.write_bytes(
            {"truncated": data[: len(data) // 2], "emptied": b"", "garbled": data[:40] + b"x" * 300}[damage]
        )


def test_table_with_other_columns_is_refused(make_run: Callable[..., Path]) -> None:
    folder = make_run(*PARTS)
    pl.DataFrame({"run": ["a"]}).write_parquet(folder / "trials.parquet")
    with pytest.raises(RunError, match="has other columns than the table trials"):
        load_run(folder)


def test_full_disk_is_an_error_of_one_line(
    tmp_path: Path, run_record: RunRecord, make_part: MakePart, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    message = r"baseline: cannot be written \(No space left on device\)"
    with pytest.raises(RunError, match=message), open_run(tmp_path, run_record, attempt()) as run:
        monkeypatch.setattr(os, "fsync", full)
        run.add_part("baseline", make_part("baseline"))
    monkeypatch.undo()
    assert load_run(tmp_path / "7_0").state == "incomplete"


def test_runs_folder_that_cannot_be_made(tmp_path: Path, run_record: RunRecord) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"cannot be made .*--runs"):
        open_run(tmp_path / "file", run_record, attempt()).__enter__()


def test_folder_that_cannot_be_written(make_run: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "7_0" / "run.lock").mkdir(parents=True)
    with pytest.raises(RunError, match=r"run\.lock: cannot be written \(Is a directory\)"):
        make_run("baseline")


# Locks


def test_second_process_is_refused_and_the_first_is_named(tmp_path: Path, run_record: RunRecord) -> None:
    script = "import sys; from nnsreport.store.lock import locked; from pathlib import Path\n"
    script += "with locked(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    folder = tmp_path / "7_0"
    folder.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", script, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(RunError, match=f"the run is in use by process {holder.pid} on .*--id"):
            open_run(tmp_path, run_record, attempt()).__enter__()
        holder.kill()
    with open_run(tmp_path, run_record, attempt()) as run:  # a killed process leaves no lock behind
        assert run.record.state == "running"


def test_file_system_without_locks_is_noted(make_run: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    folder = make_run("baseline")
    assert lock.NO_LOCKS in record.read(folder).notes


# Atomic writes


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_file_keeps_its_old_content_until_it_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "a"
    atomic.write_file(path, b"old")

    def killed(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, step, killed)
    with pytest.raises(KeyboardInterrupt):
        atomic.write_file(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    atomic.remove_temporaries(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize(
    "write", [lambda path: atomic.write_file(path, b"x"), lambda path: atomic.write_folder(path, {"x": b"x"})]
)
def test_failed_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, write: Callable[[Path], None]
) -> None:
    def refused(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, refused)
    with pytest.raises(RunError, match="No space left"):
        write(tmp_path / "a")
    monkeypatch.undo()
    assert not list(tmp_path.iterdir())
