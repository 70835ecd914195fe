"""Comparing runs: settings, comparability, and every number of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnsreport.errors import ComparisonError
from nnsreport.reports.comparison.comparability import find_flags
from nnsreport.reports.comparison.flag import Flag
from nnsreport.reports.comparison.metric_difference import compare_metrics
from nnsreport.reports.comparison.outcome import IMPROVED, WORSENED, Outcome
from nnsreport.reports.comparison.settings_difference import SettingDifference, compare_settings
from nnsreport.reports.epochs import align
from nnsreport.reports.run_data import RunData

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Comparison:
    """Run B held against run A.

    Attributes
    ----------
    a, b : RunData
        The base, and the run compared with it.
    flags : tuple of Flag
        What makes the runs less than fully comparable, the gravest first.
    settings : tuple of SettingDifference
        Settings that differ or that only one run has, by name.
    rows : polars.DataFrame
        One row a number, with the columns :data:`~nnsreport.reports.comparison.row.ROW_COLUMNS`:
        the key (``scope, layer, component, metric, time_s, compensation``), ``unit``, then for each side its mean,
        spread, trials, interval, epoch and log line, then the difference B - A with its interval and method, McNemar's
        ``p_value`` and method, ``outcome`` (text of :class:`Outcome`) and ``reason``.
    """

    a: RunData
    b: RunData
    flags: tuple[Flag, ...]
    settings: tuple[SettingDifference, ...]
    rows: pl.DataFrame

    @property
    def counts(self) -> Mapping[Outcome, int]:
        """Rows by outcome."""
        return Counter(Outcome(text) for text in self.rows["outcome"])

    @property
    def improved(self) -> int:
        """Rows that became better or were fixed."""
        return sum(self.counts.get(outcome, 0) for outcome in IMPROVED)

    @property
    def worsened(self) -> int:
        """Rows that became worse or newly fail."""
        return sum(self.counts.get(outcome, 0) for outcome in WORSENED)


def compare_runs(a: RunData, b: RunData) -> Comparison:
    """Compare run B with run A.

    Parameters
    ----------
    a, b : RunData
        Base and other; logs and own runs mix freely.

    Returns
    -------
    Comparison
        Differences are always B - A. Of two trainings the last epoch that both completed is compared; where there is
        none, each as it stands.
    """
    flags = find_flags(a, b)
    aligned = align(a, b)
    return Comparison(a, b, flags, compare_settings(a, b), compare_metrics(aligned.a, aligned.b, flags))


def compare_many(runs: Sequence[RunData]) -> tuple[Comparison, ...]:
    """Compare every later run with the first.

    Parameters
    ----------
    runs : sequence of RunData
        The base, then one or more others.

    Returns
    -------
    tuple of Comparison
        One for each run after the first.

    Raises
    ------
    ComparisonError
        When there is nothing to compare with.
    """
    if len(runs) < 2:
        raise ComparisonError(f"{len(runs)} run given, two or more are needed", remedy="name the run to compare with")
    base, *others = runs
    return tuple(compare_runs(base, other) for other in others)
