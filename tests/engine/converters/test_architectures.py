"""SAR, flash and ramp: against loops in float64, and against the closed forms of their mismatch."""

from __future__ import annotations

import numpy as np
import pytest

from nnsreport.engine.converters.flash import flash_thresholds
from nnsreport.engine.converters.nonlinearity import ascending, polynomial_nonlinearity
from nnsreport.engine.converters.ramp import ramp_thresholds
from nnsreport.engine.converters.staircase import OwnStaircases, Rounding, SharedStaircase, nominal_thresholds
from nnsreport.engine.converters.successive_approximation import SuccessiveApproximation, capacitor_weights

SHAPE = (2, 3, 4, 50)  # cycles, groups, lines, vectors


@pytest.fixture
def inputs():
    return np.random.default_rng(0).uniform(-12, 28, SHAPE).astype(np.float32)


def quantized(quantizer, inputs, converters=0):
    codes = inputs.copy()
    quantizer.quantize(codes, converters)
    return codes


def search(weights, value, low, high, bends=None):
    """The successive approximation of one input, comparator by comparator."""
    code, charge = 0, 0.0
    for bit in reversed(range(len(weights))):
        tried = code + 2**bit
        bend = 0.0 if bends is None else bends[tried]
        if value - low + 0.5 >= charge + weights[bit] + bend:
            code, charge = tried, charge + weights[bit]
    return min(max(code + low, low), high)


@pytest.mark.parametrize(("low", "high"), [(0, 15), (-7, 7)])
def test_an_ideal_sar_rounds(inputs, low, high):
    weights = capacitor_weights(4, 0.0, np.zeros((1, 3, 4, 5))).astype(np.float32)
    np.testing.assert_array_equal(weights[0, 0, 0], [1, 2, 4, 8])
    codes = quantized(SuccessiveApproximation(weights, low, high), inputs)
    np.testing.assert_array_equal(codes, quantized(Rounding(low, high), inputs))


@pytest.mark.parametrize("bends", [None, np.random.default_rng(2).normal(0, 0.3, 16).astype(np.float32)])
def test_a_sar_with_mismatch_is_a_binary_search(inputs, bends):
    deviates = np.random.default_rng(1).normal(size=(2, 3, 4, 5))
    weights = capacitor_weights(4, 0.15, deviates).astype(np.float32)
    found = quantized(SuccessiveApproximation(weights, 0, 15, bends), inputs, converters=1)
    expected = [
        search(weights[1, g, n].astype(float), float(inputs[c, g, n, m]), 0, 15, bends)
        for c, g, n, m in np.ndindex(SHAPE)
    ]
    assert np.count_nonzero(found.reshape(-1) != expected) == 0  # no input lies within rounding of a threshold
    assert np.count_nonzero(found != quantized(Rounding(0, 15), inputs)) > 50


def test_the_middle_of_a_capacitor_array_deviates_as_matching_says():
    # Half of 2^B units against the other half: 2^B C_msb / C_total has the deviation std 2^(B/2) / 2.
    deviates = np.random.default_rng(3).normal(size=(20_000, 9))
    weights = capacitor_weights(8, 0.01, deviates)
    expected = 0.01 * 2**4 / 2
    assert weights[:, 7].std() == pytest.approx(expected, rel=4 / np.sqrt(2 * 20_000))
    assert weights[:, 7].mean() == pytest.approx(128, abs=5 * expected / np.sqrt(20_000))
    # The major transition's step: the most significant capacitor less all below it, 1 +- std 2^(B/2).
    major = weights[:, 7] - weights[:, :7].sum(axis=1)
    assert major.std() == pytest.approx(0.01 * 2**4, rel=4 / np.sqrt(2 * 20_000))


def test_a_flash_counts_the_comparators_that_trip(inputs):
    deviates = np.random.default_rng(4).normal(size=(2, 3, 4, 15))
    offsets = nominal_thresholds(0, 15) + 0.8 * deviates
    thresholds = flash_thresholds(nominal_thresholds(0, 15), 0.8, deviates).astype(np.float32)
    assert np.any(np.diff(offsets, axis=-1) < 0)  # some comparators are out of order
    found = quantized(OwnStaircases(thresholds, 0), inputs, converters=1)
    tripped = (inputs[..., None].astype(float) >= offsets[1][None, :, :, None]).sum(axis=-1)
    np.testing.assert_array_equal(found, tripped)


def test_bisection_finds_what_counting_finds_for_any_number_of_thresholds(inputs):
    rng = np.random.default_rng(5)
    for count in (1, 2, 3, 7, 8, 13, 16, 31):
        thresholds = np.sort(rng.uniform(-10, 25, (1, 3, 4, count)), axis=-1).astype(np.float32)
        found = quantized(OwnStaircases(thresholds, -3), inputs)
        np.testing.assert_array_equal(found, (inputs[..., None] >= thresholds[0][None, :, :, None]).sum(-1) - 3)


def test_a_threshold_belongs_to_the_upper_code():
    exact = np.array([0.5, 1.5, 2.5], np.float32).reshape(1, 1, 1, 3)
    own = OwnStaircases(np.array([0.5, 1.5, 2.5], np.float32).reshape(1, 1, 1, 3), 0)
    shared = SharedStaircase(np.array([[0.5, 1.5, 2.5]], np.float32), np.arange(4, dtype=np.float32))
    assert quantized(own, exact).ravel().tolist() == quantized(shared, exact).ravel().tolist() == [1, 2, 3]


def test_steps_of_a_ramp_add_up_between_its_trimmed_ends():
    sets, count = 20_000, 31
    nominal = nominal_thresholds(0, count)
    deviates = np.random.default_rng(6).normal(size=(sets, count))
    ramps = ramp_thresholds(nominal, 0.05, deviates) - nominal
    np.testing.assert_allclose(ramps[:, [0, -1]], 0.0, atol=1e-12)
    place = np.arange(count)
    expected = 0.05**2 * place * (30 - place) / 30
    np.testing.assert_allclose(ramps.var(axis=0), expected, rtol=5 * np.sqrt(2 / sets), atol=1e-12)


def test_a_ramp_that_falls_trips_each_comparator_once():
    ramps = ramp_thresholds(nominal_thresholds(0, 63), 1.5, np.random.default_rng(7).normal(size=(3, 63)))
    assert np.all(np.diff(ramps, axis=1) >= 0)
    assert np.any(np.diff(ramps, axis=1) == 0)


def test_a_polynomial_bends_thresholds_by_their_place():
    nominal = nominal_thresholds(-7, 7)
    np.testing.assert_allclose(polynomial_nonlinearity(nominal, (0.5,)), 0.5)
    bend = polynomial_nonlinearity(nominal, (0.0, 1.0, 2.0))
    np.testing.assert_allclose(bend[[0, -1]], [1.0, 3.0])
    np.testing.assert_allclose(bend, nominal / 6.5 + 2 * (nominal / 6.5) ** 2)
    assert polynomial_nonlinearity(np.array([0.5]), (1.0, 1.0)).tolist() == [0.0]


def test_codes_that_lie_behind_the_next_are_missing():
    thresholds = ascending(np.array([0.5, 2.7, 2.5, 3.5]))
    assert thresholds.tolist() == [0.5, 2.7, 2.7, 3.5]
    staircase = SharedStaircase(thresholds[None].astype(np.float32), np.arange(5, dtype=np.float32))
    values = np.linspace(0, 4, 401, dtype=np.float32).reshape(1, 1, 1, -1)
    assert set(quantized(staircase, values).ravel().tolist()) == {0, 1, 3, 4}


@pytest.mark.parametrize("kind", ["rounding", "shared", "own", "sar"])
def test_quantizers_stay_on_the_device(inputs, strict_device, kind):
    rng = np.random.default_rng(8)
    weights = capacitor_weights(4, 0.1, rng.normal(size=(1, 3, 4, 5))).astype(np.float32)
    thresholds = np.sort(rng.uniform(-8, 20, (1, 3, 4, 15)), axis=-1).astype(np.float32)

    def make(xp):
        return {
            "rounding": lambda: Rounding(0, 15),
            "shared": lambda: SharedStaircase(
                xp.asarray(thresholds[0, 0, :1]), xp.asarray(np.arange(16, dtype=np.float32))
            ),
            "own": lambda: OwnStaircases(xp.asarray(thresholds), 0),
            "sar": lambda: SuccessiveApproximation(
                xp.asarray(weights), 0, 15, xp.asarray(thresholds[0, 0, 0].repeat(2)[:16] * np.float32(0.01))
            ),
        }[kind]()

    there = strict_device.asarray(inputs)
    make(strict_device).quantize(there, 0)
    np.testing.assert_array_equal(there.get(), quantized(make(np), inputs))
