"""The ramp ADC: a counter, a ramp that all columns share, and one comparator a column."""

from __future__ import annotations

import numpy as np

from nnsreport.engine.backend import Array, to_numpy


def ramp_thresholds(nominal: Array, step_std: float, deviates: Array) -> Array:
    """Return where the steps of ramps lie.

    Errors of the steps add up along the ramp; its two ends are trimmed, as a gain and an offset that is common to all
    columns are settings of their own. So the error at step c of n has the variance ``std^2 c (n - c) / n``.

    Parameters
    ----------
    nominal : Array of float64, (count,)
        In steps.
    step_std : float
        Standard deviation of the height of one step, in steps.
    deviates : numpy.ndarray of float64, (sets, count)
        Standard normal, one a step; the first threshold is the ramp's beginning.

    Returns
    -------
    numpy.ndarray of float64, as ``deviates``
        Ascending: a column's comparator trips once, when the ramp first exceeds its input.
    """
    deviates = to_numpy(deviates)
    wandering = np.cumsum(step_std * np.concatenate([np.zeros_like(deviates[:, :1]), deviates[:, 1:]], axis=1), axis=1)
    steps = max(deviates.shape[1] - 1, 1)
    trimmed = wandering - wandering[:, -1:] * np.arange(deviates.shape[1]) / steps
    ramps: Array = np.maximum.accumulate(to_numpy(nominal) + trimmed, axis=1)
    return ramps
