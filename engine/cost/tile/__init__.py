"""Tiles: processing elements with their buffers, tree, adders and activation."""

from nnsreport.engine.cost.tile.activation import Activation, activation
from nnsreport.engine.cost.tile.buffers import TileBuffer, tile_buffer
from nnsreport.engine.cost.tile.leakage import tile_leakage
from nnsreport.engine.cost.tile.reading import LayerReads, tile_reads
from nnsreport.engine.cost.tile.tile import Tile, tile

__all__ = [
    "Activation",
    "LayerReads",
    "Tile",
    "TileBuffer",
    "activation",
    "tile",
    "tile_buffer",
    "tile_leakage",
    "tile_reads",
]
