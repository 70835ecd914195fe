"""Signal-to-noise ratios of layers, against closed forms and against products made by hand."""

from __future__ import annotations

import math
from functools import reduce

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate, signal_to_noise
from nnsreport.engine.crossbar.settings import (
    AdcSettings,
    CompensationSettings,
    DeviceSettings,
    DriftSettings,
    MappingSettings,
    ProgrammingSettings,
    WhiteNoiseSettings,
)
from nnsreport.engine.crossbar.signal_to_noise import layer_statistics
from nnsreport.engine.precision import combined_db

ROWS, COLUMNS = 100, 200


def reading(graph, images, settings, method="none", time_s=0.0):
    network = build(graph, calibrate(graph, [images], settings), settings).with_images([images])
    return network.program(1, 0).read(time_s, (method,))[method]


@pytest.fixture
def layer(chain):
    """One layer of uniform weights, so that no magnitude is far from any other."""
    return chain(np.random.default_rng(0).uniform(-1, 1, (1, ROWS, COLUMNS)))


@pytest.fixture
def images(as_images):
    return as_images(np.random.default_rng(1).normal(size=(400, ROWS)))


def error_of_weights_db(std_of_weights: float) -> float:
    # y = sum of w x, error = sum of d x: the inputs cancel.
    return 10 * math.log10((1 / 3) / std_of_weights**2)


@pytest.mark.parametrize("adc", [AdcSettings("ideal"), AdcSettings(bits=14)])
def test_error_of_devices_is_that_of_the_closed_form(layer, images, adc):
    # Devices in the middle of their range, which the floor of conductances does not reach: std of the range of 2.
    device = DeviceSettings(programming=ProgrammingSettings("constant", 0.02), on_off_ratio=3.0)
    settings = CrossbarSettings(mapping=MappingSettings("offset", rows=0), device=device, adc=adc)
    (found,) = layer_statistics(reading(layer, images, settings), images)
    assert found.signal.count == 400 * COLUMNS
    # The range of conductances holds 255 steps of the 127 that a weight of 1 has.
    expected = error_of_weights_db(0.02 * 255 / 127)
    assert found.snr().analog_db == pytest.approx(expected, abs=0.2)
    assert found.snr().pre_adc_db == pytest.approx(expected, abs=0.3)
    assert found.snr().total_db == pytest.approx(found.snr().pre_adc_db, abs=0.1)


def test_noise_of_every_read_belongs_to_the_devices(layer, images):
    device = DeviceSettings(white_noise=WhiteNoiseSettings("constant", 0.02), on_off_ratio=3.0)
    settings = CrossbarSettings(mapping=MappingSettings("offset", rows=0), device=device, adc=AdcSettings(bits=14))
    (found,) = layer_statistics(reading(layer, images, settings), images)
    assert found.snr().analog_db == pytest.approx(error_of_weights_db(0.02 * 255 / 127), abs=0.2)
    assert found.snr().output_quantization_db > found.snr().analog_db + 20


@pytest.mark.parametrize("bits", [6, 8])
def test_error_of_converters_is_that_of_their_step(layer, images, bits):
    settings = CrossbarSettings(mapping=MappingSettings(rows=25), adc=AdcSettings(bits=bits))
    read = reading(layer, images, settings)
    (found,) = layer_statistics(read, images)
    # Four blocks, each with an error of step^2 / 12.
    (step,) = read.layers[0].layer.adc_steps
    step *= read.layers[0].layer.weight_scale * read.layers[0].layer.activation_scale
    expected = 10 * math.log10(found.signal.variance / (4 * step**2 / 12))
    snr = found.snr()
    assert snr.output_quantization_db == pytest.approx(expected, abs=0.1)
    assert snr.analog_db > 110
    assert snr.total_db == pytest.approx(combined_db(snr.pre_adc_db, snr.output_quantization_db), abs=0.1)


def test_error_of_quantised_operands_is_that_of_their_steps(layer, images):
    read = reading(layer, images, CrossbarSettings(adc=AdcSettings("ideal")))
    (found,) = layer_statistics(read, images)
    crossbar = read.layers[0].layer
    weight_error, input_error = crossbar.weight_scale**2 / 12, crossbar.activation_scale**2 / 12
    variance = ROWS * (weight_error * float((images**2).mean()) + input_error / 3)
    assert found.snr().input_quantization_db == pytest.approx(
        10 * math.log10(found.signal.variance / variance), abs=0.1
    )
    assert found.snr().analog_db == found.snr().output_quantization_db == math.inf
    assert found.snr().total_db == found.snr().input_quantization_db


@pytest.mark.parametrize("method", ["none", "global", "per-column", "adabs"])
def test_each_layer_is_held_against_what_it_should_give_for_its_own_input(chain, as_images, method):
    rng = np.random.default_rng(2)
    graph = chain(rng.normal(size=(1, 20, 12)), rng.normal(size=(2, 6, 5)))
    images = as_images(rng.normal(size=(50, 20)))
    device = DeviceSettings(
        programming=ProgrammingSettings("constant", 0.02), drift=DriftSettings("power-law", nu_mean_offset=0.06)
    )
    settings = CrossbarSettings(
        device=device, mapping=MappingSettings(rows=5, dac_bits=2), compensation=CompensationSettings((method,))
    )
    read = reading(graph, images, settings, method, 3600.0)
    found = layer_statistics(read, images)
    x = images
    for linear, layer, statistics in zip(graph.linear_layers, read.layers, found, strict=True):
        y = layer.multiply(x)[0].astype(np.float64)
        vectors = x[:, :, 0, 0].reshape(len(x), linear.groups, -1).astype(np.float64)
        ideal = np.stack([vectors[:, g] @ linear.weight[g].astype(np.float64) for g in range(linear.groups)])
        assert statistics.signal.variance == pytest.approx(ideal.var(), rel=1e-4)
        assert statistics.total.variance == pytest.approx((y - ideal).var(), rel=1e-3)
        x = np.maximum(linear.fold(y.astype(np.float32), x.shape), 0)
    assert read.infer(images).outputs.shape == (50, 10, 1, 1)


@pytest.mark.parametrize("numbers", [1 << 22, 700])
def test_batches_merge_to_the_whole(layer, images, numbers, monkeypatch):
    monkeypatch.setattr(signal_to_noise, "_NUMBERS_AT_A_TIME", numbers)
    device = DeviceSettings(white_noise=WhiteNoiseSettings("constant", 0.02))
    read = reading(layer, images, CrossbarSettings(device=device))
    (whole,) = layer_statistics(read, images)
    parts = [layer_statistics(read, images[i : i + 70], i)[0] for i in range(0, 400, 70)]
    merged = reduce(lambda one, other: one.merged(other), parts)
    assert merged.total.count == whole.total.count
    for one, other in zip(
        (merged.signal, merged.analog, merged.total), (whole.signal, whole.analog, whole.total), strict=True
    ):
        assert one.variance == pytest.approx(other.variance, rel=1e-5)


@pytest.mark.parametrize("adc", [AdcSettings("ideal"), AdcSettings()])
def test_ratios_stay_on_the_device(layer, images, strict_device, adc):
    device = DeviceSettings(programming=ProgrammingSettings("constant", 0.02))
    settings = CrossbarSettings(device=device, adc=adc)
    calibration = calibrate(layer, [images], settings)
    (host,) = layer_statistics(build(layer, calibration, settings).program(1, 0).read(0.0)["none"], images)
    there = build(layer, calibration, settings, strict_device).program(1, 0).read(0.0)["none"]
    (device_found,) = layer_statistics(there, strict_device.asarray(images))
    assert device_found.snr().total_db == pytest.approx(host.snr().total_db, abs=1e-3)
