"""A program for test_kill.py: works on a run in forked children, and kills them at every step that touches the disk.

Usage: killed_store.py RUNS. Prints the number of steps there are. For each step, a child is killed just before it in a
folder of its own, another child resumes the run there, and the tables are compared with those of an undisturbed run.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import polars as pl

from nnsreport.store.folder import open_run
from nnsreport.store.load import load_run
from nnsreport.store.record import Attempt, RunRecord
from nnsreport.tables import TABLES, schema

PARTS = ("baseline", "trial-0000")
STEPS = ("replace", "fsync", "mkdir", "unlink", "rmdir")
RECORD = RunRecord(run="7", configuration_hash="h", settings={}, files={}, parts=PARTS, seed=0)


def work(runs: Path) -> None:
    """Do what is left of the run."""
    with open_run(runs, RECORD, Attempt("2026-01-01T00:00:00+00:00")) as run:
        if run.record.state == "complete":
            return
        for number, name in enumerate(PARTS):
            if name not in run.finished:
                row = {"run": "7", "trial": number, "time_s": 25.0, "accuracy": 0.1 * number}
                run.add_part(name, {"trials": pl.DataFrame([row], schema=schema("trials"))})
        run.complete()


def die_before(step: int) -> list[int]:
    """Make this process die just before its n-th step; return a list whose length counts the steps."""
    taken: list[int] = []

    def counted(function):  # type: ignore[no-untyped-def]
        def call(*arguments, **options):  # type: ignore[no-untyped-def]
            taken.append(1)
            if len(taken) == step:
                os.kill(os.getpid(), 9)
            return function(*arguments, **options)

        return call

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
    return taken


def child(action) -> int:  # type: ignore[no-untyped-def]
    """Run a function in a forked process; return its wait status."""
    pid = os.fork()
    if pid == 0:
        try:
            action()
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1]


def files(folder: Path) -> dict[str, bytes]:
    """Return a run's files, without what differs from attempt to attempt."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name not in ("run.json", "run.lock")}


def main() -> None:
    """Kill at every step."""
    root = Path(sys.argv[1])
    assert child(lambda: work(root / "undisturbed")) == 0
    expected = files(root / "undisturbed" / "7")
    assert set(expected) == {f"{name}.parquet" for name in TABLES}
    step = 1
    while True:
        runs = root / f"step-{step}"

        def killed(runs: Path = runs, step: int = step) -> None:
            die_before(step)
            work(runs)

        status = child(killed)
        if status == 0:
            break
        assert os.WIFSIGNALED(status), f"step {step}: the child failed by itself"
        if (runs / "7" / "run.json").exists():
            assert child(lambda runs=runs: load_run(runs / "7")) == 0, f"step {step}: unreadable after the kill"  # type: ignore[misc]
        assert child(lambda runs=runs: work(runs)) == 0, f"step {step}: cannot be resumed"  # type: ignore[misc]
        assert files(runs / "7") == expected, f"step {step}: other tables"
        step += 1
    sys.stdout.write(str(step - 1))


if __name__ == "__main__":
    main()
