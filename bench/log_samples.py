"""Whole logs of every format, and the numbers that are read of them: what readings of damaged ones are held against."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nnsreport.errors import NnsreportError
from nnsreport.parsers import ParsedLog, formats, parse_bytes
from nnsreport.parsers.conformance import Key, key_of
from nnsreport.parsers.reading import lines_of
from nnsreport.parsers.registry import detect

_NOT_SAMPLES = frozenset({".py", ".onnx", ".npz", ".md"})
_ROWS = dict.fromkeys(
    (
        *("tiles", "tiers", "speed_up", "speed_up_rows", "speed_up_columns"),
        *("memory_utilization", "memory_arrays", "memory_tier"),
    ),
    "a row",
)
"""Of the floor plan's tables, which look the same: only the title above says which is which."""

Likeness = Callable[[Key], tuple[object, ...]]
"""Returns the part of a key in which two numbers must agree to be about the same."""


def whole(key: Key) -> tuple[object, ...]:
    """Return all that a number is about."""
    return key


def without_epoch(key: Key) -> tuple[object, ...]:
    """Return what a number is about, but for its epoch."""
    return (*key[:4], *key[5:])


def metric_alone(key: Key) -> tuple[object, ...]:
    """Return a number's metric: all that is certain where lines may stand under another layer's heading."""
    return (_ROWS.get(key[3], key[3]),)


def words_alone(key: Key) -> tuple[object, ...]:
    """Return what a line says of its number, where an inference and a training may have printed it.

    What an inference prints of an image, the forward phase of a training prints of an epoch with the same words; before
    a line comes that only one of them prints, no reader can tell which of them it was.
    """
    (metric,) = metric_alone(key)
    return (str(metric).removeprefix("epoch_"),)


@dataclass(slots=True, eq=False)
class Numbers:
    """The numbers of a whole log, as they are printed, by what they are about."""

    printed: Mapping[Key, frozenset[str]]
    _alike: dict[Likeness, Mapping[tuple[object, ...], frozenset[str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, logs: Iterable[ParsedLog]) -> Numbers:
        """Return the numbers of all runs of a log."""
        printed: dict[Key, set[str]] = defaultdict(set)
        for log in logs:
            for record in log.metrics:
                printed[key_of(record)].add(repr(record.value))
        return cls({key: frozenset(values) for key, values in printed.items()})

    @property
    def have_epochs(self) -> bool:
        """Whether some have epochs, which a program that does not print them counts from the file's beginning."""
        return any(key[4] is not None for key in self.printed)

    def like(self, key: Key, likeness: Likeness) -> frozenset[str]:
        """Return the numbers that are about the same as a key."""
        if likeness not in self._alike:
            alike: dict[tuple[object, ...], set[str]] = defaultdict(set)
            for known, values in self.printed.items():
                alike[likeness(known)] |= values
            self._alike[likeness] = {about: frozenset(values) for about, values in alike.items()}
        return self._alike[likeness].get(likeness(key), frozenset())


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A log of one format, and what is read of it whole.

    Attributes
    ----------
    name : str
        Its path, or the format whose own sample it is.
    text : str
        All of it.
    format : str
        Name of the format it is recognised as.
    numbers : Numbers
        What its format reads.
    count : int
        Of the numbers, repeated ones too.
    told : Counter of str
        What is said of what was not read; see :func:`told`.
    """

    name: str
    text: str
    format: str
    numbers: Numbers
    count: int
    told: Counter[str]


def samples(folders: Iterable[Path], largest_bytes: int = 100_000) -> list[Sample]:
    """Return the sample of every format, and every file of some folders that a format recognises.

    Parameters
    ----------
    folders : iterable of Path
        Looked through with all that is below.
    largest_bytes : int
        Larger files are left out: each would take seconds a case.

    Returns
    -------
    list of Sample
        In the same order for the same folders.
    """
    texts = {f"sample of {known.name}": known.sample for known in formats()}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix not in _NOT_SAMPLES and path.stat().st_size < largest_bytes:
                texts[str(path.relative_to(folder.parent))] = path.read_bytes().decode("utf-8-sig", errors="replace")
    found = []
    for name, text in texts.items():
        try:
            log_format = detect(lines_of(text.encode())).name
            logs = parse_bytes(text.encode(), run="r", format=log_format)
        except NnsreportError:
            continue
        found.append(Sample(name, text, log_format, Numbers.of(logs), count(logs), told(logs)))
    return found


def count(logs: Iterable[ParsedLog]) -> int:
    """Return how many numbers were read."""
    return sum(len(log.metrics) for log in logs)


def told(logs: Iterable[ParsedLog]) -> Counter[str]:
    """Return what is said of what was not read, and how often: a damage may replace one problem with another."""
    said: Counter[str] = Counter()
    for log in logs:
        said.update(problem.message for problem in log.problems)
        said["not recognised"] += len(log.unrecognised)
        said["not complete"] += not log.complete
    return said


@functools.lru_cache(maxsize=4096)
def read_as(sample: Sample, format_name: str) -> Numbers:
    """Return the numbers of a whole log that is read as another format: none, where that refuses it."""
    try:
        return Numbers.of(parse_bytes(sample.text.encode(), run="r", format=format_name))
    except NnsreportError:
        return Numbers({})


def numbers_of_both(first: Sample, second: Sample) -> tuple[Numbers, ...]:
    """Return the numbers of two logs, each also read as the other's format."""
    return (first.numbers, second.numbers, read_as(second, first.format), read_as(first, second.format))
