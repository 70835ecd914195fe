"""A program for test_tasks.py: the tasks of one step of SLURM as forked processes, some of which are killed.

Usage: task_runs.py PLAN, where PLAN is JSON: ``configuration`` and ``overrides``, a list for each task; ``runs``;
``run``; ``patience_s``; ``restart``; ``kills``, a mapping of task to the number of stages after which it kills itself
with SIGKILL, or of ``random`` to a seed: then one task is killed at a random moment. Prints one line of JSON for each
task: exit code or negative signal, and what it said.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from nnsreport.configuration.reader import read_configuration
from nnsreport.errors import NnsreportError
from nnsreport.execution import session
from nnsreport.execution.evaluate import Bench
from nnsreport.execution.run import execute_run
from nnsreport.execution.stopping import stop_on_signals
from nnsreport.execution.together import TaskSettings


def dying_after(stages: int) -> None:
    """Let this process kill itself when it begins to evaluate for so many and one times."""
    left = [stages]

    def count(work: str) -> None:
        original = getattr(Bench, work)

        def counted(*arguments: object) -> object:
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return original(*arguments)

        setattr(Bench, work, counted)

    for work in ("measure_baseline", "measure"):
        count(work)


def task(plan: dict[str, object], index: int, answer: int) -> None:
    """Be a task; the answer goes into a pipe."""
    overrides = plan["overrides"]
    environment = {
        "SLURM_JOB_ID": "77",
        "SLURM_STEP_ID": "0",
        "SLURM_PROCID": str(index),
        "SLURM_LOCALID": str(index),
        "SLURM_NTASKS": str(len(overrides)),
        "SLURM_RESTART_COUNT": str(plan["restart"]),
    }
    stages = plan["kills"].get(str(index))
    if stages is not None:
        dying_after(stages)
    code, said = 0, ""
    try:
        with stop_on_signals() as stop:
            outcome = execute_run(
                read_configuration(Path(plan["configuration"]), overrides[index]),
                runs=Path(plan["runs"]),
                run=plan["run"],
                environment=environment,
                stop=stop,
                tasks=TaskSettings(patience_s=plan["patience_s"]),
            )
        said = "was complete" if outcome.was_complete else ""
    except NnsreportError as error:
        code, said = error.exit_code, str(error)
    os.write(answer, json.dumps(said).encode())
    os._exit(code)


def main() -> None:
    """Fork the tasks, wait, and print what became of them."""
    plan = json.loads(sys.argv[1])
    began = time.monotonic()
    children = []
    for index in range(len(plan["overrides"])):
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            task(plan, index, writing)
        os.close(writing)
        children.append((pid, reading))
    if "random" in plan["kills"]:
        chance = random.Random(plan["kills"]["random"])
        time.sleep(chance.uniform(0, plan["duration_s"] / 2))
        os.kill(chance.choice(children)[0], signal.SIGKILL)
    if "all" in plan["kills"]:
        time.sleep(plan["kills"]["all"])
        for pid, _ in children:
            os.kill(pid, signal.SIGTERM)
    for pid, reading in children:
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        said = os.read(reading, 100_000).decode()
        sys.stdout.write(json.dumps([code, json.loads(said) if said else ""]) + "\n")
    sys.stdout.write(json.dumps(time.monotonic() - began) + "\n")


if __name__ == "__main__":
    assert session  # loaded before the forks
    main()
