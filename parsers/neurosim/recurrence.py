"""A whole log of NeuroSim, learned once, for all that have the same lines and sound numbers.

The first log is read line by line, like any other. Where another has exactly its lines, its numbers mean the same; and
where they pass all checks that could have filed a problem, there is nothing else to be said of it. Anything else is
read line by line again.
"""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from nnsreport.parsers.columns import MetricColumns, MetricKey
from nnsreport.parsers.neurosim.dialect import Dialect
from nnsreport.parsers.neurosim.findings import Findings, places_of
from nnsreport.parsers.neurosim.replay import Template, agree, repeated_among
from nnsreport.parsers.neurosim.screening import is_beyond_doubt
from nnsreport.parsers.neurosim.stages import Stage
from nnsreport.parsers.neurosim.versions import Evidence, judge
from nnsreport.parsers.neurosim.wrapper_lines import (
    INITIAL_WEIGHTS_START,
    RESULT_START,
    read_initial_weights,
    read_result,
)
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog
from nnsreport.parsers.recurring import Field, Mould

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_VERSION = "neurosim.version"
_READERS: Mapping[str, Callable[[str], tuple[float | None, ...] | None]] = {
    RESULT_START: read_result,
    INITIAL_WEIGHTS_START: read_initial_weights,
}
"""What reads a line of the wrapper, by its beginning."""


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """The only C++ part of a log.

    Attributes
    ----------
    template : Template
        Its lines.
    start : int
        Index of its first line in the log.
    """

    template: Template
    start: int

    def fields(self) -> list[Field]:
        """Return where the log's numbers stand in :meth:`within`."""
        return [Field(line + self.start, start, end, power) for line, start, end, power in self.template.fields]

    def within(self, lines: Sequence[str]) -> list[str]:
        """Return the lines of the log, with the numbers that the template was learned from."""
        own = self.template.lines
        return [*lines[: self.start], *own, *lines[self.start + len(own) :]]


@dataclass(frozen=True, slots=True, eq=False)
class RecurringLog:
    """A log whose lines are known.

    Attributes
    ----------
    log : ParsedLog
        What was made of it.
    columns : MetricColumns
        Its numbers.
    mould : Mould
        Its lines.
    readers : tuple of callable
        What reads each of the mould's free lines.
    order : numpy.ndarray of int64, shape (numbers,)
        Where each of the log's numbers stands among the mould's, which are followed by those of the free lines.
    repeated : numpy.ndarray of int64, shape (pairs, 2)
        Numbers that are about the same, and must be the same.
    process : str or None
        How its layers follow each other.
    judge_version : callable
        What numbers tell about the version: its name, and what is said of it.
    version : tuple of (str, str)
        What the log's own told.
    """

    log: ParsedLog
    columns: MetricColumns
    mould: Mould
    readers: tuple[Callable[[str], tuple[float | None, ...] | None], ...]
    order: npt.NDArray[np.int64]
    repeated: npt.NDArray[np.int64]
    process: str | None
    judge_version: Callable[[Findings], tuple[str, str]]
    version: tuple[str, str]

    @property
    def lines(self) -> int:
        """Number of lines."""
        return self.mould.lines

    def read(self, data: bytes, run: str, source: Path | None) -> ParsedLog | None:
        """Read a log.

        Parameters
        ----------
        data : bytes
            The whole file.
        run : str
            Identifier of its run.
        source : Path or None
            The file.

        Returns
        -------
        ParsedLog or None
            None if it has other lines, or numbers that need a closer look.
        """
        filling = self.mould.read(data)
        if filling is None:
            return None
        apart: list[float] = []
        for reader, line in zip(self.readers, filling.free, strict=True):
            numbers = reader(line.decode(errors="replace"))
            if numbers is None:
                return None
            apart += (number for number in numbers if number is not None)
        return self._log(filling.numbers, apart, run, source)

    def _log(
        self, numbers: npt.NDArray[np.float64], apart: list[float], run: str, source: Path | None
    ) -> ParsedLog | None:
        import numpy as np

        if len(numbers) + len(apart) != len(self.order):
            return None
        values = np.concatenate([numbers, apart])[self.order] if apart else numbers[self.order]
        if not agree(values, self.repeated) or not self._is_sound(values):
            return None
        columns = dataclasses.replace(self.columns, value=array("d", values.tobytes()))
        return dataclasses.replace(self.log, run=run, source=source, metrics=columns)

    def _is_sound(self, values: npt.NDArray[np.float64]) -> bool:
        """Tell whether the same would have been said of the log, were it read line by line."""
        import numpy as np

        kinds = np.frombuffer(self.columns.kind, dtype=np.int64)
        by_key = np.full(len(self.columns.keys), np.nan)
        by_key[kinds] = values
        findings = Findings(places_of(self.columns), by_key, np.zeros(len(by_key), dtype=np.int64))
        return is_beyond_doubt(findings, self.process) and self.judge_version(findings) == self.version


def learn_log(
    text: LogText, log: ParsedLog, dialect: Dialect, section: Section, *, has_flags: bool
) -> RecurringLog | None:
    """Return what a log was made of, or None if there is more in it than numbers in known lines.

    Parameters
    ----------
    text : LogText
        The log.
    log : ParsedLog
        Its only run.
    dialect : Dialect
        What it was read as.
    section : Section
        Its only C++ part.
    has_flags : bool
        The wrapper printed its flags.

    Returns
    -------
    RecurringLog or None
        For :class:`nnsreport.parsers.recurring.Memory`.
    """
    import numpy as np

    if log.problems or not log.complete or section.template.apart or text.numbers != range(1, len(text.lines) + 1):
        return None
    if dialect.is_training:
        return None
    fields = section.fields()
    given = MetricColumns.of(log.metrics)
    columns = dataclasses.replace(given, keys=_shared(tuple(given.keys)))
    in_section = [field.line + 1 for field in fields]
    free = sorted(set(columns.line).difference(in_section))
    readers = tuple(_reader_of(text.lines[line - 1]) for line in free)
    if None in readers or (free and dialect.evaluates_in_phases):
        return None
    settings = {record.name: record.value for record in log.settings}
    known = RecurringLog(
        log=log,
        columns=columns,
        mould=Mould.of(section.within(text.lines), fields, [line - 1 for line in free]),
        readers=tuple(reader for reader in readers if reader is not None),
        order=np.argsort([*in_section, *(line for line in columns.line if line in set(free))], kind="stable"),
        repeated=repeated_among(columns.kind),
        process=settings.get("neurosim.process"),
        judge_version=partial(_version, dialect.name, has_flags, settings),
        version=(log.format, settings[_VERSION]),
    )
    again = known.read("\n".join((*text.lines, "")).encode(), log.run, log.source)
    is_same = again is not None and np.array_equal(MetricColumns.of(again.metrics).value, columns.value)
    return known if is_same else None


@lru_cache(maxsize=128)
def _shared(keys: tuple[MetricKey, ...]) -> tuple[MetricKey, ...]:
    """Return keys that are the same object for all logs that have the same: what is made of them is made once."""
    return keys


def _reader_of(line: str) -> Callable[[str], tuple[float | None, ...] | None] | None:
    return next((reader for start, reader in _READERS.items() if line.startswith(start)), None)


def _version(name: str, has_flags: bool, settings: Mapping[str, str], findings: Findings) -> tuple[str, str]:
    verdict = judge(name, Evidence(Stage.FINISHED, findings, has_flags, settings))
    return verdict.format, str(verdict)
