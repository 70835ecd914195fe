"""Tables of converters that users measured or simulated: CSV files with a header."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.errors import DataError


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes
    ----------
    path : Path
        Of the file.
    line : int
        Counted from 1, the header included.
    cells : Mapping of str to str
        By column, without spaces around.
    """

    path: Path
    line: int
    cells: Mapping[str, str]

    def number(self, column: str) -> float:
        """Return a finite number.

        Parameters
        ----------
        column : str
            Its column.

        Returns
        -------
        float
            As written.

        Raises
        ------
        DataError
            It is not one.
        """
        text = self.cells[column]
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.error(column, f"is {text!r}, expected a finite number")
        return value

    def error(self, column: str, message: str) -> DataError:
        """Return an error at this row.

        Parameters
        ----------
        column : str
            At fault.
        message : str
            What is wrong with it.

        Returns
        -------
        DataError
            To be raised.
        """
        return DataError(message, path=self.path, line=self.line, field=column)


def read_rows(path: Path, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> Iterator[Row]:
    """Read a table.

    Parameters
    ----------
    path : Path
        CSV in UTF-8 with a header.
    needed, optional : tuple of str
        Columns. Others are refused, so that none is misspelt unnoticed.

    Yields
    ------
    Row
        One a line; empty lines are left out.

    Raises
    ------
    DataError
        The file cannot be read, lacks a column, has an unknown one, or a row has another number of cells.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot be read ({error})", path=path, remedy="give a CSV file in UTF-8") from error
    reader = csv.reader(lines)
    header = [name.strip() for name in next(reader, [])]
    wrong = [name for name in needed if name not in header] or [n for n in header if n not in (*needed, *optional)]
    if wrong or len(set(header)) < len(header):
        names = ",".join(needed) + "".join(f"[,{name}]" for name in optional)
        raise DataError(f"has the header {','.join(header)!r}", path=path, line=1, remedy=f"write {names}")
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(header):
            raise DataError(f"has {len(cells)} cells, expected {len(header)}", path=path, line=reader.line_num)
        stripped = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        yield Row(path, reader.line_num, stripped)


def read_staircase(path: Path) -> tuple[Array, Array]:
    """Read a converter's thresholds and levels.

    Parameters
    ----------
    path : Path
        CSV with the columns ``threshold`` and ``level``, as shares of the range; the first threshold is empty.

    Returns
    -------
    thresholds : numpy.ndarray of float64, (n - 1,)
        Ascending.
    levels : numpy.ndarray of float64, (n,)
        What is delivered between them.

    Raises
    ------
    DataError
        The file is no such table.
    """
    thresholds: list[float] = []
    levels: list[float] = []
    for row in read_rows(path, ("threshold", "level")):
        if levels:
            thresholds.append(row.number("threshold"))
            if len(thresholds) > 1 and thresholds[-1] <= thresholds[-2]:
                raise row.error("threshold", f"is {thresholds[-1]:g}, not above the one before, {thresholds[-2]:g}")
        elif row.cells["threshold"]:
            raise row.error("threshold", "is given for the lowest level, which has none; leave it empty")
        levels.append(row.number("level"))
    if not thresholds:
        raise DataError("has no threshold", path=path, remedy="write two levels or more, one a line")
    return np.array(thresholds), np.array(levels)


def read_nonlinearity(path: Path, codes: int) -> Array:
    """Read a converter's integral non-linearity.

    Parameters
    ----------
    path : Path
        CSV with the columns ``code``, counted from the lowest code 0, and ``inl``, in steps.
    codes : int
        How many codes there are; the lowest has no threshold, so rows are 1 to codes - 1.

    Returns
    -------
    numpy.ndarray of float64, (codes - 1,)
        Of the thresholds of codes 1, 2, ...

    Raises
    ------
    DataError
        The file is no such table, or a code is missing.
    """
    return _by_number(path, "code", ("inl",), range(1, codes), codes)[0]


def read_transfer(path: Path, codes: int) -> tuple[Array, Array]:
    """Read what circuits make of ideal codes.

    Parameters
    ----------
    path : Path
        CSV with the columns ``output``, counted from the lowest code 0, ``mean`` and ``std``, in steps.
    codes : int
        How many codes there are; NeuroSim V1.5 has one more.

    Returns
    -------
    means, stds : numpy.ndarray of float64, (codes or codes + 1,)
        Of each output.

    Raises
    ------
    DataError
        The file is no such table, or an output is missing.
    """
    means, stds = _by_number(path, "output", ("mean", "std"), range(codes), codes + 1)
    if stds.min() < 0:
        raise DataError(
            f"has the standard deviation {stds.min():g}", path=path, field="std", remedy="make it 0 or more"
        )
    return means, stds


def _by_number(path: Path, key: str, columns: tuple[str, ...], needed: range, limit: int) -> tuple[Array, ...]:
    """Read columns in the order of whole numbers, which have to follow each other without a gap."""
    found: dict[int, tuple[float, ...]] = {}
    for row in read_rows(path, (key, *columns)):
        number = row.number(key)
        if number != int(number) or not needed.start <= number < limit:
            raise row.error(key, f"is {number:g}, expected a whole number from {needed.start} to {limit - 1}")
        if int(number) in found:
            raise row.error(key, f"is {number:g} a second time")
        found[int(number)] = tuple(row.number(column) for column in columns)
    missing = sorted(set(needed) - set(found))
    if missing:
        raise DataError(f"lacks {key} {missing[0]} of {needed.start} to {needed.stop - 1}", path=path, field=key)
    rows = [found[number] for number in sorted(found)]
    return tuple(np.array(column) for column in zip(*rows, strict=True))
