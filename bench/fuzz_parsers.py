"""Damages logs of every format at random and checks what the parsers make of them.

    python bench/fuzz_parsers.py --cases 100000 --seed 0 [--logs FOLDER] [--jobs 2]
    python bench/fuzz_parsers.py --cases 100000 --seed 0 --first 23000    # goes on where a run was stopped
    python bench/fuzz_parsers.py --cases 1235 --first 1234 --write damaged.txt    # one case again, and its text

Four things are checked of every damaged log, read as what it is recognised as, as its own format, and as any other:

* no exception but the project's own;
* every number stands on the line that its record names;
* every number is one that the whole logs have under the same name, layer, component, epoch and so on, or under the same
  name where the damage moves lines below other headings; where it changes digits, this cannot be known;
* where bytes were changed within lines, a number that is lost is not lost without a word, and where only their form
  was (line ends, colours, encodings, labels of tasks, time stamps, indentation), none is lost.

A case depends on its number, the seed and the logs alone, whatever the number of processes. Prints one example of each
kind of violation as it is found, and a summary; progress goes to the error stream. Exit code 1 when there was one.
"""

from __future__ import annotations

import argparse
import functools
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from log_checks import Violation, cases
from log_samples import Sample, samples

DATA = Path(__file__).resolve().parents[1] / "tests" / "data"
_PART = 100
_PROGRESS_S = 10.0


@dataclass(frozen=True, slots=True)
class Part:
    """What came out of some cases one after the other."""

    numbers: range
    violations: Sequence[Violation]
    slowest: tuple[float, int]
    """Seconds, and the number of the case."""


def check(found: Sequence[Sample], seed: int, numbers: range) -> Part:
    """Return what came out of some cases.

    Parameters
    ----------
    found : sequence of Sample
        The whole logs.
    seed : int
        As for :func:`log_checks.cases`.
    numbers : range
        Which cases, one at least.

    Returns
    -------
    Part
        All violations.
    """
    violations: list[Violation] = []
    slowest = (0.0, numbers[0])
    for case in cases(found, seed, numbers):
        start = time.perf_counter()
        violations += case.check()
        slowest = max(slowest, (time.perf_counter() - start, case.number))
    return Part(numbers, violations, slowest)


@dataclass(slots=True)
class Summary:
    """What came out of all cases so far."""

    first: int
    last: int
    start: float = field(default_factory=time.perf_counter)
    done: int = 0
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], Violation] = field(default_factory=dict)
    slowest: tuple[float, int] = (0.0, 0)
    _told: float = 0.0

    def add(self, part: Part) -> None:
        """Count a part, and print what is new."""
        self.done += len(part.numbers)
        self.slowest = max(self.slowest, part.slowest)
        for violation in part.violations:
            self.kinds[violation.kind] += 1
            if self.examples.setdefault(violation.kind, violation) is violation:
                print(violation, flush=True)
        if time.perf_counter() - self._told > _PROGRESS_S:
            self._told = time.perf_counter()
            print(self, file=sys.stderr, flush=True)

    def __str__(self) -> str:
        """Return how far it came, in one line."""
        rate = self.done / (time.perf_counter() - self.start)
        raised = sum(count for (_, about), count in self.kinds.items() if about.startswith("raises "))
        seconds, number = self.slowest
        return (
            f"cases {self.first} to {self.first + self.done - 1} of {self.last}: {raised} exceptions, "
            f"{self.kinds.total() - raised} other violations, {len(self.kinds)} kinds; {rate:.1f} cases/s, "
            f"the slowest {seconds:.1f} s (case {number})"
        )

    def print(self) -> None:
        """Print every kind, the most frequent first, and how to go on if it is not all."""
        for kind, count in self.kinds.most_common():
            print(f"{count:6d}  {self.examples[kind]}")
        print(self)
        if self.first + self.done < self.last:
            print(f"stopped; --first {self.first + self.done} goes on")


@functools.cache
def _samples(folders: tuple[Path, ...]) -> list[Sample]:
    """Return the samples, which every process reads once."""
    return samples(folders)


def _check(work: tuple[tuple[Path, ...], int, range]) -> Part:
    folders, seed, numbers = work
    return check(_samples(folders), seed, numbers)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000, help="up to which number, which is not among them")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--seed", type=int, default=0, help="another one gives other cases")
    parser.add_argument("--logs", type=Path, action="append", default=[], help="further folders with logs")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--write", type=Path, help="write the damaged log of the first case")
    arguments = parser.parse_args()
    if arguments.first >= arguments.cases:
        parser.error(f"--first {arguments.first} is not below --cases {arguments.cases}")
    return arguments


def main() -> int:
    """Run the cases on all cores; return 1 when there was a violation."""
    arguments = _arguments()
    folders = (DATA, *arguments.logs)
    if arguments.write:
        (case,) = cases(samples(folders), arguments.seed, [arguments.first])
        arguments.write.write_bytes(case.damaged.data)
    numbers = range(arguments.first, arguments.cases)
    parts = [(folders, arguments.seed, numbers[start : start + _PART]) for start in range(0, len(numbers), _PART)]
    summary = Summary(arguments.first, arguments.cases)
    with multiprocessing.get_context("spawn").Pool(min(arguments.jobs, len(parts))) as pool:
        try:
            for part in pool.imap(_check, parts):
                summary.add(part)
        except KeyboardInterrupt:
            pool.terminate()
    summary.print()
    return 1 if summary.kinds else 0


if __name__ == "__main__":
    sys.exit(main())
