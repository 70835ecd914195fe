"""`scontrol show job`: records of ``Key=value`` pairs, on indented lines or, with ``--oneliner``, on one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.slurm.cells import READ
from nnsreport.parsers.slurm.identity import JobIdentity, count_tasks
from nnsreport.parsers.slurm.problems import left_out, read_cell
from nnsreport.parsers.slurm.quantities import CellError
from nnsreport.parsers.slurm.row import JobRow

_START = re.compile(r"JobId=\d")
_KEYS = """
    JobId ArrayJobId ArrayTaskId ArrayTaskThrottle HetJobId HetJobOffset HetJobIdSet JobName UserId GroupId
    MCS_label Priority Nice Account QOS WCKey JobState Reason FailedNode Dependency Requeue Restarts BatchFlag
    Reboot ExitCode DerivedExitCode RunTime TimeLimit TimeMin SubmitTime EligibleTime AccrueTime StartTime EndTime
    Deadline PreemptEligibleTime PreemptTime SuspendTime SecsPreSuspend LastSchedEval Scheduler Partition
    AllocNode:Sid ReqNodeList ExcNodeList NodeList SchedNodeList BatchHost NumNodes NumCPUs NumTasks CPUs/Task
    ReqB:S:C:T TRES ReqTRES AllocTRES Socks/Node NtasksPerN:B:S:C CoreSpec ThreadSpec JOB_GRES Nodes CPU_IDs Mem
    GRES GRES_IDX MinCPUsNode MinMemoryCPU MinMemoryNode MinTmpDiskNode Features DelayBoot Gres Reservation
    OverSubscribe Shared Contiguous Licenses LicensesAlloc Network Command SubmitLine WorkDir Comment AdminComment
    SystemComment Extra StdErr StdIn StdOut BatchScript Power Switches BurstBuffer CpusPerTres MemPerTres
    TresPerJob TresPerNode TresPerSocket TresPerTask TresBind TresFreq NtasksPerTRES MailUser MailType
    StepMgrEnabled SegmentSize Cluster Container ContainerID PriorityTier Prefer BatchFeatures OOMKillStep ResvName
""".split()  # noqa: SIM905 - a list would take a line a word
_PAIR = re.compile(rf"(?:^|(?<=\s))({'|'.join(map(re.escape, sorted(_KEYS, key=len, reverse=True)))})=")
_MORE_NODES = re.compile(r"\s+[\w.\[\],-]+\s*", re.ASCII)
"""What a long list of nodes goes on with on a line of its own."""
_TO_END_OF_LINE = frozenset(
    {
        "JobName",
        "Command",
        "SubmitLine",
        "WorkDir",
        "Comment",
        "AdminComment",
        "SystemComment",
        "StdErr",
        "StdIn",
        "StdOut",
    }
)
"""Values that may hold blanks and equals signs; scontrol prints them last on their line."""
_NO_TASK = "4294967294"
_READ = READ.keys() - {"jobid", "name", "command", "nodes", "gres", "state", "time", "start", "end", "user"}


def is_start(line: str) -> bool:
    """Tell whether a line begins the record of a job."""
    return _START.match(line) is not None


def belongs(line: str) -> bool:
    """Tell whether a line may continue a record."""
    return line[:1].isspace() and (line.isspace() or "=" in line or _MORE_NODES.fullmatch(line) is not None)


def read_record(body: Sequence[tuple[str, int]], cut_line: int | None, records: RunBuilder) -> Iterator[JobRow]:
    """Read the record of a job.

    Parameters
    ----------
    body : sequence of tuple of str and int
        Its lines, with their numbers.
    cut_line : int or None
        The file's last line, if it has no line end.
    records : RunBuilder
        Takes the problems.

    Yields
    ------
    JobRow
        One, unless the record is not understood.
    """
    first, line = body[0]
    pairs = _pairs(body, is_cut=body[-1][1] == cut_line, records=records)
    row = JobRow(line=line, text="\n".join(text for text, _ in body).strip())
    try:
        for name, (value, number) in pairs.items():
            key = name.lower()
            if key in _READ and value:
                row.line = number
                read_cell(READ[key], row, value, name, records)
        row.line = line
        row.command = pairs.get("SubmitLine", pairs.get("Command", (None, line)))[0]
        row.command = None if row.command == "(null)" else row.command
        _identify(row, {name: value for name, (value, _) in pairs.items()})
    except CellError as error:
        left_out(records, first, line, str(error), "repeat `scontrol show job`")
        return
    if row.state is None:
        left_out(records, first, line, "it has no JobState", "repeat `scontrol show job`")
        return
    if row.output_file is not None and _NO_TASK in row.output_file:
        row.output_file = None
    yield row


def _pairs(body: Sequence[tuple[str, int]], *, is_cut: bool, records: RunBuilder) -> dict[str, tuple[str, int]]:
    """Return value and line of each key; the first counts, and the last one of a cut record is dropped."""
    is_one_line = _is_one_line(body[0][0])
    pairs: dict[str, tuple[str, int]] = {}
    last = ""
    for text, line in body:
        matches = list(_PAIR.finditer(text.strip()))
        stripped = text.strip()
        if stripped and not matches:
            told, first_line = pairs.get(last, ("", line))
            if told.endswith(",") and _MORE_NODES.fullmatch(text) is not None:
                pairs[last] = (told + stripped, first_line)
            else:
                records.unrecognised.append(line)
        for index, match in enumerate(matches):
            ends_line = match[1] in _TO_END_OF_LINE and not is_one_line
            end = len(stripped) if ends_line or index + 1 == len(matches) else matches[index + 1].start()
            last = match[1]
            pairs.setdefault(last, (stripped[match.end() : end].strip(), line))
            if ends_line:
                break
    if is_cut and last:
        del pairs[last]
        records.problem("the record ends in the middle of a line", body[-1][1], "repeat `scontrol show job`")
    return pairs


def _is_one_line(first: str) -> bool:
    return " JobState=" in first


def _identify(row: JobRow, values: dict[str, str]) -> None:
    if not values.get("JobId", "").isdecimal() or len(values["JobId"]) > 18:
        raise CellError(f"JobId is {values.get('JobId')!r}")
    row.job_id = int(values["JobId"])
    array, task = values.get("ArrayJobId"), values.get("ArrayTaskId")
    if array is None or task is None:
        row.identity = JobIdentity(values["JobId"], row.job_id)
    elif not array.isdecimal() or len(array) > 18:
        raise CellError(f"ArrayJobId is {array!r}")
    elif task.isdecimal() and len(task) <= 18:
        row.identity = JobIdentity(f"{array}_{task}", int(array), int(task))
    else:
        row.identity = JobIdentity(f"{array}_[{task}]", int(array), None, count_tasks(task))
