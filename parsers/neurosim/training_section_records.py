"""Collects the numbers of a training's C++ parts, each with its epoch.

A C++ part does not say which epoch it is about. The wrapper's lines before and behind it do; in a log without them the
C++ parts are counted. Where text is missing, numbers that may be another epoch's are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.columns import NO_EPOCH, UNCONDITIONAL, Condition, KeyBlock
from nnsreport.parsers.neurosim.training_clock import EpochClock, Told
from nnsreport.parsers.neurosim.training_order import PrintedOrder
from nnsreport.parsers.neurosim.training_progress import TrainingProgress
from nnsreport.parsers.neurosim.training_section import Block, Bounds, FloorPlan, Numbered, Section

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_EPOCHS_SETTING = "neurosim.epochs"
_EPOCHS_BY_SECTION = "counted from 0, one a C++ part"
SILENT_TESTS = 3
"""Tested epochs without a C++ part after which the next one may be of any: streams written one after the other."""

OUT_OF_ORDER = -1
"""In place of an epoch, where the wrapper goes on with the present one."""


@dataclass(slots=True)
class SectionRecords(RunBuilder):
    """What is known of a training's C++ parts so far.

    Attributes
    ----------
    order : PrintedOrder
        In which the version prints its numbers.
    progress : TrainingProgress
        How far each epoch came.
    clock : EpochClock
        The present epoch by the wrapper's lines.
    has_ended : bool
        The wrapper printed its last line: C++ parts behind it come from a stream that was written afterwards.
    """

    order: PrintedOrder | None = None
    progress: TrainingProgress = field(default_factory=TrainingProgress)
    clock: EpochClock = field(default_factory=EpochClock)
    has_ended: bool = False
    _section: Section | None = None
    _held: Told | None = None
    _latest_section: int = -1
    _arrays: int = 0
    _silent_tests: int = 0
    _is_counting: bool = False
    _has_told_sections: bool = False
    _is_end_early: bool = False
    _floor_plan: FloorPlan = field(default_factory=FloorPlan)

    def metric(
        self,
        scope: str,
        layer: str | None,
        component: str | None,
        metric: str,
        value: float,
        line: int,
        *,
        epoch: int | None = None,
        step: int | None = None,
        condition: Condition = UNCONDITIONAL,
        is_printed_twice: bool = False,
    ) -> None:
        """File a number; one of the C++ part when its epoch is sure. Parameters are those of the base class."""
        if component is None and metric != "simulation_time":
            super(SectionRecords, self).metric(
                scope, layer, component, metric, value, line, epoch=epoch, step=step, condition=condition
            )
            return
        assert self.order is not None
        about = (scope, layer, component, metric)
        section = self._section
        if section is None or section.is_closed or (section.is_finished and section.contradicts(about, value)):
            self._begin_section(has_banner=False)
        section = self._section
        assert section is not None
        if section.is_filed and about not in section.values:
            self._leave_out(line)
            return
        section.add(about, value, line, self.order, twice=is_printed_twice)
        if metric == "simulation_time":
            self._file_if_sure()

    def extend(
        self,
        block: KeyBlock,
        value: npt.NDArray[np.float64],
        line: npt.NDArray[np.int64],
        *,
        epoch: int | None = None,  # noqa: ARG002 - as for the base class
    ) -> None:
        """File the rest of a C++ part when its epoch is sure; the one given does not count."""
        if self._section is None or self._section.is_filed:
            self._begin_section(has_banner=True)
        assert self._section is not None
        self._section.add_block(Block(block, value, line))
        self._file_if_sure()

    def unreadable(self, text: str, line: int) -> None:
        """File a line that cannot be read."""
        super(SectionRecords, self).unreadable(text, line)
        if self._section is not None and self.order is not None:
            self._section.note_unreadable(is_foreign=self.order.is_of_inference(text))

    def begin_section(self) -> int | None:
        """Prepare for a C++ part, whose banner was read.

        Returns
        -------
        int or None
            Its epoch, as far as is known yet.
        """
        section = self._section
        is_late_banner = section is not None and not section.has_banner and not section.has_layers
        if section is not None and not section.is_filed and (section.is_empty or is_late_banner):
            section.has_banner = True
        else:
            self._begin_section(has_banner=True)
        assert self._section is not None
        return self._next_counted() if self._section.is_counted else self._section.told

    def _begin_section(self, *, has_banner: bool) -> None:
        self._close_section(None)
        is_held = self._held is not None
        is_counted = self._counts
        told = None if is_held or is_counted else self._told_epoch()
        self._section = Section(told, is_counted, is_held, has_banner)

    def _next_counted(self) -> int:
        return max(self._arrays - 1, self._latest_section + 1)

    def _file_if_sure(self) -> None:
        """File a C++ part at its end, if nothing that follows can change what it is about."""
        section = self._section
        assert section is not None
        is_known = section.told is not None or section.is_counted
        if is_known and section.is_whole and not section.is_doubtful and not section.is_filed:
            self._file_section(section, None)

    def _close_section(self, following: int | None, *, is_end: bool = False) -> None:
        """Decide about the latest C++ part: the next one begins, the wrapper names an epoch, or the log ends."""
        section = self._section
        if section is None or section.is_closed:
            return
        section.is_closed = True
        if section.is_empty and not section.has_banner:
            return
        is_first = self._latest_section < 0 and following in (None, OUT_OF_ORDER)
        if is_first and section.told is None and not section.is_counted:
            self._is_counting = section.is_counted = self._silent_tests >= SILENT_TESTS
        if not section.is_filed:
            self._file_section(section, following, is_end=is_end)

    def _file_section(self, section: Section, following: int | None, *, is_end: bool = False) -> None:
        section.is_filed = True
        section.epoch = epoch = section.epoch_before(following, self._latest_section, self._next_counted())
        bounds = Bounds.NEAR if section.is_counted or is_end else Bounds.NONE
        is_alone = is_end and section.is_counted and self._latest_section < 0
        if epoch is not None and (is_alone or following in (epoch, epoch + 1)):
            bounds = Bounds.BOTH
        self._file_numbers(section, bounds)
        if section.block is not None and epoch is not None:
            super(SectionRecords, self).extend(*section.block, epoch=epoch)
            self._unlisted.pop()  # whatever contradicts them is found within the C++ part
        elif section.block is not None:
            for line in section.block.line.tolist():
                self._leave_out(line)
        if epoch is not None:
            self._latest_section = max(self._latest_section, epoch)
            self._arrays = max(self._arrays, epoch + 1)
            if section.is_counted:
                self.setting(_EPOCHS_SETTING, _EPOCHS_BY_SECTION, section.first_line)
            else:
                self._has_told_sections = True
            self.progress.note_section(section, epoch)

    def _file_numbers(self, section: Section, bounds: Bounds) -> None:
        assert self.order is not None
        sure, contradicted = section.trusted(self.order, bounds) if section.epoch is not None else ((), frozenset())
        for line in sorted({number.line for number in section.numbers} - {number.line for number in sure}):
            self._leave_out(line)
        for number in sure:
            is_other = not section.is_whole and self._floor_plan.contradicts(number)
            if number.about in contradicted or is_other:
                self.progress.note_contradiction(number.about, number.line)
            else:
                self._append(number, section.epoch)
        if section.is_whole:
            self._floor_plan.learn(section, self.order)

    def _append(self, number: Numbered, epoch: int | None) -> None:
        place = NO_EPOCH if epoch is None else epoch
        self.metrics.append(self.kind(*number.about), number.value, number.line, place)

    def _leave_out(self, line: int) -> None:
        self.problem(
            "a number is left out: text is missing before it, so it may be of another epoch or layer",
            line,
            "look for a missing, doubled or shuffled piece of the log",
        )

    def _told_epoch(self) -> int | None:
        """Return the epoch that a C++ part beginning here is about, by the wrapper's lines."""
        epoch = self.clock.epoch
        is_silent = self._latest_section < 0 and self._silent_tests >= SILENT_TESTS
        return epoch if epoch is not None and epoch > self._latest_section and not is_silent else None

    @property
    def _counts(self) -> bool:
        is_behind_end = self.has_ended and not self._has_told_sections and not self._is_end_early
        return (self.clock.epoch is None and self._held is None) or is_behind_end or self._is_counting

    def _repeats(self, sections: Block, epoch: int) -> bool:
        """Tell whether C++ parts that begin in an epoch say what the one before them did, but for their numbers."""
        before = self._section
        is_next = before is not None and before.is_filed and before.epoch == self._latest_section == epoch - 1
        return is_next and self._floor_plan.is_known and self.progress.is_usual(sections.keys.abouts)

    def _take_sections(self, sections: Block, epochs: range) -> None:
        """Note C++ parts whose numbers are filed."""
        self._begin_section(has_banner=True)
        assert self._section is not None
        self._section.add_block(Block(sections.keys, sections.value[-1], sections.line[-1]))
        self._section.is_filed, self._section.epoch = True, epochs[-1]
        self._latest_section = epochs[-1]
        self._arrays = max(self._arrays, epochs[-1] + 1)
        self._has_told_sections = True
        self.progress.note_sections(self._section, epochs)
