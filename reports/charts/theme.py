"""The looks of charts: one for the page, one for print; charts themselves name neither colours nor fonts.

Colours are those of M. Okabe and K. Ito, "Color Universal Design" (2008), which people with any of the common
colour-vision deficiencies tell apart. On the page they are CSS variables, so that light, dark and printed pages
recolour a drawn chart without drawing it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nnsreport.reports.charts.chart_spec import ChartSpec

OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#5B6470")
"""Blue, orange, green, purple, vermilion, sky blue, and a grey in the place of black."""

SERIES_VARIABLES = tuple(f"var(--series-{i})" for i in range(1, len(OKABE_ITO) + 1))
"""CSS variables of the page, in the order of :data:`OKABE_ITO`."""

PRINT_FONT = "STIXGeneral, Times New Roman, Times, serif"
"""The first comes with the package. Ends with ``serif``: with an unknown family alone a PDF would have no text, and no
error would say so."""

PRINT_FONT_SIZE_PT = 8
_PRINT_HEIGHT_RATIO = 0.66
_PRINT_HEIGHT_LIMIT_PT = 230.0
_PRINT_ROW_RATIO = 0.6  # points on paper for a pixel of a row on screen
_PRINT_PADDING_PT = 2
_SCREEN_HEIGHT_PX = 380
_LABEL_SHARE = 0.5  # of the width, for the labels of a vertical axis
_AXIS_CHARACTERS = 8  # tick labels and title of a vertical axis of numbers
_EM_A_CHARACTER = 0.42  # of a text of some length in the print font
_EM_A_SYMBOL = 2.3  # with the space around it

Spec = dict[str, Any]
"""A Vega-Lite specification as JSON data."""


def screen_spec(chart: ChartSpec) -> Spec:
    """Return the specification of a chart for the page: as wide as its container, coloured by CSS variables.

    Parameters
    ----------
    chart : ChartSpec
        From :func:`nnsreport.reports.charts.available_charts`.

    Returns
    -------
    dict
        Vega-Lite JSON.
    """
    spec: Spec = chart.chart.to_dict()
    spec["width"] = "container"
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    spec["height"] = chart.rows.count * chart.rows.height_px if chart.rows else _SCREEN_HEIGHT_PX
    # The page's script divides the legend into columns by these: only it knows the width.
    spec["usermeta"] = {"legendCharacters": max(map(len, _legend_texts(spec)), default=0)}
    spec["config"] = _config(
        ink="var(--ink)",
        muted="var(--ink-muted)",
        grid="var(--rule)",
        surface="var(--surface)",
        category=SERIES_VARIABLES,
        font="system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif",
        font_size=12,
        line_width=2.0,
        point_size=60,
    )
    return spec


def print_spec(chart: ChartSpec, width_pt: float) -> Spec:
    """Return the specification of a chart for a figure of exact width; one unit is one point.

    Parameters
    ----------
    chart : ChartSpec
        From :func:`nnsreport.reports.charts.available_charts`.
    width_pt : float
        Outer width in points (1/72 inch), axes and legend included.

    Returns
    -------
    dict
        Vega-Lite JSON.
    """
    spec: Spec = chart.chart.to_dict()
    spec["width"] = width_pt
    if chart.rows:
        spec["height"] = _PRINT_ROW_RATIO * chart.rows.count * chart.rows.height_px
        spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    else:
        spec["height"] = min(_PRINT_HEIGHT_RATIO * width_pt, _PRINT_HEIGHT_LIMIT_PT)
        spec["autosize"] = {"type": "fit", "contains": "padding"}
    spec["padding"] = _PRINT_PADDING_PT
    spec["background"] = "white"
    spec["config"] = _config(
        ink="black",
        muted="#333333",
        grid="#dddddd",
        surface="white",
        category=OKABE_ITO,
        font=PRINT_FONT,
        font_size=PRINT_FONT_SIZE_PT,
        line_width=1.0,
        point_size=18,
    )
    # A legend begins above the plot, not above the labels at its left.
    labels = max((len(row[0]) for row in chart.table.rows), default=0) if chart.rows else _AXIS_CHARACTERS
    beside_pt = min(PRINT_FONT_SIZE_PT * _EM_A_CHARACTER * labels, _LABEL_SHARE * width_pt) + PRINT_FONT_SIZE_PT
    spec["config"]["legend"]["columns"] = _legend_columns(_legend_texts(spec), width_pt - beside_pt)
    spec["config"]["axisY"] = {"labelLimit": _LABEL_SHARE * width_pt}
    return spec


def _legend_columns(texts: Sequence[str], width_pt: float) -> int:
    """Return into how many columns a legend can be divided, each as wide as its longest text."""
    for columns in range(len(texts), 1, -1):
        longest = [max(map(len, texts[first::columns])) for first in range(columns)]
        if PRINT_FONT_SIZE_PT * sum(_EM_A_CHARACTER * length + _EM_A_SYMBOL for length in longest) <= width_pt:
            return columns
    return 1


def _legend_texts(node: object) -> tuple[str, ...]:
    """Return the texts of the longest legend of a specification."""
    found: tuple[str, ...] = ()
    children: Iterable[object] = ()
    if isinstance(node, Mapping):
        children = node.values()
        if isinstance(node.get("scale"), Mapping) and node.get("legend"):
            found = tuple(map(str, node["legend"].get("values") or node["scale"].get("domain") or ()))
    elif isinstance(node, list):
        children = node
    return max((found, *map(_legend_texts, children)), key=lambda texts: sum(map(len, texts)))


def _config(
    *,
    ink: str,
    muted: str,
    grid: str,
    surface: str,
    category: tuple[str, ...],
    font: str,
    font_size: int,
    line_width: float,
    point_size: int,
) -> Spec:
    # One weight throughout: every further font face makes the order of objects in a PDF depend on chance.
    text = {"labelFontWeight": "normal", "titleFontWeight": "normal"}
    return {
        "font": font,
        "background": None,
        "view": {"stroke": None},
        "range": {"category": list(category)},
        "axis": {
            **text,
            "labelFontSize": font_size,
            "titleFontSize": font_size,
            "labelColor": muted,
            "titleColor": ink,
            "gridColor": grid,
            "domainColor": muted,
            "tickColor": muted,
            "gridWidth": line_width / 2,
            "domainWidth": line_width / 2,
            "tickWidth": line_width / 2,
            "tickSize": font_size / 3,
            "titlePadding": font_size * 0.75,
            "labelPadding": font_size / 4,
        },
        "axisQuantitative": {"tickCount": 6},
        "legend": {
            **text,
            "labelFontSize": font_size,
            "titleFontSize": font_size,
            "labelColor": ink,
            "titleColor": ink,
            "orient": "top",
            "direction": "horizontal",
            "symbolSize": point_size,
            "symbolStrokeWidth": line_width,
            "labelLimit": font_size * 24,
            "offset": font_size / 2,
            "columnPadding": font_size,
            "rowPadding": font_size / 4,
        },
        "text": {"fontSize": font_size, "fill": muted, "fontWeight": "normal"},
        "line": {"strokeWidth": line_width},
        "point": {"size": point_size, "strokeWidth": line_width, "filled": False, "opacity": 1},
        "rule": {"stroke": muted, "strokeWidth": line_width * 0.75},
        "bar": {"color": category[0], "stroke": surface, "strokeWidth": line_width / 3},
        "tick": {"stroke": ink, "thickness": line_width},
        "area": {"fillOpacity": 0.16},
    }
