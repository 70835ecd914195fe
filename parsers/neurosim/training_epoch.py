"""Epochs of ``train.py`` with the same lines: whether their numbers agree, and what is filed of them, all at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from nnsreport.parsers.columns import NO_EPOCH, KeyBlock
from nnsreport.parsers.neurosim.training_blocks import BATCH_METRICS, NO_LAYER, TIME_METRICS, block_of, joined
from nnsreport.parsers.neurosim.training_shape import METRICS_OF, STEP, TEST, TIMES, Part, Shape
from nnsreport.parsers.neurosim.wrapper_lines import Result

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Numbers = npt.NDArray[np.float64]
    Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class EpochNumbers:
    """What epochs tell, in the order of their lines.

    Attributes
    ----------
    epochs : range
        Their numbers.
    block : KeyBlock
        What the numbers of each are about.
    values : numpy.ndarray of float64, shape (epochs, numbers)
        In each metric's unit.
    lines, steps : numpy.ndarray of int64, shape (epochs, numbers)
        Line of the source, and images seen.
    latest : dict of str to int
        For the first metric of every line that is told of, the last step of the last epoch.
    last_line : int
        The last line that names the last epoch.
    last_step : int or None
        Its step.
    is_tested, has_arrays : bool
        Whether each tells an accuracy, and weights.
    """

    epochs: range
    block: KeyBlock
    values: Numbers
    lines: Integers
    steps: Integers
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
    values: Integers
    steps: Integers
    lines: Integers
    metrics: tuple[str, ...]
    last_told: Part


@dataclass(frozen=True, slots=True, eq=False)
class PrintedEpochs:
    """The lines of epochs of one shape, one at least, in the order of the log.

    Attributes
    ----------
    shape : Shape
        What they are.
    values : numpy.ndarray of float64, shape (epochs, numbers)
        Their numbers; six of each step first: epoch, images seen, all images, loss, accuracy, learning rate.
    first_lines : numpy.ndarray of int64, shape (epochs,)
        Number of the first line of each.
    """

    shape: Shape
    values: Numbers
    first_lines: Integers

    @property
    def first(self) -> int:
        """The first epoch, as its first line tells it."""
        return int(self.values[0, 0])

    @property
    def images(self) -> int:
        """The number of all images, as the first line tells it."""
        return int(self.values[0, 2])

    @property
    def seen(self) -> Numbers:
        """Images seen before each step, shape (epochs, steps)."""
        return self.values[:, 1 : 6 * self.shape.steps : 6]

    def until(self, count: int) -> PrintedEpochs:
        """Return so many of them, the first ones."""
        return PrintedEpochs(self.shape, self.values[:count], self.first_lines[:count])

    def told(self) -> Iterator[tuple[list[float] | None, list[float] | None]]:
        """Yield what each epoch tells of times and of its test, None where it does not.

        Yields
        ------
        times : list of float
            Time so far, of an epoch and of a batch, and what is expected.
        test : list of float
            Epoch, loss, images that are classified correctly, all images, and the percentage.
        """
        nothing = [None] * len(self.values)
        parts = (self.shape.times, self.shape.test)
        times, tests = (nothing if part is None else self.values[:, part.numbers].tolist() for part in parts)
        yield from zip(times, tests, strict=True)

    def parameters(self) -> Iterator[int | None]:
        """Yield the number of means, each with its standard deviation, of each array; None if it has another form."""
        for part in self.shape.arrays:
            count, odd = divmod(part.numbers.stop - part.numbers.start, 2)
            yield None if odd else count

    def are_sound(self) -> Truths:
        """Tell of which epochs the lines agree, and nothing that is rare or doubtful is in them.

        Returns
        -------
        numpy.ndarray of bool, shape (epochs,)
            They are those that follow the first, with as many images.
        """
        import numpy as np

        values, shape, seen = self.values, self.shape, self.seen
        if not shape.is_usual:
            return np.zeros(len(values), dtype=bool)
        steps = values[:, : 6 * shape.steps].reshape(len(values), shape.steps, 6)
        epochs = self.first + np.arange(len(values))
        sound: Truths = (steps[:, :, 0] == epochs[:, None]).all(axis=1) & (steps[:, :, 2] == self.images).all(axis=1)
        sound &= (seen[:, 0] > 0) & (seen[:, -1] <= self.images) & (seen[:, 1:] > seen[:, :-1]).all(axis=1)
        sound &= steps[:, :, 4].max(axis=1) < 2  # as printed, an accuracy begins with 0 or 1
        for first, second in shape.rows:
            sound &= (values[:, first] != values[:, second]).any(axis=1)  # not a doubled line
        for part in shape.arrays:
            middle = (part.numbers.start + part.numbers.stop) // 2
            sound &= (values[:, middle : part.numbers.stop] >= 0).all(axis=1)
        return sound

    def numbers(self, layers: Sequence[tuple[str, ...]]) -> EpochNumbers:
        """Return what is filed.

        Parameters
        ----------
        layers : sequence of tuple of str
            Their names, of each array.

        Returns
        -------
        EpochNumbers
            Of sound epochs.
        """
        import numpy as np

        shape, layout = self.shape, _layout(self.shape, tuple(layers))
        added = np.zeros((len(self.values), 2))
        if shape.test is not None:
            correct, total = self.values[:, shape.test.numbers][:, 2:4].T
            added[:, 0] = correct / total
        added[:, 1] = NO_EPOCH
        known = np.concatenate([self.values, added], axis=1)
        last_seen = int(self.seen[-1, -1])
        return EpochNumbers(
            epochs=range(self.first, self.first + len(known)),
            block=layout.block,
            values=known[:, layout.values],
            lines=self.first_lines[:, None] + layout.lines,
            steps=known[:, layout.steps].astype(np.int64),
            latest={BATCH_METRICS[0]: last_seen} | dict.fromkeys(layout.metrics, NO_EPOCH),
            last_line=int(self.first_lines[-1]) + layout.last_told.lines[0],
            last_step=last_seen if layout.last_told.form == STEP else None,
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
