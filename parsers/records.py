"""What a parser returns: plain records, each with the line it was printed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class MetricRecord:
    """One number of a log.

    Attributes
    ----------
    scope : str
        One of :class:`nnsreport.vocabulary.Scope`.
    layer : str or None
        ``layer7`` for the seventh layer; None when the number is not about one layer.
    component : str or None
        A key of :data:`nnsreport.vocabulary.COMPONENTS`; None for numbers that are not about hardware.
    metric : str
        A key of :data:`nnsreport.vocabulary.METRICS`.
    value : float
        In ``unit``; inf and nan are kept as printed.
    unit : str
        The metric's unit.
    line : int
        1-based line in the source.
    epoch : int or None
        As the simulator counts; None for inference.
    step : int or None
        Images of the epoch already seen, for numbers printed several times in an epoch.
    trial : int or None
        Programming draw, counted from 0.
    time_s : float or None
        Seconds since programming.
    compensation : str or None
        Of drift, such as ``gdc``.
    """

    scope: str
    layer: str | None
    component: str | None
    metric: str
    value: float
    unit: str
    line: int
    epoch: int | None = None
    step: int | None = None
    trial: int | None = None
    time_s: float | None = None
    compensation: str | None = None


@dataclass(frozen=True, slots=True)
class SettingRecord:
    """One setting a log tells of, as text.

    Attributes
    ----------
    name : str
        Dotted name: ``wrapper.`` and the wrapper's own key, or ``neurosim.`` and a name of ours.
    value : str
        As printed.
    line : int
        1-based line in the source.
    """

    name: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a log, or with the run that wrote it.

    Attributes
    ----------
    message : str
        One clause in lower case.
    line : int or None
        1-based line in the source where it shows first.
    remedy : str or None
        What the user can change.
    """

    message: str
    line: int | None = None
    remedy: str | None = None

    def __str__(self) -> str:
        """Return place, message and remedy in one line."""
        place = f"line {self.line}: " if self.line is not None else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{place}{self.message}{remedy}"


@dataclass(frozen=True, slots=True)
class ParsedLog:
    """Everything read from one run of a log.

    Attributes
    ----------
    run : str
        Identifier, usually the SLURM job id of the file's name; ``38905658#2`` for the second run in one file.
    source : Path or None
        The file; None for text that came from elsewhere.
    format : str
        Name of the format, such as ``neurosim-1.4``.
    complete : bool
        Whether the simulator reached its end.
    metrics : sequence of MetricRecord
        In the order of the lines.
    settings : tuple of SettingRecord
        In the order of the lines.
    problems : tuple of Problem
        What is wrong with the log, unreadable lines included.
    unrecognised : tuple of int
        Lines that are neither the simulator's nor known to mean nothing: what else the job printed.
    tables : Mapping of str to polars.DataFrame
        What is no metric, by subject: ``jobs``, ``network``, ``parameters``, ``device_states``.
    """

    run: str
    source: Path | None
    format: str
    complete: bool
    metrics: Sequence[MetricRecord]
    settings: tuple[SettingRecord, ...]
    problems: tuple[Problem, ...]
    unrecognised: tuple[int, ...] = ()
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    def of_run(self, run: str, source: Path | None, metrics: Sequence[MetricRecord]) -> ParsedLog:
        """Return the same of another run, with its numbers; what :func:`dataclasses.replace` does, in less time."""
        return ParsedLog(
            run,
            source,
            self.format,
            self.complete,
            metrics,
            self.settings,
            self.problems,
            self.unrecognised,
            self.tables,
        )

    def without_numbers(self) -> ParsedLog:
        """Return all but the numbers."""
        return self.of_run(self.run, self.source, ())


def shorten(text: str, length: int = 160) -> str:
    """Return a piece of a log that is fit for a message: one line, printable, not too long."""
    printable = "".join(character if character.isprintable() else "\ufffd" for character in text[: length + 1])
    return printable if len(printable) <= length else printable[: length - 1] + "…"


LONGEST_MESSAGE = 4096
"""Characters of a line in which messages are looked for: patterns that try in many ways take long on longer ones."""
