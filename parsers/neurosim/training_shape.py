"""The lines that ``train.py`` prints from one C++ part to the next: their forms, and which of them are an epoch's.

:mod:`nnsreport.parsers.neurosim.training_wrapper` knows what the lines mean. Here they have the narrowest form that
they are printed in; whatever else they may have is read line by line.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from nnsreport.parsers.neurosim.training_arrays import ARRAYS
from nnsreport.parsers.recurring.scanning import written

STEP, TIMES, TEST = "STR"
"""Names of the forms of lines that name an epoch."""

METRICS_OF: dict[str, tuple[str, str]] = dict(zip("WU", ARRAYS.values(), strict=True))
"""What the halves of an array are, by the name of its title's form."""

_LINES = {
    STEP: "Train Epoch: %d [%d/%d] Loss: %-*.6f Acc: %1.4f lr: %1.2e",
    TIMES: "Elapsed %*.2fs, %*.2f s/epoch, %*.2f s/batch, ets %-*.2fs",
    TEST: "\tEpoch %d Test set: Average loss: %-*.4f, Accuracy: %d/%d (%d%%)",
    "p": "training phase",
    "q": "testing phase",
    **dict(zip(METRICS_OF, ARRAYS, strict=True)),
    "a": "[%r]",
    "b": "[%r",
    "c": " %r",
    "d": " %r]",
}
FORMS = written(_LINES)
"""Of an epoch's lines."""
FORMS_BETWEEN = written(_LINES | {"t": f"{'-' * 30} Simulation Performance {'-' * 32}", "e": ""})
"""Of these, and of those between an epoch and a C++ part that say nothing."""
_EPOCH = rb"p?S[Spq]*(?:[TRpq]|[WU](?:a|bc*d))*"
EPOCH = re.compile(_EPOCH)
"""The forms of an epoch's lines: its batches, and then the rest in any order."""
EPOCH_BETWEEN = re.compile(rb"[te]*(" + _EPOCH + rb")[te]*")
"""The same, and what stands around it, from one C++ part to the next."""
_PART = re.compile(rb"[STR]|[WU][abcd]+")
_ONCE = b"TRWU"


class Part(NamedTuple):
    """A line, or an array with its title.

    Attributes
    ----------
    form : str
        Name of the (first) line's form.
    lines : range
        Its lines within the epoch.
    numbers : slice
        Its numbers among those of the epoch.
    """

    form: str
    lines: range
    numbers: slice


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The lines of an epoch without their numbers.

    Attributes
    ----------
    lines, steps : int
        All of them, and those that tell a batch.
    counts : tuple of int
        The numbers of each line.
    parts : tuple of Part
        Those with numbers, in their order.
    arrays : tuple of Part
        The arrays among them.
    rows : tuple of (slice, slice)
        Numbers of two lines of an array that follow each other, and have as many.
    times, test : Part or None
        The line that tells times, and the one that tells the accuracy.
    is_usual : bool
        Nothing but steps is there twice.
    """

    lines: int
    steps: int
    counts: tuple[int, ...]
    parts: tuple[Part, ...]
    arrays: tuple[Part, ...]
    rows: tuple[tuple[slice, slice], ...]
    times: Part | None
    test: Part | None
    is_usual: bool


@lru_cache(maxsize=256)
def shape_of(names: bytes, counts: tuple[int, ...]) -> Shape:
    """Return the shape of an epoch; the same object for the same lines, as long as they come often.

    Parameters
    ----------
    names : bytes
        The form of each line, as :data:`EPOCH` has them.
    counts : tuple of int
        The numbers of each line.
    """
    ends = [0, *itertools.accumulate(counts)]
    parts: list[Part] = []
    rows: list[tuple[slice, slice]] = []
    for match in _PART.finditer(names):
        first, last = match.span()
        parts.append(Part(chr(names[first]), range(first, last), slice(ends[first], ends[last])))
        own = [slice(ends[line], ends[line + 1]) for line in range(first + 1, last)]
        rows += [pair for pair in itertools.pairwise(own) if _length(pair[0]) == _length(pair[1])]
    return Shape(
        lines=len(names),
        steps=names.count(STEP.encode()),
        counts=counts,
        parts=tuple(parts),
        arrays=tuple(part for part in parts if part.form in METRICS_OF),
        rows=tuple(rows),
        times=next((part for part in parts if part.form == TIMES), None),
        test=next((part for part in parts if part.form == TEST), None),
        is_usual=all(names.count(form) <= 1 for form in _ONCE),
    )


def _length(numbers: slice) -> int:
    length: int = numbers.stop - numbers.start
    return length
