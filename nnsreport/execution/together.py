"""The tasks of one step of SLURM make one run together: the first begins and ends it, all compute.

The first task holds the run's lock and writes ``run.json``. When it has begun, the others compute their share of the
parts that are missing, and keep it in the run's folder, where a kill harms nothing; then they wait for the first to
put everything together. Who gives no sign of life for too long is lost, and told: what the others did is kept, and the
same command computes the rest.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nnsreport.errors import NnsreportError, RunError, RunInterrupted
from nnsreport.execution.session import Session
from nnsreport.store import record
from nnsreport.store.folder import RunFolder, is_done
from nnsreport.store.record import RunRecord
from nnsreport.store.tasks import ENDED, Begin, SignsOfLife, TaskBoard, TaskStatus, wait_for

PATIENCE_S = 300.0
"""Seconds; file systems that machines share may show a file a minute late."""
_FAREWELL_S = 15.0


@dataclass(frozen=True, slots=True)
class TaskSettings:
    """What several tasks of one step do.

    Attributes
    ----------
    together : bool
        Make one run together; else each task makes a run of its own.
    patience_s : float
        Seconds without a sign of life after which another task counts as lost.
    """

    together: bool = True
    patience_s: float = PATIENCE_S


# The first task


def work_together(session: Session, board: TaskBoard) -> None:
    """Compute the parts of a run with the other tasks, until all are there.

    Parameters
    ----------
    session : Session
        Of the first task.
    board : TaskBoard
        What the tasks tell each other.

    Raises
    ------
    RunError
        A task failed or was lost, and parts are missing for that.
    RunInterrupted
        A signal asked for it.
    """
    missing = session.missing
    board.begin(Begin(session.folder.record.configuration_hash, missing))
    device = session.work(missing)
    others = _wait_for_others(board, session.check)
    lacking = session.finish()
    troubles = [text for task, status in others.items() if (text := _trouble(task, status, board))]
    if lacking:
        raise _incomplete(session.folder, lacking, troubles)
    devices = dict.fromkeys([device, *(status.device for status in others.values() if status)])
    if len(found := [name for name in devices if name]) > 1:
        troubles.append(f"tasks computed on different devices, which may round differently: {'; '.join(found)}")
    session.folder.note(*troubles)


@contextlib.contextmanager
def leading(board: TaskBoard, identity: str) -> Iterator[None]:
    """Tell the other tasks how the body ended.

    Parameters
    ----------
    board : TaskBoard
        What the tasks tell each other.
    identity : str
        Hash of the configuration.

    Yields
    ------
    None
        The body begins and ends the run.
    """
    try:
        with board.present():
            yield
    except (RunInterrupted, KeyboardInterrupt) as error:  # no time to wait for the others, who heard the signal too
        board.post("interrupted", _one_line(error))
        raise
    except Exception as error:
        if board.begun() is None:
            with contextlib.suppress(NnsreportError):
                board.begin(Begin(identity, error=_one_line(error)))
        board.post("failed", _one_line(error))
        _take_leave(board)
        raise
    board.post("finished")
    _take_leave(board)


def _wait_for_others(board: TaskBoard, check: Callable[[], None]) -> dict[int, TaskStatus | None]:
    """Wait until every other task has ended or is lost; return what they told last, None for nothing."""
    signs = SignsOfLife(board.patience_s)
    found: dict[int, TaskStatus | None] = {}

    def look() -> dict[int, TaskStatus | None] | None:
        for task in range(1, board.tasks):
            status = board.status(task)
            missing = signs.are_missing(task, status)
            if task not in found and (missing or (status is not None and status.state in ENDED)):
                found[task] = status
        return dict(sorted(found.items())) if len(found) == board.tasks - 1 else None

    return wait_for(look, check)


def _trouble(task: int, status: TaskStatus | None, board: TaskBoard) -> str:
    """Say what went wrong with a task, empty if nothing did."""
    if status is None:
        return f"task {task} never began, in {board.patience_s:g} s"
    name = f"task {task} on {status.host}"
    match status.state:
        case "failed":
            return f"{name} failed: {status.message}"
        case "interrupted":
            return f"{name} was interrupted"
        case "working":
            return f"{name} gave no sign of life for {board.patience_s:g} s: it was probably killed"
        case _:
            return ""


def _incomplete(folder: RunFolder, lacking: tuple[str, ...], troubles: list[str]) -> RunError:
    parts = folder.record.parts
    kept = f"{len(parts) - len(lacking)} of {len(parts)} parts are kept"
    return RunError(
        f"{'; '.join(troubles) or 'shares of tasks were damaged'}; {kept}, and what the other tasks computed",
        path=folder.path,
        remedy="look for the cause in that task's output (out of memory: ask for more with --mem-per-cpu), then run "
        f"the same configuration with as many tasks and --id {folder.record.run} to compute only what is missing",
    )


def _take_leave(board: TaskBoard) -> None:
    """Leave the files to the other tasks for a while, then take them away."""
    end = time.monotonic() + min(board.patience_s, _FAREWELL_S)
    waited = {task for task in range(1, board.tasks) if board.status(task) is not None}
    while time.monotonic() < end:
        waited = {task for task in waited if (status := board.status(task)) is None or status.state == "finished"}
        if not waited:
            break
        time.sleep(0.05)
    board.close()


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


# The other tasks


def follow(make_session: Callable[[RunFolder], Session], wanted: RunRecord, path: Path, board: TaskBoard) -> bool:
    """Compute a share of the run that the first task has begun, and wait for its end.

    Parameters
    ----------
    make_session : Callable
        Makes the session of this task.
    wanted : RunRecord
        The run as configured.
    path : Path
        Its folder.
    board : TaskBoard
        What the tasks tell each other.

    Returns
    -------
    bool
        Whether there was nothing to do: the run was complete.

    Raises
    ------
    RunError
        The first task failed, was lost, or has another configuration.
    NnsreportError
        This task failed.
    """
    waiting = make_session(RunFolder(path, wanted))
    begin = _wait_for_begin(wanted, path, board, waiting.check)
    if begin is None:
        return True
    _check_begin(begin, wanted, path)
    session = make_session(RunFolder(path, record.read(path)))
    with board.present():
        with _telling(board):
            device = session.work(begin.missing)
        board.post("finished", device=device)
        end = _wait_for_end(path, board, session.check)
    board.post("left")
    if end.state != "finished":
        raise RunError(f"task 0, which ends the run, {_how(end)}", path=path, remedy=_resume(wanted.run))
    return False


@contextlib.contextmanager
def _telling(board: TaskBoard) -> Iterator[None]:
    """Tell the first task if the body fails."""
    try:
        yield
    except (RunInterrupted, KeyboardInterrupt) as error:
        board.post("interrupted", _one_line(error))
        raise
    except Exception as error:
        board.post("failed", _one_line(error))
        raise


def _wait_for_begin(wanted: RunRecord, path: Path, board: TaskBoard, check: Callable[[], None]) -> Begin | None:
    """Wait for the first task; return None where the run is complete already."""
    signs = SignsOfLife(board.patience_s)

    def look() -> tuple[Begin | None] | None:
        if (begin := board.begun()) is not None:
            return (begin,)
        if _is_complete(path, wanted.configuration_hash):
            return (None,)
        if signs.are_missing(0, None):
            raise RunError(
                f"task 0 has not begun the run within {board.patience_s:g} s",
                path=path,
                remedy="see its output; all tasks have to see one folder of runs (--runs); --patience waits longer",
            )
        return None

    return wait_for(look, check)[0]


def _is_complete(path: Path, identity: str) -> bool:
    try:
        existing = record.read(path)
    except RunError:
        return False
    return existing.configuration_hash == identity and is_done(path, existing)


def _check_begin(begin: Begin, wanted: RunRecord, path: Path) -> None:
    if begin.error:
        raise RunError(f"task 0 could not begin the run: {begin.error}", path=path)
    if begin.configuration_hash != wanted.configuration_hash:
        raise RunError(
            "this task was given another configuration than task 0, or its files differ",
            path=path,
            remedy="give all tasks of a step the same configuration, or let each make a run of its own with "
            "--tasks separate",
        )


def _wait_for_end(path: Path, board: TaskBoard, check: Callable[[], None]) -> TaskStatus:
    signs = SignsOfLife(board.patience_s)

    def look() -> TaskStatus | None:
        status = board.status(0)
        if status is None:  # it has left, and taken the files away
            return _end_in_record(path)
        if status.state in ENDED:
            return status
        return status if signs.are_missing(0, status) else None

    return wait_for(look, check)


def _end_in_record(path: Path) -> TaskStatus:
    run_record = record.read(path)
    if run_record.state == "complete":
        return TaskStatus("finished")
    return TaskStatus("interrupted" if run_record.state == "interrupted" else "failed", run_record.error)


def _how(end: TaskStatus) -> str:
    if end.state == "working":
        return "gives no sign of life: it was probably killed"
    return f"failed: {end.message}" if end.state == "failed" else "was interrupted"


def _resume(run: str) -> str:
    return f"what was finished is kept: run the same configuration with as many tasks and --id {run} to resume it"
