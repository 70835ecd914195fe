"""Statistics of the operands that the closed forms are written for, and what quantising them costs.

Inputs are unsigned in [0, 1), weights signed in [-1, 1) in two's complement, all their bits independent and equally
likely; a product's unit is that of ``x * w``.

Source: S. K. Gonugondla et al., IEEE TCAD 41, 3188 (2022), Table III.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operands:
    """Inputs and weights of a number of bits.

    Attributes
    ----------
    input_bits, weight_bits : int
        B_x and B_w, sign included.
    """

    input_bits: int
    weight_bits: int

    @property
    def input_mean(self) -> float:
        """``E[x]``."""
        return (1.0 - 2.0**-self.input_bits) / 2.0

    @property
    def input_square(self) -> float:
        """``E[x^2]``."""
        return (1.0 - 4.0**-self.input_bits) / 12.0 + self.input_mean**2

    @property
    def weight_mean(self) -> float:
        """``E[w]``."""
        return float(-(2.0**-self.weight_bits))

    @property
    def weight_variance(self) -> float:
        """``var w``."""
        return (1.0 - 4.0**-self.weight_bits) / 3.0

    @property
    def weight_square(self) -> float:
        """``E[w^2]``."""
        return self.weight_variance + self.weight_mean**2

    @property
    def input_places(self) -> float:
        """Sum of the squared places of an input's bits, ``sum of 4^-k from 1 to B_x``."""
        return (1.0 - 4.0**-self.input_bits) / 3.0

    @property
    def weight_places(self) -> float:
        """Sum of the squared places of a weight's bits, ``sum of 4^-i from 0 to B_w - 1``."""
        return 4.0 * (1.0 - 4.0**-self.weight_bits) / 3.0

    @property
    def magnitude_places(self) -> float:
        """Sum of the squared places of a magnitude's bits, the weight's without its sign."""
        return self.weight_places - 1.0


def signal_variance(rows: int, operands: Operands) -> float:
    """Return the variance of dot products.

    Parameters
    ----------
    rows : int
        Products in the sum (N).
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        ``N (E[w^2] E[x^2] - E[w]^2 E[x]^2)``.
    """
    mean = operands.weight_mean * operands.input_mean
    return rows * (operands.weight_square * operands.input_square - mean**2)


def peak_over_std(rows: int, operands: Operands) -> float:
    """Return the largest dot product over the standard deviation of dot products.

    Parameters
    ----------
    rows : int
        Products in the sum (N).
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        ``N / sigma_y``, for inputs and weights up to 1: what an ADC without clipping has to cover.
    """
    return rows / math.sqrt(signal_variance(rows, operands))


def input_quantization_variance(rows: int, operands: Operands) -> float:
    """Return the variance that rounding real operands to their bits adds to dot products.

    Parameters
    ----------
    rows : int
        Products in the sum (N).
    operands : Operands
        Inputs and weights after rounding.

    Returns
    -------
    float
        ``N (4^-B_x var w + 4^(1 - B_w) E[x^2]) / 12``.

    Notes
    -----
    sigma_qiy^2 of Gonugondla 2022, Table III: steps of 2^-B_x and 2^(1 - B_w), each an error of a twelfth of its
    square; the product of both errors is left out.
    """
    of_inputs = 4.0**-operands.input_bits * operands.weight_variance
    of_weights = 4.0 ** (1 - operands.weight_bits) * operands.input_square
    return rows * (of_inputs + of_weights) / 12.0
