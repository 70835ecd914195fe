"""Reference numbers of our own runs of NeuroSim V1.4's functions, and technologies to check them with."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def neurosim_rows(test_data: Path) -> Callable[[str], list[dict[str, str]]]:
    """Read a table of tests/data/cost: each row has arguments (widths in feature sizes) and NeuroSim's results."""

    def rows(name: str) -> list[dict[str, str]]:
        with (test_data / "cost" / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return rows
