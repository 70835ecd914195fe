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

from nnsreport.parsers.recurring import filling
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
    is_whole : bool
        It is printed with digits alone.
    """

    line: int
    start: int
    end: int
    exponent: int
    is_whole: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Fillings:
    """What texts have where others may have something else.

    Attributes
    ----------
    fits : numpy.ndarray of bool, shape (texts,)
        The text is of the mould.
    numbers : numpy.ndarray of float64, shape (texts, fields)
        In the order of the text; whatever, where it does not fit.
    free : tuple of tuple of bytes
        The lines of each text that may be anything.
    """

    fits: npt.NDArray[np.bool_]
    numbers: npt.NDArray[np.float64]
    free: tuple[tuple[bytes, ...], ...]


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
    whole : numpy.ndarray of int64
        Which of the numbers have digits alone.
    form : Form
        The same for the loop in C.
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
    whole: Integers
    form: filling.Form

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
        pieces = _pieces(lines, fields_of, unfixed)
        is_free = np.array([holes[place][0] in unfixed for place in order])
        numbers, unread = np.flatnonzero(~is_free), np.flatnonzero(is_free)
        exponents = np.array([field.exponent for field in fields], dtype=np.int64)
        whole = np.flatnonzero([field.is_whole for field in fields])
        return cls(
            lines=len(lines),
            pieces=pieces,
            alone=np.array(list(alone), dtype=np.int64),
            before=np.array([len(lines[own.line][: own.start].encode()) for own in alone.values()], dtype=np.int64),
            behind=np.array([len(lines[own.line][own.end :].encode()) for own in alone.values()], dtype=np.int64),
            shared=tuple((line, _fragments(lines[line], own)) for line, own in shared.items()),
            order=np.array(order, dtype=np.int64),
            numbers=numbers,
            free=unread,
            exponents=exponents,
            whole=whole,
            form=filling.Form.of(pieces, numbers, unread, exponents, whole),
        )

    def has_ends(self, text: bytes) -> bool:
        """Tell whether a text begins and ends as this mould, which most others with as many lines do not."""
        return text.startswith(self.pieces[0]) and text.endswith(self.pieces[-1])

    def read(self, texts: Sequence[bytes]) -> Fillings:
        """Read the numbers of texts; many at once take much less time than one by one.

        Parameters
        ----------
        texts : sequence of bytes
            Lines with their ends; as many as here, and those that :meth:`has_ends`.

        Returns
        -------
        Fillings
            Of each.
        """
        if filling.fill is not None:
            return Fillings(*self.form.read(texts))
        return self._read_together(texts)

    def _read_together(self, texts: Sequence[bytes]) -> Fillings:
        import numpy as np

        whole = b"".join(texts)
        characters = np.frombuffer(whole, dtype=np.uint8)
        ends = np.flatnonzero(characters == _NEWLINE).reshape(len(texts), self.lines)
        bounds = np.cumsum([0, *map(len, texts)])
        begin, end, fits = self._holes(whole, ends, bounds[:-1])
        pieces = zip(begin.tolist(), end.tolist(), bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
        fits &= np.array([self._has_pieces(whole, *each) for each in pieces])
        free = [
            tuple(whole[start:stop] for start, stop in zip(*each, strict=True))
            for each in zip(begin[:, self.free].tolist(), end[:, self.free].tolist(), strict=True)
        ]
        fits &= np.array([self._has_whole_numbers(whole, *each) for each in zip(begin, end, strict=True)])
        begin, widths = begin[:, self.numbers], (end - begin)[:, self.numbers]
        fits &= ((widths >= 1) & (widths <= _WIDEST)).all(axis=1)
        np.clip(widths, 1, _WIDEST, out=widths)
        places = np.clip(begin.reshape(-1) + np.arange(widths.max())[:, None], 0, len(whole) - 1)
        exponents = np.tile(self.exponents, len(texts))
        values, is_number = read_decimals(characters[places], widths.reshape(-1), exponents)
        fits &= is_number.reshape(widths.shape).all(axis=1)
        return Fillings(fits, values.reshape(widths.shape), tuple(free))

    def _has_pieces(self, whole: bytes, begin: list[int], end: list[int], first: int, last: int) -> bool:
        pieces = zip([first, *end], [*begin, last], strict=True)
        return tuple([whole[start:stop] for start, stop in pieces]) == self.pieces

    def _has_whole_numbers(self, whole: bytes, begin: Integers, end: Integers) -> bool:
        places = self.numbers[self.whole]
        return all(whole[start:stop].isdigit() for start, stop in zip(begin[places], end[places], strict=True))

    def _holes(
        self, whole: bytes, ends: Integers, firsts: Integers
    ) -> tuple[Integers, Integers, npt.NDArray[np.bool_]]:
        """Return where each hole of each text begins and ends, and which texts have all."""
        import numpy as np

        starts = np.empty_like(ends)
        starts[:, 0] = firsts
        starts[:, 1:] = ends[:, :-1] + 1
        begin, end = starts[:, self.alone] + self.before, ends[:, self.alone] - self.behind
        fits = np.ones(len(ends), dtype=bool)
        if self.shared:
            lines = [line for line, _ in self.shared]
            rows = zip(starts[:, lines].tolist(), ends[:, lines].tolist(), strict=True)
            spans = [self._shared_spans(whole, *row) for row in rows]
            fits = np.array([own is not None for own in spans])
            nothing = [(0, 0)] * (len(self.order) - len(self.alone))
            apart = np.array([own or nothing for own in spans], dtype=np.int64)
            begin = np.concatenate([begin, apart[..., 0]], axis=1)
            end = np.concatenate([end, apart[..., 1]], axis=1)
        fits &= (begin <= end).all(axis=1)
        return begin[:, self.order], end[:, self.order], fits

    def _shared_spans(self, whole: bytes, starts: list[int], ends: list[int]) -> list[tuple[int, int]] | None:
        spans: list[tuple[int, int]] = []
        for (_, fragments), start, end in zip(self.shared, starts, ends, strict=True):
            own = _spans(whole, start, end, fragments)
            if own is None:
                return None
            spans += own
        return spans


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
