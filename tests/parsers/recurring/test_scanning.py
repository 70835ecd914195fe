"""Lines of known forms are read as a regular expression and ``float`` would, or not at all."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnsreport.parsers.recurring import scanning
from nnsreport.parsers.recurring.scanning import Scanned, scanned, written

FORMS = {
    "S": "step %d [%d/%d] loss: %-*.6f acc: %1.4f lr: %1.2e",
    "T": "%*.2fs of 100%%",
    "b": "[%r",
    "a": "[%r]",
}
ROW = r" *-?\d+\.\d*(?:e[-+]\d{2,3})?(?: +-?\d+\.\d*(?:e[-+]\d{2,3})?)*"
EXPRESSIONS = {
    "S": r"step \d+ \[\d+/\d+\] loss: -?\d+\.\d{6} acc: \d\.\d{4} lr: \d\.\d\de[-+]\d\d *",
    "T": r"\d+\.\d\ds of 100% *",
    "b": rf"\[{ROW} *",
    "a": rf"\[{ROW} *\] *",
}
NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:e[-+]\d+)?")

pytestmark = pytest.mark.skipif(scanning.scan is None, reason="the loop in C was not built, or is not wanted")


class Told(NamedTuple):
    """As :class:`Scanned`, to be compared."""

    names: bytes
    counts: tuple[int, ...]
    values: list[float]


NOTHING = Told(b"", (), [])


def expected(text: str) -> Told:
    names, counts, values = "", [], []
    for line in text.split("\n")[:-1]:
        name = next((name for name, known in EXPRESSIONS.items() if re.fullmatch(known, line, re.ASCII)), None)
        if name is None:
            break
        numbers = [*map(float, NUMBER.findall(line.replace("100%", "")))]
        names, counts, values = names + name, [*counts, len(numbers)], values + numbers
    return Told(names.encode(), tuple(counts), values)


def told(found: Scanned) -> Told:
    return Told(found.names, found.counts, found.values.tolist())


def read(text: str) -> Told:
    return told(scanned(text.encode(), written(FORMS)))


@pytest.mark.parametrize(
    "text",
    [
        "step 1 [20/60] loss: 9.731681 acc: 0.1000 lr: 1.00e+00\n3.20s of 100%  \n[ 1. -0. 2.5e-03]\n",
        "[-5.91426156e-03 -6.67554326e-03\n[ 1.e-05 12.]  \n",
        "step 1 [20/60] loss: nan acc: 0.1000 lr: 1.00e+00\n",
        "3.20s of 100%\n3.2s of 100%\n3.20s of 100%\n",
        "[1. 2.\x00]\n",
        "[1. 2",
        "[]\n",
        "[ -]\n",
        "[1.-2.]\n",
        "[1 2]\n",
        "\n",
        "",
    ],
)
def test_lines_are_those_of_the_expressions(text: str) -> None:
    assert repr(read(text)) == repr(expected(text))


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1, max_size=9),
    st.booleans(),
)
@settings(max_examples=200)
def test_rows_of_numpy_are_read_in_every_digit(numbers: list[float], suppress: bool) -> None:
    with np.printoptions(linewidth=10_000, suppress=suppress):
        text = f"{np.array(numbers, dtype=np.float32)}\n"
    found = read(text)
    printed = [*map(float, text.strip("[] \n").split())]
    is_simple = all(len(re.sub(r"\D", "", word.partition("e")[0])) <= 15 for word in text.strip("[] \n").split())
    assert found in (NOTHING, Told(b"a", (len(printed),), printed))
    if is_simple and all(1e-7 < abs(number) < 1e15 for number in numbers):
        assert found != NOTHING


@given(st.text(alphabet="step[]/%:. -+e0123456789\nlossacr", max_size=60))
@settings(max_examples=400)
def test_other_text_is_read_as_the_expressions_read_it(tail: str) -> None:
    text = f"[ 1.5 2.\n{tail}\n"
    found, wanted = read(text), expected(text)
    assert found.names == wanted.names[: len(found.names)], "numbers of too many digits end it early"
    assert repr(found.values) == repr(wanted.values[: len(found.values)])


@pytest.mark.parametrize("forms", [b"", b"Sno end"])
def test_forms_must_have_their_ends(forms: bytes) -> None:
    with pytest.raises(ValueError, match="forms must be lines"):
        scanned(b"1.5\n", forms)


@pytest.mark.parametrize("form", ["%", "%-", "%1", "%1.", "%*.2", "%x.yz", "%-*.\x00"])
def test_a_form_without_sense_has_no_lines(form: str) -> None:
    assert told(scanned(b"1.5\n\n", written({"S": form}))) == NOTHING


def test_without_the_loop_there_are_no_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "scan", None)
    assert read("3.20s of 100%\n") == NOTHING
