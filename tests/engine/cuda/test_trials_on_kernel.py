"""Trials of a network in one launch a layer, and batches as graphs of launches, on the strict device with the kernel's
own source: what each trial gives alone, to the last bit."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import nnsreport
from nnsreport.engine.crossbar import CrossbarSettings, ReadNetwork, build, calibrate
from nnsreport.engine.crossbar.replaying import inference_of
from nnsreport.engine.crossbar.settings import (
    AdcSettings,
    CompensationSettings,
    DeviceSettings,
    DriftSettings,
    MappingSettings,
    ProgrammingSettings,
)
from nnsreport.engine.crossbar.settings.spread import WhiteNoiseSettings
from nnsreport.engine.crossbar.trials import ReadTrials
from nnsreport.engine.cuda import launching
from nnsreport.engine.cuda.shapes import KernelShape
from nnsreport.engine.network import load_graph

EXAMPLE = Path(nnsreport.__file__).parent / "example"
SERIAL = MappingSettings(dac_bits=4, cell_bits=4)
PROGRAMMED = DeviceSettings(programming=ProgrammingSettings(kind="proportional", std=0.05))
NOISY = DeviceSettings(white_noise=WhiteNoiseSettings(kind="proportional", std=0.05))
DRIFTING = DeviceSettings(
    programming=ProgrammingSettings(kind="proportional", std=0.05),
    drift=DriftSettings("power-law", 0.0, 0.06, 0.06, 0.06, 0.0, 0.03, 0.03, 0.03),
)
METHODS = ("per-column", "adabs")
NOISE = CrossbarSettings(mapping=SERIAL, adc=AdcSettings(bits=6), device=NOISY)
SETTINGS = {
    "conductances": CrossbarSettings(mapping=MappingSettings(signs="offset"), device=PROGRAMMED),
    "noise": NOISE,
    "compensated": CrossbarSettings(
        device=DRIFTING, compensation=CompensationSettings(methods=METHODS, images=9, batches=1)
    ),
}


@pytest.fixture
def device(
    host_device: list[KernelShape],
    strict_device: ModuleType,
    carry_out: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> ModuleType:
    """The strict device, with tensor cores."""
    launch = launching.launch

    def noted(*arguments: object) -> None:
        carry_out(launch, arguments, {})

    monkeypatch.setattr(launching, "launch", noted)
    monkeypatch.setattr(launching, "_address", lambda array: array._values.ctypes.data)
    return strict_device


def load_images(count: int) -> np.ndarray:
    with np.load(EXAMPLE / "digits_test.npz") as data:
        return (data["images"][:count] / np.float32(16)).astype(np.float32)


def read_networks(settings: CrossbarSettings, xp: ModuleType, trials: int) -> list[ReadNetwork]:
    graph, images = load_graph(EXAMPLE / "digits_cnn.onnx"), xp.asarray(load_images(9))
    network = build(graph, calibrate(graph.placed_on(xp), [images], settings), settings, xp)
    methods = settings.compensation.methods
    if settings.compensation.recalibrates:
        network = network.with_images([images])
    read = [network.program(seed=1, trial=trial).read(3600.0, methods) for trial in range(trials)]
    return [read[trial][methods[-1]] for trial in range(trials)]


@pytest.mark.parametrize("name", SETTINGS)
def test_each_layer_is_one_launch(name: str, device: ModuleType, host_device: list[KernelShape]) -> None:
    networks = read_networks(SETTINGS[name], device, trials=3)
    layers = len(networks[0].layers)
    for count in (1, 4):
        images = device.asarray(load_images(count))
        alone = [network.infer(images, 2) for network in networks]
        before = len(host_device)
        together = ReadTrials(tuple(networks)).infer(images, 2)
        assert len(host_device) - before == layers
        for one, other in zip(together, alone, strict=True):
            assert one.outputs.get().tobytes() == other.outputs.get().tobytes()
            assert (one.conversions, one.saturated) == (other.conversions, other.saturated)
    assert len({one.outputs.get().tobytes() for one in alone}) == len(alone)


def test_inputs_are_unfolded_in_parts(device: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    networks = read_networks(NOISE, device, trials=2)
    images = device.asarray(load_images(5))
    whole = ReadTrials(tuple(networks)).infer(images)
    monkeypatch.setattr("nnsreport.engine.crossbar.stacked_layer.UNFOLDED_BYTES_ON_DEVICE", 4000)
    parts = ReadTrials(tuple(networks)).infer(images)
    for one, other in zip(whole, parts, strict=True):
        assert one.outputs.get().tobytes() == other.outputs.get().tobytes()
        assert one.saturated == other.saturated


def test_trials_of_different_variants_are_launched_apart(device: ModuleType, host_device: list[KernelShape]) -> None:
    (ideal,) = read_networks(CrossbarSettings(), device, trials=1)
    programmed = read_networks(CrossbarSettings(device=PROGRAMMED), device, trials=2)
    images = device.asarray(load_images(2))
    networks = (programmed[0], ideal, programmed[1])
    before = len(host_device)
    found = ReadTrials(networks).infer(images)
    assert len(host_device) - before == 3 * len(ideal.layers)
    for network, one in zip(networks, found, strict=True):
        assert one.outputs.get().tobytes() == network.infer(images).outputs.get().tobytes()


@pytest.mark.parametrize("trials", [1, 2])
@pytest.mark.parametrize("name", SETTINGS)
def test_batches_are_replayed(
    name: str,
    trials: int,
    device: ModuleType,
    graph_launches: Callable[[], int],
    caplog: pytest.LogCaptureFixture,
) -> None:
    networks, images = read_networks(SETTINGS[name], device, trials), load_images(8)
    infer = inference_of(networks)
    with caplog.at_level(logging.WARNING):
        found = [infer(device.asarray(images[first : first + 3]), first) for first in (0, 3, 6, 0, 3, 6)]
    assert not caplog.messages
    assert graph_launches() == 4
    for first, together in zip((0, 3, 6, 0, 3, 6), found, strict=True):
        for network, one in zip(networks, together, strict=True):
            alone = network.infer(device.asarray(images[first : first + 3]), first)
            assert one.outputs.get().tobytes() == alone.outputs.get().tobytes()
            assert (one.conversions, one.saturated) == (alone.conversions, alone.saturated)
