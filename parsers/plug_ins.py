"""Formats of other packages, found by their entry points; whatever is wrong with one costs nobody else anything."""

from __future__ import annotations

import importlib.metadata
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

from nnsreport.errors import LogError, NnsreportError
from nnsreport.parsers.log_format import LogFormat, is_format, member_complaints
from nnsreport.parsers.records import ParsedLog

if TYPE_CHECKING:
    from nnsreport.parsers.glance import Glance
    from nnsreport.parsers.reading import LogText
    from nnsreport.parsers.streaming import LineReader, Sink, StreamingFormat

T = TypeVar("T")

ENTRY_POINTS = "nnsreport.formats"
"""Group of entry points with which other packages add formats."""


class PlugIns(NamedTuple):
    """What other packages add.

    Attributes
    ----------
    formats : tuple of LogFormat
        Those that can be used, in the order of their entry points' names.
    problems : tuple of LogError
        Why others cannot, one each.
    """

    formats: tuple[PlugInFormat, ...]
    problems: tuple[LogError, ...]


@dataclass(frozen=True)
class PlugInFormat:
    """A format of another package; an exception of its own becomes an error that names the package.

    Attributes
    ----------
    own : LogFormat
        What the package gave.
    package : str
        Its name and version.
    """

    own: LogFormat
    package: str
    name: str = field(init=False)
    title: str = field(init=False)
    citation: str = field(init=False)
    schema: frozenset[str] = field(init=False)
    sample: str = field(init=False)

    def __post_init__(self) -> None:
        """Read the members once: a property of theirs cannot fail later."""
        for name in ("name", "title", "citation", "schema", "sample"):
            object.__setattr__(self, name, getattr(self.own, name))

    def confidence(self, glance: Glance) -> float:
        """Return how sure it is that a text is of this format, 0 to 1.

        Raises
        ------
        LogError
            The package failed.
        """
        try:
            answer: object = self.own.confidence(glance)
        except Exception as error:
            raise _defect_of(self, "looking at a text", _shown(error)) from error
        if not isinstance(answer, int | float) or math.isnan(answer):
            raise _defect_of(self, "looking at a text", f"it answers {answer!r}, not a number")
        return min(max(float(answer), 0.0), 1.0)

    def parse(self, text: LogText, run: str) -> tuple[ParsedLog, ...]:
        """Read every run of a log; the first is called ``run``.

        Raises
        ------
        LogError
            The log cannot be read, or the package failed.
        """
        return _logs_of(self, lambda: self.own.parse(text, run), text.source)


@dataclass(frozen=True)
class StreamingPlugInFormat(PlugInFormat):
    """A format of another package that reads logs piece by piece."""

    def start(self, run: str, source: Path | None, sink: Sink | None = None) -> LineReader:
        """Begin with a log; see :class:`nnsreport.parsers.streaming.StreamingFormat`."""
        own = cast("StreamingFormat", self.own)
        return _GuardedReader(self, source, _guarded(self, lambda: own.start(run, source, sink), source))


@dataclass(frozen=True, slots=True)
class _GuardedReader:
    format: PlugInFormat
    source: Path | None
    own: LineReader

    def feed(self, text: LogText) -> None:
        _guarded(self.format, lambda: self.own.feed(text), self.source)

    def finish(self) -> tuple[ParsedLog, ...]:
        return _logs_of(self.format, self.own.finish, self.source)


def _logs_of(plug_in: PlugInFormat, work: Callable[[], object], source: Path | None) -> tuple[ParsedLog, ...]:
    logs = _guarded(plug_in, work, source)
    if isinstance(logs, tuple) and logs and all(isinstance(log, ParsedLog) for log in logs):
        return logs
    raise _defect_of(plug_in, "reading a log", "it gives no tuple of ParsedLog", source)


def _guarded(plug_in: PlugInFormat, work: Callable[[], T], source: Path | None) -> T:
    try:
        return work()
    except (NnsreportError, MemoryError):
        raise
    except Exception as error:
        raise _defect_of(plug_in, "reading a log", _shown(error), source) from error


def _defect_of(plug_in: PlugInFormat, doing: str, about: str, source: Path | None = None) -> LogError:
    return LogError(
        f"the format {plug_in.name} of the package {plug_in.package} failed in {doing}: {about}",
        path=source,
        remedy=f"report it to the authors of {plug_in.package}, or remove the package",
    )


def load_plug_ins(taken: Iterable[str]) -> PlugIns:
    """Load the formats that installed packages add.

    Parameters
    ----------
    taken : iterable of str
        Names of the formats there are already.

    Returns
    -------
    PlugIns
        Also when packages are broken, or the list of them is.
    """
    formats: list[PlugInFormat] = []
    problems: list[LogError] = []
    entries = _entries(problems)
    owners = dict.fromkeys(taken if entries else (), "nnsreport")
    for entry in entries:
        try:
            added = _load(entry)
            if added.name in owners:
                raise _refusal(
                    entry, f"{owners[added.name]} has a format {added.name} already", f"rename it in {_package(entry)}"
                )
        except LogError as error:
            problems.append(error)
        else:
            owners[added.name] = added.package
            formats.append(added)
    return PlugIns(tuple(formats), tuple(problems))


def _entries(problems: list[LogError]) -> list[importlib.metadata.EntryPoint]:
    try:
        found = importlib.metadata.entry_points(group=ENTRY_POINTS)
    except Exception as error:  # any package's broken metadata, whatever it is for
        message = f"no format of other packages is used: the list of installed packages is broken ({_shown(error)})"
        problems.append(LogError(message, remedy="look for a damaged *.dist-info/entry_points.txt, install it again"))
        return []
    return sorted(found, key=lambda entry: (entry.name, entry.value))


def _load(entry: importlib.metadata.EntryPoint) -> PlugInFormat:
    try:
        candidate = entry.load()
        if isinstance(candidate, type) or (not is_format(candidate) and callable(candidate)):
            candidate = candidate()
        complaints = member_complaints(candidate)
        if not complaints:
            can_stream = callable(getattr(candidate, "start", None))
            return (StreamingPlugInFormat if can_stream else PlugInFormat)(candidate, _package(entry))
    except (Exception, SystemExit) as error:
        raise _refusal(entry, f"it cannot be loaded: {_shown(error)}", _MEND.format(_package(entry))) from error
    raise _refusal(entry, f"it is no format: {'; '.join(complaints)}", _MEND.format(_package(entry)))


_MEND = "update {0}, tell its authors, or remove it"


def _refusal(entry: importlib.metadata.EntryPoint, message: str, remedy: str) -> LogError:
    about = f"{_package(entry)}: the format {entry.name} = {entry.value} is not used"
    return LogError(f"{about}: {message}", remedy=remedy)


def _package(entry: importlib.metadata.EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else "an unknown package"


def _shown(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
