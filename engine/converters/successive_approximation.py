"""The SAR ADC: a binary search with capacitors that do not match.

Source: J. L. McCreary and P. R. Gray, IEEE J. Solid-State Circuits 10, 371 (1975), doi:10.1109/JSSC.1975.1050629.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnsreport.engine.backend import Array, namespace_of


def capacitor_weights(bits: int, unit_std: float, deviates: Array) -> Array:
    """Return what each capacitor of a binary-weighted array is worth.

    Parameters
    ----------
    bits : int
        Resolution; capacitor i has 2^i units, and one unit more terminates the array.
    unit_std : float
        Standard deviation of a unit capacitor over its value; of n units in parallel ``sqrt(n)`` times as much.
    deviates : Array of float64, (..., bits + 1)
        Standard normal, least significant capacitor first, the terminating one last.

    Returns
    -------
    Array of float64, (..., bits)
        In steps: ``2^bits C_i / C_total``, so that the reference is what the whole array is worth.
    """
    xp = namespace_of(deviates)
    units = xp.asarray(np.array([*(2.0**i for i in range(bits)), 1.0]))
    capacitors = units + unit_std * xp.sqrt(units) * deviates
    weights: Array = 2.0**bits * capacitors[..., :bits] / capacitors.sum(axis=-1, keepdims=True)
    return weights


@dataclass(frozen=True, slots=True)
class SuccessiveApproximation:
    """A binary search for each column.

    Attributes
    ----------
    weights : Array of float32, (sets, groups, lines, bits)
        From :func:`capacitor_weights`.
    low, high : int
        Least and greatest code; the search can find one code more than a symmetric converter has.
    bends : Array of float32, (2^bits,), or None
        Integral non-linearity of each code that is tried, in steps.
    """

    weights: Array
    low: int
    high: int
    bends: Array | None = None

    def quantize(self, inputs: Array, converters: int) -> None:
        """Replace inputs by codes.

        Parameters
        ----------
        inputs : Array of float32, (cycles, groups, lines, m)
            In steps; overwritten.
        converters : int
            Which set of converters.
        """
        xp = namespace_of(inputs)
        weights = self.weights[converters]
        inputs += xp.float32(0.5 - self.low)  # from the first threshold of an ideal array
        codes = xp.zeros(inputs.shape, dtype=xp.float32)
        for bit in range(weights.shape[-1] - 1, -1, -1):
            weight = weights[..., bit, None]
            kept = inputs >= (weight if self.bends is None else weight + self._bend(codes + xp.float32(1 << bit)))
            codes += kept * xp.float32(1 << bit)
            inputs -= kept * weight
        codes += xp.float32(self.low)
        xp.clip(codes, self.low, self.high, out=inputs)

    def _bend(self, tried: Array) -> Array:
        assert self.bends is not None
        bend: Array = namespace_of(tried).take(self.bends, tried.astype("int64"))
        return bend
