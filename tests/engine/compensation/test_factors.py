"""Factors against drift: read-outs by hand, and one factor or one a column."""

from __future__ import annotations

import numpy as np
import pytest

from nnsreport.engine.compensation import column_factors, global_factor, mean_gain, read_out, scaled_columns

WEIGHTS = np.array([[[127.0, 0.0, -127.0], [0.0, 25.4, 0.0]]])


def test_a_read_out_is_the_mean_magnitude_of_one_word_line_at_a_time():
    found = read_out(WEIGHTS, 8)
    assert found.layer == pytest.approx((1 + 1 + 0.2) / 6)
    assert found.columns == pytest.approx(np.array([[2 / 3, 0.2 / 3]]))


def test_columns_that_drift_alike_get_the_global_factor():
    weights = np.random.default_rng(0).normal(0, 40, (2, 5, 30))
    before, after = read_out(weights, 8), read_out(0.6 * weights, 8)
    assert global_factor(before, after) == pytest.approx(1 / 0.6)
    assert column_factors(before, after) == pytest.approx(np.full((2, 5), 1 / 0.6))


def test_columns_that_drift_by_themselves_get_factors_of_their_own():
    weights, drift = np.random.default_rng(0).normal(0, 40, (2, 5, 30)), np.linspace(0.3, 1.2, 10).reshape(2, 5)
    factors = column_factors(read_out(weights, 8), read_out(drift[..., None] * weights, 8))
    assert factors == pytest.approx(1 / drift)
    assert mean_gain(factors) == pytest.approx((1 / drift).mean())


def test_columns_that_never_conduct_stay_as_they_are():
    nothing = read_out(np.zeros((1, 2, 3)), 8)
    assert global_factor(nothing, nothing) == 1.0
    assert column_factors(nothing, nothing).tolist() == [[1.0, 1.0]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_references_are_subtracted_with_their_own_factor(dtype):
    columns = np.random.default_rng(1).normal(size=(2, 4, 6)).astype(dtype)
    before = columns.copy()
    factors = np.arange(1.0, 9.0).reshape(2, 4)
    by_column = scaled_columns(columns, factors, reference_column=True)
    for g, n, k in np.ndindex(2, 3, 6):
        expected = factors[g, n] * before[g, n, k] - factors[g, 3] * before[g, 3, k]
        assert by_column[g, n, k] == pytest.approx(expected, rel=1e-5, abs=1e-5)
    alike = scaled_columns(columns, np.full((2, 4), 3.0), reference_column=True)
    np.testing.assert_allclose(scaled_columns(columns, 3.0, reference_column=True), alike, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(scaled_columns(columns, 3.0, reference_column=False), columns * dtype(3))
    assert by_column.dtype == alike.dtype == dtype
    np.testing.assert_array_equal(columns, before)


def test_factors_stay_on_the_device(strict_device):
    host = read_out(WEIGHTS, 8), read_out(WEIGHTS * 0.5, 8)
    device = read_out(strict_device.asarray(WEIGHTS), 8), read_out(strict_device.asarray(WEIGHTS * 0.5), 8)
    assert global_factor(*device) == global_factor(*host)
    factors = column_factors(*device)
    np.testing.assert_array_equal(factors.get(), column_factors(*host))
    assert mean_gain(factors) == mean_gain(column_factors(*host))
    scaled = scaled_columns(strict_device.asarray(WEIGHTS), factors, reference_column=True)
    np.testing.assert_array_equal(scaled.get(), scaled_columns(WEIGHTS, column_factors(*host), reference_column=True))
