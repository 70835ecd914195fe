"""The table of a sweep: one row a design point, written while points are evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nnsreport.costs.axes import is_whole
from nnsreport.costs.sweep import GroupResults
from nnsreport.costs.tables import CHIP_COLUMNS
from nnsreport.tables import schema_of

if TYPE_CHECKING:
    import polars as pl

POINT, REASON, IS_PARETO = "point", "reason", "is_pareto"


def sweep_schema(parameters: Sequence[str]) -> pl.Schema:
    """Return the schema of a sweep's table.

    Parameters
    ----------
    parameters : sequence of str
        What differs between points.

    Returns
    -------
    polars.Schema
        The point's number, its parameters, why it has no result, and the numbers of its chip in SI units.
    """
    varied = {name: "Int64" if is_whole(name) else "Float64" for name in parameters}
    return schema_of({POINT: "Int64", **varied, REASON: "String", **dict.fromkeys(CHIP_COLUMNS, "Float64")})


def sweep_frame(results: GroupResults, parameters: Sequence[str]) -> pl.DataFrame:
    """Return the rows of a group.

    Parameters
    ----------
    results : GroupResults
        Of its points.
    parameters : sequence of str
        What differs between points, in the order of the columns.

    Returns
    -------
    polars.DataFrame
        With the schema of :func:`sweep_schema`; null where a point has no result, or no such number.
    """
    import polars as pl

    columns = results.group.columns()
    frame = pl.DataFrame(
        {
            POINT: results.group.numbers,
            **{name: columns[name] for name in parameters},
            REASON: pl.Series(results.reasons, dtype=pl.String),
            **results.numbers,
        }
    )
    has_result = pl.col(REASON).is_null()
    wanted = sweep_schema(parameters)
    missing = [pl.lit(None).alias(name) for name in wanted if name not in frame.columns]
    found = [pl.when(has_result).then(pl.col(name)) for name in results.numbers]
    return frame.with_columns(*found, *missing).select(wanted.names()).cast(wanted)
