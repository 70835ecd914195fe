"""Noise of conversions: one number for each, whatever the batch."""

from __future__ import annotations

import numpy as np
import pytest

from nnsreport.engine.converters.noise import NoiseSource, Vectors
from nnsreport.engine.converters.read_noise import ReadNoise
from nnsreport.engine.converters.transfer import TransferTable
from nnsreport.engine.random import Purpose

SOURCE = NoiseSource(1, 2, 3, Purpose.CONVERSION_NOISE, 60.0)


def drawn(vectors, block=0, source=SOURCE, shape=(2, 3, 5), occasion=0):
    numbers = np.asarray(vectors, dtype=np.int64)
    return source.normals(np.empty((*shape, numbers.size), np.float32), block, Vectors(numbers, occasion))


def test_a_conversion_has_its_number_in_any_part_of_any_batch():
    whole = drawn(range(100))
    np.testing.assert_array_equal(drawn(range(37, 60)), whole[..., 37:60])
    np.testing.assert_array_equal(drawn([90, 4, 4]), whole[..., [90, 4, 4]])
    part = Vectors(np.arange(100)).part(slice(10, 20))
    np.testing.assert_array_equal(drawn(part.numbers), whole[..., 10:20])


def test_conversions_differ_in_all_that_tells_them_apart():
    other = [NoiseSource(1, 2, 4, Purpose.CONVERSION_NOISE, 60.0), NoiseSource(1, 2, 3, Purpose.WHITE_READ_NOISE, 60.0)]
    other.append(NoiseSource(1, 2, 3, Purpose.CONVERSION_NOISE, 61.0))
    tables = [drawn(range(50)), drawn(range(50), block=1), drawn(range(50), occasion=1)]
    tables += [drawn(range(50), source=source) for source in other]
    assert np.unique(np.stack(tables)).size == pytest.approx(6 * 2 * 3 * 5 * 50, abs=3)  # float32 has chance equals


def test_numbers_are_standard_normal():
    z = drawn(range(20_000), shape=(1, 2, 7)).astype(float)
    n = z.size
    assert z.mean() == pytest.approx(0, abs=4 / np.sqrt(n))
    assert z.var() == pytest.approx(1, abs=4 * np.sqrt(2 / n))
    assert (z**3).mean() == pytest.approx(0, abs=4 * np.sqrt(15 / n))
    assert (z**4).mean() == pytest.approx(3, abs=4 * np.sqrt(96 / n))
    lines = z.reshape(14, -1)
    correlation = np.corrcoef(lines)[np.triu_indices(14, 1)]
    assert np.abs(correlation).max() < 5 / np.sqrt(20_000)


def test_read_noise_has_the_variance_of_its_devices():
    rng = np.random.default_rng(0)
    deviations = rng.uniform(0, 0.3, (2, 3, 8)).astype(np.float32)  # groups, lines, K
    pulses = np.repeat(rng.integers(-3, 4, (1, 2, 5, 1)), 20_000, axis=3).astype(np.float32)
    sums = np.zeros((1, 2, 3, 20_000), np.float32)
    ReadNoise(deviations**2, SOURCE).add(sums, pulses, slice(2, 7), 0, Vectors(np.arange(20_000)))
    expected = [
        [sum((pulses[0, g, k, 0] * deviations[g, n, 2 + k]) ** 2 for k in range(5)) for n in range(3)] for g in range(2)
    ]
    np.testing.assert_allclose(sums[0].var(axis=2), expected, rtol=4.5 * np.sqrt(2 / 20_000))
    assert np.abs(sums[0].mean(axis=2) / np.sqrt(np.array(expected) / 20_000)).max() < 4.5


def test_a_transfer_table_gives_rounded_normal_codes_as_neurosim_does():
    means, stds = np.array([0.2, 1.1, 2.6, 3.0], np.float32), np.array([0.0, 0.4, 0.7, 0.0], np.float32)
    table = TransferTable(means, stds, -1, SOURCE)
    vectors = Vectors(np.arange(20_000))
    codes = np.broadcast_to(np.arange(-1, 3, dtype=np.float32)[:, None], (4, 20_000)).reshape(1, 1, 4, -1).copy()
    normal = SOURCE.normals(codes, 0, vectors)[0, 0].astype(float)
    table.apply(codes, 0, vectors)
    exact = means[:, None].astype(float) + stds[:, None] * normal
    expected = np.clip(np.rint(exact), 0, 3) - 1
    ties = np.abs(exact - np.floor(exact) - 0.5) < 1e-5
    assert np.count_nonzero(codes[0, 0] != expected) <= np.count_nonzero(ties)
    assert set(codes[0, 0, 0].tolist()) == {-1.0}
    assert set(codes[0, 0, 2].tolist()) == {-1.0, 0.0, 1.0, 2.0}


def test_noise_stays_on_the_device(strict_device):
    vectors = Vectors(strict_device.asarray(np.arange(9)))
    there = strict_device.asarray(np.zeros((2, 1, 3, 9), np.float32))
    found = SOURCE.normals(there, 1, vectors).get()
    np.testing.assert_allclose(found, drawn(range(9), block=1, shape=(2, 1, 3)), rtol=1e-6, atol=1e-6)
