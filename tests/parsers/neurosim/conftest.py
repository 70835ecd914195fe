"""Fixtures for the tests of NeuroSim's versions."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def neurosim(test_data: Path) -> Path:
    """Folder of the samples of all versions."""
    return test_data / "neurosim"
