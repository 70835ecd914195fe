"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Folder with genuine logs, networks and images that are not for the repository; the test is skipped without it."""
    folder = Path(os.environ.get("NNSREPORT_SHARED", ROOT.parent / "shared"))
    if not (folder / "neurosim").is_dir():
        pytest.skip(f"the shared material is not at {folder} (set NNSREPORT_SHARED)")
    return folder


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Folder of the small samples kept with the tests."""
    return ROOT / "tests" / "data"
