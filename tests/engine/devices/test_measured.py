"""Measured retention: the distribution at each time is the table's, and a device keeps its deviation."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine.crossbar.settings import DeviceSettings, DriftSettings, ProgrammingSettings
from nnsreport.engine.devices.measured import relaxed_s
from nnsreport.engine.devices.table import DeviceTable
from nnsreport.errors import ConfigurationError

TEXT = """time_s,conductance_s,mean_s,std_s
0,0,0,1e-7
0,10e-6,10e-6,3e-7
100,0,2e-7,2e-7
100,10e-6,9e-6,5e-7
10000,0,4e-7,3e-7
10000,10e-6,8e-6,4e-7
"""
N = 50_000
HIGHEST = np.full(N, 255)


@pytest.fixture
def device(tmp_path) -> DeviceSettings:
    path = tmp_path / "states.csv"
    path.write_text(TEXT, encoding="utf-8")
    return DeviceSettings(
        conductance_max_s=10e-6,
        table=path,
        programming=ProgrammingSettings("table"),
        drift=DriftSettings("measured"),
    )


@pytest.mark.parametrize(
    ("time_s", "mean", "std"), [(0.0, 1.0, 0.03), (50.0, 0.95, 0.04), (100.0, 0.9, 0.05), (10_000.0, 0.8, 0.04)]
)
def test_moments_at_each_time(device, conductances, time_s, mean, std):
    found = conductances(device, HIGHEST, time_s=time_s)
    assert found.mean() == pytest.approx(mean, abs=4 * std / math.sqrt(N))
    assert found.std() == pytest.approx(std, rel=4 / math.sqrt(2 * N))


def test_states_between_the_measured_ones(device, conductances):
    found = conductances(device, np.full(N, 102), time_s=100.0)  # g = 0.4
    assert found.mean() == pytest.approx(0.4 + 0.6 * 0.02 - 0.4 * 0.1, abs=4 * 0.03 / math.sqrt(N))
    assert found.std() == pytest.approx(0.032, rel=0.02)


def test_a_device_keeps_its_deviation_over_time(device, conductances):
    early, late = (conductances(device, HIGHEST, time_s=time_s) for time_s in (100.0, 10_000.0))
    # Deviations 3 a + 4 b at 100 s and 3 a + sqrt(7) b later, of independent a and b.
    expected = (9 + 4 * math.sqrt(7)) / (5 * 4)
    assert np.corrcoef(early, late)[0, 1] == pytest.approx(expected, abs=4 * (1 - expected**2) / math.sqrt(N))


def test_logarithmic_time(device, conductances):
    quiet = replace(
        device,
        programming=ProgrammingSettings(),
        drift=DriftSettings("measured", time_axis="logarithmic", reference_time_s=1.0),
    )
    time_s = math.sqrt(101 * 10_001) - 1  # half way in ln(t + 1 s)
    assert conductances(quiet, HIGHEST, time_s=time_s).mean() == pytest.approx(0.85, abs=0.001)


def test_nothing_is_known_after_the_last_time(device, conductances):
    with pytest.raises(ConfigurationError, match=r"ends 10000 s after programming, but devices are read after 10001"):
        conductances(device, HIGHEST, time_s=10_001.0)


def test_a_spread_that_shrinks_is_left_and_conductances_stay_above_zero():
    table = DeviceTable((0.0, 1.0), (0.0, 1.0), ((0.0, 1.0),) * 2, ((0.2, 0.2), (0.1, 0.1)))
    states = table.mean_and_std_s(1.0, "linear", 1.0)
    programmed = np.array([0.1, 0.9])
    np.testing.assert_array_equal(relaxed_s(programmed, programmed, np.ones(2), states, table), programmed)
    states = ([-5.0, -5.0], [0.2, 0.2])
    np.testing.assert_array_equal(relaxed_s(programmed, programmed, np.ones(2), states, table), 0.0)
