"""A mould takes a text only if all but its numbers is the same."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnsreport.parsers.quantities import STREAMED
from nnsreport.parsers.recurring import Field, Fillings, Mould, filling

LINES = ["=== µ-chip ===", "area: 12.5um^2", "", "size: 3x14 tiles", "anything 7 at all", "rows: 1, 2.5, -3e-05", "end"]
FREE = 4


NUMBERS = ((1, "12.5", -12), (3, "3", 0), (3, "14", 0), (5, "1", 0), (5, "2.5", 0), (5, "-3e-05", 0))


def fields() -> list[Field]:
    starts = [(line, LINES[line].index(number), number, exponent) for line, number, exponent in NUMBERS]
    return [Field(line, start, start + len(number), exponent, line == 3) for line, start, number, exponent in starts]


@pytest.fixture
def mould() -> Mould:
    return Mould.of(LINES, fields(), [FREE])


def text(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def may_fit(mould: Mould, text: bytes) -> bool:
    return mould.has_ends(text) and text.count(b"\n") == mould.lines


def read(mould: Mould, *texts: bytes) -> list[tuple[list[float], tuple[bytes, ...]] | None]:
    """Return the numbers and free lines of each text that fits."""
    possible = [text for text in texts if may_fit(mould, text)]
    if not possible:
        return [None] * len(texts)
    given, by_numpy = mould.read(possible), read_by_numpy(mould, possible)
    found = iter(zip(given.fits, given.numbers.tolist(), given.free, strict=True))
    rows = [next(found) if may_fit(mould, text) else (False, [], ()) for text in texts]
    assert given.fits.tolist() == by_numpy.fits.tolist()
    assert repr(given.numbers[given.fits].tolist()) == repr(by_numpy.numbers[given.fits].tolist())
    assert [own for own, fits in zip(given.free, given.fits, strict=True) if fits] == [
        own for own, fits in zip(by_numpy.free, given.fits, strict=True) if fits
    ]
    return [(numbers, free) if fits else None for fits, numbers, free in rows]


def read_by_numpy(mould: Mould, texts: list[bytes]) -> Fillings:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filling, "fill", None)
        return mould.read(texts)


OTHER = ["=== µ-chip ===", "area: 1e+100um^2", "", "size: 123456x0 tiles", "µ", "rows: -0.001, inf, nan", "end"]


def test_reads_the_text_it_was_made_of(mould: Mould) -> None:
    assert read(mould, text(LINES)) == [([12.5e-12, 3, 14, 1, 2.5, -3e-05], (LINES[FREE].encode(),))]


def test_reads_other_numbers_of_any_width(mould: Mould) -> None:
    (found,) = read(mould, text(OTHER))
    assert found is not None
    assert found[1] == ("µ".encode(),)
    assert [f"{value:g}" for value in found[0]] == ["1e+88", "123456", "0", "-0.001", "inf", "nan"]


def test_a_text_does_not_spoil_the_others(mould: Mould) -> None:
    """Each of many texts is read as if it were alone."""
    wrong = text([*LINES[:5], "rows: 1, 2.5 -3e-05, ", LINES[6]])
    wide = text([*LINES[:5], f"rows: {'1' * 40}, 2.5, -3e-05", LINES[6]])
    letter = text([*LINES[:1], "area: 12.Sum^2", *LINES[2:]])
    texts = [text(LINES), wrong, text(OTHER), wide, letter, b"no\n", text(LINES)]
    together = read(mould, *texts)
    assert [found is not None for found in together] == [True, False, True, False, False, False, True]
    assert repr(together) == repr([found for each in texts for found in read(mould, each)])


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        (0, "=== u-chip ==="),
        (1, "area: um^2"),
        (1, "area: 12.5um^3"),
        (1, "area: 12.5 um^2"),
        (1, "area: 1\x002.5um^2"),
        (2, " "),
        (3, "size: 3x14x2 tiles"),
        (3, "size: 3x tiles"),
        (3, "size: 3,14 tiles"),
        (3, "size: 3x1.4 tiles"),
        (3, "size: -3x14 tiles"),
        (5, "rows: 1, 2.5"),
        (5, "rows: 1, 2.5, 3e5"),
        (6, "end "),
        (6, ""),
    ],
)
def test_refuses_any_other_text(mould: Mould, line: int, changed: str) -> None:
    assert read(mould, text([*LINES[:line], changed, *LINES[line + 1 :]])) == [None]


def test_refuses_a_line_more_a_line_less_and_a_cut_end(mould: Mould) -> None:
    texts = [text([*LINES, "end"]), text(LINES[:-1]), text(LINES)[:-1], b"", b"\n" * len(LINES)]
    assert read(mould, *texts) == [None] * len(texts)


@given(st.integers(0, 200), st.sampled_from("0123456789.e+-nx:, \n\u00b5"), st.booleans())
def test_any_change_outside_of_numbers_is_noticed(place: int, character: str, is_inserted: bool) -> None:
    mould = Mould.of(LINES, fields(), [FREE])
    whole = "\n".join(LINES) + "\n"
    place %= len(whole)
    changed = whole[:place] + character + whole[place + (not is_inserted) :]
    lines = changed.split("\n")
    if read(mould, changed.encode()) == [None]:
        return
    assert len(lines) == len(LINES) + 1
    for index, (line, original) in enumerate(zip(lines, LINES, strict=False)):
        assert re.sub(r"[-+\d.e]", "", line) == re.sub(r"[-+\d.e]", "", original) or index == FREE


@settings(max_examples=500)
@given(
    st.one_of(
        st.from_regex(STREAMED, fullmatch=True),
        st.from_regex(r"-?[0-9]{1,17}(\.[0-9]{1,17})?(e[-+][0-9]{2,3})?", fullmatch=True),
        st.floats().map(lambda value: f"{value:.6g}"),
        st.floats().map(repr),
        st.text("0123456789.e+-infa", max_size=12),
    ),
    st.sampled_from([0, -12, -9, 3]),
)
def test_any_number_is_that_of_its_text(number: str, exponent: int) -> None:
    mould = Mould.of(["x: 1pJ"], [Field(0, 3, 4, exponent)])
    found = read(mould, text([f"x: {number}pJ"]))
    match = re.fullmatch(STREAMED, number, re.ASCII)
    if match is None or len(number) > 32:
        assert found == [None]
        return
    mantissa, printed, not_finite = match.groups()
    expected = float(not_finite) if not_finite else float(f"{mantissa}e{int(printed or 0) + exponent}")
    assert found[0] is not None
    assert repr(found[0][0]) == repr([expected])


def test_arrays_of_other_lengths_are_refused(mould: Mould) -> None:
    if filling.fill is None:
        pytest.skip("the loop in C was not built")
    form, values, spans = mould.form, np.zeros(7), np.zeros((7, 2), np.int64)
    given = [text(LINES), form.pieces, form.ends, form.kinds, form.exponents, values, spans]
    assert filling.fill(*given) == 0
    for index, wrong in ((1, form.pieces[:-1]), (2, form.ends[:-1].copy()), (5, values[:-1].copy()), (6, spans[1:])):
        with pytest.raises(ValueError, match="not as long as"):
            filling.fill(*given[:index], wrong, *given[index + 1 :])
