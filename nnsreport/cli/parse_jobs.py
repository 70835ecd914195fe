"""How the SLURM jobs of runs ended, where tables of jobs were read beside their logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nnsreport.parsers import ParsedLog


def describe_jobs(logs: Sequence[ParsedLog]) -> dict[str, list[str]]:
    """Say of each run whose job is known how the job ended and what it used.

    Parameters
    ----------
    logs : sequence of ParsedLog
        Runs, and tables of jobs among them.

    Returns
    -------
    dict of str to list of str
        Lines for people by run; empty where no table of jobs was read.
    """
    from nnsreport.parsers.run_tables import subject_frames

    jobs = subject_frames(log for log in logs if "jobs" in log.tables).get("jobs")
    if jobs is None:
        return {}
    from nnsreport.parsers.slurm import explain_state, join_jobs

    described = {}
    for row in join_jobs(logs, jobs.drop("run")).iter_rows(named=True):
        if row["job"] is not None:
            explanation = explain_state(row)
            described[str(row["run"])] = [_job_line(row), *([explanation] if explanation is not None else [])]
    return described


def _job_line(row: Mapping[str, object]) -> str:
    parts = [f"job {row['job']}: {row['state']}"]
    elapsed, limit, hours = (_number(row, name) for name in ("elapsed_s", "limit_s", "core_hours"))
    if elapsed is not None:
        parts.append(clock(elapsed) + (f" of {clock(limit)}" if limit is not None else ""))
    if row["cores"] is not None:
        parts.append(f"{row['cores']} cores" if row["cores"] != 1 else "1 core")
    if row["gpus"]:
        parts.append(f"{row['gpus']} GPU{'s' if row['gpus'] != 1 else ''}")
    if hours is not None:
        parts.append(f"{hours:.3g} core-h")
    return ", ".join(parts)


def clock(seconds: float) -> str:
    """Return a time as SLURM prints it, such as ``1-02:03:04``."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return f"{f'{days}-' if days else ''}{hour:02}:{minute:02}:{second:02}"


def _number(row: Mapping[str, object], name: str) -> float | None:
    value = row[name]
    return float(value) if isinstance(value, int | float) else None
