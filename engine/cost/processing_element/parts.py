"""The parts of a layer as arrays: sub-arrays in a row, and which of them belong to each element and tile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.partition import LayerGeometry, Part, tile_parts
from nnsreport.engine.cost.quantity import Quantity, namespace_among


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Which of a row of members belong together.

    Attributes
    ----------
    index : Array of int, (groups, most)
        Members of each group; groups with fewer than others repeat their first.
    is_member : Array of bool, (groups, most)
        False where ``index`` only repeats.
    """

    index: Array
    is_member: Array

    @property
    def sizes(self) -> Array:
        """Members of each group, shape (groups,)."""
        sizes: Array = self.is_member.sum(axis=1)
        return sizes

    def sum(self, values: Quantity) -> Array:
        """Return the sum over each group, (..., groups), of values of shape (..., members)."""
        xp = namespace_among(values)
        total: Array = xp.where(xp.asarray(self.is_member), self._taken(values), 0.0).sum(axis=-1)
        return total

    def largest(self, values: Quantity) -> Array:
        """Return the largest of each group, (..., groups), of values of shape (..., members)."""
        largest: Array = self._taken(values).max(axis=-1)
        return largest

    def _taken(self, values: Quantity) -> Array:
        xp = namespace_among(values)
        taken: Array = xp.asarray(values)[..., xp.asarray(self.index)]
        return taken


@dataclass(frozen=True, slots=True, eq=False)
class LayerParts:
    """What the sub-arrays, processing elements and tiles of a layer evaluate, in NeuroSim's order.

    Attributes
    ----------
    geometry : LayerGeometry
        From which the layer is cut.
    sub_arrays : tuple of Part
        Of all elements of all tiles.
    row_block : Array of int, (sub-arrays,)
        Which of :func:`nnsreport.engine.cost.activity.row_blocks` each reads.
    of_element : Groups
        Sub-arrays of each element.
    rows, columns : Array of int, (elements,)
        Of the part of each element.
    repetitions : Array of int, (elements,)
        How often its energy counts.
    of_tile : Groups
        Elements of each tile.
    tile_rows, tile_columns : Array of int, (tiles,)
        Of the part of each tile; all kernel positions together in novel mapping.
    """

    geometry: LayerGeometry
    sub_arrays: tuple[Part, ...]
    row_block: Array
    of_element: Groups
    rows: Array
    columns: Array
    repetitions: Array
    of_tile: Groups
    tile_rows: Array
    tile_columns: Array


@cache
def layer_parts(geometry: LayerGeometry) -> LayerParts:
    """Return the parts of a layer as arrays.

    Parameters
    ----------
    geometry : LayerGeometry
        Of the layer.

    Returns
    -------
    LayerParts
        On NumPy.
    """
    tiles = tile_parts(geometry)
    elements = [element for tile in tiles for element in tile.elements]
    sub_arrays = tuple(array for element in elements for array in element.arrays)
    blocks = sorted({(array.row, array.rows) for array in sub_arrays})
    place = {block: index for index, block in enumerate(blocks)}
    return LayerParts(
        geometry=geometry,
        sub_arrays=sub_arrays,
        row_block=np.array([place[array.row, array.rows] for array in sub_arrays]),
        of_element=_consecutive(len(element.arrays) for element in elements),
        rows=np.array([element.part.rows for element in elements]),
        columns=np.array([element.part.columns for element in elements]),
        repetitions=np.array([element.repetitions for element in elements]),
        of_tile=_consecutive(len(tile.elements) for tile in tiles),
        tile_rows=np.array([tile.part.rows for tile in tiles]),
        tile_columns=np.array([tile.part.columns for tile in tiles]),
    )


def _consecutive(sizes: Iterable[int]) -> Groups:
    lengths = np.fromiter(sizes, dtype=int)
    first = np.cumsum(lengths) - lengths
    place = np.arange(lengths.max())
    is_member = place < lengths[:, None]
    return Groups(first[:, None] + np.where(is_member, place, 0), is_member)
