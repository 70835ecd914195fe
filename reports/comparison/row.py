"""One row of a comparison: a number of run A beside the same number of run B."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnsreport.units import display_scale, format_quantity

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
    value_a, std_a, trials_a, low_a, high_a, epoch_a, line_a
        Mean over trials, sample deviation, number of trials (0: not from trials), 95 % interval, epoch of a training,
        line in the log.
    value_b, std_b, trials_b, low_b, high_b, epoch_b, line_b
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
    epoch_a: int | None = None
    line_a: int | None = None
    value_b: float | None = None
    std_b: float | None = None
    trials_b: int | None = None
    low_b: float | None = None
    high_b: float | None = None
    epoch_b: int | None = None
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

    @property
    def place(self) -> str:
        """What the number is about, in words, such as ``read_latency (layer3, adc)``."""
        return self.metric + (f" ({', '.join(self.conditions)})" if self.conditions else "")

    @property
    def conditions(self) -> tuple[str, ...]:
        """Layer, component, time and compensation, where they apply."""
        found = (
            self.layer,
            self.component if self.component != "total" else None,
            None if self.time_s is None else f"at {self.time_s:g} s",
            f"compensation {self.compensation}" if self.compensation else None,
        )
        return tuple(text for text in found if text)

    @property
    def change(self) -> str:
        """The difference for people: percentage points for fractions, per cent of A otherwise; empty without one."""
        if self.difference is None:
            return ""
        if self.unit == "fraction":
            return f"{self.difference * 100:+.4g} pp"
        if self.relative is None:
            return ("+" if self.difference > 0 else "") + format_quantity(self.difference, self.unit)
        return f"{self.relative * 100:+.4g} %"

    @property
    def interval(self) -> str:
        """The 95 % interval of the difference for people; empty without one."""
        low, high = self.difference_low, self.difference_high
        if low is None or high is None:
            return ""
        if self.unit == "fraction":
            scale, unit = 100.0, "pp"
        else:
            scale, unit = display_scale(max(abs(low), abs(high)), self.unit)
        return f"{low * scale:+.3g} to {high * scale:+.3g} {unit}".rstrip()

    @property
    def probability(self) -> str:
        """McNemar's p-value for people; empty without one."""
        if self.p_value is None:
            return ""
        return f"{self.p_value:.2g}" if self.p_value >= 1e-4 else "< 0.0001"


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


def frame_rows(frame: pl.DataFrame) -> Iterator[Row]:
    """Return the rows of a frame.

    Parameters
    ----------
    frame : polars.DataFrame
        From :func:`rows_frame`, filtered and sorted at will.

    Returns
    -------
    iterator of Row
        In its order.
    """
    return (Row(*values) for values in frame.select(*ROW_COLUMNS).iter_rows())
