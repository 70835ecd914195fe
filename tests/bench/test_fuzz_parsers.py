"""Some thousand of the damaged logs that bench/fuzz_parsers.py makes, always the same ones; and that script itself."""

from __future__ import annotations

import importlib
import itertools
import re
import subprocess
import sys
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.reading import lines_of

CASES = 2000
PARTS = 8
SEED = 0
LARGEST_BYTES = 20_000


@pytest.fixture(scope="module")
def fuzz(bench: Path) -> ModuleType:
    """Return the script as a module."""
    return importlib.import_module("fuzz_parsers")


@pytest.fixture(scope="module")
def checks(bench: Path) -> ModuleType:
    return importlib.import_module("log_checks")


@pytest.fixture(scope="module")
def damages(bench: Path) -> ModuleType:
    return importlib.import_module("log_damages")


@pytest.fixture(scope="module")
def found(fuzz: ModuleType) -> list[Any]:
    """Return the samples that are small enough to be damaged thousands of times."""
    small: list[Any] = fuzz.samples([fuzz.DATA], LARGEST_BYTES)
    return small


@pytest.mark.parametrize("part", range(PARTS))
def test_damaged_logs_give_no_wrong_number_and_no_foreign_exception(
    part: int, fuzz: ModuleType, found: list[Any]
) -> None:
    share = CASES // PARTS
    violations = fuzz.check(found, SEED, range(part * share, (part + 1) * share)).violations
    assert violations == [], "\n".join(map(str, violations[:5]))


def test_the_check_finds_wrong_numbers(checks: ModuleType, found: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that files numbers under others' names, or raises what is no error of the project, does not pass."""
    cases = list(checks.cases(found, SEED, range(60)))
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


def test_the_check_finds_lost_numbers(
    checks: ModuleType, damages: ModuleType, found: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Colours around its lines change nothing of a log, so that a parser which then drops numbers does not pass."""
    sample = next(sample for sample in found if sample.name == "sample of neurosim-systolic-1.0")
    coloured = damages.DAMAGES["colours"](sample, Random(0), found)
    right = RunBuilder.metric

    def forgetful(self: RunBuilder, *about: Any, **rest: Any) -> None:
        if about[3] != "leakage_power":
            right(self, *about, **rest)

    assert checks.Case(0, "colours", sample, coloured, "results-1").check() == []
    monkeypatch.setattr(RunBuilder, "metric", forgetful)
    (violation, *_) = checks.Case(0, "colours", sample, coloured, "results-1").check()
    assert violation.about.endswith("is lost without a word")


def test_every_damage_is_made_and_made_again(checks: ModuleType, damages: ModuleType, found: list[Any]) -> None:
    """The bytes of a case depend on its seed and number alone."""
    together = list(checks.cases(found, 7, range(300)))
    assert {case.damage for case in together} == set(damages.DAMAGES)
    apart = [case for number in range(300) for case in checks.cases(found, 7, [number])]
    assert [case.damaged.data for case in together] == [case.damaged.data for case in apart]
    other = [case.damaged.data for case in checks.cases(found, 8, range(300))]
    assert [case.damaged.data for case in together] != other


@pytest.mark.parametrize("name", ["line ends", "colours", "encoding", "task labels", "time stamps"])
def test_damages_of_the_form_leave_the_text(name: str, damages: ModuleType, found: list[Any]) -> None:
    """Where a damage says that no number may be lost, reading undoes it."""
    for number, sample in enumerate(found):
        damaged = damages.DAMAGES[name](sample, Random(number), found)
        if damaged.loss is damages.Loss.NONE:
            lines = [line for line in lines_of(damaged.data).lines if line.strip()]
            assert lines == [line for line in lines_of(sample.text.encode()).lines if line.strip()]


def test_a_run_goes_on_where_it_was_stopped(bench: Path) -> None:
    command = [sys.executable, str(bench / "fuzz_parsers.py"), "--jobs", "1", "--first", "120", "--cases", "130"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    summary = r"cases 120 to 129 of 130: 0 exceptions, 0 other violations, 0 kinds; [\d.]+ cases/s, .*\(case 12\d\)\n"
    assert re.fullmatch(summary, done.stdout)
    assert re.fullmatch(summary, done.stderr)
