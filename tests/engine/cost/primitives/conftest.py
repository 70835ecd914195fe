"""NeuroSim's random arguments as arguments of this package's functions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nnsreport.engine.cost.technology import Technology, technology


@pytest.fixture(scope="session")
def technology_of() -> Callable[[dict[str, str]], Technology]:
    """Return the technology that a row was computed with."""

    def of(row: dict[str, str]) -> Technology:
        return technology(int(row["node_nm"]), row.get("roadmap", "LSTP"), float(row.get("temperature_k", 300)))

    return of


@pytest.fixture(scope="session")
def metres() -> Callable[[dict[str, str], str], float]:
    """Return a length that a row states in feature sizes, in metres."""

    def length(row: dict[str, str], column: str) -> float:
        return float(row[column]) * (int(row["node_nm"]) * 1e-9)

    return length
