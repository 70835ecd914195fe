"""Which epoch of a training stands for the run, and which epochs of two trainings are held together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from nnsreport.reports.epochs import align, as_it_stands, at_epoch, complete_epochs, standing_epoch
from nnsreport.reports.run_data import RunData

MakeTraining = Callable[..., RunData]


def accuracies(run: RunData) -> list[float]:
    return run.metrics.filter(run.metrics["metric"] == "accuracy")["value"].to_list()


def test_an_epoch_without_its_hardware_is_not_complete(make_training: MakeTraining) -> None:
    run = make_training(epochs=range(4), without_hardware=(3,))
    assert complete_epochs(run) == (0, 1, 2)
    assert standing_epoch(run) == 2
    assert accuracies(as_it_stands(run)) == [pytest.approx(0.32)]


def test_epochs_that_were_not_tested_are_not_complete(make_training: MakeTraining) -> None:
    run = make_training(epochs=range(5), without_test=(0, 2, 4))
    assert complete_epochs(run) == (1, 3)


def test_damage_to_a_layer_does_not_send_the_run_back_to_an_earlier_epoch(make_training: MakeTraining) -> None:
    metrics = make_training(epochs=range(3)).metrics
    damaged = metrics.filter(~((metrics["epoch"] == 2) & metrics["layer"].eq_missing("layer2")))
    assert damaged.height < metrics.height
    assert standing_epoch(make_training(metrics=damaged)) == 2


def test_where_all_is_about_layers_their_numbers_count(make_training: MakeTraining) -> None:
    run = make_training(epochs=range(3))
    layers = run.metrics.filter(run.metrics["layer"].is_not_null())
    cut = layers.filter(~((layers["epoch"] == 2) & (layers["layer"] == "layer2")))
    assert complete_epochs(make_training(metrics=cut)) == (0, 1)


def test_what_belongs_to_no_epoch_stays(make_training: MakeTraining) -> None:
    metrics = as_it_stands(make_training(epochs=range(3))).metrics
    assert metrics.filter(metrics["metric"] == "best_accuracy").height == 1
    assert set(metrics["epoch"].to_list()) == {None, 2}


def test_of_batches_the_last_one_stays(make_training: MakeTraining) -> None:
    metrics = at_epoch(make_training(epochs=range(2)), 1).metrics
    losses = metrics.filter(metrics["metric"] == "train_loss")
    assert losses["step"].to_list() == [40]


def test_a_run_without_epochs_is_left_alone(neurosim_run: RunData, drift_run: RunData) -> None:
    for run in (neurosim_run, drift_run):
        assert as_it_stands(run) is run
        assert standing_epoch(run) is None


@pytest.mark.parametrize(
    ("a", "b", "epochs", "is_common"),
    [
        ({"epochs": range(3)}, {"epochs": range(3)}, (2, 2), True),
        ({"epochs": range(5)}, {"epochs": range(3)}, (2, 2), True),
        ({"epochs": range(5)}, {"epochs": range(5), "without_hardware": (4,)}, (3, 3), True),
        # MLP+NeuroSim counts from 1: after three epochs its last is 3, NeuroSim's is 2.
        ({"epochs": range(5)}, {"epochs": range(1, 4), "kind": "mlp-neurosim-3.0"}, (2, 3), True),
        ({"epochs": (0, 1)}, {"epochs": (7, 8)}, (1, 8), False),
    ],
)
def test_the_last_epoch_that_both_completed_is_compared(
    make_training: MakeTraining, a: dict[str, Any], b: dict[str, Any], epochs: Sequence[int], is_common: bool
) -> None:
    aligned = align(make_training(**a), make_training(**b))
    assert (aligned.epoch_a, aligned.epoch_b) == tuple(epochs)
    assert aligned.is_common is is_common
    assert set(aligned.a.metrics["epoch"].drop_nulls()) == {epochs[0]}
    assert set(aligned.b.metrics["epoch"].drop_nulls()) == {epochs[1]}


def test_a_training_beside_a_run_without_epochs_stands_at_its_end(
    make_training: MakeTraining, neurosim_run: RunData
) -> None:
    aligned = align(make_training(epochs=range(3)), neurosim_run)
    assert (aligned.epoch_a, aligned.epoch_b) == (2, None)
    assert aligned.b is neurosim_run
