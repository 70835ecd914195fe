"""Networks on crossbars: calibrated, built, programmed, read, run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.settings import (
    ActivationSettings,
    AdcSettings,
    CompensationSettings,
    DeviceSettings,
    DriftSettings,
    MappingSettings,
    ProgrammingSettings,
    ReadNoiseSettings,
    WeightSettings,
)
from nnsreport.engine.network import execute
from nnsreport.errors import ConfigurationError, DataError

PCM = DeviceSettings(
    programming=ProgrammingSettings("polynomial", coefficients_s=(0.26348e-6, 1.9650e-6, -1.1731e-6)),
    drift=DriftSettings("power-law", -0.0155, 0.0244, 0.049, 0.1, -0.0125, -0.0059, 0.008, 0.045),
    read_noise=ReadNoiseSettings("one-over-f"),
)
IDEAL_ADC = CrossbarSettings(adc=AdcSettings("ideal"))
MAPPINGS = [
    MappingSettings(),
    MappingSettings(rows=16, dac_bits=1, cell_bits=2),
    MappingSettings("offset", rows=16),
    MappingSettings("offset", "column", cell_bits=4, dac_bits=4),
    MappingSettings("two-sided", cell_bits=2, dac_bits=2, input_signs="twos-complement"),
    MappingSettings("twos-complement", cell_bits=1, rows=16, input_signs="two-passes"),
    MappingSettings("twos-complement", "column", cell_bits=1, rows=16, dac_bits=1, array_rows=24),
    MappingSettings(pairs=2, rows=16),
    MappingSettings(cell_bits=3, rows=16, subtraction="digital"),
]
DAY_S = 86_400.0


@pytest.fixture
def graph(chain):
    rng = np.random.default_rng(3)
    return chain(rng.normal(size=(1, 40, 30)), rng.normal(size=(2, 15, 10)), rng.normal(size=(1, 20, 5)))


@pytest.fixture
def images(as_images):
    return as_images(np.random.default_rng(4).normal(size=(60, 40)))


def relative_error(outputs, exact):
    return float(np.linalg.norm(outputs - exact) / np.linalg.norm(exact))


def test_more_bits_come_closer_to_floating_point(graph, images):
    exact = execute(graph, images)
    errors = []
    for bits in (4, 6, 8, 12, 16):
        settings = replace(IDEAL_ADC, weights=WeightSettings(bits), activations=ActivationSettings(bits))
        network = build(graph, calibrate(graph, [images], settings), settings)
        errors.append(relative_error(network.infer_quantized(images).outputs, exact))
    assert errors == sorted(errors, reverse=True)
    assert errors[2] < 0.02
    assert errors[-1] < 1e-4


@pytest.mark.parametrize("mapping", MAPPINGS)
@pytest.mark.parametrize("on_off_ratio", [float("inf"), 10.0])
def test_ideal_devices_and_adc_give_the_quantised_network_exactly(graph, images, mapping, on_off_ratio):
    settings = replace(IDEAL_ADC, mapping=mapping, device=DeviceSettings(on_off_ratio=on_off_ratio))
    network = build(graph, calibrate(graph, [images], settings), settings)
    expected = network.infer_quantized(images).outputs
    for reading in network.program(0, 0).read(DAY_S, ("none", "global")).values():
        assert np.array_equal(reading.infer(images).outputs, expected)
        assert reading.drift_compensation_factors == (1.0, 1.0, 1.0)
        assert max(reading.weight_errors) < 1e-6
    assert {layer.plan.path for layer in network.layers} == {"collapsed"}


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_a_lossless_adc_gives_the_quantised_network_exactly(graph, images, mapping):
    # A step of one level unit and a range wide enough: the long way round, to the same integers.
    settings = CrossbarSettings(
        weights=WeightSettings(5), activations=ActivationSettings(4), mapping=mapping, adc=AdcSettings(bits=16)
    )
    found = calibrate(graph, [images], settings)
    layers = []
    for layer in found.layers:
        bipolar = layer.activation_signed and mapping.input_signs == "bipolar"
        symmetric = bipolar or (mapping.signs in ("differential", "two-sided") and mapping.subtraction == "analog")
        layers.append(replace(layer, adc_ranges=(2.0 ** (16 - symmetric) - 1,) * len(layer.adc_ranges)))
    network = build(graph, replace(found, layers=tuple(layers)), settings)
    inference = network.program(0, 0).read(0.0)["none"].infer(images)
    assert {layer.plan.path for layer in network.layers} <= {"single-cycle", "bit-serial"}
    assert np.array_equal(inference.outputs, network.infer_quantized(images).outputs)
    assert sum(inference.saturated) == 0


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_converters_of_more_bits_come_closer(graph, images, mapping):
    errors = []
    for bits in (6, 8, 12):
        settings = CrossbarSettings(mapping=mapping, adc=AdcSettings(bits=bits))
        network = build(graph, calibrate(graph, [images], settings), settings)
        outputs = network.program(0, 0).read(0.0)["none"].infer(images).outputs
        errors.append(relative_error(outputs, network.infer_quantized(images).outputs))
    assert errors == sorted(errors, reverse=True)
    assert 0 < errors[-1] < 0.02


def test_conversions_are_counted_as_the_hardware_makes_them(graph, images):
    settings = CrossbarSettings(mapping=MappingSettings("offset", "column", cell_bits=2, dac_bits=2, rows=16))
    network = build(graph, calibrate(graph, [images], settings), settings)
    inference = network.program(0, 0).read(0.0)["none"].infer(images)
    # images * groups * (columns + 1) * blocks * slices * cycles; the first layer's signed inputs have 7 bits
    assert inference.conversions == (60 * 31 * 3 * 4 * 4, 60 * 2 * 11 * 1 * 4 * 4, 60 * 6 * 2 * 4 * 4)
    assert network.infer_quantized(images).conversions == inference.conversions
    assert [layer.devices for layer in network.layers] == [31 * 40 * 4, 2 * 11 * 15 * 4, 6 * 20 * 4]


def test_a_narrow_range_saturates_as_many_conversions_as_it_was_asked_to(graph, images):
    settings = CrossbarSettings(adc=AdcSettings("uniform", 8, "percentile", 90.0))
    network = build(graph, calibrate(graph, [images], settings), settings)
    inference = network.program(0, 0).read(0.0)["none"].infer(images)
    share = inference.saturated[0] / inference.conversions[0]
    assert share == pytest.approx(0.1, abs=0.02)  # half a step is still within the range


@pytest.mark.parametrize("adc", [AdcSettings(), AdcSettings("ideal"), AdcSettings("uniform", 6, "percentile", 99.0)])
def test_calibration_does_not_depend_on_batches(graph, images, adc):
    settings = CrossbarSettings(activations=ActivationSettings(range="mse"), adc=adc)
    whole = calibrate(graph, [images], settings)
    parts = calibrate(graph, [images[:7], images[7:50], images[50:]], settings)
    for one, other in zip(whole.layers, parts.layers, strict=True):
        # The floating-point network rounds differently in batches of another size.
        assert one.activation_scale == pytest.approx(other.activation_scale, rel=1e-5)
        assert one.activation_signed == other.activation_signed
        np.testing.assert_allclose(one.adc_ranges, other.adc_ranges, rtol=2e-3)


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_results_do_not_depend_on_the_batch_size(graph, images, mapping):
    settings = CrossbarSettings(mapping=mapping)
    network = build(graph, calibrate(graph, [images], settings), settings)
    reading = network.program(0, 0).read(0.0)["none"]
    whole = reading.infer(images)
    parts = [reading.infer(images[i : i + 7]) for i in range(0, 60, 7)]
    assert np.array_equal(np.concatenate([part.outputs for part in parts]), whole.outputs)
    assert tuple(map(sum, zip(*(part.conversions for part in parts), strict=True))) == whole.conversions
    assert tuple(map(sum, zip(*(part.saturated for part in parts), strict=True))) == whole.saturated


def test_only_the_first_layer_sees_negative_inputs(graph, images):
    found = calibrate(graph, [images], IDEAL_ADC)
    assert [layer.activation_signed for layer in found.layers] == [True, False, False]


def test_trials_differ_and_repeat(graph, images):
    settings = replace(IDEAL_ADC, device=PCM)
    network = build(graph, calibrate(graph, [images], settings), settings)
    outputs = [
        network.program(*key).read(DAY_S)["none"].infer(images).outputs for key in ((0, 0), (0, 1), (1, 0), (0, 0))
    ]
    assert np.array_equal(outputs[0], outputs[3])
    assert not np.array_equal(outputs[0], outputs[1])
    assert not np.array_equal(outputs[0], outputs[2])


def test_a_time_is_read_the_same_whatever_else_is_read(graph, images):
    settings = replace(IDEAL_ADC, device=PCM)
    network = build(graph, calibrate(graph, [images], settings), settings)
    programmed = network.program(0, 0)
    alone = programmed.read(DAY_S)["none"].infer(images).outputs
    programmed.read(25.0, ("none", "global"))
    assert np.array_equal(programmed.read(DAY_S, ("global", "none"))["none"].infer(images).outputs, alone)


@pytest.mark.parametrize("adc", [AdcSettings("ideal"), AdcSettings()])
def test_global_compensation_restores_the_mean_weight(chain, as_images, adc):
    rng = np.random.default_rng(8)
    graph, images = chain(rng.normal(size=(1, 400, 50))), as_images(rng.normal(size=(100, 400)))
    settings = CrossbarSettings(device=PCM, adc=adc)
    network = build(graph, calibrate(graph, [images], settings), settings)
    month = network.program(0, 0).read(30 * DAY_S, ("none", "global"))
    # Mean exponent 0.049 for large weights up to 0.1 for small ones over ln(2.6e6 / 20) = 11.8.
    factor = month["global"].drift_compensation_factors[0]
    assert np.exp(0.049 * 11.8) < factor < np.exp(0.07 * 11.8)
    assert month["none"].drift_compensation_factors == (1.0,)
    exact = network.infer_quantized(images).outputs
    slope = {m: float((r.infer(images).outputs * exact).sum() / (exact**2).sum()) for m, r in month.items()}
    assert slope["none"] == pytest.approx(1 / factor, rel=0.1)
    assert slope["global"] == pytest.approx(1.0, abs=0.05)
    assert month["global"].weight_errors[0] < 0.5 * month["none"].weight_errors[0]


def test_the_weight_error_is_that_of_the_programming_model(chain, as_images):
    rng = np.random.default_rng(8)
    graph, images = chain(rng.uniform(-1, 1, size=(1, 300, 100))), as_images(rng.normal(size=(10, 300)))
    settings = replace(
        IDEAL_ADC,
        mapping=MappingSettings("offset"),
        device=DeviceSettings(programming=ProgrammingSettings("constant", 0.01)),
    )
    network = build(graph, calibrate(graph, [images], settings), settings)
    error = network.program(0, 0).read(0.0)["none"].weight_errors[0]
    # One device of 255 steps for weights of RMS 127 / sqrt(3): 0.01 * 255 / 73.3.
    assert error == pytest.approx(0.01 * 255 * np.sqrt(3) / 127, rel=0.02)


def test_a_layer_of_zeros_runs(chain, images):
    graph = chain(np.zeros((1, 40, 6)), np.ones((1, 6, 2)))
    settings = CrossbarSettings(device=PCM, mapping=MappingSettings(cell_bits=3, dac_bits=1))
    network = build(graph, calibrate(graph, [images], settings), settings)
    reading = network.program(0, 0).read(25.0, ("global",))["global"]
    assert np.isfinite(reading.infer(images).outputs).all()
    assert np.isfinite(reading.weight_errors).all()


@pytest.mark.parametrize("adc", [AdcSettings(), AdcSettings("ideal")])
def test_a_batch_without_images_gives_no_outputs(graph, images, adc):
    settings = CrossbarSettings(adc=adc)
    network = build(graph, calibrate(graph, [images], settings), settings)
    inference = network.program(0, 0).read(0.0)["none"].infer(images[:0])
    assert inference.outputs.shape == (0, 5, 1, 1)
    assert sum(inference.conversions) == 0


def test_the_device_may_change_after_calibration_but_not_the_mapping(graph, images):
    calibration = calibrate(graph, [images], CrossbarSettings())
    build(graph, calibration, CrossbarSettings(device=PCM, compensation=CompensationSettings(("none", "global"))))
    for other in (
        CrossbarSettings(mapping=MappingSettings(rows=64)),
        CrossbarSettings(adc=AdcSettings(bits=6)),
        CrossbarSettings(device=DeviceSettings(on_off_ratio=10.0)),
    ):
        with pytest.raises(ConfigurationError, match="calibration was made for other"):
            build(graph, calibration, other)


def test_calibration_needs_images_that_are_numbers(graph, images):
    with pytest.raises(DataError, match="no calibration images"):
        calibrate(graph, [], IDEAL_ADC)
    with pytest.raises(TypeError, match="iterated twice"):
        calibrate(graph, iter([images]), IDEAL_ADC)
    broken = images.copy()
    broken[3] = np.nan
    with pytest.raises(DataError, match="'layer0' is not finite"):
        calibrate(graph, [broken], IDEAL_ADC)


@pytest.mark.parametrize("mapping", MAPPINGS)
@pytest.mark.parametrize("adc", [AdcSettings(range="percentile"), AdcSettings("ideal")])
def test_everything_stays_on_the_device(graph, images, strict_device, mapping, adc):
    settings = CrossbarSettings(mapping=mapping, device=PCM, adc=adc, activations=ActivationSettings(range="mse"))
    there = strict_device.asarray(images)
    on_host = calibrate(graph, [images], settings)
    on_device = calibrate(graph.placed_on(strict_device), [there], settings)
    assert on_device == on_host
    host = build(graph, on_host, settings)
    device = build(graph, on_device, settings, strict_device)
    readings = host.program(3, 1).read(DAY_S, ("none", "global")), device.program(3, 1).read(DAY_S, ("none", "global"))
    for method in ("none", "global"):
        expected, found = readings[0][method].infer(images), readings[1][method].infer(there)
        np.testing.assert_allclose(found.outputs.get(), expected.outputs, rtol=1e-4, atol=1e-4)
        assert found.conversions == expected.conversions
        assert readings[1][method].weight_errors == pytest.approx(readings[0][method].weight_errors)
    np.testing.assert_array_equal(device.infer_quantized(there).outputs.get(), host.infer_quantized(images).outputs)
