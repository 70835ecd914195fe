"""Floor plan: how layers are cut into tiles, how often they are duplicated, and how large tiles and elements are.

All quantities are exact integers kept as float64, so that the same program plans one chip or many. Arrays have the
shape (layers,), or (points, layers) where a parameter differs between design points.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.cost.duplication import processing_element_copies, sub_array_copies
from nnsreport.engine.cost.estimate_points import alike
from nnsreport.engine.cost.mapping import LayerTable, layer_table
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.points import at_points
from nnsreport.engine.cost.tile_sizes import SizeChoice, conventional_sizes, novel_size
from nnsreport.engine.records import dataclass
from nnsreport.errors import ConfigurationError

_PLANNED_BY = ("rows", "columns", "columns_per_weight", "speed_up_degree")
"""Numbers of a design point that its floor plan depends on, besides the network and what is one for a group."""


@dataclass(frozen=True, slots=True)
class FloorPlan:
    """Tiles of a chip.

    Attributes
    ----------
    is_novel : Array of bool, (layers,) or (points, layers)
        Whether a layer is mapped by kernel position (novel mapping) instead of as one matrix.
    novel_elements : int
        Processing elements of a tile of novel mapping, one for each kernel position; 0 without novel mapping.
    novel_element_size : Array, () or (points,)
        Cells along a side of such a processing element; 0 without novel mapping.
    conventional_tile_size, conventional_element_size : Array, () or (points,)
        Cells along a side of a tile and of a processing element of conventional mapping.
    tile_rows, tile_columns : Array, (layers,) or (points, layers)
        Tiles of each layer, with all copies that the pipeline needs.
    speed_up_rows, speed_up_columns : Array, (layers,) or (points, layers)
        Copies of each layer's weights.
    utilization : Array, (layers,) or (points, layers)
        Share of a layer's cells that hold weights.
    conventional_tiles, novel_tiles : Array, () or (points,)
        Tiles of the chip.
    chip_tile_rows, chip_tile_columns : Array, () or (points,)
        The grid of tiles.
    is_speed_up_limited : Array of bool, () or (points,)
        The speed-up asked for was larger than the network can use, and is lowered.
    is_impossible : Array of bool, () or (points,)
        The sub-array is too large for the network; the other numbers of such a point mean nothing.
    """

    is_novel: Array
    novel_elements: int
    novel_element_size: Array
    conventional_tile_size: Array
    conventional_element_size: Array
    tile_rows: Array
    tile_columns: Array
    speed_up_rows: Array
    speed_up_columns: Array
    utilization: Array
    conventional_tiles: Array
    novel_tiles: Array
    chip_tile_rows: Array
    chip_tile_columns: Array
    is_speed_up_limited: Array
    is_impossible: Array

    @property
    def tiles(self) -> Array:
        """Tiles of each layer."""
        return self.tile_rows * self.tile_columns

    @property
    def speed_up(self) -> Array:
        """Copies of each layer's weights, in both directions."""
        return self.speed_up_rows * self.speed_up_columns

    @property
    def chip_utilization(self) -> Array:
        """Share of all cells that hold weights."""
        mapped: Array = (self.tiles * self.utilization).sum(axis=-1) / self.tiles.sum(axis=-1)
        return mapped


def floor_plan(layers: Sequence[CostLayer], parameters: Parameters, *, refuse: bool = True) -> FloorPlan:
    """Return NeuroSim's floor plan.

    Parameters
    ----------
    layers : sequence of CostLayer
        Of the network.
    parameters : Parameters
        Of a group of design points.
    refuse : bool
        Refuse a group with a point that cannot be planned; otherwise such points are told by ``is_impossible``.

    Returns
    -------
    FloorPlan
        Of all points.

    Raises
    ------
    ConfigurationError
        A sub-array is too large for the network; NeuroSim says so, goes on, and crashes or prints nan.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, ChipDesignInitialize and ChipFloorPlan.
    """
    if any(not getattr(getattr(parameters, name), "ndim", 0) for name in _PLANNED_BY):
        return _floor_plan(layers, parameters, refuse=refuse)
    # Points that differ in anything else have the same plan.
    kinds = alike(parameters, _PLANNED_BY)
    of_point = np.empty(sum(len(points) for _, points in kinds), dtype=int)
    for kind, (_, points) in enumerate(kinds):
        of_point[points] = kind
    plan = _floor_plan(layers, at_points(parameters, np.array([first for first, _ in kinds])), refuse=refuse)
    values = {field.name: getattr(plan, field.name) for field in dataclasses.fields(plan)}
    of_points = {
        name: value[namespace_of(value).asarray(of_point)]
        for name, value in values.items()
        if getattr(value, "ndim", 0)
    }
    return dataclasses.replace(plan, **of_points)


def _floor_plan(layers: Sequence[CostLayer], parameters: Parameters, *, refuse: bool) -> FloorPlan:
    elements = _most_frequent_kernel(layers) if parameters.maps_by_kernel_position else 0
    table = layer_table(layers, parameters, elements)
    xp = table.xp
    is_impossible = _is_impossible(table, parameters)
    if refuse and bool(is_impossible.any()):
        raise _too_large(table, parameters)
    conventional = conventional_sizes(table)
    novel = novel_size(table) if elements else SizeChoice(xp.zeros(()), xp.zeros(()))
    needed, is_limited = _pipeline_speed_up(table, parameters)
    element_rows, element_columns = processing_element_copies(table, conventional.tile, conventional.element)
    array_rows, array_columns = sub_array_copies(table, conventional.element, novel.tile)
    copies = element_rows * element_columns * array_rows * array_columns
    times = xp.ceil(needed / copies) if parameters.is_pipelined else xp.ones_like(copies)
    size = xp.where(table.is_novel, novel.tile[..., None], conventional.tile[..., None])
    tile_rows = xp.ceil(table.tiled_rows / size) * times
    tile_columns = xp.ceil(table.columns / size)
    used = xp.maximum(needed, copies) if parameters.is_pipelined else copies
    matrix = table.tiled_rows * table.columns
    tiles = tile_rows * tile_columns
    return FloorPlan(
        is_novel=table.is_novel,
        novel_elements=elements,
        novel_element_size=novel.tile,
        conventional_tile_size=conventional.tile,
        conventional_element_size=conventional.element,
        tile_rows=tile_rows,
        tile_columns=tile_columns,
        speed_up_rows=element_rows * array_rows * times,
        speed_up_columns=element_columns * array_columns,
        utilization=used * matrix / (tiles * size * size),
        **_chip_tiles(table, tiles),
        is_speed_up_limited=is_limited,
        is_impossible=is_impossible,
    )


def _most_frequent_kernel(layers: Sequence[CostLayer]) -> int:
    """Return the number of positions of the most frequent kernel larger than 1 x 1, the first of equals, or else 1."""
    counts = Counter(layer.kernel_positions for layer in layers if layer.kernel_positions != 1)
    return max(counts, key=lambda positions: counts[positions], default=1)


def _is_impossible(table: LayerTable, parameters: Parameters) -> Array:
    if parameters.maps_by_kernel_position:
        return table.largest(table.is_novel) < 2 * table.array_rows
    return table.largest(~table.is_novel) < 4 * table.array_rows


def _too_large(table: LayerTable, parameters: Parameters) -> ConfigurationError:
    is_novel = parameters.maps_by_kernel_position
    if is_novel and not bool(table.is_novel.any(axis=-1).all()):
        return ConfigurationError(
            "no layer of the network can be mapped by kernel position",
            field="novelMapping",
            remedy="set novelMapping to false, or numRowSubArray to less",
        )
    largest = table.largest(table.is_novel if is_novel else ~table.is_novel)
    most = int(largest.min()) // (2 if is_novel else 4)
    return ConfigurationError(
        f"sub-arrays of {int(table.array_rows.max())} rows are too large for this network",
        field="numRowSubArray",
        remedy=f"set numRowSubArray to {most} or less",
    )


def _pipeline_speed_up(table: LayerTable, parameters: Parameters) -> tuple[Array, Array]:
    """Return how often each layer must be copied so that all take equally long, and whether less than asked for."""
    xp = table.xp
    asked = xp.asarray(parameters.speed_up_degree, dtype="float64")
    if not parameters.is_pipelined:
        return xp.ones_like(table.input_height), xp.zeros_like(asked, dtype=bool)
    first = table.input_height[0]
    kernels = xp.where(table.kernel_height != 1, table.input_height, first)
    # C++ divides two integers.
    most = xp.floor(first / xp.minimum(kernels.min(), first))
    bound = xp.ceil(first / xp.minimum(asked, most))
    return xp.ceil((table.input_height / bound[..., None]) ** 2), most < asked


def _chip_tiles(table: LayerTable, tiles: Array) -> dict[str, Array]:
    xp = table.xp
    novel = xp.where(table.is_novel, tiles, 0.0).sum(axis=-1)
    conventional = xp.where(table.is_novel, 0.0, tiles).sum(axis=-1)
    rows = xp.ceil(xp.sqrt(novel + conventional))
    return {
        "conventional_tiles": conventional,
        "novel_tiles": novel,
        "chip_tile_rows": rows,
        "chip_tile_columns": xp.ceil((novel + conventional) / rows),
    }
