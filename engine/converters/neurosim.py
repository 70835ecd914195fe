"""The two ADCs of NeuroSim V1.4's wrapper, as staircases over a range.

Source: ``LinearQuantizeOut`` and ``NonLinearQuantizeOut`` of ``Inference_pytorch/utee/wage_quantizer.py``. There the
range goes from the least to the greatest number of each call; here it comes from calibration (span ``two-sided``).
"""

from __future__ import annotations

import numpy as np

from nnsreport.engine.backend import Array

NONLINEAR_BITS = (3, 4, 5)
"""Resolutions that have non-linear levels; with others NeuroSim's function changes nothing."""

_BOUNDS = {
    3: (0.02, 0.08, 0.12, 0.18, 0.3, 0.5, 0.7, 1.0),
    4: (0.02, 0.05, 0.08, 0.12, 0.16, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.85, 1.0),
    5: (
        *(0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.06, 0.08, 0.10, 0.12, 0.14, 0.16, 0.18, 0.20),
        *(0.22, 0.24, 0.26, 0.28, 0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60, 0.65, 0.70, 0.80, 0.90, 1.0),
    ),
}
_LEVELS = {
    3: (0.01, 0.05, 0.1, 0.15, 0.24, 0.4, 0.6, 0.85),
    4: (0.01, 0.035, 0.065, 0.1, 0.14, 0.18, 0.225, 0.275, 0.325, 0.375, 0.425, 0.475, 0.55, 0.65, 0.775, 0.925),
    5: (
        *(0.001, 0.003, 0.007, 0.010, 0.015, 0.020, 0.030, 0.040, 0.055, 0.07, 0.09, 0.11, 0.13, 0.15, 0.17, 0.19),
        *(0.21, 0.23, 0.25, 0.27, 0.29, 0.32, 0.37, 0.42, 0.47, 0.52, 0.57, 0.62, 0.67, 0.75, 0.85, 0.95),
    ),
}


def linear_staircase(bits: int) -> tuple[Array, Array]:
    """Return NeuroSim's linear ADC, which rounds down: ``floor((x - min) / step) * step + min``.

    Parameters
    ----------
    bits : int
        Resolution; the step is the range over 2^bits.

    Returns
    -------
    thresholds : numpy.ndarray of float64, (2^bits - 1,)
        As shares of the range.
    levels : numpy.ndarray of float64, (2^bits,)
        As shares of the range: the top of the range is never delivered.
    """
    levels = np.arange(2**bits) / 2.0**bits
    return levels[1:], levels


def nonlinear_staircase(bits: int) -> tuple[Array, Array]:
    """Return NeuroSim's non-linear ADC.

    Parameters
    ----------
    bits : int
        One of :data:`NONLINEAR_BITS`; the levels for 4 bits are meant for cells of 2 bits, for 5 for cells of 4.

    Returns
    -------
    thresholds : numpy.ndarray of float64, (2^bits,)
        As shares of the range; the last is its top.
    levels : numpy.ndarray of float64, (2^bits + 1,)
        As shares of the range. The last, 1, is NeuroSim's too: it leaves the greatest number as it is.
    """
    return np.array(_BOUNDS[bits]), np.array([*_LEVELS[bits], 1.0])
