"""The flash ADC: one comparator a threshold, each with its own offset."""

from __future__ import annotations

from nnsreport.engine.backend import Array, namespace_of


def flash_thresholds(nominal: Array, comparator_std: float, deviates: Array) -> Array:
    """Return the thresholds of flash ADCs.

    The encoder counts the comparators that have tripped, as a Wallace tree does, so their order does not matter: a
    comparator that is out of order moves two codes and makes no bubble.

    Parameters
    ----------
    nominal : Array of float64, (count,)
        In steps.
    comparator_std : float
        Standard deviation of a comparator's offset, in steps.
    deviates : Array of float64, (..., count)
        Standard normal.

    Returns
    -------
    Array of float64, as ``deviates``
        Ascending.
    """
    xp = namespace_of(deviates)
    thresholds: Array = xp.sort(nominal + comparator_std * deviates, axis=-1)
    return thresholds
