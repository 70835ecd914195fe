"""Printed numbers keep every digit."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnsreport.parsers.quantities import (
    NANOSECONDS,
    PERCENT,
    PICOJOULES,
    PURE,
    SQUARE_MICROMETRES,
    TERA,
    WHOLE_SECONDS,
    Quantity,
)


@pytest.mark.parametrize(
    ("quantity", "text", "expected"),
    [
        (NANOSECONDS, " 80898.5ns", float("80898.5e-9")),
        (SQUARE_MICROMETRES, " 9.10707e+07um^2", float("9.10707e-5")),
        (PICOJOULES, "1.31477e+258pJ", float("1.31477e+246")),
        (PURE, " 1.6974e-09", float("1.6974e-09")),
        (TERA, " 11.0005", float("11.0005e12")),
        (PERCENT, " 33.1 % ", float("33.1e-2")),
        (WHOLE_SECONDS, " 207 seconds", 207.0),
        (NANOSECONDS, " 0ns", 0.0),
        (NANOSECONDS, " -3.5ns", float("-3.5e-9")),
        (NANOSECONDS, " infns", math.inf),
        (NANOSECONDS, " -infns", -math.inf),
    ],
)
def test_value_is_the_printed_decimal_with_its_exponent_shifted(quantity: Quantity, text: str, expected: float) -> None:
    assert quantity.read(text) == expected


@pytest.mark.parametrize("text", ["-nanns", "nanns"])
def test_nan_is_kept(text: str) -> None:
    value = NANOSECONDS.read(text)
    assert value is not None
    assert math.isnan(value)


@pytest.mark.parametrize(
    "text",
    [
        "592",
        "592n",
        "592.ns",
        "592 ns",
        "5,92ns",
        "592pJ",
        "592ns592ns",
        "1e+ns",
        "1e+5ns",
        "0x10ns",
        "ns",
        "",
        "infinityns",
        "1_0ns",
    ],
)
def test_anything_else_is_not_a_number(text: str) -> None:
    assert NANOSECONDS.read(text) is None


@given(st.floats(min_value=1e-250, max_value=1e250))
def test_shift_equals_exact_decimal_arithmetic(value: float) -> None:
    printed = f"{value:.6g}"
    assert NANOSECONDS.read(f" {printed}ns") == float(Decimal(printed).scaleb(-9))
