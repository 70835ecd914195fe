"""Many rows of a table at once, column by column: the same states, limits and dates stand in most of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nnsreport.parsers.slurm.cells import Cell, Fill
from nnsreport.parsers.slurm.quantities import CellError
from nnsreport.parsers.slurm.row import JobRow

_MOST_KEPT = 1 << 14
_UNREADABLE = object()


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
        self._fills: list[tuple[int, str, _KnownTexts, bool]] = []
        self._others: list[tuple[int, Cell]] = []
        filled: set[str] = set()
        for index, cell in columns:
            if isinstance(cell, Fill):
                self._fills.append((index, cell.attribute, _KnownTexts(cell.read), cell.attribute in filled))
                filled.add(cell.attribute)
            else:
                self._others.append((index, cell))

    def read(self, rows: list[JobRow | None], cells: Sequence[Sequence[str]]) -> None:
        """Fill rows from their cells.

        Parameters
        ----------
        rows : list of JobRow or None
            Nothing has been read into them; None for those that are not to be read. A row with a cell that is not what
            its column promises is replaced by None: it must be read again, one cell after the other, to say which.
        cells : sequence of sequence of str
            Those of each row.
        """
        places = [place for place, row in enumerate(rows) if row is not None]
        read = [row for row in rows if row is not None]
        columns = list(zip(*(cells[place] for place in places), strict=True)) if read else []
        for index, cell in self._others if read else ():
            for place, row, text in zip(places, read, columns[index], strict=True):
                if text:
                    try:
                        cell(row, text)
                    except CellError:
                        rows[place] = None
        for index, attribute, known, may_be_filled in self._fills if read else ():
            values = map(known.__getitem__, columns[index])
            for place, row, value in zip(places, read, values, strict=True):
                if value is None:
                    continue
                if value is _UNREADABLE:
                    rows[place] = None
                elif not (may_be_filled and getattr(row, attribute) is not None):
                    setattr(row, attribute, value)
