"""Charts of what area, latency and energy are made of: the chip, and layer by layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from nnsreport.reports.charts.chart_spec import ChartSpec, DataTable, Rows
from nnsreport.reports.charts.encodings import Row, inline
from nnsreport.reports.charts.hardware_groups import GROUPS, Division, Group
from nnsreport.reports.charts.hardware_parts import Parts, chip_parts, layer_parts
from nnsreport.reports.charts.labels import join_label, run_labels
from nnsreport.reports.charts.sampling import ROW_LIMIT, thin
from nnsreport.reports.run_data import RunData
from nnsreport.units import display_scale, format_quantity

if TYPE_CHECKING:
    import altair as alt

_ROW_HEIGHT = 30
_LAYER_ROW_HEIGHT = 18


def chip_breakdowns(runs: Sequence[RunData]) -> Iterator[ChartSpec]:
    """Yield the shares of parts in a chip's totals, a chart for each way to divide it.

    Parameters
    ----------
    runs : sequence of RunData
        Logs, or runs with a hardware cost, with the numbers of one epoch at most.

    Yields
    ------
    ChartSpec
        Named as in :data:`~nnsreport.reports.charts.hardware_groups.GROUPS`; only where a run has totals with parts.
    """
    for group in GROUPS:
        found = {
            (division.title, label): parts
            for division in group.chip
            for label, run in zip(run_labels(runs), runs, strict=True)
            if (parts := chip_parts(run, division)) is not None
        }
        if found:
            yield _chip_chart(group, found)


def _chip_chart(group: Group, found: Mapping[tuple[str, str], Parts]) -> ChartSpec:
    several = len({label for _, label in found}) > 1
    parts = {
        join_label(label if several else "", f"{title} {format_quantity(p.total, p.unit)}"): p
        for (title, label), p in found.items()
    }
    return ChartSpec(
        group.name,
        group.title,
        "hardware",
        group.caption,
        _share_chart(parts, group.titles),
        _table("Total of", parts, group.titles),
        Rows(len(parts), _ROW_HEIGHT),
    )


def layer_breakdowns(runs: Sequence[RunData]) -> Iterator[ChartSpec]:
    """Yield latency and energy layer by layer, stacked by part, one chart for each run that has them.

    Parameters
    ----------
    runs : sequence of RunData
        Logs, or runs with a hardware cost, with the numbers of one epoch at most.

    Yields
    ------
    ChartSpec
        Named ``layer-latency``, ``layer-energy``, ``layer-epoch-latency`` and ``layer-epoch-energy``, with the run's
        rank behind where there are several runs.
    """
    for rank, (label, run) in enumerate(zip(run_labels(runs), runs, strict=True), start=1):
        for group in GROUPS:
            for division in group.layers:
                layers = layer_parts(run, division)
                if layers:
                    yield _layer_chart(group, division, layers, (label, rank) if len(runs) > 1 else None)


def _layer_chart(
    group: Group, division: Division, layers: Mapping[str, Parts], run: tuple[str, int] | None
) -> ChartSpec:
    quantity = division.title[0].upper() + division.title[1:]
    title = f"{quantity}, of each layer" if " of " in quantity else f"{quantity} of each layer"
    shown = thin(tuple(layers), ROW_LIMIT // len(group.titles))
    caption = f"{title}, {group.layer_note}"
    if len(shown) < len(layers):
        caption += f" Shows {len(shown):,} of {len(layers):,} layers, evenly spaced."
    parts = {layer: layers[layer] for layer in shown}
    return ChartSpec(
        division.name if run is None else f"{division.name}-{run[1]}",
        title if run is None else join_label(title, run[0]),
        "layers",
        caption,
        _amount_chart(parts, quantity, group.titles),
        _table("Layer", parts, group.titles),
        Rows(len(parts), _LAYER_ROW_HEIGHT),
    )


def _share_chart(parts: Mapping[str, Parts], titles: Mapping[str, str]) -> alt.Chart:
    import altair as alt

    rows: list[Row] = [
        {
            "row": row,
            "part": titles[name],
            "order": order,
            "share": 100 * value / found.total,
            "amount": format_quantity(value, found.unit),
        }
        for row, found in parts.items()
        for order, name in enumerate(titles)
        if (value := found.by_part.get(name))
    ]
    x = alt.X(
        "share", type="quantitative", stack="zero", title="Share of the total (%)", scale=alt.Scale(domain=[0, 100])
    )
    return _stacked(rows, x, list(parts), titles)


def _amount_chart(parts: Mapping[str, Parts], title: str, titles: Mapping[str, str]) -> alt.Chart:
    import altair as alt

    unit = next(iter(parts.values())).unit
    factor, unit_text = display_scale(max(found.total for found in parts.values()), unit)
    rows: list[Row] = [
        {
            "row": row,
            "part": titles[name],
            "order": order,
            "value": factor * value,
            "amount": format_quantity(value, unit),
        }
        for row, found in parts.items()
        for order, name in enumerate(titles)
        if (value := found.by_part.get(name))
    ]
    x = alt.X("value", type="quantitative", stack="zero", title=f"{title} ({unit_text})")
    return _stacked(rows, x, list(parts), titles)


def _stacked(rows: Sequence[Row], x: alt.X, order: Sequence[str], titles: Mapping[str, str]) -> alt.Chart:
    import altair as alt

    present = {row["part"] for row in rows}
    legend = [title for title in titles.values() if title in present]
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
                scale=alt.Scale(domain=list(titles.values())),
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


def _table(first: str, parts: Mapping[str, Parts], titles: Mapping[str, str]) -> DataTable:
    present = [name for name in titles if any(name in found.by_part for found in parts.values())]
    return DataTable(
        (first, *(titles[name] for name in present), "Total"),
        tuple(
            (
                row,
                *(format_quantity(found.by_part.get(name), found.unit) for name in present),
                format_quantity(found.total, found.unit),
            )
            for row, found in parts.items()
        ),
    )
