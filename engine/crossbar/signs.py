"""How integer weights, which have a sign, lie on conductances, which have none.

A scheme cuts a weight into *slices*, which have converters of their own and are shifted and added digitally. A slice
lies on one or more devices, the *planes*, whose currents meet before the converter:

    weight + offset = sum over slices of slice weight * sum over planes of factor * level

``mapping.signs`` is one of

- differential: a pair; the digit is in one device, the other stays at level 0. CrossSim 3.2: BALANCED, ONE_SIDED;
  aihwkit: ``SinglePairConductanceConverter``. ``mapping.subtraction`` = digital makes two slices of the two sides
  (CrossSim: ``subtract_current_in_xbar = False``).
- two-sided: a pair; both move by the digit, one up and one down, from the middle of their range. CrossSim: BALANCED,
  TWO_SIDED.
- offset: one device, with a digit of weight + 2^(bits-1). CrossSim: OFFSET; DNN+NeuroSim's dummy column.
- twos-complement: one device, with a digit of the bits below the sign; the sign bit has a slice of its own, of negative
  weight, as in macros of SRAM cells.

Several pairs (``mapping.pairs``) hold one analog weight together, pair i counting F^-i. F is the significance factor of
C. Mackin et al., Nat. Commun. 13, 3765 (2022), doi:10.1038/s41467-022-31405-1. The fill ``least-significant-first`` is
that of aihwkit's ``NPairConductanceConverter`` with its factors in ascending order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.digits import Digits, digits
from nnsreport.engine.crossbar.settings import MappingSettings

CellLevels = Iterator[tuple[int, int, Array]]
"""Plane, slice, and the levels of its cells; plane by plane, which is the order of random elements."""


@dataclass(frozen=True, slots=True)
class Slices:
    """What the slices of a weight add up to.

    Attributes
    ----------
    weights : tuple of float
        What one level unit of a column's sum is worth, in units of integer weights, for each slice.
    tops : tuple of int
        Largest magnitude that a slice of one weight can have, in level units.
    """

    weights: tuple[float, ...]
    tops: tuple[int, ...]

    @property
    def count(self) -> int:
        """Number of slices."""
        return len(self.weights)


class Signs(Protocol):
    """A scheme of signs; all are immutable."""

    @property
    def slices(self) -> Slices:
        """The slices of a weight."""

    @property
    def factors(self) -> tuple[float, ...]:
        """What a device of each plane counts for in its column's sum; a pair's second device counts negatively."""

    @property
    def top_level(self) -> int:
        """Highest level of a cell."""

    @property
    def offset(self) -> int:
        """What is added to a weight before slicing."""

    def cells(self, levels: Array) -> CellLevels:
        """Yield plane, slice and level of every device, from integer weights of any shape."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of devices whose currents are subtracted before the converter.

    Attributes
    ----------
    digits : Digits
        Of a magnitude; whole for several pairs.
    two_sided : bool
        Both devices of a pair move, from the middle of their range. It takes twice as many level units to the same
        range of conductances, so that every level is a whole number.
    shares : tuple of float
        What each pair counts for, the most significant first; their sum is 1.
    fill : str
        How a weight is distributed over pairs.
    """

    digits: Digits
    two_sided: bool = False
    shares: tuple[float, ...] = (1.0,)
    fill: str = "even"

    @property
    def slices(self) -> Slices:
        """Two-sided pairs differ by twice the digit."""
        if not self.two_sided:
            return Slices(self.digits.weights, self.digits.tops)
        weights = tuple(weight / 2 for weight in self.digits.weights)
        return Slices(weights, tuple(2 * top for top in self.digits.tops))

    @property
    def factors(self) -> tuple[float, ...]:
        """Plus and minus the share of each pair."""
        return tuple(factor for share in self.shares for factor in (share, -share))

    @property
    def top_level(self) -> int:
        """Of the widest digit, on either side of the middle if there are two sides."""
        return max(self.digits.tops) * (2 if self.two_sided else 1)

    @property
    def offset(self) -> int:
        """None: pairs have a sign."""
        return 0

    def cells(self, levels: Array) -> CellLevels:
        """Yield positive, then negative devices of each pair; of several pairs with real levels, if not filled evenly.

        Parameters
        ----------
        levels : Array of int32
            Integer weights.

        Yields
        ------
        plane, slice : int
            Indices.
        cells : Array
            Of the shape of ``levels``.
        """
        xp = namespace_of(levels)
        for pair, held in enumerate(self._held(levels)):
            sides = (xp.maximum(held, 0), xp.maximum(-held, 0))
            for side in (0, 1):
                for index in range(self.digits.count):
                    cells = self.digits.digit(sides[side], index)
                    if self.two_sided:
                        cells = cells - self.digits.digit(sides[1 - side], index) + self.top_level // 2
                    yield 2 * pair + side, index, cells

    def _held(self, levels: Array) -> list[Array]:
        """Return what each pair holds, signed, in steps of its own devices."""
        if self.fill == "even" or len(self.shares) == 1:
            return [levels] * len(self.shares)
        xp = namespace_of(levels)
        held: list[Array] = [levels] * len(self.shares)
        rest = xp.abs(levels).astype(xp.float64)
        order = range(len(self.shares))
        for pair in order if self.fill == "most-significant-first" else reversed(order):
            magnitude = xp.clip(rest / self.shares[pair], 0.0, max(self.digits.tops))
            rest = rest - magnitude * self.shares[pair]
            held[pair] = xp.sign(levels) * magnitude
        return held


@dataclass(frozen=True, slots=True)
class SeparateSides:
    """Pairs whose two sides are converted by themselves, and subtracted digitally.

    Attributes
    ----------
    pairs : Pairs
        What the devices hold.
    """

    pairs: Pairs

    @property
    def slices(self) -> Slices:
        """Those of the positive sides, then those of the negative ones, which count negatively."""
        weights = self.pairs.slices.weights
        middle = self.pairs.top_level // 2 if self.pairs.two_sided else 0
        tops = tuple(middle + top for top in self.pairs.digits.tops)
        return Slices((*weights, *(-weight for weight in weights)), tops * 2)

    @property
    def factors(self) -> tuple[float, ...]:
        """The share of each pair."""
        return self.pairs.shares

    @property
    def top_level(self) -> int:
        """That of the pairs."""
        return self.pairs.top_level

    @property
    def offset(self) -> int:
        """None: the sides cancel it."""
        return 0

    def cells(self, levels: Array) -> CellLevels:
        """Yield the cells of the pairs in the same order; a plane is a pair, and each side has slices of its own."""
        for plane, index, cells in self.pairs.cells(levels):
            pair, side = divmod(plane, 2)
            yield pair, side * self.pairs.digits.count + index, cells


@dataclass(frozen=True, slots=True)
class Offset:
    """One device a slice, of the unsigned number ``weight + 2^(bits-1)``.

    Attributes
    ----------
    digits : Digits
        Of the unsigned number.
    """

    digits: Digits

    @property
    def slices(self) -> Slices:
        """One for each digit."""
        return Slices(self.digits.weights, self.digits.tops)

    @property
    def factors(self) -> tuple[float, ...]:
        """One device."""
        return (1.0,)

    @property
    def top_level(self) -> int:
        """Of the widest digit."""
        return max(self.digits.tops)

    @property
    def offset(self) -> int:
        """Half of the unsigned numbers."""
        return int(2 ** (self.digits.bits - 1))

    def cells(self, levels: Array) -> CellLevels:
        """Yield the digits of ``levels + offset``, as :meth:`Pairs.cells` does."""
        numbers = levels + self.offset
        for index in range(self.digits.count):
            yield 0, index, self.digits.digit(numbers, index)


@dataclass(frozen=True, slots=True)
class TwosComplement:
    """One device a slice, of the bits below the sign, and one for the sign bit, which counts negatively.

    The sign's cell is at level 0 or at its highest level: whatever the bits of a cell, the bit that counts most has the
    whole range of conductances to itself.

    Attributes
    ----------
    digits : Digits
        Of the bits below the sign.
    """

    digits: Digits

    @property
    def slices(self) -> Slices:
        """One for each digit, the sign's slice last."""
        weights = (*self.digits.weights, -(2**self.digits.bits) / self.top_level)
        return Slices(weights, (*self.digits.tops, self.top_level))

    @property
    def factors(self) -> tuple[float, ...]:
        """One device."""
        return (1.0,)

    @property
    def top_level(self) -> int:
        """Of the widest digit."""
        return max(self.digits.tops)

    @property
    def offset(self) -> int:
        """None: the sign bit's slice is negative."""
        return 0

    def cells(self, levels: Array) -> CellLevels:
        """Yield the digits of the bits below the sign, then the sign, as :meth:`Pairs.cells` does."""
        below = levels & (2**self.digits.bits - 1)
        for index in range(self.digits.count):
            yield 0, index, self.digits.digit(below, index)
        yield 0, self.digits.count, (levels < 0).astype(levels.dtype) * self.top_level


def make_signs(weight_bits: int, settings: MappingSettings) -> Signs:
    """Return the scheme that settings describe.

    Parameters
    ----------
    weight_bits : int
        Of an integer weight, sign included.
    settings : MappingSettings
        Signs, slices and pairs.

    Returns
    -------
    Signs
        The same for every layer.
    """
    if settings.signs == "offset":
        return Offset(digits(weight_bits, settings.cell_bits))
    below = digits(weight_bits - 1, settings.cell_bits)
    if settings.signs == "twos-complement":
        return TwosComplement(below)
    significances = [settings.significance**-pair for pair in range(settings.pairs)]
    shares = tuple(significance / sum(significances) for significance in significances)
    pairs = Pairs(below, settings.signs == "two-sided", shares, settings.fill)
    return pairs if settings.subtraction == "analog" else SeparateSides(pairs)
