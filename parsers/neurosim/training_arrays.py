"""The NumPy arrays that ``train.py`` prints over several lines: means and standard deviations of all layers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_NUMBER = r"-?(?:\d+\.\d*(?:e[-+]\d{2,3})?|nan|inf)"
_LINE = re.compile(rf"[ \[]\s*{_NUMBER}(?: +{_NUMBER})*\s*\]? *")
_NUMBERS = re.compile(_NUMBER)
_MANY_DIGITS = re.compile(r"\d\.\d{5}")

ARRAYS: Mapping[str, tuple[str, str]] = {
    "weight distribution": ("weight_mean", "weight_std"),
    "delta distribution": ("weight_update_mean", "weight_update_std"),
}
"""Title, and what the halves of the array below it are."""


def looks_like_array(text: str) -> bool:
    """Tell whether a line is part of a printed array."""
    return _LINE.fullmatch(text) is not None


@dataclass(slots=True)
class PrintedArray:
    """An array whose lines are being read.

    Attributes
    ----------
    metrics : tuple of (str, str)
        What its halves are.
    lines : list of (str, int)
        Texts and numbers of its lines, without the title.
    is_whole : bool
        Its closing bracket was read.
    """

    metrics: tuple[str, str]
    lines: list[tuple[str, int]] = field(default_factory=list)
    is_whole: bool = False

    def add(self, text: str, line: int) -> bool:
        """Take the next line; tell whether it belongs to the array."""
        begins = text.startswith("[")
        if not looks_like_array(text) or begins == bool(self.lines) or self.is_whole:
            return False
        self.lines.append((text, line))
        self.is_whole = text.rstrip().endswith("]")
        return True

    @property
    def pairs(self) -> int | None:
        """Number of means, each with its standard deviation; None if the array is not whole, or a line came twice."""
        texts = [text for text, _ in self.lines]
        if any(first == second and _MANY_DIGITS.search(first) for first, second in itertools.pairwise(texts)):
            return None
        values = self.values()
        count, odd = divmod(len(values), 2)
        if not self.is_whole or odd or not count or any(deviation < 0 for deviation, _ in values[count:]):
            return None
        return count

    def values(self) -> tuple[tuple[float, int], ...]:
        """Return its numbers, nan and inf included, each with its line."""
        return tuple((float(number), line) for text, line in self.lines for number in _NUMBERS.findall(text))
