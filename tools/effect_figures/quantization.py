"""Figures of quantisation: what is left of weights and activations."""

from __future__ import annotations

import altair as alt
import numpy as np

from effect_figures.figure import Figure, Point, curves, horizontal, vertical
from effect_figures.presets import EXAMPLE
from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.layer import CrossbarLayer
from nnsreport.engine.crossbar.quantization import quantize_weight
from nnsreport.engine.crossbar.settings import ActivationSettings, WeightSettings
from nnsreport.engine.network import LinearLayer, execute, float_multiply, load_graph
from nnsreport.engine.precision.snr import decibels

_BITS = range(2, 9)
_IMAGES = 100


def figures() -> tuple[Figure, ...]:
    """Return the figures of docs/engine.md."""
    return (
        Figure("weight-sqnr", "Signal-to-quantisation-noise ratio of the bundled network's weights", _weights()),
        Figure("activation-sqnr", "Signal-to-quantisation-noise ratio of its activations, by range", _activations()),
    )


def _ratio(values: list[np.ndarray], quantised: list[np.ndarray]) -> float:
    """Return the mean over layers, in dB."""
    pairs = zip(values, quantised, strict=True)
    return float(np.mean([decibels(np.mean(value**2) / np.mean((value - near) ** 2)) for value, near in pairs]))


def _weights() -> alt.Chart:
    weights = [layer.weight for layer in load_graph(EXAMPLE / "digits_cnn.onnx").linear_layers]
    columns = [weight.swapaxes(1, 2).astype(float) for weight in weights]
    points: list[Point] = []
    for granularity in ("tensor", "channel"):
        for bits in _BITS:
            found = [quantize_weight(weight, WeightSettings(bits, granularity)) for weight in weights]
            near = [own.levels * own.scale[..., None].astype(float) for own in found]
            points.append((f'granularity = "{granularity}"', bits, _ratio(columns, near)))
    return curves(points, horizontal("weights.bits"), vertical("SQNR (dB)"))


def _activations() -> alt.Chart:
    graph = load_graph(EXAMPLE / "digits_cnn.onnx")
    images = np.load(EXAMPLE / "digits_calibration.npz")["images"].astype(np.float32)[:_IMAGES] / 16
    points: list[Point] = []
    for kind in ("max", "percentile", "mse"):
        for bits in _BITS:
            settings = CrossbarSettings(activations=ActivationSettings(bits, kind, 99.9))
            layers = build(graph, calibrate(graph, [images], settings), settings).layers
            name = "percentile 99.9" if kind == "percentile" else kind
            points.append((name, bits, _ratio_of_inputs(layers, images)))
    return curves(points, horizontal("activations.bits"), vertical("SQNR (dB)"))


def _ratio_of_inputs(layers: tuple[CrossbarLayer, ...], images: np.ndarray) -> float:
    values: list[np.ndarray] = []
    near: list[np.ndarray] = []

    def multiply(linear: LinearLayer, x: np.ndarray, /) -> np.ndarray:
        quantizer = layers[linear.index].quantizer
        values.append(x.astype(float))
        near.append(quantizer.quantize(x) * quantizer.scale)
        return float_multiply(linear, x)

    execute(load_graph(EXAMPLE / "digits_cnn.onnx"), images, multiply)
    return _ratio(values, near)
