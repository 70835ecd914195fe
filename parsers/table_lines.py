"""Lines of a CSV file, and which of them may lack their start or end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file.

    Attributes
    ----------
    text : str
        Not blank.
    number : int
        1-based in the source.
    may_lack_start, may_lack_end : bool
        Its first or last number may lack digits.
    """

    text: str
    number: int
    may_lack_start: bool = False
    may_lack_end: bool = False


def table_lines(lines: Sequence[str], numbers: Sequence[int], cut_line: int | None, separator: str = ",") -> list[Line]:
    """Return the lines that are not blank.

    Parameters
    ----------
    lines : sequence of str
        Of a table of two columns or more.
    numbers : sequence of int
        The number of each in its file.
    cut_line : int or None
        The line that has no line end.
    separator : str
        Between cells.

    Returns
    -------
    list of Line
        The cut line may lack its end. Another one may, if a line without any separator follows, which may be what a
        damaged character tore off; the line behind such a piece may lack its start.
    """
    found = []
    # What reading takes for text is a line here too, so that a file never has none.
    is_blank = [True, *(not line.strip(" \t\r\n") for line in lines), True]
    is_piece = [not blank and separator not in line for line, blank in zip(("", *lines, ""), is_blank, strict=True)]
    for index, (line, number) in enumerate(zip(lines, numbers, strict=True)):
        if not is_blank[index + 1]:
            is_torn = is_piece[index + 2] and numbers[index + 1] != cut_line
            is_last = number == cut_line
            found.append(Line(line, number, may_lack_start=is_piece[index], may_lack_end=is_last or is_torn))
    return found
