"""Active rows: counted as NeuroSim's loop does, and expected from a density by exact enumeration."""

from __future__ import annotations

import itertools
from collections import Counter
from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.backend import to_numpy
from nnsreport.engine.cost.activity import (
    ActivitySettings,
    Distribution,
    counted_activity,
    distinct_reads,
    row_blocks,
    stated_activity,
)
from nnsreport.engine.cost.partition import LayerGeometry
from nnsreport.settings import describe, problem_with

NOVEL = LayerGeometry(
    rows=9 * 48,
    columns=100,
    is_novel=True,
    elements=9,
    tile_size=256,
    element_size=256,
    array_rows=32,
    array_columns=64,
    speed_up_rows=1,
    speed_up_columns=1,
)


def test_blocks_follow_kernel_positions() -> None:
    blocks = row_blocks(NOVEL)
    assert blocks == tuple(
        (48 * position + first, rows) for position in range(9) for first, rows in ((0, 32), (32, 16))
    )


def test_histogram_counts_each_read() -> None:
    random = np.random.default_rng(4)
    bits = (random.random((432, 50)) < 0.2).astype(np.uint8)
    blocks = row_blocks(NOVEL)
    activity = counted_activity(bits, blocks)
    for block, (first, rows) in enumerate(blocks):
        counts = Counter(int(bits[first : first + rows, read].sum()) for read in range(50))
        found = dict(zip(activity.active_rows.tolist(), activity.reads[block].tolist(), strict=True))
        assert {n: c for n, c in found.items() if c} == counts
        assert activity.mean_active_rows[block] == pytest.approx(bits[first : first + rows].sum() / 50)
    assert (activity.reads.sum(axis=0) > 0).all()


def test_devices_count_as_the_host(devices: dict[str, ModuleType]) -> None:
    bits = (np.random.default_rng(4).random((432, 50)) < 0.2).astype(np.uint8)
    host = counted_activity(bits, row_blocks(NOVEL))
    for xp in devices.values():
        there = counted_activity(xp.asarray(bits), row_blocks(NOVEL))
        assert np.array_equal(to_numpy(there.active_rows), host.active_rows)
        assert np.array_equal(to_numpy(there.reads), host.reads)


def test_mean_density_keeps_fractions() -> None:
    activity = stated_activity(ActivitySettings(0.3, Distribution.MEAN.value), [(0, 10), (10, 5), (15, 10)], 72)
    assert activity.active_rows.tolist() == [1.5, 3.0]
    assert activity.reads.tolist() == [[0, 72], [72, 0], [0, 72]]


def test_binomial_density_is_the_enumeration_of_all_vectors() -> None:
    activity = stated_activity(ActivitySettings(0.3, Distribution.BINOMIAL.value), [(0, 6), (6, 4)], 1.0)
    for block, rows in enumerate((6, 4)):
        expected = Counter[int]()
        for vector in itertools.product((0, 1), repeat=rows):
            expected[sum(vector)] += 0.3 ** sum(vector) * 0.7 ** (rows - sum(vector))
        found = dict(zip(activity.active_rows.tolist(), activity.reads[block].tolist(), strict=True))
        assert {n: p for n, p in found.items() if p} == pytest.approx(dict(expected))
    assert activity.mean_active_rows == pytest.approx([1.8, 1.2])


@pytest.mark.parametrize(("density", "active"), [(0.0, 0.0), (1.0, 8.0)])
@pytest.mark.parametrize("distribution", list(Distribution))
def test_density_of_nothing_and_everything(density: float, active: float, distribution: Distribution) -> None:
    activity = stated_activity(ActivitySettings(density, distribution.value), [(0, 8)], 5)
    assert (activity.active_rows.tolist(), activity.reads.tolist()) == ([active], [[5]])


@pytest.mark.parametrize("density", [-0.1, 1.1, float("nan")])
def test_density_is_a_fraction(density: float) -> None:
    assert problem_with(density, describe(ActivitySettings)["input_density"]) is not None


def test_distinct_reads_stand_for_all() -> None:
    bits = (np.random.default_rng(5).random((13, 200)) < 0.1).astype(np.uint8)
    found, counts = distinct_reads(bits)
    expected = Counter(tuple(read) for read in bits.T.tolist())
    assert {tuple(read): int(count) for read, count in zip(found.T.tolist(), counts, strict=True)} == expected
    assert len(counts) == len(expected) < 200
