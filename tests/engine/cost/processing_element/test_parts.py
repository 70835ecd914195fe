"""Parts of layers as arrays, against the parts one by one."""

from __future__ import annotations

import numpy as np
import pytest

from nnsreport.engine.cost.activity import counted_activity, row_blocks
from nnsreport.engine.cost.partition import LayerGeometry, tile_parts
from nnsreport.engine.cost.processing_element import layer_parts, summed_reads, taken_reads
from nnsreport.engine.cost.results import Reading
from nnsreport.engine.cost.sub_array.results import SubArrayReads


def geometry(**changes: int) -> LayerGeometry:
    usual = {"rows": 300, "columns": 200, "elements": 2, "tile_size": 256, "element_size": 128}
    usual |= {"array_rows": 64, "array_columns": 32, "speed_up_rows": 1, "speed_up_columns": 1}
    return LayerGeometry(is_novel=False, **(usual | changes))


GEOMETRIES = [
    geometry(),
    geometry(rows=70, columns=30, speed_up_rows=2, speed_up_columns=2),
    geometry(rows=70, columns=30, speed_up_rows=4, speed_up_columns=4),
    geometry(rows=500, columns=1000),
]


@pytest.mark.parametrize("cut", GEOMETRIES)
def test_parts_are_those_of_the_loops(cut: LayerGeometry) -> None:
    parts = layer_parts(cut)
    sub_arrays, elements = iter(parts.sub_arrays), 0
    index, is_member = parts.of_element.index, parts.of_element.is_member
    place = 0
    for tile, of_tile in enumerate(tile_parts(cut)):
        assert (parts.tile_rows[tile], parts.tile_columns[tile]) == (of_tile.part.rows, of_tile.part.columns)
        members = parts.of_tile.index[tile][parts.of_tile.is_member[tile]]
        assert list(members) == list(range(elements, elements + len(of_tile.elements)))
        for element in of_tile.elements:
            assert (parts.rows[elements], parts.columns[elements]) == (element.part.rows, element.part.columns)
            assert parts.repetitions[elements] == element.repetitions
            assert [next(sub_arrays) for _ in element.arrays] == list(element.arrays)
            assert list(index[elements][is_member[elements]]) == list(range(place, place + len(element.arrays)))
            place, elements = place + len(element.arrays), elements + 1
    assert next(sub_arrays, None) is None
    assert [row_blocks(cut)[block] for block in parts.row_block] == [(part.row, part.rows) for part in parts.sub_arrays]


def test_groups_leave_out_what_only_fills_them() -> None:
    groups = layer_parts(geometry()).of_element
    assert len(set(groups.sizes.tolist())) > 1
    values = np.random.default_rng(0).normal(size=(3, int(groups.sizes.sum()))) - 5  # below 0, so that 0 would show
    parts = np.split(values, np.cumsum(groups.sizes)[:-1], axis=1)
    assert groups.sum(values) == pytest.approx(np.stack([part.sum(axis=1) for part in parts], axis=1))
    assert (groups.largest(values) == np.stack([part.max(axis=1) for part in parts], axis=1)).all()


def test_sums_of_reads_are_those_of_the_vectors() -> None:
    cut = geometry(rows=150)
    parts, blocks = layer_parts(cut), row_blocks(cut)
    bits = np.random.default_rng(1).random((150, 40)) < 0.3
    activity = counted_activity(bits.astype(np.uint8), blocks)

    def of(rows: np.ndarray, factor: float) -> Reading:
        return Reading(1 + factor * rows**2, factor * np.stack([rows, 2 * rows]))

    def reads(rows: np.ndarray) -> SubArrayReads:
        return SubArrayReads(total=of(rows, 1.0), adc=of(rows, 0.5), accumulation=of(rows, 0.3), other=of(rows, 0.2))

    found = taken_reads(summed_reads(reads(activity.active_rows), activity.reads), parts.row_block)
    for place, part in enumerate(parts.sub_arrays):
        each = reads(bits[part.row : part.row + part.rows].sum(axis=0).astype(np.float64))
        for name in ("total", "adc", "accumulation", "other"):
            circuit, expected = getattr(found, name), getattr(each, name)
            assert circuit.latency_s[place] == pytest.approx(expected.latency_s.sum())
            assert circuit.energy_j[:, place] == pytest.approx(expected.energy_j.sum(axis=1))
