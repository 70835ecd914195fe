"""Mean and variance of each channel of a layer's output, and the affine map that restores them.

Source: V. Joshi et al., Nat. Commun. 11, 2473 (2020), doi:10.1038/s41467-020-16108-9, adaptive batch normalisation
statistics (AdaBS). Its full text was not at hand: the update rule is quoted from two second sources that agree
(docs/engine-compensation.md). With ``p = remainder^(1/n)``, n batches and ``remainder = 0.015``,

    mu <- p mu + (1 - p) mu_batch,    var <- p var + (1 - p) var_batch

for each channel. Batch normalisation with new statistics is ``gamma (z - mu') / sigma' + beta``; where it has been
folded into weights, with the old statistics mu and sigma, the same is an affine map of the layer's product y before its
bias: ``(y - m') s / s' + m``, with m, s of y as it was and m', s' as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of

# Numbers of float64 at a time: statistics of a large batch must not cost more memory than the batch.
_NUMBERS_AT_A_TIME = 1 << 22


@dataclass(frozen=True, slots=True)
class ChannelStatistics:
    """Mean and variance of each channel.

    Attributes
    ----------
    mean, variance : Array of float64, (groups, N)
        Over all vectors; the variance is that of the vectors themselves (divided by their number).
    """

    mean: Array
    variance: Array


@dataclass(frozen=True, slots=True)
class ChannelCorrection:
    """An affine map of each channel of a layer's product.

    Attributes
    ----------
    scale, shift : Array of float32, (groups, N)
        The product becomes ``scale * product + shift``.
    """

    scale: Array
    shift: Array

    def apply(self, product: Array) -> Array:
        """Return a corrected product.

        Parameters
        ----------
        product : Array of float32, (groups, M, N)
            Before the bias; overwritten.

        Returns
        -------
        Array of float32, (groups, M, N)
            The same array.
        """
        product *= self.scale[:, None, :]
        product += self.shift[:, None, :]
        return product


def channel_statistics(product: Array) -> ChannelStatistics:
    """Return the statistics of each channel.

    Parameters
    ----------
    product : Array, (groups, M, N)
        Of a layer, M at least 1.

    Returns
    -------
    ChannelStatistics
        Summed in float64, deviations from the mean in a second pass.
    """
    xp = namespace_of(product)
    groups, vectors, channels = product.shape
    step = max(1, _NUMBERS_AT_A_TIME // (groups * channels))
    parts = [product[:, begin : begin + step] for begin in range(0, vectors, step)]
    mean = xp.zeros((groups, channels), dtype=xp.float64)
    for part in parts:
        mean += part.sum(axis=1, dtype=xp.float64)
    mean /= vectors
    squares = xp.zeros((groups, channels), dtype=xp.float64)
    for part in parts:
        squares += ((part - mean[:, None]) ** 2).sum(axis=1)
    return ChannelStatistics(mean, squares / vectors)


def batch_weights(batches: int, remainder: float) -> tuple[float, ...]:
    """Return what running averages make each of several batches count.

    Parameters
    ----------
    batches : int
        n, at least 1.
    remainder : float
        Weight that is left of what the averages began with, below 1.

    Returns
    -------
    tuple of float
        Of the sum of the batches: ``p^(n - k)`` for batch k of n with ``p = remainder^(1/n)``, normalised to 1. With a
        remainder of 0 all batches count alike, as in PyTorch with ``momentum=None``.
    """
    if remainder == 0.0:
        return (1.0 / batches,) * batches
    decay = remainder ** (1.0 / batches)
    return tuple((1.0 - decay) * decay ** (batches - 1 - batch) / (1.0 - remainder) for batch in range(batches))


def average(statistics: Sequence[ChannelStatistics], weights: Sequence[float]) -> ChannelStatistics:
    """Return the weighted average of statistics.

    Parameters
    ----------
    statistics : sequence of ChannelStatistics
        At least one.
    weights : sequence of float
        As many.

    Returns
    -------
    ChannelStatistics
        Averages of means and of variances: spread between batches does not count, as in batch normalisation.
    """
    pairs = list(zip(statistics, weights, strict=True))
    first, weight = pairs[0]
    mean, variance = first.mean * weight, first.variance * weight
    for found, weight in pairs[1:]:
        mean += found.mean * weight
        variance += found.variance * weight
    return ChannelStatistics(mean, variance)


def restoring(reference: ChannelStatistics, found: ChannelStatistics) -> ChannelCorrection:
    """Return the map that gives channels the statistics of a reference.

    Parameters
    ----------
    reference : ChannelStatistics
        As they should be.
    found : ChannelStatistics
        As they are.

    Returns
    -------
    ChannelCorrection
        ``(y - m') s / s' + m``. A channel that does not vary, because no device of it conducts, is only shifted.
    """
    xp = namespace_of(found.mean)
    varies = found.variance > 0.0
    scale = xp.where(varies, xp.sqrt(reference.variance / xp.where(varies, found.variance, 1.0)), 1.0)
    shift = reference.mean - found.mean * scale
    return ChannelCorrection(scale.astype(xp.float32), shift.astype(xp.float32))
