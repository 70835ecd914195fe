"""What happens to logs: each damage makes, of a whole log and chance, the bytes of a damaged one.

A damage also says what may be read of it: whose numbers, how sure it is what they are about, and whether one may be
missing.
"""

from __future__ import annotations

import bz2
import enum
import gzip
import lzma
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from log_prefixes import indented, stamped
from log_samples import (
    Likeness,
    Numbers,
    Sample,
    metric_alone,
    numbers_of_both,
    read_as,
    whole,
    without_epoch,
    words_alone,
)

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
_PROGRESS = " 45%|####5     | 9/20 [00:12<00:15,  1.39s/it]\r"
_CELLS = re.compile(r"^ *(?:[-+.\d]+(?:e[-+]\d+)?|-?inf|-?nan) *,", re.MULTILINE)
"""A table of bare numbers: any other line of numbers may be a row of it."""
_OF_NUMBERS = frozenset("0123456789.-+")
_TRAININGS = frozenset({"neurosim-2.0", "neurosim-2.1"})
"""Without the wrapper's lines, their epochs are counted from the file's beginning."""
_COMPRESSIONS: Sequence[Callable[[bytes], bytes]] = (
    lambda data: gzip.compress(data, mtime=0),
    bz2.compress,
    lzma.compress,
)
_HEAD_BYTES = 20
"""Of a compressed file: without these, it is none."""
_ENCODINGS: Mapping[str, str] = {"utf-8-sig": "", "utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}
"""And the mark that Python does not write."""


class Loss(enum.Enum):
    """What may be missing of the numbers that the whole log has."""

    ANY = enum.auto()
    TOLD = enum.auto()
    """Some, if a problem or an unread line says so."""
    NONE = enum.auto()


@dataclass(frozen=True, slots=True)
class Damaged:
    """A damaged log.

    Attributes
    ----------
    data : bytes
        The file.
    text : str or None
        What is in it, line by line; None where that is garbage.
    known : tuple of Numbers
        What its numbers may be; empty where that cannot be told from the whole logs.
    likeness : callable
        In what a number must agree with one of these.
    formats : tuple of str
        Those of two logs in one file, which together may look like a third; empty for one log.
    loss : Loss
        What may be missing when it is read as its own format.
    """

    data: bytes
    text: str | None
    known: tuple[Numbers, ...] = ()
    likeness: Likeness = whole
    formats: tuple[str, ...] = ()
    loss: Loss = Loss.ANY

    @classmethod
    def of(
        cls,
        text: str,
        *known: Numbers,
        likeness: Likeness = whole,
        formats: tuple[str, ...] = (),
        loss: Loss = Loss.ANY,
    ) -> Damaged:
        """Return a damaged log that still is text."""
        return cls(text.encode(), text, known, likeness, formats, loss)


def _cut(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    data = sample.text.encode()[: random.randrange(len(sample.text.encode()) + 1)]
    return Damaged(data, data.decode(errors="replace"), (sample.numbers,))


def _cut_compressed(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    data = random.choice(_COMPRESSIONS)(sample.text.encode())
    return Damaged(data[: random.randrange(_HEAD_BYTES, len(data) + 1)], sample.text, (sample.numbers,))


def _flip_compressed(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    data = bytearray(random.choice(_COMPRESSIONS)(sample.text.encode()))
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return Damaged(bytes(data), None)


def _line_ends(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    """Windows line ends, everywhere or here and there, and a progress bar that the line overwrites."""
    share = random.choice((1.0, random.random()))
    kind = random.choice(("\r\n", "\n", "\r\r\n"))
    drawn = random.choice(("", _PROGRESS))
    lines = [
        f"{drawn if line and random.random() < share else ''}{line}{kind if random.random() < share else chr(10)}"
        for line in sample.text.removesuffix("\n").split("\n")
    ]
    last = lines.pop()
    text = "".join([*lines, last if sample.text.endswith("\n") else last.rstrip("\r\n")])
    return Damaged.of(text, sample.numbers, loss=Loss.TOLD if drawn else Loss.NONE)


def _colours(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    """Terminal colours around lines, and a window title or a cleared line before them."""
    start = random.choice(("\x1b[1;31m", "\x1b[2K", "\x1b]0;job 7\x07", "\x1b[38;5;12m"))
    share = random.choice((1.0, random.random()))
    lines = sample.text.split("\n")
    text = "\n".join(f"{start}{line}\x1b[0m" if line.strip() and random.random() < share else line for line in lines)
    return Damaged.of(text, sample.numbers, loss=Loss.NONE)


def _encoding(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    """Write a mark of the byte order, or UTF-16 as Windows' shell does; sometimes cut it off."""
    name = random.choice(list(_ENCODINGS))
    data = f"{_ENCODINGS[name]}{sample.text}".encode(name)
    if random.random() < 0.5:
        return Damaged(data, sample.text, (sample.numbers,), loss=Loss.NONE)
    return Damaged(data[: random.randrange(len(data) + 1)], sample.text, (sample.numbers,))


def _task_labels(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    """``srun --label``: before all lines, or before some, when a line comes in two pieces or from SLURM itself."""
    share = random.choice((1.0, random.random()))
    lines = sample.text.removesuffix("\n").split("\n")
    is_labelled = [random.random() < share for _unused in lines]
    labelled = [f"0: {line}" if has_label else line for line, has_label in zip(lines, is_labelled, strict=True)]
    filled = sum(1 for line in labelled if line)
    text = "\n".join(labelled) + ("\n" if sample.text.endswith("\n") else "")
    if sum(is_labelled) * 2 > filled:
        return Damaged.of(text, sample.numbers, loss=Loss.NONE)
    return Damaged.of(text, sample.numbers, likeness=metric_alone, loss=Loss.TOLD)


def _two_tasks(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    """Run the same program in two tasks, whose labelled lines arrive as they come."""
    text = _merged([[f"{task}: {line}" for line in _lines(sample)] for task in range(2)], random)
    is_counted = sample.format in _TRAININGS and "Train Epoch: " not in sample.text
    return Damaged.of(text, sample.numbers, likeness=without_epoch if is_counted else whole)


def _time_stamps(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    """``ts`` and others before all lines; or before some, when programs print into one file with and without them."""
    lines = sample.text.removesuffix("\n").split("\n")
    with_time, end = stamped(lines, random), "\n" if sample.text.endswith("\n") else ""
    if random.random() < 0.7:
        return Damaged.of("\n".join(with_time) + end, sample.numbers, loss=Loss.NONE)
    share = random.random()
    mixed = [late if random.random() < share else line for late, line in zip(with_time, lines, strict=True)]
    return Damaged.of("\n".join(mixed) + end, sample.numbers, likeness=metric_alone)


def _indentation(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    """Quote all lines as in a message, or indent them as on a page."""
    lines = indented(sample.text.removesuffix("\n").split("\n"), random)
    return Damaged.of("\n".join(lines) + "\n" * sample.text.endswith("\n"), sample.numbers, loss=Loss.NONE)


def _delete_lines(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    lines = _lines(sample)
    for _unused in range(random.randint(1, 3)):
        if lines:
            del lines[random.randrange(len(lines))]
    return Damaged.of("".join(lines), sample.numbers)


def _double_lines(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    lines = _lines(sample)
    for _unused in range(random.randint(1, 3)):
        place = random.randrange(len(lines))
        lines.insert(place, lines[place])
    return Damaged.of("".join(lines), sample.numbers)


def _join_lines(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    """Lines whose end is lost; two numbers that become one cannot be seen."""
    lines = _lines(sample)
    is_seen = True
    for _unused in range(random.randint(1, 3)):
        place = random.randrange(len(lines))
        following = lines[place + 1] if place + 1 < len(lines) else ""
        lines[place] = lines[place].rstrip("\r\n")
        is_seen &= not _run_together(lines[place], following)
    return Damaged.of("".join(lines), *((sample.numbers,) if is_seen else ()), loss=Loss.TOLD)


def _foreign_lines(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    lines = _lines(sample)
    for _unused in range(random.randint(1, 5)):
        lines.insert(random.randrange(len(lines) + 1), random.choice(FOREIGN) + "\n")
    return Damaged.of("".join(lines), sample.numbers)


def _line_of_another(sample: Sample, random: Random, found: Sequence[Sample]) -> Damaged:
    """Lines that another log prints, so that nothing but their place tells that they are not this one's."""
    other = random.choice(found)
    lines, others = _lines(sample), _lines(other)
    for _unused in range(random.randint(1, 3)):
        lines.insert(random.randrange(len(lines) + 1), random.choice(others).rstrip("\r\n") + "\n")
    has_cells = _CELLS.search(sample.text) or _CELLS.search(other.text)
    known = () if has_cells else numbers_of_both(sample, other)
    return Damaged.of("".join(lines), *known, likeness=words_alone, formats=(sample.format, other.format))


def _append(sample: Sample, random: Random, found: Sequence[Sample]) -> Damaged:
    """Two logs one after the other, as of a job that starts two programs; the first may be cut off at a line's end."""
    other = random.choice(found)
    lines = _lines(sample)
    kept = lines if random.random() < 0.5 else lines[: random.randrange(1, len(lines) + 1)]
    first = "".join(kept)
    text = (first if first.endswith("\n") else f"{first}\n") + other.text
    return Damaged.of(text, *_appended(sample, other), formats=(sample.format, other.format))


def _run_on(sample: Sample, random: Random, found: Sequence[Sample]) -> Damaged:
    """Cut a log off anywhere, and begin another one on the same line."""
    other = random.choice(found)
    first = sample.text[: random.randrange(1, len(sample.text) + 1)]
    known = () if _run_together(first, other.text) else _appended(sample, other)
    return Damaged.of(first + other.text, *known, formats=(sample.format, other.format))


def _interleave(sample: Sample, random: Random, found: Sequence[Sample]) -> Damaged:
    """Two logs in pieces of some lines, as of two programs that write into one file."""
    other = random.choice(found)
    text = _merged([_lines(sample), _lines(other)], random)
    has_cells = _CELLS.search(sample.text) or _CELLS.search(other.text)
    is_foreign = not (read_as(other, sample.format).printed or read_as(sample, other.format).printed)
    known = () if has_cells else numbers_of_both(sample, other)
    likeness = whole if is_foreign else words_alone
    return Damaged.of(text, *known, likeness=likeness, formats=(sample.format, other.format))


def _shuffle(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    lines = _lines(sample)
    start = random.randrange(len(lines))
    block = lines[start : start + random.randint(2, 40)]
    return _in_other_order(sample, [*lines[:start], *random.sample(block, len(block)), *lines[start + len(block) :]])


def _move_block(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    lines = _lines(sample)
    start = random.randrange(len(lines))
    block = lines[start : start + random.randint(1, max(1, len(lines) // 3))]
    rest = lines[:start] + lines[start + len(block) :]
    place = random.randrange(len(rest) + 1)
    return _in_other_order(sample, [*rest[:place], *block, *rest[place:]])


def _lose_or_repeat(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    lines = _lines(sample)
    first, second = sorted((random.randrange(len(lines) + 1), random.randrange(len(lines) + 1)))
    changed = lines[:first] + lines[second:] if random.random() < 0.5 else lines[:second] + lines[first:]
    return _in_other_order(sample, changed)


def _flip(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    data = bytearray(sample.text.encode())
    for _unused in range(random.randint(1, 8)):
        data[random.randrange(len(data))] = random.choice(
            (random.randrange(256), ord(random.choice("0123456789.e-:, \n")))
        )
    return Damaged(bytes(data), data.decode("utf-8", errors="replace"), loss=Loss.TOLD)


def _delete_bytes(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    data = sample.text.encode()
    start = random.randrange(len(data))
    kept = data[:start] + data[start + random.randint(1, 200) :]
    return Damaged(kept, kept.decode("utf-8", errors="replace"))


def _nul_bytes(sample: Sample, random: Random, _: Sequence[Sample]) -> Damaged:
    """Put zeros for a piece that never reached the disk, or for a hole between two writers."""
    data = sample.text.encode()
    start, length = random.randrange(len(data)), random.choice((1, random.randint(2, 100), random.randint(100, 4096)))
    length = min(length, len(data) - start)
    rest = data[start + length :] if random.random() < 0.7 else data[start:]
    changed = data[:start] + bytes(length) + rest
    return Damaged(
        changed, changed.decode("utf-8", errors="replace"), (sample.numbers,), likeness=metric_alone, loss=Loss.TOLD
    )


def _lines(sample: Sample) -> list[str]:
    return sample.text.splitlines(keepends=True)


def _merged(queues: Sequence[list[str]], random: Random) -> str:
    merged: list[str] = []
    while any(queues):
        queue = random.choice([queue for queue in queues if queue])
        count = random.randint(1, 12)
        merged += [line if line.endswith("\n") else f"{line}\n" for line in queue[:count]]
        del queue[:count]
    return "".join(merged)


def _appended(sample: Sample, other: Sample) -> tuple[Numbers, ...]:
    has_epochs = sample.numbers.have_epochs or other.numbers.have_epochs
    return () if has_epochs else numbers_of_both(sample, other)


def _in_other_order(sample: Sample, lines: Iterable[str]) -> Damaged:
    return Damaged.of("".join(lines), sample.numbers, likeness=metric_alone)


def _run_together(first: str, second: str) -> bool:
    """Tell whether the last number of one text and the first of another may be read as one."""
    return first[-1:] in _OF_NUMBERS and second[:1] in _OF_NUMBERS


Damage = Callable[[Sample, Random, Sequence[Sample]], Damaged]
DAMAGES: Mapping[str, Damage] = {
    "cut": _cut,
    "cut a compressed file": _cut_compressed,
    "flip a bit of a compressed file": _flip_compressed,
    "line ends": _line_ends,
    "colours": _colours,
    "encoding": _encoding,
    "task labels": _task_labels,
    "two tasks": _two_tasks,
    "time stamps": _time_stamps,
    "indentation": _indentation,
    "delete lines": _delete_lines,
    "double lines": _double_lines,
    "join lines": _join_lines,
    "foreign lines": _foreign_lines,
    "lines of another log": _line_of_another,
    "two logs": _append,
    "two logs, run on": _run_on,
    "interleave": _interleave,
    "shuffle": _shuffle,
    "move a block": _move_block,
    "lose or repeat a block": _lose_or_repeat,
    "flip bytes": _flip,
    "delete bytes": _delete_bytes,
    "NUL bytes": _nul_bytes,
}
"""By the name that a violation is reported with."""
