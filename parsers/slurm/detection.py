"""Which of Slurm's commands printed a text. A job's log may end with such a table: then the log's own format counts."""

from __future__ import annotations

import itertools
import re

from nnsreport.parsers.glance import Glance
from nnsreport.parsers.slurm import aligned, delimited, scontrol
from nnsreport.parsers.slurm.complaints import complaint_of, is_row_of_job

SURE = 0.8
"""The text begins with it: less than a simulator's own output, which may follow in a job's log."""
INSIDE = 0.2
"""It is somewhere in the text."""

HARDLY = 0.05
"""It is what a command says where there is no table, or a table that does not say what its columns are."""

_FIRST_LINES = 3
_NAME_STARTS = re.compile(r"^\s*(?:[A-Za-z]+[|; ]+)*?Job(?:ID|IDRaw|Name)\b.*", re.MULTILINE)
_SQUEUE_HEAD = re.compile(r"^(?:\s{3,}|[A-Z_]+[| ].*)?JOBID[ |]", re.MULTILINE)
_SCONTROL_HEAD = re.compile(r"^JobId=\d+ (?:ArrayJobId|HetJobId|JobName)=", re.MULTILINE)
_SACCT_KEY = re.compile(r'"(?:allocation_nodes|association)"\s*:')
_SQUEUE_KEY = re.compile(r'"(?:accrue_time|job_state|batch_host|current_working_directory)"\s*:')
_JOBS_KEY = re.compile(r'"jobs"\s*:\s*\[')
_USAGE = re.compile(r"^(?:Quota monthly \(core-h\)|(?:Remaining|Consumed)\s+core-h |Consumable core-h)", re.MULTILINE)


def confidence_in_sacct(glance: Glance) -> float:
    """Return how sure it is that sacct printed a text."""
    if _is_json(glance):
        return SURE if _in_json(glance, _SACCT_KEY) else 0.0
    lines = glance.first_lines
    for index, (line, below) in enumerate(itertools.pairwise((*lines, ""))):
        header = delimited.read_header(line)
        is_sacct = header is not None and not line.isupper()
        if is_sacct or (aligned.is_dashes(below) and aligned.read_sacct_layout(line, below) is not None):
            return SURE if index < _FIRST_LINES else INSIDE
    first = lines[:_FIRST_LINES]
    # Less than anything that says more: the text may go on with a log.
    if any(complaint_of(line) is not None for line in first) or (first and all(map(is_row_of_job, first))):
        return HARDLY
    return INSIDE if _has_names(glance) else 0.0


def confidence_in_squeue(glance: Glance) -> float:
    """Return how sure it is that squeue printed a text."""
    if _is_json(glance):
        return SURE if _in_json(glance, _SQUEUE_KEY) and not _in_json(glance, _SACCT_KEY) else 0.0
    for index, line in enumerate(glance.first_lines):
        if line.isupper() and (aligned.is_squeue_header(line) or delimited.read_header(line) is not None):
            return SURE if index < _FIRST_LINES else INSIDE
    return INSIDE if _SQUEUE_HEAD.search(glance.heads) else 0.0


def confidence_in_scontrol(glance: Glance) -> float:
    """Return how sure it is that `scontrol show job` printed a text."""
    if any(scontrol.is_start(line) for line in glance.first_lines[:_FIRST_LINES]):
        return SURE
    return INSIDE if _SCONTROL_HEAD.search(glance.heads) else 0.0


def confidence_in_usage(glance: Glance) -> float:
    """Return how sure it is that `r_wlm_usage -q` printed a text."""
    if not _USAGE.search(glance.heads):
        return 0.0
    return SURE if any(line.startswith("Account:") for line in glance.first_lines[:_FIRST_LINES]) else INSIDE


def _has_names(glance: Glance) -> bool:
    """Tell whether a line further below begins with names of sacct's columns."""
    for head in _NAME_STARTS.findall(glance.heads):
        words = [word.lower() for word in re.findall(r"[A-Za-z]+", head)]
        if sum(word in delimited.KNOWN for word in words[:-1]) >= 2 or words[:2] == ["jobid", "jobname"]:
            return True
    return False


def _is_json(glance: Glance) -> bool:
    return bool(glance.first_lines) and glance.first_lines[0].lstrip().startswith("{")


def _in_json(glance: Glance, key: re.Pattern[str]) -> bool:
    texts = (glance.heads, *glance.first_lines)
    return any(_JOBS_KEY.search(text) for text in texts) and any(key.search(text) for text in texts)
