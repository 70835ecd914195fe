"""Runs behind converters with errors and noise, with their tables, and in SRAM arrays."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

import nnsreport
from nnsreport.configuration.identity import configuration_hash, file_hashes
from nnsreport.configuration.presets import preset_names
from nnsreport.configuration.reader import read_configuration
from nnsreport.errors import ConfigurationError
from nnsreport.execution.run import execute_run
from nnsreport.reports.run_data import RunData
from nnsreport.store.load import load_run

EXAMPLE = Path(nnsreport.__file__).parent / "example"
NOISY = ["adc.errors.noise_std=8.0", "adc.errors.offset_std=2.0", "adc.range=full-scale"]
READING = ["device.white_noise.kind=proportional", "device.white_noise.std=0.6"]


def run(path: Path, name: str, overrides: Sequence[str]) -> RunData:
    return load_run(execute_run(read_configuration(path, overrides), runs=path.parent / "runs", run=name).folder)


@pytest.mark.parametrize(
    "noise", [NOISY, READING, [*NOISY, *READING, "adc.kind=sar", "adc.mismatch.capacitor_std=0.05"]]
)
def test_noisy_results_do_not_depend_on_the_batch_size(tiny: Path, noise: list[str]) -> None:
    few, many = run(tiny, "few", noise), run(tiny, "many", [*noise, "run.batch_size=100"])
    assert few.predictions.drop("run").equals(many.predictions.drop("run"))
    quiet = run(tiny, "quiet", ["adc.range=full-scale"])
    assert not few.predictions.drop("run").equals(quiet.predictions.drop("run"))


def test_the_content_of_a_table_belongs_to_the_hash_of_a_run_and_its_place_does_not(tiny: Path) -> None:
    def hash_with(name: str, text: str) -> str:
        (tiny.parent / name).write_text(text)
        configuration = read_configuration(
            tiny, ["adc.kind=table", f"adc.table_file={tiny.parent / name}"]
        ).configuration
        assert configuration.adc.table_file == (tiny.parent / name).resolve()
        return configuration_hash(configuration, file_hashes(configuration))

    first = hash_with("a.csv", "threshold,level\n,0\n0.5,1\n")
    assert hash_with("b.csv", "threshold,level\n,0\n0.5,1\n") == first
    assert hash_with("a.csv", "threshold,level\n,0\n0.6,1\n") != first
    with pytest.raises(ConfigurationError, match=r"adc\.table_file: there is no .*c\.csv"):
        read_configuration(tiny, ["adc.kind=table", "adc.table_file=c.csv"])


def test_a_table_stands_for_a_converter(tiny: Path) -> None:
    rows = "".join(f"{(k - 0.5) / 254},{k / 254}\n" for k in range(1, 255))
    (tiny.parent / "uniform.csv").write_text("threshold,level\n,0\n" + rows)
    by_table = run(tiny, "table", ["adc.kind=table", f"adc.table_file={tiny.parent / 'uniform.csv'}"])
    assert by_table.predictions.drop("run").equals(run(tiny, "plain", []).predictions.drop("run"))


@pytest.mark.parametrize("preset", preset_names("sram"))
def test_presets_of_sram_arrays_run_the_example(tmp_path: Path, preset: str) -> None:
    for file in EXAMPLE.iterdir():
        shutil.copy(file, tmp_path)
    mapping = {
        "gonugondla2022-qs-65nm": ["mapping.signs=twos-complement", "mapping.cell_bits=1", "mapping.dac_bits=1"],
        "gonugondla2022-qr-65nm": ["mapping.signs=twos-complement", "mapping.cell_bits=1"],
        "gonugondla2022-cm-65nm": ["weights.bits=6"],
    }[preset]
    short = ["data.images=100", "data.calibration_images=40", "run.trials=1", "run.times_s=[0]", "adc.range=mpc"]
    overrides = [*short, *mapping, "device=ideal", 'compensation.methods=["none"]', "mapping.rows=64"]
    found = run(tmp_path / "example.toml", "a", [*overrides, f"sram={preset}"])
    known = run(tmp_path / "example.toml", "b", overrides)
    assert found.metrics.filter(metric="accuracy")["value"].item() > 0.5
    assert found.metrics.filter(metric="weight_error")["value"].min() > 1e-4
    assert known.metrics.filter(metric="weight_error")["value"].max() < 1e-6


def test_an_sram_array_says_which_mapping_it_needs(tiny: Path) -> None:
    with pytest.raises(ConfigurationError, match=r'mapping\.signs: is .differential., but .* write signs = "twos'):
        run(tiny, "a", ["sram.kind=QS-Arch", "device=ideal"])
