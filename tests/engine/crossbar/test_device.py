"""Device physics against the closed forms of aihwkit's PCM model, and presets against their sources."""

from __future__ import annotations

import math
import tomllib
from importlib.resources import files

import numpy as np
import pytest

from nnsreport.engine.crossbar.device import drift_exponent, drift_factor, programming_std_s, read_noise_std
from nnsreport.engine.crossbar.settings import DeviceSettings, DriftSettings, ProgrammingSettings, ReadNoiseSettings

DAY_S = 86_400.0
YEAR_S = 365 * DAY_S


FOLDER = files("nnsreport") / "presets" / "device"


def preset(name):
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    values = dict(content["settings"])
    programming = values.pop("programming")
    programming["coefficients_s"] = tuple(programming.get("coefficients_s", ()))
    device = DeviceSettings(
        programming=ProgrammingSettings(**programming),
        drift=DriftSettings(**values.pop("drift")),
        read_noise=ReadNoiseSettings(**values.pop("read_noise")),
        **values,
    )
    return device, content


@pytest.fixture
def pcm():
    return preset("pcm-joshi2020")[0]


def test_every_preset_is_valid_and_cites():
    names = sorted(f.name.removesuffix(".toml") for f in FOLDER.iterdir())
    assert {"ideal", "pcm-joshi2020", "gaussian-5-percent"} <= set(names)
    for name in names:
        device, content = preset(name)
        assert device.name
        assert content["title"]
        assert len(content["citation"]) > 20


def test_the_ideal_preset_is_the_default_device():
    assert preset("ideal")[0] == DeviceSettings()
    assert preset("gaussian-5-percent")[0].programming == ProgrammingSettings("constant", 0.05)


def test_the_pcm_preset_says_whose_model_it_is():
    _, content = preset("pcm-joshi2020")
    assert "aihwkit's PCM model (Nandakumar 2019), not Joshi's own" in content["title"]


def test_programming_error_of_pcm(pcm):
    # -1.1731 g^2 + 1.9650 g + 0.26348 uS at g = 0, 0.1 ... 1; Joshi 2020 measured a median of 0.94, below 1.2 uS.
    expected_us = [0.263, 0.448, 0.610, 0.747, 0.862, 0.953, 1.020, 1.064, 1.085, 1.082, 1.055]
    std_s = programming_std_s(np.linspace(0, 1, 11), pcm)
    np.testing.assert_allclose(std_s * 1e6, expected_us, atol=6e-4)
    peak = programming_std_s(np.array([0.8375]), pcm)
    assert peak == pytest.approx(1.086e-6, rel=1e-3)


def test_a_polynomial_below_zero_counts_as_zero():
    device = DeviceSettings(programming=ProgrammingSettings("polynomial", coefficients_s=(1e-6, -4e-6)))
    np.testing.assert_allclose(programming_std_s(np.array([0.0, 0.25, 1.0]), device), [1e-6, 0.0, 0.0], atol=1e-20)


def test_constant_and_proportional_errors():
    g = np.array([0.1, 0.5, 1.0])
    constant = DeviceSettings(on_off_ratio=10.0, programming=ProgrammingSettings("constant", 0.05))
    np.testing.assert_allclose(programming_std_s(g, constant), 0.05 * 0.9 * 25e-6)
    proportional = DeviceSettings(on_off_ratio=10.0, programming=ProgrammingSettings("proportional", 0.05))
    np.testing.assert_allclose(programming_std_s(g, proportional), 0.05 * g * 25e-6)


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
    np.testing.assert_array_equal(drift_factor(nu, 0.0, pcm.drift), 1.0)
    np.testing.assert_allclose(drift_factor(nu, 180.0, pcm.drift), 10.0**-nu)  # (180 + 20) / 20


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
