"""A training without the wrapper's lines: one C++ part, whole and damaged. What is missing costs no other number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.parsers import ParsedLog, parse_bytes
from nnsreport.parsers.conformance import Key, key_of

Lines = list[str]

HAS_NUMBER = re.compile(r": ?-?(?:\d|inf|nan)")
BREAKDOWN = 16
"""Numbers of a layer's breakdown: its lines do not name the layer, and are left out behind one that has moved."""


@pytest.fixture(scope="module")
def lines(test_data: Path) -> Lines:
    return (test_data / "neurosim" / "v2.0" / "main_one_epoch.txt").read_text().split("\n")


@pytest.fixture(scope="module")
def whole(lines: Lines) -> Counter[tuple[Key, str]]:
    return numbers(read(lines))


def read(lines: Lines) -> ParsedLog:
    (log,) = parse_bytes("\n".join(lines).encode(), run="r", format="neurosim-2.0")
    return log


def numbers(log: ParsedLog) -> Counter[tuple[Key, str]]:
    """Return how often each number is filed, by what it is about."""
    return Counter((key_of(record), repr(record.value)) for record in log.metrics)


def test_every_line_with_a_number_is_filed(lines: Lines) -> None:
    log = read(lines)
    filed = {record.line for record in log.metrics} | {setting.line for setting in log.settings}
    assert [line for number, line in enumerate(lines, 1) if HAS_NUMBER.search(line) and number not in filed] == []
    assert log.complete
    assert log.problems == ()


DAMAGES: dict[str, tuple[Callable[[Lines, int], Lines], int]] = {
    "a line deleted": (lambda lines, place: lines[:place] + lines[place + 1 :], 7),
    "a line doubled": (lambda lines, place: lines[: place + 1] + lines[place:], 0),
    "a line garbled": (lambda lines, place: [*lines[:place], "#" + lines[place][1:], *lines[place + 1 :]], 7),
    "neighbours exchanged": (
        lambda lines, place: [*lines[:place], *reversed(lines[place : place + 2]), *lines[place + 2 :]],
        BREAKDOWN,
    ),
    "twenty lines deleted": (lambda lines, place: lines[:place] + lines[place + 20 :], 20 + BREAKDOWN),
}
"""The damage, and how many numbers may be lost."""


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_costs_few_other_numbers(lines: Lines, whole: Counter[tuple[Key, str]], damage: str) -> None:
    damaged, most = DAMAGES[damage]
    for place in range(0, len(lines) - 3, 3):
        found = numbers(read(damaged(lines, place)))
        assert not found.keys() - whole.keys(), lines[place]
        assert (whole - found).total() <= most, (place, lines[place])


def test_a_beginning_that_is_missing_costs_no_layer_behind_it(lines: Lines, whole: Counter[tuple[Key, str]]) -> None:
    starts = [place for place, line in enumerate(lines) if "Estimation of Layer" in line]
    assert len(starts) == 3
    for start in starts:
        found = numbers(read(lines[start:]))
        behind = sum(1 for record in read(lines).metrics if record.line > start)
        assert not found.keys() - whole.keys()
        assert found.total() == behind


def test_the_last_row_of_a_table_tells_the_number_of_layers_as_well_as_the_first(
    lines: Lines, whole: Counter[tuple[Key, str]]
) -> None:
    for row in [place for place, line in enumerate(lines) if line.startswith("layer3: ")]:
        assert (whole - numbers(read(lines[:row] + lines[row + 1 :]))).total() == 1
