"""Trials end when every interval is narrow enough, at the same trial whether the run was cut off or not."""

from __future__ import annotations

import dataclasses
import math
import signal
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from nnsreport.configuration.reader import read_configuration
from nnsreport.configuration.schema import RunSettings
from nnsreport.errors import RunInterrupted
from nnsreport.execution.early_stop import TrialAccuracies, widest_interval
from nnsreport.execution.progress import Silence
from nnsreport.execution.run import execute_run
from nnsreport.execution.stopping import StopRequest
from nnsreport.reports.run_data import RunData
from nnsreport.store.load import load_run

# Quantile 97.5 % of Student's t with 1 and 2 degrees of freedom, from tables.
T1, T2 = 12.7062, 4.3027


class CutOff(Silence):
    """Progress that asks to stop after some stages."""

    def __init__(self, stop: StopRequest, stages: int) -> None:
        self.stop, self.left = stop, stages

    def finish(self, result: str) -> None:
        self.left -= 1
        if not self.left:
            self.stop.signal_number = signal.SIGTERM


def trials_table(rows: Sequence[tuple[float | None, str, float]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["time_s", "compensation", "accuracy"], orient="row")
    return frame.with_columns(pl.lit(1000).alias("test_images"))


def test_width_is_that_of_students_interval() -> None:
    # Of two values the standard error is half their distance.
    assert widest_interval([[0.5, 0.6]], 1000) == pytest.approx(T1 * 0.1, rel=1e-4)
    # 1, 2, 3: standard deviation 1.
    assert widest_interval([[0.5, 0.5], [1.0, 2.0, 3.0]], 1000) == pytest.approx(2 * T2 / math.sqrt(3), rel=1e-4)


def test_accuracies_that_are_equal_by_rounding_are_not_certain() -> None:
    # A spread of 1 / (images sqrt(12)), over three trials.
    assert widest_interval([[0.25] * 3], 12) == pytest.approx(2 * T2 / 12 / 6, rel=1e-4)
    assert widest_interval([[0.25] * 3], 12_000) == pytest.approx(2 * T2 / 12_000 / 6, rel=1e-4)


def test_one_value_is_never_enough() -> None:
    assert widest_interval([[0.5, 0.5], [0.5]], 1000) == math.inf
    assert widest_interval([], 1000) == math.inf


def test_every_time_and_compensation_has_to_be_known_well_enough() -> None:
    settings = RunSettings(interval_width=0.2, least_trials=3)
    sure, found = TrialAccuracies(), TrialAccuracies()
    for accuracy in (0.5, 0.9, 0.7):
        sure.add(trials_table([(25.0, "none", 0.9), (25.0, "global", 0.9), (3600.0, "none", 0.9)]))
        found.add(trials_table([(25.0, "none", 0.9), (25.0, "global", 0.9), (3600.0, "none", accuracy)]))
    assert sure.suffice(3, settings)
    assert not found.suffice(3, settings)
    # The accuracies have a standard deviation of 0.2.
    width = 2 * T2 * 0.2 / math.sqrt(3)
    assert found.suffice(3, dataclasses.replace(settings, interval_width=width + 1e-4))
    assert not found.suffice(3, dataclasses.replace(settings, interval_width=width - 1e-4))


def test_least_trials_are_made_and_without_a_width_all() -> None:
    found = TrialAccuracies()
    for _ in range(4):
        found.add(trials_table([(None, "none", 0.5)]))
    assert not found.suffice(4, RunSettings(interval_width=0.1, least_trials=5))
    assert found.suffice(4, RunSettings(interval_width=0.1, least_trials=4))
    assert not found.suffice(4, RunSettings(least_trials=2))


def run(path: Path, name: str, overrides: Sequence[str], stop: StopRequest | None = None, **options: object) -> RunData:
    resolved = read_configuration(path, overrides)
    outcome = execute_run(resolved, runs=path.parent / "runs", run=name, stop=stop, **options)  # type: ignore[arg-type]
    return load_run(outcome.folder)


def expected_trials(full: RunData, width: float, least: int) -> int:
    """Count trials by hand from a run that made them all."""
    groups = full.trials.sort("trial").partition_by("time_s", "compensation")
    total = full.trials["trial"].n_unique()
    for count in range(least, total):
        if widest_interval([group["accuracy"].to_list()[:count] for group in groups], 12) <= width:
            return count
    return total


SETTINGS = ["run.trials=7", "run.least_trials=3", "device.programming.std=0.15"]
WIDTH = 0.45


def test_a_run_ends_early_with_the_trials_of_a_full_one(tiny: Path) -> None:
    full = run(tiny, "full", SETTINGS)
    count = expected_trials(full, WIDTH, 3)
    assert 3 <= count < 7
    short = run(tiny, "short", [*SETTINGS, f"run.interval_width={WIDTH}"])
    assert short.state == "complete"
    assert short.trials["trial"].n_unique() == count
    for name in ("trials", "predictions", "metrics"):
        whole = getattr(full, name).filter(pl.col("trial").is_null() | (pl.col("trial") < count))
        assert getattr(short, name).drop("run").equals(whole.drop("run"))
    assert f"{count} of up to 7 trials: no 95 % interval" in str(short.provenance)


def test_a_run_that_was_cut_off_ends_at_the_same_trial(tiny: Path) -> None:
    overrides = [*SETTINGS, f"run.interval_width={WIDTH}"]
    whole = run(tiny, "whole", overrides)
    for stages in (3, 9, 12):
        stop = StopRequest()

        with pytest.raises(RunInterrupted):
            run(tiny, f"cut-{stages}", overrides, stop, progress=CutOff(stop, stages))
        resumed = run(tiny, f"cut-{stages}", overrides)
        assert resumed.trials.drop("run").equals(whole.trials.drop("run"))
        assert resumed.predictions.drop("run").equals(whole.predictions.drop("run"))


def test_accuracies_that_vary_too_much_take_all_trials(tiny: Path) -> None:
    found = run(tiny, "all", [*SETTINGS, "run.trials=4", "run.interval_width=1e-9"])
    assert found.trials["trial"].n_unique() == 4
    assert "of up to" not in str(found.provenance)
