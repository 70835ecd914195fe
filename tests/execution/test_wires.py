"""Runs on arrays whose wires resist."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

import nnsreport
from nnsreport.configuration.reader import read_configuration
from nnsreport.errors import ConfigurationError
from nnsreport.execution.run import execute_run
from nnsreport.reports.run_data import RunData
from nnsreport.store.load import load_run

EXAMPLE = Path(nnsreport.__file__).parent / "example"
DRIVEN = ["wires.word_line_ohm=1", "wires.bit_line_ohm=1"]
GATED = ["mapping.dac_bits=1", "wires.select=gated", "wires.source_line_ohm=1", "wires.bit_line_ohm=1"]


def run(path: Path, name: str, overrides: Sequence[str]) -> RunData:
    return load_run(execute_run(read_configuration(path, overrides), runs=path.parent / "runs", run=name).folder)


@pytest.mark.parametrize(
    ("wires", "path"),
    [
        (DRIVEN, "single-cycle float32"),
        ([*DRIVEN, "wires.pairs=interleaved", "wires.solver=fast"], "single-cycle float32"),
        ([*DRIVEN, "wires.pairs=adjacent", "wires.columns=32", "adc.kind=ideal"], "collapsed float32"),
        ([*GATED, "wires.solver=fast"], "bit-serial float32"),
        ([*GATED, "wires.solver=fast", "wires.pairs=interleaved", "adc.kind=ideal"], "bit-serial float32"),
    ],
)
def test_the_example_stands_an_ohm_from_cell_to_cell(tmp_path: Path, wires: list[str], path: str) -> None:
    for file in EXAMPLE.iterdir():
        shutil.copy(file, tmp_path)
    short = ["data.images=40", "data.calibration_images=40", "run.trials=1", "run.times_s=[25]"]
    quiet = [*short, 'compensation.methods=["none"]', "device=ideal"]
    found = run(tmp_path / "example.toml", "wires", [*quiet, *wires])
    assert set(found.layers["path"]) == {path}
    assert found.trials["accuracy"].item() > 0.9
    errors = found.metrics.filter(found.metrics["metric"] == "weight_error")["value"]
    # Gated arrays have no matrix to compare with the weights: there it is the devices' own error, here none.
    assert (errors.min() > 1e-4) if "wires.select=gated" not in wires else (errors.max() < 1e-6)


@pytest.mark.parametrize("wires", [DRIVEN, GATED])
def test_predictions_do_not_depend_on_the_batch_size(tiny: Path, wires: list[str]) -> None:
    loud = [setting.replace("_ohm=1", "_ohm=300") for setting in wires]
    few, many = run(tiny, "few", loud), run(tiny, "many", [*loud, "run.batch_size=100"])
    assert few.predictions.drop("run").equals(many.predictions.drop("run"))


def test_wires_without_resistance_give_the_same_run(tiny: Path) -> None:
    without = run(tiny, "without", ["wires.rows=128", "wires.pairs=adjacent"])
    assert without.predictions.drop("run").equals(run(tiny, "plain", []).predictions.drop("run"))


def test_what_does_not_suit_the_wires_is_refused_in_one_line(tiny: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"^mapping\.dac_bits: is 0, but rows of gated arrays .* dac_bits = 1$"
    ):
        run(tiny, "refused", GATED[1:])
