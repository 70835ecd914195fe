"""Charts of one number a layer: ADC saturation, weight error, memory utilisation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnsreport.reports.charts.chart_spec import ChartSpec, DataTable, Rows
from nnsreport.reports.charts.encodings import SERIES, Row, inline, series_color
from nnsreport.reports.charts.labels import describe_compensation, describe_time, join_label, run_labels
from nnsreport.reports.charts.sampling import ROW_LIMIT, thin
from nnsreport.reports.run_data import RunData
from nnsreport.units import format_quantity

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

_ROW_HEIGHT = 16
_FURTHER_SERIES_HEIGHT = 8
_SERIES_LIMIT = 6


@dataclass(frozen=True, slots=True)
class _Kind:
    metric: str
    name: str
    title: str
    axis: str
    caption: str
    unit: str = "fraction"

    @property
    def scale(self) -> float:
        """What stored values are multiplied with on the axis."""
        return 100.0 if self.unit == "fraction" else 1.0


_KINDS = (
    _Kind(
        "adc_saturation",
        "layer-adc-saturation",
        "ADC saturation of each layer",
        "Conversions clipped (%)",
        "Share of analog-to-digital conversions that the ADC's range clips.",
    ),
    _Kind(
        "weight_error",
        "layer-weight-error",
        "Weight error of each layer",
        "RMS error over RMS weight (%)",
        "Root-mean-square error of the weights as read, relative to the root-mean-square weight.",
    ),
    _Kind(
        "memory_utilization",
        "layer-utilization",
        "Memory utilisation of each layer",
        "Cells holding weights (%)",
        "Share of the memory cells of a layer's tiles that hold weights.",
    ),
    _Kind(
        "pre_adc_snr",
        "layer-pre-adc-snr",
        "SNR of each layer in front of the ADC",
        "SNR_A (dB)",
        "Variance of a layer's dot products in floating point over that of all errors in front of the ADC.",
        "dB",
    ),
    _Kind(
        "total_snr",
        "layer-total-snr",
        "SNR of each layer behind the ADC",
        "SNR_T (dB)",
        "Variance of a layer's dot products in floating point over that of all errors, those of the ADC included.",
        "dB",
    ),
)


@dataclass(frozen=True, slots=True)
class _Condition:
    run: str
    compensation: str | None
    time_s: float | None


def layer_statistics(runs: Sequence[RunData]) -> tuple[ChartSpec, ...]:
    """Return a chart for each per-layer statistic that any run has.

    Parameters
    ----------
    runs : sequence of RunData
        Means over trials are shown, at the first and the last time.

    Returns
    -------
    tuple of ChartSpec
        ``layer-adc-saturation``, ``layer-weight-error``, ``layer-utilization``, ``layer-pre-adc-snr``,
        ``layer-total-snr``, as far as there are data.
    """
    charts = (_statistic(runs, kind) for kind in _KINDS)
    return tuple(chart for chart in charts if chart is not None)


def _statistic(runs: Sequence[RunData], kind: _Kind) -> ChartSpec | None:
    values: dict[_Condition, dict[str, float]] = {}
    for label, run in zip(run_labels(runs), runs, strict=True):
        values.update(_of_run(label, run, kind.metric))
    if not values:
        return None
    conditions = tuple(values)[:_SERIES_LIMIT]
    layers = tuple(dict.fromkeys(layer for condition in conditions for layer in values[condition]))
    shown = thin(layers, ROW_LIMIT // len(conditions))
    caption = kind.caption
    if any(condition.time_s is not None for condition in conditions):
        caption += " Means over trials, at the first and the last time."
    if len(conditions) < len(values):
        caption += f" Shows the first {len(conditions)} of {len(values)} runs and conditions."
    if len(shown) < len(layers):
        caption += f" Shows {len(shown):,} of {len(layers):,} layers, evenly spaced."
    names = _names(conditions)
    series = {name: values[condition] for name, condition in zip(names, conditions, strict=True)}
    rows = Rows(len(shown), _ROW_HEIGHT + _FURTHER_SERIES_HEIGHT * (len(series) - 1))
    chart, table = _chart(kind, series, shown), _table(kind, series, shown)
    return ChartSpec(kind.name, kind.title, "layers", caption, chart, table, rows)


def _of_run(label: str, run: RunData, metric: str) -> dict[_Condition, dict[str, float]]:
    import polars as pl

    rows = run.metrics.filter((pl.col("metric") == metric) & (pl.col("scope") == "layer") & pl.col("value").is_finite())
    times = rows["time_s"].drop_nulls()
    if times.len():
        rows = rows.filter(pl.col("time_s").is_null() | pl.col("time_s").is_in([times.min(), times.max()]))
    found: dict[_Condition, dict[str, float]] = {}
    for group in rows.partition_by("compensation", "time_s", "layer", maintain_order=True):
        condition = _Condition(label, group["compensation"][0], group["time_s"][0])
        found.setdefault(condition, {})[group["layer"][0]] = _mean(group)
    return found


def _mean(rows: pl.DataFrame) -> float:
    values: list[float] = rows["value"].to_list()
    return math.fsum(values) / len(values)


def _names(conditions: Sequence[_Condition]) -> tuple[str, ...]:
    several_runs = len({c.run for c in conditions}) > 1
    several_compensations = len({c.compensation for c in conditions}) > 1
    several_times = len({c.time_s for c in conditions}) > 1
    return tuple(
        join_label(
            c.run if several_runs or len(conditions) == 1 else "",
            describe_compensation(c.compensation) if several_compensations else "",
            describe_time(c.time_s) if several_times and c.time_s is not None else "",
        )
        or c.run
        for c in conditions
    )


def _chart(kind: _Kind, series: dict[str, dict[str, float]], layers: Sequence[str]) -> alt.Chart:
    import altair as alt

    names = tuple(series)
    rows: list[Row] = [
        {"layer": layer, SERIES: name, "value": kind.scale * series[name][layer]}
        for layer in layers
        for name in names
        if layer in series[name]
    ]
    chart: alt.Chart = (
        alt.Chart(inline(rows))
        .mark_bar()
        .encode(
            x=alt.X("value", type="quantitative", title=kind.axis),
            y=alt.Y("layer", type="nominal", sort=list(layers), title=None),
            color=series_color(names),
            tooltip=[
                alt.Tooltip("layer", type="nominal"),
                alt.Tooltip(SERIES, type="nominal"),
                alt.Tooltip("value", type="quantitative", title=kind.axis, format=".4~g"),
            ],
        )
    )
    if len(names) > 1:
        chart = chart.encode(yOffset=alt.YOffset(SERIES, type="nominal", sort=list(names)))
    return chart


def _table(kind: _Kind, series: dict[str, dict[str, float]], layers: Sequence[str]) -> DataTable:
    return DataTable(
        ("Layer", *series),
        tuple(
            (layer, *(format_quantity(values.get(layer), kind.unit) for values in series.values())) for layer in layers
        ),
    )
