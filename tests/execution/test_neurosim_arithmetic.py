"""Runs whose layers are computed as NeuroSim V1.4's wrapper computes them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

import nnsreport
from nnsreport.configuration.presets import preset_names
from nnsreport.configuration.reader import read_configuration
from nnsreport.errors import ConfigurationError
from nnsreport.execution.run import execute_run
from nnsreport.reports.run_data import RunData
from nnsreport.store.load import load_run

EXAMPLE = Path(nnsreport.__file__).parent / "example"
FLAGS = [
    *("mapping.signs=offset", "mapping.reference=column", "mapping.cell_bits=1", "mapping.dac_bits=1"),
    *("adc.kind=neurosim-linear", "device=neurosim-1.4-wrapper", 'compensation.methods=["none"]'),
]
SHORT = ["data.images=40", "data.calibration_images=20", "run.trials=1", "run.times_s=[0]"]
CALIBRATED = "neurosim.scaling=calibrated"


def run(path: Path, name: str, overrides: Sequence[str]) -> RunData:
    return load_run(execute_run(read_configuration(path, overrides), runs=path.parent / "runs", run=name).folder)


def accuracy(found: RunData) -> float:
    return float(found.metrics.filter(metric="accuracy")["value"].item())


@pytest.mark.parametrize("preset", preset_names("neurosim"))
def test_presets_run_the_example(tmp_path: Path, preset: str) -> None:
    for file in EXAMPLE.iterdir():
        shutil.copy(file, tmp_path)
    kept = "neurosim.remainder_channels=kept"
    found = run(tmp_path / "example.toml", "a", [*SHORT, *FLAGS, f"neurosim={preset}", CALIBRATED, kept])
    assert set(found.layers["path"]) == {"neurosim-1.4 float32"}
    assert accuracy(found) > 0.8


def test_what_is_dropped_shows_in_the_weights(tiny: Path) -> None:
    overrides = [*FLAGS, "neurosim=neurosim-1.4", CALIBRATED, "mapping.rows=3", "run.times_s=[0]"]
    dropped = run(tiny, "dropped", overrides)
    kept = run(tiny, "kept", [*overrides, "neurosim.remainder_channels=kept"])
    errors = [data.metrics.filter(metric="weight_error")["value"].max() for data in (dropped, kept)]
    assert errors[0] > 0.1
    assert errors[1] < 0.05


def test_draws_belong_to_the_call_or_to_the_trial(tiny: Path) -> None:
    vary = ["device.programming.kind=proportional", "device.programming.std=0.3", "run.times_s=[0]"]
    overrides = [*FLAGS, "neurosim=neurosim-1.4-corrected", *vary]
    few, many = (run(tiny, f"few{n}", [*overrides, f"run.batch_size={n}"]) for n in (7, 50))
    assert few.predictions.drop("run").equals(many.predictions.drop("run"))


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("mapping.signs=differential", r"mapping\.signs|reference"),
        ("adc.kind=sar", r"adc\.kind: is 'sar'.*write kind = \"neurosim-linear\""),
        ("mapping.cell_bits=0", r"mapping\.cell_bits: is 0.*write cell_bits = 1"),
        ("device.faults.low_rate=0.1", r"device\.faults"),
        ("wires.bit_line_ohm=1", r"wires\.bit_line_ohm"),
    ],
)
def test_settings_that_the_wrapper_lacks_are_refused(tiny: Path, override: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        run(tiny, "a", [*FLAGS, "neurosim=neurosim-1.4", CALIBRATED, override])


def test_networks_beyond_the_unit_range_are_told_what_to_do(tiny: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"neurosim\.scaling: is .unit., but layer .* write scaling = "):
        run(tiny, "a", [*FLAGS, "neurosim=neurosim-1.4"])
