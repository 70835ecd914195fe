"""Binomial probabilities, and what clipping does to binomial counts."""

from __future__ import annotations

import numpy as np

from nnsreport.engine.backend import Array


def binomial_probabilities(trials: int, probability: float) -> Array:
    """Return the probabilities of all counts.

    Parameters
    ----------
    trials : int
        Not negative.
    probability : float
        Of a success, above 0 and below 1.

    Returns
    -------
    Array of float64, (trials + 1,)
        Summed up from logarithms of ratios of neighbours, so that large numbers of trials neither over- nor underflow.
    """
    count = np.arange(1, trials + 1, dtype=np.float64)
    steps = np.log((trials - count + 1) / count) + np.log(probability / (1.0 - probability))
    logarithms = trials * np.log1p(-probability) + np.concatenate([[0.0], np.cumsum(steps)])
    probabilities: Array = np.exp(logarithms)
    return probabilities


def clipping_moments(rows: int, limit: float) -> tuple[float, float, float]:
    """Return the moments of what is clipped off counts of rows where input and weight bit are both 1.

    Parameters
    ----------
    rows : int
        Each counts with probability 1/4.
    limit : float
        Where counts clip; not negative.

    Returns
    -------
    square : float
        Mean square of what is clipped off.
    variance : float
        Its variance.
    covariance : float
        Of what is clipped off two counts that share their weight bits or their input bits.
    """
    counts = np.arange(rows + 1, dtype=np.float64)
    excess = np.maximum(counts - limit, 0.0)
    probabilities = binomial_probabilities(rows, 0.25)
    square, mean = float(probabilities @ excess**2), float(probabilities @ excess)
    # Given that m shared bits are 1, the two counts are independent, each of m rows with probability 1/2.
    shared = binomial_probabilities(rows, 0.5)
    first = max(int(limit), 0)
    given = np.array([binomial_probabilities(m, 0.5) @ excess[: m + 1] for m in range(first, rows + 1)])
    covariance = float(shared[first:] @ (given - mean) ** 2) + float(shared[:first].sum()) * mean**2
    return square, square - mean**2, covariance
