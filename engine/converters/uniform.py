"""The uniform ADC without errors: what most simulators mean by an ADC, and the fastest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.converters.clipping import Count, count_outside
from nnsreport.engine.converters.noise import Vectors


@dataclass(frozen=True, slots=True)
class UniformConverter:
    """A uniform ADC with one step for each slice: ``code = clip(round(sum / step))``, rounding half to even.

    Attributes
    ----------
    steps : tuple of float
        Sum that one code stands for, in level units times input digits, for each slice.
    low, high : int
        Least and greatest code.
    """

    steps: tuple[float, ...]
    low: int
    high: int

    @property
    def slice_steps(self) -> list[float | Array]:
        """Sum that one code stands for, for each slice."""
        return list(self.steps)

    @property
    def slice_origins(self) -> None:
        """Sum that code 0 stands for: none, it is zero."""
        return

    @property
    def is_noisy(self) -> bool:
        """Nothing is drawn."""
        return False

    def convert(self, sums: Array, block: int = 0, vectors: Vectors | None = None) -> Count:  # noqa: ARG002
        """Replace sums by codes.

        Parameters
        ----------
        sums : Array of float32, (cycles, groups, slices * columns, M)
            Contiguous; slice by slice. Overwritten by whole numbers. The sum is multiplied by the reciprocal of
            the step in float32.
        block : int
            Of word lines; all are converted alike.
        vectors : Vectors, optional
            Nothing is drawn.

        Returns
        -------
        int or Array of int64, ()
            Conversions that were clipped; on a device an array, so that nobody waits for it.
        """
        if not sums.size:
            return 0
        xp = namespace_of(sums)
        slices = len(self.steps)
        by_slice = sums.reshape(*sums.shape[:2], slices, -1)
        for index, step in enumerate(self.steps):
            by_slice[:, :, index] *= xp.float32(1.0 / step)
        xp.rint(sums, out=sums)
        clipped = count_outside(sums, self.low, self.high)
        if xp is not np or clipped:
            xp.clip(sums, self.low, self.high, out=sums)
        return clipped


def uniform_converter(bits: int, ranges: Sequence[float], signed: bool) -> UniformConverter:
    """Return the ADC that covers given ranges.

    Parameters
    ----------
    bits : int
        Resolution.
    ranges : sequence of float
        Largest magnitude without clipping, for each slice; 0 for a slice that calibration found always at zero.
    signed : bool
        Codes are symmetric around zero (mid-tread), else they begin at zero.

    Returns
    -------
    UniformConverter
        Whose highest code stands for the range.
    """
    low, high = code_limits(bits, signed)
    return UniformConverter(tuple((limit or 1.0) / high for limit in ranges), low, high)


def code_limits(bits: int, signed: bool) -> tuple[int, int]:
    """Return the least and greatest code of an ADC.

    Parameters
    ----------
    bits : int
        Resolution.
    signed : bool
        Codes are symmetric around zero (mid-tread), else they begin at zero.

    Returns
    -------
    low, high : int
        One code of 2^bits is not used, where they are symmetric.
    """
    high: int = 2 ** (bits - 1) - 1 if signed else 2**bits - 1
    return (-high if signed else 0), high
