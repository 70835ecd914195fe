"""ONNX's own examples of its operators, which come with the package: every one of a supported operator must agree.

Each example is computed in three ways: with all inputs computed, on the host and on a device; and as a network whose
first input is the image and whose others are constants, so that products go through linear layers.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import pytest
from onnx import TensorProto, numpy_helper

from nnsreport.engine.backend import Array, to_numpy
from nnsreport.engine.network import execute, float_multiply, load_graph
from nnsreport.engine.network.executor import run_node
from nnsreport.engine.network.lowering import LOWERED, lower
from nnsreport.engine.network.onnx_parsing import parse
from nnsreport.engine.network.operators import table
from nnsreport.errors import NetworkError

OPERATORS = sorted({*(name for name in table() if "." not in name), *(name for domain, name in LOWERED if not domain)})

# What no example of a supported operator may be refused for, other than this.
REFUSED = {
    r"test_(equal_string|cast_\w*string).*": "not a tensor of numbers",
    r"test_not_\dd": "opset 1 is not supported",
    r"test_batchnorm_\w+_training_mode": "training_mode = 1",
    r"test_training_dropout.*": "training_mode = 1",
    r"test_maxpool_with_argmax_.*": "output of indices",
    r"test_reduce_(max|min|log_sum_exp)_empty_set.*": "cannot be evaluated on inputs of shape",
}
# Where onnxruntime, and so every tool that exports for it, resizes otherwise than ONNX's reference: the scale of
# align_corners is that of the whole lengths, not of the lengths before rounding.
OTHER_THAN_ONNXRUNTIME = re.compile(r"test_resize_downsample_scales_(linear|cubic)_align_corners")
# Types that are computed in float32 here and rounded in the examples.
ROUNDED = {TensorProto.FLOAT16: 2**-9, TensorProto.BFLOAT16: 2**-6}


@dataclass(frozen=True)
class Example:
    name: str
    model: onnx.ModelProto
    inputs: Mapping[str, np.ndarray]
    outputs: Mapping[str, np.ndarray]
    tolerance: float


@cache
def _examples() -> Mapping[str, list[Example]]:
    """By operator: examples of one node, with plain tensors in and out."""
    from onnx.backend.test.case.node import collect_testcases

    found: dict[str, list[Example]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = collect_testcases(None)  # versions before 1.23 ask for an operator, and take none for all
    for case in cases:
        values = [value for data in case.data_sets[0] for value in data]
        if len(case.model.graph.node) == 1 and all(isinstance(value, np.ndarray | np.generic) for value in values):
            found.setdefault(case.model.graph.node[0].op_type, []).append(_example(case))
    return found


def _example(case: object) -> Example:
    graph, (inputs, outputs) = case.model.graph, case.data_sets[0]
    types = [value.type.tensor_type.elem_type for value in (*graph.input, *graph.output)]
    return Example(
        case.name,
        case.model,
        {value.name: np.asarray(array) for value, array in zip(graph.input, inputs, strict=True)},
        {value.name: np.asarray(array) for value, array in zip(graph.output, outputs, strict=True)},
        max(case.rtol, 1e-4, *(ROUNDED.get(kind, 0) for kind in types)),
    )


def _computed(example: Example, xp: ModuleType) -> Mapping[str, Array]:
    """Outputs where all inputs are computed, floating-point ones on the device."""
    graph = lower(parse(example.model))
    kinds = {value.name: value.dtype for value in graph.inputs}
    values = {name: array.astype(kinds.get(name, array.dtype)) for name, array in example.inputs.items()}
    values = {name: xp.asarray(array) if array.dtype.kind == "f" else array for name, array in values.items()}
    for node in graph.nodes:
        values.update(run_node(graph, node, values, {}, float_multiply))
    return values


def _as_network(example: Example, path: Path) -> Mapping[str, Array]:
    """Output of a network whose first input is the image of an unknown shape."""
    model = onnx.ModelProto()
    model.CopyFrom(example.model)
    image, *constants = [value.name for value in model.graph.input]
    model.graph.input[0].type.tensor_type.ClearField("shape")
    del model.graph.input[1:]
    for name in constants:
        model.graph.initializer.append(numpy_helper.from_array(example.inputs[name], name))
    onnx.save(model, path)
    scores = [name for name, array in example.outputs.items() if array.dtype.kind not in "iub"]
    return {next(iter(scores or example.outputs)): execute(load_graph(path), example.inputs[image])}


def _results(
    example: Example, path: Path, devices: Mapping[str, ModuleType]
) -> Iterator[tuple[str, Mapping[str, Array]]]:
    for place, xp in {"host": np, **devices}.items():
        yield place, _computed(example, xp)
    first = example.model.graph.input[0] if example.model.graph.input else None
    # A vector alone is no batch: as the image of a product of matrices it is refused.
    is_batch = first is not None and (
        example.inputs[first.name].ndim > 1 or example.model.graph.node[0].op_type != "MatMul"
    )
    if first is not None and is_batch and first.type.tensor_type.elem_type in (TensorProto.FLOAT, TensorProto.UINT8):
        yield "network", _as_network(example, path)


@pytest.mark.parametrize("operator", OPERATORS)
def test_examples_of_the_specification(operator: str, tmp_path: Path, devices: dict[str, ModuleType]) -> None:
    examples = _examples().get(operator, [])
    if not examples:
        pytest.skip("the installed onnx has no example of one node")
    agreed = 0
    for example in examples:
        if OTHER_THAN_ONNXRUNTIME.fullmatch(example.name):
            continue
        reason = next((text for pattern, text in REFUSED.items() if re.fullmatch(pattern, example.name)), None)
        if reason is not None:
            with pytest.raises(NetworkError, match=reason):
                _computed(example, np)
            continue
        for place, values in _results(example, tmp_path / "network.onnx", devices):
            _assert_agreement(example, values, place)
        agreed += 1
    assert agreed or operator == "Not"


def _assert_agreement(example: Example, values: Mapping[str, Array], place: str) -> None:
    compared = 0
    for name, expected in example.outputs.items():
        if name not in values:
            continue
        found, label = to_numpy(values[name]), f"{example.name}, {name}, {place}"
        assert found.shape == expected.shape, label
        expected = expected.astype(np.float64)
        size = float(np.abs(expected[np.isfinite(expected)]).max(initial=0))
        np.testing.assert_allclose(
            found.astype(np.float64), expected, rtol=example.tolerance, atol=example.tolerance * size, err_msg=label
        )
        compared += 1
    assert compared, example.name
