"""Trials that are evaluated together: a run's tables are those of one trial after the other."""

from __future__ import annotations

import dataclasses
import signal
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nnsreport.configuration.reader import read_configuration
from nnsreport.engine.backend import Backend
from nnsreport.engine.crossbar import CrossbarNetwork
from nnsreport.errors import RunInterrupted
from nnsreport.execution import side_by_side
from nnsreport.execution.division import Work, at_once, in_groups
from nnsreport.execution.evaluate import Bench, set_up
from nnsreport.execution.plan import BASELINE, Evaluation
from nnsreport.execution.progress import Silence
from nnsreport.execution.run import execute_run
from nnsreport.execution.side_by_side import trials_at_once
from nnsreport.execution.stopping import StopRequest
from nnsreport.execution.workload import prepare
from nnsreport.reports.run_data import RunData
from nnsreport.store.load import load_run

TABLES = ("metrics", "trials", "predictions", "layers")
FIVE = ["run.trials=5", "run.batch_size=5"]
EFFECTS = {
    "drift": FIVE,
    "compensations": [*FIVE, 'compensation.methods=["none", "per-column", "adabs"]', "run.layer_snr_images=4"],
    "noise": [*FIVE, "device.white_noise.kind=proportional", "device.white_noise.std=0.1", "adc.bits=5"],
    "mismatch": [*FIVE, "adc.kind=sar", "adc.mismatch.capacitor_std=0.05"],
    "one image": ["run.trials=5", "run.batch_size=1"],
}


class Titles(Silence):
    """Progress that notes stages, and asks to stop after some."""

    def __init__(self, stop: StopRequest | None = None, stages: int = 0) -> None:
        self.titles: list[str] = []
        self.stop, self.stages = stop, stages

    def start(self, title: str, images: int) -> None:
        self.titles.append(title)

    def finish(self, result: str) -> None:
        if self.stop is not None and len(self.titles) == self.stages:
            self.stop.signal_number = signal.SIGTERM


def run(path: Path, name: str, overrides: Sequence[str], **options: object) -> RunData:
    resolved = read_configuration(path, overrides)
    outcome = execute_run(resolved, runs=path.parent / "runs", run=name, **options)  # type: ignore[arg-type]
    return load_run(outcome.folder)


def check_equal(found: RunData, expected: RunData) -> None:
    for name in TABLES:
        assert getattr(found, name).drop("run").equals(getattr(expected, name).drop("run"))


def at_a_time(monkeypatch: pytest.MonkeyPatch, trials: int) -> None:
    monkeypatch.setattr("nnsreport.execution.evaluate.trials_at_once", lambda *_: trials)


@pytest.mark.parametrize("name", EFFECTS)
def test_tables_do_not_depend_on_how_many_are_evaluated_together(
    name: str, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_a_time(monkeypatch, 1)
    alone = run(tiny, "alone", EFFECTS[name])
    for trials in (2, 5):
        at_a_time(monkeypatch, trials)
        listener = Titles()
        check_equal(run(tiny, f"together-{trials}", EFFECTS[name], progress=listener), alone)
        assert any(title.startswith(f"trials 1 to {trials} of 5, 25 s") for title in listener.titles)


@pytest.mark.parametrize("stages", [3, 5, 8])
def test_a_run_that_was_cut_off_is_resumed(stages: int, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_time(monkeypatch, 1)
    alone = run(tiny, "alone", FIVE)
    stop = StopRequest()
    at_a_time(monkeypatch, 2)
    with pytest.raises(RunInterrupted):
        run(tiny, "cut", FIVE, progress=Titles(stop, stages), stop=stop)
    at_a_time(monkeypatch, 3)
    check_equal(run(tiny, "cut", FIVE), alone)


def test_a_run_ends_early_at_the_same_trial(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overrides = ["run.trials=7", "run.batch_size=5", "run.least_trials=3", "run.interval_width=0.5"]
    at_a_time(monkeypatch, 1)
    alone = run(tiny, "alone", overrides)
    assert alone.trials["trial"].n_unique() < 7, "a run that does not end early would prove nothing"
    for trials in (2, 4, 7):
        at_a_time(monkeypatch, trials)
        check_equal(run(tiny, f"together-{trials}", overrides), alone)


def test_work_is_taken_in_groups() -> None:
    def work(trial: int, time_s: float, images: range = range(12)) -> Work:
        return Work(f"{trial}-{time_s}", images, Evaluation(trial, time_s))

    works = [Work(BASELINE, range(12)), work(0, 25), work(0, 60), work(2, 60), work(5, 25), work(5, 60, range(4))]
    assert list(in_groups(works, 2)) == [(works[0],), tuple(works[1:4]), tuple(works[4:])]
    assert list(in_groups(works, 9)) == [(works[0],), tuple(works[1:])]
    assert list(at_once(works)) == [(works[1], works[4]), (works[2], works[3]), (works[5],)]


@pytest.fixture
def bench(tiny: Path) -> Bench:
    configuration = read_configuration(tiny).configuration
    return set_up("a", configuration, prepare(configuration), Silence(), lambda: None)


def on(kind: str, bench: Bench, batch_size: int) -> int:
    backend = Backend(np, kind, kind)  # type: ignore[arg-type]
    workload = dataclasses.replace(bench.workload, backend=backend, batch_size=batch_size)
    return trials_at_once(bench.configuration, workload, bench.network)


def test_number_of_trials_fills_a_batch(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [on("cpu", bench, size) for size in (1, 2, 3, 4, 5, 64)] == [16, 8, 5, 4, 1, 1]
    # 12 images of 36 vectors in one layer and 1 in the other.
    assert on("cuda", bench, 64) == side_by_side._MOST
    monkeypatch.setattr(side_by_side, "_VECTORS_ON_A_DEVICE", 1000)
    assert on("cuda", bench, 64) == 5  # 1000 / (12 * 18.5)


def test_number_of_trials_is_limited_by_memory(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = sum(layer.devices for layer in bench.network.layers)
    monkeypatch.setitem(side_by_side._BYTES_OF_CELLS, "cpu", 3 * devices * side_by_side._BYTES_OF_A_CELL)
    assert on("cpu", bench, 1) == 3
    monkeypatch.setitem(side_by_side._BYTES_OF_CELLS, "cpu", 1)
    assert on("cpu", bench, 1) == 1
    monkeypatch.setattr("nnsreport.execution.workload._DEVICE_TENSOR_BYTES", 2 * 12 * bench.workload.image_bytes)
    assert on("cuda", bench, 64) == 2


def test_what_depends_on_its_batch_is_evaluated_alone(bench: Bench) -> None:
    neurosim = dataclasses.replace(bench.configuration.neurosim, arithmetic="vgg8-cifar")
    configuration = dataclasses.replace(bench.configuration, neurosim=neurosim)
    assert trials_at_once(configuration, bench.workload, bench.network) == 1
    empty = CrossbarNetwork(bench.network.graph, (), bench.network.settings, bench.network.quantized)
    assert trials_at_once(bench.configuration, bench.workload, empty) == 1
