"""Draws of devices: their statistics against the closed forms, and what they must not depend on."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine.crossbar.conductance import Draw, is_noiseless, program, read, target_conductances
from nnsreport.engine.crossbar.mapping import make_mapping
from nnsreport.engine.crossbar.settings import (
    DeviceSettings,
    DriftSettings,
    MappingSettings,
    ProgrammingSettings,
    ReadNoiseSettings,
)

PCM = DeviceSettings(
    programming=ProgrammingSettings("polynomial", coefficients_s=(0.26348e-6, 1.9650e-6, -1.1731e-6)),
    drift=DriftSettings("power-law", -0.0155, 0.0244, 0.049, 0.1, -0.0125, -0.0059, 0.008, 0.045),
    read_noise=ReadNoiseSettings("one-over-f"),
)
DRAW = Draw(seed=1, trial=0, layer=0)
N = 100_000
MAPPING = make_mapping(8, MappingSettings(), PCM)


def levels_of(value, count=N):
    return np.full((1, 1, count), value, dtype=np.int32)


@pytest.mark.parametrize("value", [0, 40, 127])
def test_programmed_devices_have_the_models_moments(value):
    programmed = program(levels_of(value), MAPPING, PCM, DRAW)[:, 0, 0, 0].astype(float) / 127.0 * 25.0  # uS
    g = value / 127
    std = -1.1731 * g**2 + 1.9650 * g + 0.26348
    if value:
        assert programmed[0].mean() == pytest.approx(25 * g, abs=4 * std / math.sqrt(N))
        assert programmed[0].std() == pytest.approx(std, rel=4 / math.sqrt(2 * N))
    # The other device of the pair, and both of weight 0: a normal number cut at zero has mean std / sqrt(2 pi).
    zero = programmed[1]
    assert zero.min() == 0.0
    assert np.mean(zero == 0.0) == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(N))
    assert zero.mean() == pytest.approx(0.26348 / math.sqrt(2 * math.pi), rel=4 * 1.46 / math.sqrt(N))
    assert zero.std() == pytest.approx(0.26348 * math.sqrt(0.5 - 0.5 / math.pi), rel=0.01)


def test_the_devices_of_a_pair_err_independently():
    programmed = program(levels_of(0), MAPPING, PCM, DRAW)[:, 0, 0, 0]
    assert abs(np.corrcoef(programmed)[0, 1]) < 4 / math.sqrt(N)


def test_read_devices_have_the_models_moments():
    device = replace(PCM, programming=ProgrammingSettings())
    time_s = 86_400.0
    levels = levels_of(127)
    seen = read(program(levels, MAPPING, device, DRAW), levels, MAPPING, device, DRAW, time_s)[0, 0, 0] / 127.0
    # nu ~ N(0.049, 0.008): the drift factor is log-normal; read noise multiplies it by 1 + N(0, s).
    log_time = math.log1p(time_s / 20.0)
    mean = math.exp(-0.049 * log_time + 0.5 * (0.008 * log_time) ** 2)
    noise = 0.0088 * math.sqrt(math.log((time_s + 20.0 + 250e-9) / 500e-9))
    second = math.exp(-2 * 0.049 * log_time + 2 * (0.008 * log_time) ** 2) * (1 + noise**2)
    std = math.sqrt(second - mean**2)
    assert seen.mean() == pytest.approx(mean, abs=4 * std / math.sqrt(N))
    assert seen.std() == pytest.approx(std, rel=0.02)


def test_nothing_drifts_at_time_zero_but_read_noise_is_there():
    levels = levels_of(127)
    programmed = program(levels, MAPPING, PCM, DRAW)
    without_noise = replace(PCM, read_noise=ReadNoiseSettings())
    assert np.array_equal(read(programmed, levels, MAPPING, without_noise, DRAW, 0.0), programmed[0] - programmed[1])
    relative = read(programmed, levels, MAPPING, PCM, DRAW, 0.0) / (programmed[0] - programmed[1]) - 1
    assert relative.std() == pytest.approx(0.0088 * 4.184, rel=0.05)


def test_a_devices_exponent_stays_its_own_over_time():
    device = replace(PCM, read_noise=ReadNoiseSettings())
    levels = levels_of(127, 1000)
    programmed = program(levels, MAPPING, device, DRAW)
    start = (programmed[0] - programmed[1])[0, 0, 0]
    twofold, fourfold = (
        read(programmed, levels, MAPPING, device, DRAW, time_s)[0, 0, 0] / start for time_s in (20.0, 60.0)
    )
    single = programmed[1][0, 0, 0] == 0.0  # only the positive device conducts
    np.testing.assert_allclose(fourfold[single], twofold[single] ** 2, rtol=1e-4)
    assert np.unique(twofold[single]).size > 0.9 * np.count_nonzero(single)


def test_draws_depend_on_seed_trial_layer_and_time_alone():
    levels = levels_of(64, 5000)
    programmed = program(levels, MAPPING, PCM, DRAW)
    assert np.array_equal(programmed, program(levels, MAPPING, PCM, DRAW))
    for other in (Draw(2, 0, 0), Draw(1, 1, 0), Draw(1, 0, 1)):
        assert not np.array_equal(programmed, program(levels, MAPPING, PCM, other))
    fewer_rows = make_mapping(8, MappingSettings(rows=7, dac_bits=1), PCM)
    assert np.array_equal(programmed, program(levels, fewer_rows, PCM, DRAW))
    a_day = read(programmed, levels, MAPPING, PCM, DRAW, 86_400.0)
    assert np.array_equal(a_day, read(programmed, levels, MAPPING, PCM, DRAW, 86_400.0))
    only_noise = DeviceSettings(read_noise=PCM.read_noise)
    target = target_conductances(levels, MAPPING)
    later = (read(target, levels, MAPPING, only_noise, DRAW, time_s).ravel() for time_s in (86_400.0, 86_401.0))
    assert abs(np.corrcoef(*later)[0, 1]) < 4 / math.sqrt(5000)


def test_long_layers_draw_the_same_as_short_ones():
    long = program(levels_of(0, 70_000), MAPPING, PCM, DRAW)
    short = program(levels_of(0, 100), MAPPING, PCM, DRAW)
    assert np.array_equal(long[0, ..., :100], short[0])


def test_ideal_devices_hold_their_targets():
    assert is_noiseless(DeviceSettings())
    assert not is_noiseless(PCM)
    levels = np.arange(-127, 128, dtype=np.int32).reshape(1, 1, -1)
    for signs in ("differential", "offset"):
        device = DeviceSettings(on_off_ratio=5.0)
        mapping = make_mapping(8, MappingSettings(signs=signs, cell_bits=3), device)
        programmed = program(levels, mapping, device, DRAW)
        columns = read(programmed, levels, mapping, device, DRAW, 1e6)
        weights = sum(w * columns[i].astype(float) for i, w in enumerate(mapping.slices.weights)) - mapping.reference
        np.testing.assert_allclose(weights, levels, atol=1e-4)
