"""Values that are filed, but not to be trusted, whatever the format."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.plausibility import flag_implausible

HARDWARE = ("chip", "total", "area")
OF_NEITHER_SIGN = ("network", None, "weight_mean")


def problems(*values: tuple[tuple[str, str | None, str], float, int]) -> list[str]:
    """Return what is said of some numbers: scope, component and metric, value, line."""
    records = RunBuilder("test")
    for layer, ((scope, component, metric), value, line) in enumerate(values):
        records.metric(scope, f"layer{layer}", component, metric, value, line)
    flag_implausible(records, not_finite_remedy="look", negative_remedy="check")
    return [str(problem) for problem in records.finish("r", None, is_complete=True).problems]


def test_good_numbers_are_not_flagged() -> None:
    assert problems() == []
    assert problems((HARDWARE, 0.0, 1), (HARDWARE, 1e-300, 2), (OF_NEITHER_SIGN, -3.0, 3)) == []


def test_the_first_line_is_named() -> None:
    nan, inf = (HARDWARE, math.nan, 7), (OF_NEITHER_SIGN, math.inf, 5)
    assert problems(nan, inf) == ["line 5: 2 values are inf or nan; look"]
    assert problems((HARDWARE, -1.0, 9), (HARDWARE, -2.0, 4)) == [
        "line 4: 2 values are below zero, the first layer1 total area -2 m2; check"
    ]


def test_an_infinity_below_zero_is_both() -> None:
    assert problems((HARDWARE, -math.inf, 3)) == [
        "line 3: 1 value is inf or nan; look",
        "line 3: 1 value is below zero, the first layer0 total area -inf m2; check",
    ]


@given(st.lists(st.floats(), max_size=20))
def test_each_number_counts_once(values: list[float]) -> None:
    said = problems(*((HARDWARE, value, line) for line, value in enumerate(values, start=1)))
    not_finite = sum(not math.isfinite(value) for value in values)
    negative = sum(value < 0 for value in values)
    counts = [count for count in (not_finite, negative) if count]
    assert len(said) == len(counts)
    for count, kind in ((not_finite, "inf or nan"), (negative, "below zero")):
        assert any(f"{count} value" in text and kind in text for text in said) == bool(count)


@pytest.mark.parametrize("count", [1, 2])
def test_one_is_said_as_one(count: int) -> None:
    (said,) = problems(*[(HARDWARE, math.nan, 1)] * count)
    assert ("1 value is " in said) == (count == 1)
