"""Joining the numbers of two runs, with intervals and outcomes."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnsreport.reports.comparison.flag import Flag
from nnsreport.reports.comparison.image_counts import ImageCounts, count_images
from nnsreport.reports.comparison.outcome import Outcome
from nnsreport.reports.comparison.predictions import Condition, PairedPredictions, pair_predictions
from nnsreport.reports.comparison.row import Row, rows_frame
from nnsreport.reports.comparison.sample import RowKey, Sample, collect_samples, nearly_equal
from nnsreport.reports.possible import is_possible
from nnsreport.reports.run_data import RunData
from nnsreport.reports.statistics import (
    Interval,
    mean_and_std,
    mean_interval,
    newcombe_interval,
    newcombe_paired_interval,
    paired_interval,
    pooled_interval,
    welch_interval,
    wilson_interval,
)
from nnsreport.vocabulary import METRICS, Better

if TYPE_CHECKING:
    import polars as pl

_PROPORTIONS = frozenset({"accuracy", "float_accuracy", "quantized_accuracy", "baseline_accuracy"})
_SPREAD_UNKNOWN = "the spread of the loss over the images is unknown"
_OF_A_BATCH = "of one batch each: the noise is unknown"

# Numbers that depend on the choice of test images, and why there may be no interval to judge them by.
_NOISE_UNKNOWN = {
    **dict.fromkeys(_PROPORTIONS, "the number of test images is unknown, and so the noise"),
    "correct_images": "judged as accuracy",
    **dict.fromkeys(("test_loss", "summed_test_loss"), _SPREAD_UNKNOWN),
    **dict.fromkeys(("quantized_summed_test_loss", "baseline_summed_test_loss"), _SPREAD_UNKNOWN),
    **dict.fromkeys(("train_accuracy", "train_loss"), _OF_A_BATCH),
    "best_accuracy": "the best of all epochs: the noise is unknown",
}


@dataclass(frozen=True, slots=True)
class _Context:
    """What is known of both runs besides the numbers of a row."""

    flags: Sequence[Flag]
    paired_draws: bool
    counts_a: ImageCounts
    counts_b: ImageCounts
    predictions: Mapping[Condition, PairedPredictions]


@dataclass(frozen=True, slots=True)
class _Side:
    """A row's columns of one run."""

    value: float | None = None
    std: float | None = None
    trials: int | None = None
    low: float | None = None
    high: float | None = None
    epoch: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class _Uncertainty:
    """What is known of the noise in a difference; ``images`` where predictions were paired."""

    interval: Interval | None
    method: str | None
    images: PairedPredictions | None


def compare_metrics(a: RunData, b: RunData, flags: Sequence[Flag]) -> pl.DataFrame:
    """Return every number of two runs side by side.

    Parameters
    ----------
    a, b : RunData
        Base and other, with the numbers of one epoch at most.
    flags : sequence of Flag
        From :func:`~nnsreport.reports.comparison.comparability.find_flags`; they decide what is not comparable.

    Returns
    -------
    polars.DataFrame
        With the columns :data:`~nnsreport.reports.comparison.row.ROW_COLUMNS`; the rows of A in its order, then
        those that only B has.
    """
    context = _Context(flags, _draws_are_paired(a, b), count_images(a), count_images(b), pair_predictions(a, b))
    return rows_frame(_rows(collect_samples(a), collect_samples(b), context))


def _rows(a: Mapping[RowKey, Sample], b: Mapping[RowKey, Sample], context: _Context) -> Iterator[Row]:
    for key in (*a, *(key for key in b if key not in a)):
        side_a, side_b = _side(key, a.get(key), context.counts_a), _side(key, b.get(key), context.counts_b)
        cautions = [flag.subject for flag in context.flags if flag.warns_row(key.metric, key.scope)]
        unit = (a.get(key) or b[key]).unit
        row = _row(key, unit, side_a, side_b, ", ".join(cautions) or None)
        if key not in b:
            yield dataclasses.replace(row, outcome=Outcome.ONLY_IN_A)
        elif key not in a:
            yield dataclasses.replace(row, outcome=Outcome.ONLY_IN_B)
        else:
            yield _judged(row, key, a[key], b[key], context)


def _row(key: RowKey, unit: str, a: _Side, b: _Side, caution: str | None) -> Row:
    return Row(
        *key,
        unit,
        value_a=a.value,
        std_a=a.std,
        trials_a=a.trials,
        low_a=a.low,
        high_a=a.high,
        epoch_a=a.epoch,
        line_a=a.line,
        value_b=b.value,
        std_b=b.std,
        trials_b=b.trials,
        low_b=b.low,
        high_b=b.high,
        epoch_b=b.epoch,
        line_b=b.line,
        caution=caution,
    )


def _draws_are_paired(a: RunData, b: RunData) -> bool:
    # Random numbers are keyed by seed and trial: equal ones mean the same draws in both runs.
    return "run.seed" in a.settings and a.settings["run.seed"] == b.settings.get("run.seed")


def _side(key: RowKey, sample: Sample | None, counts: ImageCounts) -> _Side:
    if sample is None:
        return _Side()
    values = sample.values
    if not sample.is_possible:
        return _Side(sum(values), trials=len(sample.by_trial), epoch=sample.epoch, line=sample.line)
    mean, std = mean_and_std(values)
    interval = mean_interval(values)
    if interval is None and key.metric in _PROPORTIONS:
        counted = counts.successes(key, mean)
        interval = wilson_interval(*counted) if counted else None
    low, high = (interval.low, interval.high) if interval else (None, None)
    return _Side(mean, std if len(values) > 1 else None, len(sample.by_trial), low, high, sample.epoch, sample.line)


def _judged(row: Row, key: RowKey, a: Sample, b: Sample, context: _Context) -> Row:
    obstacle = _obstacle(a, b)
    if obstacle is not None:
        return dataclasses.replace(row, outcome=Outcome.NOT_COMPARABLE, reason=obstacle)
    if a.is_possible != b.is_possible:
        failing = b if a.is_possible else a
        outcome = Outcome.NEWLY_FAILING if a.is_possible else Outcome.FIXED
        return dataclasses.replace(row, outcome=outcome, reason=_failures(failing))
    blocking = [flag.summary for flag in context.flags if flag.blocks_row(key.metric, key.scope)]
    if blocking:
        return dataclasses.replace(row, outcome=Outcome.NOT_COMPARABLE, reason="; ".join(blocking))
    return _with_difference(row, key, a, b, context)


def _obstacle(a: Sample, b: Sample) -> str | None:
    for name, sample in (("A", a), ("B", b)):
        if sample.contradiction:
            return f"{name} {sample.contradiction}"
    if a.unit != b.unit:
        return f"units differ: {a.unit} against {b.unit}"
    if not a.is_possible and not b.is_possible:
        return "neither is a number"
    return None


def _failures(sample: Sample) -> str | None:
    if not sample.has_trials:
        return "below zero" if sample.values[0] < 0 and math.isfinite(sample.values[0]) else None
    failing = sum(not is_possible(value, sample.unit) for value in sample.values)
    return f"{failing} of {len(sample.values)} trials failed"


def _with_difference(row: Row, key: RowKey, a: Sample, b: Sample, context: _Context) -> Row:
    assert row.value_a is not None
    assert row.value_b is not None
    difference = row.value_b - row.value_a
    uncertainty = _uncertainty(key, a, b, context)
    outcome, reason = _outcome(key, a, b, difference, uncertainty)
    interval, images = uncertainty.interval, uncertainty.images
    return dataclasses.replace(
        row,
        difference=difference,
        relative=difference / abs(row.value_a) if row.value_a else None,
        difference_low=interval.low if interval else None,
        difference_high=interval.high if interval else None,
        interval_method=uncertainty.method,
        p_value=images.p_value if images else None,
        p_method=images.p_method if images else None,
        outcome=outcome,
        reason=reason,
    )


def _uncertainty(key: RowKey, a: Sample, b: Sample, context: _Context) -> _Uncertainty:
    images = None
    if key.metric in {"accuracy", "quantized_accuracy"}:
        images = context.predictions.get(Condition(key.metric == "accuracy", key.time_s, key.compensation))
    if len(a.values) > 1 or len(b.values) > 1:
        interval, method = _over_trials(a, b, context.paired_draws)
        return _Uncertainty(interval, method, images)
    if images is not None and images.single_trial:
        interval = newcombe_paired_interval(images.both, images.only_a, images.only_b, images.neither)
        return _Uncertainty(interval, "Newcombe, paired images", images)
    if key.metric in _PROPORTIONS:
        counted_a = context.counts_a.successes(key, a.values[0])
        counted_b = context.counts_b.successes(key, b.values[0])
        if counted_a and counted_b:
            return _Uncertainty(newcombe_interval(*counted_a, *counted_b), "Newcombe", images)
    return _Uncertainty(None, None, images)


def _over_trials(a: Sample, b: Sample, paired_draws: bool) -> tuple[Interval | None, str]:
    if paired_draws and a.by_trial.keys() == b.by_trial.keys():
        return paired_interval(a.values, b.values), "t, paired trials"
    if len(a.values) > 1 and len(b.values) > 1:
        return welch_interval(a.values, b.values), "t, Welch"
    return pooled_interval(a.values, b.values), "t, spread of the run with trials"


def _outcome(
    key: RowKey, a: Sample, b: Sample, difference: float, uncertainty: _Uncertainty
) -> tuple[Outcome, str | None]:
    if len(a.values) == len(b.values) and all(map(nearly_equal, a.values, b.values)):
        return Outcome.EQUAL, None
    if uncertainty.interval is not None:
        if not uncertainty.interval.excludes(0.0):
            return Outcome.WITHIN_NOISE, None
    elif a.has_trials or b.has_trials:
        return Outcome.DIFFERENT, "one trial in each run: the noise is unknown"
    elif key.metric in _NOISE_UNKNOWN:
        return Outcome.DIFFERENT, _NOISE_UNKNOWN[key.metric]
    metric = METRICS.get(key.metric)
    if metric is None or metric.better is Better.NEITHER:
        return Outcome.DIFFERENT, None
    improved = (difference > 0) == (metric.better is Better.HIGHER)
    return (Outcome.BETTER if improved else Outcome.WORSE), None
