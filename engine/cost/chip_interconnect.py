"""Wires between the global buffer and the tiles: an X-Y bus, or an H-tree."""

from __future__ import annotations

import numpy as np

from nnsreport.engine.backend import Array, to_numpy
from nnsreport.engine.cost.chip_traffic import ChipTraffic
from nnsreport.engine.cost.components.h_tree import HTree, h_tree
from nnsreport.engine.cost.components.xy_bus import XYBus, xy_bus
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import Reading
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_MOST_ELONGATED = 0.2
"""Sides of a grid of tiles may differ by this part of the longer one."""


@dataclass(frozen=True, slots=True)
class TileGrid:
    """Tiles of a chip, as the wires between them see them.

    Attributes
    ----------
    rows, columns : float or Array
        Of tiles.
    pitch : Outline
        Height and width of the larger kind of tile: the grid that wires are laid over.
    tile : Outline
        Height and width of each layer's tiles: the pitch that a transfer is taken to travel.
    """

    rows: Quantity
    columns: Quantity
    pitch: Outline
    tile: Outline


@dataclass(frozen=True, slots=True)
class ChipBus:
    """An X-Y bus over all tiles.

    Attributes
    ----------
    wires : XYBus
        In both directions.
    grid : TileGrid
        Under it.
    parameters : Parameters
        Of the chip.
    """

    wires: XYBus
    grid: TileGrid
    parameters: Parameters

    @property
    def area_m2(self) -> Quantity:
        """Area in square metres."""
        return self.wires.area_m2

    def transfer(self, traffic: ChipTraffic, tile_rows: Array, tile_columns: Array, clock_hz: Quantity) -> Reading:
        """Return what the transfers of each layer take for an image.

        All layers are taken to be as far from the buffer as the middle of the chip.

        Parameters
        ----------
        traffic : ChipTraffic
            Of the layers.
        tile_rows, tile_columns : Array, (layers,) or (points, layers)
            Tiles of each layer: a part of the wires serves them.
        clock_hz : float or Array
            Of a synchronous chip.

        Returns
        -------
        Reading
            (..., layers), in cycles or seconds.

        References
        ----------
        NeuroSim V1.4, Chip.cpp, ChipCalculatePerformance.
        """
        grid, bits, p = self.grid, self.wires.width_bits, self.parameters
        xp = namespace_among(grid.rows, traffic.outputs)
        path = self.wires.path_m(
            xp.ceil(grid.columns / 2), xp.ceil(grid.rows / 2), grid.tile.height_m, grid.tile.width_m
        )
        fetches = xp.ceil(traffic.fetched_bits / bits * grid.rows / tile_rows)
        stores = xp.ceil(traffic.stored_bits / bits * grid.columns / tile_columns)
        fetching, storing = self.wires.cycles(*path, clock_hz) if p.is_synchronous else self.wires.latency_s(*path)
        return Reading(
            latency_s=fetching * fetches + storing * stores,
            energy_j=self.wires.energy_j(
                *path, traffic.fetched_bits * p.input_toggle_rate, traffic.stored_bits * p.output_toggle_rate
            ),
        )


@dataclass(frozen=True, slots=True)
class ChipTree:
    """An H-tree over all tiles, of whose wires each layer has a share.

    NeuroSim locates the tiles of each layer with a number that it never sets, but as it lets all transfers begin at
    the root, where they end makes no difference.

    Attributes
    ----------
    wires : HTree
        Of the tree.
    width_bits : float or Array
        Wires of the main bus.
    grid : TileGrid
        Under it.
    parameters : Parameters
        Of the chip.
    """

    wires: HTree
    width_bits: Quantity
    grid: TileGrid
    parameters: Parameters

    @property
    def area_m2(self) -> Quantity:
        """Area in square metres."""
        pitch = self.grid.pitch
        return self.wires.area_m2(pitch.height_m, pitch.width_m, self.width_bits, self.parameters.tree_folding)

    def path_latency(self, clock_hz: Quantity) -> Quantity:
        """Return the time from the root to a tile of each layer in cycles, which need not be whole, or seconds."""
        latency_s = self.wires.latency_s(self.grid.tile.height_m, self.grid.tile.width_m)
        return latency_s * clock_hz if self.parameters.is_synchronous else latency_s

    def transfer(self, traffic: ChipTraffic, tile_rows: Array, tile_columns: Array, clock_hz: Quantity) -> Reading:
        """Return what the transfers of each layer take for an image; see :meth:`ChipBus.transfer`."""
        p, tile = self.parameters, self.grid.tile
        tiles = tile_rows * tile_columns
        xp = namespace_among(tiles, self.width_bits, traffic.outputs)
        if p.has_synchronous_transfer:
            share = self.width_bits * traffic.synchronous_share
            # NeuroSim rounds the same share down where it divides by it, and up where it multiplies.
            divided, multiplied = xp.floor(share), xp.ceil(share)
        else:
            divided = multiplied = xp.ceil(self.width_bits * (tiles / tiles.sum(axis=-1, keepdims=True)))
        transfers = xp.ceil((traffic.fetched_bits + traffic.stored_bits) / divided)
        changing = xp.ceil(traffic.fetched_bits * p.input_toggle_rate / divided) + xp.ceil(
            traffic.stored_bits * p.output_toggle_rate / divided
        )
        path = self.path_latency(clock_hz)
        return Reading(
            latency_s=(xp.ceil(path) if p.is_synchronous else path) * transfers,
            energy_j=self.wires.energy_j(tile.height_m, tile.width_m, multiplied, changing),
        )


def chip_bus(grid: TileGrid, width_bits: Quantity, parameters: Parameters, technology: Technology) -> ChipBus:
    """Return the X-Y bus of a chip.

    Parameters
    ----------
    grid : TileGrid
        Of the chip.
    width_bits : float or Array
        Wires in each direction.
    parameters : Parameters
        Of the chip.
    technology : Technology
        Of the repeaters.

    Returns
    -------
    ChipBus
        Of all tiles.
    """
    p = parameters
    wires = xy_bus(
        grid.rows,
        grid.columns,
        grid.pitch.height_m,
        grid.pitch.width_m,
        width_bits,
        p.tree_folding,
        p.global_bus_delay_tolerance,
        p.wire_resistance_per_m,
        p.wire_width_nm,
        technology,
    )
    return ChipBus(wires, grid, p)


def chip_tree(grid: TileGrid, width_bits: Quantity, parameters: Parameters, technology: Technology) -> ChipTree:
    """Return the H-tree of a chip; see :func:`chip_bus`."""
    p = parameters
    wires = h_tree(
        grid.rows, grid.columns, p.global_bus_delay_tolerance, p.wire_resistance_per_m, p.wire_width_nm, technology
    )
    return ChipTree(wires, width_bits, grid, p)


def even_grid(tiles: Quantity) -> tuple[Array, Array]:
    """Return a grid of tiles of one kind whose sides hardly differ, as synchronous transfer asks for.

    Parameters
    ----------
    tiles : float or Array, (...,)
        At least so many.

    Returns
    -------
    rows, columns : Array of float64, (...,)
        The first number of tiles from the given one on that has divisors whose difference is at most a fifth of the
        greater one.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, ChipInitialize.
    """
    xp = namespace_among(tiles)
    counts: Array = xp.asarray(tiles, dtype="float64")
    wanted, place = np.unique(to_numpy(counts).ravel(), return_inverse=True)
    sides = xp.asarray([_even_sides(int(count)) for count in wanted.tolist()], dtype="float64")
    found: Array = sides[xp.asarray(place)].reshape(*counts.shape, 2)
    return found[..., 0], found[..., 1]


def _even_sides(tiles: int) -> tuple[int, int]:
    # NeuroSim finds no divisor of 1.
    tiles = max(tiles, 2)
    while True:
        columns = next(side for side in range(int(tiles**0.5), 0, -1) if tiles % side == 0)
        rows = tiles // columns
        if (rows - columns) / rows <= _MOST_ELONGATED:
            return rows, columns
        tiles += 1
