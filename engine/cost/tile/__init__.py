"""Tiles: processing elements with their buffers, tree, adders and activation."""

from nnsreport.engine.cost.tile.activation import Activation, activation
from nnsreport.engine.cost.tile.buffers import TileBuffer, tile_buffer
from nnsreport.engine.cost.tile.leakage import tile_leakage
from nnsreport.engine.cost.tile.reading import ClockedTile, LayerReads, clocked_tile
from nnsreport.engine.cost.tile.tile import Tile, tile

__all__ = [
    "Activation",
    "ClockedTile",
    "LayerReads",
    "Tile",
    "TileBuffer",
    "activation",
    "clocked_tile",
    "tile",
    "tile_buffer",
    "tile_leakage",
]
