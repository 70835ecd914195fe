"""The formats that can be read, and the choice among them."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import importlib.metadata
from pathlib import Path
from typing import Protocol

from nnsreport.errors import LogError, UnknownFormatError
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.inputs import FORMATS as NEUROSIM_INPUTS
from nnsreport.parsers.inputs.traces import refuse_trace
from nnsreport.parsers.mlp import FORMATS as MULTILAYER_PERCEPTRON
from nnsreport.parsers.names import run_name
from nnsreport.parsers.neurosim import FORMATS as NEUROSIM_FORMATS
from nnsreport.parsers.neurosim_files import FORMATS as NEUROSIM_FILES
from nnsreport.parsers.param_cpp import NeuroSimParam
from nnsreport.parsers.reading import LogText, lines_of, read_log
from nnsreport.parsers.records import ParsedLog, Problem, shorten
from nnsreport.parsers.results_file import ResultsFile
from nnsreport.parsers.slurm import FORMATS as SLURM
from nnsreport.parsers.systolic import FORMATS as SYSTOLIC_ARRAY

_SHOWN_LINES = 2


ENTRY_POINTS = "nnsreport.formats"
"""Group of entry points with which other packages add formats."""


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


BUILT_IN: tuple[LogFormat, ...] = (
    *NEUROSIM_FORMATS,
    *NEUROSIM_FILES,
    *MULTILAYER_PERCEPTRON,
    *SYSTOLIC_ARRAY,
    NeuroSimParam(),
    *NEUROSIM_INPUTS,
    ResultsFile(),
    *SLURM,
)
"""The formats of this package; where two are equally sure of a text, the first is taken."""


@functools.cache
def formats() -> tuple[LogFormat, ...]:
    """Return every format, those that other packages add by entry point last."""
    added = importlib.metadata.entry_points(group=ENTRY_POINTS)
    return (*BUILT_IN, *(entry.load()() for entry in sorted(added, key=lambda entry: entry.name)))


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
    raise LogError(f"there is no format {name!r}", remedy=remedy)


def detect(text: LogText) -> LogFormat:
    """Return the format of a log, from its text alone.

    Parameters
    ----------
    text : LogText
        Its lines.

    Returns
    -------
    LogFormat
        The surest.

    Raises
    ------
    UnknownFormatError
        No format recognises it.
    """
    glance = Glance.of(text.lines)
    best, surest = None, 0.0
    for known in formats():
        confidence = known.confidence(glance)
        if confidence > surest:
            best, surest = known, confidence
        if surest >= 1:
            break
    if best is not None:
        return best
    names = ", ".join(known.name for known in formats())
    filled = [line for line in text.lines if line.strip()]
    seen = " / ".join(repr(shorten(line.strip(), 60)) for line in filled[:_SHOWN_LINES])
    raise UnknownFormatError(
        f"is not the log of a known simulator; it begins with {seen}",
        path=text.source,
        remedy=f"read: {names}; --as NAME reads it all the same",
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
    if format is None:
        refuse_trace(path)
    return _parse(read_log(path), run or run_name(path), format)


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
    return _parse(lines_of(data), run, format)


def _parse(text: LogText, run: str, format_name: str | None) -> tuple[ParsedLog, ...]:
    log_format = format_named(format_name) if format_name is not None else detect(text)
    first, *others = as_asked(log_format.parse(text, run), format_name)
    return (dataclasses.replace(first, problems=(*text.problems, *first.problems)), *others)


def as_asked(logs: tuple[ParsedLog, ...], format_name: str | None) -> tuple[ParsedLog, ...]:
    """Return runs under the format that the user asked for, whatever their numbers look like to the parser."""
    if format_name is None:
        return logs
    return tuple(dataclasses.replace(log, format=format_name) for log in logs)
