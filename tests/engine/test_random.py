"""Philox against Random123's known answers, its streams against their promises, its normals against theory."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnsreport.engine import native
from nnsreport.engine.random import Purpose, device_stream, normal_rows, normals, philox4x32, stream, uniforms
from nnsreport.errors import ConfigurationError

ONES = 0xFFFFFFFF

# Random123 1.14, tests/kat_vectors, lines "philox4x32 10": counter, key, result.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES, ONES, ONES, ONES), (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN_ANSWERS)
def test_philox_gives_the_known_answers(counter, key, expected):
    block = philox4x32(tuple(np.array([word, word], dtype=np.uint64) for word in counter), key)
    assert [tuple(int(word[i]) for word in block) for i in range(2)] == [expected, expected]


def test_an_element_depends_on_its_index_alone():
    source = stream(7, 1, 2)
    long = normals(source, (50_001,), np)
    assert np.array_equal(normals(source, (3,), np), long[:3])
    assert np.array_equal(normals(source, (10, 7), np), long[:70].reshape(10, 7))
    assert np.array_equal(normals(source, (31,), np, first=40_000), long[40_000:40_031])
    assert np.array_equal(uniforms(source, (5,), np, first=20_000), uniforms(source, (20_005,), np)[20_000:])
    assert normals(source, (0,), np).size == 0


def test_elements_beyond_32_bits_of_blocks_go_on():
    source = stream(7, 1)
    across = uniforms(source, (8,), np, first=2 * (2**32 - 2))
    beyond = uniforms(source, (4,), np, first=2 * 2**32)
    assert np.array_equal(across[4:], beyond)
    assert not np.any(np.isin(beyond, uniforms(source, (4,), np)))


def test_streams_differ_in_every_part_of_their_identity():
    identities = [
        (0, 0, 0, Purpose.PROGRAMMING, None),
        (1, 0, 0, Purpose.PROGRAMMING, None),
        (2**32, 0, 0, Purpose.PROGRAMMING, None),
        (0, 1, 0, Purpose.PROGRAMMING, None),
        (0, 0, 1, Purpose.PROGRAMMING, None),
        (0, 0, 0, Purpose.DRIFT, None),
        (0, 0, 0, Purpose.READ, 0.0),
        (0, 0, 0, Purpose.READ, 25.0),
        (0, 0, 0, Purpose.READ, math.nextafter(25.0, 26.0)),
    ]
    drawn = [normals(device_stream(*identity), (4,), np) for identity in identities]
    assert np.unique(np.concatenate(drawn)).size == 4 * len(identities)
    repeated = normals(device_stream(0, 0, 0, Purpose.READ, 25.0), (4,), np)
    assert np.array_equal(repeated, drawn[7])


def test_negative_zero_is_the_time_zero():
    assert device_stream(0, 0, 0, Purpose.READ, -0.0) == device_stream(0, 0, 0, Purpose.READ, 0.0)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(ConfigurationError, match="seed"):
        stream(seed)


def test_uniforms_fill_the_unit_interval_evenly():
    n = 400_000
    drawn = uniforms(stream(3), (n,), np)
    assert drawn.min() >= 0.0
    assert drawn.max() < 1.0
    counts = np.histogram(drawn, bins=100, range=(0, 1))[0]
    chi_square = float(((counts - n / 100) ** 2 / (n / 100)).sum())
    assert 57.1 < chi_square < 152.0  # 99 degrees of freedom: quantiles 0.0003 and 0.9995
    for lag in (1, 2, 3):
        correlation = np.corrcoef(drawn[:-lag], drawn[lag:])[0, 1]
        assert abs(correlation) < 4 / math.sqrt(n)


def test_normals_follow_the_normal_distribution():
    n = 400_000
    drawn = np.sort(normals(stream(11, 5), (n,), np))
    assert abs(drawn.mean()) < 4 / math.sqrt(n)
    assert abs(drawn.var() - 1) < 4 * math.sqrt(2 / n)
    assert abs((drawn**3).mean()) < 4 * math.sqrt(15 / n)
    assert abs((drawn**4).mean() - 3) < 4 * math.sqrt(96 / n)
    theory = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in drawn[:: n // 4000]])
    empirical = np.arange(0, n, n // 4000) / n
    kolmogorov = float(np.abs(theory - empirical).max()) * math.sqrt(n)
    assert kolmogorov < 1.95  # exceeded with probability 0.001
    even_odd = normals(stream(11, 6), (n // 2, 2), np)
    assert abs((even_odd[:, 0] * even_odd[:, 1]).mean()) < 4 / math.sqrt(n // 2)


def test_columns_of_a_table_do_not_depend_on_their_neighbours():
    source, columns = stream(7, 1, 2), np.arange(5000)
    table = normal_rows(source, 37, columns, np)
    assert table.shape == (37, 5000)
    chosen = np.array([4999, 0, 17, 17])
    assert np.array_equal(normal_rows(source, 37, chosen, np), table[:, chosen])
    assert np.array_equal(normal_rows(source, 9, columns, np, first_row=8), table[8:17])
    assert normal_rows(source, 5, columns[:0], np).shape == (5, 0)
    assert np.unique(table).size > 0.99 * table.size


def test_columns_beyond_32_bits_go_on():
    source = stream(7, 1)
    beyond = normal_rows(source, 4, np.array([2**32 + 5, 2**40 - 1]), np)
    assert not np.any(np.isin(beyond, normal_rows(source, 8, np.array([5, 2**32 - 1]), np)))


def test_numbers_of_a_table_are_standard_normal():
    table = normal_rows(stream(3), 100, np.arange(10_000), np).astype(float)
    n = table.size
    moments = [(table**power).mean() for power in (1, 2, 3, 4)]
    for moment, expected, variance in zip(moments, (0, 1, 0, 3), (1, 2, 15, 96), strict=True):
        assert moment == pytest.approx(expected, abs=4 * math.sqrt(variance / n))
    assert 4.5 < np.abs(table).max() < 6.8


def test_tables_are_the_same_on_a_device(strict_device):
    columns = np.arange(33)
    found = normal_rows(stream(3), 10, strict_device.asarray(columns), strict_device).get()
    np.testing.assert_allclose(found, normal_rows(stream(3), 10, columns, np), rtol=1e-6, atol=1e-6)


@pytest.mark.skipif(native.normal_rows is None, reason="the loops in C were not built")
@pytest.mark.parametrize(("rows", "first_row"), [(403, 0), (1, 8), (64, 2**26 - 64)])
def test_normals_of_the_loops_in_c_are_those_of_numpy(rows, first_row, monkeypatch):
    columns = np.concatenate([np.arange(4001), [2**32 - 1, 2**32, 2**40 - 1], np.arange(50, 0, -3)])[::-1]
    found = normal_rows(stream(5, 1), rows, columns, np, first_row)
    monkeypatch.setattr(native, "normal_rows", None)
    expected = normal_rows(stream(5, 1), rows, columns, np, first_row)
    # The last bits of logarithm, root, sine and their product; near the zeros of a sine, of its angle of up to 2 pi.
    np.testing.assert_array_less(np.abs(found - expected), 8 * np.spacing(np.abs(expected)) + 2e-6)
    assert (found == expected).mean() > 0.5


@pytest.mark.skipif(native.normal_rows is None, reason="the loops in C were not built")
def test_tables_of_other_sizes_are_refused_by_the_loops_in_c():
    with pytest.raises(ValueError, match="not as long as"):
        native.normal_rows(np.zeros((2, 4, 3), np.float32), np.zeros(3, np.int64), 3, 0, (1, 2), (3, 4))
