"""Integer weights to levels of cells, and cells to arrays.

A scheme of signs (:mod:`nnsreport.engine.crossbar.signs`) says which levels a weight has, and a cell
(:mod:`nnsreport.engine.crossbar.cell`) what its levels conduct.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.cell import Cell, make_cell
from nnsreport.engine.crossbar.settings import DeviceSettings, MappingSettings
from nnsreport.engine.crossbar.signs import CellLevels, Signs, Slices, make_signs
from nnsreport.engine.crossbar.tiling import ArraySize, Tiling
from nnsreport.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Mapping:
    """How the weights of a layer lie on devices.

    Attributes
    ----------
    weight_bits : int
        Of an integer weight, sign included.
    signs : Signs
        Weights to levels of cells.
    reference_column : bool
        What the array adds to each weight is held by a column of devices as well.
    cell : Cell
        What holds a level.
    rows : int
        Word lines read together; 0 reads all of an array.
    array : ArraySize
        Of a physical array.
    """

    weight_bits: int
    signs: Signs
    reference_column: bool
    cell: Cell
    rows: int
    array: ArraySize

    @property
    def slices(self) -> Slices:
        """What the slices of a weight add up to."""
        return self.signs.slices

    @property
    def planes(self) -> int:
        """Devices of one slice of one weight."""
        return len(self.signs.factors)

    @property
    def differential(self) -> bool:
        """Whether devices are subtracted before the converter, so that sums may be negative."""
        return min(self.signs.factors) < 0

    @property
    def reference(self) -> float:
        """What the array adds to each weight beyond its value, in units of weights: subtracted digitally.

        Zero where the pair or the reference column cancels it in the array.
        """
        if self.differential or self.reference_column:
            return 0.0
        return self.signs.offset + self.cell.offset * sum(self.slices.weights)

    def blocks(self, inputs: int) -> tuple[slice, ...]:
        """Return the rows of each block of word lines that is read together.

        Parameters
        ----------
        inputs : int
            Rows K of the matrix.

        Returns
        -------
        tuple of slice
            The last block of an array may be shorter: currents of two arrays do not meet.
        """
        height = self.array.rows or inputs
        rows = self.rows or height
        arrays = [(top, min(top + height, inputs)) for top in range(0, inputs, height)]
        return tuple(slice(k, min(k + rows, bottom)) for top, bottom in arrays for k in range(top, bottom, rows))

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

    def tiling(self, groups: int, outputs: int, inputs: int) -> Tiling:
        """Return the arrays that a matrix takes.

        Parameters
        ----------
        groups, outputs, inputs : int
            Shape of the weight levels.

        Returns
        -------
        Tiling
            Arrays and how full they are; each group has arrays of its own.
        """
        return self.array.tiling(groups, inputs, outputs + self.reference_column, self.planes * self.slices.count)

    def cell_levels(self, levels: Array) -> CellLevels:
        """Yield the level of every device, one plane of one slice at a time, in the order of the random elements.

        Parameters
        ----------
        levels : Array of int32, (groups, N, K)
            Integer weights.

        Yields
        ------
        plane : int
            For pairs 0 (positive) and 1 (negative), 2 and 3 of the next pair and so on; one for each pair whose sides
            are subtracted digitally; else 0.
        slice : int
            Index, least significant first.
        cells : Array, (groups, columns, K)
            Whole numbers from 0 to ``cell.levels - 1``; numbers between levels where several pairs hold a weight. The
            columns are N, and with a reference column one more, the last, which holds a weight of 0.
        """
        if self.reference_column:
            xp = namespace_of(levels)
            reference = xp.zeros((levels.shape[0], 1, levels.shape[2]), dtype=levels.dtype)
            levels = xp.concatenate([levels, reference], axis=1)
        yield from self.signs.cells(levels)

    def column_conductances(self, devices: Array) -> Array:
        """Return what each column conducts towards its converter.

        Parameters
        ----------
        devices : Array, (planes, ...)
            Conductances of all devices.

        Returns
        -------
        Array, (...)
            Of a pair, positive minus negative; of several, the sum with the share of each. May be a view.
        """
        factors = self.signs.factors
        total: Array = devices[0] if factors[0] == 1.0 else factors[0] * devices[0]
        for factor, plane in zip(factors[1:], devices[1:], strict=True):
            total = total - plane if factor == -1.0 else total + factor * plane
        return total

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
        largest = self.cell.swing if self.differential else self.cell.conductance
        return tuple(rows * input_top * largest(top) for top in self.slices.tops)


def make_mapping(weight_bits: int, settings: MappingSettings, device: DeviceSettings) -> Mapping:
    """Return the mapping that settings describe.

    Parameters
    ----------
    weight_bits : int
        Of an integer weight, sign included.
    settings : MappingSettings
        Signs, reference, slices, rows and arrays.
    device : DeviceSettings
        Range of conductances.

    Returns
    -------
    Mapping
        The same for every layer.

    Raises
    ------
    ConfigurationError
        A weight takes more columns than an array has, or the device's table does not fit.
    """
    signs = make_signs(weight_bits, settings)
    cell = make_cell(signs.top_level + 1, device)
    array = ArraySize(settings.array_rows, settings.array_columns)
    mapping = Mapping(weight_bits, signs, settings.reference == "column", cell, settings.rows, array)
    columns = mapping.planes * mapping.slices.count
    if 0 < array.columns < columns:
        raise ConfigurationError(
            f"is {array.columns}, but a weight of {weight_bits} bits takes {columns} columns side by side",
            field="mapping.array_columns",
            remedy=f"make it {columns} or more, or give cells more bits",
        )
    return mapping


def lines_of_groups(numbers: Array) -> Array:
    """Return numbers of cells in the order in which a group's columns are multiplied.

    Parameters
    ----------
    numbers : Array, (..., slices, groups, columns, K)
        One for each cell.

    Returns
    -------
    Array, (..., groups, slices * columns, K)
        Slice by slice; a copy.
    """
    *leading, slices, groups, columns, inputs = numbers.shape
    return numbers.swapaxes(-4, -3).reshape(*leading, groups, slices * columns, inputs)
