"""What Slurm's commands print instead of a table, and tables without the names of their columns."""

from __future__ import annotations

import re

from nnsreport.parsers.records import Problem, shorten
from nnsreport.parsers.slurm.states import STATES

_ERROR = re.compile(r"(?:slurm_load_jobs error|(?:sacct|squeue|scontrol|sinfo): (?:error|fatal)): *(?P<message>\S.*)")
_REMEDIES = (
    (
        re.compile(r"(?i)invalid job id"),
        "squeue and scontrol forget a job some minutes after its end: ask `sacct --parsable2 --jobs ID`",
    ),
    (
        re.compile(r"(?i)unable to contact|connection refused|talking to the database|connect failure|timed out"),
        "Slurm did not answer: repeat the command",
    ),
)
_STATE = "|".join(sorted(STATES))
_ROW = re.compile(rf"\s*\d{{1,18}}(?:[_+.][^\s|;,]*)?(?:[|;,\t]| {{2,}}\S).*\b(?:{_STATE}|CANCELLED\+)(?!\w).*")
_LONGEST_ROW = 4096


def complaint_of(line: str) -> Problem | None:
    """Return what one of Slurm's commands says is wrong, or None for any other line."""
    match = _ERROR.match(line)
    if match is None:
        return None
    message = match["message"].strip()
    remedy = next((remedy for sign, remedy in _REMEDIES if sign.search(message)), "correct the command, and repeat it")
    return Problem(f"Slurm says: {shorten(message, 100)}", remedy=remedy)


def is_row_of_job(line: str) -> bool:
    """Tell whether a line is a row of a table of jobs: a job id, and one of Slurm's states."""
    return _ROW.fullmatch(line[:_LONGEST_ROW]) is not None


NO_HEADER = Problem(
    "rows of jobs stand without the names of their columns, and are not read",
    remedy="leave out --noheader (-n, -h): nothing else tells which column is which",
)
"""Of ``sacct --noheader``."""
