"""Charts over the epochs of a training."""

from __future__ import annotations

import math
from collections.abc import Callable

import polars as pl
import pytest

from nnsreport.reports.charts import ChartSpec, available_charts
from nnsreport.reports.charts.training_points import Kind, training_series
from nnsreport.reports.run_data import RunData

MakeTraining = Callable[..., RunData]
BATCHES = Kind("training batch", "network", "train_loss", is_of_batches=True)
TEST = Kind("test", "network", "accuracy")


def training_charts(*runs: RunData) -> dict[str, ChartSpec]:
    return {chart.name: chart for chart in available_charts(runs) if chart.section == "training"}


def test_only_what_differs_from_epoch_to_epoch_is_a_curve(make_training: MakeTraining) -> None:
    # The energy grows by 1 % an epoch, the latency stays.
    assert list(training_charts(make_training())) == ["training-accuracy", "training-loss", "training-energy"]


def test_one_epoch_is_no_curve(make_training: MakeTraining, neurosim_run: RunData) -> None:
    assert training_charts(make_training(epochs=(0,))) == {}
    assert training_charts(neurosim_run) == {}


def test_tests_stand_at_the_end_of_their_epoch_and_batches_within(make_training: MakeTraining) -> None:
    batches, test = training_series([make_training()], (BATCHES, TEST))
    assert [point.trained for point in batches.points] == pytest.approx([20 / 60, 40 / 60, 1 + 20 / 60, 1 + 40 / 60])
    assert [point.trained for point in test.points] == [1.0, 2.0]


def test_a_simulator_that_counts_from_1_is_not_moved(make_training: MakeTraining) -> None:
    (test,) = training_series([make_training(epochs=(1, 2), kind="mlp-neurosim-3.0")], (TEST,))
    assert [point.trained for point in test.points] == [1.0, 2.0]


def test_without_the_number_of_images_an_epoch_is_as_long_as_its_batches(make_training: MakeTraining) -> None:
    (batches,) = training_series([make_training(settings={})], (BATCHES,))
    assert [point.trained for point in batches.points] == [0.5, 1.0, 1.5, 2.0]


def test_inf_and_nan_are_left_out_and_counted(make_training: MakeTraining) -> None:
    broken = make_training().metrics.with_columns(
        value=pl.when((pl.col("metric") == "test_loss") & (pl.col("epoch") == 1)).then(math.inf).otherwise("value")
    )
    chart = training_charts(make_training(metrics=broken))["training-loss"]
    assert "1 values that are inf or nan are left out" in chart.caption
    assert "inf" not in {row[2] for row in chart.table.rows}


def test_a_lone_line_is_named_in_the_caption(make_training: MakeTraining) -> None:
    metrics = make_training().metrics.filter(pl.col("metric") != "train_accuracy")
    assert "Shown: test." in training_charts(make_training(metrics=metrics))["training-accuracy"].caption


def test_runs_are_told_apart(make_training: MakeTraining) -> None:
    chart = training_charts(make_training("a"), make_training("b"))["training-accuracy"]
    assert {row[0] for row in chart.table.rows} == {
        f"{run} · {kind}" for run in "ab" for kind in ("training batch", "test")
    }


def test_other_charts_show_one_epoch(make_training: MakeTraining) -> None:
    charts = {chart.name: chart for chart in available_charts([make_training(epochs=range(3))])}
    (row,) = charts["accuracy"].table.rows
    assert row[3] == "32.00 %"
    labels = [row[0] for row in charts["epoch-breakdown"].table.rows]
    assert labels == ["latency 62.27 s"]
