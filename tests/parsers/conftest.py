"""Fixtures for the tests of the parsers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.parsers import ParsedLog, parse_bytes


@pytest.fixture(scope="session")
def samples(test_data: Path) -> Path:
    """Folder of the NeuroSim V1.4 samples."""
    return test_data / "neurosim" / "v1.4"


@pytest.fixture(scope="session")
def read() -> Callable[[str | bytes], ParsedLog]:
    """Return a function that reads one run of a text."""

    def read_text(text: str | bytes, *, format: str | None = "neurosim-1.4") -> ParsedLog:  # noqa: A002
        data = text.encode() if isinstance(text, str) else text
        (log,) = parse_bytes(data, run="test", format=format)
        return log

    return read_text
