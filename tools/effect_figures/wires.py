"""Figures of IR drop."""

from __future__ import annotations

import altair as alt
import numpy as np

from effect_figures.figure import Figure, curves, rounded, scale, vertical
from nnsreport.engine.parasitics import WireSettings, column_currents, effective_conductances
from nnsreport.reports.charts.encodings import inline

_CONDUCTANCE_S = 25e-6
_OHM = 5.0
_CELLS = 64
_TILE = 4


def figures() -> tuple[Figure, ...]:
    """Return the figures of docs/engine-ir-drop.md."""
    return (
        Figure("ir-drop-map", "Share of its conductance that each part of an array effectively has", _map()),
        Figure("ir-drop-loss", "Loss of the worst column's current against the resistance of wires", _loss()),
    )


def _map() -> alt.Chart:
    devices = np.full((1, _CELLS, _CELLS), _CONDUCTANCE_S)
    effective = effective_conductances(devices, WireSettings(word_line_ohm=_OHM, bit_line_ohm=_OHM))
    shares = 100 * effective / _CONDUCTANCE_S
    tiles = shares.reshape(_CELLS // _TILE, _TILE, _CELLS // _TILE, _TILE).mean(axis=(1, 3))
    rows = [
        {"column": _TILE * column, "row": _TILE * row, "share": rounded(share)}
        for (column, row), share in np.ndenumerate(tiles)
    ]
    for_rects = [{**one, "column_end": one["column"] + _TILE, "row_end": one["row"] + _TILE} for one in rows]
    ends = alt.Scale(domain=[0, _CELLS], nice=False)
    ticks = list(range(0, _CELLS + 1, 16))
    return (
        alt.Chart(inline(for_rects))
        .mark_rect(aria=False)
        .encode(
            x=alt.X(
                "column", type="quantitative", scale=ends, axis=alt.Axis(title="Column, from drivers", values=ticks)
            ),
            x2="column_end",
            y=alt.Y(
                "row",
                type="quantitative",
                scale=alt.Scale(domain=[_CELLS, 0], nice=False),
                axis=alt.Axis(title="Row, converters below", values=ticks),
            ),
            y2="row_end",
            color=alt.Color(
                "share",
                type="quantitative",
                scale=alt.Scale(scheme="viridis"),
                legend=alt.Legend(
                    title="Effective conductance (%)", gradientLength=120, gradientStrokeColor="#dddddd", tickCount=4
                ),
            ),
        )
    )


def _loss() -> alt.Chart:
    ohms = np.geomspace(0.1, 10.0, 9)
    points = [
        *((f"driven, {cells} x {cells}", ohm, _driven_loss(cells, ohm)) for cells in (32, 64, 128) for ohm in ohms),
        *((f"gated, {cells} rows", ohm, _gated_loss(cells, ohm)) for cells in (64, 128) for ohm in ohms),
    ]
    axis = alt.Axis(title="Wire from one cell to the next (ohm)", values=[0.1, 1, 10])
    x = alt.X("x", type="quantitative", scale=scale((0.1, 10.0), logarithmic=True), axis=axis)
    return curves(points, x, vertical("Loss of the worst column (%)"))


def _driven_loss(cells: int, ohm: float) -> float:
    devices = np.full((1, cells, cells), _CONDUCTANCE_S)
    effective = effective_conductances(devices, WireSettings(word_line_ohm=ohm, bit_line_ohm=ohm))
    return 100 * float(1 - (effective.sum(axis=-1) / (cells * _CONDUCTANCE_S)).min())


def _gated_loss(rows: int, ohm: float) -> float:
    devices = np.full((1, 1, rows), _CONDUCTANCE_S)
    wires = WireSettings(select="gated", source_line_ohm=ohm, bit_line_ohm=ohm)
    current = column_currents(devices, np.ones((rows, 1)), wires, signed=False)
    return 100 * float(1 - current.min() / (rows * _CONDUCTANCE_S))
