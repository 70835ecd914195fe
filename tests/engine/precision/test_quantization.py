"""Quantisation noise against published tables, simulation and the definition."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnsreport.engine.precision import (
    decibels,
    gaussian_clipping_noise,
    gaussian_quantization_noise,
    optimal_gaussian_clip,
    uniform_sqnr_db,
)


@pytest.fixture
def max_1960_table_ii():
    """J. Max, IRE Trans. Inf. Theory 6, 7 (1960), Table II: outputs -> (step, mean squared error) of the best
    equidistant quantiser of a normal signal, as textbooks quote it."""
    return {2: (1.596, 0.3634), 4: (0.9957, 0.1188), 8: (0.5860, 0.03744), 16: (0.3352, 0.01154)}


def test_best_uniform_quantisers_are_those_of_max(max_1960_table_ii):
    for outputs, (step, error) in max_1960_table_ii.items():
        bits = outputs.bit_length() - 1
        clip = optimal_gaussian_clip(bits)
        assert 2 * clip / outputs == pytest.approx(step, rel=5e-4), outputs
        assert gaussian_quantization_noise(bits, clip) == pytest.approx(error, rel=5e-4), outputs


@pytest.mark.parametrize(
    ("bits", "sqnr_db"), [(4, 16.8), (5, 22.8), (6, 28.8), (7, 34.8), (8, 40.6), (9, 45.7)]
)  # checks of the papers' notes, derived there by another program
def test_quantisers_that_clip_at_4_sigma(bits, sqnr_db):
    assert -decibels(gaussian_quantization_noise(bits, 4.0)) == pytest.approx(sqnr_db, abs=0.06)


def test_4_sigma_is_7_db_below_6_db_a_bit():
    for bits in range(4, 9):
        assert uniform_sqnr_db(bits, 4.0) == pytest.approx(6.02 * bits - 7.27, abs=0.02)
        assert -decibels(gaussian_quantization_noise(bits, 4.0)) == pytest.approx(6 * bits - 7.2, abs=0.4)


@pytest.mark.parametrize(("bits", "clip"), [(1, 0.7), (3, 2.0), (5, 4.0)])
def test_quantisation_noise_of_drawn_signals(bits, clip):
    signal = np.random.default_rng(bits).standard_normal(200_000)
    step = 2 * clip / 2**bits
    index = np.clip(np.floor(signal / step), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    errors = (signal - (index + 0.5) * step) ** 2
    margin = 4 * errors.std() / math.sqrt(errors.size)
    assert gaussian_quantization_noise(bits, clip) == pytest.approx(errors.mean(), abs=margin)


@pytest.mark.parametrize("clip", [0.0, 0.5, 1.0, 2.0, 4.0])
def test_clipping_noise_is_the_integral_of_its_definition(clip):
    x = np.linspace(clip, clip + 12, 200_001)
    density = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    integral = 2 * np.trapezoid((x - clip) ** 2 * density, x)
    assert gaussian_clipping_noise(clip) == pytest.approx(integral, rel=1e-6)


def test_fine_quantisers_are_left_with_clipping_noise():
    assert gaussian_quantization_noise(14, 2.0) == pytest.approx(gaussian_clipping_noise(2.0), rel=1e-3)


def test_rule_of_thumb_is_exact_for_uniform_signals():
    signal = (np.arange(2**16) + 0.5) / 2**15 - 1  # uniform in [-1, 1]
    step = 2 / 2**6
    errors = signal - (np.floor(signal / step) + 0.5) * step
    assert uniform_sqnr_db(6, 1 / signal.std()) == pytest.approx(decibels(signal.var() / errors.var()), abs=1e-4)
