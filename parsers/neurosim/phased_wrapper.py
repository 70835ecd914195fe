"""Reads what the Python wrapper of NeuroSim V1.5 prints: the network is evaluated in three phases, batch by batch.

Each batch prints the accuracy of all images so far, so the last one of a phase is its result and the others are steps
on the way. What the wrapper calls ``Average Test loss`` is the sum over the batches, each an average.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from nnsreport.parsers.neurosim.stages import Verdict
from nnsreport.parsers.neurosim.wrapper import WrapperReader
from nnsreport.parsers.quantities import PERCENT, PURE


class Phase(StrEnum):
    """What is evaluated: the prefix of its metrics."""

    BASELINE = "baseline_"
    QUANTIZED = "quantized_"
    HARDWARE = ""


PHASE_METRICS = frozenset(
    f"{phase}{metric}" for phase in Phase for metric in ("accuracy", "summed_test_loss", "evaluation_time")
)
"""Canonical names of the metrics that only this wrapper prints."""

_BEGINNINGS = {
    "Evaluating baseline model...": Phase.BASELINE,
    "Evaluating input and weight quantized model...": Phase.QUANTIZED,
}
_ACCURACY = re.compile(r"Test Accuracy of the model on (?P<images>\d+) test images: (?P<accuracy>\S+ %)")
_EXHAUSTED = re.compile(r"Test Accuracy of the model on the 50000 test images: (?P<accuracy>\S+ %)")
"""Printed when there are fewer batches than asked for; the number of images is fixed text."""
_LOSS_LABEL = "Average Test loss: "
_TIME_LABEL = "evaluation time: "
_HEADS = ("Evaluating", "Test Accuracy", "Average Te", "evaluation")


@dataclass(frozen=True, slots=True)
class _Batch:
    """The result so far.

    Attributes
    ----------
    images : int
        Seen so far, as printed: batches times their size.
    accuracy : float
        As a fraction.
    line : int
        Of the accuracy.
    loss : float or None
        Sum so far; None until its line is read.
    loss_line : int
        Its line.
    """

    images: int
    accuracy: float
    line: int
    loss: float | None = None
    loss_line: int = 0


@dataclass(slots=True)
class PhasedWrapperReader(WrapperReader):
    """Place in the output of V1.5's wrapper, and where its numbers go."""

    _phase: Phase | None = None
    _is_evaluated: bool = False
    _batch: _Batch | None = None
    _is_mean_next: bool = False

    def finish(self, layer_count: int | None) -> None:
        """File what is still open: the last batch of a log that is cut off is a step."""
        self._file_batch(is_last=False)
        super(PhasedWrapperReader, self).finish(layer_count)

    def _read_line(self, text: str, line: int) -> Verdict:
        if text.startswith(_HEADS):
            if text.rstrip() in _BEGINNINGS:
                self._begin(_BEGINNINGS[text.rstrip()])
                return Verdict.READ
            if text.startswith("Test Accuracy of the model"):
                return self._read_accuracy(text, line)
            if text.startswith(_LOSS_LABEL):
                return self._read_loss(text, line)
            if text.startswith(_TIME_LABEL):
                return self._read_time(text, line)
        return super(PhasedWrapperReader, self)._read_line(text, line)

    def _begin(self, phase: Phase | None) -> None:
        self._file_batch(is_last=False)
        self._phase = phase
        self._is_evaluated = False

    def _read_accuracy(self, text: str, line: int) -> Verdict:
        exhausted = _EXHAUSTED.fullmatch(text.rstrip())
        if exhausted is not None:
            return self._read_end_of_images(exhausted)
        match = _ACCURACY.fullmatch(text.rstrip())
        accuracy = PERCENT.read(match["accuracy"]) if match is not None else None
        if match is None or accuracy is None or not 0 <= accuracy <= 1:
            return Verdict.UNREADABLE
        images = int(match["images"])
        has_begun_again = self._batch is not None and images <= self._batch.images
        if self._phase is Phase.QUANTIZED and (self._is_evaluated or has_begun_again):
            self._begin(Phase.HARDWARE)  # nothing on standard output tells of its beginning
        elif self._phase is None or self._is_evaluated or has_begun_again:
            self._begin(None)
        if self._phase is None:
            return Verdict.UNREADABLE
        self._file_batch(is_last=False)
        self._batch = _Batch(images, accuracy, line)
        return Verdict.READ

    def _read_end_of_images(self, match: re.Match[str]) -> Verdict:
        """Read a repetition of the last batch's accuracy, behind which the average loss follows."""
        accuracy = PERCENT.read(match["accuracy"])
        if self._batch is None or accuracy != self._batch.accuracy:
            return Verdict.UNREADABLE
        self._is_mean_next = True
        return Verdict.READ

    def _read_loss(self, text: str, line: int) -> Verdict:
        loss = PURE.read(text.removeprefix(_LOSS_LABEL)) if line != self.records.cut_line else None
        if loss is None or self._phase is None:
            return Verdict.UNREADABLE
        if self._is_mean_next:
            self._is_mean_next = False
            self._file_batch(is_last=True)
            if self._phase is Phase.HARDWARE:
                self._file("test_loss", loss, line)
            return Verdict.READ
        if self._batch is None or self._batch.loss is not None:
            self._file_batch(is_last=False)  # the accuracy of this batch is missing, so no other is the phase's result
            return Verdict.UNREADABLE
        self._batch = _Batch(self._batch.images, self._batch.accuracy, self._batch.line, loss, line)
        return Verdict.READ

    def _read_time(self, text: str, line: int) -> Verdict:
        seconds = PURE.read(text.removeprefix(_TIME_LABEL)) if line != self.records.cut_line else None
        if seconds is None or self._phase is None or seconds < 0:
            return Verdict.UNREADABLE
        self._file_batch(is_last=True)
        self.records.metric("simulation", None, None, f"{self._phase}evaluation_time", seconds, line)
        return Verdict.READ

    def _file_batch(self, *, is_last: bool) -> None:
        """File the batch that is open: as a phase's result, or as a step on the way to it."""
        batch, phase = self._batch, self._phase
        self._batch = None
        if is_last:
            self._is_evaluated = True
        if batch is None or phase is None:
            return
        step = None if is_last else batch.images
        self._file(f"{phase}accuracy", batch.accuracy, batch.line, step)
        if batch.loss is not None:
            self._file(f"{phase}summed_test_loss", batch.loss, batch.loss_line, step)
        if is_last and phase is Phase.HARDWARE:
            self.has_result = True
            self._file("test_images", float(batch.images), batch.line)

    def _file(self, metric: str, value: float, line: int, step: int | None = None) -> None:
        self.records.metric("network", None, None, metric, value, line, step=step)
