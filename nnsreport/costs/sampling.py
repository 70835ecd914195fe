"""Design points of a sweep: a grid of its axes, or a random or Sobol sample of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from nnsreport.costs.axes import Axis, Floats
from nnsreport.errors import ConfigurationError

MOST_POINTS = 100_000_000
"""More than this are not held in memory."""

_SOBOL_BITS = 30


class Sampling(StrEnum):
    """How design points are chosen."""

    GRID = "grid"
    """All combinations of the values of the axes."""
    RANDOM = "random"
    """Independent and uniform along each axis."""
    SOBOL = "sobol"
    """Filling the space evenly."""


def grid(axes: Sequence[Axis]) -> dict[str, Floats]:
    """Return all combinations of the values of some axes.

    Parameters
    ----------
    axes : sequence of ListAxis or RangeAxis
        Ranges with their steps.

    Returns
    -------
    dict of str to numpy.ndarray of float64, (points,)
        By parameter; the last axis changes first.

    Raises
    ------
    ConfigurationError
        A range has no steps, or there are more than :data:`MOST_POINTS`.
    """
    without = next((axis for axis in axes if axis.steps < 1), None)
    if without is not None:
        name = without.parameters[0]
        raise ConfigurationError(
            "has no steps, which a grid needs", field=f"axes.{name}.steps", remedy="say how many values the grid has"
        )
    points = math.prod(axis.steps for axis in axes)
    if points > MOST_POINTS:
        raise ConfigurationError(
            f"the grid has {points:,} points, more than {MOST_POINTS:,}",
            field="axes",
            remedy='give the axes fewer values, or sample them: sampling = "sobol"',
        )
    columns: dict[str, Floats] = {}
    number, stride = np.arange(points), points
    for axis in axes:
        stride //= axis.steps
        columns |= _columns(axis, axis.at_steps(number // stride % axis.steps))
    return columns


def sample(axes: Sequence[Axis], sampling: Sampling, points: int, seed: int) -> dict[str, Floats]:
    """Return a sample of some axes.

    Parameters
    ----------
    axes : sequence of ListAxis or RangeAxis
        Each is one dimension.
    sampling : Sampling
        Random or Sobol.
    points : int
        How many.
    seed : int
        The same gives the same points.

    Returns
    -------
    dict of str to numpy.ndarray of float64, (points,)
        By parameter.

    References
    ----------
    I. M. Sobol', "On the distribution of points in a cube and the approximate evaluation of integrals", USSR
    Computational Mathematics and Mathematical Physics 7, 1967; with direction numbers of S. Joe, F. Y. Kuo, SIAM
    Journal on Scientific Computing 30, 2008, and a random digital shift.
    """
    generator = np.random.default_rng(seed)
    if sampling is Sampling.SOBOL:
        shares = _sobol(len(axes), points, generator)
    else:
        shares = generator.random((points, len(axes)))
    columns: dict[str, Floats] = {}
    for axis, share in zip(axes, shares.T, strict=True):
        columns |= _columns(axis, axis.at(share))
    return columns


def _sobol(dimensions: int, points: int, generator: np.random.Generator) -> Floats:
    from scipy.stats import qmc

    # A whole power of two of them is balanced; the first ones of it are what is wanted.
    sequence = qmc.Sobol(dimensions, scramble=False).random_base2(max(points - 1, 0).bit_length())[:points]
    scale = 2**_SOBOL_BITS
    digits = (sequence * scale).astype(np.int64)
    shifted: Floats = (digits ^ generator.integers(scale, size=dimensions)) / scale
    return shifted


def _columns(axis: Axis, values: Floats) -> dict[str, Floats]:
    return dict(zip(axis.parameters, values.T, strict=True))
