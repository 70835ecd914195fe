"""Reading whole-chip and per-layer numbers out of a run's table of metrics."""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.reports.epochs import standing_epoch
from nnsreport.reports.run_data import RunData
from nnsreport.vocabulary import METRICS

_ORDER = {name: rank for rank, name in enumerate(METRICS)}


def metric_rank(metric: str) -> int:
    """Return the place of a metric in the vocabulary; those that it does not have come last."""
    return _ORDER.get(metric, len(_ORDER))


@dataclass(frozen=True, slots=True)
class ChipNumber:
    """A number about a whole chip, or about all of one component in it."""

    metric: str
    component: str
    value: float
    unit: str
    lines: tuple[int, ...]

    @property
    def source(self) -> str:
        """Where the log prints it, such as ``line 62`` or ``lines 62, 346``."""
        return f"line{'s' if len(self.lines) > 1 else ''} {', '.join(map(str, self.lines))}" if self.lines else ""


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
        Each once, with all the lines that say so. Inf and nan are kept: a log that prints them should be seen to.
    """
    import polars as pl

    rows = run.metrics.filter((pl.col("scope") == "chip") & pl.col("value").is_not_null())
    found: dict[tuple[str, str, str], ChipNumber] = {}
    for metric, component, value, unit, line in rows.select("metric", "component", "value", "unit", "line").iter_rows():
        # As text, nan equals nan.
        known = found.get((metric, component or "", repr(value)))
        lines = (*(known.lines if known else ()), *(() if line is None else (line,)))
        found[metric, component or "", repr(value)] = ChipNumber(metric, component or "", value, unit, lines)
    return tuple(sorted(found.values(), key=lambda number: metric_rank(number.metric)))


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


def epoch_note(run: RunData) -> str:
    """Say which epoch of a training is shown, for a run with the numbers of one; empty for other runs."""
    epoch = standing_epoch(run)
    return "" if epoch is None else f"epoch {epoch}, the last complete one"
