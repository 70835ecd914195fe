"""Tells the evaluations of V1.5's wrapper apart: which of its numbers are about which network.

``quantize.py`` evaluates the network as it is on one batch of images, then with quantised inputs and weights on one
batch; ``inference.py`` evaluates it with hardware on as many batches as asked for. All three print the same lines, and
nothing but headings before the first two and properties behind the last says which is which. The headings are on
standard output as the numbers are, so that their order can be relied on. What the logger prints is on standard error:
it may stand anywhere behind the place to which it belongs in a log whose standard output was buffered, but a number
that stands before it was printed before it.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

_LINES_TO_TIME = 4
"""From the accuracy of the last batch: its loss, an empty line, dashes, the time."""


class Phase(enum.StrEnum):
    """What is evaluated: the prefix of its metrics."""

    BASELINE = "baseline_"
    QUANTIZED = "quantized_"
    HARDWARE = ""


class Heading(enum.IntEnum):
    """What the wrapper says of itself, in this order."""

    BASELINE = 1
    QUANTIZING = 2
    QUANTIZED = 3
    PROPERTIES = 4


@dataclass(frozen=True, slots=True)
class Batch:
    """The accuracy of all images so far.

    Attributes
    ----------
    images : int
        Seen so far, as printed: batches times their size.
    accuracy : float
        As a fraction.
    line : int
        Where it stands.
    total : int or None
        Batches of the evaluation, which the progress bar in front of it tells.
    """

    images: int
    accuracy: float
    line: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Printed:
    """A number and its line."""

    value: float
    line: int


@dataclass(slots=True)
class Evaluation:
    """Lines that stand together and are of one evaluation.

    Attributes
    ----------
    batches : list of Batch
        With rising numbers of images.
    losses : list of list of Printed
        Sums so far: those before the first batch, then those behind each.
    time : Printed or None
        What it took, in seconds; printed behind the last batch.
    batch_size : int
        Images in a batch.
    """

    batches: list[Batch] = field(default_factory=list)
    losses: list[list[Printed]] = field(default_factory=lambda: [[]])
    time: Printed | None = None
    batch_size: int = 1

    @property
    def is_over(self) -> bool:
        """Whether its end was read."""
        return self.time is not None

    @property
    def last_line(self) -> int:
        """The last line of a number."""
        printed = [loss.line for losses in self.losses for loss in losses]
        times = [self.time.line] if self.time is not None else []
        return max(*(batch.line for batch in self.batches), *printed, *times, 0)

    @property
    def total(self) -> int | None:
        """Batches, as far as progress bars tell."""
        return next((batch.total for batch in self.batches if batch.total is not None), None)

    def takes(self, batch: Batch) -> bool:
        """Tell whether a batch may be the next one."""
        if self.is_over or (None not in (self.total, batch.total) and self.total != batch.total):
            return False
        return not self.batches or batch.images > self.batches[-1].images

    def repeats(self, batch: Batch) -> bool:
        """Tell whether a batch is the last one, of which the line is doubled."""
        last = self.batches[-1] if self.batches else None
        is_same = last is not None and (last.images, last.accuracy) == (batch.images, batch.accuracy)
        return is_same and not self.losses[-1] and not self.is_over

    @property
    def first_batch(self) -> int:
        """The number, from 1, of the first batch."""
        return self.batches[0].images // self.batch_size

    def result(self, batches: int | None) -> int | None:
        """Return the images of the last batch, the one whose accuracy is that of all images.

        Parameters
        ----------
        batches : int or None
            How many there are; None if that is not known, and nothing may be missing between it and the time.

        Returns
        -------
        int or None
            None if nothing tells which batch is the last.
        """
        if batches is not None:
            return batches * self.batch_size
        last = self.batches[-1] if self.batches else None
        if last is None or self.time is None or len(self.losses[-1]) != 1:
            return None
        return last.images if self.time.line - last.line == _LINES_TO_TIME else None

    def sums(self, last: int | None) -> Iterator[tuple[int, Printed]]:
        """Yield the losses that are known to be of a batch, with the images seen so far.

        Between two accuracies stand one loss and one more for each accuracy that is missing there; where some of these
        are missing too, nothing tells which.

        Parameters
        ----------
        last : int or None
            Images of the batch behind which nothing can be missing; 0 where anything can be.
        """
        numbers = [0, *(batch.images // self.batch_size for batch in self.batches)]
        for rank, losses in enumerate(self.losses):
            first = max(numbers[rank], 1)
            if rank + 1 < len(numbers):
                is_whole = len(losses) == numbers[rank + 1] - first
            elif last is not None:
                is_whole = len(losses) == last // self.batch_size + 1 - first
            else:
                is_whole = len(losses) == 1 and rank > 0
            if is_whole:
                yield from ((number * self.batch_size, loss) for number, loss in enumerate(losses, start=first))

    def without_first(self) -> Evaluation:
        """Return all but the first batch and what stands behind it."""
        return Evaluation(self.batches[1:], [[], *self.losses[2:]], self.time, self.batch_size)


@dataclass(slots=True)
class _Part:
    """What stands between two headings."""

    heading: Heading | None = None
    line: int = 0
    evaluations: list[Evaluation] = field(default_factory=list)


@dataclass(slots=True)
class Evaluations:
    """All evaluations of a run, as they come.

    Attributes
    ----------
    hardware_line : int or None
        Where the logger says that the evaluation with hardware begins.
    """

    hardware_line: int | None = None
    _parts: list[_Part] = field(default_factory=lambda: [_Part()])

    def head(self, heading: Heading, line: int) -> None:
        """Note a heading."""
        if self._parts[-1].heading is not heading:
            self._parts.append(_Part(heading, line))

    def batch(self, batch: Batch) -> None:
        """Note an accuracy."""
        found = self._parts[-1].evaluations
        if found and found[-1].repeats(batch):
            return
        if not found or not found[-1].takes(batch):
            found.append(Evaluation())
        found[-1].batches.append(batch)
        found[-1].losses.append([])

    def loss(self, printed: Printed) -> None:
        """Note a sum of losses."""
        losses = self._open().losses[-1]
        if not losses or losses[-1].value != printed.value:
            losses.append(printed)

    def end(self, time: Printed) -> None:
        """Note what an evaluation took; no two take the same time to the last bit, so that is a doubled piece."""
        found = self._parts[-1].evaluations
        if any(evaluation.time is not None and evaluation.time.value == time.value for evaluation in found):
            if not found[-1].is_over:
                found.pop()
            return
        evaluation = self._open()
        evaluation.time = time

    def _open(self) -> Evaluation:
        found = self._parts[-1].evaluations
        if not found or found[-1].is_over:
            found.append(Evaluation())
        return found[-1]

    @property
    def _all(self) -> list[Evaluation]:
        return [evaluation for part in self._parts for evaluation in part.evaluations]

    def of_phases(self, batch_size: int | None) -> dict[Phase, Evaluation]:
        """Return the evaluations of which it is known what they are about.

        Parameters
        ----------
        batch_size : int or None
            As the flags have it; the greatest that fits the accuracies is taken where it is not known.

        Returns
        -------
        dict of Phase to Evaluation
            At most one a phase.
        """
        images = math.gcd(*(batch.images for evaluation in self._all for batch in evaluation.batches))
        for evaluation in self._all:
            evaluation.batch_size = batch_size if batch_size and images % batch_size == 0 else max(images, 1)
        before, behind = self._in_order()
        is_followed = any(part.heading in (Heading.QUANTIZING, Heading.QUANTIZED) for part in self._parts)
        is_known = len(before) == 1 and (is_followed or self._parts[-1].heading is Heading.BASELINE)
        baseline = before[0] if is_known else None
        is_as_shipped = baseline is None or (len(baseline.batches) <= 1 and baseline.total in (None, 1))
        phases = {} if baseline is None else {Phase.BASELINE: baseline}
        return phases | self._tell_apart(behind, is_as_shipped=is_as_shipped)

    def _in_order(self) -> tuple[list[Evaluation], list[Evaluation]]:
        """Return the evaluations before the network is quantised, and those behind it."""
        before: list[Evaluation] = []
        behind: list[Evaluation] = []
        latest = Heading.BASELINE
        for part in self._parts:
            heading = part.heading or latest
            if heading < latest or (heading is Heading.QUANTIZED and behind):
                return [], []  # two runs, or pieces of one in another order
            latest = heading
            if latest is Heading.BASELINE:
                before += part.evaluations
            elif latest is not Heading.PROPERTIES:
                behind += part.evaluations
        return before, behind

    def _tell_apart(self, found: list[Evaluation], *, is_as_shipped: bool) -> dict[Phase, Evaluation]:
        """Tell the quantised network from the one with hardware.

        Where the baseline has one batch, the wrapper is as shipped, and the quantised network has one too.
        """
        if len(found) == 2:
            quantized, hardware = found
            if is_as_shipped and len(quantized.batches) > 1:
                return {Phase.HARDWARE: hardware}
            if not quantized.is_over and hardware.batches and hardware.first_batch > 1:
                quantized.losses = [[], []]  # its loss may be one of the batches that are missing
            return {Phase.QUANTIZED: quantized, Phase.HARDWARE: hardware}
        if len(found) != 1 or not found[0].batches:
            return {}
        (only,) = found
        if is_as_shipped and only.total not in (None, 1):
            return {Phase.HARDWARE: only}
        if is_as_shipped and len(only.batches) > 1:
            return {Phase.HARDWARE: only.without_first()}
        return {Phase.QUANTIZED: only} if self._is_before_hardware(only) else {}

    def _is_before_hardware(self, evaluation: Evaluation) -> bool:
        """Tell whether the only evaluation of a quantised network is without hardware: all of the other is missing."""
        if self._parts[-1].heading is Heading.PROPERTIES:
            return False
        heading = next((part.line for part in self._parts if part.heading is Heading.QUANTIZED), 0)
        return self.hardware_line is None or not heading < self.hardware_line < evaluation.last_line
