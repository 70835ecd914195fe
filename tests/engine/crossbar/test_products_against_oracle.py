"""Whole layers against the loops of conftest.py, over random configurations.

The loops are exact to float64. What float32 may add is bounded by the forward error of sums and products,
``|fl(x) - x| <= gamma(n) * sum of |terms|`` with ``gamma(n) = n u / (1 - n u)`` and ``u = 2^-24``; products of integers
have no error at all.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine.crossbar import Calibration, CrossbarSettings, LayerCalibration, build, calibrate
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
from nnsreport.engine.crossbar.settings.converter import AdcErrorSettings

hypothesis = pytest.importorskip("hypothesis")
st = pytest.importorskip("hypothesis.strategies")
given = hypothesis.given

SIGNS = [
    ("differential", "digital"),
    ("two-sided", "digital"),
    ("offset", "digital"),
    ("offset", "column"),
    ("twos-complement", "digital"),
    ("twos-complement", "column"),
]
INPUT_SIGNS = ["bipolar", "twos-complement", "two-passes"]
FILLS = ["even", "most-significant-first", "least-significant-first"]
HOUR_S = 3600.0


@st.composite
def mappings(draw):
    signs, reference = draw(st.sampled_from(SIGNS))
    cell_bits, pairs, significance, is_paired = draw(st.integers(0, 8)), 1, 1.0, signs in ("differential", "two-sided")
    if is_paired and draw(st.booleans()):
        cell_bits, pairs, significance = 0, draw(st.integers(2, 3)), draw(st.sampled_from([1.0, 2.0, 3.5]))
    return MappingSettings(
        signs=signs,
        reference=reference,
        cell_bits=cell_bits,
        dac_bits=draw(st.integers(0, 4)),
        rows=draw(st.integers(0, 4)),
        input_signs=draw(st.sampled_from(INPUT_SIGNS)),
        subtraction=draw(st.sampled_from(["analog", "digital"])) if is_paired else "analog",
        pairs=pairs,
        significance=significance,
        fill=draw(st.sampled_from(FILLS)),
        array_rows=draw(st.integers(0, 5)),
        array_columns=draw(st.sampled_from([0, 32])),
    )


@st.composite
def configurations(draw, adc_kind):
    return CrossbarSettings(
        weights=WeightSettings(draw(st.integers(2, 9)), draw(st.sampled_from(["tensor", "channel"]))),
        activations=ActivationSettings(draw(st.integers(2, 9))),
        mapping=draw(mappings()),
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


PROGRAMMING = {"programming": ProgrammingSettings("constant", 0.1)}
ALL_EFFECTS = {
    **PROGRAMMING,
    "drift": DriftSettings("power-law", -0.01, 0.05, 0.0, 0.1, 0.0, 0.02, 0.0, 0.1),
    "read_noise": ReadNoiseSettings("one-over-f"),
}
EFFECTS = {"none": {}, "programming": PROGRAMMING, "all": ALL_EFFECTS}


def cells_of(programmed, device, effects):
    """The conductances that the loops multiply with: each device's, or each column's where devices have aged."""
    conductances, layer = programmed.conductances[0], programmed.layers[0]
    if effects != "all":
        return {index: float(value) for index, value in np.ndenumerate(conductances)}
    columns = read(conductances, layer.weight.levels, layer.mapping, device, programmed.draws[0], HOUR_S)
    first = layer.mapping.signs.factors[0]
    return {(0, *index): float(value) / first for index, value in np.ndenumerate(columns)}


def check(network_output, expected, inference):
    groups, m, n = expected.product.shape
    got = network_output.reshape(m, groups, n).transpose(1, 0, 2)
    assert np.all(np.abs(got - expected.product) <= expected.tolerance + 1e-20)
    assert inference.conversions == (expected.conversions,)
    assert expected.clipped_least <= inference.saturated[0] <= expected.clipped_most


fast = hypothesis.settings(max_examples=120, deadline=None)


@fast
@given(configuration=configurations("uniform"), problem=problems(), effects=st.sampled_from(list(EFFECTS)))
def test_converted_products_equal_the_loops(oracle, chain, as_images, configuration, problem, effects):
    weight, x = problem
    configuration = replace(configuration, device=replace(configuration.device, **EFFECTS[effects]))
    graph = chain(weight)
    calibration = calibrate(graph, [as_images(x)], configuration)
    found = calibration.layers[0]
    programmed = build(graph, calibration, configuration).program(seed=5, trial=1)
    for method, network_read in programmed.read(HOUR_S, ("none", "global")).items():
        inference = network_read.infer(as_images(x))
        gain = network_read.drift_compensation_factors[0]
        assert (gain == 1.0) if method == "none" or effects != "all" else gain > 0
        expected = oracle(
            weight,
            x,
            configuration,
            activation_scale=found.activation_scale,
            signed=found.activation_signed,
            adc_ranges=found.adc_ranges,
            cells=cells_of(programmed, configuration.device, effects),
            gain=gain,
        )
        check(inference.outputs, expected, inference)


# Too little to change any sum but zero, and enough to forbid a shortcut.
NEGLIGIBLE = AdcErrorSettings(noise_std=1e-30, noise_unit="level")


@fast
@given(
    configuration=configurations("ideal"),
    problem=problems(),
    effects=st.sampled_from(list(EFFECTS)),
    errors=st.sampled_from([AdcErrorSettings(), NEGLIGIBLE]),
)
def test_one_product_and_the_sums_it_stands_for_equal_the_loops(
    oracle, chain, as_images, configuration, problem, effects, errors
):
    weight, x = problem
    configuration = replace(
        configuration,
        device=replace(configuration.device, **EFFECTS[effects]),
        adc=replace(configuration.adc, errors=errors),
    )
    graph = chain(weight)
    calibration = calibrate(graph, [as_images(x)], configuration)
    programmed = build(graph, calibration, configuration).program(seed=6, trial=0)
    network_read = programmed.read(HOUR_S)["none"]
    inference = network_read.infer(as_images(x))
    expected = oracle(
        weight,
        x,
        configuration,
        activation_scale=calibration.layers[0].activation_scale,
        signed=calibration.layers[0].activation_signed,
        cells=cells_of(programmed, configuration.device, effects),
    )
    check(inference.outputs, expected, inference)
    assert inference.saturated == (0,)
    assert (network_read.layers[0].plan.path == "collapsed") == (errors != NEGLIGIBLE)


@st.composite
def integer_problems(draw, configuration):
    """Weights and activations that are their own integers: the largest of each is at the highest level."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    groups, rows, columns, vectors = (draw(st.integers(1, n)) for n in (2, 40, 3, 3))
    signed = draw(st.booleans())
    weight_top = 2 ** (configuration.weights.bits - 1) - 1
    input_top = 2 ** (configuration.activations.bits - signed) - 1
    weight = rng.integers(-weight_top, weight_top + 1, (groups, rows, columns))
    weight[:, 0] = weight_top
    x = rng.integers(-input_top if signed else 0, input_top + 1, (vectors, groups * rows))
    x[0, 0] = -input_top if signed else input_top
    return weight, x, signed


@fast
@given(configuration=configurations("ideal"), data=st.data())
def test_collapsed_integers_are_exact(chain, as_images, configuration, data):
    weight, x, signed = data.draw(integer_problems(configuration))
    graph = chain(weight)
    found = Calibration((LayerCalibration(1.0, signed),), configuration)
    network = build(graph, found, configuration)
    expected = np.einsum("mgk,gkn->mgn", x.reshape(len(x), *weight.shape[:2]), weight).reshape(len(x), -1)
    for reading in (network.quantized, *network.program(0, 0).read(HOUR_S, ("none", "global")).values()):
        outputs = reading.infer(as_images(x)).outputs.reshape(len(x), -1)
        assert np.array_equal(outputs, expected.astype(np.float32))


@fast
@given(configuration=configurations("uniform"), data=st.data())
def test_converted_integers_are_exact(chain, as_images, configuration, data):
    # A converter whose step is one level unit loses nothing: block by block, cycle by cycle, slice by slice the long
    # way round leads to the same integers as one product.
    mapping = replace(configuration.mapping, pairs=1, significance=1.0)
    if mapping.signs == "twos-complement":
        mapping = replace(
            mapping, cell_bits=1
        )  # the sign's slice of wider cells counts -2^(bits-1) / (2^cell_bits - 1)
    mapping = replace(mapping, array_columns=0, rows=min(mapping.rows or 4, 4))
    configuration = replace(configuration, mapping=mapping, device=DeviceSettings(), adc=AdcSettings(bits=16))
    configuration = replace(configuration, weights=WeightSettings(min(configuration.weights.bits, 6)))
    configuration = replace(configuration, activations=ActivationSettings(min(configuration.activations.bits, 6)))
    weight, x, signed = data.draw(integer_problems(configuration))
    graph = chain(weight)
    layer = build(graph, Calibration((LayerCalibration(1.0, signed),), configuration), configuration).layers[0]
    symmetric = layer.mapping.differential or layer.cycles.has_negative_pulses
    found = LayerCalibration(1.0, signed, (2.0 ** (16 - symmetric) - 1,) * layer.weight_slices)
    network = build(graph, Calibration((found,), configuration), configuration)
    reading = network.program(0, 0).read(0.0)["none"]
    assert reading.layers[0].plan.path != "collapsed"
    inference = reading.infer(as_images(x))
    expected = np.einsum("mgk,gkn->mgn", x.reshape(len(x), *weight.shape[:2]), weight).reshape(len(x), -1)
    assert np.array_equal(inference.outputs.reshape(len(x), -1), expected)
    assert inference.saturated == (0,)


@fast
@given(
    configuration=st.sampled_from(["uniform", "ideal"]).flatmap(configurations),
    seed=st.integers(0, 2**32 - 1),
    batches=st.lists(st.integers(1, 60), min_size=1, max_size=5),
)
def test_integers_depend_on_neither_batches_nor_their_order(chain, as_images, configuration, seed, batches):
    # Real conductances differ by the last bits of float32 between batches, within the bounds that the tests above hold.
    configuration = replace(configuration, mapping=replace(configuration.mapping, pairs=1, significance=1.0))
    configuration = replace(configuration, device=DeviceSettings())
    rng = np.random.default_rng(seed)
    graph = chain(rng.normal(size=(1, 30, 4)), rng.normal(size=(1, 4, 3)))
    images = as_images(rng.normal(size=(sum(batches), 30)))
    found = calibrate(graph, [images], configuration)
    reading = build(graph, found, configuration).program(0, 0).read(0.0)["none"]
    whole, order = reading.infer(images), rng.permutation(len(images))
    parts = [reading.infer(images[part]) for part in np.split(order, np.cumsum(batches)[:-1])]
    assert np.array_equal(np.concatenate([part.outputs for part in parts]), whole.outputs[order])
    assert tuple(map(sum, zip(*(part.saturated for part in parts), strict=True))) == whole.saturated
    assert tuple(map(sum, zip(*(part.conversions for part in parts), strict=True))) == whole.conversions


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
        assert value == pytest.approx(expected[index], rel=2e-7, abs=1e-12)


@fast
@given(configuration=configurations("uniform"), problem=problems())
def test_the_range_max_is_the_loops_largest_sum(oracle, chain, as_images, configuration, problem):
    weight, x = problem
    configuration = replace(configuration, adc=replace(configuration.adc, range="max"))
    found = calibrate(chain(weight), [as_images(x)], configuration).layers[0]
    expected = oracle(weight, x, configuration, activation_scale=found.activation_scale, signed=found.activation_signed)
    np.testing.assert_allclose(found.adc_ranges, expected.largest_sums, rtol=1e-5, atol=1e-4)
