"""Fixtures for the tests of MLP+NeuroSim."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def mlp_samples(test_data: Path) -> Path:
    """Folder of the samples."""
    return test_data / "neurosim" / "mlp"
