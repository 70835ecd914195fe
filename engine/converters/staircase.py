"""ADCs as staircases: a code counts the thresholds that the input has reached.

Whatever a memoryless ADC does, it is a staircase; what differs between architectures is where its thresholds lie.
Everything is counted in steps (LSB) of the ideal ADC.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnsreport.engine.backend import Array, namespace_of


def nominal_thresholds(low: int, high: int) -> Array:
    """Return the thresholds of an ADC that rounds to the nearest code.

    Parameters
    ----------
    low, high : int
        Least and greatest code.

    Returns
    -------
    numpy.ndarray of float64, (high - low,)
        Half a step below each code but the least.
    """
    return np.arange(low + 1, high + 1) - 0.5


@dataclass(frozen=True, slots=True)
class Rounding:
    """The nearest code, half to even.

    Attributes
    ----------
    low, high : int
        Least and greatest code.
    """

    low: int
    high: int

    def quantize(self, inputs: Array, converters: int) -> None:  # noqa: ARG002
        """Replace inputs by codes.

        Parameters
        ----------
        inputs : Array of float32, (cycles, groups, lines, m)
            In steps; overwritten.
        converters : int
            Which set of converters; all are alike.
        """
        xp = namespace_of(inputs)
        xp.rint(inputs, out=inputs)
        xp.clip(inputs, self.low, self.high, out=inputs)


@dataclass(frozen=True, slots=True)
class SharedStaircase:
    """One staircase for all columns.

    Attributes
    ----------
    thresholds : Array of float32, (sets, count)
        Ascending, in steps; one staircase for each set of converters.
    levels : Array of float32, (count + 1,)
        What is delivered between thresholds, in steps.
    """

    thresholds: Array
    levels: Array

    def quantize(self, inputs: Array, converters: int) -> None:
        """Replace inputs by levels.

        Parameters
        ----------
        inputs : Array of float32, (cycles, groups, lines, m)
            In steps; overwritten.
        converters : int
            Which set of converters.
        """
        xp = namespace_of(inputs)
        reached = xp.searchsorted(self.thresholds[converters], inputs.reshape(-1), side="right")
        inputs[...] = xp.take(self.levels, reached).reshape(inputs.shape)


@dataclass(frozen=True, slots=True)
class OwnStaircases:
    """A staircase for each column.

    Attributes
    ----------
    thresholds : Array of float32, (sets, groups, lines, count)
        Ascending, in steps.
    low : int
        Least code.
    """

    thresholds: Array
    low: int

    def quantize(self, inputs: Array, converters: int) -> None:
        """Replace inputs by codes, by bisection of every staircase at once.

        Parameters
        ----------
        inputs : Array of float32, (cycles, groups, lines, m)
            In steps; overwritten.
        converters : int
            Which set of converters.
        """
        xp = namespace_of(inputs)
        groups, lines, count = self.thresholds.shape[1:]
        flat = self.thresholds[converters].reshape(-1)
        first = xp.arange(groups * lines, dtype=xp.int64).reshape(groups, lines, 1) * count
        reached = xp.zeros(inputs.shape, dtype=xp.int64)
        step = 1 << (count.bit_length() - 1)
        while step:
            tried = reached + step
            place = xp.minimum(tried, count) - 1  # beyond the last there is no threshold to reach
            higher = (inputs >= xp.take(flat, first + place)) & (tried <= count)
            reached += higher * step
            step >>= 1
        inputs[...] = reached
        inputs += self.low
