"""A whole network through the kernel's source, on a processor: as without it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nnsreport
from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.settings import AdcSettings, DeviceSettings, MappingSettings, ProgrammingSettings
from nnsreport.engine.crossbar.settings.spread import WhiteNoiseSettings
from nnsreport.engine.cuda import launching
from nnsreport.engine.cuda.shapes import KernelShape
from nnsreport.engine.network import load_graph

EXAMPLE = Path(nnsreport.__file__).parent / "example"
SERIAL = MappingSettings(dac_bits=1, cell_bits=2)
PROGRAMMED = DeviceSettings(programming=ProgrammingSettings(kind="proportional", std=0.05))
READ = DeviceSettings(white_noise=WhiteNoiseSettings(kind="proportional", std=0.05))


@pytest.mark.parametrize(
    ("settings", "tolerance"),
    [
        (CrossbarSettings(mapping=SERIAL, adc=AdcSettings(bits=5)), 0.0),
        (CrossbarSettings(mapping=MappingSettings(signs="offset"), adc=AdcSettings(bits=6), device=PROGRAMMED), 0.02),
        (CrossbarSettings(mapping=SERIAL, adc=AdcSettings(bits=6), device=READ), 0.02),
    ],
    ids=["whole cells", "conductances", "noise"],
)
def test_network_gives_the_same(
    host_device: list[KernelShape], monkeypatch: pytest.MonkeyPatch, settings: CrossbarSettings, tolerance: float
) -> None:
    with np.load(EXAMPLE / "digits_test.npz") as data:
        images = (data["images"][:6] / np.float32(16)).astype(np.float32)
    graph = load_graph(EXAMPLE / "digits_cnn.onnx")
    network = build(graph, calibrate(graph, [images], settings), settings, np)
    there = network.program(seed=1, trial=0).read(20.0, ("none",))["none"].infer(images)
    assert host_device
    monkeypatch.setattr(launching, "_device", lambda array: (0, 0))
    launches = len(host_device)
    here = network.program(seed=1, trial=0).read(20.0, ("none",))["none"].infer(images)
    assert len(host_device) == launches
    assert here.conversions == there.conversions
    size = np.abs(here.outputs).max()
    # Sums that lie at a tie, to their last bits, change a code by one, here and there.
    assert np.abs(there.outputs - here.outputs).max() <= tolerance * size
    if not tolerance:
        assert here.saturated == there.saturated
        assert host_device[0].is_bytes
