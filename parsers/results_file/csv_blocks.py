"""Thousands of rows of a results file at once: their cells become columns, from which entries are checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nnsreport.parsers.results_file.entries import FIELDS
from nnsreport.parsers.results_file.entry_columns import EntryColumns, check_columns
from nnsreport.parsers.table_lines import Line

if TYPE_CHECKING:
    import polars as pl

_UNREADABLE = '"'
"""A text that no field takes."""


def check_rows(columns: Sequence[str], delimiter: str, numeric: frozenset[str], rows: Sequence[Line]) -> EntryColumns:
    """Check rows of cells.

    Parameters
    ----------
    columns : sequence of str
        Their names; those of fields once each.
    delimiter : str
        Between cells.
    numeric : frozenset of str
        Fields that are numbers.
    rows : sequence of Line
        At least one.

    Returns
    -------
    EntryColumns
        As many; a row that is not surely good, such as one with quotes, is not.
    """
    import numpy as np
    import polars as pl

    texts = pl.Series([row.text for row in rows])
    cells = texts.str.split(delimiter)
    tokens = {
        name: _tokens(name, cells.list.get(index, null_on_oob=True).str.strip_chars(), name in numeric)
        for index, name in enumerate(columns)
        if name in FIELDS
    }
    entries = check_columns(pl.DataFrame(tokens))
    is_whole = np.array([not (row.may_lack_start or row.may_lack_end) for row in rows])
    is_plain = ((cells.list.len() == len(columns)) & ~texts.str.contains(r'["\\]')).to_numpy()
    entries.is_good[:] &= is_whole & is_plain
    return entries


def _tokens(name: str, cells: pl.Series, is_numeric: bool) -> pl.Series:
    """Return cells as the scalars of a JSON text."""
    import polars as pl

    cell = pl.col(name)
    quoted, unreadable = '"' + cell + '"', pl.lit(_UNREADABLE)
    if is_numeric:
        token = pl.when(cell.str.contains(r"^-?[0-9]")).then(cell).otherwise(unreadable)
    elif name == "layer":
        is_count, is_in_another_script = cell.str.contains("^[0-9]+$"), cell.str.contains(r"^\d+$")
        token = pl.when(is_count).then(cell).when(is_in_another_script).then(unreadable).otherwise(quoted)
    else:
        token = quoted
    told = pl.when(cell != "").then(token)
    return pl.DataFrame({name: cells}).select(told.alias(name)).to_series()
