"""Standard deviations and deviates: closed forms, CrossSim's definitions, and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnsreport.engine.crossbar.settings import (
    DeviceSettings,
    ProgrammingSettings,
    VariationSettings,
    WhiteNoiseSettings,
)
from nnsreport.engine.devices.read_noise import white_noise_std_s
from nnsreport.engine.devices.spread import deviates, spread_std_s
from nnsreport.engine.random import stream

N = 100_000
G = np.array([0.0, 0.1, 0.25, 0.5, 1.0])
MAXIMUM_S = 25e-6


def std_s(programming: ProgrammingSettings, g: np.ndarray = G, on_off_ratio: float = 10.0) -> np.ndarray:
    return spread_std_s(g, programming, DeviceSettings(on_off_ratio=on_off_ratio))


def test_no_spread():
    np.testing.assert_array_equal(std_s(ProgrammingSettings()), 0.0)


def test_constant_is_a_fraction_of_the_range():
    np.testing.assert_allclose(std_s(ProgrammingSettings("constant", 0.05)), 0.05 * 0.9 * MAXIMUM_S)


def test_proportional_is_a_fraction_of_the_target():
    np.testing.assert_allclose(std_s(ProgrammingSettings("proportional", 0.05)), 0.05 * G * MAXIMUM_S)


def test_inverse_grows_as_the_reciprocal_and_spares_devices_that_do_not_conduct():
    # CrossSim, generic_device.py, Inverse: normalised conductance g becomes g + magnitude * N(0, 1) / g; g = 0 stays.
    expected = [0.0 if g == 0 else 0.05 / g * MAXIMUM_S for g in G]
    np.testing.assert_allclose(std_s(ProgrammingSettings("inverse", 0.05)), expected)


def test_a_polynomial_below_zero_counts_as_zero():
    programming = ProgrammingSettings("polynomial", coefficients_s=(1e-6, -4e-6))
    np.testing.assert_allclose(std_s(programming, np.array([0.0, 0.25, 1.0])), [1e-6, 0.0, 0.0], atol=1e-20)


@pytest.mark.parametrize("settings", [ProgrammingSettings, VariationSettings, WhiteNoiseSettings])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "polynomial"}, "list them"),
        ({"kind": "constant", "coefficients_s": (1e-6,)}, r"write coefficients_s = \[\]"),
        ({"kind": "none", "std": 0.1}, "std = 0.1 has no meaning"),
    ],
)
def test_parameters_of_another_kind_are_refused(settings, values, message):
    with pytest.raises(ValueError, match=message):
        settings(**values)


def test_white_noise_depends_on_what_the_device_conducts_at_that_moment():
    constant = DeviceSettings(white_noise=WhiteNoiseSettings("constant", 0.02))
    np.testing.assert_allclose(white_noise_std_s(G, constant), 0.02 * MAXIMUM_S)
    proportional = DeviceSettings(white_noise=WhiteNoiseSettings("proportional", 0.02))
    np.testing.assert_allclose(white_noise_std_s(2 * G, proportional), 2 * white_noise_std_s(G, proportional))
    np.testing.assert_array_equal(white_noise_std_s(G, DeviceSettings()), 0.0)


@pytest.mark.parametrize(("distribution", "kurtosis"), [("normal", 3.0), ("uniform", 1.8)])
def test_deviates_have_mean_0_std_1_and_their_shape(distribution, kurtosis):
    drawn = deviates(distribution, stream(1, 2), (N,), np, 0)
    assert drawn.mean() == pytest.approx(0.0, abs=4 / math.sqrt(N))
    assert drawn.var() == pytest.approx(1.0, abs=4 * math.sqrt((kurtosis - 1) / N))
    assert np.mean(drawn**4) == pytest.approx(kurtosis, rel=0.05)
    if distribution == "uniform":
        assert np.abs(drawn).max() <= math.sqrt(3)


def test_spread_is_never_negative_nor_below_a_smaller_setting():
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies

    @hypothesis.given(
        kind=st.sampled_from(["constant", "proportional", "inverse"]),
        std=st.floats(0, 1),
        more=st.floats(0, 1),
        g=st.lists(st.floats(0, 1), min_size=1, max_size=5),
    )
    def check(kind, std, more, g):
        smaller = std_s(ProgrammingSettings(kind, std), np.array(g))
        larger = std_s(ProgrammingSettings(kind, std + more), np.array(g))
        assert (smaller >= 0).all()
        assert (larger >= smaller).all()

    check()
