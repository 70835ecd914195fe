"""Many numbers at once are the same as one after the other."""

from __future__ import annotations

import math
import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nnsreport.parsers.quantities import Quantity
from nnsreport.parsers.recurring.decimals import read_decimals

EXPONENTS = (0, -9, -12, -6, -2, 12, 18, 6)

printed = st.one_of(
    st.floats(allow_subnormal=False).map(lambda value: f"{value:g}"),
    st.integers(0, 2**64 - 1).map(lambda bits: f"{struct.unpack('d', struct.pack('Q', bits))[0]:g}"),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: f"{value:.15g}"),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: f"{value:.17g}"),
    st.tuples(st.integers(-999_999, 999_999), st.integers(-30, 30)).map(
        lambda pair: f"{float(f'{pair[0]}e{pair[1]}'):g}"
    ),
    st.decimals(0, 10**6, places=3).map(lambda value: f"{value:f}"),
    st.sampled_from(
        ["0", "-0", "inf", "-inf", "nan", "-nan", "1e-05", "1.3e+258", "123456789012", "0.000123457", "007", "9" * 16]
    ),
)


def read(texts: list[str], exponents: list[int]) -> list[float | None]:
    widths = np.array([len(text) for text in texts])
    characters = np.full((max(widths), len(texts)), ord("7"), dtype=np.uint8)  # what is below a number is another's
    for column, text in enumerate(texts):
        characters[: len(text), column] = np.frombuffer(text.encode("latin-1", "replace"), dtype=np.uint8)
    values, is_number = read_decimals(characters, widths, np.array(exponents))
    return [value if is_read else None for value, is_read in zip(values.tolist(), is_number, strict=True)]


def same(left: float, right: float) -> bool:
    return struct.pack("d", left) == struct.pack("d", right) or (math.isnan(left) and math.isnan(right))


@given(st.lists(st.tuples(printed, st.sampled_from(EXPONENTS)), min_size=1, max_size=30))
def test_same_as_one_by_one_to_the_last_bit(pairs: list[tuple[str, int]]) -> None:
    values = read([text for text, _ in pairs], [exponent for _, exponent in pairs])
    for (text, exponent), value in zip(pairs, values, strict=True):
        reference = Quantity("", exponent).read(text)
        assert reference is not None and value is not None
        assert same(value, reference), text


@given(st.text("0123456789.e+-infa xE_,\u00b2", min_size=1, max_size=10), st.booleans())
def test_takes_and_refuses_what_one_by_one_does(text: str, has_neighbour: bool) -> None:
    texts = [text, "-1.25e-07"] if has_neighbour else [text]
    value, *others = read(texts, [0] * len(texts))
    reference = Quantity("", 0).read(text) if text == text.strip() else None
    assert (value is None) == (reference is None)
    if value is not None and reference is not None:
        assert same(value, reference)
    assert others in ([], [-1.25e-07])
