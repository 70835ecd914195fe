"""Records to the metrics table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from nnsreport.tables import schema

if TYPE_CHECKING:
    import polars as pl

    from nnsreport.parsers.records import ParsedLog

_COLUMNS = ("scope", "layer", "component", "metric", "value", "unit", "line")


def metrics_frame(logs: Iterable[ParsedLog]) -> pl.DataFrame:
    """Return the numbers of several logs as one table.

    Parameters
    ----------
    logs : iterable of ParsedLog
        In the order of the rows.

    Returns
    -------
    polars.DataFrame
        With the schema of ``metrics``; ``trial``, ``time_s`` and ``compensation`` are null.
    """
    import polars as pl

    data: dict[str, list[object]] = {name: [] for name in ("run", *_COLUMNS)}
    for log in logs:
        data["run"].extend([log.run] * len(log.metrics))
        for column in _COLUMNS:
            data[column].extend([getattr(record, column) for record in log.metrics])
    expected = schema("metrics")
    length = len(data["run"])
    empty = {name: pl.Series(name, [None] * length, dtype=kind) for name, kind in expected.items() if name not in data}
    filled = {name: pl.Series(name, values, dtype=expected[name]) for name, values in data.items()}
    return pl.DataFrame({**filled, **empty}, schema=expected)
