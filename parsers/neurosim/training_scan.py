"""Where the epochs of ``train.py`` are in a log: its lines are scanned, many together, for the forms that they have."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nnsreport.parsers.neurosim.training_epoch import PrintedEpochs
from nnsreport.parsers.neurosim.training_shape import EPOCH, EPOCH_BETWEEN, FORMS, FORMS_BETWEEN, Shape, shape_of
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.recurring.scanning import Scanned, nothing, scanned

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FIRST_OF_EPOCH = ("training phase", "Train Epoch: ")
"""How a line begins that :meth:`EpochsAhead.at` may know."""

_FEWEST_LINES, _MOST_LINES = 64, 4096
"""Lines read together: few are lost where the first has a form and the next has none, and memory is bounded."""


@dataclass(slots=True)
class EpochsAhead:
    """The epochs in some lines of a log.

    Attributes
    ----------
    text : LogText
        The log.
    end : int
        Index of the line behind the last.
    """

    text: LogText
    end: int
    _begin: int = 0
    _found: Scanned = field(default_factory=nothing)
    _ends: tuple[int, ...] = ()
    _behind: int = 0

    def at(self, index: int) -> PrintedEpochs | None:
        """Return the epoch that begins at a line, if its lines have the usual forms; the rest of one is none.

        Parameters
        ----------
        index : int
            Of the line; not before those of earlier calls.
        """
        import numpy as np

        if index < self._behind:
            return None
        if index >= self._begin + len(self._found.names):
            self._scan(index)
        first, text = index - self._begin, self.text
        match = EPOCH.match(self._found.names, first)
        if match is None:
            return None
        last = match.end()
        self._behind = self._begin + last
        if text.cut_line is not None and text.numbers[self._behind - 1] >= text.cut_line:
            return None
        shape = shape_of(match[0], self._found.counts[first:last])
        values = self._found.values[self._ends[first] : self._ends[last]]
        return PrintedEpochs(shape, values[None], np.array([text.numbers[index]]))

    def _scan(self, index: int) -> None:
        """Read lines from one on: more and more, as long as they have the forms."""
        self._begin, self._found, wanted = index, nothing(), _FEWEST_LINES
        end = index
        while len(self._found.names) == end - index < min(_MOST_LINES, self.end - index):
            end = min(index + wanted, self.end)
            if not self.text.is_consecutive(index, end):
                break
            self._found = scanned(self.text.joined(index, end), FORMS)
            wanted *= 4
        self._ends = (0, *itertools.accumulate(self._found.counts))


@dataclass(slots=True)
class EpochsBetween:
    """The epochs between the C++ parts of a log, where there is nothing else between these.

    Attributes
    ----------
    text : LogText
        The log.
    bounds : sequence of int
        Indices of the lines that begin a part, in their order, and of the one behind the last line.
    """

    text: LogText
    bounds: Sequence[int]
    _known: dict[int, tuple[Shape, npt.NDArray[np.float64], int]] = field(default_factory=dict)
    _wanted: int = 1

    def behind(self, rank: int, lines: int, most: int) -> PrintedEpochs | None:
        """Return the epochs of one shape behind a C++ part and those that follow.

        Parameters
        ----------
        rank : int
            Of the part; not before those of earlier calls.
        lines : int
            Of each part.
        most : int
            Epochs; with a part behind each.

        Returns
        -------
        PrintedEpochs or None
            None where anything else is between this part and the next.
        """
        import numpy as np

        if rank not in self._known:
            self._scan(rank, lines, most)
        found = [self._known[place] for place in range(rank, rank + most) if place in self._known]
        alike = [*itertools.takewhile(lambda known: known[0] is found[0][0], found)]
        if rank not in self._known:
            return None
        shape, values, first_lines = zip(*alike, strict=True)
        return PrintedEpochs(shape[0], np.stack(values), np.array(first_lines))

    def _scan(self, rank: int, lines: int, most: int) -> None:
        """Read what is behind parts: of more and more of them, as long as it has the forms."""
        text, wanted = self.text, min(self._wanted, most)
        self._known = {}
        spans = [(start + lines, end) for start, end in itertools.pairwise(self.bounds[rank : rank + wanted + 1])]
        if not all(start < end and text.is_consecutive(start, end) for start, end in spans):
            return
        found = scanned(b"".join(text.joined(*span) for span in spans), FORMS_BETWEEN)
        ends = (0, *itertools.accumulate(found.counts))
        first = 0
        for place, (start, end) in enumerate(spans, start=rank):
            last = first + end - start
            match = EPOCH_BETWEEN.fullmatch(found.names, first, last) if last <= len(found.names) else None
            if match is None:
                break
            begin, behind = match.span(1)
            shape = shape_of(match[1], found.counts[begin:behind])
            line = text.numbers[start + begin - first]
            self._known[place] = shape, found.values[ends[begin] : ends[behind]], line
            first = last
        self._wanted = max(1, 4 * len(self._known))
