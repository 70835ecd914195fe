"""Collects the numbers of a training, each with its epoch; keeps nothing of epochs that are over.

Of the wrapper's lines some name their epoch; the others, and what the C++ part prints, are of the epoch around them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nnsreport.parsers.columns import NO_EPOCH, KeyBlock
from nnsreport.parsers.neurosim.training_arrays import PrintedArray
from nnsreport.parsers.neurosim.training_blocks import NO_LAYER, block_of
from nnsreport.parsers.neurosim.training_clock import Told, Trust
from nnsreport.parsers.neurosim.training_order import PrintedOrder
from nnsreport.parsers.neurosim.training_progress import TrainingProgress
from nnsreport.parsers.neurosim.training_section import Block
from nnsreport.parsers.neurosim.training_section_records import OUT_OF_ORDER, SILENT_TESTS, SectionRecords

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from nnsreport.parsers.neurosim.dialect import Dialect
    from nnsreport.parsers.neurosim.training_epoch import EpochNumbers

_NEVER = (NO_EPOCH, NO_EPOCH)


@dataclass(slots=True)
class TrainingRecords(SectionRecords):
    """What is known of a training so far."""

    _latest: dict[str, tuple[int, int]] = field(default_factory=dict)
    _are_arrays_late: bool | None = None

    @classmethod
    def begin(cls, dialect: Dialect, cut_line: int | None) -> TrainingRecords:
        """Return a training without numbers."""
        progress = TrainingProgress(dialect.expected_in_chip, dialect.expected_in_layer)
        return cls(dialect.name, cut_line, order=PrintedOrder.of(dialect), progress=progress)

    def tell(self, told: Told) -> bool:
        """Take a line of the wrapper that names its epoch.

        Parameters
        ----------
        told : Told
            The line.

        Returns
        -------
        bool
            False when it is of an epoch that is over, and is left out.
        """
        trust = self.clock.judge(told.epoch, self._held.epoch if self._held is not None else None)
        if trust is Trust.PAST:
            return False
        if trust is Trust.JUMPS:
            self._drop_held()
            self._held = told
            return True
        if self._held is not None and self._held.epoch <= told.epoch <= self._held.epoch + 1:
            self._take_held(self._held)
        self._drop_held()
        self._take(told)
        return True

    def tell_array(self, array: PrintedArray, layers: tuple[str, ...]) -> bool:
        """Take the means and standard deviations of all layers' weights, or of their updates.

        Parameters
        ----------
        array : PrintedArray
            A whole one.
        layers : tuple of str
            Their names; half as many as the array has numbers.

        Returns
        -------
        bool
            False when their epoch is not known.
        """
        epoch = self._epoch_of_array(is_first="update" not in array.metrics[0])
        if epoch is None:
            return False
        self._file_together(block_of("layer", layers, array.metrics), array.values, array.places, epoch, None)
        return True

    def tell_epochs(self, told: EpochNumbers, sections: Block | None = None) -> bool:
        """Take all that is printed in epochs at once, as :meth:`tell` and :meth:`extend` do one by one.

        Parameters
        ----------
        told : EpochNumbers
            What the wrapper prints.
        sections : Block, optional
            The C++ part behind each, a row an epoch, with finite numbers; without them, there is one epoch.

        Returns
        -------
        bool
            False, and nothing is taken, unless they are the next epochs beyond doubt.
        """
        if not self._are_next(told) or (sections is not None and not self._repeats(sections, told.epochs[0])):
            return False
        epochs, value, line, step = told.epochs, told.values, told.lines, told.steps
        blocks = [told.block]
        if sections is not None:
            value, line, step = _beside(told, sections)
            blocks.append(sections.keys)
        self.clock.move(epochs[-1])
        self._close_section(epochs[-1])
        self._latest.update((metric, (epochs[-1], latest)) for metric, latest in told.latest.items())
        self.extend_epochs(blocks, value, line, epochs, step)
        for rank in range(len(epochs))[-2:]:
            self.remember(told.block, told.values[rank], epochs[rank], told.steps[rank])
        self._forget(epochs[-1] - 1)
        self.progress.note_epochs(epochs, told.last_line, told.last_step, is_tested=told.is_tested)
        self._silent_tests += told.is_tested * len(epochs)
        if sections is not None:
            self._take_sections(sections, epochs)
        return True

    def _are_next(self, told: EpochNumbers) -> bool:
        epoch = told.epochs[0]
        if self._held is not None or self.clock.epoch != epoch - 1 or self.has_ended or self._is_counting:
            return False
        if told.has_arrays and self._are_arrays_late is not False:
            return False
        return all(self._latest.get(metric, _NEVER)[0] < epoch for metric in told.latest)

    def end(self, asked_epochs: int | None) -> None:
        """Take the wrapper's last line.

        Parameters
        ----------
        asked_epochs : int or None
            Number of epochs that the training was to have; before the last, the line has moved, or text is missing.
        """
        self.has_ended = True
        if asked_epochs is not None and self.clock.epoch != asked_epochs - 1:
            self._is_end_early = True
            self._close_section(None)

    def _take_held(self, held: Told) -> None:
        self._held = None
        if self._section is not None:
            self._section.settle(held.epoch)
        self._take(held)

    def _take(self, told: Told) -> None:
        if self.clock.move(told.epoch):
            self._close_section(told.epoch)
            self._forget(told.epoch - 1)
        else:
            self._close_section(OUT_OF_ORDER)  # nothing of an epoch is printed behind its C++ part
        block, lines = block_of(told.scope, NO_LAYER, told.metrics), [told.line] * len(told.values)
        self._file_together(block, told.values, lines, told.epoch, told.step)
        self.progress.note(told)
        self._silent_tests += told.is_test

    def _file_together(
        self, block: KeyBlock, values: list[float], lines: list[int], epoch: int, step: int | None
    ) -> None:
        """File numbers at once that are of a later epoch or step than all of their kind, else one by one."""
        moment = (epoch, NO_EPOCH if step is None else step)
        kind = block.keys[0].metric
        if moment > self._latest.get(kind, _NEVER):
            self._latest[kind] = moment
            self.extend_few(block, values, lines, *moment)
            return
        for key, value, line in zip(block.keys, values, lines, strict=True):
            self.metric(key.scope, key.layer, None, key.metric, value, line, epoch=epoch, step=step)

    def _drop_held(self) -> None:
        if self._held is None:
            return
        self.problem(
            "a line names an epoch that those around it contradict; it is left out",
            self._held.line,
            "look for damaged digits, or a missing piece of the log",
        )
        self._held = None
        if self._section is not None:
            self._section.settle(self._told_epoch())

    def _epoch_of_array(self, *, is_first: bool) -> int | None:
        if self._counts:
            if is_first:
                self._arrays += 1
                self._forget(self._arrays - 2)
            return self._arrays - 1 if self._arrays else None
        epoch = self.clock.epoch
        if self._held is not None or epoch is None or self.clock.first is None:
            return None
        if self._are_arrays_late is None:
            self._are_arrays_late = epoch - self.clock.first >= SILENT_TESTS
        return None if self._are_arrays_late else epoch

    def _forget(self, epoch: int) -> None:
        """Forget the values of all epochs before one: nothing is filed about them any more."""
        self.values = {
            place: value for place, value in self.values.items() if place[1] == NO_EPOCH or place[1] >= epoch
        }
        self._unlisted = [entry for entry in self._unlisted if entry[2] >= epoch]

    def close(self, asked_epochs: int | None) -> None:
        """Decide what is still open: the log has ended.

        Parameters
        ----------
        asked_epochs : int or None
            Number of epochs that the training was to have.
        """
        if self._held is not None:
            self._take_held(self._held)
        is_gap = self.has_ended and asked_epochs is not None and self.clock.epoch not in (None, asked_epochs - 1)
        self._close_section(None, is_end=not is_gap)


def _beside(
    told: EpochNumbers, sections: Block
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return values, lines and steps of epochs, each followed by those of its C++ part."""
    import numpy as np

    return (
        np.concatenate([told.values, sections.value], axis=1),
        np.concatenate([told.lines, sections.line], axis=1),
        np.concatenate([told.steps, np.full_like(sections.line, NO_EPOCH)], axis=1),
    )
