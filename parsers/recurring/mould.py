"""The fixed text of some lines, and where numbers stand in it: fills itself from other lines of the same form.

A mould knows nothing of what the numbers mean. It takes a text only if every byte outside of its fields is that of the
text it was made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from nnsreport.parsers.recurring.decimals import read_decimals

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]

_NEWLINE = 10
_WIDEST = 32
"""Characters of a number; more are none of ``cout``'s."""


class Field(NamedTuple):
    """Where a line has a number.

    Attributes
    ----------
    line : int
        Index of the line.
    start, end : int
        Of its characters in the line.
    exponent : int
        The number counts times ten to this power.
    """

    line: int
    start: int
    end: int
    exponent: int


class Filling(NamedTuple):
    """What a text has where another may have something else.

    Attributes
    ----------
    numbers : numpy.ndarray of float64, shape (fields,)
        In the order of the text.
    free : tuple of bytes
        The lines that may be anything.
    """

    numbers: npt.NDArray[np.float64]
    free: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Mould:
    """A text with holes for numbers.

    Attributes
    ----------
    lines : int
        Number of lines.
    pieces : tuple of bytes
        The text before, between and behind the holes.
    alone : numpy.ndarray of int64, shape (alone,)
        Lines with one hole.
    before, behind : numpy.ndarray of int64, shape (alone,)
        Bytes before and behind the hole in these.
    shared : tuple of (int, tuple of bytes)
        Lines with several holes, or without fixed text, and the text before, between and behind their holes.
    order : numpy.ndarray of int64, shape (holes,)
        The holes of ``alone`` and then of ``shared``, in the order of the text.
    numbers, free : numpy.ndarray of int64
        Holes that hold numbers, and those that are free lines, in the order of the text.
    exponents : numpy.ndarray of int64, shape (fields,)
        Of the numbers.
    """

    lines: int
    pieces: tuple[bytes, ...]
    alone: Integers
    before: Integers
    behind: Integers
    shared: tuple[tuple[int, tuple[bytes, ...]], ...]
    order: Integers
    numbers: Integers
    free: Integers
    exponents: Integers

    @classmethod
    def of(cls, lines: Sequence[str], fields: Sequence[Field], free: Sequence[int] = ()) -> Mould:
        """Make a mould of lines.

        Parameters
        ----------
        lines : sequence of str
            Without their ends.
        fields : sequence of Field
            In the order of the text; at least one.
        free : sequence of int
            Lines without fields that may be anything.

        Returns
        -------
        Mould
            For texts in which only the numbers, and the free lines, are others.
        """
        import numpy as np

        fields_of = {line: list(own) for line, own in groupby(fields, key=attrgetter("line"))}
        alone = {line: own[0] for line, own in fields_of.items() if len(own) == 1}
        shared = {line: own for line, own in fields_of.items() if len(own) > 1} | {line: [] for line in free}
        holes = [(line, 0) for line in alone]
        holes += [(line, rank) for line, own in shared.items() for rank in range(max(len(own), 1))]
        order = sorted(range(len(holes)), key=holes.__getitem__)
        unfixed = set(free)
        is_free = np.array([holes[place][0] in unfixed for place in order])
        return cls(
            lines=len(lines),
            pieces=_pieces(lines, fields_of, unfixed),
            alone=np.array(list(alone), dtype=np.int64),
            before=np.array([len(lines[own.line][: own.start].encode()) for own in alone.values()], dtype=np.int64),
            behind=np.array([len(lines[own.line][own.end :].encode()) for own in alone.values()], dtype=np.int64),
            shared=tuple((line, _fragments(lines[line], own)) for line, own in shared.items()),
            order=np.array(order, dtype=np.int64),
            numbers=np.flatnonzero(~is_free),
            free=np.flatnonzero(is_free),
            exponents=np.array([field.exponent for field in fields], dtype=np.int64),
        )

    def read(self, text: bytes) -> Filling | None:
        """Read the numbers of a text.

        Parameters
        ----------
        text : bytes
            Lines with their ends.

        Returns
        -------
        Filling or None
            None when it is another text.
        """
        import numpy as np

        if not (text.startswith(self.pieces[0]) and text.endswith(self.pieces[-1])):
            return None
        characters = np.frombuffer(text, dtype=np.uint8)
        ends = np.flatnonzero(characters == _NEWLINE)
        holes = self._holes(text, ends) if len(ends) == self.lines else None
        if holes is None:
            return None
        begin, end = holes
        pieces = zip([0, *end.tolist()], [*begin.tolist(), len(text)], strict=True)
        if tuple([text[start:stop] for start, stop in pieces]) != self.pieces:
            return None
        free = tuple(text[start:stop] for start, stop in zip(begin[self.free], end[self.free], strict=True))
        begin, end = begin[self.numbers], end[self.numbers]
        widths = end - begin
        widest = int(widths.max())
        if widths.min() < 1 or widest > _WIDEST:
            return None
        places = np.minimum(begin + np.arange(widest)[:, None], len(text) - 1)
        numbers = read_decimals(characters[places], widths, self.exponents)
        return Filling(numbers, free) if numbers is not None else None

    def _holes(self, text: bytes, ends: Integers) -> tuple[Integers, Integers] | None:
        """Return where each hole begins and ends; None where a line has another form."""
        import numpy as np

        starts = np.empty_like(ends)
        starts[0] = 0
        starts[1:] = ends[:-1] + 1
        begin, end = starts[self.alone] + self.before, ends[self.alone] - self.behind
        if (begin > end).any():
            return None
        spans: list[tuple[int, int]] = []
        for line, fragments in self.shared:
            own = _spans(text, int(starts[line]), int(ends[line]), fragments)
            if own is None:
                return None
            spans += own
        if spans:
            apart = np.array(spans, dtype=np.int64)
            begin, end = np.concatenate([begin, apart[:, 0]]), np.concatenate([end, apart[:, 1]])
        return begin[self.order], end[self.order]


def _pieces(lines: Sequence[str], fields_of: dict[int, list[Field]], free: set[int]) -> tuple[bytes, ...]:
    pieces: list[list[str]] = [[]]
    for index, line in enumerate(lines):
        if index in free:
            pieces.append([])
            line = ""  # noqa: PLW2901 - nothing of it is fixed
        position = 0
        for field in fields_of.get(index, ()):
            pieces[-1].append(line[position : field.start])
            pieces.append([])
            position = field.end
        pieces[-1] += (line[position:], "\n")
    return tuple("".join(piece).encode() for piece in pieces)


def _fragments(line: str, fields: Sequence[Field]) -> tuple[bytes, ...]:
    """Return the fixed text of a line with several numbers; of one that may be anything, nothing twice."""
    if not fields:
        return b"", b""
    starts, ends = [0, *(field.end for field in fields)], [*(field.start for field in fields), len(line)]
    return tuple(line[start:end].encode() for start, end in zip(starts, ends, strict=True))


def _spans(text: bytes, start: int, end: int, fragments: Sequence[bytes]) -> list[tuple[int, int]] | None:
    """Return where the holes of a line begin and end; None where the text between them is not there."""
    first, *between, last = fragments
    spans, position, stop = [], start + len(first), end - len(last)
    for fragment in between:
        found = text.find(fragment, position, max(stop, position))
        if found < 0:
            return None
        spans.append((position, found))
        position = found + len(fragment)
    return [*spans, (position, stop)] if position <= stop else None
