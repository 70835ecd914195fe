"""Parts of layers as arrays, against the parts one by one."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from nnsreport.engine.cost.activity import row_blocks
from nnsreport.engine.cost.partition import LayerGeometry, Part, tile_parts
from nnsreport.engine.cost.processing_element import Groups, Likeness, layer_parts


def geometry(**changes: int) -> LayerGeometry:
    usual: dict[str, int] = {
        "is_novel": False,
        "rows": 300,
        "columns": 200,
        "elements": 2,
        "tile_size": 256,
        "element_size": 128,
    }
    usual |= {"array_rows": 64, "array_columns": 32, "speed_up_rows": 1, "speed_up_columns": 1}
    return LayerGeometry(**(usual | changes))  # type: ignore[arg-type] # switches are integers too


GEOMETRIES = [
    geometry(),
    geometry(rows=70, columns=30, speed_up_rows=2, speed_up_columns=2),
    geometry(rows=70, columns=30, speed_up_rows=4, speed_up_columns=4),
    geometry(rows=500, columns=1000),
    geometry(rows=900, columns=1000, counts_empty_elements=False),
    geometry(rows=9 * 150, columns=300, is_novel=True, elements=9, element_size=256),
]


@pytest.mark.parametrize("cut", GEOMETRIES)
@pytest.mark.parametrize("likeness", list(Likeness))
def test_parts_are_those_of_the_loops(cut: LayerGeometry, likeness: Likeness) -> None:
    parts = layer_parts(cut, likeness)
    blocks = row_blocks(cut)
    read = [] if likeness is Likeness.SIZE else [(part.row, part.rows) for part in parts.sub_arrays]
    assert [blocks[block] for block in parts.row_block] == read
    found = Counter()
    for tile, tiles in enumerate(parts.tiles):
        for element, elements in _members(parts.of_tile, tile):
            for array, arrays in _members(parts.of_element, element):
                sizes = (parts.tile_rows[tile], parts.tile_columns[tile], parts.rows[element], parts.columns[element])
                key = _key(parts.sub_arrays[array], likeness)
                found[(*sizes, key)] += tiles * elements * arrays
    expected = Counter()
    for tile in tile_parts(cut):
        for element in tile.elements:
            for array in element.arrays:
                sizes = (tile.part.rows, tile.part.columns, element.part.rows, element.part.columns)
                expected[(*sizes, _key(array, likeness))] += element.repetitions
    assert found == expected


def _members(groups: Groups, group: int) -> list[tuple[int, int]]:
    pairs = zip(groups.index[group].tolist(), groups.counts[group].tolist(), strict=True)
    return [(member, count) for member, count in pairs if count]


def _key(part: Part, likeness: Likeness) -> tuple[int, ...]:
    return {
        Likeness.NONE: (part.row, part.column, part.rows, part.columns),
        Likeness.ROWS: (part.row, part.rows, part.columns),
        Likeness.SIZE: (part.rows, part.columns),
    }[likeness]


def test_few_kinds_stand_for_many_parts() -> None:
    cut = geometry(rows=4096, columns=4096)
    counts = [len(layer_parts(cut, likeness).sub_arrays) for likeness in Likeness]
    assert counts == [64 * 128, 64, 1]
    assert layer_parts(cut, Likeness.SIZE).tiles.tolist() == [256]


def test_groups_leave_out_what_only_fills_them() -> None:
    groups = layer_parts(geometry()).of_element
    assert len(set(groups.sizes.tolist())) > 1
    values = np.random.default_rng(0).normal(size=(3, int(groups.sizes.sum()))) - 5  # below 0, so that 0 would show
    parts = np.split(values, np.cumsum(groups.sizes)[:-1], axis=1)
    assert groups.sum(values) == pytest.approx(np.stack([part.sum(axis=1) for part in parts], axis=1))
    assert (groups.largest(values) == np.stack([part.max(axis=1) for part in parts], axis=1)).all()
