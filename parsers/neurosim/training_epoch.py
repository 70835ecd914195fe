"""What ``train.py`` prints from one C++ part to the next, read at once where all of it is as in most epochs.

:mod:`nnsreport.parsers.neurosim.training_wrapper` knows what the lines mean. Here they have the narrowest form that
they are printed in; whatever else they may have is read line by line.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nnsreport.parsers.columns import NO_EPOCH, KeyBlock
from nnsreport.parsers.neurosim.training_arrays import ARRAYS
from nnsreport.parsers.neurosim.training_blocks import BATCH_METRICS, NO_LAYER, TIME_METRICS, block_of, joined
from nnsreport.parsers.neurosim.wrapper_lines import Result
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.recurring.scanning import NOTHING, Scanned, scanned, written

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

STEP, TIMES, TEST = "STR"
"""Names of the forms of lines that name an epoch."""

METRICS_OF: dict[str, tuple[str, str]] = dict(zip("WU", ARRAYS.values(), strict=True))
"""What the halves of an array are, by the name of its title's form."""

_FORMS = written(
    {
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
)
_EPOCH = re.compile(rb"p?S[Spq]*(?:[TRpq]|[WU](?:a|bc*d))*")
"""The forms of an epoch's lines: its batches, and then the rest in any order."""
_PART = re.compile(rb"[STR]|[WU][abcd]+")
_ONCE = b"TRWU"
_FEWEST_LINES, _MOST_LINES = 64, 4096
"""Lines read together: few are lost where the first has a form and the next has none, and memory is bounded."""

FIRST_OF_EPOCH = ("training phase", "Train Epoch: ")
"""How a line begins that :meth:`EpochsAhead.at` may know."""


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
        Numbers of two lines of an array that follow each other.
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


@dataclass(frozen=True, slots=True, eq=False)
class EpochNumbers:
    """What an epoch tells, in the order of its lines.

    Attributes
    ----------
    epoch : int
        Its number.
    block : KeyBlock
        What the numbers are about.
    values : numpy.ndarray of float64, shape (numbers,)
        In each metric's unit.
    lines, steps : numpy.ndarray of int64, shape (numbers,)
        Line of the source, and images seen.
    latest : dict of str to int
        For the first metric of every line that is told of, the last step.
    last_line : int
        The last line that names the epoch.
    last_step : int or None
        Its step.
    is_tested, has_arrays : bool
        Whether it tells an accuracy, and weights.
    """

    epoch: int
    block: KeyBlock
    values: npt.NDArray[np.float64]
    lines: npt.NDArray[np.int64]
    steps: npt.NDArray[np.int64]
    latest: dict[str, int]
    last_line: int
    last_step: int | None
    is_tested: bool
    has_arrays: bool


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where the numbers that are filed stand among those of an epoch.

    Attributes
    ----------
    block : KeyBlock
        What they are about.
    values, steps : numpy.ndarray of int64, shape (numbers,)
        Indices of each and of its images seen, among an epoch's numbers, which the share of images that are classified
        correctly and :data:`NO_EPOCH` follow.
    lines : numpy.ndarray of int64, shape (numbers,)
        Within the epoch.
    metrics : tuple of str
        The first of each part that is no step.
    last_told : Part
        The last line that names the epoch.
    """

    block: KeyBlock
    values: npt.NDArray[np.int64]
    steps: npt.NDArray[np.int64]
    lines: npt.NDArray[np.int64]
    metrics: tuple[str, ...]
    last_told: Part


class PrintedEpoch(NamedTuple):
    """The lines of an epoch.

    Attributes
    ----------
    shape : Shape
        What they are.
    values : list of float
        Their numbers; six of each step first: epoch, images seen, all images, loss, accuracy, learning rate.
    first_line : int
        Number of the first.
    epoch, images : int
        The epoch, and the number of all images, as the first line tells them.
    seen : list of float
        Images seen before each step.
    """

    shape: Shape
    values: list[float]
    first_line: int
    epoch: int
    images: int
    seen: list[float]

    @classmethod
    def of(cls, shape: Shape, values: list[float], first_line: int) -> PrintedEpoch:
        """Return an epoch, from its numbers."""
        return cls(shape, values, first_line, int(values[0]), int(values[2]), values[1 : 6 * shape.steps : 6])

    @property
    def times(self) -> list[float] | None:
        """Time so far, of an epoch and of a batch, and what is expected."""
        return self.values[self.shape.times.numbers] if self.shape.times is not None else None

    @property
    def test(self) -> list[float] | None:
        """Epoch, loss, images that are classified correctly, all images, and the percentage."""
        return self.values[self.shape.test.numbers] if self.shape.test is not None else None

    def parameters(self) -> Iterator[int | None]:
        """Yield the number of means, each with its standard deviation, of each array; None if it has another form."""
        for part in self.shape.arrays:
            values = self.values[part.numbers]
            count, odd = divmod(len(values), 2)
            yield None if odd or min(values[count:]) < 0 else count

    def is_sound(self) -> bool:
        """Tell whether its lines agree, and nothing that is rare or doubtful is in them."""
        values, shape, seen = self.values, self.shape, self.seen
        steps = values[: 6 * shape.steps]
        return (
            shape.is_usual
            and steps[::6] == [values[0]] * shape.steps
            and steps[2::6] == [values[2]] * shape.steps
            and seen[0] > 0
            and seen[-1] <= values[2]
            and all(first < second for first, second in itertools.pairwise(seen))
            and max(steps[4::6]) < 2  # as printed, an accuracy begins with 0 or 1
            and not any(values[first] == values[second] for first, second in shape.rows)  # a doubled line
        )

    def numbers(self, layers: Sequence[tuple[str, ...]]) -> EpochNumbers:
        """Return what is filed.

        Parameters
        ----------
        layers : sequence of tuple of str
            Their names, of each array.

        Returns
        -------
        EpochNumbers
            Of a sound epoch.
        """
        import numpy as np

        shape, layout, values = self.shape, _layout(self.shape, tuple(layers)), self.values
        share = 0.0
        if self.test is not None:
            _, _, correct, total, _ = self.test
            share = correct / total
        known = np.array([*values, share, NO_EPOCH])
        return EpochNumbers(
            epoch=self.epoch,
            block=layout.block,
            values=known[layout.values],
            lines=layout.lines + self.first_line,
            steps=known[layout.steps].astype(np.int64),
            latest={BATCH_METRICS[0]: int(self.seen[-1])} | dict.fromkeys(layout.metrics, NO_EPOCH),
            last_line=self.first_line + layout.last_told.lines[0],
            last_step=int(self.seen[-1]) if layout.last_told.form == STEP else None,
            is_tested=shape.test is not None,
            has_arrays=bool(shape.arrays),
        )


@lru_cache(maxsize=256)
def _layout(shape: Shape, layers: tuple[tuple[str, ...], ...]) -> Layout:
    import numpy as np

    numbers = sum(shape.counts)
    names = iter(layers)
    blocks: list[KeyBlock] = []
    values: list[int] = []
    steps: list[int] = []
    lines: list[int] = []
    for part in shape.parts:
        first, step = part.numbers.start, numbers + 1
        if part.form == STEP:
            blocks.append(block_of("network", NO_LAYER, BATCH_METRICS))
            values += range(first + 3, part.numbers.stop)
            step = first + 1
        elif part.form == TIMES:
            blocks.append(block_of("simulation", NO_LAYER, TIME_METRICS))
            values += range(first, part.numbers.stop)
        elif part.form == TEST:
            blocks.append(block_of("network", NO_LAYER, Result._fields))
            values += (numbers, first + 2, first + 3, first + 1)
        else:
            blocks.append(block_of("layer", next(names), METRICS_OF[part.form]))
            values += range(first, part.numbers.stop)
        lines += _lines_of(part, shape.counts, len(values) - len(lines))
        steps += [step] * (len(values) - len(steps))
    return Layout(
        block=joined(blocks),
        values=np.array(values),
        steps=np.array(steps),
        lines=np.array(lines),
        metrics=tuple(
            block.keys[0].metric for part, block in zip(shape.parts, blocks, strict=True) if part.form != STEP
        ),
        last_told=next(part for part in reversed(shape.parts) if part.form not in METRICS_OF),
    )


def _lines_of(part: Part, counts: Sequence[int], filed: int) -> list[int]:
    """Return the line of each number that is filed."""
    if part.form in METRICS_OF:
        return [line for line in part.lines for _ in range(counts[line])]
    return [part.lines[0]] * filed


@lru_cache(maxsize=256)
def _shape_of(names: bytes, counts: tuple[int, ...]) -> Shape:
    ends = [0, *itertools.accumulate(counts)]
    parts: list[Part] = []
    rows: list[tuple[slice, slice]] = []
    for match in _PART.finditer(names):
        first, last = match.span()
        parts.append(Part(chr(names[first]), range(first, last), slice(ends[first], ends[last])))
        rows += itertools.pairwise(slice(ends[line], ends[line + 1]) for line in range(first + 1, last))
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


@dataclass(slots=True)
class EpochsAhead:
    """The epochs in some lines of a log.

    Attributes
    ----------
    text : LogText
        The log.
    end : int
        Index of the line behind the last.
    """

    text: LogText
    end: int
    _begin: int = 0
    _found: Scanned = NOTHING
    _ends: tuple[int, ...] = ()
    _behind: int = 0

    def at(self, index: int) -> PrintedEpoch | None:
        """Return the epoch that begins at a line, if its lines have the usual forms; the rest of one is none.

        Parameters
        ----------
        index : int
            Of the line; not before those of earlier calls.
        """
        if index < self._behind:
            return None
        if index >= self._begin + len(self._found.names):
            self._scan(index)
        first, text = index - self._begin, self.text
        match = _EPOCH.match(self._found.names, first)
        if match is None:
            return None
        last = match.end()
        self._behind = self._begin + last
        if text.cut_line is not None and text.numbers[self._behind - 1] >= text.cut_line:
            return None
        shape = _shape_of(match[0], self._found.counts[first:last])
        return PrintedEpoch.of(shape, self._found.values[self._ends[first] : self._ends[last]], text.numbers[index])

    def _scan(self, index: int) -> None:
        """Read lines from one on: more and more, as long as they have the forms."""
        self._begin, self._found, wanted = index, NOTHING, _FEWEST_LINES
        end = index
        while len(self._found.names) == end - index < min(_MOST_LINES, self.end - index):
            end = min(index + wanted, self.end)
            if not self.text.is_consecutive(index, end):
                break
            self._found = scanned(self.text.joined(index, end), _FORMS)
            wanted *= 4
        self._ends = (0, *itertools.accumulate(self._found.counts))
