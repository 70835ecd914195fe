"""Physical arrays: how many a matrix takes, and how full they are."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tiling:
    """The arrays of one layer.

    Attributes
    ----------
    row_tiles, column_tiles : int
        Arrays below each other and side by side, for each group.
    arrays : int
        In all.
    utilization : float
        Cells that hold a weight or a reference, over all cells of these arrays.
    """

    row_tiles: int
    column_tiles: int
    arrays: int
    utilization: float


@dataclass(frozen=True, slots=True)
class ArraySize:
    """Size of a physical array.

    Attributes
    ----------
    rows, columns : int
        Of cells; 0 for as many as a matrix has.
    """

    rows: int
    columns: int

    def tiling(self, groups: int, inputs: int, weights: int, columns_per_weight: int) -> Tiling:
        """Return the arrays that a layer takes.

        Parameters
        ----------
        groups : int
            Matrices, each in arrays of its own: their inputs differ.
        inputs : int
            Rows K of a matrix.
        weights : int
            Weights in a row of a matrix, a reference included: it is digitised once for all arrays side by side.
        columns_per_weight : int
            Cells of a weight, which lie side by side in one array; at most ``columns``.

        Returns
        -------
        Tiling
            Arrays at the borders may be partly empty.
        """
        rows = self.rows or inputs
        columns = self.columns or weights * columns_per_weight
        row_tiles = math.ceil(inputs / rows)
        column_tiles = math.ceil(weights / (columns // columns_per_weight))
        arrays = groups * row_tiles * column_tiles
        used = groups * inputs * weights * columns_per_weight
        return Tiling(row_tiles, column_tiles, arrays, used / (arrays * rows * columns))
