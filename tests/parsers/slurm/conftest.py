"""Fixtures for the tests of Slurm's output. The samples are genuine output of Slurm 22.05."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from nnsreport.parsers import ParsedLog, parse_bytes

Jobs = Callable[..., dict[str, dict[str, Any]]]


@pytest.fixture(scope="session")
def slurm(test_data: Path) -> Path:
    """Folder of the samples."""
    return test_data / "slurm"


@pytest.fixture(scope="session")
def read() -> Callable[[str | bytes | Path], ParsedLog]:
    """Return a function that reads a text or a file, whose format is detected."""

    def read_any(source: str | bytes | Path) -> ParsedLog:
        if isinstance(source, Path):
            source = source.read_bytes()
        (log,) = parse_bytes(source.encode() if isinstance(source, str) else source, run="table")
        return log

    return read_any


@pytest.fixture(scope="session")
def jobs(read: Callable[[str | bytes | Path], ParsedLog]) -> Jobs:
    """Return a function that reads the rows of a source by job, without what is null; later attempts as ``6 (2)``."""

    def rows(source: str | bytes | Path | ParsedLog) -> dict[str, dict[str, Any]]:
        log = source if isinstance(source, ParsedLog) else read(source)
        frame = log.tables["jobs"]
        assert isinstance(frame, pl.DataFrame)
        found = {}
        for row in frame.iter_rows(named=True):
            name = row["job"] if row["attempt"] == 1 else f"{row['job']} ({row['attempt']})"
            assert name not in found
            found[name] = {column: value for column, value in row.items() if value is not None}
        return found

    return rows
