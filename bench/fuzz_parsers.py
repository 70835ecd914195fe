"""Damages logs of every format at random and checks what the parsers make of them.

    python bench/fuzz_parsers.py --cases 100000 --seed 0

Three things are checked of every damaged log: no exception but the project's own; every number stands on the line that
its record names; and, where lines were only lost, doubled or joined by foreign ones, every number is one that the whole
log has under the same name. Prints each violation with what is needed to repeat it, and the number of cases.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from nnsreport.errors import NnsreportError
from nnsreport.parsers import ParsedLog, formats, parse_bytes
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
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:inf|nan)", re.IGNORECASE)
_SCALES = [10.0**exponent for exponent in range(-24, 25)] + [2.0**20, 2.0**30]

Key = tuple[str, str | None, str | None, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """A log of one format, and the numbers of it by name."""

    name: str
    text: str
    format: str
    values: dict[Key, set[float]]


@dataclass(frozen=True, slots=True)
class Damage:
    """A way of damaging a text; ``keeps_lines`` when each line that is left is as it was."""

    name: str
    apply: Callable[[str, Random], bytes]
    keeps_lines: bool


def samples(folders: Iterable[Path]) -> list[Sample]:
    """Return the sample of every format, and every file of some folders that a format recognises."""
    texts = {f"sample of {known.name}": known.sample for known in formats()}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.stat().st_size < 100_000:
                texts[str(path.relative_to(folder))] = path.read_bytes().decode("utf-8", errors="replace")
    found = []
    for name, text in texts.items():
        try:
            log_format = detect(lines_of(text.encode())).name
            logs = parse_bytes(text.encode(), run="r", format=log_format)
        except NnsreportError:
            continue
        found.append(Sample(name, text, log_format, _values(logs)))
    return found


def _values(logs: Sequence[ParsedLog]) -> dict[Key, set[float]]:
    values: dict[Key, set[float]] = defaultdict(set)
    for log in logs:
        for record in log.metrics:
            key = (record.scope, record.layer, record.component, record.metric)
            values[key].add("nan" if math.isnan(record.value) else record.value)  # type: ignore[arg-type]
    return values


def _cut(text: str, random: Random) -> bytes:
    return text.encode()[: random.randrange(len(text.encode()) + 1)]


def _delete_lines(text: str, random: Random) -> bytes:
    lines = text.splitlines(keepends=True)
    for _ in range(random.randint(1, 3)):
        if lines:
            del lines[random.randrange(len(lines))]
    return "".join(lines).encode()


def _double_lines(text: str, random: Random) -> bytes:
    lines = text.splitlines(keepends=True)
    for _ in range(random.randint(1, 3)):
        place = random.randrange(len(lines))
        lines.insert(place, lines[place])
    return "".join(lines).encode()


def _foreign_lines(text: str, random: Random) -> bytes:
    lines = text.splitlines(keepends=True)
    for _ in range(random.randint(1, 5)):
        lines.insert(random.randrange(len(lines) + 1), random.choice(FOREIGN) + "\n")
    return "".join(lines).encode()


def _shuffle(text: str, random: Random) -> bytes:
    lines = text.splitlines(keepends=True)
    start = random.randrange(len(lines))
    block = lines[start : start + random.randint(2, 40)]
    order = random.sample(block, len(block))
    return "".join([*lines[:start], *order, *lines[start + len(block) :]]).encode()


def _flip(text: str, random: Random) -> bytes:
    data = bytearray(text.encode())
    for _ in range(random.randint(1, 8)):
        data[random.randrange(len(data))] = random.choice(
            (random.randrange(256), ord(random.choice("0123456789.e-:, \n")))
        )
    return bytes(data)


def _delete_bytes(text: str, random: Random) -> bytes:
    data = text.encode()
    start = random.randrange(len(data))
    return data[:start] + data[start + random.randint(1, 200) :]


def _blocks(text: str, random: Random) -> bytes:
    lines = text.splitlines(keepends=True)
    first, second = sorted((random.randrange(len(lines) + 1), random.randrange(len(lines) + 1)))
    kept = lines[:first] + lines[second:] if random.random() < 0.5 else lines[:second] + lines[first:]
    return "".join(kept).encode()


DAMAGES = (
    Damage("cut", _cut, keeps_lines=True),
    Damage("delete lines", _delete_lines, keeps_lines=True),
    Damage("double lines", _double_lines, keeps_lines=True),
    Damage("foreign lines", _foreign_lines, keeps_lines=True),
    Damage("shuffle", _shuffle, keeps_lines=False),
    Damage("flip bytes", _flip, keeps_lines=False),
    Damage("delete bytes", _delete_bytes, keeps_lines=False),
    Damage("lose or repeat a block", _blocks, keeps_lines=False),
)


def violations(sample: Sample, damage: Damage, data: bytes, other_format: str) -> Iterator[str]:
    """Yield what is wrong with the parsers' results for one damaged text.

    Parameters
    ----------
    sample : Sample
        The whole text.
    damage : Damage
        What was done to it.
    data : bytes
        The damaged text.
    other_format : str
        A format that is forced on it as well.
    """
    for chosen in (None, sample.format, other_format):
        try:
            logs = parse_bytes(data, run="r", format=chosen)
        except NnsreportError:
            continue
        except Exception as error:
            yield f"as {chosen}: {type(error).__name__}: {error}"
            continue
        yield from _not_printed(logs, data)
        if damage.keeps_lines and chosen == sample.format:
            yield from _misnamed(logs, sample)


def _not_printed(logs: Sequence[ParsedLog], data: bytes) -> Iterator[str]:
    lines = data.decode("utf-8", errors="replace").split("\n")
    for log in logs:
        for record in log.metrics:
            line = lines[record.line - 1] if record.line <= len(lines) else ""
            printed = [float(number) for number in _NUMBER.findall(line)]
            if not _is_among(record.value, printed):
                yield f"{log.format}: {record.metric} = {record.value} is not on line {record.line}: {line[:120]!r}"


def _is_among(value: float, printed: Sequence[float]) -> bool:
    if not math.isfinite(value):
        return any(not math.isfinite(number) for number in printed)
    shifted = (number * scale for number in printed for scale in _SCALES)
    ratios = (second / first for first in printed for second in printed if first)
    return any(math.isclose(value, candidate, rel_tol=1e-11) for source in (shifted, ratios) for candidate in source)


def _misnamed(logs: Sequence[ParsedLog], sample: Sample) -> Iterator[str]:
    for key, values in _values(logs).items():
        for value in values - sample.values.get(key, set()):
            yield f"{sample.format}: {key} = {value}, which the whole log does not have there"


def cases(found: Sequence[Sample], count: int, seed: int) -> Iterator[tuple[int, Sample, Damage, bytes, str]]:
    """Yield damaged logs; each is made from its own seed, so that one can be repeated alone."""
    names = [known.name for known in formats()]
    for number in range(seed, seed + count):
        random = Random(number)
        sample, damage = random.choice(found), random.choice(DAMAGES)
        yield number, sample, damage, damage.apply(sample.text, random), random.choice(names)


def check(found: Sequence[Sample], count: int, seed: int) -> list[str]:
    """Return the violations in some cases, one line each, with the seed that repeats it."""
    return [
        f"seed {number}, {damage.name}, {sample.name}: {violation}"
        for number, sample, damage, data, other in cases(found, count, seed)
        for violation in violations(sample, damage, data, other)
    ]


def _check_part(arguments: tuple[list[Path], int, int]) -> list[str]:
    folders, count, seed = arguments
    return check(samples(folders), count, seed)


def main() -> int:
    """Run the cases on all cores; return 1 when there was a violation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--logs", type=Path, action="append", default=[], help="further folders with logs")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    arguments = parser.parse_args()
    folders = [DATA, *arguments.logs]
    share = math.ceil(arguments.cases / (arguments.jobs * 8))
    parts = [(folders, share, arguments.seed + place) for place in range(0, arguments.cases, share)]
    start = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(arguments.jobs) as pool:
        found = [line for lines in pool.imap(_check_part, parts) for line in lines]
    by_kind = Counter(re.sub(r"seed \d+, |\d+(?:\.\d+)?(?:e[-+]\d+)?", "", line)[:100] for line in found)
    for line in found[:200]:
        print(line)
    for kind, count in by_kind.most_common(40):
        print(f"{count:6d}  {kind}")
    print(f"{share * len(parts)} cases, {len(found)} violations, {time.perf_counter() - start:.0f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
