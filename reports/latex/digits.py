"""Stored numbers as the digits of a table's cell."""

from __future__ import annotations

import math
from collections.abc import Iterable

from nnsreport.units import display_scale

ABSENT = "–"
_SIGNIFICANT_DIGITS = 4
_LONGEST_WHOLE = 1e7


def column_scale(values: Iterable[float | None], unit: str) -> tuple[float, str]:
    """Return the factor and the unit with which several numbers read best.

    Parameters
    ----------
    values : iterable of float or None
        In ``unit``; may be inf or nan.
    unit : str
        One of :data:`nnsreport.units.UNITS`.

    Returns
    -------
    tuple of float and str
        Those of the largest finite number.
    """
    finite = [abs(value) for value in values if value is not None and math.isfinite(value)]
    return display_scale(max(finite, default=0.0), unit)


def digits(value: float | None, factor: float) -> str:
    """Write a number for a column.

    Parameters
    ----------
    value : float or None
        A stored number.
    factor : float
        From :func:`column_scale`.

    Returns
    -------
    str
        Four significant digits; ``nan`` and ``inf`` as words; a dash for None.
    """
    if value is None:
        return ABSENT
    scaled = value * factor
    if scaled.is_integer() and abs(scaled) < _LONGEST_WHOLE:
        return f"{scaled:.0f}"
    text = f"{scaled:#.{_SIGNIFICANT_DIGITS}g}"
    if "e+" in text and abs(scaled) < _LONGEST_WHOLE:
        return f"{scaled:.0f}"
    return text.replace("e+", "e").removesuffix(".")


def percentage(fraction: float | None) -> str:
    """Write a fraction in per cent with two decimals; a dash where it is not known."""
    return ABSENT if fraction is None or math.isnan(fraction) else f"{100 * fraction:.2f}"
