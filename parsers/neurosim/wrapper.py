"""Reads what NeuroSim's Python wrapper for inference (``inference.py``) prints.

Its two streams mix with each other and with the C++ part in any order: flags and accuracy go to standard error at
once, everything else stays in a buffer until the process ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.neurosim.dialect import Dialect
from nnsreport.parsers.neurosim.stages import Verdict
from nnsreport.parsers.neurosim.tensorflow_wrapper import read_tensorflow_line
from nnsreport.parsers.neurosim.wrapper_lines import (
    INITIAL_WEIGHTS_START,
    RESULT_START,
    InitialWeights,
    Result,
    read_initial_weights,
    read_result,
)

FLAGS_BANNER = "=================FLAGS=================="
FLAGS_END = "========================================"
_FLAG = re.compile(
    r"(?!srun|slurmstepd|bash|make|\w*(?:Warning|Error|WARNING|ERROR|INFO):)([A-Za-z_]\w*): ([^\x00]*)",
)
WRAPPER_METRICS = frozenset((*Result._fields, *InitialWeights._fields))
"""Canonical names of the metrics that wrappers print."""
_QUANTIZED_LAYER = re.compile(r"quantize layer  (\S+_) *")
PROPERTIES_BANNER = " --- Hardware Properties ---"
_HAS_INITIAL_WEIGHTS = re.compile(r"fan_in +\d")
"""Anywhere in a line: what another line runs into must not be lost without a word."""
_PROPERTY_VALUE = re.compile(r"(?:-?\d+(?:\.\d+)?(?:e[-+]?\d+)?|inf|nan|\[\d+(?:, \d+)*\]) *")
_LOG_FOLDER = re.compile(r"(?!\w+: )[^\x00]*?/(?:\w+=[^/\x00]*/){3}[^\x00]*")
_PROGRESS_BAR = re.compile(r"[^|]{0,200}?\d+%\|[^|]*\| *[^\[]{0,80}\[[^\]]*\]")
"""What tqdm leaves in front of a line that standard output prints into it."""

_HAS_CUDA = ("True", "False")
_MEANINGLESS_FLAGS = frozenset({"logger"})
"""Flags that hold an address in memory."""

_NUMBERED_BY_CONSTRUCTION = re.compile(r"(?:Conv(?:\dx\d)?|FC)_(\d+)_")


@dataclass(slots=True)
class WrapperReader:
    """Place in the wrapper's output, and where its numbers go.

    Attributes
    ----------
    records : RunBuilder
        Receives the numbers.
    dialect : Dialect
        The lines of this version.
    has_flags, has_result : bool
        What was seen.
    log_folder : str or None
        The folder for the wrapper's own log; every flag is in its name.
    """

    records: RunBuilder
    dialect: Dialect
    has_flags: bool = False
    has_result: bool = False
    log_folder: str | None = None
    _is_in_flags: bool = False
    _property: str | None = None
    _initial_weights: list[tuple[InitialWeights, int]] = field(default_factory=list)
    _layer_names: list[tuple[str, int]] = field(default_factory=list)

    def read(self, text: str, line: int) -> Verdict:
        """Read one line that is not the C++ part's.

        Parameters
        ----------
        text : str
            The line, not blank.
        line : int
            Its number.

        Returns
        -------
        Verdict
            ``UNREADABLE`` when the line seems to be of this kind but is not exactly as the wrapper prints it.
        """
        if "%|" in text:
            text = _without_progress_bar(text)
        if self._is_property(text, line):
            return Verdict.READ
        verdict = self._read_line(text, line)
        if verdict is not Verdict.NOT_MINE:
            self._property = None
        return verdict

    def read_usual(self, text: str, line: int) -> Verdict:  # noqa: ARG002 - training has such lines
        """Read a line if it is printed so often that it is not looked at for what else it may be."""
        return Verdict.NOT_MINE

    def _read_line(self, text: str, line: int) -> Verdict:
        if text.startswith(FLAGS_BANNER):
            self.has_flags = self._is_in_flags = True
            return Verdict.READ
        if self._is_in_flags and text.startswith(FLAGS_END):
            self._is_in_flags = False
            return Verdict.READ
        if INITIAL_WEIGHTS_START in text and _HAS_INITIAL_WEIGHTS.search(text):
            return self._read_initial_weights(text, line)
        if text.startswith("quantize layer "):
            return self._read_quantized_layer(text, line)
        if RESULT_START in text:
            return self._read_result(text, line)
        if text.startswith(_HAS_CUDA) and text.rstrip() in _HAS_CUDA and "cuda" in self.dialect.flags:
            self.records.setting("wrapper.cuda", text.rstrip(), line)
            return Verdict.READ
        if _LOG_FOLDER.fullmatch(text):
            return self._read_log_folder(text, line)
        if self.dialect.has_tensorflow_wrapper:
            verdict = self._read_tensorflow(text, line)
            if verdict is not Verdict.NOT_MINE:
                return verdict
        return self._read_flag(text, line)

    def _read_tensorflow(self, text: str, line: int) -> Verdict:
        found = read_tensorflow_line(text)
        if found is None:
            return Verdict.NOT_MINE
        if (found.option is None and found.accuracy is None) or line == self.records.cut_line:
            return Verdict.UNREADABLE
        if found.option is not None:
            self.has_flags = True
            self.records.setting(f"wrapper.{found.option[0]}", found.option[1], line)
        if found.accuracy is not None:
            self.has_result = True
            self.records.metric("network", None, None, "accuracy", found.accuracy, line)
        return Verdict.READ

    def is_other_log_folder(self, text: str) -> bool:
        """Tell whether a line names a folder for the wrapper's log that is not this run's."""
        return "/" in text and text.strip() != self.log_folder and _LOG_FOLDER.fullmatch(text) is not None

    def begins_again_at(self, text: str) -> bool:
        """Tell whether a line belongs to another evaluation of the network."""
        if text.startswith(RESULT_START):
            return self.has_result
        match = _QUANTIZED_LAYER.fullmatch(text) if text.startswith("quantize layer ") else None
        return match is not None and any(match.group(1) == name for name, _ in self._layer_names)

    def follow(self, previous: WrapperReader) -> None:
        """Take over the flags: they were printed once, before the first evaluation."""
        self.has_flags = previous.has_flags
        self.log_folder = previous.log_folder
        for name, value, line in ((record.name, record.value, record.line) for record in previous.records.settings):
            if name.startswith("wrapper."):
                self.records.setting(name, value, line)

    def leave(self) -> None:
        """End what is open: the C++ part, which has begun, prints ``key: value`` lines too."""
        self._is_in_flags = False
        self._property = None

    def epoch_of_next_section(self, previous: int | None) -> int | None:  # noqa: ARG002 - training has epochs
        """Return the epoch that the next C++ part is about; None for inference."""
        return None

    def finish(self, layer_count: int | None) -> None:
        """File what is known per layer, now that the number of layers is known.

        Parameters
        ----------
        layer_count : int or None
            Layers in the C++ part's floor plan; None if it has none.
        """
        self._file_layer_names(layer_count)
        layers = self._layers_in_order_of_construction(layer_count)
        for position, (printed, line) in enumerate(self._initial_weights):
            layer = layers[position] if layers is not None else f"constructed{position + 1}"
            for metric, value in printed._asdict().items():
                if value is not None:
                    self.records.metric("layer", layer, None, metric, value, line)

    def _file_layer_names(self, layer_count: int | None) -> None:
        prefix = "layer"
        if self._layer_names and layer_count not in (None, len(self._layer_names)):
            self._cannot_join("quantize layer", len(self._layer_names), layer_count, self._layer_names[0][1])
            prefix = "quantized"
        for position, (name, line) in enumerate(self._layer_names, start=1):
            self.records.setting(f"layer_name.{prefix}{position}", name, line)

    def _layers_in_order_of_construction(self, layer_count: int | None) -> list[str] | None:
        """Return the layer of each ``fan_in`` line, or None where the log does not tell.

        VGG8 and DenseNet40 construct their layers in the order in which data flow through them. ResNet18 does not (a
        shortcut is constructed before the block that it bridges), but numbers the names of its layers by construction.
        """
        count = len(self._initial_weights)
        if layer_count is None and self.has_result and self._layer_names:
            layer_count = len(self._layer_names)
        if count and layer_count not in (None, count):
            self._cannot_join("fan_in", count, layer_count, self._initial_weights[0][1])
            return None
        if not self.records.setting_values.get("wrapper.model", "").startswith("ResNet"):
            return [f"layer{position}" for position in range(1, count + 1)]
        numbers = [_NUMBERED_BY_CONSTRUCTION.fullmatch(name) for name, _ in self._layer_names]
        layer_of = {int(match.group(1)): f"layer{k}" for k, match in enumerate(numbers, start=1) if match}
        if sorted(layer_of) == list(range(count)):
            return [layer_of[position] for position in range(count)]
        self._cannot_join("fan_in", count, len(layer_of), self._initial_weights[0][1])
        return None

    def _cannot_join(self, what: str, count: int, layer_count: int | None, line: int) -> None:
        self.records.problem(
            f"{count} `{what}` lines cannot be joined to {layer_count} layers; they are numbered as they come", line
        )

    def _read_initial_weights(self, text: str, line: int) -> Verdict:
        printed = read_initial_weights(text)
        if printed is None or line == self.records.cut_line:
            return Verdict.UNREADABLE
        self._initial_weights.append((printed, line))
        return Verdict.READ

    def _read_quantized_layer(self, text: str, line: int) -> Verdict:
        match = _QUANTIZED_LAYER.fullmatch(text)
        if match is None:
            return Verdict.UNREADABLE
        if all(match.group(1) != name for name, _ in self._layer_names):
            self._layer_names.append((match.group(1), line))
        return Verdict.READ

    def _read_result(self, text: str, line: int) -> Verdict:
        result = read_result(text)
        if result is None:
            return Verdict.UNREADABLE
        self._file_result(result, line)
        return Verdict.READ

    def _file_result(self, result: Result, line: int, epoch: int | None = None) -> None:
        self.has_result = True
        for metric, value in result._asdict().items():
            self.records.metric("network", None, None, metric, value, line, epoch=epoch)

    def _is_property(self, text: str, line: int) -> bool:
        if text.startswith(PROPERTIES_BANNER):
            self._property = None
            return True
        name = self.dialect.properties.get(text.rstrip())
        if name is not None:
            self._property = name
            return True
        if self._property is None or not _PROPERTY_VALUE.fullmatch(text) or line == self.records.cut_line:
            return False
        self.records.setting(f"wrapper.{self._property}", text.strip(), line)
        self._property = None
        return True

    def _read_log_folder(self, text: str, line: int) -> Verdict:
        if line == self.records.cut_line:
            return Verdict.UNREADABLE
        self.log_folder = text.strip()
        self.records.setting("wrapper.logdir", self.log_folder, line)
        return Verdict.READ

    def _read_flag(self, text: str, line: int) -> Verdict:
        match = _FLAG.fullmatch(text)
        if match is None or not (self._is_in_flags or (match.group(1) in self.dialect.flags and not self.has_flags)):
            return Verdict.NOT_MINE
        if line == self.records.cut_line:
            return Verdict.UNREADABLE
        key, value = match.group(1), match.group(2).strip()
        if key in _MEANINGLESS_FLAGS:
            return Verdict.READ
        if key == "logdir":
            self.log_folder = value
        self.records.setting(f"wrapper.{key}", value, line)
        return Verdict.READ


def _without_progress_bar(text: str) -> str:
    match = _PROGRESS_BAR.match(text)
    return text[match.end() :] if match is not None and match.end() < len(text) else text
