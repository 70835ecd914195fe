"""Damaged logs: no exception but the project's own, and never a number that its line does not print."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnsreport.errors import NnsreportError
from nnsreport.parsers import ParsedLog, parse_bytes

NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|inf|nan)")
EXPONENTS = (0, -2, -6, -9, -12, 6, 12, 18)
SAMPLES = (
    *("v1.4/main_layer_by_layer.txt", "v1.4/main_asynchronous.txt"),
    *("v1.4/wrapper_buffered.txt", "v1.4/wrapper_unbuffered.txt"),
    *("v1.0/main_layer_by_layer.txt", "v1.2/main_pipelined.txt", "v1.3/main_pipelined.txt", "v1.5/wrapper.txt"),
    *("dcim/main_pipelined.txt", "3d/heterogeneous_layer_by_layer.txt", "3d/monolithic_layer_by_layer.txt"),
)


@pytest.fixture(scope="module")
def texts(neurosim: Path) -> list[str]:
    return [(neurosim / name).read_text() for name in SAMPLES]


def parse(data: bytes) -> tuple[ParsedLog, ...]:
    """Read a text, by detection first, and as NeuroSim V1.4 whatever it is."""
    try:
        return parse_bytes(data, run="r")
    except NnsreportError:
        pass
    try:
        return parse_bytes(data, run="r", format="neurosim-1.4")
    except NnsreportError:
        return ()


def assert_printed(logs: tuple[ParsedLog, ...], text: str) -> None:
    """Check that every value stands on its line, shifted by a unit's power of ten."""
    lines = text.split("\n")
    for log in logs:
        for record in log.metrics:
            line = lines[record.line - 1]
            printed = [float(f"{float(n)!r}") for n in NUMBER.findall(line)]
            if record.metric == "accuracy" and any(a and record.value == b / a for a in printed for b in printed):
                continue
            shifted = {n * 10.0**e for n in printed for e in EXPONENTS}
            near = any(record.value == s or abs(record.value - s) <= 1e-12 * abs(s) for s in shifted)
            assert near or record.value != record.value, (record, line)


Key = tuple[str, str | None, str | None, str, int | None]


def keys_of(logs: tuple[ParsedLog, ...]) -> dict[Key, float]:
    """Return every value of the first run by its key."""
    return {(r.scope, r.layer, r.component, r.metric, r.step): r.value for log in logs[:1] for r in log.metrics}


def is_step(key: Key) -> bool:
    """Tell whether a value is one on the way to a result: the last one of a log that is cut off is one more."""
    return key[-1] is not None


def same(a: float, b: float) -> bool:
    """Tell whether two values are the same, nan included."""
    return a == b or (a != a and b != b)


def test_every_number_of_a_log_cut_at_any_line_is_one_of_the_whole(texts: list[str]) -> None:
    for text in texts:
        whole = keys_of(parse(text.encode()))
        lines = text.splitlines(keepends=True)
        for count in range(len(lines)):
            logs = parse("".join(lines[:count]).encode())
            assert len(logs) <= 1
            found = {key: value for key, value in keys_of(logs).items() if not is_step(key)}
            assert all(same(whole[key], value) for key, value in found.items())
            assert not any(log.complete for log in logs) or count > len(lines) - 60


def test_no_number_of_a_log_cut_at_any_byte_lacks_digits(texts: list[str]) -> None:
    for rank, text in enumerate(texts):
        whole = keys_of(parse(text.encode()))
        for length in range(1, len(text), 7 if rank < 4 else 41):
            for key, value in keys_of(parse(text[:length].encode())).items():
                assert is_step(key) or same(whole[key], value), (length, key)


def test_no_number_is_moved_by_a_deleted_line(texts: list[str]) -> None:
    for text in texts:
        whole = keys_of(parse(text.encode()))
        lines = text.splitlines(keepends=True)
        for position in range(len(lines)):
            found = keys_of(parse("".join(lines[:position] + lines[position + 1 :]).encode()))
            for key, value in found.items():
                assert key not in whole or same(whole[key], value), (lines[position], key)
            assert len(found) >= len(whole) - 40, lines[position]


def test_a_doubled_line_adds_and_loses_nothing(texts: list[str]) -> None:
    for text in texts[:2]:
        whole = keys_of(parse(text.encode()))
        lines = text.splitlines(keepends=True)
        for position, line in enumerate(lines):
            if "FloorPlan ---" in line:
                continue  # another run begins there
            found = keys_of(parse("".join([*lines[: position + 1], *lines[position:]]).encode()))
            assert found.keys() == whole.keys(), line
            assert all(same(whole[key], value) for key, value in found.items()), line


MUTATION = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@MUTATION
@given(seed=st.integers(0, 2**32))
def test_shuffled_lines(texts: list[str], seed: int) -> None:
    random = Random(seed)
    lines = random.choice(texts).split("\n")
    start = random.randrange(len(lines))
    block = lines[start : start + random.randint(2, 60)]
    rest = lines[start + len(block) :]
    random.shuffle(block)
    shuffled = "\n".join([*lines[:start], *block, *rest])
    assert_printed(parse(shuffled.encode()), shuffled)


@MUTATION
@given(data=st.data())
def test_blocks_deleted_and_repeated(texts: list[str], data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(texts)).split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        start, end = sorted(data.draw(st.tuples(st.integers(0, len(lines)), st.integers(0, len(lines)))))
        lines = lines[:start] + lines[end:] if data.draw(st.booleans()) else lines[:end] + lines[start:]
    text = "\n".join(lines)
    assert_printed(parse(text.encode()), text)


@MUTATION
@given(data=st.data())
def test_changed_bytes(texts: list[str], data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(texts)).encode())
    for _ in range(data.draw(st.integers(1, 30))):
        position = data.draw(st.integers(0, len(content) - 1))
        if content[position] not in b"\r\n\x1b":
            content[position] = data.draw(st.integers(32, 255))
    text = bytes(content).decode("utf-8", errors="replace")
    assert_printed(parse(bytes(content)), text)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes(data: bytes) -> None:
    parse(data)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=60),
            st.sampled_from(
                [
                    "layer1's ",
                    "ChipArea : ",
                    "Test set: ",
                    "fan_in ",
                    "quantize layer  ",
                    "\x00",
                    "----- Estimation of Layer 1 -----",
                ]
            ),
            st.integers().map(str),
            st.just("\n"),
        ),
        max_size=60,
    )
)
def test_any_text(pieces: list[str]) -> None:
    parse("".join(pieces).encode("utf-8", errors="surrogatepass"))


def test_time_is_linear_in_size(texts: list[str], record_time: Callable[[bytes], float]) -> None:
    body = "".join(f"layer{n}'s readLatency is: {n}ns\nnoise {n} without meaning\n" for n in range(3000))
    small = record_time(("ChipArea : 4um^2\n" + body).encode())
    large = record_time(("ChipArea : 4um^2\n" + body * 4).encode())
    assert large < 12 * small


@pytest.fixture
def record_time() -> Callable[[bytes], float]:
    """Return a function that gives the least CPU time of three readings."""
    import time

    def measure(data: bytes) -> float:
        times = []
        for _ in range(3):
            start = time.process_time()
            parse(data)
            times.append(time.process_time() - start)
        return min(times)

    return measure
