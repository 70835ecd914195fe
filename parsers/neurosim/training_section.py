"""The C++ part of one epoch, held until it is sure which epoch it is about and that nothing is missing in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from nnsreport.parsers.neurosim.training_order import (
    LAST_TABLE,
    LAYERS,
    RUN_TIME,
    TABLES,
    UTILIZATION,
    About,
    Place,
    PrintedOrder,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from nnsreport.parsers.columns import KeyBlock

_FEWEST = 8
"""Numbers in rising order that cannot be there by chance (8! orders)."""
_MOST_STRAYS = 10_000
"""Contradicting numbers of one C++ part that are kept to be reported."""
_FAR = 20
"""Numbers of which more cannot be missing by chance: behind a larger gap, another epoch's lines may stand."""
_MOST_UNREADABLE = 2
"""Damaged lines in a row; more show that the lines are of another layer or epoch."""
_FEWEST_FOREIGN = 3
"""Lines that only an inference prints; fewer may have strayed into the log."""
_MOST_FALLS = 0.1
"""Share of numbers that stand before their predecessor; lines in no order have half."""


class Bounds(Enum):
    """What is known of the text around a C++ part."""

    BOTH = "the wrapper's lines before and behind it are of this epoch and the next"
    NEAR = "no text is known to be missing"
    NONE = "text is missing"


class Numbered(NamedTuple):
    """One number and its line."""

    about: About
    value: float
    line: int
    place: Place


class Block(NamedTuple):
    """Numbers of a C++ part that were read at once; of several parts, a row each."""

    keys: KeyBlock
    value: npt.NDArray[np.float64]
    line: npt.NDArray[np.int64]


@dataclass(slots=True)
class Section:
    """What was read of one C++ part.

    Attributes
    ----------
    told : int or None
        Epoch that the wrapper told before it.
    is_counted : bool
        No wrapper tells: the epoch is the place among the C++ parts.
    is_doubtful : bool
        The wrapper's latest epoch jumped, and is not sure yet.
    has_banner : bool
        It began with the banner of the floor plan.
    numbers : list of Numbered
        In the order of the lines.
    block : Block or None
        The rest, read at once.
    values : dict
        Value by what it is about.
    is_finished : bool
        NeuroSim printed its run time.
    is_filed : bool
        Decided: its numbers are in the run, or were left out.
    is_closed : bool
        Nothing more can belong to it.
    epoch : int or None
        What was decided.
    """

    told: int | None = None
    is_counted: bool = False
    is_doubtful: bool = False
    has_banner: bool = False
    numbers: list[Numbered] = field(default_factory=list)
    block: Block | None = None
    values: dict[About, float] = field(default_factory=dict)
    is_finished: bool = False
    is_filed: bool = False
    is_closed: bool = False
    epoch: int | None = None
    _repeated: set[About] = field(default_factory=set)
    _last: Place | None = None
    _ends_layer: bool = False
    _begins_late: bool = False
    _gap: int | None = None
    _break: int | None = None
    _falls: int = 0
    _strays: int = 0
    _unreadable: int = 0
    _foreign: int = 0
    _layers: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read."""
        return not self.numbers and self.block is None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing between the banner and the latest number."""
        return self._gap is None and not self._begins_late

    @property
    def is_unbroken(self) -> bool:
        """Whether nothing is missing between the first and the latest number."""
        return self._gap is None

    @property
    def is_in_order(self) -> bool:
        """Whether the numbers stand as NeuroSim prints them, but for gaps and a few strays."""
        if self.is_whole:
            return True
        return len(self.numbers) >= _FEWEST and self._falls <= _MOST_FALLS * len(self.numbers)

    @property
    def is_mixed(self) -> bool:
        """Whether an inference printed into it."""
        return self._foreign >= _FEWEST_FOREIGN

    @property
    def has_layers(self) -> bool:
        """Whether a number of a layer, or a later one, was read."""
        return self.block is not None or (self._last is not None and self._last.part >= LAYERS)

    @property
    def ends_layer(self) -> bool:
        """Whether the latest number is the last of its layer."""
        return self._ends_layer

    @property
    def first_line(self) -> int:
        """Line of its first number."""
        lines = [number.line for number in self.numbers[:1]]
        if self.block is not None:
            lines.append(int(self.block.line[0]))
        return min(lines, default=1)

    @property
    def last_place(self) -> Place | None:
        """Where the latest number stands."""
        return self._last

    def settle(self, epoch: int | None) -> None:
        """Take an epoch as the one that was told, where it was not sure yet."""
        if self.is_doubtful:
            self.told, self.is_doubtful = epoch, False

    def epoch_before(self, following: int | None, latest: int, counted: int) -> int | None:
        """Return the epoch that the numbers are of.

        Parameters
        ----------
        following : int or None
            Epoch that the wrapper names behind them.
        latest : int
            Of the C++ part before, -1 without one.
        counted : int
            By the number of C++ parts.

        Returns
        -------
        int or None
            None where it is not sure.
        """
        if self.is_counted:
            return counted if self.is_in_order else None
        if self.told is not None:
            return self.told
        if following is None or following <= latest + 1:
            return None
        return following - 1 if self.is_finished and self.is_unbroken else None

    def contradicts(self, about: About, value: float) -> bool:
        """Tell whether another value of the same was read."""
        known = self.values.get(about)
        return known is not None and known != value and not (known != known and value != value)

    def add(self, about: About, value: float, line: int, order: PrintedOrder, *, twice: bool) -> None:
        """Take a number.

        Parameters
        ----------
        about : tuple
            What it is about.
        value : float
            In the metric's unit.
        line : int
            Its line.
        order : PrintedOrder
            Of the version.
        twice : bool
            NeuroSim prints it in two places.
        """
        if self.numbers and self.numbers[-1].about == about and not self.contradicts(about, value):
            return  # a doubled line: what is printed twice stands in two places
        place = order.place(about, self._last)
        is_stray = self.contradicts(about, value)
        if is_stray:
            self._strays += 1
            if self._strays > _MOST_STRAYS:
                return
        elif about in self.values:
            if not twice or about in self._repeated:
                return
            self._repeated.add(about)
        self.values.setdefault(about, value)
        self._layers = max(self._layers, place.layer)
        distance = order.distance(place, self._last, self._layers)
        if self._last is None and not is_stray:
            self._begins_late = distance != 1
        elif distance != 1 or is_stray or self._unreadable:
            self._note_gap(distance)
        self._unreadable = 0
        self._falls += self._last is not None and place < self._last
        self._last = place
        self._ends_layer = place.part == LAYERS and place.rank == order.last[LAYERS]
        self.numbers.append(Numbered(about, value, line, place))
        self.is_finished = self.is_finished or place.part == RUN_TIME

    def note_unreadable(self, *, is_foreign: bool) -> None:
        """Take a line that cannot be read; a foreign one is of an inference."""
        self._unreadable += 1
        self._foreign += is_foreign

    def _note_gap(self, distance: int) -> None:
        most = _FAR + self._unreadable  # lines that cannot be read may be what is missing
        is_far = abs(distance) > most or (self._unreadable > _MOST_UNREADABLE and distance < 1)
        if self._gap is None:
            self._gap = len(self.numbers)
        if is_far and self._break is None:
            self._break = len(self.numbers)

    def add_block(self, block: Block) -> None:
        """Take the rest of a C++ part, of which every line is as it should be."""
        self.block = block
        self.is_finished = True
        self._last = Place(RUN_TIME, 0, 0)

    def trusted(self, order: PrintedOrder, bounds: Bounds) -> tuple[Sequence[Numbered], Set[About]]:
        """Return the numbers that are of one and the same epoch, and of the layer that they seem to be of.

        Parameters
        ----------
        order : PrintedOrder
            Of the version.
        bounds : Bounds
            How far the lines around it show that it holds no text of another epoch.

        Returns
        -------
        sequence of Numbered
            Those that are sure, in the order of the lines.
        set of tuple
            What among them has several values.
        """
        if self.is_whole and not self.is_mixed:
            return self.numbers, frozenset()
        may_begin_late = bounds is Bounds.BOTH or (bounds is Bounds.NEAR and self.is_counted)
        end = self._gap
        if self._begins_late and not (may_begin_late and self.is_in_order):
            end = 0
        elif self.is_in_order and bounds is not Bounds.NONE:
            end = len(self.numbers) if bounds is Bounds.BOTH or self._break is None else self._break
        numbers: Sequence[Numbered] = self.numbers[:end]
        if self.is_mixed:
            numbers = [number for number in numbers if not order.may_be_of_inference(number.about)]
        sure = _with_sure_layer(_without_doubtful_tables(numbers), self._repeated, order, self._layers)
        return sure, _contradicted(numbers)

    def all_values(self) -> Iterator[tuple[About, float]]:
        """Return every number with what it is about, each once."""
        yield from self.values.items()
        if self.block is not None:
            abouts = [key[:4] for key in self.block.keys.keys]
            values = zip(self.block.keys.kind.tolist(), self.block.value.tolist(), strict=True)
            yield from {abouts[kind]: value for kind, value in values}.items()

    def all_about(self) -> frozenset[About]:
        """Return what there is a number of."""
        if self.block is None:
            return frozenset(self.values)
        return self.block.keys.abouts.union(self.values) if self.values else self.block.keys.abouts


@dataclass(slots=True)
class FloorPlan:
    """What the first whole C++ part says of the chip: all others repeat it."""

    _values: Mapping[About, float] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """Whether it was learned."""
        return bool(self._values)

    def learn(self, section: Section, order: PrintedOrder) -> None:
        """Keep the floor plan of a whole C++ part, if it is the first."""
        if not self._values:
            self._values = {
                about: value for about, value in section.all_values() if order.place(about, None).part <= UTILIZATION
            }

    def contradicts(self, number: Numbered) -> bool:
        """Return whether a number is another one than here."""
        return repr(self._values.get(number.about, number.value)) != repr(number.value)


def _without_doubtful_tables(numbers: Sequence[Numbered]) -> Sequence[Numbered]:
    """Leave out the rows of a table if the next one is missing: they may be the next one's, whose title is missing."""
    parts = {number.place.part for number in numbers}
    last = max(parts, default=0)
    doubtful = {part for part in range(TABLES, UTILIZATION) if part in parts and part + 1 not in parts and part < last}
    doubtful.discard(LAST_TABLE)
    return [number for number in numbers if number.place.part not in doubtful]


def _with_sure_layer(
    numbers: Sequence[Numbered], repeated: Set[About], order: PrintedOrder, layers: int
) -> list[Numbered]:
    """Leave out the numbers of breakdowns that may be of another layer, as the lines of a breakdown do not name it.

    A piece of a breakdown behind missing text is sure only when it holds a number that the layer's own lines print too;
    and none when it contradicts them.
    """
    sure: list[Numbered] = []
    piece: list[Numbered] = []
    first: dict[About, float] = {}
    previous: Place | None = None
    is_sure, is_contradicted = True, False
    for number in numbers:
        if order.distance(number.place, previous, layers) != 1:
            sure += _kept(piece, order, is_sure=is_sure and not is_contradicted)
            piece, is_sure, is_contradicted = [], False, False
        is_sure = is_sure or number.about in repeated or order.names_layer(number.about)
        is_contradicted = is_contradicted or repr(first.get(number.about, number.value)) != repr(number.value)
        first.setdefault(number.about, number.value)
        piece.append(number)
        previous = number.place
    return sure + _kept(piece, order, is_sure=is_sure and not is_contradicted)


def _kept(piece: Sequence[Numbered], order: PrintedOrder, *, is_sure: bool) -> list[Numbered]:
    return list(piece) if is_sure else [number for number in piece if order.names_layer(number.about)]


def _contradicted(numbers: Sequence[Numbered]) -> Set[About]:
    """Return what has several values; nan equals nan."""
    first: dict[About, str] = {}
    return {
        number.about for number in numbers if first.setdefault(number.about, repr(number.value)) != repr(number.value)
    }
