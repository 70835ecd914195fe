"""Integer activations to pulses on word lines, one cycle after the other.

An activation's magnitude is cut into digits of ``dac_bits``, one a cycle, least significant first. What a cycle sums up
counts its weight: ``activation = sum over cycles of weight * pulse``. Codings differ in what negative activations do:

- bipolar: the word line is driven with the opposite sign (``SignMagnitudeDAC`` of CrossSim 3.2);
- two's complement: one more cycle, last, applies the sign bit, whose weight is negative; pulses are never negative
  (A. Shafiee et al., "ISAAC", ISCA 2016, doi:10.1145/3007787.3001139: the last bit is shifted and subtracted);
- two passes: positive activations, then the magnitudes of negative ones, whose sums are subtracted digitally
  (``AnalogMVType.POS_NEG_SEPARATE_DIGITAL_SUM`` of aihwkit).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.digits import Digits, digits


class InputSigns(StrEnum):
    """How negative activations drive word lines."""

    UNSIGNED = "unsigned"
    BIPOLAR = "bipolar"
    TWOS_COMPLEMENT = "twos-complement"
    TWO_PASSES = "two-passes"


@dataclass(frozen=True, slots=True)
class InputCoding:
    """How activations of one layer are applied.

    Attributes
    ----------
    digits : Digits
        Of a magnitude; for two's complement of the bits below the sign.
    signs : InputSigns
        ``UNSIGNED`` where activations cannot be negative.
    """

    digits: Digits
    signs: InputSigns

    @property
    def count(self) -> int:
        """Number of cycles."""
        return len(self.weights)

    @property
    def weights(self) -> tuple[int, ...]:
        """What one unit of a pulse is worth in each cycle."""
        weights = self.digits.weights
        if self.signs is InputSigns.TWOS_COMPLEMENT:
            return (*weights, -(2**self.digits.bits))
        if self.signs is InputSigns.TWO_PASSES:
            return (*weights, *(-weight for weight in weights))
        return weights

    @property
    def tops(self) -> tuple[int, ...]:
        """Largest magnitude of a pulse in each cycle."""
        tops = self.digits.tops
        if self.signs is InputSigns.TWOS_COMPLEMENT:
            return (*tops, 1)
        return tops * 2 if self.signs is InputSigns.TWO_PASSES else tops

    @property
    def has_negative_pulses(self) -> bool:
        """Whether word lines are driven with either sign."""
        return self.signs is InputSigns.BIPOLAR

    def pulses(self, vectors: Array) -> Array:
        """Return what is applied to the word lines.

        Parameters
        ----------
        vectors : Array of integers, (groups, K, M)
            Quantised activations.

        Returns
        -------
        Array of float32, (cycles, groups, K, M)
            Whole numbers.
        """
        xp = namespace_of(vectors)
        pulses: Array = xp.empty((self.count, *vectors.shape), dtype=xp.float32)
        if self.count == 1:
            pulses[0] = vectors
            return pulses
        # Contiguous, because a part of M has short rows, over which cutting digits is slow.
        numbers = xp.ascontiguousarray(vectors)
        if self.signs is InputSigns.TWOS_COMPLEMENT:
            _cut(numbers & (2**self.digits.bits - 1), self.digits, pulses[:-1])
            pulses[-1] = numbers < 0
        elif self.signs is InputSigns.TWO_PASSES:
            _cut(xp.maximum(numbers, 0), self.digits, pulses[: self.digits.count])
            _cut(xp.maximum(-numbers, 0), self.digits, pulses[self.digits.count :])
        elif self.signs is InputSigns.BIPOLAR:
            _cut(xp.abs(numbers), self.digits, pulses)
            pulses *= xp.sign(numbers)
        else:
            _cut(numbers, self.digits, pulses)
        return pulses


def input_coding(bits: int, signed: bool, dac_bits: int, signs: str) -> InputCoding:
    """Return how a layer's activations are applied.

    Parameters
    ----------
    bits : int
        Of the largest magnitude.
    signed : bool
        Whether activations may be negative.
    dac_bits : int
        Applied in one cycle; 0 for all.
    signs : str
        ``mapping.input_signs``, for activations that may be negative.

    Returns
    -------
    InputCoding
        With at least one cycle.
    """
    return InputCoding(digits(bits, dac_bits), InputSigns(signs) if signed else InputSigns.UNSIGNED)


def _cut(magnitudes: Array, cut: Digits, pulses: Array) -> None:
    for index in range(cut.count):
        pulses[index] = cut.digit(magnitudes, index)
