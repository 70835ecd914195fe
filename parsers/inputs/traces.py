"""Recognises trace files, the weights and inputs that NeuroSim's wrapper writes for the C++ part, by their beginning.

They are no results, and may have 100 MB: a few kilobytes are enough to tell. Formats as ``utee/hook.py`` of V1.0 to
V1.4 and V2, and V1.5's ``write_layer``, write them.
"""

from __future__ import annotations

import re
from pathlib import Path

from nnsreport.errors import UnknownFormatError

_WEIGHTS = re.compile(r" *-?\d+\.\d{5}(?:, *-?\d+\.\d{5})*(?:,[ \d.-]*)?")
_WEIGHT_WIDTH = 10
_BITS = re.compile(r"[01](?:,[01])*,?")
_INTEGERS = re.compile(r"-?\d+(?:,-?\d+)*(?:,-?)?")
_NAME = re.compile(r"(?:weight(?:Old)?|Oldweight|input)_?\w+\.csv", re.IGNORECASE)
_FOLDER = "layer_record"
_LEAST_BITS = 4
_HEAD_BYTES = 8192


def trace_kind(head: str, path: Path | None = None) -> str | None:
    """Tell whether a file is a trace.

    Parameters
    ----------
    head : str
        Its first characters, a few thousand; it may end anywhere.
    path : Path, optional
        V1.5 writes nothing but whole numbers, which only the file's name tells from other tables.

    Returns
    -------
    str or None
        ``trace of weights`` or ``trace of inputs``; None for anything else.
    """
    lines = [line.rstrip("\r") for line in head.split("\n")]
    whole = [line for line in lines[:-1] if line] or [line for line in lines if line]
    if not whole:
        return None
    if all(_is_matched(_WEIGHTS, line) and len(line.partition(",")[0]) >= _WEIGHT_WIDTH for line in whole):
        return "trace of weights"
    if all(_is_matched(_BITS, line) for line in whole) and _has_many_bits(whole):
        return "trace of inputs"
    if path is not None and _is_trace_name(path) and all(_is_matched(_INTEGERS, line) for line in whole):
        return "trace of inputs" if path.name.lower().startswith("input") else "trace of weights"
    return None


def _is_matched(pattern: re.Pattern[str], line: str) -> bool:
    return pattern.fullmatch(line) is not None


def _has_many_bits(lines: list[str]) -> bool:
    """One bit or a few may be anything; so may a row that no other row follows."""
    return lines[0].count(",") >= _LEAST_BITS - 1 or len(lines) >= _LEAST_BITS


def _is_trace_name(path: Path) -> bool:
    return path.parent.name.startswith(_FOLDER) or _NAME.fullmatch(path.name) is not None


def refuse_trace(path: Path) -> None:
    """Refuse a trace before it is read as a whole; a file that cannot be opened is left to whoever reads it.

    Parameters
    ----------
    path : Path
        Any file; only those named ``.csv`` are looked into.

    Raises
    ------
    UnknownFormatError
        It is a trace.
    """
    if path.suffix.lower() != ".csv":
        return
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return
    kind = trace_kind(head.decode("latin-1"), path)
    if kind is not None:
        raise UnknownFormatError(
            f"is a {kind}, which NeuroSim reads: no result", path=path, remedy="give the output of the job that used it"
        )
