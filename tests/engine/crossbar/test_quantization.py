"""Weights and activations as integers."""

from __future__ import annotations

import numpy as np
import pytest

from nnsreport.engine import native
from nnsreport.engine.crossbar.quantization import ActivationQuantizer, activation_scale, quantize_weight
from nnsreport.engine.crossbar.settings import WeightSettings


def test_the_largest_weight_of_the_layer_gets_the_highest_level():
    weight = np.array([[[0.5, -1.0], [0.25, 0.1]]], dtype=np.float32)
    quantized = quantize_weight(weight, WeightSettings(bits=8))
    assert quantized.levels.tolist() == [[[64, 32], [-127, 13]]]  # 63.5 rounds half to even
    np.testing.assert_allclose(quantized.scale, 1.0 / 127)


def test_each_channel_has_its_own_scale():
    weight = np.array([[[0.5, -1.0], [0.25, 0.1]]], dtype=np.float32)
    quantized = quantize_weight(weight, WeightSettings(bits=4, granularity="channel"))
    assert quantized.levels.tolist() == [[[7, 4], [-7, 1]]]
    np.testing.assert_allclose(quantized.scale, [[0.5 / 7, 1.0 / 7]])


def test_weights_that_are_all_zero_stay_zero():
    quantized = quantize_weight(np.zeros((2, 3, 4), dtype=np.float32), WeightSettings())
    assert not quantized.levels.any()
    assert np.isfinite(quantized.scale).all()


@pytest.mark.parametrize(
    ("bits", "signed", "dtype", "low", "high"),
    [
        (8, False, "uint8", 0, 255),
        (8, True, "int8", -127, 127),
        (9, True, "int16", -255, 255),
        (16, False, "uint16", 0, 65535),
    ],
)
def test_activations_clip_at_their_range(bits, signed, dtype, low, high):
    scale = activation_scale(2.0, bits, signed)
    levels = ActivationQuantizer(bits, scale, signed).quantize(np.array([-9.0, -2.0, 0.0, 2.0, 9.0], dtype=np.float32))
    assert levels.dtype == dtype
    assert levels.tolist() == [low, low, 0, high, high]


def test_activations_round_half_to_even():
    levels = ActivationQuantizer(8, 2.0, True).quantize(np.array([1.0, 3.0, 5.0, -1.0, -3.0, 2.9], dtype=np.float32))
    assert levels.tolist() == [0, 2, 2, 0, -2, 1]


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
@pytest.mark.parametrize("step", [1, 2])
def test_loops_give_the_levels_of_numpy_in_the_same_order(signed, axes, step, monkeypatch):
    numbers = np.random.default_rng(0).normal(0, 60, (5, 7, 32)).astype(np.float32)[..., ::step].transpose(axes)
    numbers[0, 0, 0] = np.inf
    quantizer = ActivationQuantizer(8, 0.7, signed)
    levels = quantizer.quantize(numbers)
    monkeypatch.setattr(native, "quantize", None)
    expected = quantizer.quantize(numbers)
    assert levels.dtype == expected.dtype
    np.testing.assert_array_equal(levels, expected)
    if step == 1:
        assert levels.strides == expected.strides


@pytest.mark.parametrize("shape", [(1,), (0, 3), (1, 4, 1)])
def test_few_activations_or_none_are_quantised(shape):
    levels = ActivationQuantizer(8, 2.0, True).quantize(np.full(shape, 5.0, np.float32))
    assert levels.shape == shape
    assert (levels == 2).all()


def test_an_input_that_is_always_zero_has_a_scale():
    assert activation_scale(0.0, 8, False) == pytest.approx(1 / 255)
