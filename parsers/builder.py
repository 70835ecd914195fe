"""Collects the records of one run; a number is never filed twice, and a contradiction is kept as a problem."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nnsreport.parsers.columns import NO_EPOCH, UNCONDITIONAL, Condition, KeyBlock, MetricColumns, MetricKey
from nnsreport.parsers.records import ParsedLog, Problem, SettingRecord, shorten
from nnsreport.vocabulary import METRICS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import polars as pl

_SHOWN_UNREADABLE_LINES = 20
_UNITS = {name: metric.unit for name, metric in METRICS.items()}


class _Unlisted(NamedTuple):
    """Numbers that were filed at once; their step is one for all, or one for each."""

    block: KeyBlock
    value: npt.NDArray[np.float64] | list[float]
    epoch: int
    step: npt.NDArray[np.int64] | int


@dataclass(slots=True)
class _Repeated:
    """A problem that may occur on many lines."""

    line: int | None
    remedy: str | None
    count: int = 1


@dataclass(slots=True)
class RunBuilder:
    """What is known of a run so far.

    Attributes
    ----------
    format_name : str
        Name of the format.
    cut_line : int or None
        Line of the file that has no line end.
    contradictions : int
        Second values that differ from the first.
    first_contradiction : int or None
        Line of the first of them.
    """

    format_name: str
    cut_line: int | None = None
    metrics: MetricColumns = field(default_factory=MetricColumns)
    settings: list[SettingRecord] = field(default_factory=list)
    unrecognised: list[int] = field(default_factory=list)
    values: dict[tuple[int, int, int] | tuple[int, int, int, Condition], float] = field(default_factory=dict)
    setting_values: dict[str, str] = field(default_factory=dict)
    unreadable_lines: int = 0
    contradictions: int = 0
    first_contradiction: int | None = None
    _kinds: dict[tuple[str, str | None, str | None, str], int] = field(default_factory=dict)
    _problems: dict[str, _Repeated] = field(default_factory=dict)
    _blocks: dict[KeyBlock, npt.NDArray[np.int64]] = field(default_factory=dict)
    _unlisted: list[_Unlisted] = field(default_factory=list)

    def kind(self, scope: str, layer: str | None, component: str | None, metric: str) -> int:
        """Return the index of a key in ``metrics.keys``, where it is put if it is new."""
        about = (scope, layer, component, metric)
        index = self._kinds.get(about)
        if index is None and len(self._kinds) < len(self.metrics.keys):  # keys that came in a block
            self._kinds.update((key[:4], position) for position, key in enumerate(self.metrics.keys))
            index = self._kinds.get(about)
        if index is None:
            index = self._kinds[about] = len(self.metrics.keys)
            self._own_keys().append(MetricKey(*about, _UNITS[metric]))
        return index

    def _own_keys(self) -> list[MetricKey]:
        keys = self.metrics.keys
        if isinstance(keys, tuple):
            keys = self.metrics.keys = list(keys)
        return keys

    def metric(
        self,
        scope: str,
        layer: str | None,
        component: str | None,
        metric: str,
        value: float,
        line: int,
        *,
        epoch: int | None = None,
        step: int | None = None,
        condition: Condition = UNCONDITIONAL,
        is_printed_twice: bool = False,
    ) -> None:
        """File a number; one that repeats an earlier one is not filed again, one that contradicts it is a problem.

        Parameters
        ----------
        scope, layer, component, metric
            As in :class:`MetricRecord`.
        value : float
            In the metric's unit.
        line : int
            Line of the source.
        epoch, step : int, optional
            As in :class:`MetricRecord`; the same number of another epoch is another number.
        condition : Condition
            What it was measured under, from :func:`condition_of`; under another condition it is another number.
        is_printed_twice : bool
            The simulator prints it in two places: both lines are filed.
        """
        if self._unlisted and self._may_be_unlisted((scope, layer, component, metric)):
            self._list_values()
        kind = self.kind(scope, layer, component, metric)
        place = (kind, NO_EPOCH if epoch is None else epoch, NO_EPOCH if step is None else step)
        known = self.values.setdefault(place if condition is UNCONDITIONAL else (*place, condition), value)
        if known is not value:
            if known != value and not (known != known and value != value):
                self.contradictions += 1
                self.first_contradiction = self.first_contradiction or line
                when = f"epoch {epoch}" if epoch is not None else None
                about = " ".join(part for part in (when, str(condition), layer or scope, component, metric) if part)
                self.problem(
                    f"a second value of {about} is left out", line, "look for a missing or doubled piece of the log"
                )
                return
            if not is_printed_twice:
                return
        self.metrics.append(kind, value, line, *place[1:], condition)

    def extend(
        self, block: KeyBlock, value: npt.NDArray[np.float64], line: npt.NDArray[np.int64], *, epoch: int | None = None
    ) -> None:
        """File many numbers at once that are known to be neither in the run already nor twice among themselves.

        Parameters
        ----------
        block : KeyBlock
            What they are about.
        value : numpy.ndarray of float64, shape (numbers,)
            In each metric's unit.
        line : numpy.ndarray of int64, shape (numbers,)
            Line of the source.
        epoch : int, optional
            As in :class:`MetricRecord`, the same for all.
        """
        place = NO_EPOCH if epoch is None else epoch
        self.metrics.extend(self._kinds_in(block), value, line, place)
        self._unlisted.append(_Unlisted(block, value, place, NO_EPOCH))

    def extend_few(self, block: KeyBlock, value: list[float], line: list[int], epoch: int, step: int) -> None:
        """File a few numbers at once; as :meth:`extend`, with :data:`NO_EPOCH` where there is no epoch or step."""
        self.metrics.extend_few(self._kinds_in(block).tobytes(), value, line, epoch, step)
        self._unlisted.append(_Unlisted(block, value, epoch, step))

    def extend_epochs(
        self,
        blocks: Sequence[KeyBlock],
        value: npt.NDArray[np.float64],
        line: npt.NDArray[np.int64],
        epochs: range,
        step: npt.NDArray[np.int64],
    ) -> None:
        """File the numbers of several epochs at once; as :meth:`extend`, but :meth:`metric` is not to know them.

        Parameters
        ----------
        blocks : sequence of KeyBlock
            What the numbers of each epoch are about, one block after the other.
        value : numpy.ndarray of float64, shape (epochs, numbers)
            In each metric's unit.
        line, step : numpy.ndarray of int64, shape (epochs, numbers)
            Line of the source; step, or :data:`NO_EPOCH`.
        epochs : range
            As in :class:`MetricRecord`.
        """
        import numpy as np

        kind = np.tile(np.concatenate([self._kinds_in(block) for block in blocks]), len(epochs))
        epoch = np.repeat(np.array(epochs, dtype=np.int64), value.shape[1])
        self.metrics.extend(kind, value, line, epoch, step)

    def remember(
        self, block: KeyBlock, value: npt.NDArray[np.float64], epoch: int, step: npt.NDArray[np.int64]
    ) -> None:
        """Make numbers of an epoch that are filed known to :meth:`metric`."""
        self._unlisted.append(_Unlisted(block, value, epoch, step))

    def _kinds_in(self, block: KeyBlock) -> npt.NDArray[np.int64]:
        kind = self._blocks.get(block)
        if kind is None:
            kind = self._blocks[block] = self._new_kinds(block)
        return kind

    def _new_kinds(self, block: KeyBlock) -> npt.NDArray[np.int64]:
        import numpy as np

        if not self.metrics.keys:
            self.metrics.keys = block.keys
            return block.kind
        if len(self._kinds) == len(self.metrics.keys) and block.abouts.isdisjoint(self._kinds):
            offset = len(self.metrics.keys)
            self._own_keys().extend(block.keys)
            return block.kind + offset
        return np.array([self.kind(*key[:4]) for key in block.keys], dtype=np.int64)[block.kind]

    def _may_be_unlisted(self, about: tuple[str, str | None, str | None, str]) -> bool:
        return any(about in entry.block.abouts for entry in self._unlisted)

    def _list_values(self) -> None:
        """Make the numbers that were filed at once known to :meth:`metric`; most runs never need it."""
        for block, values, epoch, step in self._unlisted:
            numbers = values if isinstance(values, list) else values.tolist()
            steps = itertools.repeat(step, len(numbers)) if isinstance(step, int) else step.tolist()
            for kind, number, own in zip(self._blocks[block].tolist(), numbers, steps, strict=True):
                self.values.setdefault((kind, epoch, own), number)
        self._unlisted.clear()

    def take_metrics(self) -> MetricColumns:
        """Return the numbers filed so far, and forget all but those of the latest epoch.

        Returns
        -------
        MetricColumns
            The caller's to keep.
        """
        taken = self.metrics
        self.metrics = MetricColumns(keys=tuple(taken.keys))
        taken.keys = self.metrics.keys
        latest = taken.epoch[-1] if len(taken) else NO_EPOCH
        self._list_values()
        self.values = {place: value for place, value in self.values.items() if place[1] in (NO_EPOCH, latest)}
        taken.sort_by_line()
        return taken

    def setting(self, name: str, value: str, line: int) -> None:
        """File a setting; the same value again is not filed, another value is a problem."""
        known = self.setting_values.get(name)
        if known is None:
            self.setting_values[name] = value
            self.settings.append(SettingRecord(name, value, line))
        elif known != value:
            self.problem(f"{name} was {known!r} before, and is {value!r} here; the first is kept", line)

    def problem(self, message: str, line: int | None = None, remedy: str | None = None) -> None:
        """File a problem; the same message again only counts."""
        known = self._problems.get(message)
        if known is None:
            self._problems[message] = _Repeated(line, remedy)
        else:
            known.count += 1

    def unreadable(self, text: str, line: int) -> None:
        """File a line that looks like the simulator's but cannot be read."""
        self.unreadable_lines += 1
        if self.unreadable_lines <= _SHOWN_UNREADABLE_LINES:
            end = " (the log ends here without a line end)" if line == self.cut_line else ""
            self.problem(f"looks like a metric but cannot be read: {shorten(text)!r}{end}", line)

    def finish(
        self,
        run: str,
        source: Path | None,
        *,
        is_complete: bool,
        tables: Mapping[str, pl.DataFrame] | None = None,
    ) -> ParsedLog:
        """Return the records.

        Parameters
        ----------
        run : str
            Identifier of the run.
        source : Path or None
            The file.
        is_complete : bool
            Whether the simulator reached its end.
        tables : Mapping of str to polars.DataFrame, optional
            As in :class:`ParsedLog`.

        Returns
        -------
        ParsedLog
            Problems in the order of their lines, those of the whole log last.
        """
        if self.unreadable_lines > _SHOWN_UNREADABLE_LINES:
            more = self.unreadable_lines - _SHOWN_UNREADABLE_LINES
            self.problem(f"{more} more lines look like metrics but cannot be read")
        problems = [
            Problem(f"{message} ({entry.count} times)" if entry.count > 1 else message, entry.line, entry.remedy)
            for message, entry in self._problems.items()
        ]
        self.metrics.sort_by_line()
        self.settings.sort(key=lambda record: record.line)
        problems.sort(key=lambda problem: (problem.line is None, problem.line or 0))
        return ParsedLog(
            run=run,
            source=source,
            format=self.format_name,
            complete=is_complete,
            metrics=self.metrics,
            settings=tuple(self.settings),
            problems=tuple(problems),
            unrecognised=tuple(self.unrecognised),
            tables=tables or {},
        )
