"""A mould takes a text only if all but its numbers is the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnsreport.parsers.recurring import Field, Mould

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


def read(mould: Mould, *texts: bytes) -> list[tuple[list[float], tuple[bytes, ...]] | None]:
    """Return the numbers and free lines of each text that fits."""
    possible = [text for text in texts if mould.may_fit(text)]
    if not possible:
        return [None] * len(texts)
    filling = mould.read(possible)
    found = iter(zip(filling.fits, filling.numbers.tolist(), filling.free, strict=True))
    rows = [next(found) if mould.may_fit(text) else (False, [], ()) for text in texts]
    return [(numbers, free) if fits else None for fits, numbers, free in rows]


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
