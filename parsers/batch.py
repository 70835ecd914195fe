"""The numbers of several runs together: one table is made of them at once, and they go from process to process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnsreport.parsers.columns import NO_EPOCH, UNCONDITIONAL, Condition, MetricColumns, MetricKey

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Numbers = NDArray[np.float64]

_KEY_NAMES = ("scope", "layer", "component", "metric", "unit")
_CONDITION_NAMES = ("trial", "time_s", "compensation")


@dataclass(frozen=True, slots=True, eq=False)
class MetricBatch:
    """Columns of numbers, those of each run together.

    Attributes
    ----------
    runs : tuple of (str, int)
        Identifier of each run, and how many numbers it has, in the order of the numbers.
    keys : tuple of MetricKey
        What numbers can be about, each once.
    kind : array of int, shape (numbers,)
        Index into ``keys``.
    value : array of float, shape (numbers,)
        In the key's unit.
    line : array of int, shape (numbers,)
        1-based line in the source.
    epoch, step : array of int, shape (numbers,), or None
        :data:`nnsreport.parsers.columns.NO_EPOCH` where there is none; None where there is none at all.
    conditions : tuple of Condition
        Each once.
    condition : array of int, shape (numbers,), or None
        Index into ``conditions``; None where there are none at all.
    """

    runs: tuple[tuple[str, int], ...]
    keys: tuple[MetricKey, ...]
    kind: Integers
    value: Numbers
    line: Integers
    epoch: Integers | None
    step: Integers | None
    conditions: tuple[Condition, ...]
    condition: Integers | None

    @classmethod
    def of(cls, runs: Iterable[tuple[str, MetricColumns]]) -> MetricBatch:
        """Put the numbers of several runs together.

        Parameters
        ----------
        runs : iterable of (str, MetricColumns)
            Identifier and numbers of each.

        Returns
        -------
        MetricBatch
            Independent of the columns it was made of.
        """
        import numpy as np

        given = list(runs)
        numbering = _Numbering()
        kinds, values, lines = [], [], []
        for _, columns in given:
            kinds.append(numbering.positions(columns.keys)[np.asarray(columns.kind)])
            values.append(np.asarray(columns.value))
            lines.append(np.asarray(columns.line, np.int64))
        conditions, condition = _conditions_of([columns for _, columns in given])
        return cls(
            tuple((run, len(columns)) for run, columns in given),
            tuple(numbering.keys),
            _joined(kinds),
            np.concatenate([np.empty(0), *values]),
            _joined(lines),
            _unless_absent(_joined([np.asarray(columns.epoch) for _, columns in given])),
            _unless_absent(_joined([np.asarray(columns.step) for _, columns in given])),
            conditions,
            condition,
        )

    def __len__(self) -> int:
        """Return the number of numbers."""
        return len(self.value)

    def frame(self) -> pl.DataFrame:
        """Return the numbers as a table.

        Returns
        -------
        polars.DataFrame
            With the schema of ``metrics``.
        """
        import numpy as np
        import polars as pl

        from nnsreport.tables import empty, schema

        if not len(self):
            return empty("metrics")
        expected = schema("metrics")
        names = pl.Series([run for run, _ in self.runs], dtype=expected["run"])
        rank = np.repeat(np.arange(len(self.runs)), [count for _, count in self.runs])
        columns = {"run": names.gather(pl.Series(rank)), "value": pl.Series(self.value), "line": pl.Series(self.line)}
        kind = pl.Series(self.kind)
        for place, name in enumerate(_KEY_NAMES):
            distinct = pl.Series([key[place] for key in self.keys], dtype=expected[name])
            columns[name] = distinct.gather(kind)
        for name, numbers in (("epoch", self.epoch), ("step", self.step)):
            if numbers is not None:
                present = pl.Series(numbers)
                columns[name] = present.set(present == NO_EPOCH, None)
        for name in _CONDITION_NAMES if self.condition is not None else ():
            distinct = pl.Series([getattr(known, name) for known in self.conditions], dtype=expected[name])
            columns[name] = distinct.gather(pl.Series(self.condition))
        nulls = [pl.lit(None, dtype=kind).alias(name) for name, kind in expected.items() if name not in columns]
        return pl.DataFrame(columns).with_columns(nulls).select(list(expected))


class _Numbering:
    """Numbers the keys of several logs; those of one format share them, so that no text is compared for most."""

    def __init__(self) -> None:
        self.keys: dict[MetricKey, int] = {}
        self._blocks: dict[int, Integers] = {}

    def positions(self, keys: Sequence[MetricKey]) -> Integers:
        """Return the number of each key; ``keys`` must outlive this."""
        import numpy as np

        known = self._blocks.get(id(keys))
        if known is None or len(known) != len(keys):
            numbers = [self.keys.setdefault(key, len(self.keys)) for key in keys]
            known = self._blocks[id(keys)] = np.asarray(numbers, np.int64)
        return known


def _joined(parts: Iterable[Integers]) -> Integers:
    import numpy as np

    return np.concatenate([np.empty(0, np.int64), *parts])


def _unless_absent(numbers: Integers) -> Integers | None:
    return None if (numbers == NO_EPOCH).all() else numbers


def _conditions_of(columns: list[MetricColumns]) -> tuple[tuple[Condition, ...], Integers | None]:
    import numpy as np

    if not any(own.conditions for own in columns):
        return (), None
    known: dict[Condition, int] = {UNCONDITIONAL: 0}
    parts = []
    for own in columns:
        positions = np.asarray([known.setdefault(condition, len(known)) for condition in own.conditions], np.int64)
        parts.append(positions[np.asarray(own.condition)] if own.conditions else np.zeros(len(own), np.int64))
    return tuple(known), _joined(parts)
