"""Drift exponents of other forms than the first PCM model's: polynomials above a conductance, and tables."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnsreport.engine.crossbar.settings import DeviceSettings, DriftSettings
from nnsreport.engine.devices.drift import drift_exponent, drift_factor, tabulated_exponent
from nnsreport.engine.devices.table import DeviceTable

STATES_S = (0.0, 5e-6, 12e-6, 25e-6)
TABLE = DeviceTable(STATES_S, (0.0,), (STATES_S,), nu_mean=(0.1, 0.07, 0.06, 0.05), nu_std=(0.02, 0.01, 0.008, 0.005))


def test_a_polynomial_takes_over_at_its_conductance():
    drift = DriftSettings(
        "power-law",
        nu_mean_slope=-0.01,
        nu_mean_maximum=0.05,
        nu_mean_coefficients=(0.2, -0.1),
        nu_mean_polynomial_from=0.5,
    )
    g = np.array([1e-9, 0.4999, 0.5, 1.0])
    np.testing.assert_allclose(
        drift_exponent(g, np.ones(4), drift), [0.05, -0.01 * math.log(0.4999), 0.15, 0.1], rtol=1e-12
    )


def test_exponents_by_table_are_interpolated_and_held_at_its_ends():
    # aihwkit's CustomDriftPCMLikeNoiseModel: numpy.interp of mean and deviation, clipped to the table.
    g_s = np.array([0.0, 2.5e-6, 5e-6, 20e-6, 25e-6, 30e-6])
    np.testing.assert_allclose(
        tabulated_exponent(g_s, np.zeros(6), TABLE), np.interp(g_s, STATES_S, TABLE.nu_mean), rtol=1e-12
    )
    spread = tabulated_exponent(g_s, np.ones(6), TABLE) - tabulated_exponent(g_s, np.zeros(6), TABLE)
    np.testing.assert_allclose(spread, np.interp(g_s, STATES_S, TABLE.nu_std), rtol=1e-12)
    assert tabulated_exponent(np.array([0.0]), np.array([-10.0]), TABLE)[0] == pytest.approx(0.1)  # |0.1 - 0.2|


def test_each_state_drifts_by_its_own_exponent(tmp_path, conductances):
    rows = zip(STATES_S, TABLE.nu_mean, strict=True)
    text = "conductance_s,nu_mean,nu_std\n" + "".join(f"{g},{nu},0\n" for g, nu in rows)
    path = tmp_path / "states.csv"
    path.write_text(text, encoding="utf-8")
    device = DeviceSettings(drift=DriftSettings("power-law-table"), table=path)
    levels = np.arange(256)
    now, later = (conductances(device, levels, time_s=time_s) for time_s in (0.0, 1980.0))
    exponents = np.interp(levels / 255 * 25e-6, STATES_S, TABLE.nu_mean)
    np.testing.assert_allclose(later, now * 100.0**-exponents, rtol=1e-6)  # (1980 + 20) / 20


def test_drift_never_raises_a_conductance_and_never_turns_back():
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies

    @hypothesis.given(
        nu=st.lists(st.floats(0, 1), min_size=1, max_size=4),
        time_s=st.floats(0, 1e9),
        longer=st.floats(1, 1e3),
        reference_time_s=st.floats(1e-3, 1e3),
    )
    def check(nu, time_s, longer, reference_time_s):
        first = drift_factor(np.array(nu), time_s, reference_time_s)
        later = drift_factor(np.array(nu), time_s * longer, reference_time_s)
        assert ((later >= 0) & (later <= first) & (first <= 1)).all()

    check()
