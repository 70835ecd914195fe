"""CUDA graphs and trials together on a GPU: what batches and trials give one by one. Skipped where there is none."""

from __future__ import annotations

import importlib.util
import logging
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import nnsreport
from nnsreport.engine.backend import select_backend
from nnsreport.engine.crossbar import CrossbarSettings, ReadNetwork, build, calibrate
from nnsreport.engine.crossbar.replaying import inference_of
from nnsreport.engine.crossbar.settings import AdcSettings, DeviceSettings, MappingSettings, ProgrammingSettings
from nnsreport.engine.crossbar.settings.spread import WhiteNoiseSettings
from nnsreport.engine.network import load_graph
from nnsreport.errors import DeviceError

pytestmark = pytest.mark.gpu
EXAMPLE = Path(nnsreport.__file__).parent / "example"
SERIAL = MappingSettings(dac_bits=1, cell_bits=2)
SETTINGS = {
    "whole cells": CrossbarSettings(mapping=SERIAL, adc=AdcSettings(bits=5)),
    "conductances": CrossbarSettings(device=DeviceSettings(programming=ProgrammingSettings("proportional", std=0.05))),
    "noise": CrossbarSettings(
        mapping=SERIAL, device=DeviceSettings(white_noise=WhiteNoiseSettings(kind="proportional", std=0.05))
    ),
}


@pytest.fixture(scope="module")
def cupy() -> ModuleType:
    if importlib.util.find_spec("cupy") is None:
        pytest.skip("CuPy is not installed")
    try:
        return select_backend("cuda").xp
    except DeviceError as error:
        pytest.skip(str(error))


def load_images(count: int) -> np.ndarray:
    with np.load(EXAMPLE / "digits_test.npz") as data:
        return (data["images"][:count] / np.float32(16)).astype(np.float32)


def read_networks(xp: ModuleType, settings: CrossbarSettings, trials: int) -> list[ReadNetwork]:
    graph, images = load_graph(EXAMPLE / "digits_cnn.onnx"), xp.asarray(load_images(64))
    network = build(graph, calibrate(graph.placed_on(xp), [images], settings), settings, xp)
    return [network.program(seed=1, trial=trial).read(0.0)["none"] for trial in range(trials)]


@pytest.mark.parametrize("trials", [1, 3, 12])
@pytest.mark.parametrize("batch", [1, 16, 100])
@pytest.mark.parametrize("name", SETTINGS)
def test_batches_and_trials_give_what_they_give_alone(
    name: str, batch: int, trials: int, cupy: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    networks, images = read_networks(cupy, SETTINGS[name], trials), load_images(5 * batch)
    infer = inference_of(networks)
    starts = [*range(0, len(images), batch)] * 2
    with caplog.at_level(logging.WARNING):
        found = [infer(cupy.asarray(images[first : first + batch]), first) for first in starts]
    assert not caplog.messages
    for first, together in zip(starts, found, strict=True):
        for network, one in zip(networks, together, strict=True):
            alone = network.infer(cupy.asarray(images[first : first + batch]), first)
            assert bool((one.outputs == alone.outputs).all())
            assert (one.conversions, one.saturated) == (alone.conversions, alone.saturated)


def test_products_of_the_library_are_launched(cupy: ModuleType, caplog: pytest.LogCaptureFixture) -> None:
    (network,) = read_networks(cupy, CrossbarSettings(adc=AdcSettings("ideal")), trials=1)
    infer, images = inference_of([network]), cupy.asarray(load_images(4))
    with caplog.at_level(logging.WARNING):
        found = [infer(images, 0)[0] for _ in range(4)]
    expected = network.infer(images).outputs
    assert all(bool((one.outputs == expected).all()) for one in found)
    assert len(caplog.messages) == 1
