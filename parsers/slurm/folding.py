"""Rows to jobs: steps folded into their job, attempts counted, tables of one file put together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.slurm.identity import JobIdentity
from nnsreport.parsers.slurm.quantities import Date
from nnsreport.parsers.slurm.row import JobRow
from nnsreport.tables import JOBS_COLUMNS, schema_of

if TYPE_CHECKING:
    import polars as pl

_PATTERN = re.compile(r"%(\d*)([A-Za-z%])")
SECONDS_PER_HOUR = 3600


@dataclass(slots=True)
class Job:
    """One attempt of a job, with the steps of its newest table."""

    row: JobRow
    steps: list[JobRow] = field(default_factory=list)


def fold(rows: Iterable[JobRow], records: RunBuilder) -> list[tuple[Job, int]]:
    """Put the rows of a file together.

    Within one table, a job that comes again was requeued (``sacct --duplicates``), and the second row is its second
    attempt. In a later table it is the same attempt again, unless it started at another time; what the later table
    says is newer.

    Parameters
    ----------
    rows : iterable of JobRow
        Steps behind their jobs.
    records : RunBuilder
        Takes the problems.

    Returns
    -------
    list of tuple of Job and int
        In the order of their first rows; the number is the attempt's, from 1.
    """
    attempts: dict[str, list[Job]] = {}
    current: dict[str, Job] = {}
    order: list[Job] = []
    for row in rows:
        if row.identity is None:
            continue
        name = row.identity.job
        if row.identity.step is not None:
            _add_step(current.get(name), row, records)
            continue
        row.forget_expectations()
        known = attempts.setdefault(name, [])
        found = _same_attempt(known, row)
        if found is None:
            found = Job(row)
            known.append(found)
            order.append(found)
        elif found.row.section == row.section:
            _report_repeated(found.row, row, records)
        else:
            found.row.update(row)
        current[name] = found
    numbers = {id(job): number for jobs in attempts.values() for number, job in enumerate(jobs, start=1)}
    return [(job, job.row.attempt or numbers[id(job)]) for job in order]


def _add_step(job: Job | None, step: JobRow, records: RunBuilder) -> None:
    if job is None or job.row.section != step.section:
        records.problem("a step has no row of its job before it, and is left out", step.line, "print the whole table")
        return
    if job.steps and job.steps[-1].section != step.section:
        job.steps.clear()
    if any(known.text == step.text for known in job.steps[-1:]):
        records.problem("a row is there twice, and counted once", step.line)
    else:
        job.steps.append(step)


def _same_attempt(known: list[Job], row: JobRow) -> Job | None:
    for job in reversed(known):
        started = job.row.started
        if job.row.section == row.section:
            if job.row.text == row.text or (started is not None and started == row.started):
                return job
        elif started is None or row.started is None or started == row.started:
            return job
    return None


def _report_repeated(known: JobRow, row: JobRow, records: RunBuilder) -> None:
    if known.text == row.text:
        records.problem("a row is there twice, and counted once", row.line)
    else:
        name = row.identity.job if row.identity is not None else ""
        records.problem(f"a second row of job {name} with the same start is left out", row.line, "look for damage")


def jobs_frame(jobs: Iterable[tuple[Job, int]]) -> pl.DataFrame:
    """Return jobs as a table.

    Parameters
    ----------
    jobs : iterable of tuple of Job and int
        With the numbers of their attempts.

    Returns
    -------
    polars.DataFrame
        With the schema :data:`nnsreport.tables.JOBS_COLUMNS`.
    """
    import polars as pl

    schema = schema_of(JOBS_COLUMNS)
    records = [_record(job, attempt) for job, attempt in jobs]
    return pl.DataFrame({name: [record[name] for record in records] for name in schema}, schema=schema)


def _record(job: Job, attempt: int) -> dict[str, object]:
    row, steps = job.row, job.steps
    identity = row.identity
    assert identity is not None
    cores, (gpus, gpu_type) = row.core_count(), row.gpu_count()
    dates = (row.submitted, row.started, row.ended)
    known_dates = [date for date in dates if date is not None]
    submitted, started, ended = (_value(date) for date in dates)
    core_s = _product(cores, row.elapsed_s)
    return {
        "job": identity.job,
        "attempt": attempt,
        "job_id": row.job_id if row.job_id is not None else own_number(identity),
        "array_job": identity.array_job,
        "array_task": identity.array_task,
        "tasks": identity.tasks,
        "name": row.name,
        "user": row.user,
        "account": row.account,
        "partition": row.partition,
        "state": row.state,
        "state_detail": row.state_detail,
        "reason": row.reason,
        "exit_code": row.exit_code,
        "signal": row.signal,
        "submitted": submitted,
        "started": started,
        "ended": ended,
        "time_zone": "UTC" if known_dates and all(date.is_utc for date in known_dates) else None,
        "elapsed_s": row.elapsed_s,
        "limit_s": row.limit_s,
        "cores": cores,
        "nodes": row.node_count(),
        "node_list": row.node_list,
        "gpus": gpus,
        "gpu_type": gpu_type,
        "requested_memory_byte": row.requested_memory_byte(),
        "max_memory_byte": _largest(step.task_memory_byte for step in (row, *steps)),
        "step_memory_byte": _largest(_step_memory(step) for step in (row, *steps)),
        "cpu_time_s": _busy_time(row, steps),
        "core_hours": _hours(core_s if core_s is not None else row.allocated_cpu_s),
        "gpu_hours": _hours(_product(gpus, row.elapsed_s)),
        "work_folder": row.work_folder,
        "output_file": _expanded(row),
        "command": row.command,
        "line": row.line,
    }


def own_number(identity: JobIdentity) -> int | None:
    """Return the id of a job that is no task of an array; a task's own number is not in its name."""
    return identity.number if identity.job.isdecimal() else None


def _value(date: Date | None) -> object:
    return None if date is None else date.value


def _product(count: int | None, seconds: float | None) -> float | None:
    return None if count is None or seconds is None else count * seconds


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / SECONDS_PER_HOUR


def _largest(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)


def _step_memory(step: JobRow) -> int | None:
    """Return the memory of all tasks of a step together: MaxRSS is that of one."""
    if step.usage is not None and step.usage.memory_byte is not None:
        return step.usage.memory_byte
    if step.task_memory_byte is None or step.tasks_in_step is None:
        return None
    return step.task_memory_byte if step.tasks_in_step == 1 else None


def _busy_time(row: JobRow, steps: list[JobRow]) -> float | None:
    """Return the time in which cores were busy: what Slurm says of the job, else the sum of its steps."""
    if row.total_cpu_s:
        return row.total_cpu_s
    times = [time for time in map(_busy_time_of_step, steps) if time is not None]
    return sum(times) if times else row.total_cpu_s


def _busy_time_of_step(step: JobRow) -> float | None:
    if step.total_cpu_s is not None:
        return step.total_cpu_s
    if step.usage is not None and step.usage.cpu_s is not None:
        return step.usage.cpu_s
    return _product(step.tasks_in_step, step.average_cpu_s)


def _expanded(row: JobRow) -> str | None:
    """Return the output file with Slurm's patterns replaced; None where one of them is not known here."""
    if row.output_file is None or "%" not in row.output_file:
        return row.output_file
    identity = row.identity
    values: dict[str, object] = {"%": "%", "x": row.name, "u": row.user, "j": row.job_id}
    if identity is not None:
        values |= {"A": identity.number, "a": identity.array_task}
        values["j"] = row.job_id if row.job_id is not None else own_number(identity)
    matches = list(_PATTERN.finditer(row.output_file))
    if any(values.get(match[2]) is None for match in matches):
        return None
    return _PATTERN.sub(lambda match: str(values[match[2]]).zfill(min(int(match[1] or 0), 10)), row.output_file)
