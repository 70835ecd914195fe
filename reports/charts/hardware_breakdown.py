"""Charts of what area, latency and energy are made of: the chip, and layer by layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from nnsreport.reports.charts.chart_spec import ChartSpec, DataTable, Rows
from nnsreport.reports.charts.encodings import Row, inline
from nnsreport.reports.charts.hardware_parts import Parts, chip_parts, layer_parts
from nnsreport.reports.charts.labels import COMPONENT_TITLES, join_label, run_labels
from nnsreport.reports.charts.sampling import ROW_LIMIT, thin
from nnsreport.reports.run_data import RunData
from nnsreport.units import display_scale, format_quantity

if TYPE_CHECKING:
    import altair as alt

_CHIP_METRICS = {"area": "area", "read_latency": "read latency", "read_dynamic_energy": "read dynamic energy"}
_LAYER_METRICS = {"read_latency": "layer-latency", "read_dynamic_energy": "layer-energy"}
_ROW_HEIGHT = 30
_LAYER_ROW_HEIGHT = 18
_CONTAINED_NOTE = " Buffers and interconnect are taken out of the other periphery, where NeuroSim counts them."


def chip_breakdown(runs: Sequence[RunData]) -> ChartSpec | None:
    """Return the shares of a chip's parts in its area, latency and energy.

    Parameters
    ----------
    runs : sequence of RunData
        NeuroSim logs, or runs with a hardware cost.

    Returns
    -------
    ChartSpec or None
        None where no run has totals with parts.
    """
    found = {
        (title, label): amount
        for metric, title in _CHIP_METRICS.items()
        for label, run in zip(run_labels(runs), runs, strict=True)
        if (amount := chip_parts(run, metric)) is not None
    }
    if not found:
        return None
    several = len({label for _, label in found}) > 1
    parts = {
        join_label(label if several else "", f"{title} {format_quantity(p.total, p.unit)}"): p
        for (title, label), p in found.items()
    }
    caption = (
        "Share of each part in the chip's total, which stands beside the bar. A quantity whose parts exceed its total "
        "is not shown: in a pipelined chip the latencies of the parts are those of different layers." + _CONTAINED_NOTE
    )
    return ChartSpec(
        "chip-breakdown",
        "What the chip is made of",
        "hardware",
        caption,
        _share_chart(parts),
        _table("Total of", parts),
        Rows(len(parts), _ROW_HEIGHT),
    )


def layer_breakdowns(runs: Sequence[RunData]) -> Iterator[ChartSpec]:
    """Yield latency and energy layer by layer, stacked by part, one chart for each run that has them.

    Parameters
    ----------
    runs : sequence of RunData
        NeuroSim logs, or runs with a hardware cost.

    Yields
    ------
    ChartSpec
        Named ``layer-latency`` and ``layer-energy``, with the run's rank behind where there are several runs.
    """
    for rank, (label, run) in enumerate(zip(run_labels(runs), runs, strict=True), start=1):
        for metric, name in _LAYER_METRICS.items():
            layers = layer_parts(run, metric)
            if layers:
                yield _layer_chart(metric, name, layers, (label, rank) if len(runs) > 1 else None)


def _layer_chart(metric: str, name: str, layers: Mapping[str, Parts], run: tuple[str, int] | None) -> ChartSpec:
    title = f"{_CHIP_METRICS[metric].capitalize()} of each layer"
    shown = thin(tuple(layers), ROW_LIMIT // len(COMPONENT_TITLES))
    caption = f"{title}, for one image, in the order of the network; parts sum to the layer's total." + _CONTAINED_NOTE
    if len(shown) < len(layers):
        caption += f" Shows {len(shown):,} of {len(layers):,} layers, evenly spaced."
    parts = {layer: layers[layer] for layer in shown}
    return ChartSpec(
        name if run is None else f"{name}-{run[1]}",
        title if run is None else join_label(title, run[0]),
        "layers",
        caption,
        _amount_chart(parts, f"{_CHIP_METRICS[metric].capitalize()}"),
        _table("Layer", parts),
        Rows(len(parts), _LAYER_ROW_HEIGHT),
    )


def _share_chart(parts: Mapping[str, Parts]) -> alt.Chart:
    import altair as alt

    rows: list[Row] = [
        {
            "row": row,
            "part": COMPONENT_TITLES[component],
            "order": order,
            "share": 100 * value / found.total,
            "amount": format_quantity(value, found.unit),
        }
        for row, found in parts.items()
        for order, (component, value) in enumerate(found.by_component.items())
    ]
    x = alt.X(
        "share", type="quantitative", stack="zero", title="Share of the total (%)", scale=alt.Scale(domain=[0, 100])
    )
    return _stacked(rows, x, list(parts))


def _amount_chart(parts: Mapping[str, Parts], title: str) -> alt.Chart:
    import altair as alt

    unit = next(iter(parts.values())).unit
    factor, unit_text = display_scale(max(found.total for found in parts.values()), unit)
    rows: list[Row] = [
        {
            "row": row,
            "part": COMPONENT_TITLES[component],
            "order": order,
            "value": factor * value,
            "amount": format_quantity(value, unit),
        }
        for row, found in parts.items()
        for order, (component, value) in enumerate(found.by_component.items())
    ]
    x = alt.X("value", type="quantitative", stack="zero", title=f"{title} ({unit_text})")
    return _stacked(rows, x, list(parts))


def _stacked(rows: Sequence[Row], x: alt.X, order: Sequence[str]) -> alt.Chart:
    import altair as alt

    present = {row["part"] for row in rows}
    legend = [title for title in COMPONENT_TITLES.values() if title in present]
    chart: alt.Chart = (
        alt.Chart(inline(rows))
        .mark_bar()
        .encode(
            x=x,
            y=alt.Y("row", type="nominal", sort=list(order), title=None),
            color=alt.Color(
                "part",
                type="nominal",
                sort=None,
                # All parts, present or not: a part has one colour in every chart.
                scale=alt.Scale(domain=list(COMPONENT_TITLES.values())),
                legend=alt.Legend(title=None, values=legend, symbolType="square"),
            ),
            order=alt.Order("order", type="quantitative"),
            tooltip=[
                alt.Tooltip("row", type="nominal", title="of"),
                alt.Tooltip("part", type="nominal"),
                alt.Tooltip("amount", type="nominal"),
            ],
        )
    )
    return chart


def _table(first: str, parts: Mapping[str, Parts]) -> DataTable:
    present = [name for name in COMPONENT_TITLES if any(name in found.by_component for found in parts.values())]
    return DataTable(
        (first, *(COMPONENT_TITLES[name] for name in present), "Total"),
        tuple(
            (
                row,
                *(format_quantity(found.by_component.get(name), found.unit) for name in present),
                format_quantity(found.total, found.unit),
            )
            for row, found in parts.items()
        ),
    )
