"""A line that has changed places with its neighbour, or is missing: what it costs of the others."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from nnsreport.parsers import parse_bytes
from nnsreport.parsers.conformance import Key, key_of

SAMPLES = ("v1.0/main_layer_by_layer", "v1.3/main_pipelined", "v1.4/main_layer_by_layer", "3d/heterogeneous_not_finite")


def numbers(lines: list[str], format_name: str | None = None) -> Counter[tuple[Key, str]]:
    """Return how often each number is filed, by what it is about."""
    logs = parse_bytes("\n".join(lines).encode(), run="r", format=format_name)
    return Counter((key_of(record), repr(record.value)) for log in logs for record in log.metrics)


@pytest.fixture(scope="module", params=SAMPLES)
def sample(request: pytest.FixtureRequest, test_data: Path) -> tuple[list[str], str]:
    lines = (test_data / "neurosim" / f"{request.param}.txt").read_text().split("\n")
    (log,) = parse_bytes("\n".join(lines).encode(), run="r")
    return lines, log.format


def test_exchanged_lines_of_a_breakdown_lose_nothing(sample: tuple[list[str], str]) -> None:
    lines, format_name = sample
    whole = numbers(lines, format_name)
    places = [
        place
        for place in range(len(lines) - 1)
        if lines[place].startswith("----------- ") and lines[place + 1].startswith("----------- ")
    ]
    assert len(places) >= 15
    for place in places:
        exchanged = [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]
        assert numbers(exchanged, format_name) == whole, lines[place]


def test_a_missing_line_costs_no_other_of_a_layer(sample: tuple[list[str], str]) -> None:
    lines, format_name = sample
    whole = numbers(lines, format_name)
    start, end = (
        next(place for place, line in enumerate(lines) if title in line)
        for title in ("Estimation of Layer", "- Summary -")
    )
    for place in range(start, end):
        found = numbers(lines[:place] + lines[place + 1 :], format_name)
        assert not found.keys() - whole.keys(), lines[place]
        assert (whole - found).total() <= 1, lines[place]
