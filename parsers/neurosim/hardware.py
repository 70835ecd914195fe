"""Reads what NeuroSim's C++ part prints, in any of its dialects.

The same labels are printed for every layer and again for the chip, so the scope is remembered from the lines that
name it: a banner, ``layer7's ...``, or a line that only occurs in the summary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from nnsreport.parsers.neurosim.dialect import RUN_TIME_LABEL, Dialect, Measure
from nnsreport.parsers.neurosim.labels import BREAKDOWN_PREFIX
from nnsreport.parsers.neurosim.place import Place, Recording
from nnsreport.parsers.neurosim.rows import LayerLine, Row
from nnsreport.parsers.neurosim.stages import Stage, Verdict
from nnsreport.parsers.quantities import PURE, WHOLE_SECONDS

__all__ = ["HardwareReader", "Recording", "looks_like_quantity"]

_ESTIMATION = re.compile(r"-+ Estimation of (Layer ([0-9]{1,9})) -+ *")
_TABLE_ROW = re.compile(r"layer([0-9]{1,9}):(.*)")
_SIZE = re.compile(r" ?\d+(?:x\d+)+ *")
_LAYER_NAME = re.compile(r"layer[0-9]{1,9}")
_ENDS_IN_QUANTITY = re.compile(r"(?:\d|inf|nan)(?:ns|pJ|uW|um\^2)\s*$")

_SPEED_UP_MESSAGES = (
    "User assigned speed-up degree is larger than the upper bound",
    "The speed-up degree is auto-assigned as the upper bound",
)
_BEFORE_BREAKDOWN = frozenset(
    {
        *("area", "memory_utilization", "clock_period"),
        *("read_latency", "read_dynamic_energy", "leakage_energy", "leakage_power"),
    }
)
"""What of a chip is printed before its breakdown."""
_BREAKDOWN_BANNER = re.compile(r"\*+ Breakdown of Latency and Dynamic Energy \*+ *")


@dataclass(slots=True)
class HardwareReader(Place):
    """Reads the lines of one C++ part after the other."""

    _order_before: int = -1
    _was_whole: bool = True

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

    def _read_layer(self, text: str, line: int) -> Verdict:
        layer, separator, rest = text.partition("'s ")
        if not separator:
            return self._read_table_row(text, line)
        label, _, printed = rest.rpartition(":")
        measure = self.dialect.layer_labels.get(label.rstrip())
        if measure is None or _LAYER_NAME.fullmatch(layer) is None:
            return Verdict.UNREADABLE if _LAYER_NAME.fullmatch(layer) else Verdict.NOT_MINE
        value = measure.quantity.read(printed)
        if value is None:
            if layer != self.layer:
                self.forget_place()
            return Verdict.UNREADABLE
        found = LayerLine(layer, measure, value, text, line)
        if layer != self.layer or self._stray is not None:
            return self._read_other_layer(found)
        self._file_layer_line(found)
        return Verdict.READ

    def _read_other_layer(self, found: LayerLine) -> Verdict:
        """Read a line that names another layer than the lines before it: lines are lost, or its number is damaged."""
        stray, self._stray = self._stray, None
        if stray is not None:
            self.recording = None
            if found.layer == stray.layer:
                self._file_layer_line(stray)
            else:
                self.records.unreadable(stray.text, stray.line)
                if found.layer != self.layer:
                    self._stray = found
                    return Verdict.READ
        elif self.layer is not None and self._breakdown_order < 0 and self._follows(found.measure):
            self._stray = found
            return Verdict.READ
        self._file_layer_line(found)
        return Verdict.READ

    def _follows(self, measure: Measure) -> bool:
        """Tell whether a number of a layer is printed behind the last one that was read."""
        known = list(self.dialect.layer_labels.values())
        return self._last_measure is None or known.index(measure) > known.index(self._last_measure)

    def _read_table_row(self, text: str, line: int) -> Verdict:
        match = _TABLE_ROW.fullmatch(text)
        if match is None:
            return Verdict.NOT_MINE
        plan, number = self._floor_plan, int(match.group(1))
        values = [self._number(PURE, printed, line) for printed in match.group(2).split(",")]
        known = tuple(value for value in values if value is not None)
        if not len(values) == len(known) == plan.row_length:
            plan.miss(number)
            return Verdict.UNREADABLE
        plan.take(Row(number, known, text, line))
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
        self._drop_stray()
        is_late = measure.order == self._breakdown_order - 1 and measure.order > self._order_before
        if measure.order < self._breakdown_order and not is_late:
            self._judge_breakdown(is_followed=False)
            self.forget_place()
        is_whole = self._note_order(measure, is_late=is_late)
        value = measure.quantity.read(printed)
        if value is None or not (self.is_chip or self.layer):
            return Verdict.UNREADABLE
        found = LayerLine(self.layer or "", measure, value, text, line)
        if self.dialect.is_training:
            self._file_breakdown_line(found)
        else:
            self._breakdown.lines.append(found)
            self._breakdown.is_whole = self._breakdown.is_whole and is_whole
        return Verdict.READ

    def _note_order(self, measure: Measure, *, is_late: bool) -> bool:
        """Go on in a breakdown; tell whether nothing is missing before a line.

        A line behind the one that it belongs before has only changed places with it.
        """
        if is_late:
            self._breakdown.is_whole, self._order_before = self._was_whole, self._breakdown_order
            self.recording = None
            return True
        if measure.order == self._breakdown_order:
            return True  # a doubled line
        before = self._last_measure
        is_begun = self._breakdown_order >= 0 or (before is not None and before.ends_section)
        self._was_whole = self._breakdown.is_whole and is_begun
        self._order_before, self._breakdown_order = self._breakdown_order, measure.order
        return is_begun and measure.order == self._order_before + 1

    def _read_banner(self, text: str, line: int) -> Verdict:
        estimation = _ESTIMATION.fullmatch(text)
        if estimation is not None:
            self._drop_stray()
            self._last_measure = None
            self._enter_layer(f"layer{estimation.group(2)}", line)
            return Verdict.READ
        title = text.strip("- ")
        table = self.dialect.table_titles.get(title)
        if table is not None:
            self._forget_layer()
            self._floor_plan.begin(table, line)
            self._reach(Stage.FLOOR_PLAN)
            return Verdict.READ
        stage = self.dialect.banners.get(title)
        if stage is None:
            return Verdict.NOT_MINE
        self._judge_breakdown(
            is_followed=stage > Stage.SUMMARY if self.is_chip else stage is Stage.SUMMARY and self._is_last_layer()
        )
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
        if self._breakdown.lines:
            self._judge_breakdown(is_followed=self.is_chip and measure.metric not in _BEFORE_BREAKDOWN)
            self._breakdown_order = -1
        if self._floor_plan.tables:
            self.close()
        self._file("chip", None, measure, value, line, measure.quantity)
        self._note_place(measure, line)
        self._last_measure = measure
        self._breakdown.note(measure, value)
        return Verdict.READ

    def _note_place(self, measure: Measure, line: int) -> None:
        if measure.process is not None:
            self._setting("neurosim.process", measure.process, line)
        if measure.metric == "memory_utilization":
            self.forget_place()
            self._reach(Stage.FLOOR_PLAN)
        elif measure.metric == "clock_period":
            if not self.is_chip:
                self.forget_place()
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
