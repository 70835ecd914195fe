"""Fixtures for the tests of the bench scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.fixture(scope="session", autouse=True)
def bench() -> Iterator[Path]:
    """Return the folder of the scripts; they and their tests find the modules in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCH)
        yield BENCH
