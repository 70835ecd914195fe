"""Many numbers at once are the same as one after the other."""

from __future__ import annotations

import math
import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nnsreport.parsers.neurosim.numbers import read_numbers, shift
from nnsreport.parsers.quantities import Quantity

EXPONENTS = (0, -9, -12, -6, -2, 12, 18, 6)

printed = st.one_of(
    st.floats(allow_subnormal=False).map(lambda value: f"{value:g}"),
    st.integers(0, 2**64 - 1).map(lambda bits: f"{struct.unpack('d', struct.pack('Q', bits))[0]:g}"),
    st.tuples(st.integers(-999_999, 999_999), st.integers(-30, 30)).map(
        lambda pair: f"{float(f'{pair[0]}e{pair[1]}'):g}"
    ),
    st.decimals(0, 10**6, places=3).map(lambda value: f"{value:f}"),
    st.sampled_from(["0", "-0", "inf", "-inf", "nan", "-nan", "1e-05", "1.3e+258", "123456789012", "0.000123457"]),
)


def same(left: float, right: float) -> bool:
    return struct.pack("d", left) == struct.pack("d", right) or (math.isnan(left) and math.isnan(right))


@given(st.lists(st.tuples(printed, st.sampled_from(EXPONENTS)), min_size=1, max_size=30))
def test_same_as_one_by_one_to_the_last_bit(pairs: list[tuple[str, int]]) -> None:
    texts = [f" {text}" for text, _ in pairs]
    values = read_numbers("\n".join(texts) + "\n", len(texts))
    expected = [Quantity("", exponent).read(text) for text, (_, exponent) in zip(texts, pairs, strict=True)]
    if values is None:  # only what is longer than `cout` prints
        assert any(len(text) > 14 for text in texts)
        return
    shift(values, np.array([exponent for _, exponent in pairs]), texts)
    for text, value, reference in zip(texts, values.tolist(), expected, strict=True):
        assert reference is not None
        assert same(value, reference), text


@given(st.text("0123456789.e+-infa xE_,\u0661", max_size=10))
def test_refuses_what_one_by_one_refuses(text: str) -> None:
    if "\n" not in text and read_numbers(f" {text}\n", 1) is not None:
        assert Quantity("", 0).read(f" {text}") is not None


def test_a_missing_number_does_not_move_the_others() -> None:
    assert read_numbers(" 1\n\n 2 3\n", 3) is None
    assert read_numbers(" 1\n 2\n", 3) is None
