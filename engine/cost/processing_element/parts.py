"""The parts of a layer as arrays: its different sub-arrays, elements and tiles, and how many there are of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.cost.partition import (
    LayerGeometry,
    Part,
    array_cuts,
    element_cuts,
    tile_cuts,
    tile_parts,
    whole_tile,
)
from nnsreport.engine.records import dataclass


class Likeness(StrEnum):
    """Which sub-arrays of a layer take the same to read."""

    NONE = "none"
    """All are different: their cells matter, and each input is known."""
    ROWS = "rows"
    """Those that read the same rows and have as many columns: cells do not matter."""
    SIZE = "size"
    """Those of the same size: only the density of the inputs is known."""


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Which members belong together, and how often each.

    Attributes
    ----------
    index : Array of int, (groups, most)
        Members of each group; groups with fewer than others repeat their first.
    counts : Array of int, (groups, most)
        How often each member is there; 0 where ``index`` only repeats.
    """

    index: Array
    counts: Array

    @property
    def sizes(self) -> Array:
        """Members of each group, each as often as it is there, shape (groups,)."""
        sizes: Array = self.counts.sum(axis=1)
        return sizes

    def sum(self, values: Array) -> Array:
        """Return the sum over each group, (..., groups), of values of shape (..., members)."""
        xp = namespace_of(values)
        # nan and inf of a member that only fills a group must not count.
        counts = xp.asarray(self.counts)
        total: Array = xp.where(counts > 0, values[..., xp.asarray(self.index)] * counts, 0.0).sum(axis=-1)
        return total

    def largest(self, values: Array) -> Array:
        """Return the largest of each group, (..., groups), of values of shape (..., members)."""
        largest: Array = values[..., namespace_of(values).asarray(self.index)].max(axis=-1)
        return largest


@dataclass(frozen=True, slots=True, eq=False)
class LayerParts:
    """What the sub-arrays, processing elements and tiles of a layer evaluate, each kind once.

    Attributes
    ----------
    geometry : LayerGeometry
        From which the layer is cut.
    sub_arrays : tuple of Part
        One of each kind, in NeuroSim's order.
    row_block : Array of int, (sub-arrays,)
        Which of :func:`nnsreport.engine.cost.activity.row_blocks` each reads; empty where only sizes are told apart.
    of_element : Groups
        Sub-arrays of each kind of element.
    rows, columns : Array of int, (elements,)
        Of the part of each kind of element.
    of_tile : Groups
        Elements of each kind of tile, as often as their energies count.
    tile_rows, tile_columns : Array of int, (tiles,)
        Of the part of each kind of tile; all kernel positions together in novel mapping.
    tiles : Array of int, (tiles,)
        How many there are of each kind, without the copies that a pipeline adds.
    """

    geometry: LayerGeometry
    sub_arrays: tuple[Part, ...]
    row_block: Array
    of_element: Groups
    rows: Array
    columns: Array
    of_tile: Groups
    tile_rows: Array
    tile_columns: Array
    tiles: Array


def layer_parts(geometry: LayerGeometry, likeness: Likeness = Likeness.NONE) -> LayerParts:
    """Return the parts of a layer as arrays.

    Parameters
    ----------
    geometry : LayerGeometry
        Of the layer.
    likeness : Likeness
        Which sub-arrays need not be told from each other.

    Returns
    -------
    LayerParts
        On NumPy.
    """
    return _parts_of_sizes(geometry) if likeness is Likeness.SIZE else _parts_of_places(geometry, likeness)


@lru_cache(maxsize=512)
def _parts_of_places(geometry: LayerGeometry, likeness: Likeness) -> LayerParts:
    arrays, elements, tiles = _Kinds(), _Kinds(), _Kinds()
    blocks: set[tuple[int, int]] = set()
    for tile in tile_parts(geometry):
        members: Counter[int] = Counter()
        for element in tile.elements:
            blocks.update((array.row, array.rows) for array in element.arrays)
            of_arrays = Counter(arrays.kind(_key(array, likeness), array, Counter()) for array in element.arrays)
            kind = elements.kind(_size(element.part), element.part, of_arrays)
            members[kind] += element.repetitions
        tiles.kind(_size(tile.part), tile.part, members)
    place = {block: index for index, block in enumerate(sorted(blocks))}
    row_block = np.array([place[array.row, array.rows] for array in arrays.first])
    return _layer_parts(geometry, arrays, elements, tiles, row_block)


@lru_cache(maxsize=1 << 14)
def _parts_of_sizes(geometry: LayerGeometry) -> LayerParts:
    """Return the parts by their sizes: tiles and elements of the same size are cut alike, and only once."""
    arrays, elements, tiles = _Kinds(), _Kinds(), _Kinds()
    of_tiles: dict[tuple[int, int], Counter[int]] = {}
    of_elements: dict[tuple[int, int], Counter[int]] = {}
    for cut in tile_cuts(geometry):
        tile = whole_tile(cut, geometry)
        if _size(tile) not in of_tiles:
            members = of_tiles[_size(tile)] = Counter()
            for element, repetitions in element_cuts(cut, geometry):
                size = _size(element)
                if size not in of_elements:
                    found = array_cuts(element, geometry)
                    of_elements[size] = Counter(arrays.kind(_size(array), array, Counter()) for array in found)
                members[elements.kind(size, element, of_elements[size])] += repetitions
        tiles.kind(_size(tile), tile, of_tiles[_size(tile)])
    return _layer_parts(geometry, arrays, elements, tiles, np.zeros(0, dtype=int))


def _layer_parts(
    geometry: LayerGeometry, arrays: _Kinds, elements: _Kinds, tiles: _Kinds, row_block: Array
) -> LayerParts:
    return LayerParts(
        geometry=geometry,
        sub_arrays=tuple(arrays.first),
        row_block=row_block,
        of_element=_groups(elements.members),
        rows=np.array([part.rows for part in elements.first]),
        columns=np.array([part.columns for part in elements.first]),
        of_tile=_groups(tiles.members),
        tile_rows=np.array([part.rows for part in tiles.first]),
        tile_columns=np.array([part.columns for part in tiles.first]),
        tiles=np.array(tiles.counts),
    )


def _size(part: Part) -> tuple[int, int]:
    return (part.rows, part.columns)


def _key(part: Part, likeness: Likeness) -> tuple[int, ...]:
    if likeness is Likeness.ROWS:
        return (part.row, part.rows, part.columns)
    return (part.row, part.column)


class _Kinds:
    """Different parts, in the order in which they occur: the first of each kind, its members, and their number."""

    def __init__(self) -> None:
        self.first: list[Part] = []
        self.members: list[Counter[int]] = []
        self.counts: list[int] = []
        self._kinds: dict[object, int] = {}

    def kind(self, key: tuple[int, ...], part: Part, members: Counter[int]) -> int:
        """Count a part, and return its kind: parts with the same key and members are alike."""
        kind = self._kinds.setdefault((key, tuple(members.items())), len(self.first))
        if kind == len(self.first):
            self.first.append(part)
            self.members.append(members)
            self.counts.append(0)
        self.counts[kind] += 1
        return kind


def _groups(members: Sequence[Counter[int]]) -> Groups:
    most = max(len(each) for each in members)
    index = np.zeros((len(members), most), dtype=int)
    counts = np.zeros_like(index)
    for group, each in enumerate(members):
        index[group] = next(iter(each))
        index[group, : len(each)] = list(each)
        counts[group, : len(each)] = list(each.values())
    return Groups(index, counts)
