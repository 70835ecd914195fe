"""Integer weights and activations to levels of cells and pulses.

A weight's integer is cut into slices of ``cell_bits``, least significant first, each in a cell with 2^cell_bits
levels. For ``differential`` the magnitude is sliced, into the positive or the negative device of a pair; for
``offset`` the unsigned number ``weight + 2^(bits-1)``. The magnitude of an activation is cut into digits of
``dac_bits``; negative activations drive their word line with the opposite sign, as CrossSim does by default.

Conductances are counted in *level units*: one unit is the step between neighbouring levels, so that level l of an
ideal cell conducts ``l + g_off`` and sums of currents are integers but for the offset.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.settings import DeviceSettings, MappingSettings


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


@dataclass(frozen=True, slots=True)
class Cell:
    """A memory cell in level units.

    Attributes
    ----------
    levels : int
        Number of conductance levels.
    step_s : float
        Conductance of one level unit, in S.
    offset : float
        Conductance of level 0, in level units: (levels - 1) / (on_off_ratio - 1).
    """

    levels: int
    step_s: float
    offset: float

    @property
    def maximum(self) -> float:
        """Conductance of the highest level, in level units."""
        return self.levels - 1 + self.offset

    def conductances(self, levels: Array) -> Array:
        """Return what cells are meant to conduct.

        Parameters
        ----------
        levels : Array of integers
            From 0 to ``levels - 1``.

        Returns
        -------
        Array of float32
            In level units: ``level + offset``.
        """
        xp = namespace_of(levels)
        result: Array = levels.astype(xp.float32)
        result += xp.float32(self.offset)
        return result


@dataclass(frozen=True, slots=True)
class Mapping:
    """How the weights of a layer lie on devices.

    Attributes
    ----------
    weight_bits : int
        Of an integer weight, sign included.
    differential : bool
        Pairs of devices; else weights with an offset.
    reference_column : bool
        The offset is held by a column of devices as well.
    slices : Digits
        Of a weight.
    cell : Cell
        What holds a slice.
    rows : int
        Word lines read together; 0 reads all.
    """

    weight_bits: int
    differential: bool
    reference_column: bool
    slices: Digits
    cell: Cell
    rows: int

    @property
    def offset(self) -> int:
        """What is added to a weight before slicing."""
        return 0 if self.differential else 2 ** (self.weight_bits - 1)

    @property
    def planes(self) -> int:
        """Devices of one slice of one weight."""
        return 2 if self.differential else 1

    @property
    def reference(self) -> float:
        """What the array adds to each weight beyond its value, in units of weights: subtracted digitally.

        Zero where the pair or the reference column cancels it in the array.
        """
        if self.differential or self.reference_column:
            return 0.0
        return self.offset + self.cell.offset * sum(self.slices.weights)

    def blocks(self, inputs: int) -> tuple[slice, ...]:
        """Return the rows of each block of word lines that is read together.

        Parameters
        ----------
        inputs : int
            Rows K of the matrix.

        Returns
        -------
        tuple of slice
            The last block may be shorter.
        """
        rows = self.rows or inputs
        return tuple(slice(k, min(k + rows, inputs)) for k in range(0, inputs, rows))

    def devices(self, groups: int, outputs: int, inputs: int) -> int:
        """Return the number of memory devices of a matrix.

        Parameters
        ----------
        groups, outputs, inputs : int
            Shape of the weight levels.

        Returns
        -------
        int
            Reference columns included.
        """
        return self.planes * self.slices.count * groups * (outputs + self.reference_column) * inputs

    def cell_levels(self, levels: Array) -> Iterator[tuple[int, int, Array]]:
        """Yield the level of every device, one plane of one slice at a time, in the order of the random elements.

        Parameters
        ----------
        levels : Array of int32, (groups, N, K)
            Integer weights.

        Yields
        ------
        plane : int
            0, or for a pair 0 (positive) and 1 (negative).
        slice : int
            Index, least significant first.
        cells : Array of int32, (groups, columns, K)
            The columns are N, and with a reference column one more, the last.
        """
        xp = namespace_of(levels)
        if self.differential:
            planes = [xp.maximum(levels, 0), xp.maximum(-levels, 0)]
        elif self.reference_column:
            reference = xp.full((levels.shape[0], 1, levels.shape[2]), self.offset, dtype=levels.dtype)
            planes = [xp.concatenate([levels + self.offset, reference], axis=1)]
        else:
            planes = [levels + self.offset]
        for plane, numbers in enumerate(planes):
            for index in range(self.slices.count):
                yield plane, index, self.slices.digit(numbers, index)

    def column_conductances(self, devices: Array) -> Array:
        """Return what each column conducts towards its converter.

        Parameters
        ----------
        devices : Array, (planes, ...)
            Conductances of all devices.

        Returns
        -------
        Array, (...)
            Of a pair, positive minus negative.
        """
        conductances: Array = devices[0] - devices[1] if self.differential else devices[0]
        return conductances

    def full_scale(self, rows: int, input_top: int) -> tuple[float, ...]:
        """Return the largest sum a block can give, for each slice.

        Parameters
        ----------
        rows : int
            Word lines in the block.
        input_top : int
            Largest digit applied to a word line.

        Returns
        -------
        tuple of float
            In level units, for ideal devices.
        """
        off = 0.0 if self.differential else self.cell.offset
        return tuple(rows * input_top * (top + off) for top in self.slices.tops)


def make_mapping(weight_bits: int, settings: MappingSettings, device: DeviceSettings) -> Mapping:
    """Return the mapping that settings describe.

    Parameters
    ----------
    weight_bits : int
        Of an integer weight, sign included.
    settings : MappingSettings
        Signs, reference, slices and rows.
    device : DeviceSettings
        Range of conductances.

    Returns
    -------
    Mapping
        The same for every layer.
    """
    differential = settings.signs == "differential"
    slices = digits(weight_bits - 1 if differential else weight_bits, settings.cell_bits)
    top = 2**slices.width - 1
    conductance_range_s = device.conductance_max_s * (1 - 1 / device.on_off_ratio)
    cell = Cell(top + 1, conductance_range_s / top, top / (device.on_off_ratio - 1))
    return Mapping(weight_bits, differential, settings.reference == "column", slices, cell, settings.rows)
