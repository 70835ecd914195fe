"""Every device preset on a part of the bundled example, and what is wrong with a device before anything is computed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from nnsreport.cli.run import example_configuration
from nnsreport.configuration.presets import preset_names
from nnsreport.configuration.reader import read_configuration
from nnsreport.errors import ConfigurationError
from nnsreport.execution.run import execute_run
from nnsreport.store.load import load_run

SMALL = ["data.images=32", "data.calibration_images=16", "run.trials=1", "run.times_s=[25,86400]"]
MEASURED = ["device=sonos-agrawal2022", "run.times_s=[432001]"]


def trials(tmp_path: Path, *settings: str) -> pl.DataFrame:
    resolved = read_configuration(example_configuration(), [*SMALL, *settings])
    return load_run(execute_run(resolved, runs=tmp_path, run="run").folder).trials


@pytest.mark.parametrize("preset", preset_names("device"))
def test_every_preset_runs(tmp_path: Path, preset: str) -> None:
    found = trials(tmp_path, f"device={preset}")
    assert found.height == 4  # two times with and without compensation
    assert found["test_images"].to_list() == [32] * 4
    assert found.filter(pl.col("compensation") == "global")["accuracy"].min() > 0.8


def test_settings_of_the_command_line_reach_the_devices(tmp_path: Path) -> None:
    found = trials(tmp_path, "device=ideal", "device.faults.stuck_on_rate=0.4", "device.faults.stuck_off_rate=0.4")
    assert found["accuracy"].max() < 0.8


def test_times_beyond_the_measurements_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"device\.table: ends 432000 s after programming"):
        trials(tmp_path, *MEASURED)
    assert not list(tmp_path.glob("run/*.parquet"))
