"""The script that times the solvers of resistive arrays, for a small array; no times are asserted."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def ir_drop(bench: Path) -> ModuleType:
    """Return the script as a module."""
    return importlib.import_module("ir_drop")


def test_tables_have_a_row_for_each_size_and_resistance(
    ir_drop: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["ir_drop.py", "--sizes", "8", "20", "--ohms", "1", "100"])
    ir_drop.main()
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    driven = [[float(value) for value in row] for row in rows if len(row) == 7 and row[0] in ("8", "20")]
    gated = [[float(value) for value in row] for row in rows if len(row) == 6 and row[0] in ("8", "20")]
    assert [row[:2] for row in driven] == [row[:2] for row in gated] == [[8, 1], [8, 100], [20, 1], [20, 100]]
    for *_, loss, error, bound in driven:
        assert 0 < error < bound < loss
    for size, *_, loss, error in gated:
        assert error < loss
        assert (error < 1e-12) == (size <= 16)
