"""Combination of signal-to-noise ratios, and their measurement batch by batch."""

from __future__ import annotations

import math
from functools import reduce

import numpy as np
import pytest

from nnsreport.engine.precision import (
    DotProductStatistics,
    Moments,
    combined_db,
    composed_snr,
    decibels,
    dot_product_statistics,
    moments,
    power_ratio,
    snr_db,
)

hypothesis = pytest.importorskip("hypothesis")
st = pytest.importorskip("hypothesis.strategies")
given = hypothesis.given
numbers = st.lists(st.floats(-1e3, 1e3), max_size=60)


@given(st.floats(-100, 100))
def test_decibels_and_ratios_are_inverse(level_db):
    assert decibels(power_ratio(level_db)) == pytest.approx(level_db, abs=1e-9)


def test_limits_of_decibels():
    assert decibels(0.0) == -math.inf
    assert decibels(math.inf) == math.inf
    assert power_ratio(-math.inf) == 0.0
    assert snr_db(1.0, 0.0) == math.inf
    assert snr_db(0.0, 1.0) == -math.inf
    assert math.isnan(snr_db(0.0, 0.0))


def test_equal_noises_cost_3_db_and_none_costs_nothing():
    assert combined_db(20.0, 20.0) == pytest.approx(20.0 - 10 * math.log10(2))
    assert combined_db(20.0, math.inf) == pytest.approx(20.0)
    assert combined_db(math.inf, math.inf) == math.inf


@given(st.floats(0, 60), st.floats(0, 60), st.floats(0, 60))
def test_composition_is_equations_10_and_11(analog, inputs, outputs):
    snr = composed_snr(analog, inputs, outputs)
    pre_adc = 1 / (10 ** (-analog / 10) + 10 ** (-inputs / 10))
    assert snr.pre_adc_db == pytest.approx(10 * math.log10(pre_adc), abs=1e-9)
    assert snr.total_db == pytest.approx(10 * math.log10(1 / (1 / pre_adc + 10 ** (-outputs / 10))), abs=1e-9)


@given(st.lists(numbers, min_size=1, max_size=5))
def test_moments_of_batches_are_those_of_all_numbers(batches):
    merged = reduce(Moments.merged, (moments(np.array(batch)) for batch in batches))
    together = np.concatenate([np.array(batch) for batch in batches])
    assert merged.count == together.size
    if together.size:
        assert merged.mean == pytest.approx(together.mean(), abs=1e-9)
        assert merged.variance == pytest.approx(together.var(), abs=1e-6)
    else:
        assert merged.variance == 0.0


def test_measured_ratios_of_known_noises():
    source = np.random.default_rng(0)
    count = 100_000
    ideal = 3.0 + source.standard_normal(count)
    fixed = ideal + 0.1 * source.standard_normal(count)
    pre_adc = fixed + 0.2 * source.standard_normal(count) + 5.0  # an offset is no noise
    output = pre_adc + 0.05 * source.standard_normal(count)
    snr = dot_product_statistics(ideal, fixed, pre_adc, output).snr()
    expected = composed_snr(10 * math.log10(1 / 0.04), 20.0, 10 * math.log10(1 / 0.0025))
    # Six standard errors of a variance are 2.7 %, of a ratio of two 0.16 dB.
    for name in ("analog_db", "input_quantization_db", "pre_adc_db", "output_quantization_db", "total_db"):
        assert getattr(snr, name) == pytest.approx(getattr(expected, name), abs=0.17), name


def test_statistics_of_batches_merge(strict_device):
    arrays = np.random.default_rng(1).standard_normal((4, 30))
    whole = dot_product_statistics(*arrays).snr()
    parts = [dot_product_statistics(*map(strict_device.asarray, arrays[:, a:b])) for a, b in ((0, 7), (7, 7), (7, 30))]
    merged = reduce(DotProductStatistics.merged, parts, DotProductStatistics()).snr()
    assert merged.total_db == pytest.approx(whole.total_db, abs=1e-9)
    assert merged.analog_db == pytest.approx(whole.analog_db, abs=1e-9)


def test_correlated_errors_are_measured_as_they_are():
    """An error that undoes another leaves SNR_A perfect, which no composition would say."""
    ideal = np.random.default_rng(2).standard_normal(100)
    snr = dot_product_statistics(ideal, 1.1 * ideal, ideal, ideal).snr()
    assert snr.pre_adc_db == math.inf
    assert snr.analog_db == pytest.approx(20.0, abs=1e-6)
