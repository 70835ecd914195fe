"""Lines that are made of bytes where somebody asks for them are those of the text."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from nnsreport.parsers.reading import LogText
from nnsreport.parsers.reading.lines import Lines

TEXTS = st.text(alphabet="ab- \n", min_size=1, max_size=40)
PLACES = st.integers(-50, 50)


def split(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n")


@given(TEXTS, PLACES, PLACES, st.sampled_from([-2, -1, 1, 3]))
def test_lines_are_those_of_a_list(text: str, start: int, stop: int, step: int) -> None:
    lines, expected = Lines(text.encode()), split(text)
    assert lines == expected
    assert list(lines) == [lines[position] for position in range(len(lines))] == expected
    assert lines[-1] == expected[-1]
    assert lines[start:stop] == expected[start:stop]
    assert lines[start:stop:step] == expected[start:stop:step]
    assert repr(lines) == repr(expected)


@given(TEXTS, st.data())
def test_texts_of_both_kinds_give_the_same(text: str, data: st.DataObject) -> None:
    expected = split(text)
    numbers = range(1, 1 + len(expected))
    of_bytes, of_list = LogText(Lines(text.encode()), numbers), LogText(expected, numbers)
    for heads, shared in ((("a",), "a"), (("-", "--"), "-"), (("--a", "-"), "-"), (("ab", "bb"), "b"), (("a-",), "a-")):
        assert of_bytes.that_begin_with(heads, shared) == of_list.that_begin_with(heads, shared)
    start = data.draw(st.integers(0, len(expected) - 1))
    end = data.draw(st.integers(start + 1, len(expected)))
    assert of_bytes.joined(start, end) == of_list.joined(start, end) == "\n".join((*expected[start:end], "")).encode()
    part = of_bytes.part(start, end)
    assert (part.lines, part.numbers) == (expected[start:end], numbers[start:end])
    kinds = (of_bytes, of_list) if start else ()
    for first, second in itertools.product(kinds, kinds):
        whole = first.part(0, start).followed_by(second.part(start, len(expected)))
        assert (whole.lines, list(whole.numbers)) == (expected, list(numbers))


def test_a_cut_line_stays_with_the_last_part() -> None:
    text = LogText(Lines(b"a\nb\nc"), range(4, 7), cut_line=6)
    assert [text.part(0, 2).cut_line, text.part(1, 3).cut_line] == [None, 6]
    assert text.part(0, 1).followed_by(text.part(1, 3)) == LogText(["a", "b", "c"], range(4, 7), cut_line=6)
