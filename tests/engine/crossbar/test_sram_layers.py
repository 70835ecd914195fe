"""Layers in SRAM arrays: against the arrays alone, and through whole networks."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.settings import (
    ActivationSettings,
    AdcSettings,
    DeviceSettings,
    MappingSettings,
    ProgrammingSettings,
    WeightSettings,
)
from nnsreport.engine.sram import (
    BitCellSettings,
    BitLineSettings,
    CapacitorSettings,
    Evaluation,
    Operands,
    SramSettings,
    dot_products,
)
from nnsreport.errors import ConfigurationError

MAPPINGS = {
    "QS-Arch": MappingSettings("twos-complement", cell_bits=1, dac_bits=1, rows=16),
    "QR-Arch": MappingSettings("twos-complement", cell_bits=1, rows=16),
    "CM": MappingSettings(rows=16),
}
KINDS = list(MAPPINGS)
QUIET = {
    "cell": BitCellSettings(threshold_std_v=0.0),
    "bit_line": BitLineSettings(headroom_v=1e3),
    "capacitor": CapacitorSettings(mismatch_sqrt_f=0.0, injection="none"),
    "temperature_k": 0.0,
}


def settings_of(kind, sram=None, **changes):
    return CrossbarSettings(
        weights=WeightSettings(5),
        activations=ActivationSettings(4),
        mapping=MAPPINGS[kind],
        sram=sram or SramSettings(kind=kind),
        **changes,
    )


@pytest.fixture
def graph(chain):
    return chain(np.random.default_rng(0).normal(size=(2, 40, 3)))


@pytest.fixture
def images(as_images):
    return as_images(np.random.default_rng(1).uniform(size=(20, 80)))


def built(graph, images, settings):
    return build(graph, calibrate(graph, [images], settings), settings)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mismatch", ["frozen", "independent"])
@pytest.mark.parametrize("adc", [AdcSettings("ideal"), AdcSettings(bits=6)], ids=["ideal", "6 bits"])
def test_a_layer_is_the_dot_products_of_its_array(graph, images, kind, mismatch, adc):
    sram = SramSettings(kind=kind, mismatch=mismatch, bit_line=BitLineSettings(pulse_jitter_s=2e-12))
    network = built(graph, images, settings_of(kind, sram, adc=adc))
    reading = network.program(3, 1).read(7.0)["none"]
    inference = reading.infer(images, first_image=5)
    layer = network.layers[0]
    [(_, vectors)] = layer.vectors(images)
    expected = dot_products(
        layer.weight.levels,
        vectors,
        Operands(layer.quantizer.magnitude_bits, 5),
        sram,
        Evaluation(3, 1, 0, first_vector=5, time_s=7.0),
        rows=16,
        converter=None if adc.kind == "ideal" else reading.layers[0].converter,
    )
    scale = layer.weight.scale[:, :, None] * layer.quantizer.scale
    found = inference.outputs.reshape(20, 2, 3).transpose(1, 2, 0)
    np.testing.assert_allclose(found, expected.output * scale, rtol=1e-5, atol=1e-5 * np.abs(found).max())
    assert inference.saturated == (expected.clipped,)
    assert reading.layers[0].plan.path != "collapsed"


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_that_deviate_in_nothing_give_the_quantised_network(graph, images, kind):
    network = built(graph, images, settings_of(kind, SramSettings(kind=kind, **QUIET), adc=AdcSettings("ideal")))
    expected = network.infer_quantized(images).outputs
    reading = network.program(0, 0).read(0.0)["none"]
    np.testing.assert_allclose(reading.infer(images).outputs, expected, rtol=1e-5, atol=1e-5)
    assert reading.weight_errors[0] < 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_results_do_not_depend_on_batches_and_differ_by_trial(graph, images, kind):
    network = built(graph, images, settings_of(kind))
    reading = network.program(0, 0).read(0.0)["none"]
    whole = reading.infer(images).outputs
    parts = [reading.infer(images[i : i + 7], i).outputs for i in range(0, 20, 7)]
    assert np.array_equal(np.concatenate(parts), whole)
    assert not np.array_equal(network.program(0, 1).read(0.0)["none"].infer(images).outputs, whole)
    assert reading.weight_errors[0] > 0.005  # what cells keep


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_stay_on_the_device(graph, images, strict_device, kind):
    settings = settings_of(kind)
    calibration = calibrate(graph, [images], settings)
    host = build(graph, calibration, settings).program(1, 2).read(0.0)["none"].infer(images)
    device = build(graph, calibration, settings, strict_device).program(1, 2).read(0.0)["none"]
    found = device.infer(strict_device.asarray(images))
    np.testing.assert_allclose(found.outputs.get(), host.outputs, rtol=1e-4, atol=1e-4)


def test_negative_inputs_come_in_a_second_pass(graph, as_images):
    images = as_images(np.random.default_rng(2).normal(size=(20, 80)))
    settings = settings_of("QS-Arch", SramSettings(kind="QS-Arch", **QUIET), adc=AdcSettings("ideal"))
    with pytest.raises(ConfigurationError, match=re.escape("layer 'layer0' has negative inputs; write input_signs")):
        built(graph, images, settings)
    settings = replace(settings, mapping=replace(settings.mapping, input_signs="two-passes"))
    network = built(graph, images, settings)
    outputs = network.program(0, 0).read(0.0)["none"].infer(images).outputs
    np.testing.assert_allclose(outputs, network.infer_quantized(images).outputs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"mapping": MappingSettings()},
            "mapping.signs: is 'differential', but an SRAM array of kind \"QS-Arch\" needs",
        ),
        ({"mapping": replace(MAPPINGS["QS-Arch"], dac_bits=2)}, "mapping.dac_bits: is 2"),
        ({"mapping": replace(MAPPINGS["QS-Arch"], reference="column")}, "digital subtraction and reference columns"),
        ({"device": DeviceSettings(on_off_ratio=10.0)}, "device: is not ideal"),
        (
            {"device": DeviceSettings(programming=ProgrammingSettings("constant", 0.1))},
            "leave out the section [device]",
        ),
    ],
)
def test_what_does_not_suit_an_array_is_refused(graph, images, changes, message):
    settings = replace(settings_of("QS-Arch"), **changes)
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        calibrate(graph, [images], settings)


def test_arrays_may_change_after_calibration(graph, images):
    calibration = calibrate(graph, [images], replace(settings_of("QS-Arch"), sram=SramSettings()))
    network = build(graph, calibration, settings_of("QS-Arch"))
    assert network.program(0, 0).read(0.0)["none"].infer(images).outputs.shape == (20, 6, 1, 1)
