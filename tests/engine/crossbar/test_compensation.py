"""Compensation of whole networks: what is restored exactly, and what plain loops find."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.places import Batch
from nnsreport.engine.crossbar.settings import (
    ActivationSettings,
    AdcSettings,
    CompensationSettings,
    DeviceSettings,
    DriftSettings,
    MappingSettings,
    ProgrammingSettings,
    ReadNoiseSettings,
    WhiteNoiseSettings,
)
from nnsreport.engine.network import LinearLayer
from nnsreport.errors import ConfigurationError, DataError

DAY_S = 86_400.0
UNIFORM_DRIFT = DriftSettings("power-law", nu_mean_offset=0.06, nu_std_maximum=0.0)
PCM = DeviceSettings(
    programming=ProgrammingSettings("polynomial", coefficients_s=(0.26348e-6, 1.9650e-6, -1.1731e-6)),
    drift=DriftSettings("power-law", -0.0155, 0.0244, 0.049, 0.1, -0.0125, -0.0059, 0.008, 0.045),
    read_noise=ReadNoiseSettings("one-over-f"),
)
MAPPINGS = [
    MappingSettings(),
    MappingSettings("offset", rows=16),
    MappingSettings("offset", "column", cell_bits=4, dac_bits=4),
]
ADCS = [AdcSettings("ideal"), AdcSettings(bits=12)]
RECALIBRATING = ("adabs", "batch-norm")
ALL = ("none", "global", "per-column", *RECALIBRATING)


@pytest.fixture
def graph(chain):
    rng = np.random.default_rng(3)
    return chain(rng.normal(size=(1, 40, 30)), rng.normal(size=(2, 15, 10)), rng.normal(size=(1, 20, 5)))


@pytest.fixture
def images(as_images):
    return as_images(np.random.default_rng(4).normal(size=(60, 40)))


def ready(graph, images, settings, batch=20):
    """The network with calibration images in batches."""
    batches = [images[i : i + batch] for i in range(0, len(images), batch)]
    return build(graph, calibrate(graph, [images], settings), settings).with_images(batches)


def relative_error(outputs, exact):
    return float(np.linalg.norm(outputs - exact) / np.linalg.norm(exact))


@pytest.mark.parametrize("mapping", MAPPINGS)
@pytest.mark.parametrize("adc", ADCS)
def test_columns_that_drift_alike_are_restored_like_the_layer(graph, images, mapping, adc):
    settings = CrossbarSettings(mapping=mapping, device=DeviceSettings(drift=UNIFORM_DRIFT), adc=adc)
    network = ready(graph, images, settings)
    read = network.program(0, 0).read(DAY_S, ("global", "per-column"))
    expected = (86_420.0 / 20.0) ** 0.06
    for method in ("global", "per-column"):
        assert read[method].drift_compensation_factors == pytest.approx((expected,) * 3)
        assert read[method].weight_errors == pytest.approx((0.0,) * 3, abs=1e-5)
    outputs = [read[method].infer(images).outputs for method in ("global", "per-column")]
    assert relative_error(outputs[1], outputs[0]) < 1e-5


@pytest.mark.parametrize("adc", ADCS)
def test_columns_that_drift_by_themselves_are_restored_by_factors_of_their_own(chain, images, adc):
    # Exponents depend on the target, and each column holds weights of one magnitude.
    magnitudes = np.linspace(0.1, 1.0, 10)
    weight = np.random.default_rng(5).choice([-1.0, 1.0], size=(1, 40, 10)) * magnitudes
    drift = DriftSettings("power-law", nu_mean_slope=-0.05, nu_mean_offset=0.02, nu_std_maximum=0.0)
    settings = CrossbarSettings(device=DeviceSettings(drift=drift), adc=adc)
    network = ready(chain(weight), images, settings)
    read = network.program(0, 0).read(DAY_S, ("global", "per-column"))
    assert read["global"].weight_errors[0] > 0.1
    assert read["per-column"].weight_errors[0] < 1e-6
    exact = network.infer_quantized(images).outputs
    assert relative_error(read["per-column"].infer(images).outputs, exact) < (1e-5 if adc.kind == "ideal" else 0.02)


@pytest.mark.parametrize("mapping", MAPPINGS)
@pytest.mark.parametrize("adc", ADCS)
@pytest.mark.parametrize("base", ["global", "per-column"])
def test_statistics_that_are_as_they_were_change_nothing(graph, images, mapping, adc, base):
    compensation = CompensationSettings(ALL, base=base, layers="all")
    settings = CrossbarSettings(
        activations=ActivationSettings(16), mapping=mapping, device=DeviceSettings(drift=UNIFORM_DRIFT), adc=adc
    )
    network = ready(graph, images, replace(settings, compensation=compensation))
    read = network.program(0, 0).read(DAY_S, ALL)
    exact = network.infer_quantized(images).outputs
    assert relative_error(read["none"].infer(images).outputs, exact) > 0.3
    for method in ("global", "per-column", *RECALIBRATING):
        assert relative_error(read[method].infer(images).outputs, exact) < (1e-4 if adc.kind == "ideal" else 0.02)


@pytest.mark.parametrize("batch", [60, 20, 7])
@pytest.mark.parametrize("mapping", [MappingSettings(), MappingSettings("offset", "column", cell_bits=4)])
def test_adabs_alone_restores_a_uniform_drift(graph, images, batch, mapping):
    compensation = CompensationSettings(("adabs",), remainder=0.0, layers="all", base="none")
    settings = CrossbarSettings(
        activations=ActivationSettings(16),
        mapping=mapping,
        device=DeviceSettings(drift=UNIFORM_DRIFT),
        adc=AdcSettings("ideal"),
        compensation=compensation,
    )
    network = ready(graph, images, settings, batch)
    read = network.program(0, 0).read(DAY_S, ("none", "adabs"))
    exact = network.infer_quantized(images).outputs
    assert relative_error(read["none"].infer(images).outputs, exact) > 0.3
    assert relative_error(read["adabs"].infer(images).outputs, exact) < 1e-4


@pytest.mark.parametrize("remainder", [0.015, 0.3])
def test_what_remains_of_the_original_statistics_is_not_restored(chain, images, remainder):
    compensation = CompensationSettings(("adabs",), remainder=remainder, base="none")
    device = DeviceSettings(drift=UNIFORM_DRIFT)
    settings = CrossbarSettings(device=device, adc=AdcSettings("ideal"), compensation=compensation)
    network = ready(chain(np.random.default_rng(3).normal(size=(1, 40, 30))), images, settings, batch=60)
    found = network.program(0, 0).read(DAY_S, ("adabs",))["adabs"].infer(images).outputs[:, :, 0, 0]
    y = network.infer_quantized(images).outputs[:, :, 0, 0].astype(np.float64)
    a = (86_420.0 / 20.0) ** -0.06
    # y' = a y, so m' = (r + (1 - r) a) m and s'^2 = (r + (1 - r) a^2) s^2.
    mean, scale = y.mean(axis=0), 1 / math.sqrt(remainder + (1 - remainder) * a * a)
    np.testing.assert_allclose(
        found, scale * (a * y - (remainder + (1 - remainder) * a) * mean) + mean, rtol=1e-4, atol=1e-4
    )


def loops(weights, quantizers, batches, noisy_weights, remainder):
    """AdaBS in plain loops: gains and shifts of each channel of each layer, of weights (K, N)."""

    def levels(x, quantizer):
        return np.clip(np.rint(x / quantizer.scale), -quantizer.top if quantizer.signed else 0, quantizer.top)

    def run(batch, matrices, expected):
        x, found = batch, []
        for layer, matrix in enumerate(matrices):
            y = (levels(x, quantizers[layer]) * quantizers[layer].scale) @ matrix
            found.append([])
            for n in range(matrix.shape[1]):
                mean = sum(y[:, n]) / len(y)
                variance = sum((value - mean) ** 2 for value in y[:, n]) / len(y)
                found[layer].append((mean, variance))
                if expected is not None:
                    target = expected[layer][n]
                    y[:, n] = (y[:, n] - mean) * math.sqrt(target[1] / variance) + target[0]
            x = np.maximum(y, 0)
        return found

    reference = [run(batch, weights, None) for batch in batches]
    found = [run(batch, noisy_weights, expected) for batch, expected in zip(batches, reference, strict=True)]
    decay = remainder ** (1 / len(batches))
    result = []
    for layer, matrix in enumerate(weights):
        result.append([])
        for n in range(matrix.shape[1]):
            # The original statistics are those of all batches, with the weights that the estimate gives them.
            shares = [decay ** (len(batches) - 1 - k) for k in range(len(batches))]
            original = [
                sum(s * statistics[layer][n][i] for s, statistics in zip(shares, reference, strict=True)) / sum(shares)
                for i in (0, 1)
            ]
            estimate = list(original)
            for statistics in found:
                for i in (0, 1):
                    estimate[i] = decay * estimate[i] + (1 - decay) * statistics[layer][n][i]
            gain = math.sqrt(original[1] / estimate[1])
            result[layer].append((gain, original[0] - gain * estimate[0]))
    return result


def test_adabs_is_that_of_plain_loops(chain, as_images):
    rng = np.random.default_rng(11)
    graph = chain(rng.normal(size=(1, 12, 8)), rng.normal(size=(1, 8, 6)))
    vectors = rng.normal(size=(30, 12)).astype(np.float32)
    images = as_images(vectors)
    settings = CrossbarSettings(
        activations=ActivationSettings(16),
        device=PCM,
        adc=AdcSettings("ideal"),
        compensation=CompensationSettings(("adabs",), remainder=0.1),
    )
    network = ready(graph, images, settings, batch=10)
    programmed = network.program(5, 2)
    read = programmed.read(DAY_S, ("global", "adabs"))
    scales = [layer.weight.scale[:, :, None].astype(np.float64) for layer in network.layers]
    exact = [(layer.weight.levels * scale)[0].T for layer, scale in zip(network.layers, scales, strict=True)]
    noisy = [(layer.weights * scale)[0].T for layer, scale in zip(read["global"].layers, scales, strict=True)]
    quantizers = [layer.quantizer for layer in network.layers]
    batches = [vectors[i : i + 10].astype(np.float64) for i in (0, 10, 20)]
    expected = loops(exact, quantizers, batches, noisy, remainder=0.1)
    for layer, channels in zip(read["adabs"].layers, expected, strict=True):
        gains, shifts = zip(*channels, strict=True)
        np.testing.assert_allclose(layer.correction.scale[0], gains, rtol=1e-3)
        np.testing.assert_allclose(layer.correction.shift[0], shifts, rtol=1e-3, atol=1e-3)
    # What the layer delivers is what the map makes of the product.
    base, corrected = (read[method].layers[0].multiply(images)[0] for method in ("global", "adabs"))
    gains, shifts = (np.array(numbers) for numbers in zip(*expected[0], strict=True))
    np.testing.assert_allclose(corrected, base * gains + shifts, rtol=2e-3, atol=2e-2)


def test_recalibration_at_the_start_is_kept_for_all_times(graph, images):
    settings = CrossbarSettings(device=PCM, compensation=CompensationSettings(("batch-norm",)))
    programmed = ready(graph, images, settings).program(0, 0)
    start, day = (programmed.read(time_s, ("batch-norm",))["batch-norm"] for time_s in (0.0, DAY_S))
    for one, other in zip(start.layers, day.layers, strict=True):
        np.testing.assert_array_equal(one.correction.scale, other.correction.scale)
        assert one.compensation_factor == pytest.approx(1.0, rel=0.2)
        assert other.compensation_factor > 1.2
    # With no remainder, AdaBS at the start is the same.
    settings = replace(settings, compensation=CompensationSettings(("adabs", "batch-norm"), remainder=0.0))
    read = ready(graph, images, settings).program(0, 0).read(0.0, ("adabs", "batch-norm"))
    np.testing.assert_array_equal(read["adabs"].infer(images).outputs, read["batch-norm"].infer(images).outputs)
    assert read["adabs"].layers[0].correction.scale.shape == (1, 30)


def test_statistics_are_closer_after_recalibration(graph, images):
    settings = CrossbarSettings(device=PCM, compensation=CompensationSettings(("global", *RECALIBRATING)))
    network = ready(graph, images, settings)
    read = network.program(0, 0).read(30 * DAY_S, ("global", *RECALIBRATING))
    exact = network.infer_quantized(images).outputs
    outputs = {method: reading.infer(images).outputs for method, reading in read.items()}
    misses = {method: float(np.abs((found - exact).mean(axis=0)).max()) for method, found in outputs.items()}
    assert misses["adabs"] < 0.4 * misses["global"]
    assert misses["adabs"] < misses["batch-norm"]


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("adc", [AdcSettings("ideal"), AdcSettings()])
def test_results_do_not_depend_on_the_batch_size_or_on_other_methods(graph, images, method, adc):
    settings = CrossbarSettings(device=PCM, adc=adc, compensation=CompensationSettings(ALL))
    programmed = ready(graph, images, settings).program(1, 2)
    alone = programmed.read(DAY_S, (method,))[method]
    among = programmed.read(DAY_S, tuple(reversed(ALL)))[method]
    whole = alone.infer(images).outputs
    np.testing.assert_array_equal(among.infer(images).outputs, whole)
    parts = [alone.infer(images[i : i + 7], i).outputs for i in range(0, 60, 7)]
    # Codes are the same numbers; products of real weights are rounded in another order.
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=0, atol=3e-4 if adc.kind == "ideal" else 0)


def test_noise_of_calibration_is_not_that_of_the_images(graph, images):
    device = replace(PCM, white_noise=WhiteNoiseSettings("constant", 0.02))
    settings = CrossbarSettings(device=device, compensation=CompensationSettings(("adabs",)))
    network = ready(graph, images, settings)
    one, other = (network.program(0, 0).read(DAY_S, ("adabs",))["adabs"] for _ in range(2))
    np.testing.assert_array_equal(one.layers[2].correction.scale, other.layers[2].correction.scale)
    base = replace(one, layers=tuple(replace(layer, correction=None) for layer in one.layers))
    calibrating, evaluating = base.products(60, 0), base.infer(images).outputs
    product = calibrating(graph.linear_layers[0], images)
    assert not np.array_equal(product, base.layers[0].multiply(images, Batch(60))[0])
    np.testing.assert_array_equal(base.infer(images).outputs, evaluating)


@pytest.mark.parametrize("adc", [AdcSettings("ideal"), AdcSettings()])
@pytest.mark.parametrize("mapping", MAPPINGS)
def test_everything_stays_on_the_device(graph, images, strict_device, adc, mapping):
    settings = CrossbarSettings(mapping=mapping, device=PCM, adc=adc, compensation=CompensationSettings(ALL))
    there = strict_device.asarray(images)
    calibration = calibrate(graph, [images], settings)
    host = build(graph, calibration, settings).with_images([images[:30], images[30:]])
    device = build(graph, calibration, settings, strict_device).with_images([there[:30], there[30:]])
    readings = host.program(3, 1).read(DAY_S, ALL), device.program(3, 1).read(DAY_S, ALL)
    for method in ALL:
        expected, found = readings[0][method].infer(images).outputs, readings[1][method].infer(there).outputs
        np.testing.assert_allclose(found.get(), expected, rtol=1e-3, atol=1e-3)
        assert readings[1][method].drift_compensation_factors == readings[0][method].drift_compensation_factors


def test_only_the_layers_asked_for_are_restored(graph, images):
    first, *others = graph.linear_layers
    product = LinearLayer(first.index, first.name, "MatMul", first.weight, None, first.window)
    mixed = replace(graph, linear_layers=(product, *others))
    for layers, expected in (("convolutions", [False, True, True]), ("all", [True] * 3)):
        settings = CrossbarSettings(device=PCM, compensation=CompensationSettings(("adabs",), layers=layers))
        read = ready(mixed, images, settings).program(0, 0).read(DAY_S, ("adabs",))["adabs"]
        assert [layer.correction is not None for layer in read.layers] == expected
    none = replace(graph, linear_layers=tuple(replace(layer, operator="Gemm") for layer in graph.linear_layers))
    with pytest.raises(ConfigurationError, match=r'compensation\.layers: is "convolutions", but .*"all"'):
        ready(none, images, CrossbarSettings())


def test_statistics_need_images(graph, images):
    network = build(graph, calibrate(graph, [images], CrossbarSettings()), CrossbarSettings())
    for method in RECALIBRATING:
        with pytest.raises(ConfigurationError, match="there are none"):
            network.program(0, 0).read(0.0, (method,))
    with pytest.raises(DataError, match="no calibration images"):
        network.with_images([])
    with pytest.raises(TypeError, match="more than once"):
        network.with_images(iter([images]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"methods": ()}, "methods is empty"),
        ({"methods": ("none", "adabs", "adabs")}, 'methods names "adabs" twice'),
        ({"images": 10, "batches": 11}, "batches is 11, more than images, 10"),
    ],
)
def test_settings_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        CompensationSettings(**arguments)
