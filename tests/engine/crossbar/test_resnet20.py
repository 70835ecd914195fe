"""A trained network on real images: ResNet-20 on CIFAR-10 (JPEG copy), from the shared material."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.settings import (
    AdcSettings,
    DeviceSettings,
    DriftSettings,
    ProgrammingSettings,
    ReadNoiseSettings,
)
from nnsreport.engine.network import execute, load_graph

pytestmark = [pytest.mark.shared, pytest.mark.slow]

PCM = DeviceSettings(
    programming=ProgrammingSettings("polynomial", coefficients_s=(0.26348e-6, 1.9650e-6, -1.1731e-6)),
    drift=DriftSettings("power-law", -0.0155, 0.0244, 0.049, 0.1, -0.0125, -0.0059, 0.008, 0.045),
    read_noise=ReadNoiseSettings("one-over-f"),
)
N = 300


@pytest.fixture(scope="module")
def case(shared_dir):
    def normalized(images):
        mean, std = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
        return np.ascontiguousarray(((images.astype(np.float32) / 255 - mean) / std).transpose(0, 3, 1, 2))

    graph = load_graph(shared_dir / "data" / "resnet20_cifar_jpeg_noise.onnx")
    with np.load(shared_dir / "data" / "cifar10_jpeg_test.npz") as test:
        images, labels = normalized(test["images"][:N]), test["labels"][:N]
    with np.load(shared_dir / "data" / "cifar10_jpeg_calib.npz") as calibration:
        calibration_images = normalized(calibration["images"][:100])
    return graph, images, labels, calibration_images


def accuracy(outputs, labels):
    return float(np.mean(outputs.argmax(1) == labels))


def test_quantisation_and_eight_bit_converters_cost_little(case):
    graph, images, labels, calibration_images = case
    settings = CrossbarSettings()
    network = build(graph, calibrate(graph, [calibration_images], settings), settings)
    floating = accuracy(execute(graph, images), labels)
    assert floating == pytest.approx(0.87, abs=0.05)  # 87.54 % of all 10,000
    assert accuracy(network.infer_quantized(images).outputs, labels) == pytest.approx(floating, abs=0.015)
    converted = network.program(0, 0).read(0.0)["none"].infer(images)
    assert accuracy(converted.outputs, labels) == pytest.approx(floating, abs=0.02)
    assert sum(converted.saturated) / sum(converted.conversions) < 1e-4


def test_drift_ruins_what_compensation_saves(case):
    graph, images, labels, calibration_images = case
    settings = replace(CrossbarSettings(adc=AdcSettings("ideal")), device=PCM)
    network = build(graph, calibrate(graph, [calibration_images], settings), settings)
    month = network.program(0, 0).read(30 * 86_400.0, ("none", "global"))
    plain, compensated = (accuracy(month[m].infer(images).outputs, labels) for m in ("none", "global"))
    assert plain < 0.4
    assert compensated > 0.7
