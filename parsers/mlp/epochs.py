"""Reads the blocks that MLP+NeuroSim prints every few epochs: an accuracy, and below it what was spent since the start.

Only the accuracy names its epoch. The lines below it are filed only if they are whole and in the program's order, in
this block and in those beside it, and no epoch is missing behind it; so a damaged log gives no number under another
epoch's name. What is left out is reported. Not to be told from a whole log is one in which as many lines as an epoch
has are missing across its last accuracy.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.measure import Measure
from nnsreport.parsers.mlp.labels import ACCURACY, BLOCKS, CELLS, QUANTITIES, TRANSFER_LATENCY

_ACCURACY = re.compile(r"Accuracy at (\d+) epochs is : (.*)")
_SPENT = re.compile(r"\t(Read|Write|Transfer) (latency|energy)=(.*)")
_REMEDY = "look for missing, doubled or mixed pieces of the log"


@dataclass(frozen=True, slots=True)
class Spent:
    """One line below an accuracy."""

    label: str
    value: float
    text: str
    line: int


@dataclass(slots=True)
class Block:
    """The lines of one printed epoch.

    Attributes
    ----------
    epoch : int
        As printed.
    header, line : str, int
        The line of the accuracy and its number.
    lines : list of Spent
        Below it, as far as they are in order.
    is_broken : bool
        A line that does not belong there ended it.
    """

    epoch: int
    header: str
    line: int
    lines: list[Spent] = field(default_factory=list)
    is_broken: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """What its lines are called."""
        return tuple(spent.label for spent in self.lines)

    def takes(self, label: str) -> bool:
        """Tell whether a line may come next."""
        labels = (*self.labels, label)
        return not self.is_broken and any(known[: len(labels)] == labels for known in BLOCKS)


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
        elif text.startswith("\t") and _SPENT.fullmatch(text):
            self._read_spent(text, line)
        else:
            return False
        return True

    def read_empty_line(self) -> None:
        """Note an empty line: the program prints one, at its end."""
        self.is_at_end = bool(self.blocks)

    def forget_place(self) -> None:
        """End the current block: text is missing, or is not where it belongs."""
        if self.blocks:
            self.blocks[-1].is_broken = True
        else:
            self._begins_within_a_block = True

    def _read_accuracy(self, text: str, line: int) -> None:
        match = _ACCURACY.fullmatch(text)
        value = self._accuracy(match.group(2)) if match else None
        if match is None or value is None:
            self.records.unreadable(text, line)
            self.forget_place()
            return
        epoch = int(match.group(1))
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
        if self._goes_back:
            self.records.unreadable(text, line)
            return
        self.records.metric("network", None, None, "accuracy", value, line, epoch=epoch)
        self.blocks.append(Block(epoch, text, line))

    def _accuracy(self, printed: str) -> float | None:
        values = (quantity.read(printed) for quantity in ACCURACY)
        return next((value for value in values if value is not None), None)

    def _read_spent(self, text: str, line: int) -> None:
        label, _, printed = text.strip("\t").partition("=")
        block = self.blocks[-1] if self.blocks else None
        value = QUANTITIES[label].read(printed)
        self.is_at_end = False
        if block is not None and block.lines and block.lines[-1].text == text and math.isfinite(value or math.inf):
            return  # a doubled line: the two transfer latencies of hybrid cells differ
        if value is None or block is None or self._goes_back or not block.takes(label):
            self.records.unreadable(text, line)
            self.forget_place()
            return
        block.lines.append(Spent(label, value, text, line))

    def finish(self) -> None:
        """File what the blocks hold."""
        if not self.blocks:
            return
        interval = math.gcd(*(block.epoch for block in self.blocks))
        self._report_missing_epochs(interval)
        known = self._kind_of_block()
        self.is_at_end = self.is_at_end and self.blocks[-1].labels == known
        accepted = [block for rank, block in enumerate(self.blocks) if self._is_accepted(rank, interval, known)]
        self._file(accepted, known)
        cell = CELLS[known.count(TRANSFER_LATENCY)] if known in BLOCKS else None
        if cell is not None and cell != CELLS[0]:
            self.records.setting("neurosim.cell", cell, self.blocks[0].line)

    def _report_missing_epochs(self, interval: int) -> None:
        previous = 0
        for block in self.blocks:
            if block.epoch != previous + interval:
                missing = f"{previous + interval} to {block.epoch - interval}"
                self.records.problem(f"the epochs {missing} are not in the log", block.line, _REMEDY)
            previous = block.epoch

    def _kind_of_block(self) -> tuple[str, ...]:
        """Return the labels that the blocks of this run have: those of most; none where that is undecided."""
        whole = Counter(block.labels for block in self.blocks if block.labels in BLOCKS)
        (kind, count), *others = whole.most_common() or [((), 0)]
        return () if any(other == count for _, other in others) else kind

    def _is_accepted(self, rank: int, interval: int, known: tuple[str, ...]) -> bool:
        """Tell whether the lines of a block are its own beyond doubt; report them if not."""
        block = self.blocks[rank]
        is_last = rank == len(self.blocks) - 1
        is_followed = is_last or self.blocks[rank + 1].epoch == block.epoch + interval
        is_first_cut = is_last and rank == 0 and known == ()
        is_cut = is_first_cut or (is_last and known[: len(block.labels)] == block.labels)
        if is_followed and (block.labels == known != () or is_cut) and not self._is_disturbed(rank):
            return True
        for spent in block.lines:
            self.records.unreadable(spent.text, spent.line)
        return False

    def _is_disturbed(self, rank: int) -> bool:
        """Tell whether lines are missing or misplaced in a block or beside it: they may be each other's."""
        beside = self.blocks[max(rank - 1, 0) : rank + 2]
        is_short = any(block.labels not in BLOCKS for block in beside if block is not self.blocks[-1])
        return is_short or any(block.is_broken for block in beside) or (rank == 0 and self._begins_within_a_block)

    def _file(self, blocks: Sequence[Block], known: tuple[str, ...]) -> None:
        doubtful = self._falling_lines(blocks) | self._exchanged_lines(blocks)
        for block in blocks:
            measures = _measures_of(block, known)
            for spent, measure in zip(block.lines, measures, strict=True):
                if measure is None or spent.line in doubtful:
                    self.records.unreadable(spent.text, spent.line)
                else:
                    place = ("chip", None, measure.component, measure.metric)
                    self.records.metric(*place, spent.value, spent.line, epoch=block.epoch)

    def _falling_lines(self, blocks: Sequence[Block]) -> set[int]:
        """Return the lines between which a sum since the start falls, which it cannot: one of the two is another's."""
        falling: set[int] = set()
        for earlier, later in itertools.pairwise(blocks):
            for before, after in zip(earlier.lines, later.lines, strict=False):
                if after.value < before.value:
                    falling |= {before.line, after.line}
                    self.records.problem(
                        f"the {after.label.lower()} since the start falls from epoch {earlier.epoch} to {later.epoch}; "
                        "both values are left out",
                        after.line,
                        _REMEDY,
                    )
        return falling

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


def _measures_of(block: Block, known: tuple[str, ...]) -> tuple[Measure | None, ...]:
    """Return what the lines of a block stand for; None where the log does not tell.

    In a log that ends within its first block a single transfer latency may be that of both sub-arrays or of the first.
    """
    labels = block.labels
    kinds = [known] if known else [kind for kind in BLOCKS if kind[: len(labels)] == labels]
    choices = [BLOCKS[kind][: len(labels)] for kind in kinds]
    return tuple(column[0] if len(set(column)) == 1 else None for column in zip(*choices, strict=True))
