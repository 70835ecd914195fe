"""A configuration becomes a run in the store, from wherever an earlier attempt left off."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nnsreport import slurm
from nnsreport.configuration.dump import flatten
from nnsreport.configuration.identity import configuration_hash, file_hashes
from nnsreport.configuration.reader import ResolvedConfiguration
from nnsreport.execution.division import Team
from nnsreport.execution.plan import part_names
from nnsreport.execution.progress import Progress, Silence
from nnsreport.execution.session import Session
from nnsreport.execution.stopping import StopRequest
from nnsreport.execution.together import TaskSettings, follow, leading, work_together
from nnsreport.store.environment import git_commit, software
from nnsreport.store.folder import RunFolder, now, open_run, run_path
from nnsreport.store.record import Attempt, Reference, RunRecord
from nnsreport.store.tasks import TaskBoard

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_+-]+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run.

    Attributes
    ----------
    folder : Path
        Where it is kept.
    was_complete : bool
        Whether there was nothing to do.
    leads : bool
        Whether this process is the only one at work on it, or the first of several tasks.
    """

    folder: Path
    was_complete: bool
    leads: bool = True


def execute_run(
    resolved: ResolvedConfiguration,
    *,
    runs: Path,
    run: str | None = None,
    command: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    stop: StopRequest | None = None,
    tasks: TaskSettings | None = None,
) -> Outcome:
    """Begin a run, or resume it, and complete it.

    Parameters
    ----------
    resolved : ResolvedConfiguration
        What to evaluate.
    runs : Path
        Folder of all runs.
    run : str, optional
        Identifier; else the SLURM job's, else one made of the configuration (:func:`default_run_id`).
    command : sequence of str
        The command line, for the record.
    environment : Mapping of str to str, optional
        Environment variables, for SLURM's.
    progress : Progress, optional
        Hears what is done.
    stop : StopRequest, optional
        Looked at after each batch.
    tasks : TaskSettings, optional
        What several tasks of a step of SLURM do; else they make one run together.

    Returns
    -------
    Outcome
        Of a complete run.

    Raises
    ------
    RunInterrupted
        ``stop`` asked for it; finished parts are kept.
    NnsreportError
        Something is wrong with the configuration, a file, the device or the run's folder.
    """
    tasks = tasks or TaskSettings()
    configuration = resolved.configuration
    context = slurm.read_context(environment or {})
    hashes = file_hashes(configuration)
    identity = configuration_hash(configuration, hashes)
    wanted = RunRecord(
        run=_run_name(run, resolved, identity, context, together=tasks.together),
        configuration_hash=identity,
        settings=flatten(configuration),
        files=hashes,
        parts=part_names(configuration),
        seed=configuration.run.seed,
        references=tuple(
            Reference(f"{preset.section} {preset.name}", f"{preset.title}: {preset.citation}")
            for preset in resolved.presets
        ),
    )
    attempt = Attempt(
        started=now(),
        command=tuple(command),
        software=software(),
        commit=git_commit(resolved.source.parent),
        slurm=slurm.describe(context) if context else {},
    )
    path = run_path(runs, wanted.run)
    board = _board(path, context, tasks)
    team = Team() if board is None else Team(board.task, board.tasks)

    def session(folder: RunFolder) -> Session:
        heard = progress if progress is not None and team.leads else Silence()
        local = context.local_task_id if context is not None else None
        return Session(folder, configuration, heard, stop or StopRequest(), team, local or 0)

    if board is None:
        return _lead(runs, wanted, attempt, lambda folder: _work_alone(session(folder)))
    if team.leads:
        with leading(board, identity):
            return _lead(runs, wanted, attempt, lambda folder: work_together(session(folder), board))
    return Outcome(path, was_complete=follow(session, wanted, path, board), leads=False)


def _board(path: Path, context: slurm.SlurmContext | None, tasks: TaskSettings) -> TaskBoard | None:
    """Return where the tasks of a step tell each other how they are; None where each works alone."""
    if context is None or context.task_id is None or context.tasks is None or context.tasks < 2 or not tasks.together:
        return None
    return TaskBoard(path, context.step, context.task_id, context.tasks, tasks.patience_s)


def _lead(runs: Path, wanted: RunRecord, attempt: Attempt, work: Callable[[RunFolder], None]) -> Outcome:
    with open_run(runs, wanted, attempt) as folder:
        if folder.record.state == "complete":
            return Outcome(folder.path, was_complete=True)
        work(folder)
        folder.complete()
        return Outcome(folder.path, was_complete=False)


def _work_alone(session: Session) -> None:
    session.work(session.missing)
    assert not session.finish(), "one process evaluates every part"


def _run_name(
    run: str | None,
    resolved: ResolvedConfiguration,
    identity: str,
    context: slurm.SlurmContext | None,
    *,
    together: bool,
) -> str:
    if context is None or together:
        return run or default_run_id(resolved, identity, context)
    return slurm.task_run_id(run or slurm.run_id(context), context)


def default_run_id(resolved: ResolvedConfiguration, identity: str, context: slurm.SlurmContext | None) -> str:
    """Return the identifier of a run that was given none.

    Parameters
    ----------
    resolved : ResolvedConfiguration
        What to evaluate.
    identity : str
        Its hash.
    context : SlurmContext or None
        Of this process.

    Returns
    -------
    str
        The SLURM job's id; elsewhere such as ``digits-1f00ba12``, so that the same configuration resumes and another
        one is another run.
    """
    if context is not None:
        return slurm.run_id(context)
    name = _NOT_IN_NAMES.sub("-", resolved.configuration.run.name or resolved.source.stem).strip("-_+") or "run"
    return f"{name[:64]}-{identity[:8]}"
