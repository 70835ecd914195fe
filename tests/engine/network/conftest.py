"""Building small networks from text, and holding them against onnxruntime."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Protocol

import numpy as np
import onnx
import onnx.parser
import pytest
from onnx import numpy_helper

from nnsreport.engine.backend import to_numpy
from nnsreport.engine.network import execute, load_graph

Shape = tuple[int | str, ...]
Weights = Mapping[str, tuple[int, ...] | np.ndarray]
NO_WEIGHTS: Weights = MappingProxyType({})


class BuildNetwork(Protocol):
    def __call__(
        self,
        body: str,
        shape: Shape,
        *,
        opset: int = 18,
        weights: Weights = NO_WEIGHTS,
        outputs: str = "float y",
        kind: str = "float",
    ) -> Path: ...


@pytest.fixture
def build_network(tmp_path: Path) -> BuildNetwork:
    """Write an ONNX file from nodes in ONNX's text form: image input ``x``, random weights of the given shapes."""

    def build(
        body: str,
        shape: Shape,
        *,
        opset: int = 18,
        weights: Weights = NO_WEIGHTS,
        outputs: str = "float y",
        kind: str = "float",
    ) -> Path:
        lengths = ",".join(map(str, shape))
        text = (
            f'<ir_version: 8, opset_import: ["" : {opset}]> network ({kind}[{lengths}] x) => ({outputs}) {{ {body} }}'
        )
        model = onnx.parser.parse_model(text)
        for output in model.graph.output:
            output.type.tensor_type.ClearField("shape")
        random = np.random.default_rng(7)
        for name, weight in weights.items():
            values = weight
            if isinstance(weight, tuple):
                values = (random.standard_normal(weight) / np.sqrt(np.prod(weight[1:]))).astype(np.float32)
            model.graph.initializer.append(numpy_helper.from_array(np.asarray(values), name))
        path = tmp_path / "network.onnx"
        onnx.save(model, path)
        return path

    return build


@pytest.fixture
def runtime_outputs() -> Callable[[Path, np.ndarray], list[np.ndarray]]:
    """Run a file with onnxruntime."""
    onnxruntime = pytest.importorskip("onnxruntime")

    def run(path: Path, x: np.ndarray) -> list[np.ndarray]:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return session.run(None, {session.get_inputs()[0].name: x})

    return run


@pytest.fixture
def assert_equals_runtime(
    runtime_outputs: Callable[[Path, np.ndarray], list[np.ndarray]], devices: dict[str, ModuleType]
) -> Callable[..., None]:
    """Assert that a file gives what onnxruntime gives: values, shape and element type, on the host and on a device."""

    def check(path: Path, x: np.ndarray, *, tolerance: float = 1e-5) -> None:
        expected = runtime_outputs(path, x)[0]
        graph = load_graph(path)
        found = {"host": execute(graph, x)}
        for name, xp in devices.items():
            found[name] = execute(graph, xp.asarray(x))
            found[f"{name}, constants placed"] = execute(graph.placed_on(xp), xp.asarray(x))
        for place, y in found.items():
            values = to_numpy(y)
            assert values.dtype == expected.dtype, place
            assert values.shape == expected.shape, place
            scale = max(1.0, float(np.abs(expected[np.isfinite(expected)]).max(initial=0)))
            np.testing.assert_allclose(values, expected, rtol=tolerance, atol=tolerance * scale, err_msg=place)

    return check
