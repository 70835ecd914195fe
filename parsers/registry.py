"""The formats that can be read, and the choice among them."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import importlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nnsreport.errors import LogError, UnknownFormatError
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.log_format import LogFormat, can_learn
from nnsreport.parsers.names import run_name
from nnsreport.parsers.plug_ins import PlugIns, load_plug_ins
from nnsreport.parsers.reading import LogText, lines_of, read_bytes
from nnsreport.parsers.records import ParsedLog, Problem, shorten
from nnsreport.parsers.recurring import Memory, Unread

__all__ = [
    "BUILT_IN",
    "Detection",
    "LogFormat",
    "as_asked",
    "detect",
    "format_named",
    "formats",
    "parse_bytes",
    "parse_log",
    "parse_runs",
    "plug_in_problems",
    "recognise",
]

_SHOWN_LINES = 2
_MEMORY = Memory()

BUILT_IN = ("neurosim", "neurosim_files", "mlp", "systolic", "param_cpp", "inputs", "results_file", "slurm")
"""Packages with the formats of nnsreport itself; where two are equally sure of a text, the first is taken."""


class Detection(NamedTuple):
    """What a text is recognised as.

    Attributes
    ----------
    format : LogFormat
        The surest.
    problems : tuple of Problem
        Formats of other packages that failed while they looked at it: one of them might have been surer.
    """

    format: LogFormat
    problems: tuple[Problem, ...] = ()


@functools.cache
def formats() -> tuple[LogFormat, ...]:
    """Return every format, those that other packages add by entry point last."""
    return tuple(_in_order())


def _in_order() -> Iterator[LogFormat]:
    """Yield every format; packages are imported when their turn comes, as the first is sure of most logs."""
    yield from _built_in()
    yield from _plug_ins().formats


def _built_in() -> Iterator[LogFormat]:
    for package in BUILT_IN:
        own: tuple[LogFormat, ...] = importlib.import_module(f"nnsreport.parsers.{package}").FORMATS
        yield from own


def plug_in_problems() -> tuple[LogError, ...]:
    """Return why formats that other packages want to add are not used, one error each."""
    return _plug_ins().problems


@functools.cache
def _plug_ins() -> PlugIns:
    return load_plug_ins(known.name for known in _built_in())


def format_named(name: str) -> LogFormat:
    """Return a format by its name.

    Parameters
    ----------
    name : str
        Such as ``neurosim-1.4``.

    Returns
    -------
    LogFormat
        The format.

    Raises
    ------
    LogError
        There is none of this name.
    """
    for known in formats():
        if known.name == name:
            return known
    names = [known.name for known in formats()]
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    remedy = f"did you mean {close[0]}?" if close else f"use one of {', '.join(names)}"
    raise LogError(f"there is no format {name!r}", remedy="; ".join((remedy, *map(str, plug_in_problems()))))


def detect(text: LogText) -> LogFormat:
    """Return the format of a log; see :func:`recognise`."""
    return recognise(text).format


def recognise(text: LogText) -> Detection:
    """Recognise the format of a log, from its text alone.

    Parameters
    ----------
    text : LogText
        Its lines.

    Returns
    -------
    Detection
        Of formats that are equally sure, the first of :func:`formats`.

    Raises
    ------
    UnknownFormatError
        No format recognises it.
    """
    glance = Glance.of(text.lines)
    best, surest = None, 0.0
    failures: list[LogError] = []
    for known in _in_order():
        try:
            confidence = known.confidence(glance)
        except LogError as error:
            failures.append(error)
            continue
        if confidence > surest:
            best, surest = known, confidence
        if surest >= 1:
            break
    if best is None:
        raise _unknown(text, failures)
    return Detection(best, tuple(Problem(error.message, remedy=error.remedy) for error in failures))


def _unknown(text: LogText, failures: Iterable[LogError]) -> UnknownFormatError:
    filled = (line.strip() for line in text.lines if line.strip())
    seen = " / ".join(repr(shorten(line, 60)) for line in itertools.islice(filled, _SHOWN_LINES))
    remedies = ("`--as NAME` reads it all the same; docs/parsers.md has the names", *failures, *plug_in_problems())
    return UnknownFormatError(
        f"is not the log of a known simulator; it begins with {seen}",
        path=text.source,
        remedy="; ".join(map(str, remedies)),
    )


def parse_runs(path: Path, *, run: str | None = None, format: str | None = None) -> tuple[ParsedLog, ...]:  # noqa: A002
    """Read every run in a log.

    Parameters
    ----------
    path : Path
        Plain or compressed text.
    run : str, optional
        Identifier of the first run; from the file's name if not given.
    format : str, optional
        Name of the format; detected if not given.

    Returns
    -------
    tuple of ParsedLog
        At least one; the second run is called ``<run>#2``.

    Raises
    ------
    LogError
        The file cannot be read, is empty, or is no log of a known simulator.
    """
    file = load(path, run or run_name(path), format)
    (known,) = recall([file], format)
    return known or parse_unread(file, format)


def parse_log(path: Path, *, run: str | None = None, format: str | None = None) -> ParsedLog:  # noqa: A002
    """Read the first run in a log; further ones are named in a problem.

    Parameters
    ----------
    path, run, format
        As for :func:`parse_runs`.

    Returns
    -------
    ParsedLog
        What was read.

    Raises
    ------
    LogError
        As for :func:`parse_runs`.
    """
    first, *others = parse_runs(path, run=run, format=format)
    if not others:
        return first
    problem = Problem(
        f"the log holds {len(others) + 1} runs, of which this is the first",
        remedy="`nnsreport parse` gives all of them; write each run to a file of its own",
    )
    return dataclasses.replace(first, problems=(*first.problems, problem))


def parse_bytes(data: bytes, *, run: str, format: str | None = None) -> tuple[ParsedLog, ...]:  # noqa: A002
    """Read every run in a log that is not a file.

    Parameters
    ----------
    data : bytes
        Plain or compressed text.
    run : str
        Identifier of the first run.
    format : str, optional
        Name of the format; detected if not given.

    Returns
    -------
    tuple of ParsedLog
        At least one.

    Raises
    ------
    LogError
        There is no text, or it is no log of a known simulator.
    """
    file = Unread(data, run, None)
    (known,) = recall([file], format)
    return known or parse_unread(file, format)


def choose(text: LogText, format_name: str | None) -> Detection:
    """Return the format that the user asked for, or the one that is recognised."""
    return Detection(format_named(format_name)) if format_name is not None else recognise(text)


def load(path: Path, run: str, format_name: str | None) -> Unread:
    """Return the bytes of a file, unless it is a trace.

    Parameters
    ----------
    path : Path
        Plain or compressed text.
    run : str
        Identifier of its first run.
    format_name : str or None
        Name of the format; None to detect it.

    Returns
    -------
    Unread
        For :func:`recall` and :func:`parse_unread`.

    Raises
    ------
    LogError
        The file cannot be read, or is a trace.
    """
    if format_name is None and path.suffix.lower() == ".csv":
        from nnsreport.parsers.inputs.traces import refuse_trace

        refuse_trace(path)
    return Unread(read_bytes(path), run, path)


def recall(files: Sequence[Unread], format_name: str | None) -> list[tuple[ParsedLog, ...]]:
    """Read those of many files that have the lines of others before them.

    Parameters
    ----------
    files : sequence of Unread
        Many together take much less time than one by one.
    format_name : str or None
        Name of the format; None to detect it.

    Returns
    -------
    list of tuple of ParsedLog
        The runs of each file; none for a file that is left to :func:`parse_unread`.
    """
    return [() if log is None else (log,) for log in _MEMORY.recall(files, format_name)]


def parse_unread(file: Unread, format_name: str | None) -> tuple[ParsedLog, ...]:
    """Read every run in a log line by line; arguments and errors as for :func:`parse_runs`."""
    return _parse(lines_of(file.data, source=file.source), file.run, format_name)


def _parse(text: LogText, run: str, format_name: str | None) -> tuple[ParsedLog, ...]:
    found = choose(text, format_name)
    learned = None
    # Another package's format may be sure of a log because of its numbers.
    if can_learn(found.format) and not _plug_ins().formats and _MEMORY.is_worth_learning(len(text.lines)):
        logs, learned = found.format.parse_and_learn(text, run)
    else:
        logs = found.format.parse(text, run)
    logs = with_problems(as_asked(logs, format_name), (*text.problems, *found.problems))
    if learned is not None and not logs[0].problems:
        _MEMORY.keep(learned, format_name)
    return logs


def with_problems(logs: tuple[ParsedLog, ...], problems: Iterable[Problem]) -> tuple[ParsedLog, ...]:
    """Return runs with what was wrong before their lines were read among the problems of the first."""
    first, *others = logs
    return (dataclasses.replace(first, problems=(*problems, *first.problems)), *others)


def as_asked(logs: tuple[ParsedLog, ...], format_name: str | None) -> tuple[ParsedLog, ...]:
    """Return runs under the format that the user asked for, whatever their numbers look like to the parser."""
    if format_name is None:
        return logs
    return tuple(dataclasses.replace(log, format=format_name) for log in logs)
