"""The flat objects of a JSON text, thousands at once, as columns of the texts of their fields.

A text is cut at closing braces, and what a cut leaves is compared with what an object of scalars looks like, to its
last character: so it is one, if an item may stand where it begins. Anything else is left to the reader of JSON.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from nnsreport.parsers.results_file.entries import FIELDS
from nnsreport.parsers.results_file.entry_columns import EntryColumns, check_columns
from nnsreport.parsers.results_file.json_values import NUMBER, Understood

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import polars as pl

    Integers = npt.NDArray[np.int64]

_BLOCK_CHARACTERS = 1 << 22
_BLANK = r"[ \t\r\n]*"
_TEXT = r'"(?:[^"\\\x00-\x1f]|\\.)*"'
_MEMBER = rf'"[a-z_]+"{_BLANK}:{_BLANK}(?:{_TEXT}|{NUMBER}|true|false|null){_BLANK}'
_FLAT = rf"^{_BLANK},?{_BLANK}\{{{_BLANK}{_MEMBER}(?:,{_BLANK}{_MEMBER})*$"
_FOLLOWS = rf"^{_BLANK},"
_NAME_END = rf'"{_BLANK}:'
_VALUE_ON_LINE = r'"value"[ \t]*:[ \t]*[^ \t\r\n]'


class EntryRun(NamedTuple):
    """Good entries that follow each other.

    Attributes
    ----------
    entries : EntryColumns
        These.
    lines : array of int, shape (entries,)
        1-based line of each value in the source.
    """

    entries: EntryColumns
    lines: Integers


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """A part of the text.

    Attributes
    ----------
    starts, ends : list of int
        Places of each object's brace, and behind the other one.
    run_ends : array of int, shape (objects,)
        Index behind the last of the good objects that follow each one without a gap.
    entries : EntryColumns
        All of them.
    line_indices : array of int, shape (objects,)
        How many lines of the text end before each value.
    """

    starts: list[int]
    ends: list[int]
    run_ends: Integers
    entries: EntryColumns
    line_indices: Integers


class EntryBlocks:
    """Understands the entries of one text.

    Parameters
    ----------
    text : str
        All of it.
    numbers : sequence of int
        The number of each of its lines in the file.
    block_characters : int
        How much is looked at together.
    """

    def __init__(self, text: str, numbers: Sequence[int], block_characters: int = _BLOCK_CHARACTERS) -> None:
        import numpy as np

        self._text = text
        if isinstance(numbers, range):
            self._numbers = np.arange(numbers.start, numbers.stop, numbers.step)
        else:
            self._numbers = np.array(numbers, np.int64)
        self._size = block_characters
        self._block: _Block | None = None
        self._read_to = 0
        self._lines = 0
        self._counted = 0

    def at(self, start: int) -> Understood | None:
        """Return the good entries that begin with an object's brace at a place; None where it is to be read in full.

        Parameters
        ----------
        start : int
            Never before an earlier one.
        """
        if start >= self._read_to:
            self._read_block(start)
        block = self._block
        if block is None:
            return None
        first = bisect_left(block.starts, start)
        if first == len(block.starts) or block.starts[first] != start or not block.entries.is_good[first]:
            return None
        last = int(block.run_ends[first])
        run = EntryRun(block.entries.part(first, last), self._numbers[block.line_indices[first:last]])
        return Understood(run, block.ends[last - 1])

    def _read_block(self, start: int) -> None:
        self._lines += self._text.count("\n", self._counted, start)
        self._counted = start
        end = self._text.rfind("}", start, start + self._size) + 1
        self._read_to = end or start + self._size
        self._block = _read(self._text[start:end], start, self._lines) if end else None


def _read(text: str, place: int, line_index: int) -> _Block | None:
    """Return what stands in a text that ends with a brace, by where it begins; None where no entry's field is named."""
    import numpy as np
    import polars as pl

    pieces = pl.Series(text.split("}")[:-1])
    names = [name for name in FIELDS if pieces.str.contains(f'"{name}"', literal=True).any()]
    if not names:
        return None
    tokens, has_these = _tokens(pieces, names)
    ends = np.cumsum(pieces.str.len_chars().to_numpy().astype(np.int64) + 1) + place
    before = pieces.str.split("{").list.first().str.len_chars().to_numpy()
    starts = np.concatenate([[place], ends[:-1]]) + before
    entries = check_columns(tokens)
    entries.is_good[:] &= has_these
    follows = (pieces.str.contains(_FOLLOWS)).to_numpy()
    breaks = np.flatnonzero(~(entries.is_good & follows))
    later = np.searchsorted(breaks, np.arange(len(pieces)), side="right")
    run_ends = np.append(breaks, len(pieces))[later]
    return _Block(starts.tolist(), ends.tolist(), run_ends, entries, line_index + _lines_before(pieces, text))


def _tokens(pieces: pl.Series, names: Sequence[str]) -> tuple[pl.DataFrame, npt.NDArray[np.bool_]]:
    """Return a column a field, and which pieces are flat objects of these fields alone, each once."""
    import polars as pl

    tokens = pl.DataFrame(
        [pieces.str.extract(rf'"{name}"{_BLANK}:{_BLANK}({_TEXT}|[^",\s]+)').alias(name) for name in names]
    )
    told = tokens.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    is_plain = (
        pieces.str.contains(_FLAT) & (pieces.str.count_matches(_NAME_END) == told) & pieces.str.contains(_VALUE_ON_LINE)
    )
    return tokens, is_plain.to_numpy()


def _lines_before(pieces: pl.Series, text: str) -> Integers:
    """Return how many lines end before the value of each piece."""
    import numpy as np

    line_ends = np.flatnonzero(np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8) == ord("\n"))
    lengths = pieces.str.len_bytes().to_numpy().astype(np.int64) + 1
    places = np.cumsum(lengths) - lengths + pieces.str.find(_VALUE_ON_LINE).fill_null(0).to_numpy()
    found: Integers = np.searchsorted(line_ends, places)
    return found
