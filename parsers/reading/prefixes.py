"""What stands before each line of a log and is not the simulator's: time stamps, indentation, marks of quotation."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from nnsreport.parsers.reading.indentation import indentation
from nnsreport.parsers.reading.sampling import sample_of
from nnsreport.parsers.reading.task_labels import has_labels
from nnsreport.parsers.reading.text import LogText
from nnsreport.parsers.reading.time_stamps import time_stamps
from nnsreport.parsers.records import Problem

_SUSPECT = re.compile(r"\n(?:[\[(<>\d \t]|[A-Z][a-z]{2},? (?:[A-Z]|[ \d]\d )|[A-Z]{4,8}\]?:? [\[(<]?\d)")
"""How a line begins that has a time stamp, a label or an indentation: all but a few lines of a log do not."""

_MOST_LAYERS = 6
"""One before the other, as in a quoted log with the times of two programs."""


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What is to be removed before each line of a text, and of those that follow in the file.

    Attributes
    ----------
    layers : tuple of re.Pattern
        In the order of their removal; a line that lacks one keeps what it has.
    note : tuple of Problem
        What the user is told; empty if there is nothing to remove.
    are_labelled : bool
        What is left has the labels of ``srun --label``.
    """

    layers: tuple[re.Pattern[str], ...] = ()
    note: tuple[Problem, ...] = ()
    are_labelled: bool = False

    @classmethod
    def of(cls, text: LogText) -> Prefixes:
        """Find what stands before most lines.

        Parameters
        ----------
        text : LogText
            A log, or its beginning.

        Returns
        -------
        Prefixes
            Without layers for a log as a simulator writes it, of which some lines only are looked at.
        """
        layers: list[re.Pattern[str]] = []
        rest, found, are_labelled = text, *_outermost(text)
        while found is not None and len(layers) < _MOST_LAYERS:
            layers.append(found)
            rest = cls((found,)).removed_from(rest)
            found, are_labelled = _outermost(rest)
        return cls(tuple(layers), _told(text, rest) if layers else (), are_labelled)

    def removed_from(self, text: LogText) -> LogText:
        """Return a text without what stands before its lines."""
        if not self.layers:
            return text
        lines = list(text.lines)
        for index in range(len(lines)) if isinstance(text.numbers, range) else _beginnings(text.numbers):
            for layer in self.layers:
                found = layer.match(lines[index])
                if found is not None:
                    lines[index] = lines[index][found.end() :]
        return dataclasses.replace(text, lines=lines)

    def removed_with_note(self, text: LogText) -> LogText:
        """Return the beginning of a text without what stands before its lines, and the note among its problems."""
        rest = self.removed_from(text)
        return dataclasses.replace(rest, problems=(*rest.problems, *self.note)) if self.note else rest


def _outermost(text: LogText) -> tuple[re.Pattern[str] | None, bool]:
    """Return what is to be removed first, if anything, and whether the lines have labels of tasks instead."""
    is_plain = isinstance(text.numbers, range)
    lines = text.lines if is_plain else [text.lines[index] for index in _beginnings(text.numbers)]
    sample = sample_of(lines)
    if _SUSPECT.search(sample) is None:
        return None, False
    stamp = time_stamps(lines, sample)
    if stamp is not None:
        return stamp, False
    if has_labels(lines, sample):
        return None, True  # the blanks before short ones are no indentation
    return indentation(lines, sample), False


def _beginnings(numbers: Sequence[int]) -> list[int]:
    """Return the indices of what begins a line of the file: nothing stands before the redrawings of a progress bar."""
    pairs = zip(numbers, itertools.chain((0,), numbers), strict=False)
    return [index for index, (number, last) in enumerate(pairs) if number != last]


def _told(text: LogText, rest: LogText) -> tuple[Problem, ...]:
    """Return the note, with the longest of the first beginnings that are left out."""
    for number, line, left in zip(text.numbers, text.lines, rest.lines, strict=True):
        if left and len(left) < len(line):
            prefix = line[: len(line) - len(left)]
            return (
                Problem(f"lines begin with a time or an indentation, such as {prefix!r}, which is left out", number),
            )
    return ()
