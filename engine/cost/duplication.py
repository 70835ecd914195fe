"""Copies of a layer's weights that fit into its tiles: among processing elements, and among sub-arrays."""

from __future__ import annotations

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.mapping import LayerTable


def processing_element_copies(table: LayerTable, tile_size: Array, element_size: Array) -> tuple[Array, Array]:
    """Return how often a matrix fits into the processing elements of a tile.

    Parameters
    ----------
    table : LayerTable
        Of the network.
    tile_size, element_size : Array, () or (points,)
        Of conventional mapping.

    Returns
    -------
    tuple of two Arrays, (layers,) or (points, layers)
        In rows and columns; 1 for layers of novel mapping, and for those larger than a tile in both directions.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, PEDesign.
    """
    xp = table.xp
    tile, element = tile_size[..., None], element_size[..., None]
    may_repeat = ~table.is_novel & ((table.rows <= tile) | (table.columns <= tile))
    there = xp.ceil(tile / element)
    return (
        _copies(table, may_repeat, there, xp.ceil(table.rows / element)),
        _copies(table, may_repeat, there, xp.ceil(table.columns / element)),
    )


def sub_array_copies(table: LayerTable, conventional_size: Array, novel_size: Array) -> tuple[Array, Array]:
    """Return how often a matrix, or the matrix of one kernel position, fits into the sub-arrays of an element.

    Parameters
    ----------
    table : LayerTable
        Of the network.
    conventional_size, novel_size : Array, () or (points,)
        Cells along a side of a processing element.

    Returns
    -------
    tuple of two Arrays, (layers,) or (points, layers)
        In rows and columns.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, SubArrayDup.
    """
    xp = table.xp
    size = xp.where(table.is_novel, novel_size[..., None], conventional_size[..., None])
    may_repeat = (table.tiled_rows <= size) | (table.columns <= size)
    rows, columns = table.array_rows[..., None], table.array_columns[..., None]
    return (
        _copies(table, may_repeat, xp.ceil(size / rows), xp.ceil(table.tiled_rows / rows)),
        _copies(table, may_repeat, xp.ceil(size / columns), xp.ceil(table.columns / columns)),
    )


def _copies(table: LayerTable, may_repeat: Array, there: Array, needed: Array) -> Array:
    """Integer division, but never less than the one copy."""
    copies: Array = table.xp.where(may_repeat, table.xp.maximum(there // needed, 1.0), 1.0)
    return copies
