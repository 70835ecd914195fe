"""Retention as NeuroSim's wrappers compute it, against their formulas transcribed in plain Python."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine.crossbar.settings import (
    DeviceSettings,
    DriftSettings,
    FaultSettings,
    MappingSettings,
    ProgrammingSettings,
)
from nnsreport.engine.devices.retention import random_directions, retained, target_directions

LEVELS = np.arange(16.0)


def wrapper_1_4(x: list[float], t: float, v: float, target: float) -> list[float]:
    """utee/wage_quantizer.py, Retention with detect = 1: x is truncated to (x + 1) / 2 and stretched back."""
    lower, upper = min(x), max(x)
    goal = (upper - lower) * target
    aged = []
    for value in x:
        truncated, truncated_goal = (value + 1) / 2, (goal + 1) / 2
        sign = (truncated_goal > truncated) - (truncated_goal < truncated)
        aged.append(min(max(2 * truncated * t ** (v * sign) - 1, lower), upper))
    return aged


def wrapper_1_5(x: list[float], t: float, v: float, target: float) -> list[float]:
    """macro.py, calc_drift with detect = 1."""
    lower, upper = min(x), max(x)
    goal = (upper - lower) * target + lower
    return [min(max(value * t ** (v * ((goal > value) - (goal < value))), lower), upper) for value in x]


@pytest.mark.parametrize("target", [0.0, 0.2, 0.5, 1.0])
@pytest.mark.parametrize(("t", "v"), [(1e4, 0.01), (1e8, 0.05), (0.5, 0.1), (1.0, 0.3), (10.0, 0.0)])
@pytest.mark.parametrize("dialect", ["neurosim-1.4", "neurosim-1.5"])
def test_towards_a_target_as_the_wrappers_do(dialect, t, v, target):
    states = LEVELS if dialect == "neurosim-1.4" else np.linspace(2e-6, 9e-6, 16)
    limits = (float(states.min()), float(states.max()))
    aged = retained(states, target_directions(states, target, *limits, dialect), t, v, limits, dialect)
    wrapper = wrapper_1_4 if dialect == "neurosim-1.4" else wrapper_1_5
    np.testing.assert_allclose(aged, wrapper(states.tolist(), t, v, target), rtol=1e-12, atol=1e-18)


@pytest.mark.parametrize("dialect", ["neurosim-1.4", "neurosim-1.5"])
def test_nothing_changes_at_time_0_or_without_drift(dialect):
    directions = np.resize([-1.0, 0.0, 1.0], LEVELS.size)
    for time_s, v in ((0.0, 0.1), (1e6, 0.0)):
        np.testing.assert_array_equal(retained(LEVELS, directions, time_s, v, (0.0, 15.0), dialect), LEVELS)


def test_directions_by_chance_are_a_third_each():
    # torch.randint_like(x, -1, 2) draws -1, 0 and 1.
    count = 90_000
    directions = random_directions((np.arange(count) + 0.5) / count)
    assert [np.count_nonzero(directions == way) for way in (-1, 0, 1)] == [count // 3] * 3


def drifting(kind: str, **values: object) -> DeviceSettings:
    return DeviceSettings(on_off_ratio=10.0, drift=DriftSettings(kind, v=0.02, **values))


def test_cells_of_v14_move_their_level_and_keep_their_variation(conductances):
    device = drifting("neurosim-1.4", direction="target", target=0.5)
    mapping = MappingSettings(signs="offset", cell_bits=4, rows=0)
    levels = np.arange(256)
    expected = dict(enumerate(wrapper_1_4(LEVELS.tolist(), 1e4, 0.02, 0.5)))
    aged = conductances(device, levels, time_s=1e4, mapping=mapping).reshape(2, 256)
    for digit, cells in zip((levels % 16, levels // 16), aged, strict=True):
        levels_seen = (cells - 0.1) / 0.9 * 15
        np.testing.assert_allclose(levels_seen, [expected[level] for level in digit], rtol=1e-5, atol=1e-5)
    # remainderQ + remainderQ * normal(0, vari) follows Retention: the relative error of a cell stays as it is.
    varied = replace(device, programming=ProgrammingSettings("proportional", 0.05))
    error = conductances(varied, levels, mapping=mapping) / conductances(device, levels, mapping=mapping)
    later = conductances(varied, levels, time_s=1e4, mapping=mapping) / aged.reshape(-1)
    np.testing.assert_allclose(later, error, rtol=1e-5)


def test_cells_of_v15_move_what_was_written(conductances):
    device = replace(drifting("neurosim-1.5", direction="target"), programming=ProgrammingSettings("constant", 0.02))
    levels = np.resize(np.arange(256), 5000)
    written = conductances(device, levels)
    aged = conductances(device, levels, time_s=1e4)
    np.testing.assert_allclose(aged, wrapper_1_5(written.tolist(), 1e4, 0.02, 0.0), rtol=1e-5)


def test_drift_by_chance_leaves_a_third_and_moves_the_others_apart(conductances):
    count = 30_000
    aged = conductances(drifting("neurosim-1.4"), np.full(count, 128), time_s=1e4)
    levels = (aged - 0.1) / 0.9 * 255
    ways = [129 * 1e4**-0.02 - 1, 128.0, 129 * 1e4**0.02 - 1]
    for way in ways:
        share = np.mean(np.isclose(levels, way, rtol=1e-5))
        assert share == pytest.approx(1 / 3, abs=4 * math.sqrt(2 / 9 / count))
    again = conductances(drifting("neurosim-1.4"), np.full(count, 128), time_s=1e4)
    np.testing.assert_array_equal(again, aged)


def test_retention_and_faults_go_together(conductances):
    device = replace(drifting("neurosim-1.5"), faults=FaultSettings(stuck_on_rate=0.5))
    now, later = (conductances(device, np.full(1000, 60), time_s=time_s) for time_s in (0.0, 1e5))
    np.testing.assert_array_equal(later[now == 1.0], 1.0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "power-law", "v": 0.1}, 'v has no meaning with kind = "power-law"'),
        ({"kind": "neurosim-1.4", "nu_mean_coefficients": (0.1,)}, "nu_mean_coefficients has no meaning"),
        ({"kind": "power-law", "time_axis": "logarithmic"}, "time_axis has no meaning"),
        ({"nu_std_polynomial_from": 0.1}, "nu_std_coefficients are not given"),
        ({"nu_mean_minimum": 0.2, "nu_mean_maximum": 0.1}, "nu_mean_minimum is 0.2, above"),
    ],
)
def test_parameters_of_another_kind_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        DriftSettings(**values)


def test_what_is_switched_off_keeps_its_parameters():
    assert DriftSettings("none", v=0.1, nu_mean_coefficients=(0.1,)).kind == "none"
