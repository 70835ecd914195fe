"""Fixtures for the tests of the digital systolic array."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def systolic_samples(test_data: Path) -> Path:
    """Folder of the samples."""
    return test_data / "neurosim" / "systolic"
