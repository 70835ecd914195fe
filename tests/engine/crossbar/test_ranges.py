"""Ranges found from streams of numbers."""

from __future__ import annotations

import numpy as np
import pytest

from nnsreport.engine.crossbar.ranges import MagnitudeCounts

NUMBERS = np.random.default_rng(0).normal(size=200_000).astype(np.float32)


def counted(*batches):
    counts = MagnitudeCounts(binned=True)
    for batch in batches:
        counts.add(batch)
    return counts


@pytest.mark.parametrize("scale", [1e-5, 1.0, 1e7])
@pytest.mark.parametrize("percentile", [50.0, 99.0, 99.99, 100.0])
def test_percentiles_are_right_within_a_bin(scale, percentile):
    exact = np.percentile(np.abs(NUMBERS * np.float32(scale)), percentile, method="inverted_cdf")
    found = counted(NUMBERS * np.float32(scale)).percentile(percentile)
    assert exact * (1 - 1e-6) <= found <= exact * 1.001


def test_batches_and_their_order_do_not_matter():
    whole, parts = counted(NUMBERS), counted(NUMBERS[150_000:], NUMBERS[:7], NUMBERS[7:150_000])
    assert whole.percentile(99.9) == parts.percentile(99.9)
    assert whole.least_squared_error(127) == parts.least_squared_error(127)
    assert whole.largest == parts.largest == np.abs(NUMBERS).max()


def test_zeros_count():
    assert counted(np.zeros(99, dtype=np.float32), np.ones(1, dtype=np.float32)).percentile(99.0) < 1e-9
    assert counted(np.zeros(99, dtype=np.float32), np.ones(2, dtype=np.float32)).percentile(99.0) == 1.0
    assert counted(np.zeros(5, dtype=np.float32)).percentile(99.0) == 0.0
    assert counted(np.zeros(5, dtype=np.float32)).least_squared_error(7) == 0.0


@pytest.mark.parametrize("levels", [7, 127])
def test_the_least_squared_error_is_about_that_of_an_exact_search(levels):
    def error(limit):
        step = limit / levels
        return float(np.mean((np.clip(np.rint(NUMBERS / step), -levels, levels) * step - NUMBERS) ** 2))

    found = counted(NUMBERS).least_squared_error(levels)
    exact = min(error(limit) for limit in np.abs(NUMBERS).max() * np.arange(1, 129) / 128)
    assert error(found) <= 1.01 * exact
    assert found < np.abs(NUMBERS).max()


def test_signs_are_noticed():
    assert counted(np.array([1.0, -1e-3], dtype=np.float32)).has_negative
    assert not counted(np.array([1.0, 0.0], dtype=np.float32)).has_negative
    assert counted(np.array([1.0, -3.0], dtype=np.float32)).largest == 3.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_stay_visible(bad):
    counts = MagnitudeCounts(binned=False)
    for batch in ([1.0], [bad, 2.0], [3.0]):
        counts.add(np.array(batch, dtype=np.float32))
    assert not np.isfinite(counts.largest)
