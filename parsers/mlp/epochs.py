"""Reads the blocks that MLP+NeuroSim prints every few epochs: an accuracy, and below it what was spent since the start.

Only the accuracy names its epoch. Where lines have moved, the lines below an accuracy are filed only if they are whole
and in the program's order, in this block and in those beside it; where lines are missing, if no epoch is missing behind
them. So a damaged log gives no number under another epoch's name, and what is left out is reported. Not to be told from
a whole log is one in which as many lines as an epoch has are missing across its last accuracy.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.measure import Measure
from nnsreport.parsers.mlp.blocks import (
    Block,
    Labels,
    Spent,
    measures_of,
    unmoved,
    with_headless_blocks,
    without_doubtful_end,
)
from nnsreport.parsers.mlp.labels import ACCURACY, BLOCKS, CELLS, QUANTITIES, TRANSFER_LATENCY

_ACCURACY = re.compile(r"Accuracy at (\d+) epochs is : (.*)")
_SPENT = re.compile(r"[\t ]*((?:Read|Write|Transfer) (?:latency|energy))=(.*)")
"""The tab is lost where a log went through a terminal, or an editor."""
_WITHOUT_OTHER_DIVISORS = frozenset({2, 3, 5, 7})
_REMEDY = "look for missing, doubled or mixed pieces of the log"


@dataclass(slots=True)
class EpochReader:
    """Collects blocks; what they are worth is known at the end.

    Attributes
    ----------
    records : RunBuilder
        Receives the numbers.
    blocks : list of Block
        In the order of the log.
    is_at_end : bool
        The empty line that the program prints last stands below the last block.
    """

    records: RunBuilder
    blocks: list[Block] = field(default_factory=list)
    is_at_end: bool = False
    _ahead: list[Spent] = field(default_factory=list)
    _goes_back: bool = False
    _begins_within_a_block: bool = False

    def read(self, text: str, line: int) -> bool:
        """Read one line.

        Parameters
        ----------
        text : str
            Any line but an empty one.
        line : int
            Its number.

        Returns
        -------
        bool
            Whether it looks like a line of this kind.
        """
        if text.startswith("Accuracy at "):
            self._read_accuracy(text, line)
            return True
        match = _SPENT.fullmatch(text)
        if match is not None:
            self._read_spent(match.group(1), match.group(2), text, line)
        return match is not None

    def read_empty_line(self) -> None:
        """Note an empty line: the program prints one, at its end."""
        self.is_at_end = bool(self.blocks)

    def forget_place(self) -> None:
        """End the current block: text is missing, or is not where it belongs."""
        if self.blocks:
            self.blocks[-1].is_broken = True
        else:
            self._begins_within_a_block = True

    def note_damage(self) -> None:
        """Note a damaged line, of which an epoch may be short."""
        if self.blocks:
            self.blocks[-1].is_damaged = True

    def _read_accuracy(self, text: str, line: int) -> None:
        match = _ACCURACY.fullmatch(text)
        if match is None:
            self.records.unreadable(text, line)
            self.note_damage()
            return
        epoch, value = int(match.group(1)), self._accuracy(match.group(2))
        last = self.blocks[-1] if self.blocks else None
        if last is not None and last.header == text and not last.lines:
            return
        if last is not None and epoch <= last.epoch and not self._goes_back:
            self._goes_back = True
            last.is_broken = True
            self.records.problem(
                f"the epochs go back from {last.epoch} to {epoch}: whose the lines from here on are is not known, and "
                "they are left out",
                line,
                "write each run to a file of its own",
            )
        self.is_at_end = False
        if self._goes_back or value is None:
            self.records.unreadable(text, line)
        else:
            self.records.metric("network", None, None, "accuracy", value, line, epoch=epoch)
        if not self._goes_back:
            self.blocks.append(Block(epoch, text, line, is_damaged=value is None))

    def _accuracy(self, printed: str) -> float | None:
        values = (quantity.read(printed) for quantity in ACCURACY)
        return next((value for value in values if value is not None), None)

    def _read_spent(self, label: str, printed: str, text: str, line: int) -> None:
        value = QUANTITIES[label].read(printed)
        self.is_at_end = False
        lines = self.blocks[-1].lines if self.blocks else self._ahead
        if lines and lines[-1].text == text and (label != TRANSFER_LATENCY or math.isfinite(value or math.inf)):
            return  # a doubled line: the two transfer latencies of hybrid cells differ
        if value is None or self._goes_back:
            self.records.unreadable(text, line)
            self.note_damage()
        else:
            lines.append(Spent(label, value, text, line))

    def finish(self) -> None:
        """File what the blocks hold."""
        if not self.blocks:
            self._leave_out(self._ahead)
            return
        interval = self._interval()
        self._report_missing_epochs(interval)
        known = self._kind_of_block()
        self.is_at_end = self.is_at_end and self.blocks[-1].labels == known
        self._file(self._accepted(known, interval), known)
        cell = CELLS[known.count(TRANSFER_LATENCY)] if known in BLOCKS else None
        if cell is not None and cell != CELLS[0]:
            self.records.setting("neurosim.cell", cell, self.blocks[0].line)

    def _interval(self) -> int:
        """Return the epochs between two blocks; lines before the first accuracy are of an earlier one."""
        interval = math.gcd(*(block.epoch for block in self.blocks))
        is_second = bool(self._ahead) and len(self.blocks) == 1 and interval in _WITHOUT_OTHER_DIVISORS
        return 1 if is_second else interval

    def _report_missing_epochs(self, interval: int) -> None:
        previous = 0
        for block in self.blocks:
            if block.epoch != previous + interval:
                missing = f"{previous + interval} to {block.epoch - interval}"
                self.records.problem(f"the epochs {missing} are not in the log", block.line, _REMEDY)
            previous = block.epoch

    def _kind_of_block(self) -> Labels:
        """Return the labels that the blocks of this run have: those of most; none where that is undecided."""
        whole = Counter(block.labels for block in self.blocks if block.labels in BLOCKS and not block.is_damaged)
        (kind, count), *others = whole.most_common() or [((), 0)]
        # A block that lost a transfer latency looks like one of cells that print no other.
        return () if any(other == count or len(longer) > len(kind) for longer, other in others) else kind

    def _accepted(self, known: Labels, interval: int) -> list[Block]:
        """Return the blocks whose lines are their own beyond doubt; report the lines of the others."""
        blocks = with_headless_blocks(self.blocks, self._ahead, known, interval)
        has_strangers = bool(self._ahead) and blocks[0].header != ""
        if not (self._goes_back or self._begins_within_a_block or has_strangers):
            sure = unmoved(blocks, known)
            blocks[-1] = without_doubtful_end(blocks[-1], known)
            kept = [block for rank, block in enumerate(blocks) if rank in sure and _is_followed(blocks, rank, interval)]
            if kept and not _falls(kept, known):
                return self._without_others(kept)
        return self._without_others(
            [block for rank, block in enumerate(self.blocks) if self._is_accepted(rank, interval, known)]
        )

    def _without_others(self, kept: list[Block]) -> list[Block]:
        numbers = {spent.line for block in kept for spent in block.lines}
        found = [*self._ahead, *(spent for block in self.blocks for spent in block.lines)]
        self._leave_out([spent for spent in found if spent.line not in numbers])
        return kept

    def _leave_out(self, lines: Sequence[Spent]) -> None:
        for spent in lines:
            self.records.unreadable(spent.text, spent.line)

    def _is_accepted(self, rank: int, interval: int, known: Labels) -> bool:
        """Tell whether the lines of a block are its own where lines have moved."""
        block = self.blocks[rank]
        is_last = rank == len(self.blocks) - 1
        is_first_cut = is_last and rank == 0 and known == ()
        is_cut = is_first_cut or (is_last and known[: len(block.labels)] == block.labels)
        is_regular = block.labels == known != () or is_cut
        return is_regular and _is_followed(self.blocks, rank, interval) and not self._is_disturbed(rank)

    def _is_disturbed(self, rank: int) -> bool:
        """Tell whether lines are missing or misplaced in a block or beside it: they may be each other's."""
        beside = self.blocks[max(rank - 1, 0) : rank + 2]
        is_short = any(block.labels not in BLOCKS for block in beside if block is not self.blocks[-1])
        begins_within = self._begins_within_a_block or bool(self._ahead)
        is_odd = any(block.is_broken or block.is_damaged or not block.is_ordered() for block in beside)
        return is_short or is_odd or (rank == 0 and begins_within)

    def _file(self, blocks: Sequence[Block], known: Labels) -> None:
        falling = _falls(blocks, known)
        for label, earlier, later, before, after in falling:
            self.records.problem(
                f"the {label.lower()} since the start falls from epoch {earlier} to {later}; both values are left out",
                max(before, after),
                _REMEDY,
            )
        doubtful = {line for *_, before, after in falling for line in (before, after)} | self._exchanged_lines(blocks)
        for block in blocks:
            measures = measures_of(block, known, is_last=block is blocks[-1])
            for spent, measure in zip(block.lines, measures, strict=True):
                if measure is None or spent.line in doubtful:
                    self.records.unreadable(spent.text, spent.line)
                else:
                    place = ("chip", None, measure.component, measure.metric)
                    self.records.metric(*place, spent.value, spent.line, epoch=block.epoch)

    def _exchanged_lines(self, blocks: Sequence[Block]) -> set[int]:
        """Return the transfer latencies of hybrid cells where that of both sub-arrays is below that of the first."""
        exchanged: set[int] = set()
        for block in blocks:
            pair = [spent for spent in block.lines if spent.label == TRANSFER_LATENCY]
            if len(pair) == len(CELLS) - 1 and pair[0].value < pair[1].value:
                exchanged |= {spent.line for spent in pair}
                self.records.problem(
                    f"the transfer latency of both sub-arrays is below that of one of them at epoch {block.epoch}; "
                    "both values are left out",
                    pair[0].line,
                    _REMEDY,
                )
        return exchanged


def _is_followed(blocks: Sequence[Block], rank: int, interval: int) -> bool:
    """Tell whether the next block is of the next epoch: what is missing between them may else have begun within one."""
    return rank == len(blocks) - 1 or blocks[rank + 1].epoch == blocks[rank].epoch + interval


def _falls(blocks: Sequence[Block], known: Labels) -> list[tuple[str, int, int, int, int]]:
    """Return where a sum since the start falls, which it cannot: one of the two lines is another epoch's.

    Returns
    -------
    list of tuple
        Label; earlier and later epoch; line of the value in each.
    """
    found: list[tuple[str, int, int, int, int]] = []
    latest: dict[Measure, tuple[int, Spent]] = {}
    for block in blocks:
        measures = measures_of(block, known, is_last=block is blocks[-1])
        for spent, measure in zip(block.lines, measures, strict=True):
            if measure is None:
                continue
            epoch, before = latest.get(measure, (block.epoch, spent))
            if spent.value < before.value:
                found.append((spent.label, epoch, block.epoch, before.line, spent.line))
            latest[measure] = block.epoch, spent
    return found
