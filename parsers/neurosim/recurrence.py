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
from typing import TYPE_CHECKING

from nnsreport.parsers.columns import MetricColumns, MetricKey
from nnsreport.parsers.neurosim.dialect import Dialect
from nnsreport.parsers.neurosim.findings import Findings, places_of
from nnsreport.parsers.neurosim.replay import Template, agree, repeated_among
from nnsreport.parsers.neurosim.screening import are_beyond_doubt
from nnsreport.parsers.neurosim.stages import Stage
from nnsreport.parsers.neurosim.versions import Evidence, Verdict, judge
from nnsreport.parsers.neurosim.wrapper_lines import (
    INITIAL_WEIGHTS_START,
    RESULT_START,
    read_initial_weights,
    read_result,
)
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog
from nnsreport.parsers.recurring import Field, Mould, Unread

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
        return [field._replace(line=field.line + self.start) for field in self.template.fields]

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

    def may_be(self, file: Unread) -> bool:
        """Tell quickly of most other files with as many lines that they have others."""
        return self.mould.has_ends(file.data)

    def read(self, files: Sequence[Unread]) -> list[ParsedLog | None]:
        """Read logs.

        Parameters
        ----------
        files : sequence of Unread
            Those that :meth:`may_be` this log again.

        Returns
        -------
        list of ParsedLog or None
            Of each file; None if it has other lines, or numbers that need a closer look.
        """
        import numpy as np

        filling = self.mould.read([file.data for file in files])
        apart = [self._read_apart(lines) for lines in filling.free]
        fits = filling.fits & np.array([numbers is not None for numbers in apart])
        nothing = [np.nan] * (len(self.order) - filling.numbers.shape[1])
        rest = np.array([numbers or nothing for numbers in apart]).reshape(len(files), -1)
        values = np.concatenate([filling.numbers, rest], axis=1)[:, self.order]
        fits &= agree(values, self.repeated)
        fits &= self._are_sound(values, fits)
        return [
            self._log(file, own) if is_known else None for file, own, is_known in zip(files, values, fits, strict=True)
        ]

    def _read_apart(self, lines: Sequence[bytes]) -> list[float] | None:
        found: list[float] = []
        for reader, line in zip(self.readers, lines, strict=True):
            numbers = _numbers_in(line, reader)
            if numbers is None:
                return None
            found += numbers
        return found if len(found) == len(self.order) - len(self.mould.numbers) else None

    def _are_sound(self, values: npt.NDArray[np.float64], fits: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Tell of which logs the same would have been said, were they read line by line."""
        import numpy as np

        places = places_of(self.columns)
        by_key = np.full((len(values), len(self.columns.keys)), np.nan)
        by_key[:, np.frombuffer(self.columns.kind, dtype=np.int64)] = values
        sound = fits & are_beyond_doubt(places, by_key, self.process)
        no_lines = np.zeros(by_key.shape[1], dtype=np.int64)
        for chip in np.flatnonzero(sound).tolist():
            sound[chip] = self.judge_version(Findings(places, by_key[chip], no_lines)) == self.version
        return sound

    def _log(self, file: Unread, values: npt.NDArray[np.float64]) -> ParsedLog:
        columns = self.columns.with_values(array("d", values.tobytes()))
        return self.log.of_run(file.run, file.source, columns)


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
    itself = Unread("\n".join((*text.lines, "")).encode(), log.run, log.source)
    (again,) = known.read([itself]) if known.may_be(itself) else (None,)
    is_same = again is not None and np.array_equal(MetricColumns.of(again.metrics).value, columns.value)
    return known if is_same else None


@lru_cache(maxsize=128)
def _shared(keys: tuple[MetricKey, ...]) -> tuple[MetricKey, ...]:
    """Return keys that are the same object for all logs that have the same: what is made of them is made once."""
    return keys


@lru_cache(maxsize=4096)
def _numbers_in(line: bytes, reader: Callable[[str], tuple[float | None, ...] | None]) -> tuple[float, ...] | None:
    """Return the numbers of a line; many logs of a network have the same lines."""
    numbers = reader(line.decode(errors="replace"))
    return None if numbers is None else tuple(number for number in numbers if number is not None)


def _reader_of(line: str) -> Callable[[str], tuple[float | None, ...] | None] | None:
    return next((reader for start, reader in _READERS.items() if line.startswith(start)), None)


def _version(name: str, has_flags: bool, settings: Mapping[str, str], findings: Findings) -> tuple[str, str]:
    return _in_words(judge(name, Evidence(Stage.FINISHED, findings, has_flags, settings)))


@lru_cache(maxsize=256)
def _in_words(verdict: Verdict) -> tuple[str, str]:
    return verdict.format, str(verdict)
