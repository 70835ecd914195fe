"""What the detection of a format looks at: small, whatever the size of the text, and never the file's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_HEAD = 32
_FIRST_LINES = 40
_BLANKS = " \t\r\n\x00"
"""As reading has them: a text that is not empty has a first line."""


@dataclass(frozen=True, slots=True)
class Glance:
    """The parts of a text by which a format is recognised.

    Attributes
    ----------
    first_lines : tuple of str
        The first lines that are not blank, whole.
    heads : str
        The first 32 characters of every line, each once and on a line of its own, in no order: search it with
        ``re.MULTILINE``.
    """

    first_lines: tuple[str, ...]
    heads: str

    @classmethod
    def of(cls, lines: Sequence[str]) -> Glance:
        """Return the glance at the lines of a text."""
        first: list[str] = []
        for line in lines:
            if line.strip(_BLANKS):
                first.append(line)
                if len(first) == _FIRST_LINES:
                    break
        return cls(tuple(first), "\n".join({line[:_HEAD] for line in lines}))
