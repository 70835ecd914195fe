"""Accuracy of inference, and what devices and quantisation do to a layer."""

from __future__ import annotations

from nnsreport.vocabulary.kinds import Better, Metric, Scope, metric

_HIGHER, _LOWER, _NEITHER = Better.HIGHER, Better.LOWER, Better.NEITHER
_LAYER, _NETWORK, _SIMULATION = Scope.LAYER, Scope.NETWORK, Scope.SIMULATION

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
    metric(
        "baseline_accuracy",
        "fraction",
        _HIGHER,
        "share classified correctly before the ranges of the quantisation are calibrated (NeuroSim V1.5)",
        _NETWORK,
    ),
    metric("correct_images", "image", _HIGHER, "test images classified correctly", _NETWORK),
    metric("test_images", "image", _NEITHER, "test images evaluated", _NETWORK),
    metric("test_loss", "1", _LOWER, "average test loss", _NETWORK),
    metric("summed_test_loss", "1", _LOWER, "sum of the average test losses of the batches", _NETWORK),
    metric("quantized_summed_test_loss", "1", _LOWER, "the same for quantized_accuracy", _NETWORK),
    metric("baseline_summed_test_loss", "1", _LOWER, "the same for baseline_accuracy", _NETWORK),
    metric("evaluation_time", "s", _NEITHER, "run time of the evaluation with all modelled effects", _SIMULATION),
    metric("quantized_evaluation_time", "s", _NEITHER, "the same for quantized_accuracy", _SIMULATION),
    metric("baseline_evaluation_time", "s", _NEITHER, "the same for baseline_accuracy", _SIMULATION),
    metric("adc_saturation", "fraction", _LOWER, "share of A/D conversions clipped by the ADC range", _LAYER),
    metric(
        "drift_compensation_factor",
        "1",
        _NEITHER,
        "digital factor that drift compensation multiplies a layer's outputs with; mean of those of its columns",
        _LAYER,
    ),
    metric(
        "analog_snr",
        "dB",
        _HIGHER,
        "dot products over what analog devices add, in variance (SNR_a of Gonugondla 2022)",
        _LAYER,
    ),
    metric("input_sqnr", "dB", _HIGHER, "dot products over what quantising weights and inputs adds (SQNR_qiy)", _LAYER),
    metric("pre_adc_snr", "dB", _HIGHER, "dot products over all errors in front of the ADC (SNR_A)", _LAYER),
    metric("output_sqnr", "dB", _HIGHER, "dot products over what the ADC adds (SQNR_qy)", _LAYER),
    metric("total_snr", "dB", _HIGHER, "dot products over all errors behind the ADC (SNR_T)", _LAYER),
    metric("weight_error", "fraction", _LOWER, "RMS error of a layer's weights as read, over its RMS weight", _LAYER),
    metric("fan_in", "1", _NEITHER, "inputs of one output of the layer", _LAYER),
    metric("weight_float_limit", "1", _NEITHER, "largest magnitude of the initial weights", _LAYER),
    metric("weight_float_std", "1", _NEITHER, "standard deviation of the initial weights", _LAYER),
    metric("weight_quantization_limit", "1", _NEITHER, "largest magnitude of the quantised weights", _LAYER),
    metric("weight_scale", "1", _NEITHER, "power-of-two scale between a layer's stored and used weights", _LAYER),
)
