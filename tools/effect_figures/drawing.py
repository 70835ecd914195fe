"""Figures as SVG files for pages that may be light or dark."""

from __future__ import annotations

import re
from html import escape

from effect_figures.figure import Figure
from nnsreport.reports.charts.chart_spec import ChartSpec, DataTable
from nnsreport.reports.figures import FigureFormat, render_figure

_WIDTH_PT = 252.0
_BEGINNING = re.compile(r"<svg [^>]*>")
_CLIP = re.compile(r"\bclip\d+\b")

# Colours of print (nnsreport.reports.charts.theme) and those of a report's dark page (page.css).
_DARK = {
    "white": "#1b1e24",
    "black": "#e9e7e2",
    "#333333": "#a4a9b3",
    "#dddddd": "#343942",
    "#0072B2": "#56b4e9",
    "#E69F00": "#e69f00",
    "#009E73": "#19b98c",
    "#CC79A7": "#d993b9",
    "#D55E00": "#f0753a",
    "#56B4E9": "#3f7fb8",
    "#5B6470": "#9aa5b1",
}


def draw(figure: Figure) -> bytes:
    """Return a figure as SVG, 3.5 inches wide, its text as text.

    Parameters
    ----------
    figure : Figure
        What to draw.

    Returns
    -------
    bytes
        With a background of its own, light or dark as the reader's system is; the same for the same figure.
    """
    spec = ChartSpec(figure.name, figure.title, "engine", figure.title, figure.chart, DataTable((), ()))
    svg = render_figure(spec, _WIDTH_PT, (FigureFormat.SVG,))[FigureFormat.SVG].decode()
    # Vega numbers clips over all drawings of a process; here they begin anew in each.
    clips = {name: f"clip{rank}" for rank, name in enumerate(dict.fromkeys(_CLIP.findall(svg)))}
    svg = _CLIP.sub(lambda match: clips[match[0]], svg)
    beginning = _BEGINNING.search(svg)
    assert beginning is not None, "an SVG begins with its element"
    head = f"<title>{escape(figure.title)}</title><style>{_dark_style()}</style>"
    return f"{svg[: beginning.end()]}{head}{svg[beginning.end() :].rstrip()}\n".encode()


def _dark_style() -> str:
    rules = "".join(
        f'[{attribute}="{light}"]{{{attribute}:{dark}}}'
        for light, dark in _DARK.items()
        for attribute in ("fill", "stroke")
    )
    return f"@media(prefers-color-scheme:dark){{{rules}}}"
