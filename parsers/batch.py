"""The numbers of several runs together: one table is made of them at once, and they go from process to process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnsreport.parsers.columns import NO_EPOCH, UNCONDITIONAL, Condition, MetricColumns, MetricKey

if TYPE_CHECKING:
    from array import array

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Numbers = NDArray[np.float64]

_KEY_NAMES = ("scope", "layer", "component", "metric", "unit")
_CONDITION_NAMES = ("trial", "time_s", "compensation")
_INDEX = "uint32"
"""Of Polars' indices: of others it makes a copy for each column."""


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
        kinds = [numbering.kinds(columns) for _, columns in given]
        conditions, condition = _conditions_of([columns for _, columns in given])
        return cls(
            tuple((run, len(columns)) for run, columns in given),
            tuple(numbering.keys),
            _joined(kinds),
            np.concatenate([np.empty(0), *(np.asarray(columns.value) for _, columns in given)]),
            _joined(np.asarray(columns.line) for _, columns in given),
            _joined_unless_absent([columns.epoch for _, columns in given]),
            _joined_unless_absent([columns.step for _, columns in given]),
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
        rank = np.repeat(np.arange(len(self.runs), dtype=_INDEX), [count for _, count in self.runs])
        columns = {"run": names.gather(pl.Series(rank)), "value": pl.Series(self.value), "line": pl.Series(self.line)}
        kind = pl.Series(self.kind.astype(_INDEX))
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
    """Numbers the keys of several logs; those of one format share them, so that no text is compared for most.

    What it is given must outlive it: columns that several logs share are known by their identity.
    """

    def __init__(self) -> None:
        self.keys: dict[MetricKey, int] = {}
        self._blocks: dict[int, Integers] = {}
        self._kinds: dict[tuple[int, int], Integers] = {}

    def kinds(self, columns: MetricColumns) -> Integers:
        """Return the number of the key of each number."""
        import numpy as np

        place = id(columns.keys), id(columns.kind)
        known = self._kinds.get(place)
        if known is None:
            known = self._kinds[place] = self._positions(columns.keys)[np.asarray(columns.kind)]
        return known

    def _positions(self, keys: Sequence[MetricKey]) -> Integers:
        import numpy as np

        known = self._blocks.get(id(keys))
        if known is None or len(known) != len(keys):
            numbers = [self.keys.setdefault(key, len(self.keys)) for key in keys]
            known = self._blocks[id(keys)] = np.asarray(numbers, np.int64)
        return known


def _joined(parts: Iterable[Integers]) -> Integers:
    import numpy as np

    return np.concatenate([np.empty(0, np.int64), *parts])


def _joined_unless_absent(parts: Sequence[array[int]]) -> Integers | None:
    """Return epochs or steps; None where there are none. Logs with the same lines share their columns."""
    import numpy as np

    distinct = {id(part): part for part in parts}
    if all((np.asarray(part) == NO_EPOCH).all() for part in distinct.values()):
        return None
    return _joined(map(np.asarray, parts))


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
