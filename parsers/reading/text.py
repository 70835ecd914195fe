"""What reading gives: the lines of a log, or of a part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nnsreport.parsers.reading.lines import Lines
from nnsreport.parsers.records import Problem


@dataclass(frozen=True, slots=True)
class LogText:
    """The lines of a log, or of a chunk of it.

    Attributes
    ----------
    lines : sequence of str
        Without line ends, colours, and what stands before each line: task labels, times, indentation.
    numbers : sequence of int
        1-based line of the file each came from; the redrawings of a progress bar share one.
    source : Path or None
        The file.
    problems : tuple of Problem
        What was wrong with the bytes; of a chunk, what its predecessors have not told.
    cut_line : int or None
        The file's last line, if it has no line end: its last number may lack digits. Of chunks, only the last has it.
    """

    lines: Sequence[str]
    numbers: Sequence[int]
    source: Path | None = None
    problems: tuple[Problem, ...] = field(default=())
    cut_line: int | None = None

    def joined(self, start: int, end: int) -> bytes:
        """Return some lines as UTF-8, each with its end; ``start`` and ``end`` as for :meth:`is_consecutive`."""
        if isinstance(self.lines, Lines):
            return self.lines.joined(start, end)
        return "\n".join((*self.lines[start:end], "")).encode()

    def part(self, start: int, end: int) -> LogText:
        """Return one line at least, without the problems; ``start`` and ``end`` as for :meth:`is_consecutive`."""
        lines = Lines(self.joined(start, end)) if isinstance(self.lines, Lines) else self.lines[start:end]
        cut_line = self.cut_line if end == len(self.lines) else None
        return LogText(lines, self.numbers[start:end], self.source, cut_line=cut_line)

    def followed_by(self, following: LogText) -> LogText:
        """Return these lines and those that follow in the file."""
        if isinstance(self.lines, Lines) and isinstance(following.lines, Lines):
            whole = (text.joined(0, len(text.lines)) for text in (self, following))
            numbers = range(self.numbers[0], following.numbers[-1] + 1)
            return LogText(Lines(b"".join(whole)), numbers, self.source, cut_line=following.cut_line)
        lines, numbers_of_both = [*self.lines, *following.lines], [*self.numbers, *following.numbers]
        return LogText(lines, numbers_of_both, self.source, cut_line=following.cut_line)

    def that_begin_with(self, heads: tuple[str, ...], shared: str) -> list[int]:
        """Return the indices of the lines that begin with one of some texts, each of which holds a rarer one once."""
        if isinstance(self.lines, Lines):
            return self.lines.that_begin_with(heads, shared)
        return [index for index, line in enumerate(self.lines) if line.startswith(heads)]

    def is_consecutive(self, start: int, end: int) -> bool:
        """Tell whether each of some lines is the file's next.

        Parameters
        ----------
        start, end : int
            Indices of the first line, and of the one behind the last.

        Returns
        -------
        bool
            False where lines were redrawn, or are those of several tasks.
        """
        numbers = self.numbers[start:end]
        return isinstance(numbers, range) or list(numbers) == list(range(numbers[0], numbers[0] + len(numbers)))
