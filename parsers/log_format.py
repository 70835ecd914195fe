"""What a format is, and what is wrong with an object that should be one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol, TypeGuard

from nnsreport.vocabulary import METRICS

if TYPE_CHECKING:
    from nnsreport.parsers.glance import Glance
    from nnsreport.parsers.reading import LogText
    from nnsreport.parsers.records import ParsedLog
    from nnsreport.parsers.recurring import Recurring


class LogFormat(Protocol):
    """What a format is: how to recognise it, how to read it, what it gives, whom to cite."""

    @property
    def name(self) -> str:
        """Short name, such as ``neurosim-1.4``."""
        ...

    @property
    def title(self) -> str:
        """Name for people."""
        ...

    @property
    def citation(self) -> str:
        """The paper that describes the simulator."""
        ...

    @property
    def schema(self) -> frozenset[str]:
        """Canonical names of the metrics it may give."""
        ...

    @property
    def sample(self) -> str:
        """A short text of this format, as genuine as can be."""
        ...

    def confidence(self, glance: Glance) -> float:
        """Return how sure it is that a text is of this format: 0 not at all, 1 certain."""
        ...

    def parse(self, text: LogText, run: str) -> tuple[ParsedLog, ...]:
        """Read every run of a log; the first is called ``run``."""
        ...


class LearningFormat(LogFormat, Protocol):
    """A format whose logs recur, so that one of them can serve to read others; offered by none that need not."""

    def parse_and_learn(self, text: LogText, run: str) -> tuple[tuple[ParsedLog, ...], Recurring | None]:
        """Read every run of a log, and learn what others with the same lines can be read by, if they can."""
        ...


def can_learn(log_format: LogFormat) -> TypeGuard[LearningFormat]:
    """Tell whether a format learns from logs."""
    return callable(getattr(log_format, "parse_and_learn", None))


_NAME = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")


def is_format(candidate: object) -> bool:
    """Tell whether an object has every member of a format, of whatever kind."""
    return all(hasattr(candidate, name) for name in _COMPLAINTS)


def member_complaints(candidate: object) -> list[str]:
    """Say what keeps an object from being a format.

    Parameters
    ----------
    candidate : object
        Any; its properties are read.

    Returns
    -------
    list of str
        One clause a member that is missing or wrong; empty for a format.
    """
    found = []
    for name, complain in _COMPLAINTS.items():
        try:
            member = getattr(candidate, name)
        except AttributeError:
            found.append(f"it has no `{name}`")
            continue
        complaint = complain(member)
        if complaint is not None:
            found.append(f"`{name}` {complaint}")
    return found


def _name_complaint(member: object) -> str | None:
    if isinstance(member, str) and _NAME.fullmatch(member):
        return None
    return f"is {member!r}, not a name such as tinysim-1 (small letters, digits, points and dashes)"


def _text_complaint(member: object) -> str | None:
    return None if isinstance(member, str) and member.strip() else f"is {member!r}, not a text"


def _schema_complaint(member: object) -> str | None:
    if not isinstance(member, frozenset):
        return f"is a {type(member).__name__}, not a frozenset of metrics' names"
    for metric in sorted(map(str, member)):
        if metric not in METRICS:
            close = difflib.get_close_matches(metric, METRICS, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            return f"has {metric!r}, which is not in nnsreport.vocabulary.METRICS{hint}"
    return None


def _method_complaint(arguments: str) -> Callable[[object], str | None]:
    def complain(member: object) -> str | None:
        return None if callable(member) else f"is a {type(member).__name__}, not a method ({arguments})"

    return complain


_COMPLAINTS: Mapping[str, Callable[[object], str | None]] = {
    "name": _name_complaint,
    "title": _text_complaint,
    "citation": _text_complaint,
    "schema": _schema_complaint,
    "sample": _text_complaint,
    "confidence": _method_complaint("glance -> float"),
    "parse": _method_complaint("text, run -> tuple of ParsedLog"),
}
