"""Charts of the signal-to-noise ratios of layers."""

from __future__ import annotations

import dataclasses
import math

import polars as pl

from nnsreport.reports.charts.layer_statistics import layer_statistics
from nnsreport.reports.run_data import RunData


def with_ratios(run: RunData, metric: str) -> RunData:
    """Take the run's weight errors for ratios of -20 to 40 dB, some of them without noise."""
    errors = run.metrics.filter(metric="weight_error")
    levels = [math.inf if index % 7 == 3 else float(index % 60) - 20.0 for index in range(errors.height)]
    ratios = errors.with_columns(metric=pl.lit(metric), unit=pl.lit("dB"), value=pl.Series(levels))
    return dataclasses.replace(run, metrics=pl.concat([run.metrics, ratios]))


def test_ratios_are_shown_in_decibels(drift_run: RunData) -> None:
    assert not any(chart.name.endswith("snr") for chart in layer_statistics([drift_run]))
    for metric, name in (("pre_adc_snr", "layer-pre-adc-snr"), ("total_snr", "layer-total-snr")):
        run = with_ratios(drift_run, metric)
        (chart,) = (chart for chart in layer_statistics([run]) if chart.name.endswith("snr"))
        assert chart.name == name
        (rows,) = chart.chart.to_dict()["datasets"].values()
        times = run.metrics["time_s"].drop_nulls()
        shown = run.metrics.filter(
            (pl.col("metric") == metric)
            & pl.col("value").is_finite()
            & pl.col("time_s").is_in([times.min(), times.max()])
        )
        means = shown.group_by("layer", "time_s", "compensation").agg(pl.col("value").mean())["value"].to_list()
        assert sorted(row["value"] for row in rows) == [float(f"{value:.17g}") for value in sorted(means)]
        assert all(cell.endswith("dB") or cell == "–" for row in chart.table.rows for cell in row[1:])
