"""Logs of any size in bounded memory: what a format offers for that, and reading a file with it."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Protocol, TypeGuard

from nnsreport.errors import LogError
from nnsreport.parsers.columns import MetricColumns
from nnsreport.parsers.names import run_name
from nnsreport.parsers.reading import LogText, is_larger, read_chunks, read_log
from nnsreport.parsers.records import ParsedLog, Problem
from nnsreport.parsers.registry import LogFormat, as_asked, choose, with_problems

STREAM_BYTES = 64 << 20
"""A log with more text than this is better read as a stream."""

WHOLE_BYTES = 512 << 20
"""The largest log that a format without :class:`LineReader` is given."""

Sink = Callable[[str, MetricColumns], None]
"""Takes the numbers of a run, in batches in the order of the file; a batch is the sink's to keep."""


class LineReader(Protocol):
    """Reads a log piece by piece."""

    def feed(self, text: LogText) -> None:
        """Read the next chunk; only the last has a ``cut_line``, and it may have no lines at all."""
        ...

    def finish(self) -> tuple[ParsedLog, ...]:
        """Return the runs, after the last chunk; what went to the sink is not in them."""
        ...


class StreamingFormat(LogFormat, Protocol):
    """A format that need not see a log as a whole."""

    def start(self, run: str, source: Path | None, sink: Sink | None = None) -> LineReader:
        """Begin with a log whose first run is called ``run``; numbers go to the sink early, if there is one."""
        ...


def can_stream(log_format: LogFormat) -> TypeGuard[StreamingFormat]:
    """Tell whether a format can read a log piece by piece."""
    return callable(getattr(log_format, "start", None))


def parse_stream(
    path: Path,
    sink: Sink,
    *,
    run: str | None = None,
    format: str | None = None,  # noqa: A002
    whole_bytes: int = WHOLE_BYTES,
) -> tuple[ParsedLog, ...]:
    """Read every run in a log of any size; the numbers go to a sink.

    Parameters
    ----------
    path : Path
        Plain or compressed text.
    sink : Sink
        Called while the log is read, with the run's identifier and some of its numbers.
    run : str, optional
        Identifier of the first run; from the file's name if not given.
    format : str, optional
        Name of the format; detected from the log's first megabytes if not given.
    whole_bytes : int
        The most that is read at once, where the format cannot do otherwise.

    Returns
    -------
    tuple of ParsedLog
        Without numbers.

    Raises
    ------
    LogError
        As for :func:`nnsreport.parsers.parse_runs`; or the log is too large for its format.
    """
    parts = streamed(path, run or run_name(path), format, whole_bytes)
    while True:
        try:
            about, numbers = next(parts)
        except StopIteration as end:
            logs: tuple[ParsedLog, ...] = end.value
            return logs
        sink(about, numbers)


def streamed(
    path: Path,
    run: str,
    format_name: str | None,
    whole_bytes: int = WHOLE_BYTES,
) -> Generator[tuple[str, MetricColumns], None, tuple[ParsedLog, ...]]:
    """Yield the numbers of a log as they are read, with their run; return the runs without numbers.

    Parameters and errors are those of :func:`parse_stream`.
    """
    chunks = read_chunks(path)
    first = next(chunks)
    found = choose(first, format_name)
    log_format = found.format
    if can_stream(log_format):
        logs = yield from _fed(log_format, run, path, itertools.chain((first,), chunks))
    elif is_larger(path, whole_bytes):
        raise LogError(
            f"is larger than {whole_bytes >> 20} MiB, the most that is read of a {log_format.name} log",
            path=path,
            remedy="cut it into files of one run each",
        )
    else:
        text = read_log(path)
        logs = with_problems(log_format.parse(text, run), text.problems)
    logs = with_problems(as_asked(logs, format_name), found.problems)
    for log in logs:
        if log.metrics:
            yield log.run, MetricColumns.of(log.metrics)
    return tuple(dataclasses.replace(log, metrics=()) for log in logs)


def _fed(
    log_format: StreamingFormat, run: str, path: Path, chunks: Iterator[LogText]
) -> Generator[tuple[str, MetricColumns], None, tuple[ParsedLog, ...]]:
    waiting: list[tuple[str, MetricColumns]] = []
    reader = log_format.start(run, path, lambda about, numbers: waiting.append((about, numbers)))
    problems: list[Problem] = []
    for chunk in chunks:
        problems += chunk.problems
        reader.feed(chunk)
        yield from waiting
        waiting.clear()
    logs = reader.finish()
    yield from waiting
    return with_problems(logs, problems)
