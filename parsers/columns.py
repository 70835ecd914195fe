"""The numbers of a run, column by column: a log of a million lines must not become a million objects."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, overload

from nnsreport.parsers.records import MetricRecord

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

NO_EPOCH = -1
"""Stands for null in the columns of epochs and steps."""


class MetricKey(NamedTuple):
    """What a number is about; see :class:`nnsreport.parsers.records.MetricRecord`."""

    scope: str
    layer: str | None
    component: str | None
    metric: str
    unit: str


class Condition(NamedTuple):
    """What a number was measured under; see :class:`nnsreport.parsers.records.MetricRecord`."""

    trial: int | None = None
    time_s: float | None = None
    compensation: str | None = None

    def __str__(self) -> str:
        """Return what is told, such as ``trial 3 3600 s gdc``; empty where nothing is."""
        trial = "" if self.trial is None else f"trial {self.trial}"
        time = "" if self.time_s is None else f"{self.time_s:g} s"
        return " ".join(part for part in (trial, time, self.compensation) if part)


UNCONDITIONAL = Condition()
"""The condition of the numbers that most logs hold: none of the three is told."""


def condition_of(trial: int | None, time_s: float | None, compensation: str | None) -> Condition:
    """Return a condition; :data:`UNCONDITIONAL` itself where nothing is told."""
    if trial is None and time_s is None and compensation is None:
        return UNCONDITIONAL
    return Condition(trial, time_s, compensation)


@dataclass(frozen=True, slots=True, eq=False)
class KeyBlock:
    """What many numbers are about that always come together, such as those of one chip.

    Attributes
    ----------
    keys : tuple of MetricKey
        Each once.
    kind : numpy.ndarray of int64, shape (numbers,)
        Index into ``keys``.
    abouts : frozenset of tuple
        Scope, layer, component and metric of each key.
    """

    keys: tuple[MetricKey, ...]
    kind: npt.NDArray[np.int64]
    abouts: frozenset[tuple[str, str | None, str | None, str]]


@dataclass(slots=True, eq=False)
class MetricColumns(Sequence[MetricRecord]):
    """A sequence of records that are made when asked for.

    Attributes
    ----------
    keys : sequence of MetricKey
        Each once; a tuple when several columns share it.
    kind : array of int
        Index into ``keys``, one a number.
    value : array of float
        In the key's unit.
    line : array of int
        1-based line in the source.
    epoch, step : array of int
        :data:`NO_EPOCH` where there is none.
    conditions : list of Condition
        Each once, the unconditional one first; empty until a number has another.
    condition : array of int
        Index into ``conditions``; empty like these, so that logs without conditions pay nothing for them.
    """

    keys: list[MetricKey] | tuple[MetricKey, ...] = field(default_factory=list)
    kind: array[int] = field(default_factory=lambda: array("q"))
    value: array[float] = field(default_factory=lambda: array("d"))
    line: array[int] = field(default_factory=lambda: array("q"))
    epoch: array[int] = field(default_factory=lambda: array("q"))
    step: array[int] = field(default_factory=lambda: array("q"))
    conditions: list[Condition] = field(default_factory=list)
    condition: array[int] = field(default_factory=lambda: array("q"))
    _condition_indices: dict[Condition, int] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, records: Sequence[MetricRecord]) -> MetricColumns:
        """Return columns with the given records, or these themselves if they are columns."""
        if isinstance(records, cls):
            return records
        columns, kinds = cls(), dict[MetricKey, int]()
        for record in records:
            key = MetricKey(record.scope, record.layer, record.component, record.metric, record.unit)
            kind = kinds.setdefault(key, len(kinds))
            epoch, step = (NO_EPOCH if place is None else place for place in (record.epoch, record.step))
            condition = condition_of(record.trial, record.time_s, record.compensation)
            columns.append(kind, record.value, record.line, epoch, step, condition)
        columns.keys = list(kinds)
        return columns

    def with_values(self, value: array[float]) -> MetricColumns:
        """Return other numbers about the same, in columns that share all but these."""
        return MetricColumns(
            self.keys,
            self.kind,
            value,
            self.line,
            self.epoch,
            self.step,
            self.conditions,
            self.condition,
            self._condition_indices,
        )

    def __len__(self) -> int:
        """Return the number of numbers."""
        return len(self.value)

    @overload
    def __getitem__(self, index: int) -> MetricRecord: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[MetricRecord, ...]: ...

    def __getitem__(self, index: int | slice) -> MetricRecord | tuple[MetricRecord, ...]:
        """Return a record, or several."""
        if isinstance(index, slice):
            return tuple(self._record(position) for position in range(*index.indices(len(self))))
        return self._record(range(len(self))[index])

    def __iter__(self) -> Iterator[MetricRecord]:
        """Return the records one after the other."""
        return map(self._record, range(len(self)))

    def __eq__(self, other: object) -> bool:
        """Tell whether the records are the same, whatever they are kept in."""
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # its columns can grow

    def __repr__(self) -> str:
        """Return the records as a tuple would be shown."""
        return f"MetricColumns({self[:]!r})"

    def append(
        self,
        kind: int,
        value: float,
        line: int,
        epoch: int = NO_EPOCH,
        step: int = NO_EPOCH,
        condition: Condition = UNCONDITIONAL,
    ) -> None:
        """Add a number whose key is ``keys[kind]``."""
        if self.conditions or condition is not UNCONDITIONAL:
            self._append_condition(condition)
        self.kind.append(kind)
        self.value.append(value)
        self.line.append(line)
        self.epoch.append(epoch)
        self.step.append(step)

    def extend(
        self,
        kind: npt.NDArray[np.int64],
        value: npt.NDArray[np.float64],
        line: npt.NDArray[np.int64],
        epoch: int | npt.NDArray[np.int64] = NO_EPOCH,
        step: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Add many numbers at once.

        Parameters
        ----------
        kind : numpy.ndarray of int64, shape (numbers,)
            Indices into ``keys``.
        value : numpy.ndarray of float64, shape (numbers,)
            In the keys' units.
        line : numpy.ndarray of int64, shape (numbers,)
            1-based lines in the source.
        epoch : int, or numpy.ndarray of int64, shape (numbers,)
            The same for all, or of each.
        step : numpy.ndarray of int64, shape (numbers,), optional
            Of each; :data:`NO_EPOCH` where there is none.
        """
        count = len(kind)
        self.kind.frombytes(kind.tobytes())
        self.value.frombytes(value.tobytes())
        self.line.frombytes(line.tobytes())
        if isinstance(epoch, int):
            self.epoch.extend(array("q", [epoch]) * count)
        else:
            self.epoch.frombytes(epoch.tobytes())
        if step is None:
            self.step.extend(array("q", [NO_EPOCH]) * count)
        else:
            self.step.frombytes(step.tobytes())
        if self.conditions:
            self.condition.extend([0] * count)

    def extend_few(self, kind: bytes, value: list[float], line: list[int], epoch: int, step: int) -> None:
        """Add a few numbers at once, which takes less time than :meth:`append` for each.

        Parameters
        ----------
        kind : bytes
            Indices into ``keys``, as an array of int64.
        value, line : list
            As for :meth:`extend`.
        epoch, step : int
            The same for all; :data:`NO_EPOCH` where there is none.
        """
        count = len(value)
        self.kind.frombytes(kind)
        self.value.fromlist(value)
        self.line.fromlist(line)
        self.epoch.fromlist([epoch] * count)
        self.step.fromlist([step] * count)
        if self.conditions:
            self.condition.fromlist([0] * count)

    def extend_each(
        self,
        kind: npt.NDArray[np.int64],
        value: npt.NDArray[np.float64],
        line: npt.NDArray[np.int64],
        epoch: npt.NDArray[np.int64],
        step: npt.NDArray[np.int64],
        conditions: Sequence[Condition],
        condition: npt.NDArray[np.int64],
    ) -> None:
        """Add many numbers at once, each with its own epoch, step and condition.

        Parameters
        ----------
        kind, value, line : numpy.ndarray, shape (numbers,)
            As for :meth:`extend`.
        epoch, step : numpy.ndarray of int64, shape (numbers,)
            :data:`NO_EPOCH` where there is none.
        conditions : sequence of Condition
            Each once.
        condition : numpy.ndarray of int64, shape (numbers,)
            Indices into ``conditions``.
        """
        import numpy as np

        if self.conditions or any(known is not UNCONDITIONAL for known in conditions):
            indices = np.array([self._condition_index(known) for known in conditions], np.int64)
            self.condition.frombytes(indices[condition].tobytes())
        for own, added in ((self.kind, kind), (self.line, line), (self.epoch, epoch), (self.step, step)):
            own.frombytes(added.tobytes())
        self.value.frombytes(value.tobytes())

    def sort_by_line(self) -> None:
        """Put the numbers in the order of their lines; those of one line keep theirs."""
        import numpy as np

        lines = np.array(self.line)
        if not np.any(lines[1:] < lines[:-1]):
            return
        order = np.argsort(lines, kind="stable")
        for name in ("kind", "value", "line", "epoch", "step", *(("condition",) if self.conditions else ())):
            column = getattr(self, name)
            setattr(self, name, array(column.typecode, np.array(column)[order].tobytes()))

    def _append_condition(self, condition: Condition) -> None:
        self.condition.append(self._condition_index(condition))

    def _condition_index(self, condition: Condition) -> int:
        """Return the index of a condition in ``conditions``, where it is put if it is new."""
        if not self.conditions:
            self.conditions.append(UNCONDITIONAL)
            self._condition_indices[UNCONDITIONAL] = 0
            self.condition.extend([0] * (len(self) - len(self.condition)))
        index = self._condition_indices.setdefault(condition, len(self.conditions))
        if index == len(self.conditions):
            self.conditions.append(condition)
        return index

    def _record(self, position: int) -> MetricRecord:
        key = self.keys[self.kind[position]]
        epoch, step = self.epoch[position], self.step[position]
        condition = self.conditions[self.condition[position]] if self.conditions else UNCONDITIONAL
        return MetricRecord(
            key.scope,
            key.layer,
            key.component,
            key.metric,
            self.value[position],
            key.unit,
            self.line[position],
            None if epoch == NO_EPOCH else epoch,
            None if step == NO_EPOCH else step,
            condition.trial,
            condition.time_s,
            condition.compensation,
        )
