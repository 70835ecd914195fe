"""One row of a comparison: a number of run A beside the same number of run B."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Row:
    """A number of A, the same of B, and what became of it.

    Attributes
    ----------
    scope, layer, component, metric, time_s, compensation
        The key by which rows are joined; None where it does not apply.
    unit : str
        Of every number in the row except the p-value and ``relative``.
    value_a, std_a, trials_a, low_a, high_a, line_a
        Mean over trials, sample deviation, number of trials (0: not from trials), 95 % interval, line in the log.
    value_b, std_b, trials_b, low_b, high_b, line_b
        The same of B.
    difference, relative : float or None
        B - A, and B / A - 1; None where they would mean nothing.
    difference_low, difference_high, interval_method
        95 % interval of the difference and how it was made.
    p_value, p_method
        McNemar's test on the images, where both runs kept their predictions.
    outcome : str
        Text of an :class:`~nnsreport.reports.comparison.outcome.Outcome`.
    reason : str or None
        Why the row is not comparable, or what limits the outcome.
    caution : str or None
        Subjects of the flags that warn about this row.
    """

    scope: str
    layer: str | None
    component: str | None
    metric: str
    time_s: float | None
    compensation: str | None
    unit: str
    value_a: float | None = None
    std_a: float | None = None
    trials_a: int | None = None
    low_a: float | None = None
    high_a: float | None = None
    line_a: int | None = None
    value_b: float | None = None
    std_b: float | None = None
    trials_b: int | None = None
    low_b: float | None = None
    high_b: float | None = None
    line_b: int | None = None
    difference: float | None = None
    relative: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    interval_method: str | None = None
    p_value: float | None = None
    p_method: str | None = None
    outcome: str = ""
    reason: str | None = None
    caution: str | None = None


KEY = ("scope", "layer", "component", "metric", "time_s", "compensation")
"""Columns by which the rows of two runs are joined."""

_POLARS_TYPES = {"str": "String", "float": "Float64", "int": "Int64"}

ROW_COLUMNS: dict[str, str] = {
    field.name: _POLARS_TYPES[str(field.type).removesuffix(" | None")] for field in dataclasses.fields(Row)
}
"""Polars type name of each column of a frame of rows."""


def rows_frame(rows: Iterable[Row]) -> pl.DataFrame:
    """Return rows as a frame.

    Parameters
    ----------
    rows : iterable of Row
        In the order wanted.

    Returns
    -------
    polars.DataFrame
        With the columns :data:`ROW_COLUMNS`.
    """
    import polars as pl

    schema = pl.Schema({name: getattr(pl, kind)() for name, kind in ROW_COLUMNS.items()})
    return pl.DataFrame([dataclasses.astuple(row) for row in rows], schema=schema, orient="row")
