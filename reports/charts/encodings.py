"""Encodings that several charts share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import altair as alt

Row = Mapping[str, str | int | float | None]
"""One datum of a chart."""

SERIES = "series"
"""Field that tells lines, points and grouped bars apart."""

DASHES = ((1, 0), (6, 2), (2, 2), (8, 2, 2, 2), (4, 4), (1, 3))
"""Dashes of lines, in the order of their series."""

_TIME_LANDMARKS = {
    1e-6: "1 µs",
    1e-3: "1 ms",
    1.0: "1 s",
    60.0: "1 min",
    3600.0: "1 h",
    86400.0: "1 day",
    30 * 86400.0: "1 month",
    365 * 86400.0: "1 year",
    3650 * 86400.0: "10 years",
}


def inline(rows: Sequence[Row]) -> alt.InlineData:
    """Return rows as data that travels inside the specification."""
    import altair as alt

    return alt.InlineData(values=[dict(row) for row in rows])


def series_color(names: Sequence[str], *, legend: bool = True) -> alt.Color:
    """Return the colour of each series, with a legend only where there are several."""
    import altair as alt

    return alt.Color(
        SERIES,
        type="nominal",
        sort=None,
        scale=alt.Scale(domain=list(names)),
        legend=alt.Legend(title=None) if legend and len(names) > 1 else None,
    )


def series_dash(names: Sequence[str]) -> alt.StrokeDash:
    """Return the dash of each series: colour alone is lost in grey print and for colour-blind readers."""
    import altair as alt

    return alt.StrokeDash(
        SERIES,
        type="nominal",
        sort=None,
        scale=alt.Scale(domain=list(names), range=[list(dash) for dash in DASHES]),
        legend=alt.Legend(title=None) if len(names) > 1 else None,
    )


def series_shape(names: Sequence[str]) -> alt.Shape:
    """Return the marker of each series."""
    import altair as alt

    return alt.Shape(
        SERIES,
        type="nominal",
        sort=None,
        scale=alt.Scale(
            domain=list(names), range=["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]
        ),
        legend=alt.Legend(title=None) if len(names) > 1 else None,
    )


def time_axis(times_s: Sequence[float]) -> alt.X:
    """Return a logarithmic axis of times after programming, labelled at landmarks such as ``1 h`` and ``1 day``.

    Parameters
    ----------
    times_s : sequence of float
        Positive times in seconds, at least two distinct ones.

    Returns
    -------
    altair.X
        Of the field ``time_s``.
    """
    import altair as alt

    low, high = min(times_s), max(times_s)
    margin = (high / low) ** 0.03
    domain = [low / margin, high * margin]
    landmarks = {time: text for time, text in _TIME_LANDMARKS.items() if domain[0] <= time <= domain[1]}
    if len(landmarks) >= 2:
        cases = " : ".join(f"datum.value == {time!r} ? '{text}'" for time, text in landmarks.items())
        axis = alt.Axis(title="Time after programming", values=list(landmarks), labelExpr=f"{cases} : ''", grid=True)
    else:
        axis = alt.Axis(title="Time after programming (s)", format="~g", tickCount=5, grid=True)
    return alt.X("time_s", type="quantitative", scale=alt.Scale(type="log", domain=domain, nice=False), axis=axis)


def decades(low: float, high: float) -> list[float]:
    """Return the powers of ten that label a logarithmic axis from below ``low`` to above ``high``."""
    if low <= 0:
        return []
    return [10.0**k for k in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]
