"""Damaged logs of MLP+NeuroSim: no exception but the project's own, and no number under another epoch's name."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnsreport.errors import NnsreportError
from nnsreport.parsers import ParsedLog, parse_bytes

NAMES = ("real_device", "hybrid_cell", "2t1f_cell", "unknown_optimizer")
MUTATION = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))

Values = dict[tuple[str, str | None, int | None], float]


@pytest.fixture(scope="module")
def texts(mlp_samples: Path) -> list[str]:
    return [(mlp_samples / f"{name}.txt").read_text() for name in NAMES]


def parse(text: str | bytes) -> tuple[ParsedLog, ...]:
    data = text.encode() if isinstance(text, str) else text
    try:
        return parse_bytes(data, run="r", format="mlp-neurosim-3.0")
    except NnsreportError:
        return ()


def values_of(logs: Iterable[ParsedLog]) -> list[tuple[tuple[str, str | None, int | None], float]]:
    return [((r.metric, r.component, r.epoch), r.value) for log in logs for r in log.metrics]


def assert_no_wrong_number(logs: tuple[ParsedLog, ...], whole: Values, about: object = None) -> None:
    for key, value in values_of(logs):
        assert whole[key] == value, (about, key, value, whole[key])


def assert_nothing_is_dropped(log: ParsedLog, text: str) -> None:
    """Check that each line with a digit became a record, or is named in a problem, or is a doublet."""
    assert log.unrecognised == ()
    lines = text.rstrip("\n").split("\n")
    numbered = sum(any(c.isdigit() for c in line) for line in lines)
    recorded = {record.line for record in log.metrics}
    unreadable = sum("cannot be read" in problem.message for problem in log.problems)
    assert len(recorded) + unreadable >= numbered - 1, (text, log.problems)


def test_every_number_of_a_log_cut_at_any_byte_is_one_of_the_whole(texts: list[str]) -> None:
    for text in texts:
        whole = dict(values_of(parse(text)))
        for length in range(len(text)):
            logs = parse(text[:length])
            assert_no_wrong_number(logs, whole, length)
            assert len(logs) <= 1
            assert not any(log.complete for log in logs)
        assert parse(text)[0].complete


def test_a_deleted_line_moves_no_number_and_none_is_dropped_silently(texts: list[str]) -> None:
    for text in texts:
        whole = dict(values_of(parse(text)))
        lines = text.splitlines(keepends=True)
        spent = sum(metric.startswith("cumulative") for metric, _, epoch in whole if epoch == 2)
        for position in range(len(lines)):
            rest = "".join(lines[:position] + lines[position + 1 :])
            (log,) = parse(rest)
            assert_no_wrong_number((log,), whole, lines[position])
            assert_nothing_is_dropped(log, rest)
            assert len(log.metrics) >= len(whole) - 1 - 3 * spent, lines[position]


def test_no_number_is_moved_by_deleted_blocks_up_to_the_size_of_an_epoch(texts: list[str]) -> None:
    for text in texts:
        whole = dict(values_of(parse(text)))
        lines = text.splitlines(keepends=True)
        size = 1 + sum(metric.startswith("cumulative") for metric, _, epoch in whole if epoch == 2)
        for start in range(len(lines)):
            for count in range(2, size):
                rest = "".join(lines[:start] + lines[start + count :])
                assert_no_wrong_number(parse(rest), whole, (start, count))


def test_a_doubled_line_adds_and_loses_nothing(texts: list[str]) -> None:
    for text in texts:
        whole = dict(values_of(parse(text)))
        lines = text.splitlines(keepends=True)
        for position, line in enumerate(lines):
            (log,) = parse("".join([*lines[: position + 1], *lines[position:]]))
            assert dict(values_of([log])) == whole, line
            assert not [problem for problem in log.problems if "cannot be read" in problem.message]


def test_two_exchanged_lines_move_no_number(texts: list[str]) -> None:
    for text in texts:
        whole = dict(values_of(parse(text)))
        lines = text.splitlines(keepends=True)
        for first in range(len(lines)):
            for second in range(first):
                if lines[first].startswith("\tTransfer latency") and lines[second].startswith("\tTransfer latency"):
                    continue  # four numbers of two epochs that nothing but their order tells apart
                moved = list(lines)
                moved[first], moved[second] = moved[second], moved[first]
                assert_no_wrong_number(parse("".join(moved)), whole, (lines[first], lines[second]))


def test_a_deleted_accuracy_costs_no_number_below_it(texts: list[str]) -> None:
    for text in texts:
        whole = dict(values_of(parse(text)))
        lines = text.splitlines(keepends=True)
        for position in (place for place, line in enumerate(lines) if line.startswith("Accuracy at ")):
            found = dict(values_of(parse("".join(lines[:position] + lines[position + 1 :]))))
            assert found.items() <= whole.items()
            missing = {metric for metric, _, _ in whole.keys() - found.keys()}
            assert missing == {"accuracy"} or position < len(lines) // 2, lines[position]


def test_lines_that_are_missing_here_and_there_cost_no_other(mlp_samples: Path) -> None:
    text = (mlp_samples / "real_device.txt").read_text()
    whole = dict(values_of(parse(text)))
    lost = ("\tWrite latency=5.3715e+00 s\n", "\tRead latency=2.4354e-04 s\n", "\tRead energy=2.5241e-08 J\n")
    for line in lost:
        text = text.replace(line, "")
    found = dict(values_of(parse(text)))
    assert found.items() <= whole.items()
    assert len(found) == len(whole) - len(lost)


def test_lines_behind_a_missing_one_of_the_last_epoch_may_be_of_a_later_one(mlp_samples: Path) -> None:
    text = (mlp_samples / "real_device.txt").read_text()
    whole = dict(values_of(parse(text)))
    lines = text.splitlines(keepends=True)
    assert lines[16].startswith("\tWrite latency")
    assert lines[22].startswith("\tRead energy")
    found = dict(values_of(parse("".join(lines[:16] + lines[22:]))))
    assert found.items() <= whole.items()
    assert {metric for metric, _, epoch in found if epoch == 2} == {"accuracy", "cumulative_read_latency"}


@pytest.mark.parametrize("changed", ["\tRead lat!ncy=2.4354e-04 s", "\tRead latency=2.4x54e-04 s", "\tRead latency 2"])
def test_a_damaged_line_costs_no_other(mlp_samples: Path, changed: str) -> None:
    text = (mlp_samples / "real_device.txt").read_text()
    whole = dict(values_of(parse(text)))
    (log,) = parse(text.replace("\tRead latency=2.4354e-04 s", changed))
    found = dict(values_of([log]))
    assert found.items() <= whole.items()
    assert whole.keys() - found.keys() == {("cumulative_read_latency", "total", 2)}
    assert sum("cannot be read" in problem.message for problem in log.problems) == 1


def test_exchanged_neighbours_below_one_accuracy_lose_nothing(mlp_samples: Path) -> None:
    text = (mlp_samples / "real_device.txt").read_text()
    pair = "\tWrite latency=8.7435e+00 s\n", "\tRead energy=2.5241e-08 J\n"
    assert dict(values_of(parse(text.replace("".join(pair), "".join(reversed(pair)))))) == dict(values_of(parse(text)))


def test_a_beginning_that_is_missing_leaves_the_rest_of_its_epoch(mlp_samples: Path) -> None:
    text = (mlp_samples / "real_device.txt").read_text()
    whole = dict(values_of(parse(text)))
    lines = text.splitlines(keepends=True)
    assert lines[12].startswith("\tRead energy")
    found = dict(values_of(parse("".join(lines[12:]))))
    kept = {key: value for key, value in whole.items() if key[2] in (2, 3)}
    rest = {key: value for key, value in whole.items() if key[2] == 1 and key[0].endswith("energy")}
    assert found == kept | rest


@pytest.mark.parametrize("tab", ["", "        ", " "])
def test_tabs_that_a_terminal_replaced(texts: list[str], tab: str) -> None:
    for text in texts:
        logs = parse_bytes(text.replace("\t", tab).encode(), run="r")
        assert dict(values_of(logs)) == dict(values_of(parse(text)))


@MUTATION
@given(data=st.data())
def test_shuffled_lines(texts: list[str], data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(texts))
    lines = text.split("\n")
    start = data.draw(st.integers(0, len(lines) - 1))
    block = lines[start : start + data.draw(st.integers(2, 30))]
    shuffled = [*lines[:start], *data.draw(st.permutations(block)), *lines[start + len(block) :]]
    assert_no_wrong_number(parse("\n".join(shuffled) + "\n"), dict(values_of(parse(text))))


@MUTATION
@given(data=st.data())
def test_changed_bytes(texts: list[str], data: st.DataObject) -> None:
    """A changed digit cannot be told from a genuine one; anything else must be."""
    text = data.draw(st.sampled_from(texts))
    places = [place for place, character in enumerate(text) if not character.isdigit() and character not in "-\n"]
    content = list(text)
    for _ in range(data.draw(st.integers(1, 10))):
        content[data.draw(st.sampled_from(places))] = data.draw(st.sampled_from("abcxyzABC#_;$\x00�"))
    assert_no_wrong_number(parse("".join(content)), dict(values_of(parse(text))))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes(data: bytes) -> None:
    parse(data)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=40),
            st.sampled_from(
                [
                    "Accuracy at ",
                    "1 epochs is : ",
                    "27.50%",
                    "\tRead latency=",
                    "\tTransfer latency=",
                    "1.2177e-04 s",
                    "Total area=",
                    "please specify an optimization method",
                    "\n",
                ]
            ),
            st.integers().map(str),
        ),
        max_size=60,
    )
)
def test_any_text(pieces: list[str]) -> None:
    parse("".join(pieces).encode("utf-8", errors="surrogatepass"))


def test_time_is_linear_in_size(least_time: Callable[[str], float]) -> None:
    def log_of(epochs: int) -> str:
        return "".join(
            f"Accuracy at {n} epochs is : 27.50%\n\tRead latency={1 + n / 1e5:.4e} s\n\tWrite latency=1.0000e+00 s\n"
            "\tRead energy=1.0000e-08 J\n\tWrite energy=1.0000e-06 J\nnoise 1=2 without meaning\n"
            for n in range(1, epochs + 1)
        )

    assert least_time(log_of(2000)) < 12 * least_time(log_of(500))
    message = "please specify an optimization method48"
    assert least_time(message * 200_000) < 12 * least_time(message * 50_000) + 0.05


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
