"""Reads what NeuroSim V1.4's C++ part prints.

The same labels are printed for every layer and again for the chip, so the scope is remembered from the lines that
name it: a banner, ``layer7's ...``, or a line that only occurs in the summary.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, IntEnum

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.neurosim_v14.labels import (
    BREAKDOWN_LABELS,
    BREAKDOWN_PREFIX,
    CHIP_LABELS,
    LAYER_LABELS,
    SIZE_LABELS,
    TABLE_TITLES,
    Measure,
)
from nnsreport.parsers.quantities import PURE, WHOLE_SECONDS, Quantity


class Stage(IntEnum):
    """How far the C++ part came, by what it printed."""

    NOTHING = 0
    STARTED = 1
    FLOOR_PLAN = 2
    FLOOR_PLAN_DONE = 3
    CLOCK = 4
    LAYERS = 5
    SUMMARY = 6
    PERFORMANCE = 7
    FINISHED = 8


class Verdict(Enum):
    """What a reader makes of a line."""

    READ = "read"
    UNREADABLE = "unreadable"
    NOT_MINE = "not mine"


_ESTIMATION = re.compile(r"-+ Estimation of (Layer (\d+)) -+ *")
_TABLE_ROW = re.compile(r"layer(\d+):(.*)")
_SIZE = re.compile(r" ?\d+(?:x\d+)+ *")
_LAYER_NAME = re.compile(r"layer\d+")
_ENDS_IN_QUANTITY = re.compile(r"(?:\d|inf|nan)(?:ns|pJ|uW|um\^2)\s*$")

_BANNERS: dict[str, Stage] = {
    "FloorPlan": Stage.FLOOR_PLAN,
    "FloorPlan Done": Stage.FLOOR_PLAN_DONE,
    "Hardware Performance": Stage.LAYERS,
    "Summary": Stage.SUMMARY,
    "Performance": Stage.PERFORMANCE,
    "Hardware Performance Done": Stage.PERFORMANCE,
    "Simulation Performance": Stage.PERFORMANCE,
}
_RUN_TIME_LABEL = "Total Run-time of NeuroSim"
_SPEED_UP_MESSAGES = (
    "User assigned speed-up degree is larger than the upper bound",
    "The speed-up degree is auto-assigned as the upper bound",
)
_PROSE = "Tile and PE size are optimized to maximize memory utilization"
_BREAKDOWN_BANNER = re.compile(r"\*+ Breakdown of Latency and Dynamic Energy \*+ *")


@dataclass(slots=True)
class HardwareReader:
    """Place in the C++ output, and where its numbers go.

    Attributes
    ----------
    records : RunBuilder
        Receives the numbers.
    stage : Stage
        The furthest stage seen.
    layer : str or None
        The layer the next breakdown line is about, when ``is_chip`` is false.
    is_chip : bool
        The next breakdown line is about the chip.
    layers : dict of str to int
        Every layer named, with the line of its first number; in the order of the log.
    """

    records: RunBuilder
    stage: Stage = Stage.NOTHING
    layer: str | None = None
    is_chip: bool = False
    layers: dict[str, int] = field(default_factory=dict)
    _breakdown_order: int = -1
    _table: str | None = None
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
        reader = _READERS.get(text[:5])
        if reader is None:
            return Verdict.NOT_MINE
        return reader(self, text, line)

    def forget_place(self) -> None:
        """Forget the current layer and table: text is missing, so the next line may be about another."""
        self.layer = None
        self.is_chip = False
        self._table = None

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
        measure = LAYER_LABELS.get(label.rstrip())
        if measure is None or _LAYER_NAME.fullmatch(layer) is None:
            return Verdict.UNREADABLE if _LAYER_NAME.fullmatch(layer) else Verdict.NOT_MINE
        self._enter_layer(layer, line)
        value = measure.quantity.read(printed)
        if value is None:
            return Verdict.UNREADABLE
        self.records.metric("layer", layer, measure.component, measure.metric, value, line)
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
        value = self._number(PURE, match.group(2), line)
        if value is None:
            return Verdict.UNREADABLE
        layer = f"layer{row}"
        self.layers.setdefault(layer, line)
        self.records.metric("layer", layer, "total", self._table, value, line)
        return Verdict.READ

    def _read_dashes(self, text: str, line: int) -> Verdict:
        if text.startswith(BREAKDOWN_PREFIX):
            return self._read_breakdown(text, line)
        return self._read_banner(text, line)

    def _read_breakdown(self, text: str, line: int) -> Verdict:
        label, _, printed = text.rpartition(":")
        measure = BREAKDOWN_LABELS.get(label.rstrip())
        if measure is None:
            return _unknown(text)
        if measure.order < self._breakdown_order:
            self.forget_place()
        self._breakdown_order = measure.order
        value = measure.quantity.read(printed)
        if value is None or not (self.is_chip or self.layer):
            return Verdict.UNREADABLE
        scope = "chip" if self.is_chip else "layer"
        self.records.metric(scope, self.layer, measure.component, measure.metric, value, line)
        return Verdict.READ

    def _read_banner(self, text: str, line: int) -> Verdict:
        estimation = _ESTIMATION.fullmatch(text)
        if estimation is not None:
            self._enter_layer(f"layer{estimation.group(2)}", line)
            return Verdict.READ
        title = text.strip("- ")
        if title in TABLE_TITLES:
            self.forget_place()
            self._table = TABLE_TITLES[title]
            self._last_row = 0
            self._reach(Stage.FLOOR_PLAN)
            return Verdict.READ
        stage = _BANNERS.get(title)
        if stage is None:
            return Verdict.NOT_MINE
        self.forget_place()
        self._reach(stage)
        if stage is Stage.SUMMARY:
            self._enter_chip()
        return Verdict.READ

    def _read_asterisks(self, text: str, line: int) -> Verdict:  # noqa: ARG002 - one signature for all readers
        return Verdict.READ if _BREAKDOWN_BANNER.fullmatch(text) else Verdict.NOT_MINE

    def _read_chip(self, text: str, line: int) -> Verdict:
        label, _, printed = text.rpartition(":")
        label = label.rstrip()
        measure = CHIP_LABELS.get(label)
        if measure is None:
            return self._read_run_time(printed, line) if label == _RUN_TIME_LABEL else _unknown(text)
        value = self._number(measure.quantity, printed, line)
        if value is None:
            return Verdict.UNREADABLE
        self.records.metric(
            "chip", None, measure.component, measure.metric, value, line, is_printed_twice=measure.is_printed_twice
        )
        self._note_place(measure, line)
        return Verdict.READ

    def _note_place(self, measure: Measure, line: int) -> None:
        if measure.process is not None:
            self.records.setting("neurosim.process", measure.process, line)
        if measure.metric == "memory_utilization":
            self.forget_place()
            self._reach(Stage.FLOOR_PLAN)
        elif measure.metric == "clock_period":
            self.records.setting("neurosim.synchronous", "true", line)
            self._reach(Stage.CLOCK)
        else:
            self._enter_chip()
            self._reach(Stage.SUMMARY)

    def _read_run_time(self, printed: str, line: int) -> Verdict:
        value = WHOLE_SECONDS.read(printed)
        if value is None:
            return Verdict.UNREADABLE
        self.records.metric("simulation", None, None, "simulation_time", value, line)
        self.forget_place()
        self._reach(Stage.FINISHED)
        return Verdict.READ

    def _read_size(self, text: str, line: int) -> Verdict:
        label, _, printed = text.rpartition(":")
        known = SIZE_LABELS.get(label.rstrip())
        if known is None:
            return _unknown(text)
        component, metrics = known
        factors = printed.strip().split("x")
        if not _SIZE.fullmatch(printed) or len(factors) != len(metrics) or line == self.records.cut_line:
            return Verdict.UNREADABLE
        self._reach(Stage.FLOOR_PLAN)
        for metric, factor in zip(metrics, factors, strict=True):
            self.records.metric("chip", None, component, metric, float(factor), line)
        self._note_mapping(component, line)
        return Verdict.READ

    def _note_mapping(self, component: str, line: int) -> None:
        if component == "novel_mapping":
            self.records.setting("neurosim.novel_mapping", "true", line)
        elif component == "total" and self._previous_size_line == line - 1:
            # NeuroSim prints the novel mapping's size between these two lines, or nothing.
            self.records.setting("neurosim.novel_mapping", "false", line)
        self._previous_size_line = line if component == "conventional_mapping" else 0

    def _read_prose(self, text: str, line: int) -> Verdict:
        if text.startswith(_SPEED_UP_MESSAGES):
            self.records.setting("neurosim.speed_up_degree", "limited to the upper bound", line)
            self._reach(Stage.STARTED)
            return Verdict.READ
        if text.startswith(_PROSE):
            self._reach(Stage.FLOOR_PLAN)
            return Verdict.READ
        return Verdict.NOT_MINE


def _unknown(text: str) -> Verdict:
    """Judge a line whose text before the last colon is no label: a label may have something glued behind its number."""
    return Verdict.UNREADABLE if text.startswith(_LABELS) else Verdict.NOT_MINE


def looks_like_quantity(text: str) -> bool:
    """Tell whether a line ends in a number with one of NeuroSim's glued units."""
    return _ENDS_IN_QUANTITY.search(text) is not None


_LABELS = (*CHIP_LABELS, *BREAKDOWN_LABELS, *SIZE_LABELS, _RUN_TIME_LABEL)

_READERS: dict[str, Callable[[HardwareReader, str, int], Verdict]] = {
    "layer": HardwareReader._read_layer,
    "-----": HardwareReader._read_dashes,
    "*****": HardwareReader._read_asterisks,
    **{label[:5]: HardwareReader._read_chip for label in (*CHIP_LABELS, _RUN_TIME_LABEL)},
    **{label[:5]: HardwareReader._read_size for label in SIZE_LABELS},
    **{text[:5]: HardwareReader._read_prose for text in (*_SPEED_UP_MESSAGES, _PROSE)},
}
"""The reader of a line, by its first five characters."""
