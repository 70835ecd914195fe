"""Many rows of a table at once, column by column: the same states, limits and dates stand in most of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields

from nnsreport.parsers.slurm.cells import Cell, Fill
from nnsreport.parsers.slurm.quantities import CellError
from nnsreport.parsers.slurm.row import JobRow

_MOST_KEPT = 1 << 14
_UNREADABLE = object()
_ATTRIBUTES = tuple((field.name, field.default) for field in fields(JobRow))


class _KnownTexts(dict[str, object]):
    """The values of the texts of one column; bounded, and as quick as a dictionary for those that come again."""

    def __init__(self, read: Callable[[str], object]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> object:
        if len(self) >= _MOST_KEPT:
            self.clear()
        value: object = None
        if text:
            try:
                value = self._read(text)
            except CellError:
                value = _UNREADABLE
        self[text] = value
        return value


class ColumnReader:
    """Reads rows that have a cell for each column.

    Parameters
    ----------
    columns : sequence of tuple of int and Cell
        Index of each column that is read, and how.
    """

    def __init__(self, columns: Sequence[tuple[int, Cell]]) -> None:
        self._fills: dict[str, list[tuple[int, _KnownTexts]]] = {}
        self._others: list[tuple[int, Cell]] = []
        for index, cell in columns:
            if isinstance(cell, Fill):
                self._fills.setdefault(cell.attribute, []).append((index, _KnownTexts(cell.read)))
            else:
                self._others.append((index, cell))

    def read(self, printed: Sequence[tuple[str, int]], cells: Sequence[Sequence[str]]) -> list[JobRow | None]:
        """Return rows from their cells.

        Parameters
        ----------
        printed : sequence of tuple of str and int
            The text of each row, and its line.
        cells : sequence of sequence of str
            Those of each row, one a column.

        Returns
        -------
        list of JobRow or None
            As many. None stands for a row with a cell that is not what its column promises: it must be read again, one
            cell after the other, to say which.
        """
        if not cells:
            return []
        columns = list(zip(*cells, strict=True))
        values: dict[str, Iterable[object]] = {
            "text": [text for text, _ in printed],
            "line": [line for _, line in printed],
        }
        unreadable: set[int] = set()
        for attribute, sources in self._fills.items():
            found = [list(map(known.__getitem__, columns[index])) for index, known in sources]
            for one in found:
                if _UNREADABLE in one:
                    unreadable.update(place for place, value in enumerate(one) if value is _UNREADABLE)
            values[attribute] = found[0] if len(found) == 1 else map(_first_told, *found)
        rows: list[JobRow | None] = list(
            map(JobRow, *(values.get(name, itertools.repeat(default)) for name, default in _ATTRIBUTES))
        )
        for index, cell in self._others:
            for place, text in enumerate(columns[index]):
                row = rows[place]
                if text and row is not None:
                    try:
                        cell(row, text)
                    except CellError:
                        unreadable.add(place)
        for place in unreadable:
            rows[place] = None
        return rows


def _first_told(*values: object) -> object:
    """Return what the first of several columns tells that tells anything."""
    return next((value for value in values if value is not None), None)
