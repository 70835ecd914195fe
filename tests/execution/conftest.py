"""A tiny network with tiny images, and a configuration that uses everything a run has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

CONFIGURATION = """
[network]
file = "network.onnx"
[data]
test = "test.npz"
calibration = "calibration.npz"
[run]
trials = 2
times_s = [25, 3600]
batch_size = 5
seed = 3
[mapping]
rows = 8
[device]
name = "PCM for tests"
[device.programming]
kind = "constant"
std = 0.04
[device.drift]
kind = "power-law"
nu_mean_offset = 0.06
nu_std_offset = 0.02
[device.read_noise]
kind = "one-over-f"
[compensation]
methods = ["none", "global"]
"""


def write_network(path: Path, channels: int = 1, classes: int = 3, metadata: dict[str, str] | None = None) -> Path:
    generator = np.random.default_rng(1)

    def constant(name: str, *shape: int) -> onnx.TensorProto:
        return numpy_helper.from_array(generator.normal(0, 0.4, shape).astype(np.float32), name)

    nodes = [
        helper.make_node("Conv", ["images", "w1", "b1"], ["a"], "conv", pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
        helper.make_node("Relu", ["a"], ["b"], "relu"),
        helper.make_node("GlobalAveragePool", ["b"], ["c"], "pool"),
        helper.make_node("Flatten", ["c"], ["d"], "flatten"),
        helper.make_node("Gemm", ["d", "w2", "b2"], ["logits"], "classifier"),
    ]
    constants = [
        constant("w1", 4, channels, 3, 3),
        constant("b1", 4),
        constant("w2", 4, classes),
        constant("b2", classes),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", channels, 6, 6])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", classes])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    for key, value in (metadata or {"nnsreport.pixel_scale": "255"}).items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(model, path)
    return path


@pytest.fixture
def make_network() -> Callable[..., Path]:
    return write_network


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Configuration file of a tiny run: 2 layers, 12 images of 3 classes, 2 trials at 2 times."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    generator = np.random.default_rng(2)
    write_network(folder / "network.onnx")
    for name, count in (("test", 12), ("calibration", 6)):
        images = generator.integers(0, 256, (count, 6, 6)).astype(np.uint8)
        np.savez(folder / f"{name}.npz", images=images, labels=np.arange(count) % 3)
    path = folder / "tiny.toml"
    path.write_text(CONFIGURATION)
    return path
