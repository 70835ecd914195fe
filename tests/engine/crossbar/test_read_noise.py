"""White noise of every read, referred to the sums of columns, against its definition device by device."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.settings import (
    ActivationSettings,
    AdcSettings,
    DeviceSettings,
    DriftSettings,
    MappingSettings,
    ProgrammingSettings,
    WeightSettings,
)
from nnsreport.engine.crossbar.settings.spread import WhiteNoiseSettings

NOISES = {
    "constant": WhiteNoiseSettings("constant", 0.02),
    "proportional": WhiteNoiseSettings("proportional", 0.05),
    "polynomial": WhiteNoiseSettings("polynomial", coefficients_s=(0.1e-6, 0.4e-6, -0.2e-6)),
}
MAPPINGS = {
    "pairs": MappingSettings(rows=4),
    "bit-serial slices": MappingSettings("offset", cell_bits=2, dac_bits=1, rows=3),
    "several pairs": MappingSettings(pairs=2, significance=3.0),
}
VECTORS = 4000


def std_in_levels(conductance, cell, device):
    """Standard deviation of one read of one device, from the settings' own words."""
    noise, g = device.white_noise, conductance / cell.maximum
    largest = device.conductance_max_s / cell.step_s
    if noise.kind == "constant":
        return noise.std * largest * (1 - 1 / device.on_off_ratio)
    if noise.kind == "proportional":
        return noise.std * conductance
    return max(sum(c * g**i for i, c in enumerate(noise.coefficients_s)), 0.0) / cell.step_s


@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES.keys())
@pytest.mark.parametrize("mapping", MAPPINGS.values(), ids=MAPPINGS.keys())
def test_outputs_have_the_variance_of_their_devices(chain, as_images, noise, mapping):
    rng = np.random.default_rng(0)
    graph, x = chain(rng.normal(size=(1, 7, 3))), rng.uniform(0.2, 1, size=(1, 7))
    settings = CrossbarSettings(
        weights=WeightSettings(5),
        activations=ActivationSettings(4),
        mapping=mapping,
        device=DeviceSettings(
            on_off_ratio=15.0, programming=ProgrammingSettings("proportional", 0.1), white_noise=noise
        ),
        adc=AdcSettings("ideal"),
    )
    network = build(graph, calibrate(graph, [as_images(x)], settings), settings)
    programmed = network.program(1, 0)
    layer, devices = network.layers[0], programmed.conductances[0].astype(float)
    reading = programmed.read(0.0)["none"]
    assert reading.layers[0].plan.path != "collapsed"
    outputs = reading.infer(np.repeat(as_images(x), VECTORS, axis=0)).outputs[..., 0, 0].astype(float)
    [(_, vectors)] = layer.vectors(as_images(x))
    pulses = layer.cycles.pulses(vectors)[:, 0, :, 0]
    for n in range(3):
        variance = mean = 0.0
        for plane, s, k in np.ndindex(devices.shape[0], devices.shape[1], 7):
            factor = layer.mapping.signs.factors[plane]
            for c, cycle in enumerate(layer.cycles.weights):
                g = devices[plane, s, 0, n, k]
                weight = cycle * layer.mapping.slices.weights[s] * factor * pulses[c, k]
                mean += weight * g
                variance += (weight * std_in_levels(g, layer.mapping.cell, settings.device)) ** 2
        scale = layer.weight_scale * layer.activation_scale
        mean -= layer.mapping.reference * vectors[0].sum()
        assert outputs[:, n].var() == pytest.approx(variance * scale**2, rel=4.5 * math.sqrt(2 / VECTORS))
        assert outputs[:, n].mean() == pytest.approx(mean * scale, abs=4.5 * scale * math.sqrt(variance / VECTORS))
    correlation = np.corrcoef(outputs.T)[np.triu_indices(3, 1)]
    assert np.abs(correlation).max() < 4.5 / math.sqrt(VECTORS)


def test_noise_is_that_of_the_aged_device(chain, as_images):
    rng = np.random.default_rng(1)
    graph, x = chain(rng.uniform(0.1, 1, size=(1, 30, 1))), rng.uniform(0.2, 1, size=(1, 30))
    device = DeviceSettings(
        drift=DriftSettings("power-law", nu_mean_minimum=0.1, nu_mean_maximum=0.1),
        white_noise=WhiteNoiseSettings("proportional", 0.05),
    )
    settings = CrossbarSettings(device=device, adc=AdcSettings("ideal"))
    network = build(graph, calibrate(graph, [as_images(x)], settings), settings)
    programmed = network.program(0, 0)
    images = np.repeat(as_images(x), VECTORS, axis=0)
    stds = [float(programmed.read(time)["none"].infer(images).outputs.std()) for time in (0.0, 20.0 * 1023)]
    assert stds[1] / stds[0] == pytest.approx(1024**-0.1, rel=4.5 / math.sqrt(VECTORS))


@pytest.fixture
def noisy(chain, as_images):
    rng = np.random.default_rng(2)
    graph = chain(rng.normal(size=(1, 12, 8)), rng.normal(size=(2, 4, 3)))
    images = as_images(rng.normal(size=(40, 12)))
    device = DeviceSettings(white_noise=WhiteNoiseSettings("proportional", 0.05))
    settings = CrossbarSettings(device=device, mapping=MappingSettings(dac_bits=2, rows=5))
    return build(graph, calibrate(graph, [images], settings), settings), images


def test_results_do_not_depend_on_batches(noisy):
    network, images = noisy
    reading = network.program(0, 1).read(0.0)["none"]
    whole = reading.infer(images).outputs
    for size in (1, 7, 39):
        parts = [reading.infer(images[i : i + size], i).outputs for i in range(0, 40, size)]
        assert np.array_equal(np.concatenate(parts), whole)


def test_reads_at_other_times_and_trials_differ_and_repeat(noisy):
    network, images = noisy
    keys = [(0, 0, 0.0), (0, 0, 1.0), (0, 1, 0.0), (1, 0, 0.0), (0, 0, 0.0)]
    outputs = [network.program(s, t).read(time)["none"].infer(images).outputs for s, t, time in keys]
    assert np.array_equal(outputs[0], outputs[4])
    assert len({output.tobytes() for output in outputs}) == 4


@pytest.mark.parametrize("body", ["conv", "lstm", "steps first", "einsum"])
def test_every_position_of_every_image_has_its_own_noise(sequence_network, body):
    network, images = sequence_network(body)
    reading = network.program(0, 0).read(0.0)["none"]
    whole = reading.infer(images).outputs
    for size in (1, 4, 6):  # 6 images a batch of 6 steps, too
        parts = [reading.infer(images[i : i + size], i).outputs for i in range(0, len(images), size)]
        np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-4, atol=1e-5)


@pytest.fixture
def sequence_network(tmp_path):
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper, numpy_helper

    from nnsreport.engine.network import load_graph

    rng = np.random.default_rng(3)
    node = helper.make_node
    swapped = {"perm": [1, 0, 2]}
    bodies = {
        "conv": ([node("Conv", ["x", "w"], ["y"], pads=[1, 1, 1, 1])], {"w": (3, 2, 3, 3)}, (2, 5, 6)),
        "lstm": (
            [
                node("Transpose", ["x"], ["t"], **swapped),
                node("LSTM", ["t", "w", "r"], ["steps", "h"], hidden_size=5),
                node("Transpose", ["h"], ["y"], **swapped),
            ],
            {"w": (1, 20, 4), "r": (1, 20, 5)},
            (6, 4),
        ),
        "steps first": (
            [
                node("Transpose", ["x"], ["t"], **swapped),
                node("MatMul", ["t", "w"], ["p"]),
                node("Transpose", ["p"], ["y"], **swapped),
            ],
            {"w": (4, 5)},
            (6, 4),
        ),
        "einsum": (
            [node("Einsum", ["x", "w"], ["p"], equation="btk,kn->tbn"), node("Transpose", ["p"], ["y"], **swapped)],
            {"w": (4, 5)},
            (6, 4),
        ),
    }

    def make(body):
        nodes, shapes, image_shape = bodies[body]
        constants = [
            numpy_helper.from_array(rng.normal(size=shape).astype(np.float32), name) for name, shape in shapes.items()
        ]
        inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", *image_shape])]
        outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
        graph = helper.make_graph(nodes, "g", inputs, outputs, constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.save(model, tmp_path / "network.onnx")
        loaded = load_graph(tmp_path / "network.onnx")
        images = rng.normal(size=(12, *image_shape)).astype(np.float32)
        settings = CrossbarSettings(device=DeviceSettings(white_noise=WhiteNoiseSettings("constant", 0.05)))
        return build(loaded, calibrate(loaded, [images], settings), settings), images

    return make


def test_noise_stays_on_the_device(noisy, strict_device, chain):
    network, images = noisy
    expected = network.program(2, 1).read(3.0)["none"].infer(images[:9], 4).outputs
    graph = network.graph
    calibration = calibrate(graph, [images], network.settings)
    there = build(graph, calibration, network.settings, strict_device)
    found = there.program(2, 1).read(3.0)["none"].infer(strict_device.asarray(images[:9]), 4).outputs
    np.testing.assert_allclose(found.get(), expected, rtol=1e-4, atol=1e-4)
