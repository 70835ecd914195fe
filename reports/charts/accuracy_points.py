"""Accuracies with their intervals, one for each run, time and compensation: what accuracy charts and tables show."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nnsreport.reports.charts.labels import run_labels
from nnsreport.reports.run_data import RunData
from nnsreport.reports.statistics import mean_and_std, mean_interval, wilson_interval


@dataclass(frozen=True, slots=True)
class AccuracyPoint:
    """The accuracy of one run at one time with one compensation.

    Attributes
    ----------
    run : str
        Label of the run.
    compensation : str or None
        As in the run's tables.
    time_s : float or None
        Time after programming in seconds.
    values : tuple of float
        Accuracy of each trial as a fraction; one value for a log.
    mean, std : float
        Over trials; the deviation of one trial is nan.
    low, high : float
        Ends of the 95 % interval, within 0 and 1; nan where none is known.
    over : str
        What the interval's chance is over: ``trials`` (Student's t), ``images`` (Wilson), or empty.
    images : int or None
        Test images of each trial.
    line : int or None
        Line of the source log.
    """

    run: str
    compensation: str | None
    time_s: float | None
    values: tuple[float, ...]
    mean: float
    std: float
    low: float
    high: float
    over: str
    images: int | None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """An accuracy of a run's network without device effects."""

    run: str
    metric: str
    value: float
    line: int | None

    @property
    def title(self) -> str:
        """Short name: ``float`` or ``quantised``."""
        return {"float_accuracy": "float", "quantized_accuracy": "quantised"}[self.metric]


def accuracy_points(runs: Sequence[RunData]) -> tuple[AccuracyPoint, ...]:
    """Return the accuracies of runs, by run, then compensation, then time.

    Parameters
    ----------
    runs : sequence of RunData
        From their tables of trials; where a run has none, from its ``accuracy`` metrics.

    Returns
    -------
    tuple of AccuracyPoint
        Empty for runs without accuracies.
    """
    points: list[AccuracyPoint] = []
    for label, run in zip(run_labels(runs), runs, strict=True):
        points.extend(_from_trials(label, run) if run.trials.height else _from_metrics(label, run))
    return tuple(points)


def baselines(runs: Sequence[RunData]) -> tuple[Baseline, ...]:
    """Return the floating-point and quantised accuracies of runs, where they are known.

    Parameters
    ----------
    runs : sequence of RunData
        In the order of the result.

    Returns
    -------
    tuple of Baseline
        Floating point first for each run.
    """
    found: list[Baseline] = []
    for label, run in zip(run_labels(runs), runs, strict=True):
        for name in ("float_accuracy", "quantized_accuracy"):
            rows = network_values(run, name)
            if rows:
                value, line = rows[0]
                found.append(Baseline(label, name, value, line))
    return tuple(found)


def network_values(run: RunData, metric: str) -> list[tuple[float, int | None]]:
    """Return a number about the whole network, with its line, as often as the run has it.

    Parameters
    ----------
    run : RunData
        Whose ``metrics`` are read.
    metric : str
        Such as ``accuracy``.

    Returns
    -------
    list of tuple of float and (int or None)
        Inf and nan are left out.
    """
    import polars as pl

    rows = run.metrics.filter((pl.col("metric") == metric) & (pl.col("scope") == "network"))
    return [
        (value, line)
        for value, line in zip(rows["value"].to_list(), rows["line"].to_list(), strict=True)
        if value is not None and math.isfinite(value)
    ]


def distinct_times(points: Sequence[AccuracyPoint]) -> tuple[float, ...]:
    """Return the times of points that have one, ascending."""
    return tuple(sorted({point.time_s for point in points if point.time_s is not None}))


def _from_trials(label: str, run: RunData) -> Iterator[AccuracyPoint]:
    import polars as pl

    compensations = run.trials["compensation"].unique(maintain_order=True).to_list()
    for compensation in compensations:
        rows = run.trials.filter(pl.col("compensation").eq_missing(compensation)).sort("time_s", "trial")
        for group in rows.partition_by("time_s", maintain_order=True):
            values = [value for value in group["accuracy"].to_list() if value is not None and math.isfinite(value)]
            images = [count for count in group["test_images"].to_list() if count]
            if values:
                yield _point(label, compensation, group["time_s"][0], values, images[0] if images else None)


def _from_metrics(label: str, run: RunData) -> Iterator[AccuracyPoint]:
    images = network_values(run, "test_images")
    for value, line in network_values(run, "accuracy"):
        yield _point(label, None, None, [value], int(images[-1][0]) if images else None, line)


def _point(
    label: str,
    compensation: str | None,
    time_s: float | None,
    values: Sequence[float],
    images: int | None,
    line: int | None = None,
) -> AccuracyPoint:
    mean, std = mean_and_std(values)
    interval, over = mean_interval(values), "trials"
    if interval is None and images:
        interval, over = wilson_interval(round(mean * images), images), "images"
    # What is impossible is no part of an interval of few trials; it covers the mean as often without.
    low, high = (max(interval.low, 0.0), min(interval.high, 1.0)) if interval else (math.nan, math.nan)
    return AccuracyPoint(
        label, compensation, time_s, tuple(values), mean, std, low, high, over if interval else "", images, line
    )
