"""A working folder, and genuine logs of NeuroSim V1.4."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def log(test_data: Path) -> Path:
    return test_data / "neurosim" / "v1.4" / "output_123456.txt"


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder on a machine without SLURM."""
    folder = tmp_path / "work"
    folder.mkdir()
    (tmp_path / "bin").mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("NNSREPORT_RUNS", raising=False)
    return folder
