"""What programs and people put before each line of a log: times, and the marks and blanks of messages and pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

_TIMES = (
    "%b %d %H:%M:%S ",
    "%a %b %d %H:%M:%S %Y ",
    "%Y-%m-%d %H:%M:%S ",
    "[%Y-%m-%d %H:%M:%S] ",
    "[%Y-%m-%dT%H:%M:%S.%f] ",
    "%Y-%m-%dT%H:%M:%S.%fZ ",
    "%Y-%m-%dT%H:%M:%S+0100 ",
    "%Y-%m-%dT%H:%M:%S.%fZ stdout F ",
    "%Y-%m-%d %H:%M:%S,123 INFO ",
    "%d.%m.%Y %H:%M:%S ",
    "%H:%M:%S ",
    "%H:%M:%S.%f ",
    "[%H:%M:%S] ",
    "%H:%M:%S: ",
    "%s.%f ",
    "[%s.%f] ",
)
"""As ``strftime`` has them, but for the seconds since 1970."""
_NAMED_TIMES = (
    "%b %d %H:%M:%S node123 job[4711]: ",
    "%Y-%m-%dT%H:%M:%S+0100 node123 job[4711]: ",
    "%Y-%m-%d %H:%M:%S,123 - root - INFO - ",
    "[%Y-%m-%d %H:%M:%S,123][root][INFO] - ",
)
"""With a name, which takes some lines to be known for one."""
_FEW_LINES = 4
_START = datetime(2026, 11, 23, 9, 58, tzinfo=UTC)
_QUOTATIONS = ("> ", ">> ", "> > ")
_INDENTATIONS = ("    ", "\t", "  ", *_QUOTATIONS)


def stamped(lines: Sequence[str], random: Random) -> list[str]:
    """Return lines with the time before each, in one of the usual forms.

    Parameters
    ----------
    lines : sequence of str
        Of a log.
    random : Random
        Chooses.

    Returns
    -------
    list of str
        Each some time later than the one before.
    """
    form = random.choice(_TIMES if len(lines) < _FEW_LINES else (*_TIMES, *_NAMED_TIMES))
    now = _START
    result = []
    for line in lines:
        result.append(now.strftime(form.replace("%s", str(int(now.timestamp())))) + line)
        now += timedelta(seconds=random.choice((0, random.random(), 60 * random.random())))
    return result


def indented(lines: Sequence[str], random: Random) -> list[str]:
    """Return lines as they stand in a message or on a page, where empty ones may have no blanks."""
    before = random.choice(_INDENTATIONS if len(lines) > 1 else _QUOTATIONS)  # one line may have blanks of its own
    is_trimmed = random.random() < 0.5
    return [(before + line).rstrip() if is_trimmed and not line else before + line for line in lines]
