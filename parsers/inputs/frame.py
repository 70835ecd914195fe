"""Rows of an input file to a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def frame_of(rows: Sequence[tuple[object, ...]], columns: Mapping[str, str]) -> pl.DataFrame:
    """Return rows as a table with an explicit schema.

    Parameters
    ----------
    rows : sequence of tuple
        One value a column.
    columns : Mapping of str to str
        Names and Polars types.

    Returns
    -------
    polars.DataFrame
        In the order of the rows.
    """
    import polars as pl

    schema = pl.Schema({name: getattr(pl, kind)() for name, kind in columns.items()})
    return pl.DataFrame(rows, schema=schema, orient="row")
