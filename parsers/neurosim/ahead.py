"""C++ parts that are read before their turn: many of a long training together, because that takes much less time."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nnsreport.parsers.neurosim.replay import Memory, Template, agree
from nnsreport.parsers.reading import LogText

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_MOST = 64
"""Parts read together; bounds the memory that their numbers wait in."""

Known = tuple[Template, "npt.NDArray[np.float64]"]


@dataclass(slots=True)
class ReadAhead:
    """The C++ parts of a text, of which several may have been read.

    Attributes
    ----------
    bounds : sequence of int
        Indices of the lines that begin a part, in their order, and of the one behind the last line.
    """

    bounds: Sequence[int]
    _known: dict[int, Known] = field(default_factory=dict)

    def read(self, name: str, memory: Memory, text: LogText, start: int) -> Known | None:
        """Read a C++ part at once, if one with the same lines was read before.

        Parameters
        ----------
        name : str
            Of the dialect.
        memory : Memory
            What was read before.
        text : LogText
            The lines.
        start : int
            Index of the part's first.

        Returns
        -------
        template : Template
            Its lines.
        numpy.ndarray of float64, shape (numbers,)
            Its numbers, in the order of the lines; instead of both, None if it has to be read line by line.
        """
        if start not in self._known:
            for template in memory.find(name, text.lines, start):
                self._read_with(template, text, start)
                if start in self._known:
                    break
        return self._known.pop(start, None)

    def following(self, template: Template, rank: int) -> npt.NDArray[np.float64]:
        """Return what was read of a part, and of those that follow, as long as they have a template's lines.

        Parameters
        ----------
        template : Template
            Of the part before it.
        rank : int
            Of the part.

        Returns
        -------
        numpy.ndarray of float64, shape (parts, numbers)
            As :meth:`read` gives them.
        """
        import numpy as np

        known = [self._known.get(start) for start in self.bounds[rank : rank + _MOST]]
        alike = itertools.takewhile(lambda part: part is not None and part[0] is template, known)
        values = [part[1] for part in alike if part is not None]
        return np.array(values).reshape(len(values), len(template.places))

    def drop(self, first: int, last: int) -> None:
        """Forget what was read of parts of some ranks, but not of the last: they are filed."""
        for start in self.bounds[first:last]:
            self._known.pop(start, None)

    def _read_with(self, template: Template, text: LogText, start: int) -> None:
        rank = bisect_left(self.bounds, start)
        parts = self._parts(template, text, rank, rank + 1)
        if not parts:
            return
        parts |= self._parts(template, text, rank + 1, rank + _MOST)
        filling = template.mould.read(list(parts.values()))
        fits = filling.fits & agree(filling.numbers, template.repeated)
        for place, numbers, is_known in zip(parts, filling.numbers, fits, strict=True):
            if is_known:
                self._known[place] = template, numbers

    def _parts(self, template: Template, text: LogText, first: int, last: int) -> dict[int, bytes]:
        """Return the parts of some ranks that may have a template's lines, by their start; none with another in it."""
        parts: dict[int, bytes] = {}
        for start, following in itertools.pairwise(self.bounds[first : last + 1]):
            is_open = start not in self._known and start + len(template.lines) <= following
            part = _part(template, text, start) if is_open else None
            if part is not None:
                parts[start] = part
        return parts


def _part(template: Template, text: LogText, start: int) -> bytes | None:
    """Return the lines that may be those of a template, with their ends."""
    end = start + len(template.lines)
    if not text.is_consecutive(start, end):
        return None
    part = text.joined(start, end)
    return part if template.mould.has_ends(part) else None
