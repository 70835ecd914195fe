"""Charts of a training over its epochs: accuracy, loss, and what an epoch costs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnsreport.reports.charts.chart_spec import ChartSpec, DataTable
from nnsreport.reports.charts.encodings import DASHES, SERIES, Row, decades, inline, series_color, series_shape
from nnsreport.reports.charts.sampling import ROW_LIMIT, thin, thinning_note
from nnsreport.reports.charts.training_points import Kind, TrainingSeries, training_series
from nnsreport.reports.run_data import RunData
from nnsreport.units import display_scale, format_quantity
from nnsreport.vocabulary import METRICS

if TYPE_CHECKING:
    import altair as alt

_LOGARITHMIC_FROM = 30.0  # ratio of largest to smallest value
_EPOCH_LABELS = 10
_MARKERS = 20  # more of them hide their line


@dataclass(frozen=True, slots=True)
class _Curve:
    """A chart: its words, and the lines that each run may have in it."""

    name: str
    title: str
    axis: str
    caption: str
    kinds: tuple[Kind, ...]
    only_if_varying: bool = False


def _costs(quantity: str, cumulative: str) -> tuple[Kind, ...]:
    return (
        Kind("all phases", "chip", f"epoch_{quantity}", "total"),
        Kind("forward pass", "chip", f"epoch_read_{quantity}", "forward"),
        Kind("activation gradients", "chip", f"epoch_read_{quantity}", "activation_gradient"),
        Kind("weight gradients", "chip", f"epoch_read_{quantity}", "weight_gradient"),
        Kind("weight update", "chip", f"epoch_write_{quantity}", "weight_update"),
        Kind("reads since the start", "chip", f"cumulative_read_{cumulative}", "total"),
        Kind("writes since the start", "chip", f"cumulative_write_{cumulative}", "total"),
        Kind("transfers since the start", "chip", f"cumulative_transfer_{cumulative}", "total"),
    )


_CURVES = (
    _Curve(
        "training-accuracy",
        "Accuracy over the epochs",
        "Accuracy",
        "Test accuracy at the end of each epoch, and accuracy of single batches while training.",
        (
            Kind("training batch", "network", "train_accuracy", is_of_batches=True),
            Kind("test", "network", "accuracy"),
        ),
    ),
    _Curve(
        "training-loss",
        "Loss over the epochs",
        "Loss",
        "Test loss at the end of each epoch, and loss of single batches while training.",
        (Kind("training batch", "network", "train_loss", is_of_batches=True), Kind("test", "network", "test_loss")),
    ),
    _Curve(
        "training-latency",
        "Latency over the epochs",
        "Latency",
        "Latency of the chip: of each epoch, or, where the simulator counts on, since the start of training.",
        _costs("latency", "latency"),
        only_if_varying=True,
    ),
    _Curve(
        "training-energy",
        "Energy over the epochs",
        "Energy",
        "Dynamic energy of the chip in each epoch, or, where the simulator counts on, its energy since the start of "
        "training.",
        _costs("dynamic_energy", "energy"),
        only_if_varying=True,
    ),
)


def training_curves(runs: Sequence[RunData]) -> Iterator[ChartSpec]:
    """Yield accuracy, loss, latency and energy over the epochs of trainings.

    Parameters
    ----------
    runs : sequence of RunData
        With all their epochs; runs with one epoch, or none, are left out.

    Yields
    ------
    ChartSpec
        ``training-accuracy``, ``training-loss``, and, where they differ from epoch to epoch, ``training-latency`` and
        ``training-energy``.
    """
    for curve in _CURVES:
        series = training_series(runs, curve.kinds)
        if any(line.epochs > 1 for line in series) and (
            not curve.only_if_varying or any(line.varies for line in series)
        ):
            yield _chart_of(curve, series)


def _chart_of(curve: _Curve, series: Sequence[TrainingSeries]) -> ChartSpec:
    drawn = [line for line in series if line.points]
    limit = max(ROW_LIMIT // len(drawn), 2)
    total = sum(len(line.points) for line in drawn)
    shown = [TrainingSeries(line.name, line.kind, thin(line.points, limit), line.left_out) for line in drawn]
    left_out = sum(line.left_out for line in series)
    few_markers = any(len(line.points) > _MARKERS for line in shown)
    # Without a legend nothing else says what a lone line is.
    lone = f" Shown: {shown[0].name}." if len(shown) == 1 and shown[0].kind.title else ""
    caption = (
        f"{curve.caption}{lone} Where a log counts from 0, its epoch 0 ends at 1."
        f"{f' Markers stand on {_MARKERS} points a line.' if few_markers else ''}"
        f"{f' {left_out:,} values that are inf or nan are left out.' if left_out else ''}"
        f"{thinning_note(sum(len(line.points) for line in shown), total)}"
    )
    return ChartSpec(curve.name, curve.title, "training", caption, _chart(curve, shown), _table(shown))


def _chart(curve: _Curve, series: Sequence[TrainingSeries]) -> alt.LayerChart:
    import altair as alt

    unit = METRICS[series[0].kind.metric].unit
    values = [point.value for line in series for point in line.points]
    factor, unit_text = display_scale(max(map(abs, values)), unit)
    logarithmic = min(values) > 0 and max(values) / min(values) > _LOGARITHMIC_FROM
    names = [line.name for line in series]
    scale = alt.Scale(type="log", nice=True) if logarithmic else alt.Scale(zero=False)
    title = f"{curve.axis} ({unit_text})" if unit_text else curve.axis
    labels = alt.Axis(format="~g", values=decades(factor * min(values), factor * max(values)))
    axis = labels if logarithmic else alt.Axis(tickCount=6)
    x = _epochs_axis([point.trained for line in series for point in line.points])
    y = alt.Y("value", type="quantitative", title=title, scale=scale, axis=axis)
    color = series_color(names)
    layers: list[alt.Chart] = []
    for line, dash in zip(series, itertools.cycle(DASHES), strict=False):
        base = alt.Chart(inline(_rows(line, factor))).encode(x=x, y=y, color=color)
        marked = alt.Chart(inline(_rows(line, factor, _MARKERS))).encode(x=x, y=y, color=color)
        layers.append(base.mark_line(strokeDash=list(dash)))
        layers.append(marked.mark_point().encode(shape=series_shape(names), tooltip=_tooltip()))
    return alt.LayerChart(layer=layers)


def _epochs_axis(trained: Sequence[float]) -> alt.X:
    """Return an axis labelled at whole numbers of epochs only."""
    import altair as alt

    first, last = math.floor(min(trained)), math.ceil(max(trained))
    steps = (digit * 10**zeros for zeros in itertools.count() for digit in (1, 2, 5))
    step = next(step for step in steps if (last - first) / step <= _EPOCH_LABELS)
    labels = list(range(step * math.ceil(first / step), last + 1, step))
    scale = alt.Scale(domain=[first, last], nice=False)
    axis = alt.Axis(title="Epochs trained", values=labels, format="d", grid=True)
    return alt.X("trained", type="quantitative", scale=scale, axis=axis)


def _tooltip() -> list[alt.Tooltip]:
    import altair as alt

    return [
        alt.Tooltip(SERIES, type="nominal", title="series"),
        alt.Tooltip("when", type="nominal", title="of the log"),
        alt.Tooltip("amount", type="nominal", title="value"),
    ]


def _rows(line: TrainingSeries, factor: float, limit: int = ROW_LIMIT) -> list[Row]:
    unit = METRICS[line.kind.metric].unit
    return [
        {
            SERIES: line.name,
            "trained": point.trained,
            "value": factor * point.value,
            "when": _when(point.epoch, point.step),
            "amount": format_quantity(point.value, unit),
        }
        for point in thin(line.points, limit)
    ]


def _when(epoch: int, step: int | None) -> str:
    return f"epoch {epoch}" if step is None else f"epoch {epoch}, after {step:,} images"


def _table(series: Sequence[TrainingSeries]) -> DataTable:
    return DataTable(
        ("Series", "Of the log", "Value", "Line"),
        tuple(
            (
                line.name,
                _when(point.epoch, point.step),
                format_quantity(point.value, METRICS[line.kind.metric].unit),
                "–" if point.line is None else str(point.line),
            )
            for line in series
            for point in line.points
        ),
    )
