"""Numbers that cannot be: inf, nan, and negative areas, times and energies, which broken simulations print."""

from __future__ import annotations

import math

_SIGNED_UNITS = frozenset({"1", "dB"})


def is_possible(value: float, unit: str) -> bool:
    """Tell whether a value is a number that its unit allows.

    Parameters
    ----------
    value : float
        In ``unit``.
    unit : str
        One of :data:`nnsreport.units.UNITS`.

    Returns
    -------
    bool
        False for inf and nan, and below zero for all but pure numbers and levels in dB.
    """
    return math.isfinite(value) and (value >= 0 or unit in _SIGNED_UNITS)
