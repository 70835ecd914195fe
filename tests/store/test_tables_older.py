"""Runs made before a table got its newest columns are still read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from nnsreport.errors import RunError
from nnsreport.store import tables
from nnsreport.tables import NEWER_COLUMNS, TABLES, empty


def _write(folder: Path, table: str, dropped: Sequence[str]) -> None:
    for name, content in tables.encode({}).items():
        (folder / name).write_bytes(content)
    empty(table).drop(dropped).write_parquet(folder / f"{table}.parquet")


@pytest.mark.parametrize("table", NEWER_COLUMNS)
def test_newer_columns_are_null(tmp_path: Path, table: str) -> None:
    _write(tmp_path, table, NEWER_COLUMNS[table])
    assert tables.read(tmp_path)[table].columns == list(TABLES[table])


def test_a_lost_column_is_damage(tmp_path: Path) -> None:
    _write(tmp_path, "metrics", ["value"])
    with pytest.raises(RunError, match="other columns"):
        tables.read(tmp_path)
