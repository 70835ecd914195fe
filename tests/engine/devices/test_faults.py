"""Stuck devices: their share, their independence, and that time does not move them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine.crossbar.conductance import is_noiseless
from nnsreport.engine.crossbar.settings import (
    DeviceSettings,
    DriftSettings,
    FaultSettings,
    ProgrammingSettings,
    ReadNoiseSettings,
)
from nnsreport.engine.devices.faults import with_faults

N = 200_000
MIDDLE = np.full(N, 128)
RATES = FaultSettings(stuck_on_rate=0.01, stuck_off_rate=0.03)
STUCK = DeviceSettings(on_off_ratio=10.0, faults=RATES)


def test_the_shares_are_those_asked_for(conductances):
    # NeuroSim V1.5 gives (0.01 + 0.03) * 0.01 for a rate of 0.01; independent devices give 0.01.
    found = conductances(STUCK, MIDDLE)
    on, off = np.isclose(found, 1.0), np.isclose(found, 0.1)
    for share, rate in ((on.mean(), 0.01), (off.mean(), 0.03)):
        assert share == pytest.approx(rate, abs=4 * math.sqrt(rate * (1 - rate) / N))
    assert np.isclose(found[~on & ~off], 0.1 + 0.9 * 128 / 255).all()


def test_neighbours_are_stuck_independently(conductances):
    stuck = np.isclose(conductances(STUCK, MIDDLE), 0.1).astype(float)
    assert abs(np.corrcoef(stuck[:-1], stuck[1:])[0, 1]) < 4 / math.sqrt(N)


def test_trials_have_their_own_stuck_devices_and_programming_cannot_move_them(conductances):
    erring = replace(STUCK, programming=ProgrammingSettings("constant", 0.01))
    first = np.isclose(conductances(STUCK, MIDDLE), 1.0)
    np.testing.assert_array_equal(np.isclose(conductances(erring, MIDDLE), 1.0), first)
    other = np.isclose(conductances(STUCK, MIDDLE, trial=1), 1.0)
    assert np.mean(other[first]) < 0.05


def test_stuck_devices_do_not_drift_but_fluctuate(conductances):
    drifts = replace(STUCK, drift=DriftSettings("power-law", nu_mean_offset=0.05, nu_std_minimum=0.01))
    now, later = (conductances(drifts, MIDDLE, time_s=time_s) for time_s in (0.0, 1e7))
    stuck = np.isclose(now, 1.0) | np.isclose(now, 0.1)
    np.testing.assert_array_equal(later[stuck], now[stuck])
    assert (later[~stuck] < now[~stuck]).all()
    noisy = conductances(replace(drifts, read_noise=ReadNoiseSettings("one-over-f")), MIDDLE, time_s=1e7)
    assert np.unique(noisy[stuck]).size > 0.9 * np.count_nonzero(stuck)


def test_all_devices_may_be_stuck():
    uniform = np.array([0.0, 0.3, 0.999999])
    working = np.full(3, 0.5)
    np.testing.assert_array_equal(with_faults(working, uniform, FaultSettings(1.0, 0.0), 0.1, 1.0), 1.0)
    np.testing.assert_array_equal(with_faults(working, uniform, FaultSettings(0.0, 1.0), 0.1, 1.0), 0.1)
    np.testing.assert_array_equal(with_faults(working, uniform, FaultSettings(), 0.1, 1.0), working)


def test_more_stuck_devices_than_there_are_are_refused():
    with pytest.raises(ValueError, match=r"add up to 1\.2, above 1"):
        FaultSettings(0.6, 0.6)


def test_a_device_with_faults_is_not_noiseless():
    assert not is_noiseless(STUCK)
    assert is_noiseless(replace(STUCK, faults=FaultSettings()))
