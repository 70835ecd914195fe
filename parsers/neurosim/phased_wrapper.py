"""Reads what the Python wrapper of NeuroSim V1.5 prints: the network is evaluated in three phases, batch by batch.

Each batch prints the accuracy of all images so far, so the last one of a phase is its result and the others are steps
on the way. What the wrapper calls ``Average Test loss`` is the sum over the batches, each an average.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nnsreport.parsers.neurosim.evaluations import Batch, Evaluation, Evaluations, Heading, Phase, Printed
from nnsreport.parsers.neurosim.stages import Verdict
from nnsreport.parsers.neurosim.wrapper import PROPERTIES_BANNER, WrapperReader
from nnsreport.parsers.quantities import PERCENT, PURE

PHASE_METRICS = frozenset(
    f"{phase}{metric}" for phase in Phase for metric in ("accuracy", "summed_test_loss", "evaluation_time")
)
"""Canonical names of the metrics that only this wrapper prints."""

_HEADINGS = {
    "Evaluating baseline model...": Heading.BASELINE,
    "Quantizing inputs and weights...": Heading.QUANTIZING,
    "Collecting histograms...": Heading.QUANTIZING,
    "Computing amax...": Heading.QUANTIZING,
    "Finished quantizing inputs and weights.": Heading.QUANTIZING,
    "Evaluating input and weight quantized model...": Heading.QUANTIZED,
    PROPERTIES_BANNER.strip(): Heading.PROPERTIES,
}
_HARDWARE_BEGINS = "Running inference with detailed hardware simulation..."
_ACCURACY = re.compile(r"Test Accuracy of the model on (?P<images>[1-9][0-9]{0,11}) test images: (?P<accuracy>\S+ %)")
_EXHAUSTED = re.compile(r"Test Accuracy of the model on the 50000 test images: (?P<accuracy>\S+ %)")
"""Printed when there are fewer batches than asked for; the number of images is fixed text."""
_COUNT = re.compile(r"[1-9][0-9]{0,8}")
_LOSS_LABEL = "Average Test loss: "
_TIME_LABEL = "evaluation time: "
_HEADS = ("Test Accuracy", "Average Te", "evaluation")
_BATCHES = re.compile(r"\| *[0-9]+/([0-9]{1,9}) \[")
"""In a progress bar."""


@dataclass(slots=True)
class PhasedWrapperReader(WrapperReader):
    """Place in the output of V1.5's wrapper, and where its numbers go."""

    _evaluations: Evaluations = field(default_factory=Evaluations)
    _end_accuracy: Printed | None = None
    _mean_loss: Printed | None = None
    _is_mean_next: bool = False
    _total: int | None = None
    _hardware_total: int | None = None
    _lines: set[int] = field(default_factory=set)

    def read(self, text: str, line: int) -> Verdict:
        """Read one line that is not the C++ part's; see :meth:`WrapperReader.read`."""
        batches = _BATCHES.findall(text) if "%|" in text else ()
        self._total = int(batches[-1]) if batches else None
        if self._evaluations.hardware_line is not None and self._hardware_total is None:
            self._hardware_total = self._total  # progress bars and logger share a stream, and so keep their order
        heading = _HEADINGS.get(text.strip())
        if heading is not None:
            self._evaluations.head(heading, line)
        elif text.startswith(_HARDWARE_BEGINS):
            self._evaluations.hardware_line = line
        return super(PhasedWrapperReader, self).read(text, line)

    def _read_line(self, text: str, line: int) -> Verdict:
        if text.startswith(_HEADS):
            if text.startswith("Test Accuracy of the model"):
                return self._read_accuracy(text, line)
            if text.startswith(_LOSS_LABEL):
                return self._read_loss(text, line)
            if text.startswith(_TIME_LABEL):
                return self._read_time(text, line)
        if text.rstrip() in _HEADINGS:
            return Verdict.READ
        return super(PhasedWrapperReader, self)._read_line(text, line)

    def finish(self, layer_count: int | None) -> None:
        """File what is known of each phase, now that all that can tell them apart is read."""
        phases = self._evaluations.of_phases(self._whole_flag("batch_size"))
        for phase, evaluation in phases.items():
            self._file_evaluation(phase, evaluation, self._whole_flag("num_batches"))
        self._file_end()
        self._report_unknown()
        super(PhasedWrapperReader, self).finish(layer_count)

    def _whole_flag(self, name: str) -> int | None:
        """Return a flag that counts something; None where it is lost, or -1 for as many as there are."""
        text = self.records.setting_values.get(f"wrapper.{name}", "")
        return int(text) if _COUNT.fullmatch(text) else None

    def _read_accuracy(self, text: str, line: int) -> Verdict:
        exhausted = _EXHAUSTED.fullmatch(text.rstrip())
        match = exhausted or _ACCURACY.fullmatch(text.rstrip())
        accuracy = PERCENT.read(match["accuracy"]) if match is not None else None
        if match is None or accuracy is None or not 0 <= accuracy <= 1:
            return Verdict.UNREADABLE
        if exhausted is not None:
            self._end_accuracy, self._is_mean_next = Printed(accuracy, line), True
        else:
            self._evaluations.batch(Batch(int(match["images"]), accuracy, line, self._total))
        self._lines.add(line)
        return Verdict.READ

    def _read_loss(self, text: str, line: int) -> Verdict:
        loss = PURE.read(text.removeprefix(_LOSS_LABEL)) if line != self.records.cut_line else None
        if loss is None:
            return Verdict.UNREADABLE
        if self._is_mean_next:
            self._mean_loss, self._is_mean_next = Printed(loss, line), False
        else:
            self._evaluations.loss(Printed(loss, line))
        self._lines.add(line)
        return Verdict.READ

    def _read_time(self, text: str, line: int) -> Verdict:
        seconds = PURE.read(text.removeprefix(_TIME_LABEL)) if line != self.records.cut_line else None
        if seconds is None or seconds < 0:
            return Verdict.UNREADABLE
        self._evaluations.end(Printed(seconds, line))
        self._lines.add(line)
        return Verdict.READ

    def _file_evaluation(self, phase: Phase, evaluation: Evaluation, flag: int | None) -> None:
        """File the last batch as a phase's result, and the others as steps on the way to it."""
        result = evaluation.result(self._batches(phase, evaluation, flag))
        for batch in evaluation.batches:
            self._file(f"{phase}accuracy", batch.accuracy, batch.line, None if batch.images == result else batch.images)
            if batch.images == result and phase is Phase.HARDWARE:
                self.has_result = True
                self._file("test_images", float(batch.images), batch.line)
        is_cut = evaluation.time is None and phase is Phase.HARDWARE
        for images, loss in evaluation.sums(None if is_cut else result or 0):
            self._file(f"{phase}summed_test_loss", loss.value, loss.line, None if images == result else images)
        if evaluation.time is not None:
            time = evaluation.time
            self.records.metric("simulation", None, None, f"{phase}evaluation_time", time.value, time.line)
            self._lines.discard(time.line)

    def _batches(self, phase: Phase, evaluation: Evaluation, flag: int | None) -> int | None:
        """Return how many batches there are, as far as anything tells."""
        if phase is not Phase.HARDWARE:
            return 1 if len(evaluation.batches) <= 1 else evaluation.total
        end, last = self._end_accuracy, evaluation.batches[-1] if evaluation.batches else None
        if end is None:
            return evaluation.total or flag or self._hardware_total
        is_last = last is not None and last.accuracy == end.value
        return last.images // evaluation.batch_size if last is not None and is_last else 0

    def _file_end(self) -> None:
        """File what is printed when there are fewer batches than asked for, which only hardware can be."""
        end, mean = self._end_accuracy, self._mean_loss
        if end is None:
            return
        if not self.has_result:
            self.has_result = True
            self._file("accuracy", end.value, end.line)
        self._lines.discard(end.line)
        if mean is not None:
            self._file("test_loss", mean.value, mean.line)

    def _report_unknown(self) -> None:
        if self._lines:
            count = "a number" if len(self._lines) == 1 else f"{len(self._lines)} numbers"
            self.records.problem(
                f"{count} of the wrapper could be of more than one evaluation, and cannot be read",
                min(self._lines),
                "look for lines that are missing: headings, `evaluation time`, accuracies or losses",
            )

    def _file(self, metric: str, value: float, line: int, step: int | None = None) -> None:
        self.records.metric("network", None, None, metric, value, line, step=step)
        self._lines.discard(line)
