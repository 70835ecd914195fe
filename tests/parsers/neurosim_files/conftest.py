"""Fixtures for the tests of the files that NeuroSim writes beside its log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.parsers import ParsedLog, parse_bytes

FORMAT_OF = {
    "NeuroSim_Output.csv": "neurosim-2-output",
    "NeuroSim_Breakdown_Epock_0.csv": "neurosim-2-breakdown",
    "NeuroSim_Breakdown_Epock_1.csv": "neurosim-2-breakdown",
    "PythonWrapper_Output.csv": "neurosim-2-accuracy",
    "weight_dist.csv": "neurosim-2-distributions",
    "delta_dist.csv": "neurosim-2-distributions",
    "input_activity.csv": "neurosim-2-activity",
    "Area_PowerDensity.csv": "neurosim-3d-area",
}


@pytest.fixture(scope="session")
def files(test_data: Path) -> Path:
    """Folder of the genuine files."""
    return test_data / "neurosim" / "training_files"


@pytest.fixture(scope="session")
def format_of() -> dict[str, str]:
    """Return the format of each genuine file."""
    return FORMAT_OF


@pytest.fixture(params=sorted(FORMAT_OF))
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of a genuine file, one after the other."""
    found = request.param
    assert isinstance(found, str)
    return found


@pytest.fixture(scope="session")
def read_as() -> Callable[[str, str | bytes], tuple[ParsedLog, ...]]:
    """Return a function that reads a text as if it were in the file of a name."""

    def read(name: str, text: str | bytes) -> tuple[ParsedLog, ...]:
        data = text.encode() if isinstance(text, str) else text
        return parse_bytes(data, run=name.removesuffix(".csv"), format=FORMAT_OF[name])

    return read
