"""The script that times inference with the engine alone works in small."""

from __future__ import annotations

import importlib
import sys

import pytest


@pytest.mark.parametrize(
    "options", [[], ["--trials", "2", "--graph", "off"], ["--trials", "2", "--together", "off"]], ids=" ".join
)
def test_every_row_is_timed(
    options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = importlib.import_module("inference_speed")
    monkeypatch.setattr(sys, "argv", ["inference_speed.py", "--count", "3", "--batch", "2", *options])
    bench.main()
    rows = [line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert [row[0] for row in rows] == ["settings", "floating point", *bench.ROWS]
    for _, accuracy, core_ms, rate in rows[1:]:
        assert 0 <= float(accuracy.removesuffix(" %")) <= 100
        assert float(core_ms) > 0
        assert float(rate) > 0
