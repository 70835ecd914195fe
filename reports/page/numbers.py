"""Reading whole-chip and per-layer numbers out of a run's table of metrics."""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.reports.run_data import RunData
from nnsreport.vocabulary import METRICS

_ORDER = {name: rank for rank, name in enumerate(METRICS)}


@dataclass(frozen=True, slots=True)
class ChipNumber:
    """A number about a whole chip, or about all of one component in it."""

    metric: str
    component: str
    value: float
    unit: str
    line: int | None


@dataclass(frozen=True, slots=True)
class LayerNumber:
    """A number about one layer, without trials and times."""

    layer: str
    metric: str
    component: str
    value: float
    unit: str
    line: int | None


def chip_numbers(run: RunData) -> tuple[ChipNumber, ...]:
    """Return a run's numbers about its chip, in the order of the vocabulary.

    Parameters
    ----------
    run : RunData
        Whose metrics are read.

    Returns
    -------
    tuple of ChipNumber
        Inf and nan are kept: a log that prints them should be seen to.
    """
    import polars as pl

    rows = run.metrics.filter((pl.col("scope") == "chip") & pl.col("value").is_not_null())
    found = [
        ChipNumber(row["metric"], row["component"] or "", row["value"], row["unit"], row["line"])
        for row in rows.iter_rows(named=True)
    ]
    return tuple(sorted(found, key=lambda number: _ORDER.get(number.metric, len(_ORDER))))


def layer_numbers(run: RunData) -> tuple[LayerNumber, ...]:
    """Return a run's numbers about layers that have neither trial nor time, in the order of the table.

    Parameters
    ----------
    run : RunData
        Whose metrics are read.

    Returns
    -------
    tuple of LayerNumber
        Inf and nan are kept.
    """
    import polars as pl

    rows = run.metrics.filter(
        (pl.col("scope") == "layer")
        & pl.col("value").is_not_null()
        & pl.col("trial").is_null()
        & pl.col("time_s").is_null()
    )
    return tuple(
        LayerNumber(row["layer"] or "", row["metric"], row["component"] or "", row["value"], row["unit"], row["line"])
        for row in rows.iter_rows(named=True)
    )
