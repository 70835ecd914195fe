"""Columns by the names that sacct, squeue and scontrol give them, and the text of a cell into a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nnsreport.parsers.slurm.identity import read_identity
from nnsreport.parsers.slurm.quantities import (
    CellError,
    is_absent,
    read_count,
    read_date,
    read_duration,
    read_exit,
    read_memory,
)
from nnsreport.parsers.slurm.resources import read_gpus, read_resources, read_usage
from nnsreport.parsers.slurm.row import JobRow
from nnsreport.parsers.slurm.states import read_code, read_state

Cell = Callable[[JobRow, str], None]
"""Reads a text into a row; raises :class:`CellError` when it is not what the column promises."""

_WORD = re.compile(r"\S+")
_USER = re.compile(r"([^\s()]+)\(\d+\)")
_NODES_OR_REASON = re.compile(r"\((.*)\)")


@dataclass(frozen=True, slots=True)
class Fill:
    """Reads one attribute of a row; of two columns that tell the same, the first counts.

    Attributes
    ----------
    attribute : str
        Of :class:`JobRow`.
    read : callable
        Text to value, or to None where it tells nothing.
    """

    attribute: str
    read: Callable[[str], object]

    def __call__(self, row: JobRow, text: str) -> None:
        """Read a text into a row."""
        value = self.read(text)
        if value is not None and getattr(row, self.attribute) is None:
            setattr(row, self.attribute, value)


def _text(text: str) -> str | None:
    return None if is_absent(text) else text


def _word(text: str) -> str | None:
    if text and _WORD.fullmatch(text) is None:
        raise CellError(text)
    return _text(text)


def _user(text: str) -> str | None:
    match = _USER.fullmatch(text)
    return match[1] if match is not None else _word(text)


def _seconds(text: str) -> float | None:
    value = read_count(text)
    return None if value is None else float(value)


def _minutes(text: str) -> float | None:
    return None if text in {"UNLIMITED", "Partition_Limit"} else _times_60(_seconds(text))


def _times_60(value: float | None) -> float | None:
    return None if value is None else value * 60


def _attempt(text: str) -> int | None:
    restarts = read_count(text)
    return None if restarts is None else restarts + 1


def _memory_per(unit: str) -> Cell:
    def cell(row: JobRow, text: str) -> None:
        memory = read_memory(text)
        if memory is not None and memory.byte and row.requested_memory is None:
            row.requested_memory = type(memory)(memory.byte, unit)

    return cell


def _byte(text: str) -> int | None:
    memory = read_memory(text)
    return None if memory is None else memory.byte


def _used_byte(text: str) -> int | None:
    usage = read_usage(text)
    return None if usage is None else usage.memory_byte


def _identity(row: JobRow, text: str) -> None:
    """Read a job id; of two, the one that names an array's task is kept, the other is Slurm's own number."""
    identity = read_identity(text)
    known = row.identity
    if known is None:
        row.identity = identity
    elif known.array_job is None and identity.array_job is not None:
        row.identity, row.job_id = identity, known.number
    elif identity.array_job is None:
        row.job_id = identity.number


def _raw_identity(row: JobRow, text: str) -> None:
    identity = read_identity(text)
    row.job_id = identity.number
    if row.identity is None:
        row.identity = identity


def _state(row: JobRow, text: str) -> None:
    row.state, row.state_detail = read_state(text)


def _code(row: JobRow, text: str) -> None:
    row.state = read_code(text)


def _exit(row: JobRow, text: str) -> None:
    found = read_exit(text)
    if found is not None:
        row.exit_code, row.signal = found


def _nodes_or_reason(row: JobRow, text: str) -> None:
    """Read what squeue prints last: the nodes of a job that runs, else the reason in parentheses."""
    reason = _NODES_OR_REASON.fullmatch(text)
    if reason is None:
        row.node_list = _text(text)
    else:
        row.reason = _text(reason[1])


IDENTITY = frozenset({"jobid", "jobidraw", "jobarrayid"})
"""Columns that say which job a row is about."""

STATE = frozenset({"state", "jobstate"})
"""Columns with words for states, which can be told even when cut off."""

TEXT = frozenset(
    {
        "jobname",
        "name",
        "comment",
        "admincomment",
        "systemcomment",
        "submitline",
        "command",
        "extra",
        "stdout",
        "stderr",
        "stdin",
        "constraints",
    }
)
"""Columns with free text, which may hold the delimiter and line ends."""

_LIMIT = Fill("limit_s", read_duration)
_ELAPSED = Fill("elapsed_s", read_duration)
_NODES = Fill("nodes", read_count)
_CORES = Fill("cores", read_count)
_SUBMITTED, _STARTED, _ENDED = (Fill(name, read_date) for name in ("submitted", "started", "ended"))

READ: Mapping[str, Cell] = {
    **dict.fromkeys(("jobid", "jobarrayid"), _identity),
    "jobidraw": _raw_identity,
    **dict.fromkeys(STATE, _state),
    **dict.fromkeys(("st", "statecompact"), _code),
    **dict.fromkeys(("jobname", "name"), Fill("name", _text)),
    **dict.fromkeys(("user", "userid"), Fill("user", _user)),
    "account": Fill("account", _word),
    "partition": Fill("partition", _word),
    "reason": Fill("reason", _text),
    **dict.fromkeys(("exitcode", "exit_code"), _exit),
    **dict.fromkeys(("submit", "submittime", "submit_time"), _SUBMITTED),
    **dict.fromkeys(("start", "starttime", "start_time"), _STARTED),
    **dict.fromkeys(("end", "endtime", "end_time"), _ENDED),
    **dict.fromkeys(("elapsed", "time", "runtime", "timeused"), _ELAPSED),
    "elapsedraw": Fill("elapsed_s", _seconds),
    **dict.fromkeys(("timelimit", "time_limit", "time_limi"), _LIMIT),
    "timelimitraw": Fill("limit_s", _minutes),
    **dict.fromkeys(("alloccpus", "ncpus", "cpus", "numcpus"), _CORES),
    "reqcpus": Fill("requested_cores", read_count),
    **dict.fromkeys(("nnodes", "allocnodes", "nodes", "numnodes"), _NODES),
    "reqnodes": Fill("requested_nodes", read_count),
    "nodelist": Fill("node_list", _text),
    "nodelist(reason)": _nodes_or_reason,
    "reqmem": Fill("requested_memory", read_memory),
    "minmemorycpu": _memory_per("c"),
    "minmemorynode": _memory_per("n"),
    **dict.fromkeys(("alloctres", "tres_alloc", "tres"), Fill("allocated", read_resources)),
    "reqtres": Fill("requested", read_resources),
    "allocgres": Fill("gpus", read_gpus),
    **dict.fromkeys(("tresperjob", "tres_per_job"), Fill("gpus", read_gpus)),
    **dict.fromkeys(("trespernode", "tres_per_node", "gres"), Fill("gpus_per_node", read_gpus)),
    "maxrss": Fill("task_memory_byte", _byte),
    "ntasks": Fill("tasks_in_step", read_count),
    "totalcpu": Fill("total_cpu_s", read_duration),
    "avecpu": Fill("average_cpu_s", read_duration),
    "tresusageintot": Fill("usage", read_usage),
    "tresusageinmax": Fill("task_memory_byte", _used_byte),
    "cputime": Fill("allocated_cpu_s", read_duration),
    "cputimeraw": Fill("allocated_cpu_s", _seconds),
    "restarts": Fill("attempt", _attempt),
    **dict.fromkeys(("workdir", "work_dir"), Fill("work_folder", _text)),
    "stdout": Fill("output_file", _text),
    **dict.fromkeys(("submitline", "command"), Fill("command", _text)),
}
"""How the cells of each column are read, by its name in lower case."""

NOT_READ = frozenset(
    """
    admincomment allocnode:sid array_job_id array_task_id associd avecpufreq avediskread avediskwrite avepages
    averss avevmsize blockid cluster comment constraints consumedenergy consumedenergyraw container contiguous dbindex
    dependency derivedexitcode eligible eligible_time eligibletime exec_host extra failednode features
    flags gid group group_name layout licenses maxdiskread maxdiskreadnode maxdiskreadtask maxdiskwrite
    maxdiskwritenode maxdiskwritetask maxpages maxpagesnode maxpagestask maxrssnode maxrsstask maxvmsize maxvmsizenode
    maxvmsizetask mcslabel min_cpus min_memory min_tmp_disk mincpu mincpunode mincputask nice over_subscribe
    oversubscribe planned plannedcpu plannedcpuraw priority qos qosraw qosreq req_nodes reqcpufreq reqcpufreqgov
    reqcpufreqmax reqcpufreqmin reqgres reservation reservationid reserved resvcpu resvcpuraw schednodes segmentsize
    sluid stderr stdin suspended systemcomment systemcpu stepmgrenabled tasks time_left tresusageinave
    tresusageinmaxnode tresusageinmaxtask tresusageinmin tresusageinminnode tresusageinmintask
    tresusageoutave tresusageoutmax tresusageoutmaxnode tresusageoutmaxtask tresusageoutmin tresusageoutminnode
    tresusageoutmintask tresusageouttot uid user_id usercpu wckey wckeyid
    """.split()  # noqa: SIM905 - a list would take a line a word
)
"""Columns that sacct and squeue have, but the table of jobs does not."""
