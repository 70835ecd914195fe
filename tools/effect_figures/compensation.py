"""Figures of digital compensation."""

from __future__ import annotations

import altair as alt
import numpy as np

from effect_figures.figure import Figure, Point, curves, horizontal, vertical
from effect_figures.presets import EXAMPLE, device_preset
from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.settings import (
    AdcSettings,
    CompensationSettings,
    DeviceSettings,
    MappingSettings,
    ProgrammingSettings,
)
from nnsreport.engine.crossbar.settings.compensation import METHODS
from nnsreport.engine.crossbar.signal_to_noise import layer_statistics
from nnsreport.engine.network import load_graph
from nnsreport.reports.charts.encodings import time_axis

_DAY_S = 86_400.0
_TIMES_S = (25.0, 3_600.0, _DAY_S, 30 * _DAY_S, 365 * _DAY_S)
_TRIALS = 4
_TEST_IMAGES = 150
_CALIBRATION_IMAGES = 64
_SNR_IMAGES = 50
_SNR_LAYER = 1


def figures() -> tuple[Figure, ...]:
    """Return the figures of docs/engine-compensation.md."""
    return (
        Figure("compensation", "Accuracy of the bundled network over time, by compensation", _accuracy()),
        Figure("layer-snr", "Signal-to-noise ratios of a layer against the bits of its ADC", _layer_snr()),
    )


def _images(name: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    with np.load(EXAMPLE / name) as file:
        return file["images"][:count].astype(np.float32) / 16, file["labels"][:count]


def _accuracy() -> alt.Chart:
    graph = load_graph(EXAMPLE / "digits_cnn.onnx")
    calibration, _ = _images("digits_calibration.npz", _CALIBRATION_IMAGES)
    images, labels = _images("digits_test.npz", _TEST_IMAGES)
    settings = CrossbarSettings(
        device=device_preset("pcm-joshi2020"), compensation=CompensationSettings(METHODS, batches=2)
    )
    network = build(graph, calibrate(graph, [calibration], settings), settings)
    network = network.with_images(np.split(calibration, 2))
    right = np.zeros((len(METHODS), len(_TIMES_S)))
    for trial in range(_TRIALS):
        programmed = network.program(seed=0, trial=trial)
        for when, time_s in enumerate(_TIMES_S):
            for index, read in enumerate(programmed.read(time_s, METHODS).values()):
                right[index, when] += np.mean(read.infer(images).outputs.argmax(axis=1) == labels)
    points: list[Point] = [
        (method, time_s, 100 * right[index, when] / _TRIALS)
        for index, method in enumerate(METHODS)
        for when, time_s in enumerate(_TIMES_S)
    ]
    return curves(points, time_axis(_TIMES_S), vertical("Accuracy (%)", domain=(80, 100)), columns=4)


def _layer_snr() -> alt.Chart:
    graph = load_graph(EXAMPLE / "digits_cnn.onnx")
    calibration, _ = _images("digits_calibration.npz", _CALIBRATION_IMAGES)
    images, _ = _images("digits_test.npz", _SNR_IMAGES)
    device = DeviceSettings(programming=ProgrammingSettings(kind="proportional", std=0.05))
    points: list[Point] = []
    for bits in range(3, 11):
        settings = CrossbarSettings(device=device, adc=AdcSettings(bits=bits), mapping=MappingSettings(rows=64))
        network = build(graph, calibrate(graph, [calibration], settings), settings)
        snr = layer_statistics(network.program(seed=0, trial=0).read(0.0)["none"], images)[_SNR_LAYER].snr()
        points += [
            ("pre_adc_snr", bits, snr.pre_adc_db),
            ("output_sqnr", bits, snr.output_quantization_db),
            ("total_snr", bits, snr.total_db),
        ]
    return curves(points, horizontal("adc.bits"), vertical("dB"), columns=3)
