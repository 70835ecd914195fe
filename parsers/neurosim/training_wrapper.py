"""Reads what NeuroSim's Python wrapper for training (``train.py``) prints, epoch by epoch.

Flags, losses and accuracies go to standard error at once. Standard output is written whenever the workers that load
images start: at the beginning of each training and of each testing phase.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from nnsreport.parsers.neurosim.noise import Meaningless
from nnsreport.parsers.neurosim.stages import Verdict
from nnsreport.parsers.neurosim.training_arrays import ARRAYS, PrintedArray, looks_like_array
from nnsreport.parsers.neurosim.training_blocks import BATCH_METRICS, TIME_METRICS
from nnsreport.parsers.neurosim.training_clock import Told, epoch_of_times
from nnsreport.parsers.neurosim.training_epoch import PrintedEpochs
from nnsreport.parsers.neurosim.training_records import TrainingRecords
from nnsreport.parsers.neurosim.training_section import Block
from nnsreport.parsers.neurosim.wrapper import WrapperReader
from nnsreport.parsers.neurosim.wrapper_lines import Result
from nnsreport.parsers.quantities import Quantity

_LOSS = r"(-?(?:\d+\.\d{{{}}}|inf|nan))"
_STEP = re.compile(
    rf"Train Epoch: (\d+) \[(\d+)/(\d+)\] Loss: {_LOSS.format(6)} Acc: ([01]\.\d{{4}}) lr: (\d\.\d\de[-+]\d\d) *"
)
_ELAPSED = re.compile(r"Elapsed (\d+\.\d\d)s, (\d+\.\d\d) s/epoch, (\d+\.\d\d) s/batch, ets (-?\d+\.\d\d)s *")
_TEST = re.compile(rf"\s*Epoch (\d+) Test set: Average loss: {_LOSS.format(4)}, Accuracy: (\d+)/(\d+) \((\d+)%\) *")
_END = re.compile(r"Total Elapse: (\d+\.\d\d), Best Result: (\d+\.\d{3}%) *")
_DECREASING_RATE = re.compile(r"decreasing_lr: \[(\d+(?:, \d+)*)\] *")
_PRECISION_WARNING = "Warning: Weight precision should be the same as the cell precison !"
_SEQUENTIAL = re.compile(r"\s*(?:\(\w+\): )?Sequential\( *")
_MODULE = re.compile(r"\s*\((\d+)\): ((Q?(?:Conv\d?d?|Linear))\([^\x00]*\)) *")
_LINEAR = re.compile(r"Q?Linear\(in_features=(\d{1,9}),")
_CONVOLUTION = re.compile(r"Q?Conv2d\((\d{1,9}), \d+, kernel_size=\((\d{1,9}), (\d{1,9})\)")
_PERCENT = Quantity("%", -2)
_PHASE = re.compile(r"(?:training|testing) phase *$")
MEANINGLESS: tuple[Meaningless, ...] = (
    Meaningless(_PHASE, "what train.py does next"),
    Meaningless(re.compile(r"(?:Saving model to|Removing old model) \S"), "files of weights"),
    Meaningless(re.compile(r"Creating folder \S"), "the folder of the wrapper's own log"),
    Meaningless(re.compile(r"\s*\(\w+\): \w+\(.*\)? *$|\s*\) *$"), "layers of the printed model without weights"),
)
"""Lines known to mean nothing."""


TRAINING_METRICS = frozenset(
    {*BATCH_METRICS, *TIME_METRICS, "best_accuracy", *(metric for metrics in ARRAYS.values() for metric in metrics)}
)
"""Canonical names of the metrics that only the wrapper for training prints."""


@dataclass(slots=True)
class TrainingWrapperReader(WrapperReader):
    """Place in the wrapper's output, and where its numbers go."""

    records: TrainingRecords
    _array: PrintedArray | None = None
    _latest_elapsed: int = -1
    _latest_step: tuple[int, int] = (-1, -1)
    _modules: list[tuple[str, int]] = field(default_factory=list)
    _latest_module: int = -1
    _are_modules_in_order: bool = True

    @property
    def asked_epochs(self) -> int | None:
        """Number of epochs that the flags ask for."""
        return self._whole_number("wrapper.epochs")

    @property
    def test_interval(self) -> int:
        """Epochs from one test to the next."""
        return self._whole_number("wrapper.test_interval") or 1

    def epoch_of_next_section(self, previous: int | None) -> int | None:  # noqa: ARG002 - the records know it
        """Return the epoch that the next C++ part is about, as far as is known yet."""
        return self.records.begin_section()

    def is_other_log_folder(self, text: str) -> bool:
        """Tell whether a line names a folder for the wrapper's log that is not this run's; weights lie there too."""
        return super(TrainingWrapperReader, self).is_other_log_folder(text) and not _is_meaningless(text)

    def leave(self) -> None:
        """End what is open: the C++ part has begun."""
        super(TrainingWrapperReader, self).leave()
        self._end_array()

    def finish(self, layer_count: int | None) -> None:
        """File what is known per layer, and decide about the last C++ part; the log has ended."""
        self._end_array()
        self.records.close(self.asked_epochs)
        super(TrainingWrapperReader, self).finish(layer_count)
        self._file_modules(layer_count)

    def read_usual(self, text: str, line: int) -> Verdict:
        """Read a line of those that are printed in every epoch.

        Nothing else begins so; and what another line runs into a log's folder has an equals sign.
        """
        if self._continues_array(text, line):
            return Verdict.READ
        reader = USUAL.get(text[:5])
        if reader is None or "=" in text or "%|" in text:
            return Verdict.NOT_MINE
        self._end_array()
        return reader(self, text, line)

    def count_expected(self, printed: PrintedEpochs) -> int:
        """Tell how many epochs, of those whose lines were read, can be taken at once.

        Parameters
        ----------
        printed : PrintedEpochs
            The lines.

        Returns
        -------
        int
            The first so many, of which no line needs a closer look.
        """
        import numpy as np

        asked, images = self.asked_epochs, printed.images
        if self._array is not None or self.records.setting_values.get("wrapper.train_images") != str(images):
            return 0
        sound, batch = printed.are_sound(), self._whole_number("wrapper.batch_size")
        if asked is not None:
            sound[max(asked - printed.first, 0) :] = False
        if batch and images % batch:  # what the last batch prints has to be looked at
            sound &= (printed.seen != images // batch * (images % batch)).all(axis=1)
        count = len(sound) if sound.all() else int(np.argmin(sound))
        told = enumerate(printed.until(count).told(), printed.first)
        agree = (self._agree(epoch, times, test) for epoch, (times, test) in told)
        return sum(1 for _ in itertools.takewhile(bool, agree))

    def _agree(self, epoch: int, times: Sequence[float] | None, test: Sequence[float] | None) -> bool:
        """Tell whether the times and the accuracy that are told in an epoch can be of it."""
        if times is not None and self._epoch_of_times(times[0], times[1], times[3], epoch) != epoch:
            return False
        return test is None or (test[0] == epoch and _is_share(*test[2:]))

    def take_epochs(self, printed: PrintedEpochs, sections: Block | None = None) -> bool:
        """File all lines of epochs, as :meth:`read_usual` does one by one.

        Parameters
        ----------
        printed : PrintedEpochs
            As many as :meth:`count_expected` says.
        sections : Block, optional
            As :meth:`nnsreport.parsers.neurosim.training_records.TrainingRecords.tell_epochs` takes them.

        Returns
        -------
        bool
            False, and nothing was filed, when they are not the next ones beyond doubt.
        """
        layers = [self._names_of_parameters(count) for count in printed.parameters()]
        if not all(layers):
            return False
        numbers = printed.numbers(layers)
        if not self.records.tell_epochs(numbers, sections):
            return False
        self._latest_step = (numbers.epochs[-1], int(printed.seen[-1, -1]))
        if printed.shape.times is not None:
            self._latest_elapsed = numbers.epochs[-1]
        self.has_result = self.has_result or numbers.is_tested
        return True

    def _continues_array(self, text: str, line: int) -> bool:
        if self._array is None or not self._array.add(text, line):
            return False
        self._end_array(is_read=True)
        return True

    def _read_line(self, text: str, line: int) -> Verdict:
        if self._continues_array(text, line):
            return Verdict.READ
        self._end_array()
        reader = _READERS.get(text.lstrip()[:5])
        if reader is not None:
            verdict = reader(self, text, line)
            if verdict is not Verdict.NOT_MINE:
                return verdict
        if self._read_model(text, line) or _is_meaningless(text):
            return Verdict.READ
        if looks_like_array(text):
            return Verdict.UNREADABLE
        return super(TrainingWrapperReader, self)._read_line(text, line)

    def _read_step(self, text: str, line: int) -> Verdict:
        match = _STEP.fullmatch(text)
        if match is None or line == self.records.cut_line:
            return Verdict.UNREADABLE
        epoch, printed, images = map(int, match.group(1, 2, 3))
        if not 0 < printed <= images or not self._is_asked(epoch):
            return Verdict.UNREADABLE
        values = [*map(float, match.group(4, 5, 6))]
        step = self._images_seen(epoch, printed, images)
        if not self.records.tell(Told(epoch, "network", BATCH_METRICS, values, line, step)):
            return Verdict.UNREADABLE
        self.records.setting("wrapper.train_images", str(images), line)
        return Verdict.READ

    def _images_seen(self, epoch: int, printed: int, images: int) -> int:
        """Return the images of the epoch already seen.

        ``train.py`` prints the number of the batch times the size of this batch; the last one may be smaller.
        """
        batch = self._whole_number("wrapper.batch_size")
        latest_epoch, latest = self._latest_step
        if batch and images % batch and printed == images // batch * (images % batch):
            is_behind = epoch == latest_epoch and latest >= printed
            if printed % batch or is_behind:
                printed = images - images % batch
        self._latest_step = (epoch, printed)
        return printed

    def _read_elapsed(self, text: str, line: int) -> Verdict:
        match = _ELAPSED.fullmatch(text)
        if match is None or line == self.records.cut_line:
            return Verdict.UNREADABLE
        elapsed, an_epoch, a_batch, rest = map(float, match.groups())
        epoch = self._epoch_of_times(elapsed, an_epoch, rest, self.records.clock.epoch)
        if epoch is None:
            return Verdict.UNREADABLE
        values = [elapsed, an_epoch, a_batch, rest]
        if not self.records.tell(Told(epoch, "simulation", TIME_METRICS, values, line)):
            return Verdict.UNREADABLE
        self._latest_elapsed = epoch
        return Verdict.READ

    def _epoch_of_times(self, elapsed: float, an_epoch: float, rest: float, now: int | None) -> int | None:
        following = self._latest_elapsed + 1
        likely = following if now is None else max(now, following)
        return epoch_of_times(elapsed, an_epoch, rest, self.asked_epochs, likely)

    def _read_test(self, text: str, line: int) -> Verdict:
        match = _TEST.fullmatch(text)
        if match is None:
            return Verdict.UNREADABLE
        epoch, correct, total, percent = map(int, match.group(1, 3, 4, 5))
        if not _is_share(correct, total, percent) or not self._is_asked(epoch):
            return Verdict.UNREADABLE
        values = [correct / total, float(correct), float(total), float(match[2])]
        if not self.records.tell(Told(epoch, "network", Result._fields, values, line, is_test=True)):
            return Verdict.UNREADABLE
        self.has_result = True
        return Verdict.READ

    def _read_end(self, text: str, line: int) -> Verdict:
        match = _END.fullmatch(text)
        best = _PERCENT.read(match[2]) if match is not None else None
        if match is None or best is None:
            return Verdict.UNREADABLE
        self.records.metric("simulation", None, None, "elapsed_time", float(match[1]), line)
        self.records.metric("network", None, None, "best_accuracy", best, line)
        self.records.end(self.asked_epochs)
        return Verdict.READ

    def _read_title(self, text: str, line: int) -> Verdict:  # noqa: ARG002 - one signature for all readers
        metrics = ARRAYS.get(text.rstrip())
        if metrics is None:
            return Verdict.NOT_MINE
        self._array = PrintedArray(metrics)
        return Verdict.READ

    def _end_array(self, *, is_read: bool = False) -> None:
        """File the array that is being read if it is whole; report it if anything else follows."""
        array = self._array
        if array is None or (is_read and not array.is_whole):
            return
        self._array = None
        layers = self._names_of_parameters(array.pairs)
        if not layers or not self.records.tell_array(array, layers):
            for text, line in array.lines:
                self.records.unreadable(text, line)

    def _names_of_parameters(self, count: int | None) -> tuple[str, ...]:
        """Return the layers of an array; numbered parameters if the network has more than these; none if it is cut."""
        known = max(len(self._initial_weights), len(self._modules))
        if count is None or count < known:
            return ()
        return _numbered("parameter" if known and count > known else "layer", count)

    def _read_phase(self, text: str, line: int) -> Verdict:  # noqa: ARG002 - one signature for all readers
        return Verdict.READ if _PHASE.match(text) else Verdict.NOT_MINE

    def _read_decreasing_rate(self, text: str, line: int) -> Verdict:
        match = _DECREASING_RATE.fullmatch(text)
        if match is None:
            return Verdict.NOT_MINE  # a flag
        self.records.setting("wrapper.decreasing_lr", match[1].replace(" ", ""), line)
        return Verdict.READ

    def _read_warning(self, text: str, line: int) -> Verdict:
        if not text.startswith(_PRECISION_WARNING):
            return Verdict.NOT_MINE
        self.records.problem(
            "the weights' precision is not that of the cells", line, "set --cellBit to --wl_weight in train.py"
        )
        return Verdict.READ

    def _read_model(self, text: str, line: int) -> bool:
        if _SEQUENTIAL.fullmatch(text):
            self._latest_module = -1
            return True
        match = _MODULE.fullmatch(text)
        if match is None:
            return False
        index, latest = int(match[1]), self._latest_module
        if index == latest:
            return True  # a doubled line
        self._are_modules_in_order = self._are_modules_in_order and index > latest
        self._latest_module = index
        self._modules.append((match[2], line))
        return True

    def _layers_in_order_of_construction(self, layer_count: int | None) -> list[str] | None:
        """Return the layer of each ``fan_in`` line, or None where the printed model contradicts their order."""
        if not self._modules or not self._initial_weights:
            return super(TrainingWrapperReader, self)._layers_in_order_of_construction(layer_count)
        printed = [int(weights.fan_in) for weights, _ in self._initial_weights]
        inputs = [_inputs_of(module) for module, _ in self._modules]
        agrees = all(own in (None, known) for own, known in zip(inputs, printed, strict=False))
        is_whole = self._are_modules_in_order and layer_count in (None, len(inputs))
        if is_whole and agrees and len(printed) <= len(inputs):
            return [f"layer{position}" for position in range(1, len(printed) + 1)]
        self._cannot_join("fan_in", len(printed), len(inputs), self._initial_weights[0][1])
        return None

    def _file_modules(self, layer_count: int | None) -> None:
        """File the shapes of the layers, in the order in which the model holds them."""
        known = {layer_count, len(self._initial_weights) or None} - {None}
        is_whole = self._are_modules_in_order and known <= {len(self._modules)}
        prefix = "layer" if is_whole else "constructed"
        for position, (module, line) in enumerate(self._modules, start=1):
            self.records.setting(f"layer_module.{prefix}{position}", module, line)

    def _is_asked(self, epoch: int) -> bool:
        return self.asked_epochs is None or epoch < self.asked_epochs

    def _whole_number(self, setting: str) -> int | None:
        text = self.records.setting_values.get(setting, "")
        return int(text) if text.isascii() and text.isdecimal() else None


@lru_cache(maxsize=64)
def _numbered(name: str, count: int) -> tuple[str, ...]:
    return tuple(f"{name}{position}" for position in range(1, count + 1))


def _is_share(correct: float, total: float, percent: float) -> bool:
    """Tell whether a number of images agrees with its share; PyTorch up to 1.2 rounds it down."""
    return 0 <= correct <= total and total > 0 and -0.51 <= 100 * correct / total - percent < 1


def _inputs_of(module: str) -> int | None:
    """Return the inputs of one output of a printed layer."""
    linear = _LINEAR.match(module)
    if linear is not None:
        return int(linear[1])
    convolution = _CONVOLUTION.match(module)
    return math.prod(map(int, convolution.groups())) if convolution is not None and "groups" not in module else None


def _is_meaningless(text: str) -> bool:
    return any(entry.pattern.match(text) for entry in MEANINGLESS)


_Reader = Callable[[TrainingWrapperReader, str, int], Verdict]

_READERS: Mapping[str, _Reader] = {
    "Train": TrainingWrapperReader._read_step,
    "Elaps": TrainingWrapperReader._read_elapsed,
    "Epoch": TrainingWrapperReader._read_test,
    "Total": TrainingWrapperReader._read_end,
    "weigh": TrainingWrapperReader._read_title,
    "delta": TrainingWrapperReader._read_title,
    "decre": TrainingWrapperReader._read_decreasing_rate,
    "Warni": TrainingWrapperReader._read_warning,
}
"""The reader of a line, by its first five characters that are no blanks."""

USUAL: Mapping[str, _Reader] = {
    **{head: _READERS[head] for head in ("Train", "Elaps", "weigh", "delta")},
    "\tEpoc": TrainingWrapperReader._read_test,
    **dict.fromkeys(("train", "testi"), TrainingWrapperReader._read_phase),
}
"""The reader of a line that is printed in every epoch, by its first five characters.

No line of a C++ part, and none that begins a run, has these.
"""
