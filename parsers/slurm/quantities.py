"""Slurm's way of writing durations, memory, dates and counts, read exactly."""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import NamedTuple

LARGEST = 2**63 - 1
"""The largest whole number that a column can hold."""

_MOST_DIGITS = 15
"""Of an amount that is surely below the largest, whatever its prefix up to K."""
_ABSENT = frozenset({"", "Unknown", "UNKNOWN", "None", "NONE", "N/A", "n/a", "(null)", "NOT_SET", "Unset"})
_NO_DURATION = _ABSENT | {"UNLIMITED", "Partition_Limit", "PARTITION_LIMIT", "INFINITE", "INVALID"}
_LENGTHS_OF_CLOCKS = (len("02:03:04"), len("02:03:04.567"))
_MOST_DIGITS_OF_DAYS = 6
_DURATION = re.compile(r"(?:(?:(\d{1,6})-)?(\d{1,2}):)?(\d{1,2}):(\d{2})(?:\.(\d{1,9}))?", re.ASCII)
_MEMORY = re.compile(r"(\d{1,18}(?:\.\d{1,9})?)([KMGTPEZ]?)([nc]?)", re.ASCII)
_COUNT = re.compile(r"(\d{1,18})(?:-(\d{1,18}))?", re.ASCII)
_EXIT = re.compile(r"(\d{1,9}):(\d{1,9})", re.ASCII)
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d", re.ASCII)
_GERMAN_DATE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})[T ](\d\d):(\d\d)(?::(\d\d))?", re.ASCII)
_EPOCH = re.compile(r"\d{9,11}", re.ASCII)
_UNITS = {unit: 1024**power for power, unit in enumerate(("", "K", "M", "G", "T", "P", "E", "Z"))}


class CellError(ValueError):
    """A cell does not hold what its column promises."""


class DateError(CellError):
    """A date is written in a way that does not tell it for certain."""


class Memory(NamedTuple):
    """An amount of memory.

    Attributes
    ----------
    byte : int
        Slurm's prefixes are powers of 1024.
    per : str
        ``n`` for each node, ``c`` for each core, as Slurm wrote before 21.08; empty for the whole job.
    """

    byte: int
    per: str = ""


class Date(NamedTuple):
    """A time of day without zone.

    Attributes
    ----------
    value : datetime
        Naive.
    is_utc : bool
        Else it is in the cluster's own time zone, which Slurm does not print.
    """

    value: datetime
    is_utc: bool = False


def is_absent(text: str) -> bool:
    """Tell whether a text stands for nothing."""
    return text in _ABSENT


def read_duration(text: str) -> float | None:
    """Read a duration.

    Parameters
    ----------
    text : str
        ``1-02:03:04``, ``02:03:04``, ``5:00`` or ``02:03.456``.

    Returns
    -------
    float or None
        Seconds; None for ``UNLIMITED``, ``Partition_Limit`` and the like.

    Raises
    ------
    CellError
        It is none.
    """
    if text in _NO_DURATION:
        return None
    usual = _usual_duration(text)
    if usual is not None:
        return usual
    match = _DURATION.fullmatch(text)
    if match is None:
        raise CellError(text)
    days, hours, minutes, seconds, fraction = match.groups("0")
    if int(hours) > 23 or int(minutes) > 59 or int(seconds) > 59:
        raise CellError(text)
    whole = ((int(days) * 24 + int(hours)) * 60 + int(minutes)) * 60 + int(seconds)
    return float(whole) if fraction == "0" else float(f"{whole}.{fraction}")


def _usual_duration(text: str) -> float | None:
    """Read a duration of hours, minutes and seconds, with days and milliseconds or without, as nearly all are."""
    days, dash, clock = text.rpartition("-")
    if len(clock) not in _LENGTHS_OF_CLOCKS or clock[2] != ":" or clock[5] != ":":
        return None
    if clock[8:9] and not (clock[8] == "." and clock[9:].isdecimal()):
        return None
    if dash and not (days.isdecimal() and days.isascii() and len(days) <= _MOST_DIGITS_OF_DAYS):
        return None
    try:
        read = time.fromisoformat(clock)
    except ValueError:
        return None
    whole = ((int(days or 0) * 24 + read.hour) * 60 + read.minute) * 60 + read.second
    return float(f"{whole}{clock[8:]}") if read.microsecond else float(whole)


def read_memory(text: str) -> Memory | None:
    """Read an amount of memory.

    Parameters
    ----------
    text : str
        ``4000M``, ``3.5Gn``, ``1234K``; a bare number counts bytes.

    Returns
    -------
    Memory or None
        Rounded to whole bytes; None when absent.

    Raises
    ------
    CellError
        It is none.
    """
    if is_absent(text) or text == "?":
        return None
    if text[-1] == "K" and text[:-1].isdecimal() and text.isascii() and len(text) < _MOST_DIGITS:
        return Memory(1024 * int(text[:-1]))
    match = _MEMORY.fullmatch(text)
    if match is None:
        raise CellError(text)
    number, unit, per = match.groups()
    amount = Decimal(number) if "." in number else int(number)
    byte = round(amount * _UNITS[unit])
    if byte > LARGEST:
        raise CellError(text)
    return Memory(byte, per)


def read_count(text: str) -> int | None:
    """Read a whole number.

    Parameters
    ----------
    text : str
        ``4``, or ``4-4`` for a range of one.

    Returns
    -------
    int or None
        None when absent, and for a true range: what a waiting job will get is not known.

    Raises
    ------
    CellError
        It is none.
    """
    if is_absent(text):
        return None
    match = _COUNT.fullmatch(text)
    if match is None:
        raise CellError(text)
    low, high = match.groups()
    return int(low) if high is None or high == low else None


@functools.lru_cache(256)
def read_exit(text: str) -> tuple[int, int] | None:
    """Read ``3:0``, the exit code and the signal.

    Parameters
    ----------
    text : str
        Of a column ExitCode.

    Returns
    -------
    tuple of int, or None
        None when absent.

    Raises
    ------
    CellError
        It is none.
    """
    if is_absent(text):
        return None
    match = _EXIT.fullmatch(text)
    if match is None:
        raise CellError(text)
    return int(match.group(1)), int(match.group(2))


def read_date(text: str) -> Date | None:
    """Read a point in time.

    Parameters
    ----------
    text : str
        ``2026-11-22T19:29:11``, the same with a blank, ``22.11.2026 19:29``, or seconds since 1970.

    Returns
    -------
    Date or None
        None when absent.

    Raises
    ------
    DateError
        It is written in another way, such as ``Ystday 14:20`` or ``11/12/26``.
    """
    if is_absent(text):
        return None
    if text.isdecimal() and _EPOCH.fullmatch(text):
        return date_of_epoch(int(text))
    if _ISO_DATE.fullmatch(text) is None:
        german = _GERMAN_DATE.fullmatch(text)
        if german is None:
            raise DateError(text)
        day, month, year, hour, minute, second = german.groups("00")
        text = f"{year}-{month}-{day}T{hour}:{minute}:{second}"
    try:
        return Date(datetime.fromisoformat(text))
    except ValueError:
        raise DateError(text) from None


def date_of_epoch(seconds: int) -> Date | None:
    """Return the date of a number of seconds since 1970, or None for 0, which stands for nothing."""
    if seconds <= 0:
        return None
    try:
        return Date(datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None), is_utc=True)
    except (ValueError, OverflowError, OSError):
        raise DateError(str(seconds)) from None
