"""Checks that every parser's time grows with the size of a text, and no faster.

    python bench/parser_scaling.py

Each format reads its own sample many times over, in the ways that cost most, and single very long lines that begin like
lines of its own and go on with what patterns may try in many ways; all in two sizes, the larger one ten times the
smaller. The time for a line, or for a character of a long line, must be the same. Prints the largest growth of each
format; exit code 1 when one is too large.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from nnsreport.errors import NnsreportError
from nnsreport.parsers import LogFormat, formats, parse_bytes

LINES = 1_000
LINE_BYTES = 2_000
GROWTH = 10
MOST_GROWTH = 3.0
"""Of the time for one line or character: caches, garbage collection and a shared machine account for less than this."""
LEAST_SECONDS = 0.02
"""Of the larger text; less is not worth a look."""

REPETITIONS: Mapping[str, Callable[[list[str], int], list[str]]] = {
    "whole runs": lambda lines, count: (lines * (count // len(lines) + 1))[:count],
    "runs without their last line": lambda lines, count: (lines[:-1] * (count // max(len(lines) - 1, 1) + 1))[:count],
    "its middle line again and again": lambda lines, count: (
        lines[: len(lines) // 2] + [lines[len(lines) // 2]] * count + lines[len(lines) // 2 :]
    ),
    "each line again and again": lambda lines, count: [line for line in lines for _ in range(count // len(lines) + 1)][
        :count
    ],
    "other lines in between": lambda lines, count: [*lines[:-1], *["step 1e5 3 4ns: nothing"] * count, lines[-1]],
}
FILLINGS = ("0", " ", "9.", "-", "(", "1, ", "a: ", '"', "{", "[", "e-09", "\t", "x=", "error ")


class Measurement(NamedTuple):
    """How much longer a line or character takes in a large text, and of what."""

    growth: float
    seconds: float
    about: str


def seconds(text: str, format_name: str) -> float:
    """Return how long a text is read as a format."""
    data = text.encode()
    start = time.perf_counter()
    with contextlib.suppress(NnsreportError):
        parse_bytes(data, run="r", format=format_name)
    return time.perf_counter() - start


def measure(log_format: LogFormat, about: str, text_of: Callable[[int], str], size: int) -> Measurement:
    """Return the growth from a text of some size to one that is ten times as large."""
    large = seconds(text_of(size * GROWTH), log_format.name)
    if large < LEAST_SECONDS:
        return Measurement(0.0, large, about)
    small = min(seconds(text_of(size), log_format.name) for _ in range(3))
    return Measurement(large / small / GROWTH, large, about)


def measurements(log_format: LogFormat) -> Iterator[Measurement]:
    """Yield the growths of a format."""
    lines = log_format.sample.splitlines()
    for name, repeat in REPETITIONS.items():
        yield measure(log_format, name, lambda size, repeat=repeat: "\n".join([*repeat(lines, size), ""]), LINES)
    for beginning in sorted({"", *(line[: len(line) // 2] for line in lines[:: max(1, len(lines) // 4)])}):
        for filling in FILLINGS:

            def long_line(size: int, beginning: str = beginning, filling: str = filling) -> str:
                return "\n".join([*lines[:3], beginning + filling * (size // len(filling)), *lines[3:], ""])

            yield measure(log_format, f"a line {beginning[:40]!r} and then {filling!r}", long_line, LINE_BYTES)


def main() -> int:
    """Check all formats; return 1 when one grows too fast."""
    is_slow = False
    for known in formats():
        worst = max(measurements(known))
        is_slow |= worst.growth > MOST_GROWTH
        mark = "!" if worst.growth > MOST_GROWTH else " "
        print(f"{mark} {known.name:32} {worst.growth:6.2f} times, {worst.seconds:8.3f} s: {worst.about}", flush=True)
    return 1 if is_slow else 0


if __name__ == "__main__":
    sys.exit(main())
