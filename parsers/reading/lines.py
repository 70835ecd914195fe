"""The lines of a text that is kept as bytes: most of a long log is read without cutting it into lines at all."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import overload

_NEWLINE = 10


class Lines(Sequence[str]):
    """The lines of a plain text, each made where somebody asks for it.

    Parameters
    ----------
    data : bytes
        ASCII, with newlines and no other line ends; not empty.
    """

    __slots__ = ("_bounds", "_data")

    def __init__(self, data: bytes) -> None:
        """Find the line ends."""
        import numpy as np

        ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == _NEWLINE)
        rest = () if data.endswith(b"\n") else (len(data),)
        self._data = data
        self._bounds = np.concatenate([(-1,), ends, rest], dtype=np.int64, casting="unsafe").data

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self._bounds) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        """Return a line, or several."""
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step != 1:
                return [self[position] for position in range(start, stop, step)]
            if start >= stop:
                return []
            return self._data[self._bounds[start] + 1 : self._bounds[stop]].decode().split("\n")
        if index < 0:
            index += len(self)
        return self._data[self._bounds[index] + 1 : self._bounds[index + 1]].decode()

    def __iter__(self) -> Iterator[str]:
        """Return the lines one after the other."""
        return iter(self[:])

    def __eq__(self, other: object) -> bool:
        """Tell whether the lines are the same, whatever they are kept in."""
        return self[:] == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as of lists

    def __repr__(self) -> str:
        """Return the lines as a list is shown."""
        return repr(self[:])

    def joined(self, start: int, stop: int) -> bytes:
        """Return some lines, each with its end."""
        first, last = self._bounds[start] + 1, self._bounds[stop]
        return self._data[first : last + 1] if last < len(self._data) else self._data[first:] + b"\n"

    def that_begin_with(self, heads: tuple[str, ...], shared: str) -> list[int]:
        """Return the indices of the lines that begin with one of some texts, each of which holds a rarer one once."""
        found: list[int] = []
        wanted, rare = tuple(head.encode() for head in heads), shared.encode()
        longest = max(map(len, wanted))
        place = self._data.find(rare)
        while place >= 0:
            index = bisect_left(self._bounds, place) - 1
            start = self._bounds[index] + 1
            if self._data[start : start + longest].startswith(wanted) and index not in found[-1:]:
                found.append(index)
            place = self._data.find(rare, place + len(rare))
        return found
