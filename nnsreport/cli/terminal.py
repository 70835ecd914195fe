"""Printing untrusted text and tables on terminals, in pipes and in a job's log."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_PIPE_COLUMNS = 100_000
_TEXT_COLUMNS = 16  # the least that a column of text is folded to
_PADDING = 3


class OutputFormat(StrEnum):
    """How a command prints its rows."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def printable(text: str) -> str:
    """Return a text without characters that a terminal would obey.

    Parameters
    ----------
    text : str
        From a log, a file name or a configuration.

    Returns
    -------
    str
        Control and format characters, escape sequences among them, become ``�``.
    """
    return "".join(character if character.isprintable() else "�" for character in text)


def count_of(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless it is one."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def console() -> Console:
    """Return a console on standard output: as wide as the terminal, and never cut off where there is none."""
    from rich.console import Console

    on_terminal = sys.stdout.isatty()
    return Console(
        width=None if on_terminal else _PIPE_COLUMNS,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=not on_terminal,
    )


def print_table(
    target: Console, columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[str] = ()
) -> None:
    """Print a table of plain text.

    Parameters
    ----------
    target : rich.console.Console
        Where to; on a terminal too narrow for the numbers, lines are longer than it is wide.
    columns : sequence of str
        Titles; an empty one has no title.
    rows : iterable of sequence of str
        Cells, printed as they are but for control characters.
    right : iterable of str
        Titles of columns aligned to the right; what stands in them is never broken.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    cells = [[printable(cell) for cell in row] for row in rows]
    numeric = frozenset(right)
    made = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    needed = 0
    for position, title in enumerate(columns):
        longest = max(len(text) for text in (title, *(row[position] for row in cells)))
        width = longest if title in numeric else min(longest, _TEXT_COLUMNS)
        needed += width + _PADDING
        made.add_column(
            title,
            justify="right" if title in numeric else "left",
            no_wrap=title in numeric,
            overflow="fold",
            min_width=width,
        )
    for row in cells:
        made.add_row(*(Text(cell) for cell in row))
    width_before = target.width
    target.width = max(width_before, needed)
    target.print(made)
    target.width = width_before
