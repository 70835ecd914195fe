"""Which task does what, where several work on one run.

Trials are given out whole, in rounds of one a task. What is left over, fewer trials than tasks, is done by all: each
task evaluates some batches of the test images. So no task waits for another, and each batch is evaluated as one
process would, with the same images.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from nnsreport.configuration.schema import Configuration
from nnsreport.execution.plan import BASELINE, CHIP, Evaluation, evaluations


@dataclass(frozen=True, slots=True)
class Team:
    """The tasks that work on a run, and which of them this process is.

    Attributes
    ----------
    task, tasks : int
        Index of this one, and their number.
    """

    task: int = 0
    tasks: int = 1

    @property
    def leads(self) -> bool:
        """Whether this task begins and ends the run."""
        return self.task == 0


@dataclass(frozen=True, slots=True)
class Work:
    """Something that one task computes.

    Attributes
    ----------
    part : str
        Of the run.
    images : range
        Test images; all of them make a whole part.
    evaluation : Evaluation or None
        Which draw and time; None for what has nothing to do with trials.
    """

    part: str
    images: range
    evaluation: Evaluation | None = None


def work_of(
    team: Team, missing: Sequence[str], configuration: Configuration, images: int, batch_size: int
) -> tuple[Work, ...]:
    """Return what a task computes.

    Parameters
    ----------
    team : Team
        The tasks; all of them have to be given the same other arguments.
    missing : sequence of str
        Names of the parts that are to be computed.
    configuration : Configuration
        Of the run.
    images : int
        Number of test images.
    batch_size : int
        Images that are evaluated together, by whichever task.

    Returns
    -------
    tuple of Work
        In the order in which to do it, trial by trial.
    """
    own = _share(images, batch_size, team)
    everything = range(images)
    works = [Work(BASELINE, own)] if BASELINE in missing else []
    if CHIP in missing and team.leads:
        works.append(Work(CHIP, everything))
    wanted = [evaluation for evaluation in evaluations(configuration) if evaluation.part in missing]
    trials = [tuple(times) for _, times in groupby(wanted, key=lambda evaluation: evaluation.trial)]
    # Trials that may turn out not to be needed are never divided: the first ones are to be known first.
    rounds = len(trials) if configuration.run.interval_width else len(trials) - len(trials) % team.tasks
    for position, times in enumerate(trials):
        if position >= rounds:
            works += [Work(evaluation.part, own, evaluation) for evaluation in times]
        elif position % team.tasks == team.task:
            works += [Work(evaluation.part, everything, evaluation) for evaluation in times]
    return tuple(work for work in works if len(work.images))


def shares(images: int, batch_size: int, tasks: int) -> tuple[range, ...]:
    """Return the test images of each task where all work on one part.

    Parameters
    ----------
    images : int
        Number of test images.
    batch_size : int
        Images that are evaluated together, by whichever task.
    tasks : int
        Number of tasks.

    Returns
    -------
    tuple of range
        Those that are not empty, in order.
    """
    found = (_share(images, batch_size, Team(task, tasks)) for task in range(tasks))
    return tuple(share for share in found if len(share))


def _share(images: int, batch_size: int, team: Team) -> range:
    batches = -(-images // batch_size)
    first, last = (-(-batches * task // team.tasks) for task in (team.task, team.task + 1))
    return range(min(first * batch_size, images), min(last * batch_size, images))


def in_groups(works: Sequence[Work], trials: int) -> Iterator[tuple[Work, ...]]:
    """Yield what is computed before anything else is begun.

    Parameters
    ----------
    works : sequence of Work
        Of one task, trial by trial.
    trials : int
        That are evaluated together, at most.

    Yields
    ------
    tuple of Work
        What has nothing to do with trials, one by one; then that of some trials, in order.
    """
    yield from ((work,) for work in works if work.evaluation is None)
    of_trials = groupby((work for work in works if work.evaluation), key=_trial)
    pending = [tuple(group) for _, group in of_trials]
    for first in range(0, len(pending), trials):
        yield tuple(work for group in pending[first : first + trials] for work in group)


def at_once(works: Sequence[Work]) -> Iterator[tuple[Work, ...]]:
    """Yield those parts of trials that are of one time and the same images, time by time."""
    found: dict[tuple[float | None, range], list[Work]] = {}
    for work in works:
        if work.evaluation is not None:
            found.setdefault((work.evaluation.time_s, work.images), []).append(work)
    yield from map(tuple, found.values())


def _trial(work: Work) -> int:
    assert work.evaluation is not None
    return work.evaluation.trial
