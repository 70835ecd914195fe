"""The NumPy arrays that ``train.py`` prints over several lines: means and standard deviations of all layers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

_NUMBER = r"-?(?:\d+\.\d*(?:e[-+]\d{2,3})?|nan|inf)"
_LINE = re.compile(rf"[ \[]\s*{_NUMBER}(?: +{_NUMBER})*\s*\]? *")
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_MANY_DIGITS = re.compile(r"\d\.\d{5}")

ARRAYS: Mapping[str, tuple[str, str]] = {
    "weight distribution": ("weight_mean", "weight_std"),
    "delta distribution": ("weight_update_mean", "weight_update_std"),
}
"""Title, and what the halves of the array below it are."""


def looks_like_array(text: str) -> bool:
    """Tell whether a line is part of a printed array."""
    return _has_form(text.encode().translate(_DIGITS))


@lru_cache(maxsize=4096)
def _has_form(text: bytes) -> bool:
    """Tell the same of a line whose digits are zeros: there are not many of them."""
    return _LINE.fullmatch(text.decode()) is not None


@dataclass(slots=True)
class PrintedArray:
    """An array whose lines are being read.

    Attributes
    ----------
    metrics : tuple of (str, str)
        What its halves are.
    lines : list of (str, int)
        Texts and numbers of its lines, without the title.
    values : list of float
        Its numbers, nan and inf included.
    places : list of int
        Line of each.
    is_whole : bool
        Its closing bracket was read.
    """

    metrics: tuple[str, str]
    lines: list[tuple[str, int]] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    is_whole: bool = False

    def add(self, text: str, line: int) -> bool:
        """Take the next line; tell whether it belongs to the array."""
        begins = text.startswith("[")
        if not looks_like_array(text) or begins == bool(self.lines) or self.is_whole:
            return False
        self.lines.append((text, line))
        numbers = text.strip("[] ").split()
        self.values += map(float, numbers)
        self.places += [line] * len(numbers)
        self.is_whole = text.rstrip().endswith("]")
        return True

    @property
    def pairs(self) -> int | None:
        """Number of means, each with its standard deviation; None if the array is not whole, or a line came twice."""
        texts = [text for text, _ in self.lines]
        if any(first == second and _MANY_DIGITS.search(first) for first, second in itertools.pairwise(texts)):
            return None
        count, odd = divmod(len(self.values), 2)
        if not self.is_whole or odd or not count or any(deviation < 0 for deviation in self.values[count:]):
            return None
        return count
