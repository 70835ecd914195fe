"""Which cells of a layer's matrix each sub-array evaluates, as NeuroSim's loops over tiles and elements cut it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache

import numpy as np

from nnsreport.engine.backend import Array, to_numpy
from nnsreport.engine.cost.corrections import Correction
from nnsreport.engine.cost.floorplan import FloorPlan
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.records import dataclass


class TileUse(StrEnum):
    """How a tile uses its processing elements."""

    NOVEL = "novel"
    """One element for each kernel position."""
    DIVIDED = "divided"
    """The matrix is cut among the elements; there is one copy."""
    REPEATED = "repeated"
    """The matrix is cut among a group of elements, and there are several groups."""
    WHOLE = "whole"
    """Every element holds the whole matrix."""


class ElementUse(StrEnum):
    """How a processing element uses its sub-arrays."""

    DIVIDED = "divided"
    """The matrix is cut among the sub-arrays; there is one copy."""
    REPEATED = "repeated"
    """The matrix is cut among a group of sub-arrays, and there are several groups."""
    WHOLE = "whole"
    """Every sub-array holds the whole matrix."""


@dataclass(frozen=True, slots=True)
class LayerGeometry:
    """All that the cuts of one layer depend on, for one design point.

    Attributes
    ----------
    rows, columns : int
        Cells of the layer's matrix.
    is_novel : bool
        Mapped by kernel position.
    elements : int
        Processing elements of a tile: one a kernel position, or those along a side of a conventional tile.
    tile_size, element_size : int
        Cells along a side; the same in novel mapping.
    array_rows, array_columns : int
        Cells of a sub-array.
    speed_up_rows, speed_up_columns : int
        Copies of the weights.
    counts_empty_elements : bool
        Elements of a conventional tile that hold nothing take the energy of the one before.
    """

    rows: int
    columns: int
    is_novel: bool
    elements: int
    tile_size: int
    element_size: int
    array_rows: int
    array_columns: int
    speed_up_rows: int
    speed_up_columns: int
    counts_empty_elements: bool = True

    @property
    def has_copies(self) -> bool:
        """Whether the weights are there more than once."""
        return self.speed_up_rows * self.speed_up_columns > 1

    @property
    def tile_use(self) -> TileUse:
        """How tiles use their elements."""
        if self.is_novel:
            return TileUse.NOVEL
        if not self.has_copies:
            return TileUse.DIVIDED
        fills_tile = min(self.speed_up_rows, self.speed_up_columns) >= self.elements
        return TileUse.WHOLE if fills_tile else TileUse.REPEATED

    @property
    def array_copies(self) -> tuple[int, int]:
        """Copies within an element that are told of, in rows and columns: only where every element holds everything."""
        if self.tile_use is not TileUse.WHOLE:
            return (1, 1)
        return (-(-self.speed_up_rows // self.elements), -(-self.speed_up_columns // self.elements))

    @property
    def arrays(self) -> tuple[int, int]:
        """Sub-arrays of an element, in rows and columns."""
        return (-(-self.element_size // self.array_rows), -(-self.element_size // self.array_columns))

    @property
    def element_use(self) -> ElementUse:
        """How elements use their sub-arrays."""
        (copy_rows, copy_columns), (rows, columns) = self.array_copies, self.arrays
        if copy_rows * copy_columns == 1:
            return ElementUse.DIVIDED
        return ElementUse.WHOLE if copy_rows >= rows and copy_columns >= columns else ElementUse.REPEATED


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of a layer's matrix.

    Attributes
    ----------
    row, column : int
        Of its first cell.
    rows, columns : int
        Its size.
    """

    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class ElementPart:
    """What a processing element evaluates.

    Attributes
    ----------
    part : Part
        Of the matrix.
    arrays : tuple of Part
        The sub-arrays that are evaluated; together less than the part where an element is too small for what it is
        given, as NeuroSim then leaves out the rest.
    repetitions : int
        How often its energy counts: elements of a conventional tile that hold nothing cost as much as the one before.
    """

    part: Part
    arrays: tuple[Part, ...]
    repetitions: int


@dataclass(frozen=True, slots=True)
class TilePart:
    """What a tile evaluates.

    Attributes
    ----------
    part : Part
        Its rows and columns; in novel mapping ``rows`` counts those of all kernel positions.
    elements : tuple of ElementPart
        In NeuroSim's order.
    """

    part: Part
    elements: tuple[ElementPart, ...]


def layer_geometry(
    layer: CostLayer, index: int, plan: FloorPlan, parameters: Parameters, point: int = 0
) -> LayerGeometry:
    """Return what the cuts of a layer depend on, for one design point; see :func:`layer_geometries`."""
    geometries, of_point = layer_geometries(layer, index, plan, parameters)
    return geometries[int(of_point[point])]


def layer_geometries(
    layer: CostLayer, index: int, plan: FloorPlan, parameters: Parameters
) -> tuple[tuple[LayerGeometry, ...], Array]:
    """Return what the cuts of a layer depend on, once for all design points that cut it alike.

    Parameters
    ----------
    layer : CostLayer
        Of the network.
    index : int
        Its position there.
    plan : FloorPlan
        Of the chip; impossible points are to be left out beforehand.
    parameters : Parameters
        Of the group that was planned.

    Returns
    -------
    geometries : tuple of LayerGeometry
        Different from each other.
    of_point : Array of int64, (points,)
        Which of them each point has, in the processor's memory; one point for a single chip.
    """
    is_novel = to_numpy(plan.is_novel)[..., index]
    novel, tile = to_numpy(plan.novel_element_size), to_numpy(plan.conventional_tile_size)
    element = to_numpy(plan.conventional_element_size)
    fields: dict[str, Array] = {
        "rows": np.asarray(layer.matrix_rows * parameters.rows_per_weight),
        "columns": layer.output_channels * _on_host(parameters.columns_per_weight),
        "is_novel": is_novel,
        "elements": np.where(is_novel, plan.novel_elements, np.ceil(tile / element)),
        "tile_size": np.where(is_novel, novel, tile),
        "element_size": np.where(is_novel, novel, element),
        "array_rows": _on_host(parameters.rows),
        "array_columns": _on_host(parameters.columns),
        "speed_up_rows": to_numpy(plan.speed_up_rows)[..., index],
        "speed_up_columns": to_numpy(plan.speed_up_columns)[..., index],
    }
    values = np.broadcast_arrays(np.zeros(1), *fields.values())[1:]
    first, of_point = distinct_rows(values)
    rows = zip(*(column[first].astype(int).tolist() for column in values), strict=True)
    counts_empty = Correction.EMPTY_ELEMENTS not in parameters.corrections
    return tuple(_geometry(dict(zip(fields, row, strict=True)), counts_empty) for row in rows), of_point


def distinct_rows(columns: Sequence[Array]) -> tuple[Array, Array]:
    """Return the distinct rows of a table.

    Column by column: sorting numbers takes a tenth of the time that sorting whole rows does.

    Parameters
    ----------
    columns : sequence of Array, (rows,)
        At least one.

    Returns
    -------
    first : Array of int, (distinct,)
        Place of the first row of each kind.
    of_row : Array of int, (rows,)
        Kind of each row.
    """
    first, of_row = np.zeros(1, dtype=int), np.zeros(len(columns[0]), dtype=int)
    for column in columns:
        if (column == column[0]).all():
            continue
        values, which = np.unique(column, return_inverse=True)
        _, first, of_row = np.unique(of_row * len(values) + which, return_index=True, return_inverse=True)
    return first, of_row


def _on_host(quantity: Quantity) -> Array:
    return np.asarray(quantity) if isinstance(quantity, int | float) else to_numpy(quantity)


def _geometry(numbers: dict[str, int], counts_empty: bool) -> LayerGeometry:
    is_novel = bool(numbers.pop("is_novel"))
    return LayerGeometry(is_novel=is_novel, counts_empty_elements=counts_empty, **numbers)


@lru_cache(maxsize=128)
def tile_parts(geometry: LayerGeometry) -> tuple[TilePart, ...]:
    """Return what the tiles of a layer evaluate, without the copies that a pipeline adds.

    NeuroSim reads beyond its arrays where a kernel position is cut among several tiles whose size does not divide it.
    Here each tile has its own rows and columns of every position, whatever the sizes; where NeuroSim is well defined,
    the two are equal.

    Parameters
    ----------
    geometry : LayerGeometry
        Of the layer.

    Returns
    -------
    tuple of TilePart
        In NeuroSim's order, row by row.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, Tile.cpp and ProcessingUnit.cpp, the functions that calculate performance.
    """
    return tuple(_tile_part(part, geometry) for part in tile_cuts(geometry))


def _tile_part(part: Part, g: LayerGeometry) -> TilePart:
    elements = tuple(ElementPart(each, array_cuts(each, g), count) for each, count in element_cuts(part, g))
    return TilePart(whole_tile(part, g), elements)


def tile_cuts(geometry: LayerGeometry) -> Iterator[Part]:
    """Yield what :func:`tile_parts` cuts among elements: the matrix, or that of the first kernel position, in tiles.

    Parameters
    ----------
    geometry : LayerGeometry
        Of the layer.

    Yields
    ------
    Part
        Of a tile, row by row. Those of the same size are cut alike.
    """
    g = geometry
    rows = g.rows // g.elements if g.is_novel else g.rows
    yield from _cut(Part(0, 0, rows, g.columns), g.tile_size, g.tile_size)


def whole_tile(part: Part, geometry: LayerGeometry) -> Part:
    """Return what a tile evaluates of all kernel positions, from its part of the first."""
    rows = part.rows * geometry.elements if geometry.is_novel else part.rows
    return Part(part.row, part.column, rows, part.columns)


def element_cuts(part: Part, geometry: LayerGeometry) -> Iterator[tuple[Part, int]]:
    """Yield what the elements of a tile evaluate, and how often the energy of each counts.

    Parameters
    ----------
    part : Part
        Of the tile, one of :func:`tile_cuts`.
    geometry : LayerGeometry
        Of the layer.

    Yields
    ------
    tuple of Part and int
        In NeuroSim's order. Those of the same size are cut alike.
    """
    g = geometry
    if g.is_novel:
        for position in range(g.elements):
            yield Part(part.row + position * (g.rows // g.elements), part.column, part.rows, part.columns), 1
    elif g.tile_use is TileUse.WHOLE:
        yield part, 1
    else:
        cuts = tuple(_cut(part, g.element_size, g.element_size))
        counts_empty = g.tile_use is TileUse.DIVIDED and g.counts_empty_elements
        yield from zip(cuts, _repetitions(part, g) if counts_empty else [1] * len(cuts), strict=True)


def _repetitions(part: Part, g: LayerGeometry) -> list[int]:
    """Count each element with the empty ones that follow it, row by row."""
    counts: list[int] = []
    for row in range(g.elements):
        for column in range(g.elements):
            if row * g.element_size < part.rows and column * g.element_size < part.columns:
                counts.append(1)
            else:
                counts[-1] += 1
    return counts


def array_cuts(part: Part, geometry: LayerGeometry) -> tuple[Part, ...]:
    """Return what the sub-arrays of an element evaluate.

    Parameters
    ----------
    part : Part
        Of the element.
    geometry : LayerGeometry
        Of the layer.

    Returns
    -------
    tuple of Part
        In NeuroSim's order.
    """
    g = geometry
    if g.element_use is ElementUse.WHOLE:
        return (part,)
    cuts = _cut(part, g.array_rows, g.array_columns)
    if g.element_use is ElementUse.REPEATED:
        return tuple(cuts)
    rows, columns = g.arrays
    last_row, last_column = part.row + rows * g.array_rows, part.column + columns * g.array_columns
    return tuple(cut for cut in cuts if cut.row < last_row and cut.column < last_column)


def _cut(part: Part, rows: int, columns: int) -> Iterator[Part]:
    for row in range(part.row, part.row + part.rows, rows):
        for column in range(part.column, part.column + part.columns, columns):
            height = min(rows, part.row + part.rows - row)
            yield Part(row, column, height, min(columns, part.column + part.columns - column))
