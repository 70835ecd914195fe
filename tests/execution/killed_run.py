"""A program for test_kill.py: runs a configuration in forked children, and kills them at random moments.

Usage: killed_run.py CONFIGURATION RUNS ROUNDS SEED. Each round begins a run afresh, kills it with SIGKILL after a
random time, resumes it, kills it again and so on until it completes, and compares its tables with those of an
undisturbed run. Prints the number of kills.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from nnsreport.configuration.reader import ResolvedConfiguration, read_configuration
from nnsreport.errors import RunError
from nnsreport.execution.run import execute_run
from nnsreport.store.load import load_run
from nnsreport.tables import TABLES


def start(resolved: ResolvedConfiguration, runs: Path) -> int:
    """Run in a forked process; it exits with 0 when the run is complete."""
    pid = os.fork()
    if pid == 0:
        try:
            execute_run(resolved, runs=runs, run="tiny")
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
        os._exit(0)
    return pid


def wait(pid: int) -> int:
    """Return the exit code of a process; negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def tables(runs: Path) -> dict[str, bytes]:
    """Return the tables of the run."""
    return {name: (runs / "tiny" / f"{name}.parquet").read_bytes() for name in TABLES}


def readable(runs: Path) -> int:
    """Read the run in a forked process, so that this one never starts the threads of Polars."""
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(RunError):
            state = load_run(runs / "tiny").state
            os._exit(0 if state in ("incomplete", "complete") else 1)
        # The kill may come before the first record is there.
        os._exit(0 if not (runs / "tiny" / "run.json").exists() else 1)
    return wait(pid)


def main() -> None:
    """Kill, resume, compare."""
    resolved = read_configuration(Path(sys.argv[1]))
    root, rounds = Path(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(int(sys.argv[4]))
    began = time.monotonic()
    assert wait(start(resolved, root / "undisturbed")) == 0
    duration = time.monotonic() - began
    expected = tables(root / "undisturbed")
    kills = 0
    for _ in range(rounds):
        runs = root / "killed"
        shutil.rmtree(runs, ignore_errors=True)
        while True:
            pid = start(resolved, runs)
            time.sleep(chance.uniform(0, duration))
            os.kill(pid, signal.SIGKILL)
            code = wait(pid)
            assert code in (0, -signal.SIGKILL), f"the run failed by itself: {code}"
            assert readable(runs) == 0, "unreadable after the kill"
            if code == 0:
                break
            kills += 1
        assert tables(runs) == expected, "other tables than those of an undisturbed run"
    sys.stdout.write(str(kills))


if __name__ == "__main__":
    main()
