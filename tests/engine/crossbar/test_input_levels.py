"""Inputs of layers as word lines see them, against products made of them by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nnsreport.engine.backend import to_numpy
from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.input_levels import input_levels
from nnsreport.engine.crossbar.settings import ActivationSettings


@pytest.fixture
def graph(chain):
    generator = np.random.default_rng(0)
    return chain(generator.normal(size=(1, 6, 10)), generator.normal(size=(2, 5, 3)))


@pytest.mark.parametrize("bits", [4, 8, 12])
def test_weights_times_inputs_are_the_outputs(graph, as_images, devices, bits):
    images = as_images(np.random.default_rng(1).normal(size=(20, 6)))
    settings = CrossbarSettings(activations=ActivationSettings(bits=bits))
    for xp in (np, *devices.values()):
        network = build(graph, calibrate(graph, [images], settings), settings, xp)
        first, second = input_levels(network, xp.asarray(images))
        layers = network.layers
        assert first.shape == (6, 20)
        assert second.shape == (10, 20)  # groups below each other
        np.testing.assert_array_equal(first, layers[0].quantizer.quantize(images)[:, :, 0, 0].T)
        # The second layer's inputs are what the first gives, after ReLU and rounding.
        product = np.maximum(to_numpy(layers[0].weight.levels)[0] @ first.astype(np.int64), 0)
        product = product * layers[0].weight_scale * layers[0].activation_scale / layers[1].activation_scale
        np.testing.assert_allclose(second, np.minimum(product, layers[1].quantizer.top), atol=0.5001)
        weights = to_numpy(layers[1].weight.levels)
        expected = np.concatenate([weights[g] @ second[5 * g : 5 * g + 5].astype(np.int64) for g in (0, 1)])
        outputs = to_numpy(network.infer_quantized(xp.asarray(images)).outputs).reshape(20, 6).T
        scale = layers[1].weight_scale * layers[1].activation_scale
        np.testing.assert_allclose(outputs, expected * scale, rtol=1e-5, atol=1e-6)
