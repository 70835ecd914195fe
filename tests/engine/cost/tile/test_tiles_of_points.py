"""Tiles of many design points at once are those of the points one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from nnsreport.engine.backend import to_numpy
from nnsreport.engine.cost.partition import Part
from nnsreport.engine.cost.points import at_points
from nnsreport.engine.cost.processing_element import Likeness, Mapping, layer_parts
from nnsreport.engine.cost.results import ReadCost, Reading
from nnsreport.engine.cost.sub_array.results import SubArrayReads
from nnsreport.engine.cost.tile import clocked_tile, tile_leakage

NETWORK = "6,6,32,3,3,160,0,1\n4,4,64,3,3,20,1,1\n1,1,256,1,1,10,0,1\n"
POINTS: dict[str, list[float]] = {
    "numRowSubArray": [32, 32, 64, 32],
    "numColSubArray": [32, 64, 64, 32],
    "numRowParallel": [32, 16, 64, 8],
    "numColMuxed": [8, 4, 16, 2],
    "numBitInput": [8, 4, 2, 8],
    "synapseBit": [8, 8, 4, 4],
    "levelOutput": [32, 16, 64, 32],
    "tileBufferCoreSizeRow": [32, 16, 64, 32],
    "inputtoggle": [0.18, 0.3, 0.1, 0.2],
    "localBusDelayTolerance": [0.1, 0.0, 0.3, 0.1],
}
CIRCUITS = tuple(ReadCost.__dataclass_fields__)
NUMBERS = tuple(Reading.__dataclass_fields__)
CLOCKS = np.array([4e8, 1e8, 9e8, 5e8])
CHOICES = [
    {},
    {"chipActivation": 0, "peBufferType": 1},
    {"chipActivation": 0, "reLu": 0, "pipeline": 0},
    {"memcelltype": 2, "cellBit": 2, "novelMapping": 0},
    {"globalBusType": 1, "sync_data_transfer": 1},
    {"synchronous": 0, "peBufferType": 1, "globalBufferType": 1, "operationmode": 1, "numRowParallel": 1},
]


@pytest.fixture(params=CHOICES)
def chips(request: pytest.FixtureRequest, given_chip: Callable[..., Any]) -> tuple[Any, list[Any]]:
    """A group, and its points one by one."""
    group = {name: np.array(values) for name, values in POINTS.items()} | request.param
    singles = [{name: values[point] for name, values in POINTS.items()} | request.param for point in range(4)]
    return (
        given_chip(group, NETWORK, clock_hz=CLOCKS),
        [given_chip(values, NETWORK, clock_hz=clock) for values, clock in zip(singles, CLOCKS.tolist(), strict=True)],
    )


def test_areas(chips: tuple[Any, list[Any]]) -> None:
    group, singles = chips
    for mapping in Mapping if group.sub_array.parameters.maps_by_kernel_position else (Mapping.CONVENTIONAL,):
        together, apart = group.tile(mapping), [each.tile(mapping) for each in singles]
        for name in ("total_m2", "interconnect_m2", "adc_m2", "accumulation_m2", "other_m2", "array_m2"):
            areas = np.broadcast_to(getattr(together.areas, name), 4)
            assert areas == pytest.approx([float(getattr(each.areas, name)) for each in apart], rel=1e-13)
        assert together.outline.width_m == pytest.approx([float(each.outline.width_m) for each in apart], rel=1e-13)


def test_leakage(chips: tuple[Any, list[Any]]) -> None:
    group, singles = chips
    together = tile_leakage(group.cuts, *group.tiles)
    assert together.idle_w.shape == (4, 3)
    for point, single in enumerate(singles):
        apart = tile_leakage(single.cuts, *single.tiles)
        assert together.idle_w[point] == pytest.approx(apart.idle_w, rel=1e-13)
        assert together.in_use_w[point] == pytest.approx(apart.in_use_w, rel=1e-13)


def test_reads(chips: tuple[Any, list[Any]]) -> None:
    group, singles = chips
    for layer in range(3):
        for points, parts in _alike(group, layer):
            made = at_points(group.tiles[int(parts.geometry.is_novel)], points)
            reads = _stacked(
                [singles[point].reads(layer, parts, int(POINTS["numBitInput"][point])) for point in points]
            )
            together = clocked_tile(made, CLOCKS[points]).read(reads, parts, group.layers[layer].vectors).layer()
            for place, point in enumerate(points.tolist()):
                _check(together, place, singles[point], layer, point)


def test_reads_of_one_block_count_as_often_as_it_is_read(given_chip: Callable[..., Any]) -> None:
    """Twice the vectors take twice of everything but what depends on no vector."""
    chip = given_chip({}, NETWORK)
    parts = chip.parts(0)
    reads = chip.reads(0, parts, 8)
    made = chip.tiles[int(parts.geometry.is_novel)]
    once = clocked_tile(made, 4e8).read(reads, parts, 16).layer()
    doubled = type(reads)(
        **{
            name: type(reads.total)(*(2 * getattr(getattr(reads, name), each) for each in ("latency_s", "energy_j")))
            for name in reads.__dataclass_fields__
        }
    )
    twice = clocked_tile(made, 4e8).read(doubled, parts, 32).layer()
    for name in ("adc", "accumulation", "buffer", "interconnect"):
        assert getattr(twice, name).energy_j == pytest.approx(2 * getattr(once, name).energy_j, rel=1e-9)


def test_energies_of_circuits_add_up(chips: tuple[Any, list[Any]]) -> None:
    single = chips[1][0]
    for layer in range(3):
        parts = single.parts(layer)
        made = single.tiles[int(parts.geometry.is_novel)]
        reads = single.reads(layer, parts, 8)
        cost = clocked_tile(made, 4e8).read(reads, parts, single.layers[layer].vectors).tiles.read_cost()
        circuits = cost.adc.energy_j + cost.accumulation.energy_j + cost.other.energy_j
        assert cost.total.energy_j == pytest.approx(circuits, rel=1e-12)
        assert (cost.buffer.energy_j + cost.interconnect.energy_j <= cost.other.energy_j).all()


@pytest.mark.parametrize("likeness", [Likeness.ROWS, Likeness.SIZE])
def test_like_parts_need_not_be_told_apart(chips: tuple[Any, list[Any]], likeness: Likeness) -> None:
    """With what only depends on rows, or on the size, layers take the same from few kinds as from all parts."""
    single = chips[1][0]
    for layer in range(3):
        all_parts = single.parts(layer)
        few = layer_parts(all_parts.geometry, likeness)
        assert len(few.sub_arrays) <= len(all_parts.sub_arrays)
        conventional, novel = single.tiles
        made = clocked_tile(novel if all_parts.geometry.is_novel else conventional, 4e8)
        apart, together = (
            made.read(_reads_by(likeness, parts.sub_arrays), parts, 16).layer() for parts in (all_parts, few)
        )
        for name in CIRCUITS:
            for number in NUMBERS:
                found = getattr(getattr(together, name), number)
                assert found == pytest.approx(getattr(getattr(apart, name), number), rel=1e-12), (name, number)


def _reads_by(likeness: Likeness, parts: Sequence[Part]) -> SubArrayReads:
    first = np.array([part.row if likeness is Likeness.ROWS else 0 for part in parts])
    size = np.array([part.rows + 0.1 * part.columns for part in parts]) * (1 + 0.01 * first)
    return SubArrayReads(
        total=Reading(size, size * 6e-12),
        adc=Reading(2 * size, size * 1e-12),
        accumulation=Reading(3 * size, size * 2e-12),
        other=Reading(4 * size, size * 3e-12),
    )


def test_devices_compute_as_the_host(given_chip: Callable[..., Any], devices: dict[str, ModuleType]) -> None:
    def computed(xp: ModuleType, choice: dict[str, float]) -> Iterator[Any]:
        values = {name: xp.asarray(np.array(numbers, dtype=np.float64)) for name, numbers in POINTS.items()}
        group = given_chip(values | choice, NETWORK, clock_hz=xp.asarray(CLOCKS))
        leakage = tile_leakage(group.cuts, *group.tiles)
        yield from (leakage.idle_w, leakage.in_use_w)
        for areas in (made.areas for made in group.tiles if made is not None):
            yield from (areas.total_m2, areas.interconnect_m2, areas.other_m2)
        for layer in range(3):
            for points, parts in _alike(group, layer):
                index = xp.asarray(points)
                made, clock_hz = at_points((group.tiles[int(parts.geometry.is_novel)], group.clock_hz), index)
                sums = Reading(*(xp.asarray(np.arange(1.0, len(parts.sub_arrays) + 1) * unit) for unit in (9.0, 1e-12)))
                reads = SubArrayReads(total=sums, adc=sums, accumulation=sums, other=sums)
                cost = clocked_tile(made, clock_hz).read(reads, parts, group.layers[layer].vectors).layer()
                yield from (getattr(getattr(cost, name), number) for name in CIRCUITS for number in NUMBERS)

    for choice in CHOICES:
        here = [np.asarray(value) for value in computed(np, choice)]
        for xp in devices.values():
            for there, expected in zip(computed(xp, choice), here, strict=True):
                np.testing.assert_allclose(to_numpy(there), expected, rtol=1e-12)


def _alike(group: Any, layer: int) -> Iterator[tuple[Any, Any]]:
    geometries, of_point = group.cuts[layer]
    for index, geometry in enumerate(geometries):
        yield np.flatnonzero(of_point == index), layer_parts(geometry)


def _stacked(reads: list[Any]) -> Any:
    first = reads[0]
    return type(first)(
        **{
            name: type(first.total)(
                *(
                    np.stack([getattr(getattr(each, name), number) for each in reads])
                    for number in ("latency_s", "energy_j")
                )
            )
            for name in first.__dataclass_fields__
        }
    )


def _check(together: ReadCost, place: int, single: Any, layer: int, point: int) -> None:
    parts = single.parts(layer)
    made = single.tiles[int(parts.geometry.is_novel)]
    reads = single.reads(layer, parts, int(POINTS["numBitInput"][point]))
    apart = clocked_tile(made, CLOCKS[point].item()).read(reads, parts, single.layers[layer].vectors).layer()
    for name in ReadCost.__dataclass_fields__:
        for number in ("latency_s", "energy_j"):
            value = np.asarray(getattr(getattr(together, name), number))[place]
            assert value == pytest.approx(float(getattr(getattr(apart, name), number)), rel=1e-12), (name, number)
