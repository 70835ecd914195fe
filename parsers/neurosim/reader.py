"""Reads a log of NeuroSim piece by piece: finds the runs in it, and the C++ parts in these."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nnsreport.parsers.columns import MetricColumns
from nnsreport.parsers.names import run_identifier
from nnsreport.parsers.neurosim.ahead import ReadAhead
from nnsreport.parsers.neurosim.dialect import Dialect
from nnsreport.parsers.neurosim.recurrence import RecurringLog
from nnsreport.parsers.neurosim.run import Run
from nnsreport.parsers.neurosim.stages import Stage
from nnsreport.parsers.neurosim.starts import START_HEADS, Start, section_starts, start_of
from nnsreport.parsers.neurosim.training_scan import FIRST_OF_EPOCH, EpochsAhead, EpochsBetween
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog

if TYPE_CHECKING:
    from nnsreport.parsers.streaming import Sink

_MOST_HELD = 1 << 14
"""Lines of a C++ part that wait for the next piece of the log; one that is read as a whole takes much less time."""


def _holds_several(text: LogText, *, is_training: bool) -> bool:
    """Tell whether a log may hold several runs.

    A job may start the simulator several times. With one wrapper and one C++ part at most it did not, in whatever order
    their streams were written to the file.
    """
    starts = Counter(start_of(line) for line in text.lines if line[:5] in START_HEADS)
    kinds = {Start.WRAPPER} if is_training else set(Start)  # the C++ part is started for each epoch
    return any(starts[kind] > 1 for kind in kinds)


@dataclass(slots=True)
class NeuroSimReader:
    """The runs of one log.

    Attributes
    ----------
    dialect : Dialect
        The lines of the version.
    run : str
        Identifier of the first run; the others get ``#2``, ``#3`` behind it.
    source : Path or None
        The file.
    sink : Sink or None
        Takes the numbers after each piece; they are then not in what :meth:`finish` returns.
    is_whole : bool
        All lines come at once, so that it can be known beforehand whether the log holds several runs.
    """

    dialect: Dialect
    run: str
    source: Path | None
    sink: Sink | None = None
    is_whole: bool = False
    _holds_several: bool | None = None
    _runs: list[Run] = field(default_factory=list)
    _finished: list[ParsedLog] = field(default_factory=list)
    _held: LogText | None = None

    def __post_init__(self) -> None:
        """Begin the first run."""
        self._runs.append(Run.begin(self.dialect, None))

    def feed(self, text: LogText) -> None:
        """Read the next lines.

        Parameters
        ----------
        text : LogText
            Whole lines.
        """
        starts, begin, end = section_starts(text), 0, len(text.lines)
        if self._held is not None and end:
            begin = starts[0] if starts else end
            held, self._held = self._held, None
            self._read_text(held.followed_by(text.part(0, begin)) if begin else held)
        if starts and self._may_hold(text, starts[-1]):
            self._held = text.part(starts[-1], end)
            end = starts.pop()
        self._read_part(text, begin, [*starts, end])

    def _may_hold(self, text: LogText, start: int) -> bool:
        """Tell whether the last C++ part of a piece may wait for what follows; other runs end with theirs."""
        is_piece = self.dialect.is_training and not self.is_whole and text.cut_line is None
        return is_piece and len(text.lines) - start <= _MOST_HELD

    def _read_text(self, text: LogText) -> None:
        self._read_part(text, 0, [*section_starts(text), len(text.lines)])

    def _read_part(self, text: LogText, begin: int, bounds: Sequence[int]) -> None:
        """Read lines from one on; the C++ parts among them begin at all bounds but the last, which is their end."""
        self._runs[-1].records.cut_line = text.cut_line
        ahead, between = ReadAhead(bounds), EpochsBetween(text, bounds)
        section = self._read_lines(text, begin, bounds[0], -1)
        rank = 0
        while rank < len(bounds) - 1:
            start = bounds[rank]
            current = self._run_at(text.lines[start], text)
            current.begin_section()
            template = current.read_section(ahead, text, start)
            if template is None:
                section = self._read_lines(text, start, bounds[rank + 1], start)
            else:
                while count := current.read_epochs(template, ahead, between, rank):
                    rank += count
                section = self._read_lines(text, bounds[rank] + len(template.lines), bounds[rank + 1], section)
            rank += 1
        self._runs[-1].hardware.recording = None
        if self.sink is not None:
            self._empty(self.sink)

    def _read_lines(self, text: LogText, begin: int, end: int, section: int) -> int:
        """Read lines one by one.

        Parameters
        ----------
        text : LogText
            The lines.
        begin, end : int
            Indices of the first, and of the one behind the last.
        section : int
            Index of the line with which a C++ part began that may be learned; -1 if there is none.

        Returns
        -------
        int
            The same for what follows.
        """
        current = self._runs[-1]
        epochs, behind = EpochsAhead(text, end), begin
        numbered = zip(text.lines[begin:end], text.numbers[begin:end], strict=True)
        for position, (line, number) in enumerate(numbered, start=begin):
            if position < behind or not line or line.isspace():
                continue
            if line.startswith(FIRST_OF_EPOCH):
                behind = position + current.read_epoch(epochs, position)
            if position < behind or current.read_usual(line, number):
                continue
            current = self._run_at(line, text)
            current.read(line, number)
            if section >= 0 and current.hardware.stage is Stage.FINISHED:
                current.learn_section(text, section, position + 1)
                section = -1
        return section

    def _run_at(self, line: str, text: LogText) -> Run:
        """Return the run that a line is of, which may be the first of it."""
        current = self._runs[-1]
        if current.repeats_at(line) or (current.is_over_at(line) and self._may_split(text)):
            self._runs.append(current.next(line, text.cut_line))
        return self._runs[-1]

    def _empty(self, sink: Sink) -> None:
        """Hand the numbers over, and end the runs that another has followed."""
        while len(self._runs) > 1:
            log = self._runs.pop(0).finish(self._name(), self.source)
            sink(log.run, MetricColumns.of(log.metrics))
            self._finished.append(dataclasses.replace(log, metrics=()))
        numbers = self._runs[0].records.take_metrics()
        if len(numbers):
            sink(self._name(), numbers)

    def _name(self) -> str:
        return run_identifier(self.run, len(self._finished))

    def _may_split(self, text: LogText) -> bool:
        if self._holds_several is None:
            self._holds_several = _holds_several(text, is_training=self.dialect.is_training) if self.is_whole else True
        return self._holds_several

    def finish(self) -> tuple[ParsedLog, ...]:
        """Return the runs.

        Returns
        -------
        tuple of ParsedLog
            At least one.
        """
        if self._held is not None:
            held, self._held = self._held, None
            self._read_text(held)
        for run in self._runs:
            self._finished.append(run.finish(self._name(), self.source))
        return tuple(self._finished)

    def learn(self, text: LogText, logs: Sequence[ParsedLog]) -> RecurringLog | None:
        """Return what others with the same lines can be read by, if the log holds one run; see :meth:`Run.learn`."""
        return self._runs[0].learn(text, logs[0]) if len(logs) == 1 else None
