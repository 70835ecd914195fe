"""The states of a job: Slurm's words, also cut off by narrow columns, and its short codes."""

from __future__ import annotations

import re

from nnsreport.parsers.slurm.quantities import CellError

_CODES = {
    "BF": "BOOT_FAIL",
    "CA": "CANCELLED",
    "CD": "COMPLETED",
    "CF": "CONFIGURING",
    "CG": "COMPLETING",
    "DL": "DEADLINE",
    "F": "FAILED",
    "LF": "LAUNCH_FAILED",
    "NF": "NODE_FAIL",
    "OOM": "OUT_OF_MEMORY",
    "PD": "PENDING",
    "PR": "PREEMPTED",
    "R": "RUNNING",
    "RD": "RESV_DEL_HOLD",
    "RF": "REQUEUE_FED",
    "RH": "REQUEUE_HOLD",
    "RQ": "REQUEUED",
    "RS": "RESIZING",
    "RV": "REVOKED",
    "SI": "SIGNALING",
    "SE": "SPECIAL_EXIT",
    "SO": "STAGE_OUT",
    "ST": "STOPPED",
    "S": "SUSPENDED",
    "TO": "TIMEOUT",
    "EX": "EXPEDITING",
    "PU": "POWER_UP_NODE",
    "UP": "UPDATE_DB",
    "RC": "RECONFIG_FAIL",
}
STATES = frozenset(_CODES.values())
"""Slurm's words for the states of a job, versions 14 to 25."""

WAITING_STATES = frozenset({"PENDING", "CONFIGURING", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT"})
"""The job has not started, or will start again: a printed start is what Slurm expects."""

UNFINISHED_STATES = WAITING_STATES | {
    "RUNNING",
    "COMPLETING",
    "RESIZING",
    "SIGNALING",
    "STAGE_OUT",
    "STOPPED",
    "SUSPENDED",
    "EXPEDITING",
    "POWER_UP_NODE",
}
"""The job has not ended: a printed end is what Slurm expects."""

_BY_USER = re.compile(r"CANCELLED by \S+")


def read_state(text: str, *, is_cut: bool = False) -> tuple[str, str | None]:
    """Read the word for a state.

    Parameters
    ----------
    text : str
        ``TIMEOUT``, ``CANCELLED by 1001``, or ``OUT_OF_ME+``.
    is_cut : bool
        The end may be missing: a beginning that only one state has will do.

    Returns
    -------
    str
        One of :data:`STATES`.
    str or None
        The whole text where it says more.

    Raises
    ------
    CellError
        It is no state.
    """
    if text in STATES:
        return text, None
    if is_cut:
        return _complete(text.removesuffix("+")), None
    if _BY_USER.fullmatch(text):
        return "CANCELLED", text
    raise CellError(text)


def read_code(text: str) -> str:
    """Return the state that squeue's short code stands for; its column cuts ``OOM`` to ``OO``.

    Raises
    ------
    CellError
        It is no code.
    """
    code = "OOM" if text == "OO" else text
    if code not in _CODES:
        raise CellError(text)
    return _CODES[code]


def _complete(beginning: str) -> str:
    """Return the only state that begins so."""
    if beginning.startswith("CANCELLED"):
        return "CANCELLED"
    found = [state for state in STATES if state.startswith(beginning)] if len(beginning) > 2 else []
    if len(found) != 1:
        raise CellError(beginning)
    return found[0]
