"""From what a user types for a run or job to its data."""

from __future__ import annotations

import dataclasses
import difflib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nnsreport.errors import LogError, RunError
from nnsreport.slurm_files import find_job_files
from nnsreport.store import record
from nnsreport.store.load import is_run, load_run, run_ids, runs_folder

if TYPE_CHECKING:
    from nnsreport.parsers import ParsedLog
    from nnsreport.reports.run_data import RunData

_PART = re.compile(r"(.+)#(\d{1,9})", re.DOTALL)
_JOB_ID = re.compile(r"^\d+(_\d+)?$")
_OUTPUT_SUFFIXES = (".out", ".txt", ".log")
_INSTEAD = {
    "jobs": "give a job's id or its output file; `nnsreport parse` shows tables of jobs",
    "usage": "give a job's id or its output file; `nnsreport parse` shows quotas",
    "parameters": "give the log; a Param.cpp beside it is read with it",
    "network": "give the log of the run that used it; `nnsreport parse` shows the layers",
    "traces": "give the log of the run that it started",
    "device_states": "give the log of the run that used it; `nnsreport parse` shows the states",
}
"""What to give in the place of a file that holds no run, by the table that is in it."""


def load(argument: str, runs: Path | None = None) -> RunData:
    """Read the run or log that an argument names.

    Looked for in this order: a path to a run folder or a log; a run's identifier in RUNS; the run of a SLURM job in
    RUNS; the output file of a SLURM job, here or in the job's folder. If nothing is called ``LOG#2``, it is the second
    run in ``LOG``.

    Parameters
    ----------
    argument : str
        A path, a run's identifier, or a SLURM job id such as ``38905658`` or ``38905658_7``; a log or job with ``#2``
        behind it.
    runs : Path, optional
        The command line's ``--runs``.

    Returns
    -------
    RunData
        Of a run folder or of a log; a report sees no difference.

    Raises
    ------
    RunError
        Nothing was found, or more than one thing; the places looked at are named.
    LogError
        A log that was found cannot be read, or holds fewer runs.
    """
    looked: list[str] = []
    root = runs_folder(runs)
    found = _find(argument, None, root, looked)
    if found is None and (part := _PART.fullmatch(argument)) is not None:
        found = _find(part[1], int(part[2]), root, looked)
    if found is None:
        raise _not_found(argument, root, looked)
    return found


def _find(argument: str, rank: int | None, root: Path, looked: list[str]) -> RunData | None:
    """Find a run, that of a rank if it is one of a log; add the places looked at."""
    path = Path(os.path.expanduser(argument))  # noqa: PTH111 - Path.expanduser raises for a user there is not
    if is_run(path):
        return _only_run(path, rank)
    if _is(Path.is_file, path):
        return load_log(path, rank)
    if _is_name(argument) and is_run(root / argument):
        return _only_run(root / argument, rank)
    looked += [f"{path}", f"{root / argument}"] if _is_name(argument) else [f"{path}"]
    return _load_job(argument, rank, root, looked) if _JOB_ID.match(argument) else None


def _only_run(folder: Path, rank: int | None) -> RunData:
    if rank not in (None, 1):
        raise RunError(f"is a run folder, which holds one run and no #{rank}", path=folder, remedy=f"leave out #{rank}")
    return load_run(folder)


def load_log(path: Path, rank: int | None = None) -> RunData:
    """Read a run of a simulator's log.

    Parameters
    ----------
    path : Path
        Any format that :mod:`nnsreport.parsers` knows.
    rank : int, optional
        Which run, from 1. If not given, the first, and a problem says how to get the others.

    Returns
    -------
    RunData
        Its settings have the lines they were printed on; those of a Param.cpp beside the log, which join them where the
        log says nothing, have none.

    Raises
    ------
    LogError
        It cannot be read, is no log of a known simulator, holds no run (a table of jobs, a Param.cpp), or fewer.
    """
    from nnsreport.parsers import parse_runs

    logs = parse_runs(path)
    if rank is None:
        return _of_log(_with_the_others(logs, path), path)
    if not 1 <= rank <= len(logs):
        held = "one run" if len(logs) == 1 else f"{len(logs)} runs"
        others = f"{path}#1 to {path}#{len(logs)}" if len(logs) > 1 else f"{path}"
        raise LogError(f"holds {held}, and no #{rank}", path=path, remedy=f"give {others}")
    return _of_log(logs[rank - 1], path)


def _with_the_others(logs: Sequence[ParsedLog], path: Path) -> ParsedLog:
    """Return the first run of a log; a problem says how to get the others."""
    from nnsreport.parsers import Problem

    first, *others = logs
    if not others:
        return first
    last = f", up to {path}#{len(logs)} for the last" if len(others) > 1 else ""
    problem = Problem(
        f"the log holds {len(logs)} runs, of which this is the first", remedy=f"give {path}#2 for the second{last}"
    )
    return dataclasses.replace(first, problems=(*first.problems, problem))


def _of_log(log: ParsedLog, path: Path) -> RunData:
    from nnsreport.parsers import metrics_frame
    from nnsreport.parsers.param_cpp.joining import parameters_beside
    from nnsreport.reports.run_data import RunData
    from nnsreport.reports.trials import with_trials
    from nnsreport.tables import empty

    if log.tables and not log.metrics:
        raise _no_run(log, path)
    printed = {setting.name: setting.value for setting in log.settings}
    beside = parameters_beside(path, log.format, printed)
    run = RunData(
        run=log.run,
        source=path,
        kind=log.format,
        state="complete" if log.complete else "incomplete",
        settings={**printed, **beside.settings},
        setting_lines={setting.name: setting.line for setting in log.settings},
        metrics=metrics_frame([log]),
        layers=empty("layers"),
        trials=empty("trials"),
        predictions=empty("predictions"),
        provenance={"log": str(path), "format": log.format, **beside.provenance},
        problems=(*(str(problem) for problem in log.problems), *beside.problems),
    )
    return with_trials(run)


def _no_run(log: ParsedLog, path: Path) -> LogError:
    from nnsreport.parsers.registry import format_named

    subject = next(iter(log.tables))
    remedy = _INSTEAD.get(subject, "give the log of a run")
    return LogError(f"is no run: it is read as {format_named(log.format).title}", path=path, remedy=remedy)


def _load_job(job: str, rank: int | None, root: Path, looked: list[str]) -> RunData | None:
    """Find what a SLURM job made; add the places looked at."""
    made = [root / run for run in run_ids(root) if _slurm_job(root / run) == job]
    if len(made) > 1:
        raise _ambiguous(job, made)
    if made:
        return _only_run(made[0], rank)
    asked = find_job_files(job)
    folders = list(dict.fromkeys(f for f in (Path.cwd(), asked.folder, *_submit_folders(job, root)) if f is not None))
    looked += [f"output files of job {job} in {folder}" for folder in folders]
    given = [asked.output] if asked.output is not None and asked.output.is_file() else []
    found = given or [file for file in _output_files(job, folders) if file.is_file()]
    return _only_log(job, rank, found) if found else None


def _slurm_job(folder: Path) -> str | None:
    """Return the SLURM job that made a run; None as well when its record is damaged, for another run is looked for."""
    try:
        attempts = record.read(folder).attempts
    except RunError:
        return None
    return attempts[-1].slurm.get("job") if attempts else None


def _submit_folders(job: str, root: Path) -> list[Path]:
    """Return submit folders of runs of the same job or array: its other tasks may be in RUNS."""
    array = job.partition("_")[0]
    folders = []
    for run in run_ids(root):
        try:
            attempts = record.read(root / run).attempts
        except RunError:
            continue
        folders += [
            Path(attempt.slurm["submit directory"])
            for attempt in attempts
            if attempt.slurm.get("job", "").partition("_")[0] == array and "submit directory" in attempt.slurm
        ]
    return folders


def _output_files(job: str, folders: Iterable[Path]) -> list[Path]:
    """Return files named after a job: by the usual names, or else by any name that has its id in it."""
    there = [folder for folder in folders if folder.is_dir()]
    usual = [folder / name for folder in there for name in (f"output_{job}.txt", f"slurm-{job}.out")]
    exact = [file for file in usual if file.is_file()]
    if exact:
        return exact
    # The id, not as a part of a longer number; an array's id may be followed by one of its tasks.
    in_name = re.compile(rf"(?<!\d)(?<!\d_){job}(?!\d)")
    return sorted(
        entry
        for folder in there
        for entry in folder.iterdir()
        if entry.suffix in _OUTPUT_SUFFIXES and in_name.search(entry.name)
    )


def _only_log(job: str, rank: int | None, files: list[Path]) -> RunData:
    """Return the one file that is a log; a job's shell output may lie beside it."""
    if len(files) == 1:
        return load_log(files[0], rank)
    logs = []
    for file in files:
        try:
            logs.append(load_log(file, rank))
        except LogError:
            continue
    if not logs:
        raise RunError(f"job {job} has output files, but none is a known log: {_names(files)}")
    if len(logs) > 1:
        raise _ambiguous(job, [log.source for log in logs])
    return logs[0]


def _ambiguous(job: str, paths: list[Path]) -> RunError:
    return RunError(f"job {job} may mean any of {_names(paths)}", remedy="give the path of one")


def _not_found(argument: str, root: Path, looked: list[str]) -> RunError:
    path = Path(argument)
    what = "is a folder, but no run" if _is(Path.is_dir, path) else "no such run or log"
    ids = run_ids(root)
    tasks = [run for run in ids if run.startswith((f"{argument}_", f"{argument}-"))]
    near = tasks[:5] or difflib.get_close_matches(argument, ids, 3)
    remedy = "give a run folder, a log file, a run's identifier or a SLURM job id"
    if near:
        remedy = f"did you mean {' or '.join(near)}?"
    return RunError(f"{what} (looked at {', '.join(looked)})", path=argument, remedy=remedy)


def _is(kind: Callable[[Path], bool], path: Path) -> bool:
    try:
        return kind(path)
    except (OSError, ValueError):  # what was typed cannot be a path at all
        return False


def _is_name(argument: str) -> bool:
    return bool(argument) and "/" not in argument and argument not in (".", "..")


def _names(paths: Iterable[Path]) -> str:
    return ", ".join(str(path) for path in paths)
