"""Numbers of some bits, cut into digits: slices of weights, cycles of activations."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nnsreport.engine.backend import Array


@dataclass(frozen=True, slots=True)
class Digits:
    """A number of some bits, cut into digits.

    Attributes
    ----------
    bits : int
        Of the whole number.
    width : int
        Bits of a digit; the most significant one may have fewer.
    """

    bits: int
    width: int

    @property
    def count(self) -> int:
        """Number of digits."""
        return math.ceil(self.bits / self.width)

    @property
    def weights(self) -> tuple[int, ...]:
        """Value of one unit of each digit, least significant first."""
        return tuple(2 ** (i * self.width) for i in range(self.count))

    @property
    def tops(self) -> tuple[int, ...]:
        """Largest value of each digit, when the whole number has all its bits set."""
        return tuple(2 ** min(self.width, self.bits - i * self.width) - 1 for i in range(self.count))

    def digit(self, numbers: Array, index: int) -> Array:
        """Return one digit of non-negative integers.

        Parameters
        ----------
        numbers : Array of integers
            Below 2^bits.
        index : int
            0 is the least significant digit.

        Returns
        -------
        Array
            Of the same type.
        """
        if self.count == 1:
            return numbers
        result: Array = (numbers >> (index * self.width)) & (2**self.width - 1)
        return result


def digits(bits: int, width: int) -> Digits:
    """Return how a number is cut.

    Parameters
    ----------
    bits : int
        Of the number.
    width : int
        Bits of a digit; 0, or more than ``bits``, leaves it whole.

    Returns
    -------
    Digits
        With at least one digit.
    """
    return Digits(bits, min(width, bits) if width else bits)
