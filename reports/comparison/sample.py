"""The values one run has for one row: one number, or one a trial."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from nnsreport.reports.comparison.row import KEY
from nnsreport.reports.possible import is_possible
from nnsreport.reports.run_data import RunData

PRINTED_PRECISION = 1e-5
"""Numbers nearer than this part of the larger are equal: NeuroSim prints six significant digits."""


class RowKey(NamedTuple):
    """What a row is about; the columns by which runs are joined."""

    scope: str
    layer: str | None
    component: str | None
    metric: str
    time_s: float | None
    compensation: str | None


@dataclass(slots=True)
class Sample:
    """All values of one run under one key.

    Attributes
    ----------
    unit : str
        Unit of the values.
    line : int or None
        Line in the log of the first value.
    epoch : int or None
        Epoch of the first value.
    single : list of float
        Values without a trial.
    by_trial : dict of int to list of float
        Values of each trial.
    """

    unit: str
    line: int | None
    epoch: int | None = None
    single: list[float] = field(default_factory=list)
    by_trial: dict[int, list[float]] = field(default_factory=dict)

    @property
    def has_trials(self) -> bool:
        """Whether the values are draws, and so noisy."""
        return bool(self.by_trial)

    @property
    def values(self) -> list[float]:
        """One number a trial in the order of the trials, or the single number."""
        if self.by_trial:
            return [self.by_trial[trial][0] for trial in sorted(self.by_trial)]
        return self.single[:1]

    @property
    def is_possible(self) -> bool:
        """Whether every value is a number that its unit allows."""
        return all(is_possible(value, self.unit) for value in self.values)

    @property
    def contradiction(self) -> str | None:
        """Why the values do not make one number or one a trial, or None."""
        if self.single and self.by_trial:
            return "has values both with and without a trial"
        for trial, values in self.by_trial.items():
            if not _all_same(values):
                return f"has {len(values)} different values for trial {trial}"
        if not _all_same(self.single):
            return f"has {len(self.single)} different values"
        return None


def nearly_equal(a: float, b: float) -> bool:
    """Tell whether two finite numbers are equal at the printed precision.

    Parameters
    ----------
    a, b : float
        In the same unit.

    Returns
    -------
    bool
        See :data:`PRINTED_PRECISION`.
    """
    return abs(a - b) <= PRINTED_PRECISION * max(abs(a), abs(b))


def collect_samples(run: RunData) -> Mapping[RowKey, Sample]:
    """Return a run's metrics by key, in the order of its table.

    Parameters
    ----------
    run : RunData
        Whose ``metrics`` table is read: with the numbers of one epoch at most.

    Returns
    -------
    Mapping of RowKey to Sample
        Every value of the table is in one sample.
    """
    samples: dict[RowKey, Sample] = {}
    columns = (*KEY, "value", "unit", "line", "trial", "epoch")
    for *key, value, unit, line, trial, epoch in run.metrics.select(columns).iter_rows():
        sample = samples.setdefault(RowKey(*key), Sample(unit, line, epoch))
        number = math.nan if value is None else value
        if trial is None:
            sample.single.append(number)
        else:
            sample.by_trial.setdefault(trial, []).append(number)
    return samples


def _all_same(values: Iterable[float]) -> bool:
    first, *others = list(values) or [0.0]
    return all(
        nearly_equal(first, other)
        if math.isfinite(first) and math.isfinite(other)
        else str(first) == str(other)  # inf equals inf, and nan equals nan
        for other in others
    )
