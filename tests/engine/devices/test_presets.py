"""Device presets against the formulas of their sources."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.crossbar.settings import DeviceSettings, ProgrammingSettings
from nnsreport.engine.devices.drift import drift_exponent
from nnsreport.engine.devices.measured import relaxed_s
from nnsreport.engine.devices.read_noise import read_noise_std, white_noise_std_s
from nnsreport.engine.devices.spread import spread_std_s
from nnsreport.engine.devices.table_file import load_table

TOOL = Path(__file__).resolve().parents[3] / "tools" / "write_device_tables.py"
DAY_S = 86_400.0
G = np.array([0.0, 0.02, 0.094, 0.0945, 0.159, 0.17, 0.3, 0.31, 0.7, 1.0])


def test_every_preset_cites(device_presets):
    for name, (device, content) in device_presets.items():
        assert device.name, name
        assert content["title"], name
        assert len(content["citation"]) > 20, name


def test_the_ideal_preset_is_the_default_device(preset):
    assert preset("ideal") == DeviceSettings()
    assert preset("gaussian-5-percent").programming == ProgrammingSettings("constant", 0.05)


def test_the_pcm_preset_says_whose_model_it_is(device_presets):
    _, content = device_presets["pcm-joshi2020"]
    assert "aihwkit's PCM model (Nandakumar 2019), not Joshi's own" in content["title"]


def branch(g: float, start: float, below: float, above: float) -> float:
    return below if g < start else above


def clip(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def hermes_pair(g: float) -> tuple[float, float, float, float]:
    """Programming error in uS, mean and deviation of nu, and Q: aihwkit 1.1.0, hermes.py, num_devices = 2."""
    log = math.log(max(g, 1e-7))
    sigma = 0.16603222 + 4.71806468 * g - 8.48101252 * g**2 + 4.68961419 * g**3
    mean = branch(g, 0.0945, clip(-0.0387 * log - 0.0182, 0.0720, 0.13), -0.0436 * g**2 - 0.0126 * g + 0.0736)
    std = branch(g, 0.3055, clip(-0.0117 * log - 0.0057, 0.0091, 0.04), -0.0118 * g**2 + 0.0093 * g + 0.0073)
    low = clip(-0.0117 * log - 0.0069, 0.015, 0.04)
    return sigma, mean, std, branch(g, 0.16, low, 0.0069 * g**3 - 0.0280 * g**2 + 0.0211 * g + 0.0123)


def hermes_single(g: float) -> tuple[float, float, float, float]:
    """The same with num_devices = 1."""
    log = math.log(max(g, 1e-7))
    sigma = 0.15781817 + 2.32443916 * g - 2.16310839 * g**2 + 0.68841818 * g**3
    std = branch(g, 0.3039, clip(-0.0120 * log - 0.0023, 0.0124, 0.04), -0.0165 * g**2 + 0.0116 * g + 0.0104)
    low = clip(-0.0078 * log + 0.0038, 0.0179, 0.04)
    noise = branch(g, 0.1591, low, 0.0664 * g**3 - 0.1352 * g**2 + 0.0768 * g + 0.0088)
    return sigma, hermes_pair(g)[1], std, noise


@pytest.mark.parametrize(
    ("name", "formula", "maximum_us", "t0"),
    [("pcm-hermes", hermes_pair, 20.7, 300.0), ("pcm-hermes-single", hermes_single, 10.35, 200.0)],
)
def test_hermes(preset, name, formula, maximum_us, t0):
    device = preset(name)
    sigma, mean, std, noise = np.array([formula(g) for g in G.tolist()]).T
    assert device.conductance_max_s == pytest.approx(maximum_us * 1e-6)
    np.testing.assert_allclose(spread_std_s(G, device.programming, device) * 1e6, sigma, rtol=1e-12)
    np.testing.assert_allclose(drift_exponent(G, np.zeros(G.size), device.drift), mean, rtol=1e-12)
    np.testing.assert_allclose(drift_exponent(G, np.ones(G.size), device.drift), mean + std, rtol=1e-12)
    growth = math.sqrt(math.log((DAY_S + t0 + 512e-9) / (2 * 512e-9)))
    found = read_noise_std(G, DAY_S, device.read_noise, device.drift.reference_time_s)
    np.testing.assert_allclose(found, noise * growth, rtol=1e-12)


def test_crosssims_fits_in_microsiemens(preset):
    milo, joshi = preset("rram-milo2021"), preset("pcm-joshi2020-fig3b")
    g_us = np.array([50.0, 120.0, 225.0])
    np.testing.assert_allclose(
        spread_std_s(g_us / 225, milo.programming, milo) * 1e6, -0.009107 * g_us + 4.782321, rtol=1e-9
    )
    g_us = np.array([0.25, 10.0, 25.0])
    fit = -0.00178767 * g_us**2 + 0.07585724 * g_us + 0.28638599
    np.testing.assert_allclose(spread_std_s(g_us / 25, joshi.programming, joshi) * 1e6, fit, rtol=1e-7)


@pytest.mark.parametrize(
    ("time_s", "coefficients"),
    [
        (0.0, [-16.815, 45.393, -43.853, 16.030, 0.348]),
        (DAY_S, [-16.458, 47.095, -50.773, 22.086, 0.701]),
        (2 * DAY_S, [-11.934, 37.062, -43.507, 20.274, 0.782]),
    ],
)
def test_wans_rram_spreads_as_aihwkit_fits_it(preset, time_s, coefficients):
    device = preset("rram-wan2022")
    table = load_table(device)
    g_s = np.linspace(0, 1, 333) * 40e-6
    written = spread_std_s(g_s / 40e-6, device.programming, device)
    states = table.mean_and_std_s(time_s, device.drift.time_axis, device.drift.reference_time_s)
    grown = relaxed_s(g_s, g_s, np.ones(g_s.size), states, table) - g_s
    total_us = np.hypot(written, grown) * 1e6
    # Linear between states 1 uS apart.
    np.testing.assert_allclose(total_us, np.polyval(coefficients, g_s / 40e-6), atol=0.005)


def test_sonos_is_crosssims_fit(preset):
    # SONOS.py at two days, in nA; linear between states.
    device = preset("sonos-agrawal2022")
    table = load_table(device)
    current = np.linspace(0, 1600, 777)
    shift = (
        *(2.50712e-01, 6.62195e-02, -6.83218e-04, 2.99442e-06, -6.78255e-09, 7.70482e-12),
        *(-3.04983e-15, -2.15919e-18, 2.94617e-21, -1.23359e-24, 1.85329e-28),
    )
    mean = current + sum(c * current**power for power, c in enumerate(shift))
    means_s, stds_s = table.mean_and_std_s(2 * DAY_S, "linear", 20.0)
    per_siemens = 0.1 * 1e9  # nA at 0.1 V
    np.testing.assert_allclose(table.interpolated(current / per_siemens, means_s) * per_siemens, mean, atol=0.06)
    std = 28.72753 * (1 - np.exp(-mean / 193.56834))
    np.testing.assert_allclose(table.interpolated(current / per_siemens, stds_s) * per_siemens, std, atol=0.05)
    noise = white_noise_std_s(current / 1600, device, table) * per_siemens
    np.testing.assert_allclose(noise, 12.58037 * (1 - np.exp(-current / 215.36557)), atol=0.02)


@pytest.mark.parametrize(
    ("name", "on_ohm", "ratio"),
    [
        ("fefet-lu2021", 240e3, 100),
        ("rram-hfox-lu2021", 6e3, 150),
        ("rram-taox-lu2021", 100e3, 10),
        ("pcm-lu2021", 40e3, 12.5),
        ("neurosim-1.4-rram", 100e3, 17),
        ("neurosim-1.4-wrapper", 100e3, 10),
    ],
)
def test_ranges_of_neurosims_benchmarks(preset, name, on_ohm, ratio):
    device = preset(name)
    assert 1 / device.conductance_max_s == pytest.approx(on_ohm)
    assert device.on_off_ratio == ratio


def test_tables_are_those_that_the_tool_writes(preset):
    if not TOOL.exists():
        pytest.skip("the tool is not installed with the package")
    specification = importlib.util.spec_from_file_location("write_device_tables", TOOL)
    tool = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(tool)
    for name, rows in tool.TABLES.items():
        shipped = preset(name.removesuffix(".csv")).table.read_text(encoding="utf-8")
        assert shipped == "\n".join(rows()) + "\n", "run: python tools/write_device_tables.py"
