"""Accuracy of inference, and what devices and quantisation do to a layer."""

from __future__ import annotations

from nnsreport.vocabulary.kinds import Better, Metric, Scope, metric

_HIGHER, _LOWER, _NEITHER = Better.HIGHER, Better.LOWER, Better.NEITHER
_LAYER, _NETWORK = Scope.LAYER, Scope.NETWORK

METRICS: tuple[Metric, ...] = (
    metric(
        "accuracy", "fraction", _HIGHER, "share of images classified correctly, with all modelled effects", _NETWORK
    ),
    metric("float_accuracy", "fraction", _HIGHER, "share classified correctly in floating point", _NETWORK),
    metric(
        "quantized_accuracy",
        "fraction",
        _HIGHER,
        "share classified correctly with quantised weights and activations, ideal devices and ideal ADC",
        _NETWORK,
    ),
    metric("correct_images", "image", _HIGHER, "test images classified correctly", _NETWORK),
    metric("test_images", "image", _NEITHER, "test images evaluated", _NETWORK),
    metric("test_loss", "1", _LOWER, "average test loss", _NETWORK),
    metric("adc_saturation", "fraction", _LOWER, "share of A/D conversions clipped by the ADC range", _LAYER),
    metric(
        "drift_compensation_factor",
        "1",
        _NEITHER,
        "digital factor that global drift compensation multiplies a layer's outputs with",
        _LAYER,
    ),
    metric("weight_error", "fraction", _LOWER, "RMS error of a layer's weights as read, over its RMS weight", _LAYER),
    metric("fan_in", "1", _NEITHER, "inputs of one output of the layer", _LAYER),
    metric("weight_float_limit", "1", _NEITHER, "largest magnitude of the initial weights", _LAYER),
    metric("weight_float_std", "1", _NEITHER, "standard deviation of the initial weights", _LAYER),
    metric("weight_quantization_limit", "1", _NEITHER, "largest magnitude of the quantised weights", _LAYER),
    metric("weight_scale", "1", _NEITHER, "power-of-two scale between a layer's stored and used weights", _LAYER),
)
