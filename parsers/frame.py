"""Records to the metrics table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from nnsreport.parsers.batch import MetricBatch
from nnsreport.parsers.columns import MetricColumns

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
    return MetricBatch.of((log.run, MetricColumns.of(log.metrics)) for log in logs).frame()
