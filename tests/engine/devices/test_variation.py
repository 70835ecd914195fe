"""Device-to-device variation beside the error of each programming."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine.crossbar.conductance import is_noiseless
from nnsreport.engine.crossbar.settings import DeviceSettings, ProgrammingSettings, VariationSettings

N = 50_000
MIDDLE = np.full(N, 128)
VARIES = DeviceSettings(variation=VariationSettings("constant", 0.03))
ERRS = DeviceSettings(programming=ProgrammingSettings("constant", 0.04))
BOTH = replace(VARIES, programming=ERRS.programming)


def test_a_device_keeps_its_deviation_over_trials_and_times(conductances):
    first = conductances(VARIES, MIDDLE)
    np.testing.assert_array_equal(conductances(VARIES, MIDDLE, trial=7), first)
    np.testing.assert_array_equal(conductances(VARIES, MIDDLE, time_s=1e6), first)
    assert not np.array_equal(conductances(VARIES, MIDDLE, seed=2), first)
    assert not np.array_equal(conductances(VARIES, MIDDLE, layer=1), first)
    assert first.mean() == pytest.approx(128 / 255, abs=4 * 0.03 / math.sqrt(N))
    assert first.std() == pytest.approx(0.03, rel=4 / math.sqrt(2 * N))


def test_an_error_of_programming_is_drawn_with_each_trial(conductances):
    trials = np.array([conductances(ERRS, MIDDLE, trial=trial) for trial in range(2)]) - 128 / 255
    assert abs(np.corrcoef(trials)[0, 1]) < 4 / math.sqrt(N)


def test_both_add_up_and_trials_share_the_devices_part(conductances):
    trials = np.array([conductances(BOTH, MIDDLE, trial=trial) for trial in range(2)]) - 128 / 255
    shared = 0.03**2 / (0.03**2 + 0.04**2)
    assert trials.std() == pytest.approx(0.05, rel=4 / math.sqrt(2 * N))
    assert np.corrcoef(trials)[0, 1] == pytest.approx(shared, abs=4 * (1 - shared**2) / math.sqrt(N))


def test_conductances_stay_above_zero(conductances):
    low = conductances(BOTH, np.zeros(N, dtype=int))
    assert low.min() == 0.0
    # Of the variation half is cut at 0, then half of the error around what is left.
    assert np.mean(low == 0.0) == pytest.approx(_share_at_zero(), abs=4 * 0.5 / math.sqrt(N))


def _share_at_zero() -> float:
    # P(max(a, 0) + b <= 0), a ~ N(0, 3), b ~ N(0, 4): a <= 0 gives a half of a half; a > 0 and b <= -a is a sector of
    # the plane, of angle atan(4 / 3) in units where both have one deviation.
    return 0.25 + math.atan(4 / 3) / (2 * math.pi)


def test_a_device_that_varies_is_not_noiseless():
    assert not is_noiseless(VARIES)
    assert not is_noiseless(ERRS)


def test_no_deviation_changes_nothing(conductances):
    silent = DeviceSettings(
        on_off_ratio=5.0,
        variation=VariationSettings("proportional", 0.0),
        programming=ProgrammingSettings("inverse", 0.0),
    )
    levels = np.arange(256)
    np.testing.assert_array_equal(conductances(silent, levels), conductances(DeviceSettings(on_off_ratio=5.0), levels))
