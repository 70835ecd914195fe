"""Flags between simulators and between epochs, pair by pair."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nnsreport.reports.comparison import Outcome, compare_runs
from nnsreport.reports.comparison.flag import Flag
from nnsreport.reports.comparison.row import Row, frame_rows
from nnsreport.reports.comparison.simulator_flags import epoch_flags, simulator_flags
from nnsreport.reports.run_data import RunData

MakeRun = Callable[..., RunData]
MakeTraining = Callable[..., RunData]

AREA = {"metric": "area", "value": 1.0, "component": "total"}


def flag_between(make_run: MakeRun, kind_a: str, kind_b: str, **settings: Any) -> Flag | None:
    a = make_run("a", [AREA], kind=kind_a, settings=settings.get("a"))
    b = make_run("b", [AREA], kind=kind_b, settings=settings.get("b"))
    flags = list(simulator_flags(a, b))
    assert len(flags) <= 1
    return flags[0] if flags else None


@pytest.mark.parametrize(
    ("a", "b", "subject", "words"),
    [
        ("neurosim-1.4", "neurosim-1.3", "simulator version", "recalibrated"),
        ("neurosim-2.1", "neurosim-2.0", "simulator version", "recalibrated"),
        ("neurosim-1.4", "neurosim-dcim-1.0", "architecture", "digital adders"),
        ("neurosim-1.4", "neurosim-3d-heterogeneous-1.0", "architecture", "footprint"),
        ("neurosim-dcim-1.0", "neurosim-3d-monolithic-1.0", "architecture", "footprint"),
        ("neurosim-3d-heterogeneous-1.0", "neurosim-3d-monolithic-1.0", "architecture", "divided between two tiers"),
        ("neurosim-systolic-1.0", "neurosim-1.4", "architecture", "DRAM and standby"),
        ("neurosim-systolic-1.0", "neurosim-dcim-1.0", "architecture", "DRAM and standby"),
        ("nnsreport", "neurosim-systolic-1.0", "simulator", "the two models"),
        ("results-1", "neurosim-1.4", "simulator", "the two models"),
        ("tinysim-1", "neurosim-1.4", "simulator", "the two models"),
    ],
)
def test_inference_is_compared_with_a_caution(make_run: MakeRun, a: str, b: str, subject: str, words: str) -> None:
    for pair in ((a, b), (b, a)):
        flag = flag_between(make_run, *pair)
        assert flag is not None
        assert (flag.subject, flag.is_blocking) == (subject, False)
        assert words in flag.explanation
        assert flag.warns_row("area", "chip")
        assert flag.warns_row("accuracy", "network")


@pytest.mark.parametrize("training", ["neurosim-2.1", "mlp-neurosim-3.0"])
@pytest.mark.parametrize(
    "inference", ["neurosim-1.4", "neurosim-systolic-1.0", "neurosim-3d-monolithic-1.0", "nnsreport"]
)
def test_training_and_inference_share_accuracies_only(make_run: MakeRun, training: str, inference: str) -> None:
    flag = flag_between(make_run, training, inference)
    assert flag is not None
    assert flag.blocks_row("area", "chip")
    assert not flag.blocks_row("accuracy", "network")
    assert flag.warns_row("accuracy", "network")


def test_trainings_that_count_their_costs_differently_share_accuracies_only(make_run: MakeRun) -> None:
    flag = flag_between(make_run, "neurosim-2.1", "mlp-neurosim-3.0")
    assert flag is not None
    assert flag.blocks_row("area", "chip")
    assert not flag.blocks_row("accuracy", "network")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("neurosim-2.1", "neurosim-2-output"),
        ("neurosim-2.0", "neurosim-2-breakdown"),
        ("neurosim-1.5", "neurosim-1.4-overall"),
        ("mlp-neurosim-3.0", "mlp-neurosim-3.0-accuracy"),
        ("neurosim-systolic-1.0", "neurosim-systolic-1.0-bank"),
        ("neurosim-3d-heterogeneous-1.0", "neurosim-3d-area"),
    ],
)
def test_a_log_and_the_files_beside_it_are_of_one_simulator(make_run: MakeRun, a: str, b: str) -> None:
    assert flag_between(make_run, a, b) is None


def test_results_files_are_of_the_simulator_they_name(make_run: MakeRun) -> None:
    def between(a: dict[str, str], b: dict[str, str]) -> Flag | None:
        named = ({f"results.{key}": text for key, text in given.items()} for given in (a, b))
        return flag_between(make_run, "results-1", "results-1", **dict(zip("ab", named, strict=True)))

    assert between({"simulator": "aihwkit"}, {"simulator": "AIHWKit"}) is None
    other = between({"simulator": "aihwkit"}, {"simulator": "CrossSim"})
    assert other is not None
    assert other.summary == "simulator: aihwkit against CrossSim"
    newer = between(
        {"simulator": "aihwkit", "simulator_version": "0.9"}, {"simulator": "aihwkit", "simulator_version": "1.0"}
    )
    assert newer is not None
    assert newer.summary == "simulator version: aihwkit 0.9 against aihwkit 1.0"


def rows_of(a: RunData, b: RunData) -> dict[tuple[str, str | None], Row]:
    return {(row.metric, row.component): row for row in frame_rows(compare_runs(a, b).rows) if row.layer is None}


def test_trainings_are_compared_at_the_last_epoch_of_both(make_training: MakeTraining) -> None:
    rows = rows_of(make_training(epochs=range(5)), make_training(epochs=range(3)))
    accuracy = rows["accuracy", None]
    assert (accuracy.value_a, accuracy.epoch_a, accuracy.epoch_b) == (pytest.approx(0.32), 2, 2)
    assert accuracy.outcome == Outcome.EQUAL
    assert all(row.outcome == Outcome.EQUAL for row in rows.values())


def test_the_flag_says_which_epoch_is_compared(make_training: MakeTraining) -> None:
    (flag,) = epoch_flags(make_training(epochs=range(5)), make_training(epochs=range(3)))
    assert flag.summary == "epoch: 2 (the last is 4) against 2, the last"
    assert not flag.is_blocking
    assert flag.warns_row("best_accuracy", "network")
    assert not flag.warns_row("accuracy", "network")
    assert list(epoch_flags(make_training(), make_training())) == []


def test_without_a_common_epoch_what_adds_up_over_epochs_is_not_comparable(make_training: MakeTraining) -> None:
    (flag,) = epoch_flags(make_training(epochs=(0, 1)), make_training(epochs=(7, 8)))
    assert flag.blocks_row("cumulative_write_energy", "chip")
    assert not flag.blocks_row("epoch_dynamic_energy", "chip")
    assert flag.warns_row("accuracy", "network")


def test_accuracies_of_single_batches_are_never_better(make_training: MakeTraining) -> None:
    worse = make_training(epochs=(0,))
    better = make_training(epochs=(0,))
    metrics = better.metrics.with_columns(value=better.metrics["value"] * 1.5)
    row = rows_of(worse, make_training(metrics=metrics))["train_accuracy", None]
    assert (row.outcome, row.reason) == (Outcome.DIFFERENT, "of one batch each: the noise is unknown")


def test_an_area_below_zero_newly_fails(make_run: MakeRun) -> None:
    row = rows_of(make_run("a", [AREA]), make_run("b", [AREA | {"value": -1.0}]))["area", "total"]
    assert (row.outcome, row.reason, row.difference) == (Outcome.NEWLY_FAILING, "below zero", None)
    assert row.value_b == -1.0


def test_weights_may_be_below_zero(make_run: MakeRun) -> None:
    weight = {"metric": "weight_mean", "value": 0.1, "layer": "layer1"}
    comparison = compare_runs(make_run("a", [weight]), make_run("b", [weight | {"value": -0.1}]))
    assert comparison.rows["outcome"].to_list() == [Outcome.DIFFERENT]
