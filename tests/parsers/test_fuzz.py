"""A few thousand of the damaged logs that bench/fuzz_parsers.py makes, always the same ones."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nnsreport.parsers.builder import RunBuilder

ROOT = Path(__file__).resolve().parents[2]
CASES = 2000
PARTS = 8
LARGEST_BYTES = 20_000


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    """Return the script as a module."""
    spec = importlib.util.spec_from_file_location("fuzz_parsers", ROOT / "bench" / "fuzz_parsers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz_parsers"] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def found(fuzz: ModuleType) -> list[object]:
    """Return the samples that are small enough to be damaged thousands of times."""
    small: list[object] = fuzz.samples([fuzz.DATA], LARGEST_BYTES)
    return small


@pytest.mark.parametrize("part", range(PARTS))
def test_damaged_logs_give_no_wrong_number_and_no_foreign_exception(
    part: int, fuzz: ModuleType, found: list[object]
) -> None:
    share = CASES // PARTS
    violations = fuzz.check(found, share, part * share)
    assert violations == [], "\n".join(map(str, violations[:5]))


def test_the_check_finds_wrong_numbers(fuzz: ModuleType, found: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that files numbers under others' names, or raises what is no error of the project, does not pass."""
    cases = list(fuzz.cases(found, 60, 0))
    right = RunBuilder.metric
    filed = itertools.count(1)

    def wrong(
        self: RunBuilder,
        scope: str,
        layer: str | None,
        component: str | None,
        metric: str,
        value: float,
        line: int,
        **rest: Any,
    ) -> None:
        number = next(filed)
        if number % 101 == 0:
            raise KeyError(component)
        component = "cim_array" if number % 97 == 0 else component
        right(self, scope, layer, component, metric, value * (1 + (number % 89 == 0)), line, **rest)

    monkeypatch.setattr(RunBuilder, "metric", wrong)
    kinds = {violation.about for case in cases for violation in case.check()}
    assert "raises KeyError" in kinds
    assert any(kind.endswith("of cim_array is another number's") for kind in kinds)
    assert any(kind.endswith("is not printed") for kind in kinds)
