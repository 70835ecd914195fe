"""A step of real Slurm, where one runs on this machine (the material's slurm/start-slurm.sh starts one)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nnsreport.configuration.reader import read_configuration
from nnsreport.execution.run import execute_run
from nnsreport.store.load import load_run
from nnsreport.tables import TABLES


@pytest.fixture
def slurm() -> dict[str, str]:
    """Environment in which srun finds a cluster that answers."""
    answers = shutil.which("srun") and not subprocess.run(["sinfo"], capture_output=True, timeout=60).returncode
    if not answers:
        pytest.skip("no Slurm runs here")
    return {name: value for name, value in os.environ.items() if not name.startswith("SLURM_")}


@pytest.mark.shared
def test_tasks_of_srun_make_one_run(tiny: Path, slurm: dict[str, str], tmp_path: Path) -> None:
    overrides = ["run.trials=4", "run.batch_size=2"]
    options = [argument for override in overrides for argument in ("--set", override)]
    command = [sys.executable, "-m", "nnsreport", "run", str(tiny), "--runs", str(tmp_path / "runs"), *options]
    done = subprocess.run(
        ["srun", "--ntasks=3", "--mem=0", "--time=5", *command], env=slurm, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "runs").iterdir()
    found = load_run(folder)
    assert found.state == "complete"
    assert found.provenance["SLURM tasks"] == "3"
    assert f"run {folder.name} is kept in" in done.stdout
    assert done.stdout.count("is kept in") == 1, "only the first task says what came out"
    execute_run(read_configuration(tiny, overrides), runs=tmp_path / "alone", run=folder.name)
    for name in TABLES:
        file = f"{name}.parquet"
        assert (folder / file).read_bytes() == (tmp_path / "alone" / folder.name / file).read_bytes()
