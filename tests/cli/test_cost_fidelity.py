"""``nnsreport cost --fidelity``: whose numbers are printed, and that the output says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from nnsreport.cli import app
from nnsreport.engine.cost.corrections import Correction
from nnsreport.errors import ConfigurationError

NETWORK = "8,8,60,1,1,48,0,1\n8,8,48,3,3,72,1,1\n1,1,72,1,1,10,0,1\n"


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a network."""
    monkeypatch.chdir(tmp_path)
    Path("NetWork.csv").write_text(NETWORK)


def cost(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["cost", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def chip(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cost("--network", "NetWork.csv", "--format", "json", *arguments))
    return found


def efficiency(found: dict[str, Any]) -> float:
    (value,) = (row["value"] for row in found["metrics"] if row["metric"] == "energy_efficiency")
    return float(value)


def test_numbers_are_neurosims_by_default() -> None:
    default, asked = chip(), chip("--fidelity", "neurosim-1.4")
    assert default["metrics"] == asked["metrics"]
    assert default["provenance"]["corrections"] == []
    assert default["provenance"]["settings"]["cost.fidelity"] == "neurosim-1.4"


@pytest.mark.parametrize("arguments", [("--fidelity", "corrected"), ("--set", "cost.fidelity=corrected")])
def test_corrected_numbers_say_so(arguments: tuple[str, str]) -> None:
    found = chip(*arguments)
    assert efficiency(found) < efficiency(chip())
    assert found["provenance"]["corrections"] == sorted(Correction)
    assert found["provenance"]["settings"]["cost.fidelity"] == "corrected"
    table = cost("--network", "NetWork.csv", *arguments)
    assert table.splitlines()[-1].endswith("; NeuroSim V1.4 with corrections")


def test_configurations_and_sweeps_are_corrected() -> None:
    Path("chip.toml").write_text('[cost]\nnetwork_file = "NetWork.csv"\nfidelity = "corrected"\n')
    of_file = json.loads(cost("chip.toml", "--format", "json"))
    assert of_file["provenance"]["corrections"] == sorted(Correction)
    Path("sweep.toml").write_text(
        '[cost]\nnetwork_file = "NetWork.csv"\nfidelity = "corrected"\n[sweep]\nobjectives = ["energy_efficiency"]\n'
        "[axes]\nlevelOutput = [16, 32]\n"
    )
    cost("--sweep", "sweep.toml", "--out", "points.parquet", "--jobs", "1")
    points = pl.read_parquet("points.parquet").filter(pl.col("levelOutput") == 32)
    assert points["energy_efficiency"].item() == pytest.approx(efficiency(of_file), rel=1e-12)


def test_the_log_of_neurosim_has_no_corrections() -> None:
    with pytest.raises(ConfigurationError, match=r"log of NeuroSim.*neurosim-1\.4"):
        cost("--network", "NetWork.csv", "--format", "neurosim", "--fidelity", "corrected")


def test_an_unknown_fidelity_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'corrected'"):
        cost("--network", "NetWork.csv", "--fidelity", "correct")
