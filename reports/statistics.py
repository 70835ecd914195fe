"""Confidence intervals and tests for accuracies and for means over trials.

Two kinds of chance are kept apart. *Trials* are independent programming draws on the same images: intervals of
means answer whether another draw would say the same. *Images* are a sample of all images: intervals of proportions
and McNemar's tests answer whether other images would say the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

CONFIDENCE = 0.95
"""Two-sided confidence level of every interval unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval, in the unit of what was estimated."""

    low: float
    high: float

    def excludes(self, value: float) -> bool:
        """Tell whether a value lies outside."""
        return value < self.low or value > self.high


def mean_and_std(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and the sample standard deviation (n - 1).

    Parameters
    ----------
    values : sequence of float
        At least one number.

    Returns
    -------
    tuple of float and float
        The deviation of a single number is nan.
    """
    mean = math.fsum(values) / len(values)
    if len(values) < 2:
        return mean, math.nan
    return mean, math.sqrt(math.fsum((value - mean) * (value - mean) for value in values) / (len(values) - 1))


def wilson_interval(successes: int, total: int, confidence: float = CONFIDENCE) -> Interval:
    """Return Wilson's score interval of a proportion.

    Parameters
    ----------
    successes, total : int
        Such as images classified correctly, and images; with ``total`` 0 nothing is known: (0, 1).
    confidence : float
        Two-sided level.

    Returns
    -------
    Interval
        As a fraction.

    Raises
    ------
    ValueError
        When not 0 <= successes <= total.

    Notes
    -----
    E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927); method 3 of Newcombe, Stat. Med. 17, 857 (1998).
    """
    if not 0 <= successes <= total:
        raise ValueError(f"{successes} successes of {total}")
    if total == 0:
        return Interval(0.0, 1.0)
    z = _normal_quantile(confidence)
    failures = total - successes
    centre = 2 * successes + z * z
    spread = z * math.sqrt(z * z + 4 * successes * failures / total)
    scale = 2 * (total + z * z)
    # The ends are exact at no or all successes; rounding must not push them past 0 and 1.
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if failures == 0 else (centre + spread) / scale
    return Interval(low, high)


def mean_interval(values: Sequence[float], confidence: float = CONFIDENCE, least_std: float = 0.0) -> Interval | None:
    """Return Student's t interval of a mean.

    Parameters
    ----------
    values : sequence of float
        One number a trial.
    confidence : float
        Two-sided level.
    least_std : float
        Standard deviation that is taken at least, where values that are rounded may be equal by chance.

    Returns
    -------
    Interval or None
        None with fewer than two values: their spread is unknown.
    """
    if len(values) < 2:
        return None
    mean, std = mean_and_std(values)
    return _around(mean, max(std, least_std) / math.sqrt(len(values)), len(values) - 1, confidence)


def paired_interval(a: Sequence[float], b: Sequence[float], confidence: float = CONFIDENCE) -> Interval | None:
    """Return the t interval of the mean difference b - a of paired values.

    Parameters
    ----------
    a, b : sequence of float
        Values of the same trials in the same order.
    confidence : float
        Two-sided level.

    Returns
    -------
    Interval or None
        None with fewer than two pairs.

    Raises
    ------
    ValueError
        When the lengths differ.
    """
    return mean_interval([after - before for before, after in zip(a, b, strict=True)], confidence)


def welch_interval(a: Sequence[float], b: Sequence[float], confidence: float = CONFIDENCE) -> Interval | None:
    """Return Welch's t interval of the difference of two means, b - a.

    Parameters
    ----------
    a, b : sequence of float
        Independent values, possibly of unequal number and variance.
    confidence : float
        Two-sided level.

    Returns
    -------
    Interval or None
        None when either side has fewer than two values.

    Notes
    -----
    B. L. Welch, Biometrika 34, 28 (1947), with the Welch-Satterthwaite degrees of freedom.
    """
    if len(a) < 2 or len(b) < 2:
        return None
    mean_a, std_a = mean_and_std(a)
    mean_b, std_b = mean_and_std(b)
    error_a, error_b = std_a * std_a / len(a), std_b * std_b / len(b)
    error = error_a + error_b
    if error == 0:
        return Interval(mean_b - mean_a, mean_b - mean_a)
    # As shares of the error: the squares of tiny variances would underflow.
    freedom = 1 / ((error_a / error) ** 2 / (len(a) - 1) + (error_b / error) ** 2 / (len(b) - 1))
    return _around(mean_b - mean_a, math.sqrt(error), freedom, confidence)


def pooled_interval(a: Sequence[float], b: Sequence[float], confidence: float = CONFIDENCE) -> Interval | None:
    """Return the t interval of the difference of two means of equal variance, b - a.

    The only one that works when one side has a single value: its spread is then taken to be the other's.

    Parameters
    ----------
    a, b : sequence of float
        Independent values.
    confidence : float
        Two-sided level.

    Returns
    -------
    Interval or None
        None when either is empty, or both have a single value.
    """
    freedom = len(a) + len(b) - 2
    if not a or not b or freedom < 1:
        return None
    mean_a, mean_b = mean_and_std(a)[0], mean_and_std(b)[0]
    squares = math.fsum((v - mean_a) * (v - mean_a) for v in a) + math.fsum((v - mean_b) * (v - mean_b) for v in b)
    error = math.sqrt(squares / freedom * (1 / len(a) + 1 / len(b)))
    return _around(mean_b - mean_a, error, freedom, confidence)


def newcombe_interval(
    successes_a: int, total_a: int, successes_b: int, total_b: int, confidence: float = CONFIDENCE
) -> Interval:
    """Return Newcombe's hybrid score interval of the difference of two independent proportions, b - a.

    Parameters
    ----------
    successes_a, total_a, successes_b, total_b : int
        Counts of each sample; with a ``total`` of 0 nothing is known: (-1, 1).
    confidence : float
        Two-sided level.

    Returns
    -------
    Interval
        As a fraction.

    Notes
    -----
    Method 10 of R. G. Newcombe, Stat. Med. 17, 873 (1998): Wilson's intervals combined by square-and-add.
    """
    if total_a == 0 or total_b == 0:
        return Interval(-1.0, 1.0)
    return _square_and_add((successes_a, total_a), (successes_b, total_b), 0.0, confidence)


def newcombe_paired_interval(
    both: int, only_a: int, only_b: int, neither: int, confidence: float = CONFIDENCE
) -> Interval:
    """Return Newcombe's hybrid score interval of the difference of two paired proportions, b - a.

    Parameters
    ----------
    both, only_a, only_b, neither : int
        Images that both, only a, only b, or none classified correctly.
    confidence : float
        Two-sided level.

    Returns
    -------
    Interval
        As a fraction; (-1, 1) without images.

    Notes
    -----
    Method 10 of R. G. Newcombe, Stat. Med. 17, 2635 (1998): square-and-add with the correlation of the pairs,
    continuity corrected where it is positive.
    """
    total = both + only_a + only_b + neither
    if total == 0:
        return Interval(-1.0, 1.0)
    margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    association = float(both * neither - only_a * only_b)
    if association > 0:
        association = max(association - total / 2, 0.0)
    correlation = association / math.sqrt(margins) if margins else 0.0
    return _square_and_add((both + only_a, total), (both + only_b, total), correlation, confidence)


def mcnemar_exact(only_a: int, only_b: int) -> float:
    """Return the two-sided exact p-value of McNemar's test.

    Parameters
    ----------
    only_a, only_b : int
        Images that only a, or only b, classified correctly.

    Returns
    -------
    float
        Probability, were both equally good, of so uneven a split; 1 when they disagree on no image.

    Notes
    -----
    Q. McNemar, Psychometrika 12, 153 (1947); the binomial tail instead of its chi-square approximation.
    """
    from scipy.special import bdtr

    discordant = only_a + only_b
    if discordant == 0:
        return 1.0
    return min(1.0, 2.0 * float(bdtr(min(only_a, only_b), discordant, 0.5)))


def mcnemar_clustered(differences: Iterable[float]) -> float:
    """Return the two-sided p-value of McNemar's test over several trials an image.

    Parameters
    ----------
    differences : iterable of float
        For each image, its correct trials in b less those in a (or the difference of their shares).

    Returns
    -------
    float
        From the normal distribution, so an approximation for few discordant images; 1 when no image differs.

    Notes
    -----
    z = sum d / sqrt(sum d^2), each image a cluster: V. L. Durkalski et al., Stat. Med. 22, 2417 (2003);
    N. A. Obuchowski, Stat. Med. 17, 1495 (1998).
    """
    values = list(differences)
    squares = math.fsum(value * value for value in values)
    if squares == 0:
        return 1.0
    z = math.fsum(values) / math.sqrt(squares)
    return math.erfc(abs(z) / math.sqrt(2))


def _square_and_add(a: tuple[int, int], b: tuple[int, int], correlation: float, confidence: float) -> Interval:
    share_a, share_b = a[0] / a[1], b[0] / b[1]
    score_a, score_b = wilson_interval(*a, confidence), wilson_interval(*b, confidence)

    def distance(from_b: float, from_a: float) -> float:
        # Equal margins make this a perfect square, which rounding may turn slightly negative.
        return math.sqrt(max(from_b**2 - 2 * correlation * from_b * from_a + from_a**2, 0.0))

    difference = share_b - share_a
    return Interval(
        difference - distance(share_b - score_b.low, score_a.high - share_a),
        difference + distance(score_b.high - share_b, share_a - score_a.low),
    )


def _around(centre: float, error: float, freedom: float, confidence: float) -> Interval:
    half = _student_quantile(freedom, confidence) * error
    return Interval(centre - half, centre + half)


@lru_cache(maxsize=256)
def _normal_quantile(confidence: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + confidence / 2))


@lru_cache(maxsize=4096)
def _student_quantile(freedom: float, confidence: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + confidence / 2))
