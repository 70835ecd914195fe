"""Reading the tables of engine/cost/data: comma-separated values whose header names quantity and unit."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TypeAlias

Row: TypeAlias = MappingProxyType[str, str]


@cache
def read_table(name: str) -> tuple[Row, ...]:
    """Return the rows of a table that comes with the package.

    Parameters
    ----------
    name : str
        File name in engine/cost/data, such as ``layout.csv``.

    Returns
    -------
    tuple of mapping
        The cells as text, by column.
    """
    text = (resources.files("nnsreport.engine.cost") / "data" / name).read_text(encoding="utf-8")
    return tuple(MappingProxyType(row) for row in csv.DictReader(text.splitlines()))


def number(row: Row, column: str) -> float:
    """Return a number; 0 where the cell is empty, as the quantity does not exist for this kind of transistor."""
    return float(row[column] or 0)
