"""Where the reader of NeuroSim's C++ part is, and where its numbers go.

The same labels are printed for every layer and again for the chip, so what the next line is about is remembered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.neurosim.dialect import Dialect, Measure
from nnsreport.parsers.neurosim.rows import Breakdown, FloorPlan, LayerLine, Table
from nnsreport.parsers.neurosim.stages import Stage
from nnsreport.parsers.quantities import PURE, Quantity


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
class Place:
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
    _floor_plan: FloorPlan = field(default_factory=FloorPlan)
    _stray: LayerLine | None = None
    _last_measure: Measure | None = None
    _breakdown: Breakdown = field(default_factory=Breakdown)
    _previous_size_line: int = 0
    _earlier_contradictions: int = 0

    @property
    def is_suspect(self) -> bool:
        """Whether numbers of this C++ part contradict each other: lines of several are mixed."""
        return self.records.contradictions > self._earlier_contradictions

    def begin_lines(self) -> None:
        """Note that a C++ part begins with the next line."""
        self._earlier_contradictions = self.records.contradictions

    def forget_place(self, *, is_cut: bool = False) -> None:
        """Forget the current layer and table: the next line may be about another.

        Parameters
        ----------
        is_cut : bool
            Text is known to be missing here.
        """
        self.close(is_cut=is_cut)
        self._forget_layer()

    def _forget_layer(self) -> None:
        self._drop_stray()
        self._judge_breakdown(is_followed=self.is_chip)
        self.layer = self._last_measure = None
        self.is_chip = False

    def begin_section(self, epoch: int | None) -> None:
        """Forget everything but the layers: the C++ part is printed again, for another epoch."""
        self.forget_place()
        self.epoch = epoch
        self.stage = Stage.NOTHING

    def skip_section(self, layers: Iterable[tuple[str, int]]) -> None:
        """Go to the end of a C++ part whose lines were read elsewhere.

        Parameters
        ----------
        layers : iterable of (str, int)
            Those not known before, each with the line of its first number.
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
        if self._breakdown.lines:
            is_next = self.layer is not None and number_of(layer) == number_of(self.layer) + 1
            self._judge_breakdown(is_followed=is_next and not self.is_chip)
        if layer != self.layer:
            self.close()
            self.layer = layer
            self._last_measure = None
            self.is_chip = False
            self.layers.setdefault(layer, line)
            self._reach(Stage.LAYERS)

    def _enter_chip(self) -> None:
        if not self.is_chip:
            self.close()
            self.layer = self._last_measure = None
            self.is_chip = True
            self._breakdown_order = -1

    def _file_layer_line(self, found: LayerLine) -> None:
        self._enter_layer(found.layer, found.line)
        self._last_measure = found.measure
        self._breakdown.note(found.measure, found.value)
        self._file("layer", found.layer, found.measure, found.value, found.line, found.measure.quantity)

    def _drop_stray(self) -> None:
        """Forget the layer where a line names another, and nothing tells which of both is right."""
        if self._stray is not None:
            self.records.unreadable(self._stray.text, self._stray.line)
            self._stray = self.recording = self.layer = None

    def close(self, *, is_cut: bool = False) -> None:
        """Judge what is open: the log ends, or something else begins."""
        self._drop_stray()
        self._judge_breakdown(is_followed=self.is_chip or is_cut)
        titled = self.dialect.table_titles.values()
        for table in self._floor_plan.settled(titled, is_cut=is_cut) if self._floor_plan.tables else ():
            if self.is_suspect:
                table.leave_out_impossible()
            self._file_table(table)

    def _file_table(self, table: Table) -> None:
        if table.sound and not table.heading_line:
            self.recording = None
            self.records.problem(
                "the title of a table is missing; its rows are known by the other tables", table.sound[0].line
            )
        for row in table.sound:
            layer = f"layer{row.number}"
            self.layers.setdefault(layer, row.line)
            quantity = PURE if len(row.values) == 1 else None
            for metric, value in zip(table.metrics, row.values, strict=True):
                self._file("layer", layer, Measure(metric, "total", PURE), value, row.line, quantity)
        for row in table.doubtful:
            self.recording = None
            self.records.unreadable(row.text, row.line)

    def _file_breakdown_line(self, found: LayerLine) -> None:
        scope, layer = ("chip", None) if self.is_chip else ("layer", self.layer)
        self._file(scope, layer, found.measure, found.value, found.line, found.measure.quantity)

    def _judge_breakdown(self, *, is_followed: bool) -> None:
        """File the lines of a breakdown that are known to be of this layer or chip, and report the others."""
        if self._breakdown.lines:
            adds_up = self.dialect.breakdown_adds_up
            sound, doubtful = self._breakdown.judge(
                is_followed=is_followed, adds_up=adds_up, is_suspect=self.is_suspect
            )
            if doubtful or not self._breakdown.is_whole:
                self.recording = None
            for found in sound:
                self._file_breakdown_line(found)
            for found in doubtful:
                self.records.unreadable(found.text, found.line)
        self._breakdown.clear()

    def _is_last_layer(self) -> bool:
        """Tell whether no layer comes behind this one, as far as layers are known."""
        return self.layer is None or number_of(self.layer) == max(map(number_of, self.layers))


def number_of(layer: str) -> int:
    """Return the number in the name of a layer."""
    return int(layer.removeprefix("layer"))
