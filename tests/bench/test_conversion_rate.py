"""The benchmark of conversions counts what is computed; no times are asserted."""

from __future__ import annotations

import importlib
import sys

import pytest


def test_every_row_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    conversion_rate = importlib.import_module("conversion_rate")
    monkeypatch.setattr(conversion_rate, "_PASSES", 1)
    monkeypatch.setattr(sys, "argv", ["conversion_rate.py", "--columns", "3", "--inputs", "130", "--vectors", "5"])
    conversion_rate.main()
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if " no kernel " in line]
    assert [row[0].removeprefix("| ") for row in rows] == list(conversion_rate.ROWS)
    for *_, seconds, conversions, multiplications, _ in rows:
        # 3 columns, 4 slices, 8 cycles and 5 vectors, of 2 blocks and of 130 rows; printed to three digits.
        assert float(conversions) * float(seconds) * 1e-3 == pytest.approx(3 * 4 * 8 * 5 * 2, rel=0.02)
        assert float(multiplications) * float(seconds) * 1e-3 == pytest.approx(3 * 4 * 8 * 5 * 130, rel=0.02)
