"""Reading runs: one folder becomes a :class:`RunData`."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import TYPE_CHECKING

from nnsreport.errors import RunError
from nnsreport.reports.run_data import RunData
from nnsreport.store import record, tables
from nnsreport.store.folder import PARTS
from nnsreport.store.record import RunRecord
from nnsreport.tables import TABLES, empty

if TYPE_CHECKING:
    import polars as pl

RUNS_VARIABLE = "NNSREPORT_RUNS"
KIND = "nnsreport"
_STATES = {"complete": "complete", "failed": "failed", "running": "incomplete", "interrupted": "incomplete"}


def runs_folder(option: Path | None) -> Path:
    """Return the folder of all runs.

    Parameters
    ----------
    option : Path, optional
        The command line's ``--runs``.

    Returns
    -------
    Path
        ``option``, else the variable ``NNSREPORT_RUNS``, else ``runs`` in the working folder.
    """
    if option is not None:
        return option
    return Path(os.environ.get(RUNS_VARIABLE) or "runs")


def run_ids(runs: Path) -> list[str]:
    """Return the identifiers of the runs in a folder, sorted; none if it does not exist."""
    return sorted(entry.parent.name for entry in runs.glob(f"*/{record.FILE}"))


def is_run(folder: Path) -> bool:
    """Tell whether a path is a run folder."""
    try:
        return (folder / record.FILE).is_file()
    except (OSError, ValueError):  # what was typed cannot be a path at all
        return False


def load_run(folder: Path, *, predictions: bool = True) -> RunData:
    """Read a run, complete or not.

    Parameters
    ----------
    folder : Path
        The run's folder.
    predictions : bool
        Read what each image was taken for, too; by far the largest table, one row for each image, trial and time. Of
        an incomplete run it is always read.

    Returns
    -------
    RunData
        Of an incomplete run the finished parts.

    Raises
    ------
    RunError
        There is no run, or it is damaged.
    """
    run_record = record.read(folder)
    if run_record.state == "complete":
        left_out = () if predictions else ("predictions",)
        content = {name: empty(name) if name in left_out else tables.read_table(folder, name) for name in TABLES}
        return _run_data(folder, run_record, content, ())
    content, problems = _finished_parts(folder, run_record)
    latest = record.read(folder)
    if latest.state == "complete":  # the run ended, and took its parts away, while they were read
        return _run_data(folder, latest, tables.read(folder), ())
    return _run_data(folder, latest, content, problems)


def _finished_parts(folder: Path, run_record: RunRecord) -> tuple[dict[str, pl.DataFrame], tuple[str, ...]]:
    parts = []
    problems = []
    for name in run_record.parts:
        if not (folder / PARTS / name).is_dir():
            continue
        try:
            parts.append(tables.read(folder / PARTS / name))
        except RunError as error:
            problems.append(f"{error.path} {error.message}; it is left out, and computed again when the run is resumed")
    return tables.concatenate(parts), (_progress(run_record, len(parts)), *problems)


def _progress(run_record: RunRecord, finished: int) -> str:
    count = f"{finished} of {len(run_record.parts)} parts are finished"
    match run_record.state:
        case "failed":
            return f"the run failed ({run_record.error}): {count}"
        case "interrupted":
            return (
                f"the run was interrupted: {count}; run the same configuration with --id {run_record.run} to resume it"
            )
        case _:
            return f"the run is still running or was killed: {count}"


def _run_data(
    folder: Path, run_record: RunRecord, content: dict[str, pl.DataFrame], problems: tuple[str, ...]
) -> RunData:
    return RunData(
        run=run_record.run,
        source=folder,
        kind=KIND,
        state=_STATES[run_record.state],
        settings={**run_record.settings, **run_record.files},
        metrics=content["metrics"],
        layers=content["layers"],
        trials=content["trials"],
        predictions=content["predictions"],
        provenance=_provenance(run_record),
        problems=problems,
    )


def _provenance(run_record: RunRecord) -> dict[str, str]:
    """Return what is known of how the run came about, by readable name."""
    found = {"configuration hash": run_record.configuration_hash, "seed": str(run_record.seed)}
    if run_record.attempts:
        first, last = run_record.attempts[0], run_record.attempts[-1]
        found |= {"started": first.started, "ended": last.ended, "time at work": _time_at_work(run_record)}
        found |= {"attempts": str(len(run_record.attempts)) if len(run_record.attempts) > 1 else ""}
        found |= {"command": " ".join(last.command), "git commit": last.commit}
        found |= {**last.software, **last.hardware}
        found |= {f"SLURM {name}": text for name, text in last.slurm.items()}
    found |= {f"reference for {reference.subject}": reference.citation for reference in run_record.references}
    found |= {f"note {number}": text for number, text in enumerate(run_record.notes, 1)}
    return {name: text for name, text in found.items() if text}


def _time_at_work(run_record: RunRecord) -> str:
    """Return the sum of the attempts' durations; attempts that were killed have none."""
    total = datetime.timedelta()
    for attempt in run_record.attempts:
        if not attempt.ended:
            return ""
        total += datetime.datetime.fromisoformat(attempt.ended) - datetime.datetime.fromisoformat(attempt.started)
    return str(total)
