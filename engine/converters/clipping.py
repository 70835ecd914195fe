"""How many inputs a converter clips, counted where they are: nobody waits for a device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from nnsreport.engine.backend import Array, namespace_of, to_numpy

Count: TypeAlias = "Array | int"
"""A number of conversions: of a device an array of integers without axes, still there."""


def count_outside(inputs: Array, low: float, high: float) -> Count:
    """Return how many inputs lie outside a range.

    Parameters
    ----------
    inputs : Array
        At least one.
    low, high : float
        The range, both ends in it.

    Returns
    -------
    int or Array of int64, ()
        An array on a device.
    """
    xp = namespace_of(inputs)
    # On a processor two cheap reductions spare the usual case, none outside, three passes over the inputs.
    if xp is np and float(inputs.max()) <= high and float(inputs.min()) >= low:
        return 0
    count = xp.count_nonzero(inputs > high) + xp.count_nonzero(inputs < low)
    return int(count) if xp is np else count


def as_numbers(counts: Sequence[Count]) -> tuple[int, ...]:
    """Read several counts, those of a device all at once.

    Parameters
    ----------
    counts : sequence of int or Array of int64, ()
        Of one device.

    Returns
    -------
    tuple of int
        Likewise.
    """
    there = [count for count in counts if not isinstance(count, int)]
    read = iter(to_numpy(namespace_of(there[0]).stack(there)).tolist() if there else ())
    return tuple(count if isinstance(count, int) else next(read) for count in counts)
