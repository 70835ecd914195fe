"""Texts of any size that nobody writes on purpose, made of a format's own sample: for bench/parser_scaling.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Lines = Sequence[str]
TextOf = Callable[[Lines, int], str]
"""Makes a text of some size, in lines or characters, of the lines of a sample."""

_FILLINGS = ("0", " ", "9.", "-", "(", "1, ", "a: ", '"', "{", "[", "e-09", "\t", "x=", "error ")


@dataclass(frozen=True, slots=True)
class Hostile:
    """A kind of text.

    Attributes
    ----------
    about : str
        What it is, for people.
    size : int
        Of the larger text, in what ``text_of`` counts.
    text_of : callable
        Makes it.
    of : str
        How the names of the formats begin that it is for.
    """

    about: str
    size: int
    text_of: TextOf
    of: str = ""


def _repeated(lines: Lines, count: int) -> list[str]:
    return (list(lines) * (count // max(len(lines), 1) + 1))[:count]


def _with_end(lines: Lines) -> str:
    return "\n".join([*lines, ""])


def _around(lines: Lines, inner: Lines) -> str:
    middle = len(lines) // 2
    return _with_end([*lines[:middle], *inner, *lines[middle:]])


def _again(line: str) -> TextOf:
    return lambda lines, count: _around(lines, [line] * count)


def _nested(start: str, end: str) -> TextOf:
    return lambda _, count: (
        f'{{"format": "nnsreport-results", "version": 1, "results": {start * count}1{end * count}}}\n'
    )


def _entries(_: Lines, count: int) -> str:
    entries = (f'{{"metric": "accuracy", "value": {number % 100}, "trial": {number}}}' for number in range(count))
    return '{"format": "nnsreport-results", "version": 1, "results": [\n' + ",\n".join(entries) + "]}\n"


def _jobs(_: Lines, count: int) -> str:
    jobs = (f'{{"job_id": {number}, "name": "vgg8", "state": {{"current": "FAILED"}}}}' for number in range(count))
    return '{"meta": {"Slurm": {"release": "22.05.8"}}, "errors": [], "jobs": [\n' + ",\n".join(jobs) + "]}\n"


REPETITIONS: Sequence[Hostile] = (
    Hostile("whole runs", 10_000, lambda lines, count: _with_end(_repeated(lines, count))),
    Hostile("runs without their last line", 10_000, lambda lines, count: _with_end(_repeated(lines[:-1], count))),
    Hostile(
        "its middle line again and again", 10_000, lambda lines, count: _again(lines[len(lines) // 2])(lines, count)
    ),
    Hostile(
        "each line again and again",
        10_000,
        lambda lines, count: _with_end([line for line in lines for _ in range(count // len(lines) + 1)]),
    ),
    Hostile(
        "other lines in between",
        10_000,
        lambda lines, count: _with_end([*lines[:-1], *["step 1e5 3 4ns: nothing"] * count, lines[-1]]),
    ),
)
"""Of every format's own lines."""

FLOODS: Sequence[Hostile] = (
    Hostile(
        "a line of 50 MB",
        50_000_000,
        lambda lines, size: _around(lines, [f"{lines[len(lines) // 2][:20]}{'7' * size}"]),
    ),
    Hostile("blank lines", 1_000_000, _again("")),
    Hostile("lines of 4,000 digits", 10_000, _again("1" * 4000)),
    Hostile("lines of 4,000 blanks", 10_000, _again(" " * 4000 + "x")),
    Hostile("lines of progress bars without an end", 10_000, _again("1%|" * 1000)),
    Hostile("`clkPeriod` lines", 1_000_000, _again("clkPeriod: 2.5e-09"), "neurosim"),
    Hostile("floor plan headers", 100_000, _again(f"{'-' * 30} FloorPlan {'-' * 32}"), "neurosim"),
    Hostile("banners of the wrapper", 100_000, _again(f"{'=' * 17}FLAGS{'=' * 18}"), "neurosim"),
    Hostile("lists in each other", 1_000_000, _nested("[", "]"), "results"),
    Hostile("objects in each other", 1_000_000, _nested('{"results": ', "}"), "results"),
    Hostile("lists without an end", 1_000_000, _nested("[", ""), "results"),
    Hostile("entries", 50_000, _entries, "results"),
    Hostile("lists in each other", 1_000_000, _nested("[", "]"), "slurm"),
    Hostile("jobs as JSON", 10_000, _jobs, "slurm"),
)
"""Of one line, or of what stands for it."""


def long_lines(lines: Lines, size: int = 20_000) -> Sequence[Hostile]:
    """Return texts with one line that begins like a line of the sample and goes on with what patterns may try to match.

    Parameters
    ----------
    lines : sequence of str
        Of the sample.
    size : int
        Characters of the long line.

    Returns
    -------
    sequence of Hostile
        One for each beginning and filling.
    """
    beginnings = sorted({"", *(line[: len(line) // 2] for line in lines[:: max(1, len(lines) // 4)])})
    return [
        Hostile(f"a line {beginning[:40]!r} and then {filling!r}", size, _long_line(beginning, filling))
        for beginning in beginnings
        for filling in _FILLINGS
    ]


def _long_line(beginning: str, filling: str) -> TextOf:
    return lambda lines, size: _with_end([*lines[:3], beginning + filling * (size // len(filling)), *lines[3:]])


def texts_for(name: str, lines: Lines) -> Mapping[str, Sequence[Hostile]]:
    """Return all texts for a format, by kind."""
    return {
        "repetition": REPETITIONS,
        "long line": long_lines(lines),
        "flood": [flood for flood in FLOODS if name.startswith(flood.of)],
    }
