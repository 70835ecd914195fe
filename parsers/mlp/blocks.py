"""The lines that MLP+NeuroSim prints below one accuracy, and whether those of a whole run are beyond doubt.

A line does not name its epoch; it is of the accuracy above it unless lines have moved. Two kinds of damage move none:
some lines are missing and the rest stand in the program's order, or each block has all its lines in another order. A
line that has moved, or an accuracy that is missing, shows as a line too many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from nnsreport.parsers.measure import Measure
from nnsreport.parsers.mlp.labels import BLOCKS

Labels = tuple[str, ...]


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
        The line of the accuracy and its number; empty where that line is missing.
    lines : list of Spent
        Below it.
    is_broken : bool
        Text is missing that could be another epoch's, or is not where it belongs.
    is_damaged : bool
        A line that is not an accuracy cannot be read.
    """

    epoch: int
    header: str
    line: int
    lines: list[Spent] = field(default_factory=list)
    is_broken: bool = False
    is_damaged: bool = False

    @property
    def labels(self) -> Labels:
        """What its lines are called."""
        return tuple(spent.label for spent in self.lines)

    def is_ordered(self) -> bool:
        """Tell whether its lines are the first of some program's, in its order."""
        labels = self.labels
        return any(known[: len(labels)] == labels for known in BLOCKS)


def with_headless_blocks(blocks: Sequence[Block], ahead: Sequence[Spent], known: Labels, interval: int) -> list[Block]:
    """Return the blocks, those of one missing accuracy each taken apart.

    Parameters
    ----------
    blocks : sequence of Block
        Of a run; at least one.
    ahead : sequence of Spent
        Lines that stand before the first accuracy: the end of an epoch, or strangers.
    known : tuple of str
        Labels of a whole block.
    interval : int
        Between two printed epochs.

    Returns
    -------
    list of Block
        With a block more where the lines of two epochs stand below one accuracy, and the next one is missing.
    """
    first = blocks[0].epoch - interval
    is_end = bool(ahead) and tuple(spent.label for spent in ahead) == known[-len(ahead) :]
    found = [Block(first, "", 0, list(ahead))] if is_end and first > 0 else []
    for rank, block in enumerate(blocks):
        count = _count_within(block.labels, known)
        following = blocks[rank + 1].epoch if rank + 1 < len(blocks) else None
        is_skipped = following == block.epoch + 2 * interval or (following is None and count == len(known))
        if known and is_skipped and count < len(block.lines):
            found.append(replace(block, lines=block.lines[:count]))
            found.append(Block(block.epoch + interval, "", 0, block.lines[count:], is_damaged=block.is_damaged))
        else:
            found.append(block)
    return found


def unmoved(blocks: Sequence[Block], known: Labels) -> frozenset[int]:
    """Return the ranks of the blocks whose lines are their own, as far as their labels tell.

    Parameters
    ----------
    blocks : sequence of Block
        Of a run; at least one.
    known : tuple of str
        Labels of a whole block.

    Returns
    -------
    frozenset of int
        All where lines are missing and no line has moved, or none has left its block; else those that are far from a
        block with a line too many: it and the blocks beside it that are not whole may have each other's lines.
    """
    if not known:
        return frozenset()
    odd = {rank for rank, block in enumerate(blocks) if block.is_broken or not _is_within(block.labels, known)}
    if not odd or _have_other_order_only(blocks, known):
        return frozenset(range(len(blocks)))
    doubtful = set[int]()
    for step in (1, -1):
        for rank in odd:
            doubtful.add(rank)
            while 0 <= (rank := rank + step) < len(blocks):
                doubtful.add(rank)
                if blocks[rank].labels == known:
                    break
    return frozenset(range(len(blocks))) - doubtful


def without_doubtful_end(block: Block, known: Labels) -> Block:
    """Return the last block without the lines behind a missing one: they may be of a later epoch, all else of it gone.

    Parameters
    ----------
    block : Block
        The last of a run.
    known : tuple of str
        Labels of a whole block.

    Returns
    -------
    Block
        The same where all lines are there, or the missing one is there but cannot be read.
    """
    is_whole = Counter(block.labels) == Counter(known)
    if is_whole or (block.is_damaged and len(block.lines) == len(known) - 1):
        return block
    pairs = zip(block.labels, known, strict=False)
    sure = next((rank for rank, (label, expected) in enumerate(pairs) if label != expected), len(block.lines))
    is_either = 0 < sure < len(block.lines) and block.labels[sure - 1] == known[sure]
    sure -= is_either  # of two lines with one label, one is missing
    return replace(block, lines=block.lines[:sure])


def _have_other_order_only(blocks: Sequence[Block], known: Labels) -> bool:
    """Tell whether nothing but the order of their lines sets blocks apart from whole ones; the last may be cut off."""
    *others, last = blocks
    are_whole = all(not block.is_broken and Counter(block.labels) == Counter(known) for block in others)
    return are_whole and not last.is_broken and (last.is_ordered() or Counter(last.labels) == Counter(known))


def measures_of(block: Block, known: Labels, *, is_last: bool) -> tuple[Measure | None, ...]:
    """Return what the lines of a block stand for; None where the log does not tell.

    In a log that ends within its first block a single transfer latency may be that of both sub-arrays or of the first.

    Parameters
    ----------
    block : Block
        Whole, or with lines missing.
    known : tuple of str
        Labels of a whole block; empty where that is not known.
    is_last : bool
        It may be cut off.

    Returns
    -------
    tuple of Measure or None
        One a line.
    """
    kinds = [known] if known else [kind for kind in BLOCKS if kind[: len(block.labels)] == block.labels]
    is_prefix = is_last and not block.is_damaged
    choices = [_measures_among(block.labels, kind, is_prefix=is_prefix) for kind in kinds]
    return tuple(column[0] if len(set(column)) == 1 else None for column in zip(*choices, strict=True))


def _measures_among(labels: Labels, kind: Labels, *, is_prefix: bool) -> Sequence[Measure | None]:
    """Return what lines stand for in a kind of block; of two with the same label, one alone may be either."""
    if is_prefix and kind[: len(labels)] == labels:
        return BLOCKS[kind][: len(labels)]
    measures: Mapping[str, list[Measure]] = {
        label: [measure for own, measure in zip(kind, BLOCKS[kind], strict=True) if own == label] for label in kind
    }
    counts, seen = Counter(labels), Counter[str]()
    found: list[Measure | None] = []
    for label in labels:
        is_sure = counts[label] == len(measures.get(label, ()))
        found.append(measures[label][seen[label]] if is_sure else None)
        seen[label] += 1
    return found


def _is_within(labels: Labels, known: Labels) -> bool:
    """Tell whether labels are some of the known ones, in their order."""
    return _count_within(labels, known) == len(labels)


def _count_within(labels: Labels, known: Labels) -> int:
    """Return how many labels, from the first on, are some of the known ones, in their order."""
    rest = iter(known)
    return next((count for count, label in enumerate(labels) if label not in rest), len(labels))
