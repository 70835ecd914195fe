"""Reads what NeuroSim's C++ part prints, in any of its dialects.

The same labels are printed for every layer and again for the chip, so the scope is remembered from the lines that
name it: a banner, ``layer7's ...``, or a line that only occurs in the summary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.neurosim.dialect import RUN_TIME_LABEL, Dialect, Measure
from nnsreport.parsers.neurosim.labels import BREAKDOWN_PREFIX
from nnsreport.parsers.neurosim.stages import Stage, Verdict
from nnsreport.parsers.quantities import PURE, WHOLE_SECONDS, Quantity

_ESTIMATION = re.compile(r"-+ Estimation of (Layer (\d+)) -+ *")
_TABLE_ROW = re.compile(r"layer(\d+):(.*)")
_SIZE = re.compile(r" ?\d+(?:x\d+)+ *")
_LAYER_NAME = re.compile(r"layer\d+")
_ENDS_IN_QUANTITY = re.compile(r"(?:\d|inf|nan)(?:ns|pJ|uW|um\^2)\s*$")

_SPEED_UP_MESSAGES = (
    "User assigned speed-up degree is larger than the upper bound",
    "The speed-up degree is auto-assigned as the upper bound",
)
_BREAKDOWN_BANNER = re.compile(r"\*+ Breakdown of Latency and Dynamic Energy \*+ *")


@dataclass(slots=True)
class Recording:
    """What a reader made of the lines since some point.

    Attributes
    ----------
    first_number : int
        How many numbers the run had before.
    numbers : list of (int, Quantity or None)
        Line of each number, and how it was printed; None where the line holds it in another form than behind its last
        colon alone.
    settings : list of (str, str, int)
        Name, value and line of each setting.
    """

    first_number: int
    numbers: list[tuple[int, Quantity | None]] = field(default_factory=list)
    settings: list[tuple[str, str, int]] = field(default_factory=list)


@dataclass(slots=True)
class HardwareReader:
    """Place in the C++ output, and where its numbers go.

    Attributes
    ----------
    records : RunBuilder
        Receives the numbers.
    dialect : Dialect
        The lines of this version.
    epoch : int or None
        Of training.
    stage : Stage
        The furthest stage seen.
    layer : str or None
        The layer the next breakdown line is about, when ``is_chip`` is false.
    is_chip : bool
        The next breakdown line is about the chip.
    layers : dict of str to int
        Every layer named, with the line of its first number; in the order of the log.
    recording : Recording or None
        Follows what is made of the lines.
    """

    records: RunBuilder
    dialect: Dialect
    epoch: int | None = None
    stage: Stage = Stage.NOTHING
    layer: str | None = None
    is_chip: bool = False
    layers: dict[str, int] = field(default_factory=dict)
    recording: Recording | None = None
    _breakdown_order: int = -1
    _table: tuple[str, ...] | None = None
    _last_row: int = 0
    _previous_size_line: int = 0

    def read(self, text: str, line: int) -> Verdict:
        """Read one line.

        Parameters
        ----------
        text : str
            The line, not blank.
        line : int
            Its number.

        Returns
        -------
        Verdict
            ``UNREADABLE`` when the line seems to be of this kind but is not exactly as NeuroSim prints it.
        """
        reader = _readers_of(self.dialect).get(text[:5])
        if reader is not None:
            return reader(self, text, line)
        return self._read_pattern(text, line) if self.dialect.patterns else Verdict.NOT_MINE

    def forget_place(self) -> None:
        """Forget the current layer and table: text is missing, so the next line may be about another."""
        self.layer = None
        self.is_chip = False
        self._table = None

    def begin_section(self, epoch: int | None) -> None:
        """Forget everything but the layers: the C++ part is printed again, for another epoch."""
        self.epoch = epoch
        self.stage = Stage.NOTHING
        self.forget_place()

    def skip_section(self, layers: Iterable[tuple[str, int]]) -> None:
        """Go to the end of a C++ part whose lines were read elsewhere.

        Parameters
        ----------
        layers : iterable of (str, int)
            Its layers, each with the line of its first number.
        """
        for layer, line in layers:
            self.layers.setdefault(layer, line)
        self.forget_place()
        self._previous_size_line = 0
        self.stage = Stage.FINISHED

    def _file(
        self,
        scope: str,
        layer: str | None,
        measure: Measure,
        value: float,
        line: int,
        quantity: Quantity | None,
    ) -> None:
        if self.recording is not None:
            self.recording.numbers.append((line, quantity))
        self.records.metric(
            scope,
            layer,
            measure.component,
            measure.metric,
            value,
            line,
            epoch=self.epoch,
            is_printed_twice=measure.is_printed_twice,
        )

    def _setting(self, name: str, value: str, line: int) -> None:
        if self.recording is not None:
            self.recording.settings.append((name, value, line))
        self.records.setting(name, value, line)

    def _number(self, quantity: Quantity, text: str, line: int) -> float | None:
        if line == self.records.cut_line and not quantity.is_self_delimiting:
            return None
        return quantity.read(text)

    def _reach(self, stage: Stage) -> None:
        if stage > self.stage:
            self.stage = stage

    def _enter_layer(self, layer: str, line: int) -> None:
        self._breakdown_order = -1
        if layer != self.layer:
            self.layer = layer
            self.is_chip = False
            self._table = None
            self.layers.setdefault(layer, line)
            self._reach(Stage.LAYERS)

    def _enter_chip(self) -> None:
        if not self.is_chip:
            self.layer = None
            self.is_chip = True
            self._table = None
            self._breakdown_order = -1

    def _read_layer(self, text: str, line: int) -> Verdict:
        layer, separator, rest = text.partition("'s ")
        if not separator:
            return self._read_table_row(text, line)
        label, _, printed = rest.rpartition(":")
        measure = self.dialect.layer_labels.get(label.rstrip())
        if measure is None or _LAYER_NAME.fullmatch(layer) is None:
            return Verdict.UNREADABLE if _LAYER_NAME.fullmatch(layer) else Verdict.NOT_MINE
        self._enter_layer(layer, line)
        value = measure.quantity.read(printed)
        if value is None:
            return Verdict.UNREADABLE
        self._file("layer", layer, measure, value, line, measure.quantity)
        return Verdict.READ

    def _read_table_row(self, text: str, line: int) -> Verdict:
        match = _TABLE_ROW.fullmatch(text)
        if match is None:
            return Verdict.NOT_MINE
        row = int(match.group(1))
        if self._table is None or row < self._last_row:
            self._table = None  # the banner of the next table is missing: nothing says what the rest is about
            return Verdict.UNREADABLE
        self._last_row = row
        printed = match.group(2).split(",")
        values = [self._number(PURE, text, line) for text in printed]
        if len(values) != len(self._table) or None in values:
            return Verdict.UNREADABLE
        layer = f"layer{row}"
        self.layers.setdefault(layer, line)
        for metric, value in zip(self._table, values, strict=True):
            assert value is not None
            self._file("layer", layer, Measure(metric, "total", PURE), value, line, PURE if len(values) == 1 else None)
        return Verdict.READ

    def _read_dashes(self, text: str, line: int) -> Verdict:
        if text.startswith(BREAKDOWN_PREFIX):
            return self._read_breakdown(text, line)
        return self._read_banner(text, line)

    def _read_breakdown(self, text: str, line: int) -> Verdict:
        label, _, printed = text.rpartition(":")
        measure = self.dialect.breakdown_labels.get(label.rstrip())
        if measure is None:
            return self._unknown(text)
        if measure.order < self._breakdown_order:
            self.forget_place()
        self._breakdown_order = measure.order
        value = measure.quantity.read(printed)
        if value is None or not (self.is_chip or self.layer):
            return Verdict.UNREADABLE
        scope = "chip" if self.is_chip else "layer"
        self._file(scope, self.layer, measure, value, line, measure.quantity)
        return Verdict.READ

    def _read_banner(self, text: str, line: int) -> Verdict:
        estimation = _ESTIMATION.fullmatch(text)
        if estimation is not None:
            self._enter_layer(f"layer{estimation.group(2)}", line)
            return Verdict.READ
        title = text.strip("- ")
        table = self.dialect.table_titles.get(title)
        if table is not None:
            self.forget_place()
            self._table = table
            self._last_row = 0
            self._reach(Stage.FLOOR_PLAN)
            return Verdict.READ
        stage = self.dialect.banners.get(title)
        if stage is None:
            return Verdict.NOT_MINE
        self.forget_place()
        self._reach(stage)
        if title in self.dialect.process_banners:
            self._setting("neurosim.process", self.dialect.process_banners[title], line)
        if stage is Stage.SUMMARY:
            self._enter_chip()
        return Verdict.READ

    def _read_asterisks(self, text: str, line: int) -> Verdict:  # noqa: ARG002 - one signature for all readers
        return Verdict.READ if _BREAKDOWN_BANNER.fullmatch(text) else Verdict.NOT_MINE

    def _read_rule(self, text: str, line: int) -> Verdict:  # noqa: ARG002 - one signature for all readers
        return Verdict.READ if self.dialect.is_training and not text.strip("~ ") else Verdict.NOT_MINE

    def _read_chip(self, text: str, line: int) -> Verdict:
        label, _, printed = text.rpartition(":")
        label = label.rstrip()
        measure = self.dialect.chip_labels.get(label)
        if measure is None:
            return self._read_run_time(printed, line) if label == RUN_TIME_LABEL else self._unknown(text)
        value = self._number(measure.quantity, printed, line)
        if value is None:
            return Verdict.UNREADABLE
        self._file("chip", None, measure, value, line, measure.quantity)
        self._note_place(measure, line)
        return Verdict.READ

    def _note_place(self, measure: Measure, line: int) -> None:
        if measure.process is not None:
            self._setting("neurosim.process", measure.process, line)
        if measure.metric == "memory_utilization":
            self.forget_place()
            self._reach(Stage.FLOOR_PLAN)
        elif measure.metric == "clock_period":
            self._setting("neurosim.synchronous", "true", line)
            self._reach(Stage.CLOCK)
        else:
            self._enter_chip()
            self._reach(Stage.SUMMARY)

    def _read_run_time(self, printed: str, line: int) -> Verdict:
        value = WHOLE_SECONDS.read(printed)
        if value is None:
            return Verdict.UNREADABLE
        if self.recording is not None:
            self.recording.numbers.append((line, WHOLE_SECONDS))
        self.records.metric("simulation", None, None, "simulation_time", value, line, epoch=self.epoch)
        self.forget_place()
        self._reach(Stage.FINISHED)
        return Verdict.READ

    def _read_size(self, text: str, line: int) -> Verdict:
        label, _, printed = text.rpartition(":")
        known = self.dialect.size_labels.get(label.rstrip())
        if known is None:
            return self._unknown(text)
        component, metrics = known
        factors = printed.strip().split("x")
        if not _SIZE.fullmatch(printed) or len(factors) != len(metrics) or line == self.records.cut_line:
            return Verdict.UNREADABLE
        self._reach(Stage.FLOOR_PLAN)
        for metric, factor in zip(metrics, factors, strict=True):
            self._file("chip", None, Measure(metric, component, PURE), float(factor), line, None)
        self._note_mapping(component, line)
        return Verdict.READ

    def _note_mapping(self, component: str, line: int) -> None:
        if component == "novel_mapping":
            self._setting("neurosim.novel_mapping", "true", line)
        elif component == "total" and self._previous_size_line == line - 1:
            # NeuroSim prints the novel mapping's size between these two lines, or nothing.
            self._setting("neurosim.novel_mapping", "false", line)
        self._previous_size_line = line if component == "conventional_mapping" else 0

    def _read_prose(self, text: str, line: int) -> Verdict:
        if text.startswith(_SPEED_UP_MESSAGES):
            self._setting("neurosim.speed_up_degree", "limited to the upper bound", line)
            self._reach(Stage.STARTED)
            return Verdict.READ
        if text.startswith(self.dialect.prose):
            self._reach(Stage.FLOOR_PLAN)
            return Verdict.READ
        return Verdict.NOT_MINE

    def _read_pattern(self, text: str, line: int) -> Verdict:
        for known in self.dialect.patterns:
            match = known.pattern.fullmatch(text)
            if match is not None:
                break
        else:
            return Verdict.NOT_MINE
        values = {
            group: self._number(measure.quantity, match[group], line) for group, measure in known.measures.items()
        }
        if None in values.values() or (known.settings and line == self.records.cut_line):
            return Verdict.UNREADABLE
        if known.stage is Stage.SUMMARY:
            self._enter_chip()
        if known.stage is not None:
            self._reach(known.stage)
        for group, measure in known.measures.items():
            value = values[group]
            assert value is not None
            self._file("chip", None, measure, value, line, None)
        for group, name in known.settings.items():
            if match[group] is not None:
                self._setting(name, match[group], line)
        return Verdict.READ

    def _unknown(self, text: str) -> Verdict:
        """Judge a line whose text before the last colon is no label: one may have something glued behind its number."""
        return Verdict.UNREADABLE if text.startswith(self.dialect.labels) else Verdict.NOT_MINE


def looks_like_quantity(text: str) -> bool:
    """Tell whether a line ends in a number with one of NeuroSim's glued units."""
    return _ENDS_IN_QUANTITY.search(text) is not None


_Reader = Callable[[HardwareReader, str, int], Verdict]


@cache
def _readers_of(dialect: Dialect) -> Mapping[str, _Reader]:
    """Return the reader of a line, by its first five characters."""
    return {
        "layer": HardwareReader._read_layer,
        "-----": HardwareReader._read_dashes,
        "*****": HardwareReader._read_asterisks,
        "~~~~~": HardwareReader._read_rule,
        **{label[:5]: HardwareReader._read_chip for label in (*dialect.chip_labels, RUN_TIME_LABEL)},
        **{label[:5]: HardwareReader._read_size for label in dialect.size_labels},
        **{text[:5]: HardwareReader._read_prose for text in (*_SPEED_UP_MESSAGES, *dialect.prose)},
    }
