"""Chart of accuracy against time after programming."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING

from nnsreport.reports.charts.accuracy_points import (
    AccuracyPoint,
    Baseline,
    accuracy_points,
    baselines,
    distinct_times,
)
from nnsreport.reports.charts.chart_spec import ChartSpec, DataTable
from nnsreport.reports.charts.encodings import (
    SERIES,
    Row,
    inline,
    series_color,
    series_dash,
    series_shape,
    time_axis,
)
from nnsreport.reports.charts.labels import describe_compensation, describe_time, join_label, percent, percent_interval
from nnsreport.reports.charts.sampling import ROW_LIMIT, thin, thinning_note
from nnsreport.reports.run_data import RunData

if TYPE_CHECKING:
    import altair as alt

_HIGHEST = 104.0  # per cent: room for a label above 100, no tick
_LABEL_GAP = 0.09  # baselines nearer than this share of the axis have one label together


def accuracy_over_time(runs: Sequence[RunData]) -> ChartSpec | None:
    """Return accuracy against time, one line for each run and compensation.

    Parameters
    ----------
    runs : sequence of RunData
        Own runs with several times; runs and points without a time are left out.

    Returns
    -------
    ChartSpec or None
        None where fewer than two times occur.
    """
    all_points = [p for p in accuracy_points(runs) if p.time_s is not None and p.time_s > 0]
    if len(distinct_times(all_points)) < 2:
        return None
    points = thin(all_points, ROW_LIMIT)
    names = series_names(points)
    shown_runs = {point.run for point in points}
    rules = [baseline for baseline in baselines(runs) if baseline.run in shown_runs]
    caption = (
        "Mean accuracy over trials (programming draws) against time, on a logarithmic axis"
        f"{_band_note(points)}{_rule_note(rules)}.{thinning_note(len(points), len(all_points))}"
        f"{_absence_note(runs, shown_runs)}"
    )
    return ChartSpec(
        "accuracy-over-time",
        "Accuracy against time after programming",
        "accuracy",
        caption,
        _chart(points, names, rules),
        accuracy_table(points),
    )


def series_names(points: Sequence[AccuracyPoint]) -> tuple[str, ...]:
    """Return the distinct names of series, in order of appearance."""
    return tuple(dict.fromkeys(series_name(point, points) for point in points))


def series_name(point: AccuracyPoint, points: Sequence[AccuracyPoint]) -> str:
    """Name a point's series by what tells it from the others: the run, the compensation, or both."""
    several_runs = len({p.run for p in points}) > 1
    compensation = describe_compensation(point.compensation)
    if several_runs or not compensation:
        return join_label(point.run, compensation)
    return compensation


def accuracy_table(points: Sequence[AccuracyPoint]) -> DataTable:
    """Return the numbers of an accuracy chart as text."""
    return DataTable(
        ("Run", "Compensation", "Time", "Mean accuracy", "95 % interval", "Trials"),
        tuple(
            (
                point.run,
                describe_compensation(point.compensation) or "–",
                "–" if point.time_s is None else describe_time(point.time_s),
                percent(point.mean),
                percent_interval(point.low, point.high),
                str(len(point.values)),
            )
            for point in points
        ),
    )


def _band_note(points: Sequence[AccuracyPoint]) -> str:
    kinds = {point.over for point in points}
    if "trials" in kinds:
        return "; bands: 95 % confidence interval of the mean (Student's t over trials)"
    if "images" in kinds:
        return "; bands: 95 % interval over test images (Wilson), as there is one trial only"
    return ""


def _rule_note(rules: Sequence[Baseline]) -> str:
    return "; horizontal rules: the same network without device effects" if rules else ""


def _absence_note(runs: Sequence[RunData], shown: Set[str]) -> str:
    absent = [point.run for point in accuracy_points(runs) if point.run not in shown]
    if not absent:
        return ""
    return f" Without a time, and so in the table only: {', '.join(dict.fromkeys(absent))}."


def _chart(points: Sequence[AccuracyPoint], names: Sequence[str], rules: Sequence[Baseline]) -> alt.LayerChart:
    import altair as alt

    rows: list[Row] = [
        {
            SERIES: series_name(point, points),
            "time_s": point.time_s,
            "time": describe_time(point.time_s or 0.0),
            "accuracy": 100 * point.mean,
            "low": None if math.isnan(point.low) else 100 * point.low,
            "high": None if math.isnan(point.high) else 100 * point.high,
            "trials": len(point.values),
        }
        for point in points
    ]
    domain = _domain(points, rules)
    x = time_axis(distinct_times(points))
    scale = alt.Scale(domain=domain, nice=False)
    y = alt.Y("accuracy", type="quantitative", title="Accuracy (%)", scale=scale)
    tooltip = [
        alt.Tooltip(SERIES, type="nominal", title="series"),
        alt.Tooltip("time", type="nominal", title="time"),
        alt.Tooltip("accuracy", type="quantitative", title="mean accuracy (%)", format=".2f"),
        alt.Tooltip("low", type="quantitative", title="95 % interval from (%)", format=".2f"),
        alt.Tooltip("high", type="quantitative", title="to (%)", format=".2f"),
        alt.Tooltip("trials", type="quantitative", title="trials"),
    ]
    base = alt.Chart(inline(rows))
    color = series_color(names)
    layers = _rule_layers(rules, domain)
    known_intervals = [row for row in rows if row["low"] is not None]
    if known_intervals:
        low = alt.Y("low", type="quantitative", scale=scale, title="Accuracy (%)")
        layers.append(alt.Chart(inline(known_intervals)).mark_area().encode(x=x, y=low, y2="high", color=color))
    line = base.mark_line().encode(x=x, y=y, color=color, strokeDash=series_dash(names))
    mark = base.mark_point().encode(x=x, y=y, color=color, shape=series_shape(names), tooltip=tooltip)
    return alt.LayerChart(layer=[*layers, line, mark])


def _domain(points: Sequence[AccuracyPoint], rules: Sequence[Baseline]) -> list[float]:
    values = [v for p in points for v in (p.mean, p.low, p.high) if not math.isnan(v)] + [r.value for r in rules]
    low, high = 100 * min(values), 100 * max(values)
    margin = max(0.08 * (high - low), 0.25)
    return [max(low - margin, 0.0), min(high + 1.5 * margin, _HIGHEST)]


def _rule_layers(rules: Sequence[Baseline], domain: Sequence[float]) -> list[alt.Chart]:
    """Return rules and their labels, at the right end where drift has taken the lines away."""
    import altair as alt

    if not rules:
        return []
    rows: list[Row] = [
        {"accuracy": 100 * max(group), "label": ", ".join(group[value] for value in sorted(group, reverse=True))}
        for group in _clusters(_rule_texts(rules), _LABEL_GAP * (domain[1] - domain[0]) / 100)
    ]
    scale = alt.Scale(domain=list(domain), nice=False)
    y = alt.Y("accuracy", type="quantitative", scale=scale, title="Accuracy (%)")
    values: list[Row] = [{"accuracy": 100 * value} for value in sorted({rule.value for rule in rules})]
    return [
        alt.Chart(inline(values)).mark_rule(strokeDash=[3, 3]).encode(y=y),
        alt.Chart(inline(rows))
        .mark_text(align="right", baseline="bottom", dy=-2)
        .encode(x=alt.value("width"), y=y, text=alt.Text("label", type="nominal")),
    ]


def _rule_texts(rules: Sequence[Baseline]) -> dict[float, str]:
    """Return one label for each distinct value: runs of one network share theirs."""
    several_runs = len({rule.run for rule in rules}) > 1
    titles: dict[float, dict[str, list[str]]] = {}
    for rule in rules:
        titles.setdefault(rule.value, {}).setdefault(rule.title, []).append(rule.run)
    everyone = len({rule.run for rule in rules})
    texts: dict[float, str] = {}
    for value, by_title in titles.items():
        parts = [
            title if not several_runs or len(names) == everyone else join_label(title, ", ".join(names))
            for title, names in by_title.items()
        ]
        texts[value] = f"{' and '.join(parts)} {percent(value)}"
    return texts


def _clusters(texts: Mapping[float, str], gap: float) -> list[dict[float, str]]:
    """Return values with their texts in groups whose neighbours are at least ``gap`` apart."""
    clusters: list[dict[float, str]] = []
    for value in sorted(texts):
        if clusters and value - max(clusters[-1]) < gap:
            clusters[-1][value] = texts[value]
        else:
            clusters.append({value: texts[value]})
    return clusters
