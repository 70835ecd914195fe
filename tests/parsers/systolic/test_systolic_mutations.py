"""Damaged logs of the systolic array: no exception but the project's own, and never a wrong number."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnsreport.errors import NnsreportError
from nnsreport.parsers import ParsedLog, parse_bytes

NAMES = ("edge_vgg8", "cloud_vgg8", "edge_vgg8_edram", "cloud_resnet18")
MUTATION = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))

Values = dict[tuple[str, str | None], float]


@pytest.fixture(scope="module")
def texts(systolic_samples: Path) -> list[str]:
    return [(systolic_samples / f"{name}.txt").read_text() for name in NAMES]


def parse(text: str | bytes) -> tuple[ParsedLog, ...]:
    data = text.encode() if isinstance(text, str) else text
    try:
        return parse_bytes(data, run="r", format="neurosim-systolic-1.0")
    except NnsreportError:
        return ()


def values_of(log: ParsedLog) -> Values:
    return {(r.metric, r.component): r.value for r in log.metrics}


def assert_no_wrong_number(logs: tuple[ParsedLog, ...], whole: Values, about: object = None) -> None:
    """Check values; the buffer's leakage may be the rounded one, which is the same number."""
    for log in logs:
        for key, value in values_of(log).items():
            is_same = value == whole[key] or (value != value and whole[key] != whole[key])
            is_rounded = key == ("leakage_power", "buffer") and abs(value - whole[key]) < 0.006e-6
            assert is_same or is_rounded, (about, key, value, whole[key])


def test_every_number_of_a_log_cut_at_any_byte_is_one_of_the_whole(texts: list[str]) -> None:
    for text in (texts[0], texts[2]):
        (log,) = parse(text)
        whole = values_of(log)
        for length in range(len(text)):
            logs = parse(text[:length])
            assert_no_wrong_number(logs, whole, length)
            assert not any(log.complete for log in logs)


def test_a_deleted_line_loses_its_own_number_only(texts: list[str]) -> None:
    for text in texts:
        whole = values_of(parse(text)[0])
        lines = text.splitlines(keepends=True)
        for position, line in enumerate(lines):
            logs = parse("".join(lines[:position] + lines[position + 1 :]))
            assert_no_wrong_number(logs, whole, line)
            assert sum(len(log.metrics) for log in logs) >= len(whole) - 1, line


def test_a_doubled_line_adds_and_loses_nothing(texts: list[str]) -> None:
    for text in texts:
        whole = values_of(parse(text)[0])
        lines = text.splitlines(keepends=True)
        for position, line in enumerate(lines):
            logs = parse("".join([*lines[: position + 1], *lines[position:]]))
            assert_no_wrong_number(logs, whole, line)
            assert sum(len(log.metrics) for log in logs) == len(whole), line


@MUTATION
@given(data=st.data())
def test_shuffled_lines_change_no_number(texts: list[str], data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(texts))
    lines = text.split("\n")
    whole = values_of(parse(text)[0])
    (log,) = parse("\n".join(data.draw(st.permutations(lines))) + "\n")
    assert_no_wrong_number((log,), whole)
    assert values_of(log).keys() == whole.keys()


@MUTATION
@given(data=st.data())
def test_changed_bytes(texts: list[str], data: st.DataObject) -> None:
    """A changed digit cannot be told from a genuine one; anything else must be."""
    text = data.draw(st.sampled_from(texts))
    places = [place for place, character in enumerate(text) if not character.isdigit() and character not in "-\n"]
    content = list(text)
    for _ in range(data.draw(st.integers(1, 10))):
        content[data.draw(st.sampled_from(places))] = data.draw(st.sampled_from("abcxyzABC#_;$\x00�"))
    assert_no_wrong_number(parse("".join(content)), values_of(parse(text)[0]))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes(data: bytes) -> None:
    parse(data)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=40),
            st.sampled_from(["---MAC energy", ": ", "0.42 pJ/op", "------", "-----nv mode:", "---Weight", " %", "\n"]),
            st.integers().map(str),
        ),
        max_size=60,
    )
)
def test_any_text(pieces: list[str]) -> None:
    parse("".join(pieces).encode("utf-8", errors="surrogatepass"))


def test_time_is_linear_in_size(texts: list[str], least_time: Callable[[str], float]) -> None:
    assert least_time((texts[0] + "noise 1 without meaning: 2\n") * 200) < 12 * least_time(texts[0] * 50)


@pytest.fixture
def least_time() -> Callable[[str], float]:
    """Return a function that gives the least CPU time of three readings."""

    def measure(text: str) -> float:
        times = []
        for _ in range(3):
            start = time.process_time()
            parse(text)
            times.append(time.process_time() - start)
        return min(times)

    return measure
