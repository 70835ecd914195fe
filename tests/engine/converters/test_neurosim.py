"""NeuroSim's two ADCs against what its Python functions do, written down step by step."""

from __future__ import annotations

import numpy as np
import pytest

from nnsreport.engine.converters.neurosim import NONLINEAR_BITS, linear_staircase, nonlinear_staircase

NUMBERS = np.random.default_rng(0).gamma(2.0, 7.0, 20_000)


def through(staircase, numbers):
    thresholds, levels = staircase
    low, span = numbers.min(), numbers.max() - numbers.min()
    return low + levels[np.searchsorted(thresholds, (numbers - low) / span, side="right")] * span


@pytest.mark.parametrize("bits", [2, 3, 5, 8])
def test_the_linear_one_rounds_down(bits):
    low, span = NUMBERS.min(), NUMBERS.max() - NUMBERS.min()
    step = 2.0**-bits * span
    index = np.clip(np.floor((NUMBERS - low) / step), 0, 2.0**bits - 1)
    np.testing.assert_allclose(through(linear_staircase(bits), NUMBERS), index * step + low, rtol=1e-12)


@pytest.mark.parametrize("bits", NONLINEAR_BITS)
def test_the_nonlinear_one_replaces_interval_by_interval(bits):
    # As in NonLinearQuantizeOut: every interval in turn, on what the ones before have left.
    thresholds, levels = nonlinear_staircase(bits)
    low, span = NUMBERS.min(), NUMBERS.max() - NUMBERS.min()
    expected = NUMBERS.copy()
    expected = np.where(expected < low + thresholds[0] * span, low + levels[0] * span, expected)
    for k in range(1, 2**bits):
        within = (low + thresholds[k - 1] * span <= expected) & (expected < low + thresholds[k] * span)
        expected = np.where(within, low + levels[k] * span, expected)
    np.testing.assert_allclose(through((thresholds, levels), NUMBERS), expected, rtol=1e-12)
    assert expected.max() == NUMBERS.max()  # the greatest number stays as it is
    assert np.unique(expected).size == 2**bits + 1


def test_levels_are_those_of_the_original():
    # The ends of each table, read off wage_quantizer.py.
    assert [nonlinear_staircase(bits)[0].size for bits in NONLINEAR_BITS] == [8, 16, 32]
    assert nonlinear_staircase(3)[1][[0, 4, 7]].tolist() == [0.01, 0.24, 0.85]
    assert nonlinear_staircase(4)[0][[0, 8, 14]].tolist() == [0.02, 0.35, 0.85]
    assert nonlinear_staircase(5)[1][[0, 15, 31]].tolist() == [0.001, 0.19, 0.95]
