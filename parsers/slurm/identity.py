"""Job ids: plain, of array tasks, of tasks that wait together, and of steps."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from nnsreport.parsers.slurm.quantities import CellError

_JOB = re.compile(
    r"(?P<job>\d{1,18})(?:_(?:(?P<task>\d{1,18})|\[(?P<tasks>[^\[\]\s|]*)(?P<end>\]?)))?"
    r"(?P<component>\+\d{1,9})?(?:\.(?P<step>[A-Za-z0-9_+]+))?",
    re.ASCII,
)
_USUAL_STEPS = frozenset({"batch", "extern", "interactive", *map(str, range(100))})
_MOST_DIGITS = 18
_TASKS = re.compile(r"(\d{1,9})(?:-(\d{1,9})(?::(\d{1,9}))?)?", re.ASCII)
_CUT_STEP = re.compile(r"(\d{1,18}(?:_\d{1,18})?)\.([A-Za-z0-9_]*)\+", re.ASCII)


class JobIdentity(NamedTuple):
    """Which job, or which step of it.

    Attributes
    ----------
    job : str
        ``38905658``, ``38905658_7``, ``38905658+1`` in a heterogeneous job, or ``38905658_[8-20%4]`` for tasks of an
        array that wait together.
    number : int
        Its first number: the array's for a task.
    array_task : int or None
        Index of the task.
    tasks : int or None
        How many tasks it stands for; None when the list of tasks was cut off.
    step : str or None
        ``batch``, ``extern``, ``0``; None for the job itself.
    """

    job: str
    number: int
    array_task: int | None = None
    tasks: int | None = 1
    step: str | None = None

    @property
    def array_job(self) -> int | None:
        """Id of the array that it is part of."""
        return self.number if "_" in self.job else None


@functools.lru_cache(1 << 12)
def read_identity(text: str) -> JobIdentity:
    """Read a job id.

    Parameters
    ----------
    text : str
        As ``sacct`` and ``squeue`` print it.

    Returns
    -------
    JobIdentity
        What it names.

    Raises
    ------
    CellError
        It is none.
    """
    job, dot, step = text.partition(".")
    is_usual = not dot or step in _USUAL_STEPS
    if is_usual and job.isdecimal() and job.isascii() and len(job) <= _MOST_DIGITS:
        return JobIdentity(job, int(job), None, 1, step or None)
    match = _JOB.fullmatch(text)
    if match is None:
        raise CellError(text)
    number, task, tasks, step = int(match["job"]), match["task"], match["tasks"], match["step"]
    job = text.partition(".")[0] if tasks is None else text
    if tasks is None:
        return JobIdentity(job, number, int(task) if task is not None else None, 1, step)
    return JobIdentity(job, number, None, count_tasks(tasks) if match["end"] else None, None)


def read_cut_step(text: str) -> JobIdentity | None:
    """Read the id of a step that the column cut off behind the dot, ``38905658.ba+``; None when it is none."""
    match = _CUT_STEP.fullmatch(text)
    if match is None:
        return None
    identity = read_identity(match[1])
    names = [name for name in ("batch", "extern", "interactive") if match[2] and name.startswith(match[2])]
    return JobIdentity(identity.job, identity.number, identity.array_task, 1, names[0] if names else match[2] + "+")


def count_tasks(text: str) -> int | None:
    """Return how many tasks a list names.

    Parameters
    ----------
    text : str
        ``4-9%2``, ``1-12:3``, ``0,2,5-7``; behind the per-cent sign is how many may run at once.

    Returns
    -------
    int or None
        None when it was shortened with dots, or is no such list.
    """
    total = 0
    for part in text.partition("%")[0].split(","):
        match = _TASKS.fullmatch(part)
        if match is None:
            return None
        low, high, step = int(match[1]), int(match[2] or match[1]), int(match[3] or 1)
        if high < low or step == 0:
            return None
        total += (high - low) // step + 1
    return total
