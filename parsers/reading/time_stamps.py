"""The time that ``ts``, Python's logging, syslog, journald, Docker and Kubernetes put before each line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import cache

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_WEEKDAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_CLOCK = r"\d{1,3}:\d\d:\d\d(?:[.,]\d{1,9})?(?: [AP]M)?"
_ZONE = r"(?:Z| ?[+-]\d\d:?\d\d| (?:UTC|GMT|[CE]ES?T|[ECMP][SD]T|[JK]ST|BST))?"
_LEVEL = r"\b(?:TRACE|DEBUG|INFO|NOTICE|SUCCESS|WARNING|WARN|ERROR|CRITICAL|FATAL)\b"
_PADDED_LEVEL = r"\b(?:DEBUG {3}|INFO {4}|WARNING |ERROR {3}|CRITICAL)"
"""Python's ``%(levelname)-8s``."""

_DATED = (
    rf"\d{{4}}([-/.])\d\d\1\d\d[T _]{_CLOCK}{_ZONE}",
    rf"\d\d?([-/.])\d\d\1\d{{4}},? {_CLOCK}{_ZONE}",
    rf"\d\d/\d\d/\d\d {_CLOCK}",
    rf"20\d{{6}}[T_ -]\d\d:?\d\d:?\d\d{_ZONE}",
    rf"{_WEEKDAY},? {_MONTH} [ \d]\d {_CLOCK}{_ZONE} \d{{4}}",
    rf"(?:{_WEEKDAY},? )?{_MONTH} [ \d]\d (?:\d{{4}} )?{_CLOCK}{_ZONE}",
    rf"\d\d[ /-]{_MONTH}[ /-]\d{{4}}[ :]{_CLOCK}{_ZONE}",
)
_UNDATED = (_CLOCK, r"1\d{9}(?:\.\d{1,9})?")
"""Time of day or since the start, and seconds since 1970."""
_SECONDS = r"\[ *\d{1,10}\.\d{1,9}s?\]"
"""Since the start; without brackets they may be anything."""

_END_OF_TIME = r"(?![\w.])"

_SUSPECT = re.compile(
    r"\n[\[(<]?(?:\d(?:\d{3}[-/.]\d\d|\d?[-/.]\d\d[-/.]|\d[ /-][A-Z][a-z]{2}[ /-]|\d?\d?:\d\d:\d|\d{7}[T_ -]|\d{9})"
    rf"|{_WEEKDAY},? |{_MONTH} [ \d]\d | *\d+\.\d+s?\]|[A-Z]{{4,8}}\]?:? [\[(<]?\d)"
)
"""How a line with a stamp begins; quickly seen not to be of other lines."""

_NAME = r"[\w.]{1,80}"
_JOINT = r"[ \]\[|:,-]{1,4}"
_BEFORE_LEVEL = rf"{_JOINT}(?:{_NAME}{_JOINT}){{0,2}}?"
_PLACES = (
    r" {0,8}\| {0,8}\S{1,160} -",
    rf"[\])]?:?(?: [-|])? {_NAME}:\d{{1,6}}(?: ?[-|:])?",
    rf":{_NAME}:",
)
_LOGGER = rf"\]?(?: -)? {_NAME}(?: -|:)"
_ENDS = (r"[\])]? {0,4}[-|]", r"[\])]?[:,]?")
_AFTER_LEVEL = (*_PLACES, _LOGGER, *_ENDS)
_PADDED = tuple(f"{_BEFORE_LEVEL}{_PADDED_LEVEL}{rest}" for rest in _AFTER_LEVEL)
_OF_LOGGING = (*_PADDED, *(f"{_BEFORE_LEVEL}{_LEVEL}{rest}" for rest in _AFTER_LEVEL))
_OF_PROCESSES = (
    r" [\w.-]{1,64} [\w./@+-]{1,64}\[\d{1,10}\]:",  # computer, program and process
    r" std(?:out|err) [FP]",
    r" ?[-|:]",
)
_ADDITIONS = (*_OF_LOGGING, *_OF_PROCESSES)
"""What may stand behind the time, the longest first."""
_ADDITIONS_OF_FEW = (*(rf"{_BEFORE_LEVEL}\b(?:DEBUG|INFO)\b{rest}" for rest in (*_PLACES, *_ENDS)), *_OF_PROCESSES)
"""The same where too few lines tell a logger's name or level from a word of the line."""
_FEW = 3
_ALMOST_ALL = 0.9

_FEWEST = 1 / 2
_FEWEST_OF_LOGGING = 1 / 16
"""Of a program that logs with time and level, while another that it starts prints into the same file."""

_HEADER = re.compile(r"\s*[A-Z][A-Z_():/%]*(?:\s+[A-Z][A-Z_():/%]*)+\s*")
_RULE = re.compile(r"\s*-{3,}(?:\s+-{3,})+\s*")


def time_stamps(lines: Sequence[str], sample: str) -> re.Pattern[str] | None:
    """Return what matches the time stamp of each line, and one blank behind it.

    Parameters
    ----------
    lines : sequence of str
        Of a log, or of its beginning.
    sample : str
        Some of them, each behind a newline: if none has a stamp, no other line is looked at.

    Returns
    -------
    re.Pattern or None
        None if most lines have no stamp, or it is a table's first column.
    """
    if _SUSPECT.search(sample) is None:
        return None
    looked_at = sample.split("\n")
    for time in _times():
        stamped = [line for line in looked_at if _beginning(time).match(line)]
        if stamped:
            addition = _addition(time, stamped)
            found = _pattern(f"{time}{_END_OF_TIME}", f"(?:{addition})?")
            fewest = _FEWEST_OF_LOGGING if addition in _OF_LOGGING else _FEWEST
            if _share(found, lines) > fewest and not _is_column(found, lines):
                return found
    return None


def is_table_header(line: str) -> bool:
    """Tell whether a line names columns in capitals, or underlines them."""
    return _HEADER.fullmatch(line) is not None or _RULE.fullmatch(line) is not None


def _times() -> Iterator[str]:
    for dated in _DATED:
        yield rf"(?:\[?{_LEVEL}\]?:? )?[\[(<]?{dated}[\])>]?"
    for undated in _UNDATED:
        yield rf"[\[(<]?{undated}[\])>]?"
    yield _SECONDS


@cache
def _beginning(time: str) -> re.Pattern[str]:
    return re.compile(f"{time}{_END_OF_TIME}", re.ASCII)


@cache
def _pattern(time: str, addition: str) -> re.Pattern[str]:
    return re.compile(rf"{time}{addition}(?:[ \t]|$)", re.ASCII)


def _addition(time: str, stamped: Sequence[str]) -> str:
    """Return what stands behind the time in almost all of some lines."""
    rest = [line[_length(_beginning(time), line) :] for line in stamped]
    for addition in _ADDITIONS if len(stamped) >= _FEW else _ADDITIONS_OF_FEW:
        pattern = _pattern("", addition)
        found = [text[: _length(pattern, text)] for text in rest if pattern.match(text)]
        if addition.endswith(_LOGGER):  # its name is always the same, unlike the word before a colon
            found = [text for text in found if text == found[0]]
        if len(found) >= len(stamped) * (1 if addition in _PADDED else _ALMOST_ALL):  # or the blanks are the line's own
            return addition
    return ""


def _length(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match is not None else 0


def _share(stamp: re.Pattern[str], lines: Sequence[str]) -> float:
    filled = stamped = 0
    for line in lines:
        filled += bool(line)
        stamped += stamp.match(line) is not None
    return stamped / max(filled, 1)


def _is_column(stamp: re.Pattern[str], lines: Sequence[str]) -> bool:
    """Tell whether a table's header stands before the first line with a stamp, or its underlining does."""
    before = itertools.takewhile(lambda line: stamp.match(line) is None, lines)
    filled = [line for line in before if line.strip()]
    return bool(filled) and is_table_header(filled[-1])
