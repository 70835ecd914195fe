"""Integral non-linearity: how far each threshold lies from where it should."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnsreport.engine.backend import Array


def polynomial_nonlinearity(nominal: Array, coefficients: Sequence[float]) -> Array:
    """Return the integral non-linearity of thresholds as a polynomial of their place in the range.

    Parameters
    ----------
    nominal : numpy.ndarray of float64, (count,)
        Ascending, in steps.
    coefficients : sequence of float
        In steps, in ascending powers of u, which goes from -1 at the lowest threshold to 1 at the highest.

    Returns
    -------
    numpy.ndarray of float64, (count,)
        In steps; what an input has to have more than ideally.
    """
    span = nominal[-1] - nominal[0]
    place = 2.0 * (nominal - nominal[0]) / (span or 1.0) - 1.0
    bend: Array = np.polynomial.polynomial.polyval(place, np.array(coefficients, dtype=np.float64))
    return bend * np.ones_like(nominal)


def ascending(thresholds: Array) -> Array:
    """Return thresholds that may be out of order as those of the codes that are left.

    Parameters
    ----------
    thresholds : numpy.ndarray of float64, (..., count)
        In steps.

    Returns
    -------
    numpy.ndarray of float64, as ``thresholds``
        The running maximum: a code whose threshold lies above the next one's is never delivered.
    """
    running: Array = np.maximum.accumulate(thresholds, axis=-1)
    return running
