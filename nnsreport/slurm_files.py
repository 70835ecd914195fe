"""Asking SLURM where a job's output went. Without SLURM, or when it does not answer, the answer is empty."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 5.0
_FIELD = re.compile(r"^\s*(StdOut|WorkDir)=(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class JobFiles:
    """Where a job's files are.

    Attributes
    ----------
    output : Path or None
        The file its output goes to, if SLURM still knows.
    folder : Path or None
        Its working folder, which is where ``sbatch`` was called unless told otherwise.
    """

    output: Path | None = None
    folder: Path | None = None


def find_job_files(job: str) -> JobFiles:
    """Ask ``scontrol``, which knows recent jobs, then ``sacct``, which remembers old ones.

    Parameters
    ----------
    job : str
        A job's id, ``38905658`` or ``38905658_7``.

    Returns
    -------
    JobFiles
        Empty where neither command exists, knows the job, or answers in time.
    """
    shown = parse_scontrol(_ask("scontrol", "show", "job", job))
    if shown.folder is not None:
        return shown
    answer = _ask("sacct", "--allocations", "--noheader", "--parsable2", "--format=WorkDir", f"--jobs={job}")
    folders = [line for line in answer.splitlines() if line]
    return JobFiles(folder=Path(folders[-1])) if folders else JobFiles()


def parse_scontrol(text: str) -> JobFiles:
    """Read the output of ``scontrol show job``.

    Parameters
    ----------
    text : str
        With one job, or with several: the tasks of an array.

    Returns
    -------
    JobFiles
        Without an output file when the tasks have several; empty where the text has none.
    """
    found: dict[str, list[str]] = {"StdOut": [], "WorkDir": []}
    for name, value in _FIELD.findall(text):
        found[name].append(value.strip())
    outputs, folders = set(found["StdOut"]), found["WorkDir"]
    return JobFiles(
        output=Path(outputs.pop()) if len(outputs) == 1 else None,
        folder=Path(folders[-1]) if folders else None,
    )


def _ask(*command: str) -> str:
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
