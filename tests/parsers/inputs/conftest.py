"""Fixtures for the tests of NeuroSim's input files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.parsers import ParsedLog, parse_bytes


@pytest.fixture(scope="session")
def inputs(test_data: Path) -> Path:
    """Folder of the samples."""
    return test_data / "neurosim" / "inputs"


@pytest.fixture(scope="session")
def read_as() -> Callable[[str, str | bytes], ParsedLog]:
    """Return a function that reads a text as a format."""

    def read(format_name: str, text: str | bytes) -> ParsedLog:
        data = text.encode() if isinstance(text, str) else text
        (log,) = parse_bytes(data, run="test", format=format_name)
        return log

    return read
