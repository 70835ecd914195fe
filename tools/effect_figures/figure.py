"""Figures as data: curves, bars and axes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import altair as alt

from nnsreport.reports.charts.encodings import SERIES, inline, series_color, series_dash

Point = tuple[str, float, float]
"""Series, x and y."""

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a page.

    Attributes
    ----------
    name : str
        Stem of the file in ``docs/images/effects``.
    title : str
        What it shows, for readers who do not see it.
    chart : altair.Chart or altair.LayerChart
        Without size, colours and fonts.
    """

    name: str
    title: str
    chart: alt.Chart | alt.LayerChart


def rounded(number: float) -> float:
    """Return a number to four digits: the last ones depend on the machine, and cannot be seen."""
    return float(f"{number:.{_DIGITS}g}")


def scale(domain: tuple[float, float] | None = None, *, logarithmic: bool = False, zero: bool = False) -> alt.Scale:
    """Return the scale of an axis, which ends where its data do or where it is told to."""
    kind = "log" if logarithmic else "linear"
    if domain is not None:
        return alt.Scale(type=kind, domain=list(domain), nice=False, clamp=False)
    return alt.Scale(type=kind, nice=False) if logarithmic else alt.Scale(type=kind, zero=zero)


def horizontal(title: str, *, logarithmic: bool = False, domain: tuple[float, float] | None = None) -> alt.X:
    """Return a horizontal axis."""
    axis = alt.Axis(title=title, tickCount=5)
    return alt.X("x", type="quantitative", scale=scale(domain, logarithmic=logarithmic), axis=axis)


def vertical(
    title: str, *, logarithmic: bool = False, domain: tuple[float, float] | None = None, zero: bool = True
) -> alt.Y:
    """Return a vertical axis."""
    axis = alt.Axis(title=title, tickCount=5)
    return alt.Y("y", type="quantitative", scale=scale(domain, logarithmic=logarithmic, zero=zero), axis=axis)


def curves(points: Iterable[Point], x: alt.X, y: alt.Y, *, stairs: bool = False, columns: int = 0) -> alt.Chart:
    """Return a chart with one line for each series.

    Parameters
    ----------
    points : iterable of Point
        In the order of each line.
    x, y : altair.X, altair.Y
        Axes; the field of ``x`` may have any name.
    stairs : bool
        Whether y keeps its value up to the next x.
    columns : int
        Of the legend; 0 for as many as seem to fit.

    Returns
    -------
    altair.Chart
        Series differ by colour and dash.
    """
    field = x["shorthand"]
    rows = [{SERIES: series, field: rounded(a), "y": rounded(b)} for series, a, b in points]
    names = list(dict.fromkeys(row[SERIES] for row in rows))
    line = alt.Chart(inline(rows)).mark_line(aria=False, clip=True, interpolate="step-after" if stairs else "linear")
    color, dash = series_color(names), series_dash(names)
    if len(names) > 1:
        color, dash = color.legend(legend(columns)), dash.legend(legend(columns))
    return line.encode(x=x, y=y, color=color, strokeDash=dash)


def legend(columns: int = 0) -> alt.Legend:
    """Return a legend whose symbols are pieces of lines, also where areas and points share it."""
    if columns:
        return alt.Legend(title=None, symbolType="stroke", columns=columns)
    return alt.Legend(title=None, symbolType="stroke")


def bands(limits: Iterable[tuple[str, float, float, float]], names: list[str], x: alt.X, y: alt.Y) -> alt.Chart:
    """Return areas between a lower and an upper line, to be layered with :func:`curves`.

    Parameters
    ----------
    limits : iterable of tuples
        Series, x, lower and upper y.
    names : list of str
        Of all series, in the order of the curves.
    x, y : altair.X, altair.Y
        Axes of the curves.

    Returns
    -------
    altair.Chart
        With the legend of the curves.
    """
    field = x["shorthand"]
    rows = [
        {SERIES: series, field: rounded(a), "y": rounded(low), "upper": rounded(high)}
        for series, a, low, high in limits
    ]
    return (
        alt.Chart(inline(rows))
        .mark_area(aria=False, clip=True)
        .encode(x=x, y=y, y2="upper", color=series_color(names).legend(legend()))
    )


def histograms(samples: dict[str, list[float]], edges: list[float], x: alt.X, title: str) -> alt.Chart:
    """Return the shares of each series' numbers in bins, as stairs.

    Parameters
    ----------
    samples : dict of str to list of float
        Numbers of each series.
    edges : list of float
        Of the bins, ascending and equally far apart.
    x : altair.X
        Axis of the numbers.
    title : str
        Of the axis of shares.

    Returns
    -------
    altair.Chart
        Shares in per cent; numbers outside the bins count, too.
    """
    import numpy as np

    points: list[Point] = []
    for name, numbers in samples.items():
        counts, _ = np.histogram(numbers, edges)
        shares = [*(100.0 * counts / len(numbers)), 0.0]
        points.extend((name, edge, share) for edge, share in zip(edges, shares, strict=True))
    return curves(points, x, vertical(title), stairs=True)
