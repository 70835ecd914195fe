"""Thinning of data that is too big to be inlined in a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

ROW_LIMIT = 2000
"""Most rows that one chart carries."""


def thin(rows: Sequence[T], limit: int = ROW_LIMIT) -> tuple[T, ...]:
    """Return at most ``limit`` rows, evenly spaced, the first and the last among them.

    Parameters
    ----------
    rows : sequence
        In the order of the axis along which they are thinned.
    limit : int
        At least 2.

    Returns
    -------
    tuple
        All rows where they are few enough; always the same ones for the same input.
    """
    if len(rows) <= limit:
        return tuple(rows)
    step = (len(rows) - 1) / (limit - 1)
    return tuple(rows[round(i * step)] for i in range(limit))


def thinning_note(shown: int, total: int) -> str:
    """Return the sentence for the caption of a thinned chart, empty where nothing was left out."""
    return "" if shown == total else f" Shows {shown:,} of {total:,} points, evenly spaced."
