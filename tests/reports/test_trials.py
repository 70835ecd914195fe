"""Accuracies that came as metrics, as trials."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from nnsreport.reports.charts.accuracy_points import accuracy_points
from nnsreport.reports.run_data import RunData
from nnsreport.reports.trials import with_trials
from nnsreport.tables import schema

Build = Callable[[Sequence[Mapping[str, Any]]], RunData]
COLUMNS = ("trial", "time_s", "compensation", "correct_images", "test_images", "accuracy")


@pytest.fixture
def results(neurosim_run: RunData) -> Build:
    def build(rows: Sequence[Mapping[str, Any]]) -> RunData:
        fixed = {"run": "r", "scope": "network", "unit": "1"}
        columns = schema("metrics")
        records = [{name: (fixed | dict(row)).get(name) for name in columns} for row in rows]
        return dataclasses.replace(neurosim_run, kind="results-1", metrics=pl.DataFrame(records, schema=columns))

    return build


def accuracy(value: float, **condition: Any) -> dict[str, Any]:
    return {"metric": "accuracy", "value": value, "unit": "fraction", **condition}


def test_draws_without_images_have_a_mean_and_an_interval_over_trials(results: Build) -> None:
    run = with_trials(results([accuracy(v, trial=n, time_s=60.0) for n, v in enumerate((0.90, 0.91, 0.92))]))
    (point,) = accuracy_points([run])
    assert point.mean == pytest.approx(0.91)
    # t(0.975, 2) = 4.3027; std = 0.01; sqrt(3) trials.
    assert point.high - point.mean == pytest.approx(4.3027 * 0.01 / math.sqrt(3), rel=1e-4)
    assert (point.over, point.images) == ("trials", None)


def test_one_draw_without_images_has_no_interval(results: Build) -> None:
    (point,) = accuracy_points([with_trials(results([accuracy(0.9, time_s=60.0)]))])
    assert math.isnan(point.low)
    assert point.over == ""


def test_images_are_those_of_the_condition_or_else_of_the_run(results: Build) -> None:
    rows = [
        accuracy(0.9, trial=0),
        accuracy(0.8, trial=1),
        {"metric": "test_images", "value": 500.0, "unit": "image"},
        {"metric": "test_images", "value": 100.0, "unit": "image", "trial": 1},
        {"metric": "correct_images", "value": 80.0, "unit": "image", "trial": 1},
    ]
    assert with_trials(results(rows)).trials.select(COLUMNS).rows() == [
        (0, None, None, None, 500, 0.9),
        (1, None, None, 80, 100, 0.8),
    ]


def test_images_that_are_no_number_are_unknown(results: Build) -> None:
    rows = [accuracy(0.9, trial=0), {"metric": "test_images", "value": math.nan, "unit": "image"}]
    assert with_trials(results(rows)).trials["test_images"].to_list() == [None]


def test_a_lone_accuracy_keeps_its_line(results: Build) -> None:
    run = results([accuracy(0.9, line=7)])
    assert with_trials(run) is run
    assert [point.line for point in accuracy_points([run])] == [7]


def test_an_accuracy_without_a_condition_stands_beside_the_others(results: Build) -> None:
    run = with_trials(results([accuracy(0.95), accuracy(0.9, time_s=60.0)]))
    assert [(point.time_s, point.mean) for point in accuracy_points([run])] == [(None, 0.95), (60.0, 0.9)]


def test_of_a_training_the_last_epoch_counts(results: Build) -> None:
    rows = [accuracy(0.5 + 0.1 * epoch, trial=trial, epoch=epoch) for epoch in range(3) for trial in range(2)]
    assert with_trials(results(rows)).trials["accuracy"].to_list() == [0.7, 0.7]
