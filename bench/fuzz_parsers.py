"""Damages logs of every format at random and checks what the parsers make of them.

    python bench/fuzz_parsers.py --cases 100000 --seed 0
    python bench/fuzz_parsers.py --seed 1234 --cases 1 --write damaged.txt    # one case again, and its text

Four things are checked of every damaged log, read as what it is recognised as, as its own format, and as any other:

* no exception but the project's own;
* every number stands on the line that its record names;
* where lines were only lost, doubled, or joined by others, every number is one that the whole logs have under the same
  name, layer, component, epoch and so on;
* where bytes were changed within lines, a number that is lost is not lost without a word.

Prints one example of each kind of violation with the seed that repeats it, and the number of cases.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import math
import multiprocessing
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random

from nnsreport.errors import NnsreportError
from nnsreport.parsers import ParsedLog, formats, parse_bytes
from nnsreport.parsers.conformance import Key, key_of
from nnsreport.parsers.reading import lines_of
from nnsreport.parsers.registry import detect

DATA = Path(__file__).resolve().parents[1] / "tests" / "data"
FOREIGN = (
    "srun: Job step aborted: Waiting up to 32 seconds for job step to finish.",
    "slurmstepd: error: *** JOB 38905658 ON n23g0001 CANCELLED AT 2026-01-01T00:00:00 DUE TO TIME LIMIT ***",
    "/home/user/env/lib/python3.11/site-packages/torch/nn/functional.py:718: UserWarning: Named tensors",
    "  warnings.warn(",
    "Loading module GCCcore/12.2.0 ... 17 of 23",
    " 45%|####5     | 9/20 [00:12<00:15,  1.39s/it]",
    "1e5 3 4ns",
    "epoch 3 loss 0.25",
    "",
)
_NOT_SAMPLES = frozenset({".py", ".onnx", ".npz", ".md"})
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:inf|nan)", re.IGNORECASE)
_EPOCHS_BY_ROW = frozenset({"neurosim-2-distributions", "neurosim-2-activity", "neurosim-2-output"})
"""Tables in which an epoch is known by the place of its row alone: a lost or doubled row moves all that follow."""
_SCALES = (*(10.0**exponent for exponent in range(-24, 25)), 2.0**20, 2.0**30)
"""Of prefixes and megabytes, for numbers with more digits than a float keeps."""

_BY_PLACE = frozenset({"fan_in", "weight_float_limit", "weight_float_std", "weight_quantization_limit", "weight_scale"})
"""The wrapper prints these of one layer after the other, and of no layer by name: a lost line moves all that follow."""
Values = Mapping[Key, frozenset[str]]
"""The printed forms of every number by what it is about."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A log of one format, and what is read of it whole."""

    name: str
    text: str
    format: str
    values: Values
    numbers: int
    told: int


@dataclass(frozen=True, slots=True)
class Damaged:
    """A damaged log: the bytes, the text in them, and what its numbers may be.

    ``values`` is None where they cannot be told from the whole logs; ``formats`` are those of two joined logs, which
    together may look like a third.
    """

    data: bytes
    text: str
    values: Values | None = None
    formats: tuple[str, ...] = ()
    must_tell: bool = False


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong with a parser's result; ``about`` is the same for many cases of one defect."""

    seed: int
    damage: str
    sample: str
    format: str
    about: str
    detail: str

    def __str__(self) -> str:
        """Return all of it in one line."""
        return f"seed {self.seed}, {self.damage}, {self.sample}: {self.format}: {self.about}: {self.detail}"


def samples(folders: Iterable[Path], largest_bytes: int = 100_000) -> list[Sample]:
    """Return the sample of every format, and every file of some folders that a format recognises."""
    texts = {f"sample of {known.name}": known.sample for known in formats()}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix not in _NOT_SAMPLES and path.stat().st_size < largest_bytes:
                texts[str(path.relative_to(folder))] = path.read_bytes().decode("utf-8", errors="replace")
    found = []
    for name, text in texts.items():
        try:
            log_format = detect(lines_of(text.encode())).name
            logs = parse_bytes(text.encode(), run="r", format=log_format)
        except NnsreportError:
            continue
        found.append(Sample(name, text, log_format, _values(logs), _numbers(logs), _told(logs)))
    return found


def _values(logs: Iterable[ParsedLog]) -> Values:
    values: dict[Key, set[str]] = defaultdict(set)
    for log in logs:
        for record in log.metrics:
            values[key_of(record)].add(repr(record.value))
    return {key: frozenset(printed) for key, printed in values.items()}


def _numbers(logs: Iterable[ParsedLog]) -> int:
    return sum(len(log.metrics) for log in logs)


def _told(logs: Iterable[ParsedLog]) -> int:
    """Return how much is said of what was not read."""
    return sum(len(log.problems) + len(log.unrecognised) + (not log.complete) for log in logs)


def _without_epochs(values: Values) -> Values:
    return _joined(*({(*key[:4], None, *key[5:]): printed} for key, printed in values.items()))


def _joined(*parts: Values) -> Values:
    return {key: frozenset().union(*(part.get(key, ()) for part in parts)) for part in parts for key in part}


def _cut(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    data = sample.text.encode()[: random.randrange(len(sample.text.encode()) + 1)]
    return Damaged(data, data.decode(errors="replace"), sample.values)


def _cut_gzip(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    data = gzip.compress(sample.text.encode(), mtime=0)
    return Damaged(data[: random.randrange(20, len(data))], sample.text, sample.values)


def _windows(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    """Windows line ends, colours or a task's label change no number."""
    lines = sample.text.split("\n")
    end = "\r\n" if random.random() < 0.5 else "\n"
    start, stop = ("\x1b[1;31m", "\x1b[0m") if random.random() < 0.5 else ("", "")
    changed = end.join(f"{start}{line}{stop}" if line.strip() else line for line in lines)
    return Damaged(changed.encode(), changed, sample.values, must_tell=True)


def _delete_lines(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    lines = _lines(sample)
    for _unused in range(random.randint(1, 3)):
        if lines:
            del lines[random.randrange(len(lines))]
    return _of_lines(lines, sample.values)


def _double_lines(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    lines = _lines(sample)
    for _unused in range(random.randint(1, 3)):
        place = random.randrange(len(lines))
        lines.insert(place, lines[place])
    return _of_lines(lines, sample.values)


def _foreign_lines(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    lines = _lines(sample)
    for _unused in range(random.randint(1, 5)):
        lines.insert(random.randrange(len(lines) + 1), random.choice(FOREIGN) + "\n")
    return _of_lines(lines, sample.values)


def _append(sample: Sample, random: Random, found: Sequence[Sample]) -> Damaged:
    """Two logs one after the other, as of a job that starts two programs; the first may be cut off at a line's end."""
    other = random.choice(found)
    lines = _lines(sample)
    kept = lines if random.random() < 0.5 else lines[: random.randrange(1, len(lines) + 1)]
    first = "".join(kept)
    text = (first if first.endswith("\n") else f"{first}\n") + other.text
    values = None if _has_epochs(sample) or _has_epochs(other) else _values_of_both(sample, other)
    return Damaged(text.encode(), text, values, (sample.format, other.format))


def _interleave(sample: Sample, random: Random, found: Sequence[Sample]) -> Damaged:
    """Two logs in pieces of some lines, as of two programs that write into one file."""
    other = random.choice(found)
    queues = [_lines(sample), _lines(other)]
    merged: list[str] = []
    while any(queues):
        queue = random.choice([queue for queue in queues if queue])
        count = random.randint(1, 12)
        merged += [line if line.endswith("\n") else f"{line}\n" for line in queue[:count]]
        del queue[:count]
    has_cells = _CELLS.search(sample.text) or _CELLS.search(other.text)
    is_foreign = not (has_cells or _read_as(other, sample.format) or _read_as(sample, other.format))
    text = "".join(merged)
    values = _values_of_both(sample, other) if is_foreign else None
    return Damaged(text.encode(), text, values, (sample.format, other.format))


def _shuffle(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    lines = _lines(sample)
    start = random.randrange(len(lines))
    block = lines[start : start + random.randint(2, 40)]
    return _of_lines([*lines[:start], *random.sample(block, len(block)), *lines[start + len(block) :]])


def _flip(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    data = bytearray(sample.text.encode())
    for _unused in range(random.randint(1, 8)):
        data[random.randrange(len(data))] = random.choice(
            (random.randrange(256), ord(random.choice("0123456789.e-:, \n")))
        )
    return Damaged(bytes(data), data.decode("utf-8", errors="replace"), must_tell=True)


def _delete_bytes(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    data = sample.text.encode()
    start = random.randrange(len(data))
    kept = data[:start] + data[start + random.randint(1, 200) :]
    return Damaged(kept, kept.decode("utf-8", errors="replace"))


def _lose_or_repeat(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    lines = _lines(sample)
    first, second = sorted((random.randrange(len(lines) + 1), random.randrange(len(lines) + 1)))
    return _of_lines(lines[:first] + lines[second:] if random.random() < 0.5 else lines[:second] + lines[first:])


def _lines(sample: Sample) -> list[str]:
    return sample.text.splitlines(keepends=True)


def _of_lines(lines: Iterable[str], values: Values | None = None) -> Damaged:
    text = "".join(lines)
    return Damaged(text.encode(), text, values)


_CELLS = re.compile(r"^ *(?:[-+.\d]+(?:e[-+]\d+)?|-?inf|-?nan) *,", re.MULTILINE)
"""A table of bare numbers: any other line of numbers may be a row of it."""


def _has_epochs(sample: Sample) -> bool:
    """Tell whether numbers have epochs, which a program that does not print them counts from the file's beginning."""
    return any(key[4] is not None for key in sample.values)


def _values_of_both(sample: Sample, other: Sample) -> Values:
    parts = (sample.values, other.values, _read_as(other, sample.format), _read_as(sample, other.format))
    return _joined(*parts)


def _read_as(sample: Sample, name: str) -> Values:
    return _values_of(sample.text, name)


@functools.lru_cache(maxsize=4096)
def _values_of(text: str, name: str) -> Values:
    try:
        return _values(parse_bytes(text.encode(), run="r", format=name))
    except NnsreportError:
        return {}


DAMAGES: Mapping[str, Callable[[Sample, Random, Sequence[Sample]], Damaged]] = {
    "cut": _cut,
    "cut gzip": _cut_gzip,
    "line ends and colours": _windows,
    "delete lines": _delete_lines,
    "double lines": _double_lines,
    "foreign lines": _foreign_lines,
    "two logs": _append,
    "interleave": _interleave,
    "shuffle": _shuffle,
    "flip bytes": _flip,
    "delete bytes": _delete_bytes,
    "lose or repeat a block": _lose_or_repeat,
}


@dataclass(slots=True)
class Case:
    """One damaged log and what is found wrong with its reading."""

    seed: int
    name: str
    sample: Sample
    damaged: Damaged
    other_format: str
    found: list[Violation] = field(default_factory=list)

    def check(self) -> list[Violation]:
        """Read the damaged log in every way, and return the violations."""
        for chosen in (None, self.sample.format, self.other_format):
            try:
                logs = parse_bytes(self.damaged.data, run="r", format=chosen)
            except NnsreportError:
                continue
            except Exception as error:
                self._add(chosen or "detection", f"raises {type(error).__name__}", str(error)[:200])
                continue
            self._check_lines(logs)
            if chosen != self.other_format or chosen == self.sample.format:
                self._check_names(logs)
            if chosen == self.sample.format:
                self._check_losses(logs)
        return self.found

    def _check_lines(self, logs: Sequence[ParsedLog]) -> None:
        lines = self.damaged.text.split("\n")
        for log in logs:
            for record in log.metrics:
                line = lines[record.line - 1] if record.line <= len(lines) else ""
                if not _is_among(record.value, line):
                    detail = f"{record.value!r} is not on line {record.line}: {line[:120]!r}"
                    self._add(log.format, f"{record.metric} is not printed", detail)

    def _check_names(self, logs: Sequence[ParsedLog]) -> None:
        if self.damaged.values is None:
            return
        known = self.damaged.values
        for log in logs:
            if self.damaged.formats and log.format not in self.damaged.formats:
                continue
            values = _values([log])
            # A training that is cut off before its first epoch may be taken for inference, which prints the same there.
            if self.sample.format in _EPOCHS_BY_ROW or log.format != self.sample.format:
                values, known = _without_epochs(values), _without_epochs(known)
            for key, printed in values.items():
                for value in printed - known.get(key, frozenset()):
                    about = f"{key[3]} of {key[2]} is another number's"
                    if key[3] not in _BY_PLACE and not _is_rounded(value, known.get(key, frozenset())):
                        self._add(log.format, about, f"{_shown(key)} = {value} is not in the whole log")

    def _check_losses(self, logs: Sequence[ParsedLog]) -> None:
        if self.damaged.must_tell and _told(logs) <= self.sample.told and _numbers(logs) < self.sample.numbers:
            lost = [key for key in self.sample.values if key not in _values(logs)]
            about = lost[0][3] if lost else "a repeated number"
            self._add(self.sample.format, f"{about} is lost without a word", " and ".join(map(_shown, lost[:3])))

    def _add(self, format_name: str, about: str, detail: str) -> None:
        self.found.append(Violation(self.seed, self.name, self.sample.name, format_name, about, detail))


def _is_among(value: float, line: str) -> bool:
    """Tell whether a number is printed on a line: its digits as they are, or else what a parser computes from some."""
    printed = _NUMBER.findall(line)
    if not math.isfinite(value):
        return any(not math.isfinite(float(number)) for number in printed)
    if _digits(repr(value)) in map(_digits, printed):
        return True
    numbers = [float(number) for number in printed]
    scaled = (number * scale for number in numbers for scale in _SCALES)
    ratios = (second / first for first in numbers for second in numbers if first)
    return any(math.isclose(value, candidate, rel_tol=1e-11) for source in (ratios, scaled) for candidate in source)


def _digits(number: str) -> str:
    return number.lower().partition("e")[0].replace(".", "").strip("+-0")


def _is_rounded(value: str, known: Iterable[str]) -> bool:
    """Tell whether a number is a known one with fewer digits: some are printed twice, and that one may be lost."""
    if not math.isfinite(float(value)):
        return False
    half = Decimal((0, (5,), int(Decimal(value).as_tuple().exponent) - 1))
    finite = (Decimal(other) for other in known if math.isfinite(float(other)))
    return any(abs(Decimal(value) - other) <= half for other in finite)


def _shown(key: Key) -> str:
    return " ".join(str(part) for part in key if part is not None)


def cases(found: Sequence[Sample], count: int, seed: int) -> Iterator[Case]:
    """Yield damaged logs; each is made from its own seed, so that one can be repeated alone."""
    names = [known.name for known in formats()]
    for number in range(seed, seed + count):
        random = Random(number)
        sample, name = random.choice(found), random.choice(list(DAMAGES))
        yield Case(number, name, sample, DAMAGES[name](sample, random, found), random.choice(names))


def check(found: Sequence[Sample], count: int, seed: int) -> list[Violation]:
    """Return the violations in some cases."""
    return [violation for case in cases(found, count, seed) for violation in case.check()]


_FOUND: list[Sample] = []
"""The samples of a worker process."""


def _begin(folders: list[Path]) -> None:
    _FOUND.extend(samples(folders))


def _check_part(part: tuple[int, int]) -> list[Violation]:
    return check(_FOUND, *part)


def main() -> int:
    """Run the cases on all cores; return 1 when there was a violation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--logs", type=Path, action="append", default=[], help="further folders with logs")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--write", type=Path, help="write the damaged log of the first case")
    arguments = parser.parse_args()
    folders = [DATA, *arguments.logs]
    if arguments.write:
        arguments.write.write_bytes(next(cases(samples(folders), 1, arguments.seed)).damaged.data)
    share = math.ceil(arguments.cases / (arguments.jobs * 8))
    parts = [(share, arguments.seed + place) for place in range(0, arguments.cases, share)]
    start = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(arguments.jobs, _begin, (folders,)) as pool:
        found = [violation for part in pool.imap(_check_part, parts) for violation in part]
    kinds = Counter((violation.format, violation.about) for violation in found)
    examples = {(violation.format, violation.about): violation for violation in reversed(found)}
    for kind, count in kinds.most_common():
        print(f"{count:6d}  {examples[kind]}")
    print(f"{share * len(parts)} cases, {len(found)} violations, {time.perf_counter() - start:.0f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
