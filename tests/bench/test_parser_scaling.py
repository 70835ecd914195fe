"""The script that measures how reading time grows, in a small form; no parser's times are asserted."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from nnsreport.errors import NnsreportError
from nnsreport.parsers import LogFormat, formats, parse_bytes

SHARE = 0.002


@pytest.fixture(scope="module")
def scaling(bench: Path) -> ModuleType:
    """Return the script as a module."""
    return importlib.import_module("parser_scaling")


@pytest.fixture(scope="module")
def hostile(bench: Path) -> ModuleType:
    return importlib.import_module("hostile_texts")


@pytest.mark.parametrize("log_format", formats(), ids=lambda known: known.name)
def test_floods_are_read_or_refused(log_format: LogFormat, hostile: ModuleType) -> None:
    """A small share of the script's sizes: no exception but the project's own."""
    lines = log_format.sample.splitlines()
    for flood in hostile.texts_for(log_format.name, lines)["flood"]:
        text = flood.text_of(lines, int(flood.size * SHARE))
        try:
            logs = parse_bytes(text.encode(), run="r", format=log_format.name)
        except NnsreportError:
            continue
        assert logs


def test_texts_are_as_large_as_asked(hostile: ModuleType) -> None:
    lines = formats()[0].sample.splitlines()
    for kind, texts in hostile.texts_for("neurosim-1.4", lines).items():
        for text in texts:
            count = max if kind == "long line" or text.about.startswith("a line") else len
            small, large = (_size(text.text_of(lines, size), count) for size in (1_000, 10_000))
            assert large - small == pytest.approx(9_000, rel=0.1), text.about


def _size(text: str, count: object) -> int:
    lines = text.split("\n")
    return max(map(len, lines)) if count is max else len(lines)


def test_what_grows_too_fast_is_found(
    scaling: ModuleType, hostile: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quadratic(text: str, _: str) -> float:
        return text.count("\n") ** 2 / 1e6

    def linear(text: str, _: str) -> float:
        return text.count("\n") / 1e3

    known = formats()[0]
    monkeypatch.setattr(scaling, "seconds", quadratic)
    assert scaling.measure(known, hostile.REPETITIONS[0], 0.2).growth == pytest.approx(10, rel=0.05)
    assert not scaling.check(known, 0.2)
    monkeypatch.setattr(scaling, "seconds", linear)
    assert scaling.measure(known, hostile.REPETITIONS[0], 0.2).growth == pytest.approx(1, rel=0.05)


def test_the_script_runs(
    scaling: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    read = scaling.seconds

    def as_if_linear(text: str, format_name: str) -> float:
        """Read it all the same: what that takes depends on what else the machine does."""
        read(text, format_name)
        return len(text) / 1e6

    monkeypatch.setattr(scaling, "seconds", as_if_linear)
    monkeypatch.setattr("sys.argv", ["parser_scaling.py", "--format", "mlp-neurosim-3.0-accuracy", "--share", "0.001"])
    assert scaling.main() == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[:2] for row in rows] == [
        ["mlp-neurosim-3.0-accuracy", kind] for kind in ("repetition", "long", "flood")
    ]
