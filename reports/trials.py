"""The table of trials of a run whose accuracies came as metrics: results files, plug-ins."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from nnsreport.reports.epochs import as_it_stands
from nnsreport.reports.run_data import RunData
from nnsreport.tables import schema

if TYPE_CHECKING:
    import polars as pl

_CONDITION = ("trial", "time_s", "compensation")


def with_trials(run: RunData) -> RunData:
    """Return a run with the table that accuracy charts, tables and intervals are made from.

    Parameters
    ----------
    run : RunData
        Whose table of trials is empty.

    Returns
    -------
    RunData
        The same object where no accuracy has a trial, a time or a compensation: it is a single number then, and keeps
        its line. Images are those of the same condition, or else those told for the whole run; null where neither is.
    """
    import polars as pl

    of_network = as_it_stands(run).metrics.filter(pl.col("scope") == "network")
    accuracies = of_network.filter(pl.col("metric") == "accuracy").unique(_CONDITION, keep="first", maintain_order=True)
    if accuracies.select(_of_run().all()).item():
        return run
    trials = accuracies.select("run", *_CONDITION, pl.col("value").alias("accuracy"))
    for name in ("correct_images", "test_images"):
        counts = of_network.filter((pl.col("metric") == name) & pl.col("value").is_finite())
        trials = trials.join(_of_condition(counts, name), on=_CONDITION, how="left", nulls_equal=True)
    # Told once for the whole run: the same images in every trial, but not as many correct ones.
    images = of_network.filter(_of_run() & (pl.col("metric") == "test_images") & pl.col("value").is_finite())
    told = images["value"].unique()
    if told.len() == 1:
        trials = trials.with_columns(pl.col("test_images").fill_null(told.item()))
    columns = schema("trials")
    return dataclasses.replace(run, trials=trials.select(*columns).cast(columns))


def _of_condition(counts: pl.DataFrame, name: str) -> pl.DataFrame:
    import polars as pl

    first = counts.unique(_CONDITION, keep="first", maintain_order=True)
    return first.select(*_CONDITION, pl.col("value").round().alias(name))


def _of_run() -> pl.Expr:
    import polars as pl

    return pl.all_horizontal(pl.col(*_CONDITION).is_null())
