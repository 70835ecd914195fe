"""Thousands of entries checked at once: each distinct text of a column is read once, numbers are converted together.

There is one source of meaning, :mod:`nnsreport.parsers.results_file.entries`, whose functions are called here. An entry
that is not surely good is left to it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Generic, TypeVar

from nnsreport.parsers.columns import NO_EPOCH, Condition, condition_of
from nnsreport.parsers.results_file.compensations import canonical_compensation
from nnsreport.parsers.results_file.entries import FIELDS, About, about_of
from nnsreport.parsers.results_file.entry_values import RefusedError, read_name, read_time
from nnsreport.parsers.results_file.json_values import scalar_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import polars as pl

    Integers = npt.NDArray[np.int64]
    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

_ABOUT = ("metric", "unit", "layer", "component")
_COUNT = r"^([0-9]{1,15})$"
_VALUE = r"^(-?[0-9]+(?:\.[0-9]+)?)(?:[eE]([-+]?[0-9]{1,4}))?$"
_SEPARATOR = "\x1f"
"""No JSON text holds it."""

Meaning = TypeVar("Meaning")


@dataclass(frozen=True, slots=True, eq=False)
class EntryColumns:
    """Entries, column by column; what is said of one that is not good means nothing.

    Attributes
    ----------
    abouts : sequence of About or None
        What numbers are about, each once; None where that was refused.
    about : array of int, shape (entries,)
        Index into ``abouts``.
    value : array of float, shape (entries,)
        In the metric's unit.
    epoch, step : array of int, shape (entries,)
        :data:`nnsreport.parsers.columns.NO_EPOCH` where there is none.
    conditions : sequence of Condition
        Each once.
    condition : array of int, shape (entries,)
        Index into ``conditions``.
    names : sequence of (str, str) or None
        What compensations are called here, and in the file; None where none is told.
    name : array of int, shape (entries,)
        Index into ``names``.
    is_good : array of bool, shape (entries,)
        Whether everything in it is surely good.
    """

    abouts: Sequence[About | None]
    about: Integers
    value: Numbers
    epoch: Integers
    step: Integers
    conditions: Sequence[Condition]
    condition: Integers
    names: Sequence[tuple[str, str] | None]
    name: Integers
    is_good: Flags

    def part(self, start: int, end: int) -> EntryColumns:
        """Return some entries that follow each other."""
        names = ("about", "value", "epoch", "step", "condition", "name", "is_good")
        return dataclasses.replace(self, **{name: getattr(self, name)[start:end] for name in names})


def check_columns(tokens: pl.DataFrame) -> EntryColumns:
    """Check entries.

    Parameters
    ----------
    tokens : polars.DataFrame
        A column of JSON scalars, as they are written, for each field of :data:`FIELDS` that is told; null where an
        entry does not.

    Returns
    -------
    EntryColumns
        As many.
    """
    import polars as pl

    told = tokens.select(
        pl.col(name).replace("null", None) if name in tokens.columns else pl.lit(None, pl.String).alias(name)
        for name in FIELDS
    ).select(pl.all().fill_null("null"))
    abouts = _distinct(told.select(pl.concat_str(_ABOUT, separator=_SEPARATOR)).to_series(), _about)
    times = _distinct(told["time_s"], lambda token: read_time(scalar_of(token)))
    names = _distinct(told["compensation"], _compensation)
    value, is_number = _values(told["value"], abouts)
    (epoch, step, trial), are_counts = zip(*(_counts(told[name]) for name in ("epoch", "step", "trial")), strict=True)
    conditions, condition = _conditions(trial, times, names)
    is_good = is_number & abouts.is_read & times.is_read & names.is_read
    for is_count in are_counts:
        is_good &= is_count
    return EntryColumns(
        abouts.meanings, abouts.index, value, epoch, step, conditions, condition, names.meanings, names.index, is_good
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Distinct(Generic[Meaning]):
    """What the texts of a column mean, each read once.

    Attributes
    ----------
    meanings : list
        None for a text that means nothing, too.
    index : array of int, shape (entries,)
        Index into ``meanings``.
    is_read : array of bool, shape (entries,)
        Whether the text was not refused.
    """

    meanings: list[Meaning | None]
    index: Integers
    is_read: Flags


def _distinct(tokens: pl.Series, read: Callable[[str], Meaning | None]) -> _Distinct[Meaning]:
    import numpy as np

    texts = tokens.unique()
    index = tokens.replace_strict(texts, range(len(texts))).to_numpy().astype(np.int64)
    meanings: list[Meaning | None] = []
    is_read = []
    for text in texts:
        try:
            meanings.append(read(text))
        except (RefusedError, ValueError):
            meanings.append(None)
            is_read.append(False)
        else:
            is_read.append(True)
    return _Distinct(meanings, index, np.array(is_read)[index])


def _about(tokens: str) -> About:
    metric, unit, layer, component = map(scalar_of, tokens.split(_SEPARATOR))
    return about_of(metric, unit, layer, component)


def _compensation(token: str) -> tuple[str, str] | None:
    written = read_name(scalar_of(token), "compensation")
    return None if written is None else (canonical_compensation(written), written)


def _values(tokens: pl.Series, abouts: _Distinct[About]) -> tuple[Numbers, Flags]:
    """Return numbers in their metrics' units, and whether each is surely one."""
    import numpy as np
    import polars as pl

    exponents = [0 if about is None else _power_of_ten(about.scale) for about in abouts.meanings]
    is_share = np.array([about is not None and about.is_share for about in abouts.meanings])[abouts.index]
    has_power = np.array([exponent is not None for exponent in exponents])[abouts.index]
    shift = pl.Series(np.array([exponent or 0 for exponent in exponents])[abouts.index])
    parts = tokens.str.extract_groups(_VALUE).struct.unnest()
    digits = parts["1"]
    exponent = shift + parts["2"].cast(pl.Int64).fill_null(0)
    texts = (digits + "e" + exponent.cast(pl.String)).fill_null("nan")
    value = np.array(list(map(float, texts)))
    is_zero = ~digits.str.contains("[1-9]").fill_null(value=False).to_numpy()
    is_number = np.isfinite(value) & ((value != 0) | is_zero) & has_power
    return value, is_number & (~is_share | ((value >= 0) & (value <= 1)))


def _power_of_ten(scale: Decimal) -> int | None:
    _, digits, exponent = scale.normalize().as_tuple()
    return int(exponent) if digits == (1,) else None


def _counts(tokens: pl.Series) -> tuple[Integers, Flags]:
    """Return whole numbers, and whether each is surely one or not told."""
    import numpy as np
    import polars as pl

    counts = tokens.str.extract(_COUNT).cast(pl.Int64)
    is_good = (counts.is_not_null() | (tokens == "null")).to_numpy()
    return counts.fill_null(NO_EPOCH).to_numpy().astype(np.int64), is_good


def _conditions(
    trial: Integers, times: _Distinct[float], names: _Distinct[tuple[str, str]]
) -> tuple[list[Condition], Integers]:
    """Return distinct conditions, and the index of each entry's."""
    import numpy as np

    place = trial
    canonical = [None if name is None else name[0] for name in names.meanings]
    for meanings, index in ((times.meanings, times.index), (canonical, names.index)):
        first: dict[object, int] = {}
        rank = np.array([first.setdefault(meaning, len(first)) for meaning in meanings])[index]
        _, place = np.unique(place, return_inverse=True)
        place = place * len(first) + rank
    _, example, condition = np.unique(place, return_index=True, return_inverse=True)
    told = zip(*(column[example].tolist() for column in (trial, times.index, names.index)), strict=True)
    conditions = [
        condition_of(None if number == NO_EPOCH else number, times.meanings[time], canonical[name])
        for number, time, name in told
    ]
    return conditions, condition.astype(np.int64)
