"""Noise of a uniform quantiser: by the rule of thumb, and exactly for normally distributed signals.

Everything is relative to the signal's variance; ranges are counted in standard deviations.
"""

from __future__ import annotations

import math
from itertools import pairwise

_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
_CLIP_TOLERANCE = 1e-6
_LARGEST_CLIP = 12.0


def uniform_sqnr_db(bits: float, peak_over_std: float) -> float:
    """Return the SQNR of a uniform quantiser whose range holds the whole signal.

    Parameters
    ----------
    bits : float
        Resolution.
    peak_over_std : float
        Half the quantiser's range over the signal's standard deviation (zeta).

    Returns
    -------
    float
        In dB: ``10 lg(3 * 4^bits / zeta^2)``, that is 6.02 bits + 4.77 dB less the peak-to-average ratio.

    Notes
    -----
    Noise of a step d is ``d^2 / 12`` (W. R. Bennett, Bell Syst. Tech. J. 27, 446 (1948)); the form that Gonugondla
    2022 starts from, whose full text was not at hand.
    """
    return 20.0 * bits * math.log10(2.0) + 10.0 * math.log10(3.0) - 20.0 * math.log10(peak_over_std)


def gaussian_clipping_noise(clip: float) -> float:
    """Return the mean squared error of clipping a normal signal at ``+-clip`` standard deviations.

    Parameters
    ----------
    clip : float
        Not negative.

    Returns
    -------
    float
        Over the signal's variance: ``2 ((1 + clip^2) Q(clip) - clip phi(clip))``, by integration.
    """
    beyond = math.erfc(clip / math.sqrt(2.0))
    return (1.0 + clip * clip) * beyond - 2.0 * clip * _density(clip)


def gaussian_quantization_noise(bits: int, clip: float) -> float:
    """Return the mean squared error of quantising a normal signal.

    Parameters
    ----------
    bits : int
        Of 2^bits equal steps over the range, each delivering its centre; signals beyond go to the outermost.
    clip : float
        Half the range, in standard deviations; above 0.

    Returns
    -------
    float
        Over the signal's variance: exact, with granular and clipping noise, integrated step by step.
    """
    half = 2 ** (bits - 1)
    step = clip / half
    edges = [index * step for index in range(half)]
    inner = sum(_squared_error(low, high, low + step / 2.0) for low, high in pairwise(edges))
    outermost = _squared_error(edges[-1], math.inf, edges[-1] + step / 2.0)
    return 2.0 * (inner + outermost)


def optimal_gaussian_clip(bits: int) -> float:
    """Return where the range of a quantiser of normal signals should end.

    Parameters
    ----------
    bits : int
        Resolution.

    Returns
    -------
    float
        Half the range of least :func:`gaussian_quantization_noise`, in standard deviations, within 1e-6.
    """
    low, high = 0.0, _LARGEST_CLIP
    while high - low > _CLIP_TOLERANCE:
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if gaussian_quantization_noise(bits, left) < gaussian_quantization_noise(bits, right):
            high = right
        else:
            low = left
    return (low + high) / 2.0


def _density(x: float) -> float:
    return math.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi)


def _squared_error(low: float, high: float, centre: float) -> float:
    """Integrate ``(x - centre)^2`` over the normal density from low to high."""
    mass = (math.erfc(low / math.sqrt(2.0)) - math.erfc(high / math.sqrt(2.0))) / 2.0
    upper = (2.0 * centre - high) * _density(high) if math.isfinite(high) else 0.0
    return (1.0 + centre * centre) * mass + upper - (2.0 * centre - low) * _density(low)
