"""Leakage of a tile of each layer, which depends on what NeuroSim computed before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.corrections import Correction
from nnsreport.engine.cost.partition import (
    ElementUse,
    LayerGeometry,
    distinct_rows,
    element_cuts,
    tile_cuts,
    whole_tile,
)
from nnsreport.engine.cost.processing_element.adding import over_members
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.results import TileLeakage
from nnsreport.engine.cost.tile.reading import tile_operands
from nnsreport.engine.cost.tile.tile import Tile


def tile_leakage(
    cuts: Sequence[tuple[tuple[LayerGeometry, ...], Array]], conventional: Tile, novel: Tile | None
) -> TileLeakage:
    """Return the leakage of a tile of each layer.

    NeuroSim takes the leakage of a layer's last tile, and in it that of the last element, for that of all. Of an adder
    tree it counts the stages that were used last: those of an earlier tile or layer where this one does not add. A
    synchronous chip goes through all layers for its clock before, so that the first layers see the last ones.

    Parameters
    ----------
    cuts : sequence of tuple
        For each layer what :func:`nnsreport.engine.cost.partition.layer_geometries` returns.
    conventional : Tile
        Of conventional mapping.
    novel : Tile or None
        Of novel mapping; None where no layer has it.

    Returns
    -------
    TileLeakage
        (..., layers), in watt.

    Notes
    -----
    NeuroSim never sets the leakage of a layer without input vectors (its stride is larger than what the kernel leaves
    of the input); here it is that of any other layer.

    References
    ----------
    NeuroSim V1.4, Tile.cpp and ProcessingUnit.cpp, the ends of the functions that calculate performance.
    """
    is_synchronous = conventional.parameters.is_synchronous
    first, of_point = distinct_rows([of_point for _, of_point in cuts])
    is_novel, elements, tiles = (
        _of_cuts(cuts, function, first) for function in (_is_novel, _last_elements, _last_tiles)
    )
    # Each kind of mapping has adder trees of its own; those of novel mapping add in every layer.
    used = [
        np.where(is_novel, values, _lasting(np.where(is_novel, 0, values), wraps=is_synchronous))
        for values in (elements, tiles)
    ]
    states, of_layer = np.unique(np.stack([is_novel, *used], axis=1), axis=0, return_inverse=True)
    leakages = [_leakage(state, of_point, conventional, novel) for state in states]
    return TileLeakage(
        idle_w=over_members([leakage.idle_w for leakage in leakages], of_layer),
        in_use_w=over_members([leakage.in_use_w for leakage in leakages], of_layer),
    )


def _is_novel(geometry: LayerGeometry) -> int:
    return int(geometry.is_novel)


@cache
def _last_elements(geometry: LayerGeometry) -> int:
    """Return what the last element of a layer adds; 0 where it leaves its adder tree as it was."""
    if geometry.element_use is ElementUse.WHOLE:
        return 0
    *_, last = tile_cuts(geometry)
    *_, (element, _) = element_cuts(last, geometry)
    return -(-element.rows // geometry.array_rows)


@cache
def _last_tiles(geometry: LayerGeometry) -> int:
    """Return what the last tile of a layer that adds elements adds; 0 where none does."""
    operands = tile_operands(geometry, np.array([whole_tile(part, geometry).rows for part in tile_cuts(geometry)]))
    adding = operands[operands > 0]
    return int(adding[-1]) if adding.size else 0


def _of_cuts(
    cuts: Sequence[tuple[tuple[LayerGeometry, ...], Array]], function: Callable[[LayerGeometry], int], points: Array
) -> Array:
    """Return a number of each layer's cut at some points, (layers, some)."""
    return np.stack(
        [np.array([function(each) for each in geometries])[of_point[points]] for geometries, of_point in cuts]
    )


def _lasting(operands: Array, *, wraps: bool) -> Array:
    """Return the operands that an adder tree had last, (layers, some); 0 where it never added."""
    last = np.zeros_like(operands[0])
    if wraps:
        for of_layer in operands:
            last = np.where(of_layer > 0, of_layer, last)
    lasting = []
    for of_layer in operands:
        last = np.where(of_layer > 0, of_layer, last)
        lasting.append(last)
    return np.stack(lasting)


def _leakage(state: Array, of_point: Array, conventional: Tile, novel: Tile | None) -> TileLeakage:
    """Return the leakage of tiles whose adder trees are in a state: is novel, operands of elements and tile.

    The state is that of points which are cut differently, (3, some); ``of_point``, (points,), tells which each is.
    """
    numbers = [values[0].item() if (values == values[0]).all() else values[of_point] for values in state]
    is_novel, *operands = numbers
    elements, tiles = (_on_device(np.maximum(each, 1), conventional) for each in operands)
    if isinstance(is_novel, int):
        return _of_tile(novel if is_novel and novel is not None else conventional, elements, tiles)
    here = _of_tile(conventional, elements, tiles)
    if novel is None:
        return here
    there, condition = _of_tile(novel, elements, tiles), _on_device(is_novel > 0, conventional)
    return TileLeakage(
        idle_w=select(condition, there.idle_w, here.idle_w), in_use_w=select(condition, there.in_use_w, here.in_use_w)
    )


def _of_tile(tile: Tile, elements: Quantity, tiles: Quantity) -> TileLeakage:
    if Correction.TILE_LEAKAGE in tile.parameters.corrections:
        elements, tiles = tile.element.adder_tree.operands, tile.accumulation.operands
    return TileLeakage(tile.leakage_w(elements, tiles), tile.leakage_in_use_w)


def _on_device(values: Array, tile: Tile) -> Quantity:
    """Return host numbers beside those of a tile; a single one as it is."""
    on_device: Quantity = namespace_among(tile.tree_bits).asarray(values) if values.ndim else float(values)
    return on_device
