"""A chip: its tiles, and what is between them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Protocol

from nnsreport.engine.cost.chip_axes import all_over_layers, of_chip, over_layers
from nnsreport.engine.cost.chip_circuits import GlobalBuffer, OutputCircuits, global_buffer, output_circuits
from nnsreport.engine.cost.chip_interconnect import ChipBus, ChipTree, TileGrid, chip_bus, chip_tree, even_grid
from nnsreport.engine.cost.chip_traffic import ChipTraffic, chip_traffic
from nnsreport.engine.cost.floorplan import FloorPlan
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import ChipAreas, ReadCost, Reading
from nnsreport.engine.cost.shared_circuits import global_buffer_cores, global_bus_bits
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_OF_CHIP = (
    "novel_element_size",
    "conventional_tile_size",
    "conventional_element_size",
    "conventional_tiles",
    "novel_tiles",
    "chip_tile_rows",
    "chip_tile_columns",
)
_TILE_AREAS = tuple(ChipAreas.__dataclass_fields__)


class TileKind(Protocol):
    """A tile of one kind of mapping, as the chip sees it; numbers are scalars or of shape (points,)."""

    @property
    def outline(self) -> Outline:
        """Its sides."""
        ...

    @property
    def areas(self) -> ChipAreas:
        """Its area, by circuits."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """What surrounds the tiles of a chip.

    Numbers of circuits have the shape (points, 1), or are scalars, so that they broadcast with those of layers.

    Attributes
    ----------
    parameters : Parameters
        Of the design points, in the same shape.
    plan : FloorPlan
        Of the chip.
    traffic : ChipTraffic
        Of the layers.
    buffer : GlobalBuffer
        Holds feature maps.
    interconnect : ChipBus or ChipTree
        Between buffer and tiles.
    outputs : OutputCircuits
        Between tiles and buffer.
    areas : ChipAreas
        Of the chip, (...,).
    """

    parameters: Parameters
    plan: FloorPlan
    traffic: ChipTraffic
    buffer: GlobalBuffer
    interconnect: ChipBus | ChipTree
    outputs: OutputCircuits
    areas: ChipAreas

    def reading(self, tiles: ReadCost, clock_hz: Quantity) -> ReadCost:
        """Return what each layer takes for an image, from what its tiles take.

        With synchronous transfer only the buffer's accesses take time beyond the tiles', and they alone are told as
        the latency of the other circuits.

        Parameters
        ----------
        tiles : ReadCost
            Longest latencies and sums of energies over the tiles of each layer, (..., layers).
        clock_hz : float or Array, (...,)
            Of a synchronous chip; else the frequency that NeuroSim takes for registers.

        Returns
        -------
        ReadCost
            (..., layers); latencies in cycles, or in seconds without a clock.

        References
        ----------
        NeuroSim V1.4, Chip.cpp, ChipCalculatePerformance.
        """
        clock = over_layers(clock_hz)
        rows, columns = self.plan.tile_rows, self.plan.tile_columns
        added = self.outputs.accumulating(self.traffic, rows, clock)
        activated = self.outputs.activating(self.traffic, clock)
        pooled = self.outputs.pooling_of(self.traffic, clock)
        transferred = self.interconnect.transfer(self.traffic, rows, columns, clock)
        accessed = self.buffer.accesses(self.traffic, self._synchronous_path(clock))
        if self.parameters.has_synchronous_transfer:
            added, activated, pooled, transferred = map(_without_time, (added, activated, pooled, transferred))
        beyond = _together(activated, pooled, transferred, accessed)
        cost = ReadCost(
            total=_together(tiles.total, added, beyond),
            buffer=_together(tiles.buffer, accessed),
            interconnect=_together(tiles.interconnect, transferred),
            adc=tiles.adc,
            accumulation=_together(tiles.accumulation, added),
            other=_together(tiles.other, beyond),
        )
        return _synchronous(cost, accessed.latency_s) if self.parameters.has_synchronous_transfer else cost

    def _synchronous_path(self, clock_hz: Quantity) -> Quantity | None:
        if self.parameters.has_synchronous_transfer and isinstance(self.interconnect, ChipTree):
            return self.interconnect.path_latency(clock_hz)
        return None


def chip(
    layers: Sequence[CostLayer],
    plan: FloorPlan,
    parameters: Parameters,
    technology: Technology,
    conventional: TileKind,
    novel: TileKind | None,
) -> Chip:
    """Return what surrounds the tiles of a chip.

    Parameters
    ----------
    layers : sequence of CostLayer
        Of the network.
    plan : FloorPlan
        Of the chips of a group.
    parameters : Parameters
        Of the same design points, with one number of input bits.
    technology : Technology
        Of the transistors.
    conventional, novel : TileKind, or None
        The two kinds of tiles; None where no layer is mapped by kernel position.

    Returns
    -------
    Chip
        With its areas.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, ChipInitialize and ChipCalculateArea.
    """
    p = all_over_layers(parameters)
    sized = _over_layers(plan)
    traffic = chip_traffic(layers, sized, p)
    bus_bits = over_layers(global_bus_bits(plan, parameters))
    grid = _grid(sized, p, conventional, novel)
    buffer = global_buffer(over_layers(global_buffer_cores(layers, parameters)), bus_bits, p, technology)
    height_m = sized.chip_tile_rows * grid.pitch.height_m
    outputs = output_circuits(sized, height_m / 3, len(layers), p, technology)
    interconnect = (chip_tree if p.has_global_h_tree else chip_bus)(grid, bus_bits, p, technology)
    return Chip(
        parameters=p,
        plan=plan,
        traffic=traffic,
        buffer=buffer,
        interconnect=interconnect,
        outputs=outputs,
        areas=_areas(plan, grid, buffer, interconnect, outputs, conventional, novel),
    )


def _over_layers(plan: FloorPlan) -> FloorPlan:
    """Return the plan with sizes and grid of the shape (points, 1); what it tells of layers stays."""
    sizes = {name: getattr(plan, name) for name in _OF_CHIP}
    return dataclasses.replace(plan, **{name: size[..., None] for name, size in sizes.items() if size.ndim})


def _grid(plan: FloorPlan, parameters: Parameters, conventional: TileKind, novel: TileKind | None) -> TileGrid:
    of_conventional = all_over_layers(conventional.outline)
    if novel is None:
        return TileGrid(plan.chip_tile_rows, plan.chip_tile_columns, of_conventional, of_conventional)
    of_novel = all_over_layers(novel.outline)
    xp = namespace_among(plan.chip_tile_rows, of_novel.height_m, of_conventional.height_m)
    pitch = Outline.of_sides(
        xp.maximum(of_novel.height_m, of_conventional.height_m), xp.maximum(of_novel.width_m, of_conventional.width_m)
    )
    if parameters.has_synchronous_transfer:
        rows, columns = even_grid(_equal_tiles(plan, conventional.areas, novel.areas))
        return TileGrid(rows, columns, pitch, of_novel)
    tile = Outline.of_sides(
        xp.where(plan.is_novel, of_novel.height_m, of_conventional.height_m),
        xp.where(plan.is_novel, of_novel.width_m, of_conventional.width_m),
    )
    return TileGrid(plan.chip_tile_rows, plan.chip_tile_columns, pitch, tile)


def _equal_tiles(plan: FloorPlan, conventional: ChipAreas, novel: ChipAreas) -> Quantity:
    """Return the tiles of novel mapping whose arrays have room for those of conventional mapping as well."""
    one, other = over_layers(novel.array_m2), over_layers(conventional.array_m2)
    xp = namespace_among(one, other, plan.novel_tiles)
    count = xp.ceil(other / one)
    # The quotient is rounded; NeuroSim adds one tile after the other.
    count = xp.where((count - 1) * one >= other, count - 1, xp.where(count * one < other, count + 1, count))
    return count * plan.conventional_tiles + plan.novel_tiles  # type: ignore[no-any-return]


def _areas(
    plan: FloorPlan,
    grid: TileGrid,
    buffer: GlobalBuffer,
    interconnect: ChipBus | ChipTree,
    outputs: OutputCircuits,
    conventional: TileKind,
    novel: TileKind | None,
) -> ChipAreas:
    """Return the areas of the chip.

    With synchronous transfer, tiles of novel mapping take the place of all others, but NeuroSim still counts the
    circuits of the others besides their arrays.
    """
    numbers = {name: getattr(conventional.areas, name) * plan.conventional_tiles for name in _TILE_AREAS}
    if novel is not None:
        for name in _TILE_AREAS:
            numbers[name] = numbers[name] + getattr(novel.areas, name) * plan.novel_tiles
    if novel is not None and outputs.parameters.has_synchronous_transfer:
        tiles = of_chip(grid.rows * grid.columns)
        numbers["total_m2"], numbers["array_m2"] = novel.areas.total_m2 * tiles, novel.areas.array_m2 * tiles
    buses, accumulation, other = (
        of_chip(area)
        for area in (
            interconnect.area_m2,
            outputs.accumulation.outline.area_m2,
            buffer.area_m2 + outputs.pooling_area_m2 + outputs.activation_area_m2,
        )
    )
    return ChipAreas(
        total_m2=numbers["total_m2"] + buses + accumulation + other,
        array_m2=numbers["array_m2"],
        interconnect_m2=numbers["interconnect_m2"] + buses,
        adc_m2=numbers["adc_m2"],
        accumulation_m2=numbers["accumulation_m2"] + accumulation,
        other_m2=numbers["other_m2"] + other,
    )


def _without_time(reading: Reading) -> Reading:
    return Reading(0.0, reading.energy_j)


def _together(*readings: Reading) -> Reading:
    """Return what circuits take one after the other."""
    latency: Quantity = 0.0
    energy_j: Quantity = 0.0
    for reading in readings:
        latency, energy_j = latency + reading.latency_s, energy_j + reading.energy_j
    return Reading(latency, energy_j)


def _synchronous(cost: ReadCost, accessing: Quantity) -> ReadCost:
    """Return the cost with the latencies that NeuroSim tells of synchronous transfer."""
    return dataclasses.replace(
        cost,
        interconnect=Reading(0.0 * cost.interconnect.energy_j, cost.interconnect.energy_j),
        other=Reading(accessing, cost.other.energy_j),
    )
