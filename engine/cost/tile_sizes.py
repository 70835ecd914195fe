"""Sizes of tiles and processing elements: those that waste the fewest cells."""

from __future__ import annotations

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.duplication import processing_element_copies
from nnsreport.engine.cost.mapping import LayerTable
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class SizeChoice:
    """Cells along a side.

    Attributes
    ----------
    tile : Array, () or (points,)
        Of a tile; of one of its processing elements in novel mapping.
    element : Array, () or (points,)
        Of a processing element.
    """

    tile: Array
    element: Array


def novel_size(table: LayerTable) -> SizeChoice:
    """Return the size of processing elements of novel mapping.

    Parameters
    ----------
    table : LayerTable
        Of the network.

    Returns
    -------
    SizeChoice
        The same for both.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, ChipFloorPlan and TileDesignNM.
    """
    xp = table.xp
    least = 2 * table.array_rows
    largest = xp.maximum(table.largest(table.is_novel), least)
    size = _fullest(table, table.is_novel, largest, least, table.elements)[0]
    return SizeChoice(size, size)


def conventional_sizes(table: LayerTable) -> SizeChoice:
    """Return the sizes of tiles and processing elements of conventional mapping.

    Parameters
    ----------
    table : LayerTable
        Of the network.

    Returns
    -------
    SizeChoice
        Elements are at most half a tile; they are smaller than that only if copies then fill more cells than the
        best tile does without copies.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, ChipFloorPlan, TileDesignCM and PEDesign.
    """
    xp = table.xp
    is_conventional = ~table.is_novel
    least = 4 * table.array_rows
    largest = xp.maximum(table.largest(is_conventional), least)
    tile, best, tiles = _fullest(table, is_conventional, largest, least, 1)
    element, size = tile / 2, tile / 2
    cells = tiles * tile * tile
    while bool((size > 2 * table.array_rows).any()):
        rows, columns = processing_element_copies(table, tile, size)
        mapped = xp.where(is_conventional, rows * columns * table.rows * table.columns, 0.0).sum(axis=-1)
        share = _share(table, mapped, cells)
        is_better = (size > 2 * table.array_rows) & (share > best)
        best, element = xp.where(is_better, share, best), xp.where(is_better, size, element)
        size = size / 2
    return SizeChoice(tile, element)


def _fullest(
    table: LayerTable, where: Array, largest: Array, least: Array, elements: int
) -> tuple[Array, Array, Array]:
    """Return the size with the largest share of mapped cells, that share, and the number of tiles.

    Sizes are halved from the largest on, as long as they are above the least; the first of equals is taken. The share
    is 0 where no size was tried.
    """
    xp = table.xp
    best_size, size, best = largest, largest, xp.zeros_like(largest)
    best_tiles = _tiles(table, where, largest)
    mapped = xp.where(where, table.rows * table.columns, 0.0).sum(axis=-1)
    while bool((size > least).any()):
        tiles = _tiles(table, where, size)
        share = _share(table, mapped, tiles * size * size * elements)
        is_better = (size > least) & (share > best)
        best, best_size = xp.where(is_better, share, best), xp.where(is_better, size, best_size)
        best_tiles = xp.where(is_better, tiles, best_tiles)
        size = size / 2
    return best_size, best, best_tiles


def _tiles(table: LayerTable, where: Array, size: Array) -> Array:
    xp = table.xp
    side = size[..., None]
    each = xp.ceil(table.tiled_rows / side) * xp.ceil(table.columns / side)
    tiles: Array = xp.where(where, each, 0.0).sum(axis=-1)
    return tiles


def _share(table: LayerTable, mapped: Array, cells: Array) -> Array:
    """Return the part of the cells that is mapped; 0 where no layer has this mapping."""
    share: Array = mapped / table.xp.where(cells > 0, cells, 1.0)
    return share
