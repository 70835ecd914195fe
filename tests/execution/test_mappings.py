"""The bundled example with each way to lay out weights and to apply activations, from configuration to tables."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import nnsreport
from nnsreport.configuration.reader import read_configuration
from nnsreport.errors import ConfigurationError
from nnsreport.execution.run import execute_run
from nnsreport.reports.run_data import RunData
from nnsreport.store.load import load_run

EXAMPLE = Path(nnsreport.__file__).parent / "example"
SHORT = (
    "data.images=40",
    "data.calibration_images=40",
    "run.trials=1",
    "run.times_s=[3600]",
    "adc.range=full-scale",
    'compensation.methods=["global"]',
)

Run = Callable[..., RunData]


@pytest.fixture
def example(tmp_path: Path) -> Run:
    for file in EXAMPLE.iterdir():
        shutil.copy(file, tmp_path)

    def run(*overrides: str) -> RunData:
        resolved = read_configuration(tmp_path / "example.toml", [*SHORT, *overrides])
        return load_run(execute_run(resolved, runs=tmp_path / "runs", run="a").folder)

    return run


@pytest.mark.parametrize(
    ("settings", "slices", "devices_per_weight"),
    [
        (("mapping.signs=differential", "mapping.cell_bits=2"), 4, 2),
        (("mapping.signs=two-sided", "device=gaussian-5-percent"), 1, 2),
        (("mapping.signs=two-sided", "mapping.cell_bits=4", "device=ideal"), 2, 2),
        (("mapping.signs=offset", "mapping.cell_bits=4", "device=ideal"), 2, 1),
        (("mapping.signs=twos-complement", "mapping.cell_bits=1", "device=ideal"), 8, 1),
        (("mapping.pairs=2", "mapping.significance=2", "mapping.fill=least-significant-first"), 1, 4),
        (("mapping.pairs=2",), 1, 4),
        (("mapping.subtraction=digital", "mapping.pairs=2"), 2, 2),
        (("mapping.dac_bits=2", "mapping.input_signs=twos-complement"), 1, 2),
        (("mapping.input_signs=two-passes",), 1, 2),
    ],
)
def test_each_mapping_runs(example: Run, settings: tuple[str, ...], slices: int, devices_per_weight: int) -> None:
    found = example(*settings, "adc.bits=12")
    assert set(found.layers["weight_slices"]) == {slices}
    for layer in found.layers.iter_rows(named=True):
        assert layer["devices"] == devices_per_weight * slices * layer["inputs"] * layer["outputs"] * layer["groups"]
    # Ten digits: what is mapped wrongly guesses one in ten.
    assert found.trials["accuracy"].item() > 0.8


def test_arrays_of_a_given_size_are_counted_and_cut_blocks(example: Run) -> None:
    found = example("mapping.array_rows=48", "mapping.array_columns=16", "mapping.rows=32")
    for layer in found.layers.iter_rows(named=True):
        whole, rest = divmod(layer["inputs"], 48)
        assert layer["array_row_tiles"] == whole + (rest > 0)
        assert layer["row_blocks"] == 2 * whole + (rest > 0) + (rest > 32)
        assert layer["array_column_tiles"] == -(-layer["outputs"] // 8)  # a pair takes two columns
        assert layer["arrays"] == layer["groups"] * layer["array_row_tiles"] * layer["array_column_tiles"]
        assert layer["array_utilization"] == pytest.approx(layer["devices"] / (layer["arrays"] * 48 * 16))


def test_without_a_size_an_array_is_as_large_as_a_layer(example: Run) -> None:
    layers = example().layers
    assert set(layers["arrays"]) == {1}
    assert set(layers["array_utilization"]) == {1.0}


def test_an_array_too_narrow_for_a_weight_is_refused(example: Run) -> None:
    with pytest.raises(ConfigurationError, match=r"mapping.array_columns: is 7, but a weight of 8 bits takes 14"):
        example("mapping.array_columns=7", "mapping.cell_bits=1")
