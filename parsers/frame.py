"""Records to the metrics table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from nnsreport.parsers.columns import MetricColumns
from nnsreport.tables import empty

if TYPE_CHECKING:
    import polars as pl

    from nnsreport.parsers.records import ParsedLog


def metrics_frame(logs: Iterable[ParsedLog]) -> pl.DataFrame:
    """Return the numbers of several logs as one table.

    Parameters
    ----------
    logs : iterable of ParsedLog
        In the order of the rows.

    Returns
    -------
    polars.DataFrame
        With the schema of ``metrics``.
    """
    import polars as pl

    frames = [MetricColumns.of(log.metrics).frame(log.run) for log in logs]
    return pl.concat([empty("metrics"), *frames])
