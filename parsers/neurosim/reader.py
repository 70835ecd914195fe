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
from nnsreport.parsers.neurosim.run import START_HEADS, Run, Start, section_starts, start_of
from nnsreport.parsers.neurosim.stages import Stage
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog

if TYPE_CHECKING:
    from nnsreport.parsers.streaming import Sink


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
        lines, numbers = text.lines, text.numbers
        current = self._runs[-1]
        current.records.cut_line = text.cut_line
        starts = section_starts(lines)
        ahead, begins_section = ReadAhead(starts), frozenset(starts).__contains__
        section = -1
        position = 0
        while position < len(lines):
            line = lines[position]
            if not line or line.isspace():
                position += 1
                continue
            if current.repeats_at(line) or (current.is_over_at(line) and self._may_split(text)):
                current = self._begin_run(line, text.cut_line)
            if begins_section(position):
                current.begin_section()
                count = current.read_section(ahead, text, position)
                if count:
                    position += count
                    continue
                section = position
            current.read(line, numbers[position])
            position += 1
            if section >= 0 and current.hardware.stage is Stage.FINISHED:
                current.learn_section(text, section, position)
                section = -1
        current.hardware.recording = None
        if self.sink is not None:
            self._empty(self.sink)

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

    def _begin_run(self, line: str, cut_line: int | None) -> Run:
        self._runs.append(self._runs[-1].next(line, cut_line))
        return self._runs[-1]

    def finish(self) -> tuple[ParsedLog, ...]:
        """Return the runs.

        Returns
        -------
        tuple of ParsedLog
            At least one.
        """
        for run in self._runs:
            self._finished.append(run.finish(self._name(), self.source))
        return tuple(self._finished)

    def learn(self, text: LogText, logs: Sequence[ParsedLog]) -> RecurringLog | None:
        """Return what others with the same lines can be read by, if the log holds one run; see :meth:`Run.learn`."""
        return self._runs[0].learn(text, logs[0]) if len(logs) == 1 else None
