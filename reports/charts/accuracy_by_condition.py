"""Chart of accuracies without a time axis: every trial, and the mean with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nnsreport.reports.charts.accuracy_over_time import accuracy_table, series_name
from nnsreport.reports.charts.accuracy_points import (
    AccuracyPoint,
    Baseline,
    accuracy_points,
    baselines,
    distinct_times,
)
from nnsreport.reports.charts.chart_spec import ChartSpec, Rows
from nnsreport.reports.charts.encodings import SERIES, Row, inline
from nnsreport.reports.charts.sampling import ROW_LIMIT, thin, thinning_note
from nnsreport.reports.run_data import RunData

if TYPE_CHECKING:
    import altair as alt

_ROW_HEIGHT = 36


def accuracy_by_condition(runs: Sequence[RunData]) -> ChartSpec | None:
    """Return the accuracy of each trial, one row for each run and compensation.

    Parameters
    ----------
    runs : sequence of RunData
        Own runs evaluated at one time, and logs.

    Returns
    -------
    ChartSpec or None
        None where no run has an accuracy, where there is a time axis to show instead, and where all there is is one
        number without an interval.
    """
    points = accuracy_points(runs)
    if not points or len(distinct_times(points)) > 1:
        return None
    rules = baselines(runs)
    if len(points) == 1 and math.isnan(points[0].low) and not rules:
        return None  # a lone number, that every table has as well
    total = sum(len(point.values) for point in points)
    limit = max(ROW_LIMIT // len(points), 2)
    shown = sum(len(thin(point.values, limit)) for point in points)
    caption = (
        "Each tick is one trial (programming draw); the marker is the mean, the line its 95 % interval: over trials "
        "(Student's t) where there are several, over test images (Wilson) otherwise."
        f"{' Hollow diamonds: float; hollow squares: quantised, both without device effects.' if rules else ''}"
        f"{thinning_note(shown, total)}"
    )
    return ChartSpec(
        "accuracy",
        "Accuracy with its interval",
        "accuracy",
        caption,
        _chart(points, rules, limit),
        accuracy_table(points),
        Rows(len(points), _ROW_HEIGHT),
    )


def _chart(points: Sequence[AccuracyPoint], rules: Sequence[Baseline], limit: int) -> alt.LayerChart:
    import altair as alt

    names = [series_name(point, points) for point in points]
    y = alt.Y(SERIES, type="nominal", sort=list(dict.fromkeys(names)), title=None)
    summary: list[Row] = []
    trials: list[Row] = []
    for name, point in zip(names, points, strict=True):
        known = not math.isnan(point.low)
        summary.append(
            {
                SERIES: name,
                "accuracy": 100 * point.mean,
                "low": 100 * point.low if known else None,
                "high": 100 * point.high if known else None,
                "trials": len(point.values),
            }
        )
        trials.extend({SERIES: name, "accuracy": 100 * v} for v in thin(point.values, limit) if len(point.values) > 1)
    reference: list[Row] = [
        {SERIES: name, "accuracy": 100 * rule.value, "kind": rule.title}
        for name, point in zip(names, points, strict=True)
        for rule in rules
        if rule.run == point.run
    ]
    scale = alt.Scale(zero=False, nice=True, padding=8)
    x = alt.X("accuracy", type="quantitative", title="Accuracy (%)", scale=scale, axis=alt.Axis(tickCount=5))
    tooltip = [
        alt.Tooltip(SERIES, type="nominal", title="series"),
        alt.Tooltip("accuracy", type="quantitative", title="mean accuracy (%)", format=".2f"),
        alt.Tooltip("low", type="quantitative", title="95 % interval from (%)", format=".2f"),
        alt.Tooltip("high", type="quantitative", title="to (%)", format=".2f"),
        alt.Tooltip("trials", type="quantitative", title="trials"),
    ]
    layers: list[alt.Chart] = []
    if trials:
        layers.append(alt.Chart(inline(trials)).mark_tick(height=14, opacity=0.45).encode(x=x, y=y))
    known_intervals = [row for row in summary if row["low"] is not None]
    if known_intervals:
        low = alt.X("low", type="quantitative", scale=scale, title="Accuracy (%)")
        layers.append(alt.Chart(inline(known_intervals)).mark_rule().encode(x=low, x2="high", y=y))
    layers.append(alt.Chart(inline(summary)).mark_point(filled=True).encode(x=x, y=y, tooltip=tooltip))
    if reference:
        shape = alt.Shape(
            "kind",
            type="nominal",
            scale=alt.Scale(domain=["float", "quantised"], range=["diamond", "square"]),
            legend=None,
        )
        layers.append(
            alt.Chart(inline(reference))
            .mark_point(filled=False)
            .encode(
                x=x,
                y=y,
                shape=shape,
                tooltip=[
                    alt.Tooltip("kind", type="nominal", title="without device effects"),
                    alt.Tooltip("accuracy", type="quantitative", title="accuracy (%)", format=".2f"),
                ],
            )
        )
    return alt.LayerChart(layer=layers)
