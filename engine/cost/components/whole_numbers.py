"""Whole numbers: what NeuroSim truncates to an int, cycles of a clock, stages of a binary tree."""

from __future__ import annotations

from nnsreport.engine.cost.quantity import Quantity, namespace_among


def truncated(number: Quantity) -> Quantity:
    """Return a number without its fraction, as C++ converts a double to an int.

    Parameters
    ----------
    number : float or Array
        Bits or units.

    Returns
    -------
    float or Array
        Whole numbers.
    """
    whole: Quantity = namespace_among(number).trunc(number)
    return whole


def whole_cycles(latency_s: Quantity, clock_hz: Quantity) -> Quantity:
    """Return the clock cycles that a latency takes in a synchronous circuit.

    Parameters
    ----------
    latency_s : float or Array
        Seconds.
    clock_hz : float or Array
        Frequency of the clock.

    Returns
    -------
    float or Array
        Rounded up.
    """
    cycles: Quantity = namespace_among(latency_s, clock_hz).ceil(latency_s * clock_hz)
    return cycles


def binary_stages(leaves: Quantity) -> Quantity:
    """Return the stages of a binary tree: ceil(log2 n).

    Parameters
    ----------
    leaves : float or Array
        At least 1.

    Returns
    -------
    float or Array
        Whole numbers.
    """
    xp = namespace_among(leaves)
    stages: Quantity = xp.ceil(xp.log2(leaves))
    return stages
