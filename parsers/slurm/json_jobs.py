"""A job of Slurm's JSON into rows.

Slurm 22.05 writes plain values; later versions write numbers as ``{"set": true, "infinite": false, "number": 5}`` and
states as lists. Dates are seconds since 1970, limits are minutes, and memory is in MiB, but for what steps used.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from nnsreport.parsers.slurm.identity import JobIdentity, count_tasks
from nnsreport.parsers.slurm.quantities import LARGEST, CellError, Date, date_of_epoch, is_absent
from nnsreport.parsers.slurm.resources import Resources, Usage, count_gpus, read_resources
from nnsreport.parsers.slurm.row import JobRow
from nnsreport.parsers.slurm.states import UNFINISHED_STATES, read_state

Json: TypeAlias = object
_MEBIBYTE = 1 << 20


def read_job(job: Json, line: int) -> Iterator[JobRow]:
    """Read a job and its steps.

    Parameters
    ----------
    job : object
        As decoded.
    line : int
        Where it starts.

    Yields
    ------
    JobRow
        The job, then its steps.

    Raises
    ------
    CellError
        It has no id or state, or a number cannot be one.
    """
    if not isinstance(job, Mapping):
        raise CellError("it is no JSON object")
    identity = _identity(job)
    state = _word(_at(job, "state", "current")) or _word(_at(job, "job_state"))
    if state is None:
        raise CellError("it has no state")
    row = JobRow(identity=identity, line=line, text=f"{line}", job_id=_whole(_at(job, "job_id")))
    row.state, row.state_detail = read_state(state)
    _read_labels(row, job)
    _read_times(row, job)
    _read_resources(row, job)
    restarts = _whole(_first(job, ("restart_cnt",), ("restarts",)))
    row.attempt = restarts + 1 if restarts is not None else None
    _read_exit(row, job)
    yield row
    steps = _at(job, "steps")
    for step in steps if isinstance(steps, list) else ():
        yield _read_step(step, identity, line)


def _identity(job: Json) -> JobIdentity:
    number = _whole(_at(job, "job_id"))
    if number is None:
        raise CellError("it has no job_id")
    array = _whole(_first(job, ("array", "job_id"), ("array_job_id",)))
    task = _whole(_first(job, ("array", "task_id"), ("array_task_id",)))
    waiting = _text(_first(job, ("array", "task"), ("array_task_string",)))
    if not array:
        return JobIdentity(str(number), number)
    if task is not None:
        return JobIdentity(f"{array}_{task}", array, task)
    if waiting is not None:
        return JobIdentity(f"{array}_[{waiting}]", array, None, count_tasks(waiting))
    return JobIdentity(str(array), array)


def _read_labels(row: JobRow, job: Json) -> None:
    row.name = _text(_at(job, "name"))
    row.user = _text(_first(job, ("user",), ("user_name",), ("association", "user")))
    row.account = _text(_first(job, ("account",), ("association", "account")))
    row.partition = _text(_at(job, "partition"))
    row.reason = _text(_first(job, ("state", "reason"), ("state_reason",)))
    row.node_list = _text(_at(job, "nodes"))
    if row.node_list == "None assigned":
        row.node_list = None
    row.work_folder = _text(_first(job, ("working_directory",), ("current_working_directory",)))
    row.output_file = _text(_first(job, ("stdout_expanded",), ("stdout",), ("standard_output",)))
    row.command = _text(_first(job, ("submit_line",), ("command",)))
    killer = _text(_at(job, "kill_request_user"))
    if row.state == "CANCELLED" and killer is not None:
        row.state_detail = f"CANCELLED by {killer}"


def _read_times(row: JobRow, job: Json) -> None:
    row.submitted = _date(_first(job, ("time", "submission"), ("submit_time",)))
    row.started = _date(_first(job, ("time", "start"), ("start_time",)))
    row.ended = _date(_first(job, ("time", "end"), ("end_time",)))
    limit = _number(_first(job, ("time", "limit"), ("time_limit",)))
    row.limit_s = limit * 60 if limit is not None else None
    row.elapsed_s = _number(_at(job, "time", "elapsed"))
    row.total_cpu_s = _busy(_at(job, "time", "total"))
    if row.elapsed_s is None and not _number(_at(job, "suspend_time")):
        row.elapsed_s = _time_between(row)


def _time_between(row: JobRow) -> float | None:
    """Return the time from start to end, which squeue leaves to the reader."""
    if row.state in UNFINISHED_STATES or row.started is None or row.ended is None:
        return None
    elapsed_s = (row.ended.value - row.started.value).total_seconds()
    return elapsed_s if elapsed_s >= 0 else None


def _read_resources(row: JobRow, job: Json) -> None:
    row.cores = _whole(_at(job, "cpus"))
    row.requested_cores = _whole(_at(job, "required", "CPUs"))
    row.nodes = _whole(_first(job, ("allocation_nodes",), ("node_count",)))
    row.allocated = _resources(_at(job, "tres", "allocated")) or _listed(_at(job, "tres_alloc_str"))
    row.requested = _resources(_at(job, "tres", "requested")) or _listed(_at(job, "tres_req_str"))


def _read_exit(row: JobRow, job: Json) -> None:
    """Read the exit code; 22.05 writes success for failed jobs too, which is no code of theirs."""
    code = _at(job, "exit_code")
    if isinstance(code, int) and not isinstance(code, bool):
        row.exit_code, row.signal = code >> 8 & 255, code & 127
        return
    row.exit_code = _whole(_at(code, "return_code"))
    row.signal = _whole(_first(code, ("signal", "signal_id"), ("signal", "id")))
    if row.exit_code == 0 and row.state == "FAILED" and not row.signal:
        row.exit_code = None
    elif row.exit_code is not None and row.signal is None:
        row.signal = 0


def _read_step(step: Json, job: JobIdentity, line: int) -> JobRow:
    name = _at(step, "step", "id")
    # 22.05 has the number or the word alone, later versions the job's id before it
    label = str(name).rpartition(".")[2] if isinstance(name, int | str) else str(_at(step, "step", "name"))
    row = JobRow(identity=JobIdentity(job.job, job.number, job.array_task, 1, label), line=line, text=f"{line}.{label}")
    row.elapsed_s = _number(_at(step, "time", "elapsed"))
    row.total_cpu_s = _busy(_at(step, "time", "total"))
    row.tasks_in_step = _whole(_at(step, "tasks", "count"))
    row.task_memory_byte = _tres_count(_at(step, "tres", "requested", "max"), "mem")
    total = _tres_count(_at(step, "tres", "requested", "total"), "mem")
    row.usage = Usage(memory_byte=total) if total is not None else None
    return row


def _resources(listed: Json) -> Resources | None:
    if not isinstance(listed, list) or not listed:
        return None
    memory = _tres_count(listed, "mem")
    gpus, gpu_type = count_gpus(
        (str(_at(item, "name")).partition(":")[2], _whole(_at(item, "count")) or 0)
        for item in listed
        if _at(item, "type") == "gres" and str(_at(item, "name")).partition(":")[0] == "gpu"
    )
    byte = memory * _MEBIBYTE if memory is not None else None
    if byte is not None and byte > LARGEST:
        raise CellError(f"its memory is {memory} MiB")
    return Resources(_tres_count(listed, "cpu"), _tres_count(listed, "node"), byte, gpus, gpu_type)


def _tres_count(listed: Json, kind: str) -> int | None:
    items = listed if isinstance(listed, list) else []
    counts = (_whole(_at(item, "count")) for item in items if _at(item, "type") == kind)
    return next(counts, None)


def _listed(text: Json) -> Resources | None:
    return read_resources(text) if isinstance(text, str) else None


def _busy(time: Json) -> float | None:
    seconds, micro = _whole(_at(time, "seconds")), _whole(_at(time, "microseconds"))
    if seconds is None or micro is None:
        return None
    return float(f"{seconds}.{micro:06d}") if micro < 10**6 else seconds + micro / 10**6


def _at(value: Json, *keys: str) -> Json:
    """Follow keys into nested objects; None where there is no way."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _first(value: Json, *paths: tuple[str, ...]) -> Json:
    """Return what is at the first of several places, as versions differ."""
    return next((found for path in paths if (found := _at(value, *path)) not in (None, "")), None)


def _number(value: Json) -> float | None:
    if isinstance(value, Mapping):
        value = None if value.get("infinite") or not value.get("set", True) else value.get("number")
    if value is None or isinstance(value, bool | str | list):
        return None
    if not isinstance(value, int | float) or not math.isfinite(value) or not 0 <= value <= LARGEST:
        raise CellError(f"a number is {value!r}")
    return float(value)


def _whole(value: Json) -> int | None:
    if isinstance(value, Mapping):
        value = None if value.get("infinite") or not value.get("set", True) else value.get("number")
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    if not 0 <= value <= LARGEST:
        raise CellError(f"a number is {value}")
    return value


def _date(value: Json) -> Date | None:
    seconds = _whole(value)
    return date_of_epoch(seconds) if seconds is not None else None


def _text(value: Json) -> str | None:
    """Return a text, without what no file can hold: JSON may name half of a character."""
    if not isinstance(value, str) or is_absent(value):
        return None
    return value.encode(errors="replace").decode()


def _word(value: Json) -> str | None:
    """Return a state, which later versions write as a list with the state first, then what modifies it."""
    if isinstance(value, list):
        value = value[0] if value else None
    return _text(value)
