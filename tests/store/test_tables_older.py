"""Runs made before a table got its newest columns are still read."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnsreport.errors import RunError
from nnsreport.store import tables
from nnsreport.tables import TABLES, empty


def _write(folder: Path, dropped: list[str]) -> None:
    for name, content in tables.encode({}).items():
        (folder / name).write_bytes(content)
    empty("metrics").drop(dropped).write_parquet(folder / "metrics.parquet")


def test_newer_columns_are_null(tmp_path: Path) -> None:
    _write(tmp_path, ["epoch", "step"])
    assert tables.read(tmp_path)["metrics"].columns == list(TABLES["metrics"])


def test_a_lost_column_is_damage(tmp_path: Path) -> None:
    _write(tmp_path, ["value"])
    with pytest.raises(RunError, match="other columns"):
        tables.read(tmp_path)
