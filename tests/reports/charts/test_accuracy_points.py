"""Accuracies and their intervals from tables of trials and of metrics."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from nnsreport.reports.charts.accuracy_points import accuracy_points, baselines, distinct_times
from nnsreport.reports.run_data import RunData

T_3_DEGREES = 3.182446305284263  # 97.5 % quantile of Student's t, Abramowitz & Stegun table 26.10: 3.182


def test_interval_over_trials_is_students_t(drift_run: RunData) -> None:
    point = accuracy_points([drift_run])[0]
    mean = sum(point.values) / 4
    std = math.sqrt(sum((value - mean) ** 2 for value in point.values) / 3)
    assert (point.compensation, point.time_s, point.images, point.over) == ("none", 25.0, 1000, "trials")
    assert point.mean == pytest.approx(mean)
    assert point.high - point.mean == pytest.approx(T_3_DEGREES * std / 2)
    assert point.mean - point.low == pytest.approx(T_3_DEGREES * std / 2)


def test_interval_of_few_trials_ends_at_what_is_possible(make_drift_run: Callable[..., RunData]) -> None:
    points = accuracy_points([make_drift_run(trials=2, offset=0.07, seed=3)])
    half = 12.706204736174694 * points[0].std / math.sqrt(2)  # 97.5 % quantile of Student's t with one degree
    assert points[0].mean + half > 1
    assert points[0].high == 1
    assert points[0].low == pytest.approx(points[0].mean - half)
    assert all(0 <= point.low <= point.mean <= point.high <= 1 for point in points)


def test_one_trial_has_wilsons_interval_over_images(make_drift_run: Callable[..., RunData]) -> None:
    point = accuracy_points([make_drift_run(trials=1, images=400)])[0]
    z, n, p = 1.959963984540054, 400, point.mean
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert point.over == "images"
    assert math.isnan(point.std)
    assert (point.low, point.high) == (pytest.approx(centre - half), pytest.approx(centre + half))


def test_compensations_keep_the_order_of_the_run(drift_run: RunData) -> None:
    points = accuracy_points([drift_run])
    assert list(dict.fromkeys(point.compensation for point in points)) == ["none", "global"]
    assert distinct_times(points) == (25.0, 3600.0, 86400.0, 2592000.0)


def test_a_logs_accuracy_has_its_line(neurosim_run: RunData) -> None:
    (point,) = accuracy_points([neurosim_run])
    assert (point.mean, point.line, point.time_s, point.images) == (0.8931, 47, None, 10000)


def test_baselines_name_float_before_quantised(drift_run: RunData) -> None:
    found = baselines([drift_run])
    assert [(baseline.title, baseline.value) for baseline in found] == [("float", 0.9241), ("quantised", 0.9229)]
