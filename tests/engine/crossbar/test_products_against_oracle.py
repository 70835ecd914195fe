"""Whole layers against the loops of conftest.py, over random configurations."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.conductance import read
from nnsreport.engine.crossbar.settings import (
    ActivationSettings,
    AdcSettings,
    DeviceSettings,
    DriftSettings,
    MappingSettings,
    ProgrammingSettings,
    ReadNoiseSettings,
    WeightSettings,
)

hypothesis = pytest.importorskip("hypothesis")
st = pytest.importorskip("hypothesis.strategies")
given = hypothesis.given

MAPPINGS = st.sampled_from([("differential", "digital"), ("offset", "digital"), ("offset", "column")])


@st.composite
def configurations(draw, adc_kind):
    signs, reference = draw(MAPPINGS)
    return CrossbarSettings(
        weights=WeightSettings(draw(st.integers(2, 9)), draw(st.sampled_from(["tensor", "channel"]))),
        activations=ActivationSettings(draw(st.integers(2, 9))),
        mapping=MappingSettings(signs, reference, *(draw(st.integers(0, 4)) for _ in range(3))),
        device=DeviceSettings(on_off_ratio=draw(st.sampled_from([math.inf, 50.0, 3.0]))),
        adc=AdcSettings(
            adc_kind, draw(st.integers(2, 9)), draw(st.sampled_from(["max", "percentile", "full-scale"])), 90.0
        ),
    )


@st.composite
def problems(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    groups, rows, columns, vectors = (draw(st.integers(1, n)) for n in (2, 6, 3, 3))
    weight = rng.normal(size=(groups, rows, columns)).astype(np.float32)
    x = rng.normal(size=(vectors, groups * rows)).astype(np.float32)
    return weight, x if draw(st.booleans()) else np.abs(x)


def noisy(device: DeviceSettings) -> DeviceSettings:
    return replace(
        device,
        programming=ProgrammingSettings("constant", 0.1),
        drift=DriftSettings("power-law", -0.01, 0.05, 0.0, 0.1, 0.0, 0.02, 0.0, 0.1),
        read_noise=ReadNoiseSettings("one-over-f"),
    )


def check(network_output, expected, inference):
    groups, m, n = expected.product.shape
    got = network_output.reshape(m, groups, n).transpose(1, 0, 2)
    assert np.all(np.abs(got - expected.product) <= expected.tolerance + 1e-6 * np.abs(expected.product) + 1e-9)
    assert inference.conversions == (expected.conversions,)
    assert expected.clipped_least <= inference.saturated[0] <= expected.clipped_most


fast = hypothesis.settings(max_examples=80, deadline=None)


@fast
@given(configuration=configurations("uniform"), problem=problems(), with_noise=st.booleans())
def test_converted_products_equal_the_loops(oracle, chain, as_images, configuration, problem, with_noise):
    weight, x = problem
    if with_noise:
        configuration = replace(configuration, device=noisy(configuration.device))
    graph = chain(weight)
    calibration = calibrate(graph, [as_images(x)], configuration)
    found = calibration.layers[0]
    network = build(graph, calibration, configuration)
    programmed = network.program(seed=5, trial=1)
    reading = programmed.read(3600.0, ("none", "global"))
    layer = network.layers[0]
    conductances = read(
        programmed.conductances[0],
        layer.weight.levels,
        layer.mapping,
        configuration.device,
        programmed.draws[0],
        3600.0,
    )
    cells = {(0, *index): float(value) for index, value in np.ndenumerate(conductances)}
    cells |= {(1, *index): 0.0 for index in np.ndindex(conductances.shape)}
    for method, network_read in reading.items():
        inference = network_read.infer(as_images(x))
        gain = network_read.drift_compensation_factors[0]
        assert (gain == 1.0) if method == "none" or not with_noise else gain > 0
        expected = oracle(
            weight,
            x,
            configuration,
            activation_scale=found.activation_scale,
            signed=found.activation_signed,
            adc_ranges=found.adc_ranges,
            cells=cells,
            gain=gain,
        )
        check(inference.outputs, expected, inference)


@fast
@given(configuration=configurations("ideal"), problem=problems(), with_noise=st.booleans())
def test_collapsed_products_equal_the_loops(oracle, chain, as_images, configuration, problem, with_noise):
    weight, x = problem
    if with_noise:
        configuration = replace(configuration, device=noisy(configuration.device))
    graph = chain(weight)
    calibration = calibrate(graph, [as_images(x)], configuration)
    network = build(graph, calibration, configuration)
    programmed = network.program(seed=6, trial=0)
    network_read = programmed.read(60.0)["none"]
    layer = network.layers[0]
    conductances = read(
        programmed.conductances[0], layer.weight.levels, layer.mapping, configuration.device, programmed.draws[0], 60.0
    )
    cells = {(0, *index): float(value) for index, value in np.ndenumerate(conductances)}
    cells |= {(1, *index): 0.0 for index in np.ndindex(conductances.shape)}
    inference = network_read.infer(as_images(x))
    expected = oracle(
        weight,
        x,
        configuration,
        activation_scale=calibration.layers[0].activation_scale,
        signed=calibration.layers[0].activation_signed,
        cells=cells,
    )
    check(inference.outputs, expected, inference)
    assert inference.saturated == (0,)
    assert network_read.layers[0].plan.path == "collapsed"


@fast
@given(configuration=configurations("uniform"), problem=problems())
def test_devices_hold_the_loops_conductances(oracle, chain, as_images, configuration, problem):
    weight, x = problem
    graph = chain(weight)
    calibration = calibrate(graph, [as_images(x)], configuration)
    programmed = build(graph, calibration, configuration).program(0, 0)
    expected = oracle(weight, x, configuration, activation_scale=1.0, signed=True).cells
    assert programmed.conductances[0].size == len(expected) == programmed.layers[0].devices
    for index, value in np.ndenumerate(programmed.conductances[0]):
        assert value == pytest.approx(expected[index], rel=2e-7)


@fast
@given(configuration=configurations("uniform"), problem=problems())
def test_the_range_max_is_the_loops_largest_sum(oracle, chain, as_images, configuration, problem):
    weight, x = problem
    configuration = replace(configuration, adc=replace(configuration.adc, range="max"))
    found = calibrate(chain(weight), [as_images(x)], configuration).layers[0]
    expected = oracle(weight, x, configuration, activation_scale=found.activation_scale, signed=found.activation_signed)
    np.testing.assert_allclose(found.adc_ranges, expected.largest_sums, rtol=1e-5, atol=1e-4)
