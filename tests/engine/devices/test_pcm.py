"""The preset of PCM against the closed forms of aihwkit's PCM model."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnsreport.engine.devices.drift import drift_exponent, drift_factor
from nnsreport.engine.devices.read_noise import read_noise_std
from nnsreport.engine.devices.spread import spread_std_s

DAY_S = 86_400.0
YEAR_S = 365 * DAY_S


@pytest.fixture
def pcm(preset):
    return preset("pcm-joshi2020")


def test_programming_error_of_pcm(pcm):
    # -1.1731 g^2 + 1.9650 g + 0.26348 uS at g = 0, 0.1 ... 1; Joshi 2020 measured a median of 0.94, below 1.2 uS.
    expected_us = [0.263, 0.448, 0.610, 0.747, 0.862, 0.953, 1.020, 1.064, 1.085, 1.082, 1.055]
    std_s = spread_std_s(np.linspace(0, 1, 11), pcm.programming, pcm)
    np.testing.assert_allclose(std_s * 1e6, expected_us, atol=6e-4)
    peak = spread_std_s(np.array([0.8375]), pcm.programming, pcm)
    assert peak == pytest.approx(1.086e-6, rel=1e-3)


def test_drift_exponents_of_pcm(pcm):
    g = np.array([0.0, 1e-7, 0.005, 0.0076, 0.1, 0.205, 0.3, 1.0])
    mean = drift_exponent(g, np.zeros(8), pcm.drift)
    one_std_up = drift_exponent(g, np.ones(8), pcm.drift)
    # Model A: lower clip of the mean above g = 0.205, upper below 0.0076; of the spread above 0.329 and below 0.0170.
    np.testing.assert_allclose(mean[[0, 1, 2]], 0.1)
    np.testing.assert_allclose(mean[[6, 7]], 0.049)
    assert mean[3] == pytest.approx(0.1, abs=1e-4)
    assert mean[5] == pytest.approx(0.049, abs=1e-4)
    assert mean[4] == pytest.approx(-0.0155 * math.log(0.1) + 0.0244)
    spread = one_std_up - mean
    np.testing.assert_allclose(spread[[0, 1, 2, 3]], 0.045)
    assert spread[4] == pytest.approx(-0.0125 * math.log(0.1) - 0.0059)
    assert spread[7] == pytest.approx(0.008)
    assert drift_exponent(np.array([1.0]), np.array([-10.0]), pcm.drift)[0] == pytest.approx(0.031)  # |0.049 - 0.08|


def test_drift_follows_the_power_law(pcm):
    nu = np.array([0.0, 0.05, 0.1])
    np.testing.assert_array_equal(drift_factor(nu, 0.0, 20.0), 1.0)
    np.testing.assert_allclose(drift_factor(nu, 180.0, pcm.drift.reference_time_s), 10.0**-nu)  # (180 + 20) / 20


@pytest.mark.parametrize(("since_pulse_s", "root"), [(25.0, 4.21), (DAY_S, 5.09), (YEAR_S, 5.64)])
def test_read_noise_grows_with_the_root_of_the_logarithm(pcm, since_pulse_s, root):
    t0 = pcm.drift.reference_time_s
    at_full_conductance = read_noise_std(np.array([1.0]), since_pulse_s - t0, pcm.read_noise, t0)[0]
    assert at_full_conductance / 0.0088 == pytest.approx(root, abs=0.006)


def test_read_noise_of_pcm_after_a_day(pcm):
    noise = read_noise_std(np.array([1.0, 0.5, 0.1, 0.0]), DAY_S, pcm.read_noise, pcm.drift.reference_time_s)
    np.testing.assert_allclose(noise[:3], [0.045, 0.070, 0.200], atol=6e-4)
    assert noise[3] == pytest.approx(0.2 * 5.09, abs=1e-2)  # clipped at 0.2


def test_read_noise_is_there_right_after_programming(pcm):
    # aihwkit counts t from the pulse, 20 s before t_inference = 0.
    noise = read_noise_std(np.array([1.0]), 0.0, pcm.read_noise, 20.0)[0]
    assert noise == pytest.approx(0.0088 * math.sqrt(math.log(20.00000025 / 5e-7)))
