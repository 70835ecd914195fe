"""Networks of ImageNet's shapes, made narrow: the bench's files are what they claim, and memory stays within bounds."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from nnsreport.configuration.reader import read_configuration
from nnsreport.engine.network import Graph, bytes_of_an_image, execute, layer_shapes, load_graph
from nnsreport.execution.workload import prepare


@pytest.fixture(scope="module")
def large_networks(bench: Path) -> ModuleType:
    """Return the script as a module."""
    assert bench.is_dir()
    return importlib.import_module("large_networks")


@pytest.fixture(scope="module")
def random_networks(large_networks: ModuleType) -> ModuleType:
    """Return the module that makes networks."""
    assert large_networks
    return importlib.import_module("random_networks")


def loaded(model: object, path: Path) -> Graph:
    import onnx

    onnx.save(model, path)
    return load_graph(path)


def parameters(graph: Graph) -> int:
    return sum(layer.weight.size for layer in graph.linear_layers)


@pytest.mark.parametrize(
    ("layers", "products", "macs"),
    # Products: the convolutions and the classifier, with the projections of shortcuts.
    # Multiplications: torchvision's count for 224 x 224 pixels (its documentation of the weights, GFLOPS).
    [(18, 21, 1.81e9), (34, 37, 3.66e9), (50, 54, 4.09e9)],
)
def test_resnets_have_the_published_size(
    random_networks: ModuleType, layers: int, products: int, macs: float, tmp_path: Path
) -> None:
    graph = loaded(random_networks.resnet(layers, width=8), tmp_path / "net.onnx")
    shapes = layer_shapes(graph, (3, 224, 224))
    assert len(shapes) == products
    first, last = shapes[0], shapes[-1]
    # All but the first and the last layer grow with the square of the width.
    scaled = sum(shape.macs for shape in shapes[1:-1]) * 64 + first.macs * 8 + last.macs * 8
    assert scaled == pytest.approx(macs, rel=0.005)


def test_vision_transformer_has_the_published_size(random_networks: ModuleType, tmp_path: Path) -> None:
    graph = loaded(random_networks.vision_transformer(width=48, heads=12), tmp_path / "net.onnx")
    counts = [layer.weight.size for layer in graph.linear_layers]
    # 12 blocks of 4 matrices, patches and classifier; 85.8 million weights of the blocks and 0.6 and 0.8 million.
    assert len(counts) == 50
    assert sum(counts[1:-1]) * 16**2 == 12 * 12 * 768**2
    outputs = execute(graph, np.random.default_rng(1).normal(size=(2, 3, 224, 224)).astype(np.float32))
    assert outputs.shape == (2, 1000)
    assert np.isfinite(outputs).all()
    assert outputs[0].std() > 0.1


def test_an_image_takes_what_is_alive_at_a_time(random_networks: ModuleType, tmp_path: Path) -> None:
    graph = loaded(random_networks.resnet(18, image_size=64, width=16), tmp_path / "net.onnx")
    # The largest tensors are those before the pooling, 16 channels of 32 x 32: two of them live at a time.
    assert bytes_of_an_image(graph, (3, 64, 64)) == 2 * 16 * 32 * 32 * 4


def test_batches_are_cut_to_what_fits(large_networks: ModuleType, tmp_path: Path) -> None:
    large_networks.write_workload(tmp_path, "resnet18", 224, 2, width=64)
    (tmp_path / "large.toml").write_text(large_networks.settings(224, 256, 1))
    workload = prepare(read_configuration(tmp_path / "large.toml").configuration)
    # 64 channels of 112 x 112 twice, 6.4 MB, in 64 MiB.
    assert workload.batch_size == (64 << 20) // (2 * 64 * 112 * 112 * 4) == 10


def run_bench(
    large_networks: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *options: str
) -> list[Sequence[str]]:
    monkeypatch.setattr(sys, "argv", ["large_networks.py", *options])
    large_networks.main()
    rows = [line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines()]
    return [row for row in rows if row[0] in large_networks.NETWORKS]


@pytest.mark.slow
def test_memory_beyond_the_weights_is_bounded(
    large_networks: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--networks", "resnet18", "vit-b16", "--width", "24", "--size", "224", "--images", "24", "--trials", "1")
    rows = run_bench(large_networks, monkeypatch, capsys, *options)
    assert [row[0] for row in rows] == ["resnet18"] * 2 + ["vit-b16"] * 2
    assert {row[-1] for row in rows} == {"yes"}
    assert all(float(row[3]) > 0 for row in rows)
