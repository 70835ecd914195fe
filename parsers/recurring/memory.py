"""The logs that were read last, for those that have the same lines."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Protocol

from nnsreport.parsers.records import ParsedLog

_KEPT = 128
_COUNTED = 4096


class Recurring(Protocol):
    """A log that others may resemble in all but their numbers."""

    @property
    def lines(self) -> int:
        """Number of its lines."""
        ...

    def read(self, data: bytes, run: str, source: Path | None) -> ParsedLog | None:
        """Return what a file holds, or None if it has other lines, or numbers that need a closer look."""
        ...


class Memory:
    """Recurring logs; one for all files that a process reads.

    Learning a log costs more than it brings for one that never comes again: it is worth it when two logs have the same
    number of lines.
    """

    def __init__(self) -> None:
        """Remember nothing."""
        self._known: OrderedDict[tuple[str | None, int], list[Recurring]] = OrderedDict()
        self._seen: OrderedDict[int, None] = OrderedDict()

    def recall(self, data: bytes, run: str, source: Path | None, format_name: str | None) -> ParsedLog | None:
        """Read a file as one before it.

        Parameters
        ----------
        data : bytes
            The whole file.
        run : str
            Identifier of its run.
        source : Path or None
            The file.
        format_name : str or None
            What the user wants it to be read as.

        Returns
        -------
        ParsedLog or None
            None when nothing like it is known.
        """
        place = (format_name, data.count(b"\n"))
        alike = self._known.get(place, [])
        for rank, known in enumerate(alike):
            log = known.read(data, run, source)
            if log is not None:
                self._known.move_to_end(place)
                alike.insert(0, alike.pop(rank))
                return log
        return None

    def is_worth_learning(self, lines: int) -> bool:
        """Tell whether a log with so many lines was seen before, and remember that one was."""
        is_known = lines in self._seen
        self._seen[lines] = None
        self._seen.move_to_end(lines)
        if len(self._seen) > _COUNTED:
            self._seen.popitem(last=False)
        return is_known

    def keep(self, known: Recurring, format_name: str | None) -> None:
        """Remember a log; those that were not met for the longest time are forgotten."""
        place = (format_name, known.lines)
        self._known.setdefault(place, []).insert(0, known)
        self._known.move_to_end(place)
        if sum(map(len, self._known.values())) > _KEPT:
            oldest = next(iter(self._known))
            self._known[oldest].pop()
            if not self._known[oldest]:
                del self._known[oldest]
