"""A network in floating point on PyTorch, read from ONNX: the operators of CIFAR-10's ResNets and of the digits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from peer_networks import Infer, Material, NetworkRow

from nnsreport.engine.backend import Array
from nnsreport.engine.crossbar import CrossbarNetwork

Tensor = Any
"""PyTorch's, which is imported only where it is used."""


def program_torch(_: NetworkRow, material: Material, __: CrossbarNetwork, ___: int) -> Infer:
    """Take the network as it is, on PyTorch."""
    network = TorchNetwork(material.network)
    return lambda batch, _: network.infer(batch)


class TorchNetwork:
    """A network on PyTorch.

    Parameters
    ----------
    path : Path
        ONNX.

    Raises
    ------
    ValueError
        It has an operator that is not among :func:`operators`.
    """

    def __init__(self, path: Path) -> None:
        import onnx
        import torch

        model = onnx.load(path)
        self._nodes = [
            (node, {entry.name: onnx.helper.get_attribute_value(entry) for entry in node.attribute})
            for node in model.graph.node
        ]
        if unknown := {node.op_type for node, _ in self._nodes} - set(operators()):
            raise ValueError(f"no counterpart in PyTorch is known for {', '.join(sorted(unknown))}")
        arrays = {entry.name: onnx.numpy_helper.to_array(entry).copy() for entry in model.graph.initializer}
        self._constants = {name: torch.from_numpy(array) for name, array in arrays.items()}
        self._input, self._output = model.graph.input[0].name, model.graph.output[0].name

    def infer(self, images: Array) -> Array:
        """Return the network's outputs."""
        import torch

        values = {**self._constants, self._input: torch.from_numpy(np.ascontiguousarray(images))}
        with torch.inference_mode():
            for node, attributes in self._nodes:
                operands = [values[name] for name in node.input if name]
                values[node.output[0]] = operators()[node.op_type](operands, attributes)
        return np.asarray(values[self._output].numpy())


@cache
def operators() -> dict[str, Callable[[Sequence[Tensor], Mapping[str, Any]], Tensor]]:
    """Return what computes each of ONNX's operators, from its inputs and attributes."""
    import torch
    from torch.nn import functional

    def convolution(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
        # Padding is the same on both sides in the networks that these operators are for.
        pads = attributes["pads"][: len(attributes["pads"]) // 2]
        return functional.conv2d(*inputs, stride=attributes["strides"], padding=pads, groups=attributes["group"])

    def slices(inputs: Sequence[Tensor], _: Mapping[str, Any]) -> Tensor:
        whole, *bounds = inputs
        for start, stop, axis, step in zip(*(bound.tolist() for bound in bounds), strict=True):
            places = torch.arange(whole.shape[axis])[start:stop:step]
            whole = whole.index_select(axis, places)
        return whole

    def padding(inputs: Sequence[Tensor], _: Mapping[str, Any]) -> Tensor:
        # ONNX: all beginnings, then all ends; PyTorch: both of the last axis first.
        before, after = inputs[1].reshape(2, -1).tolist()
        pairs = [both for pair in zip(reversed(before), reversed(after), strict=True) for both in pair]
        return functional.pad(inputs[0], pairs)

    def product(inputs: Sequence[Tensor], attributes: Mapping[str, Any]) -> Tensor:
        return inputs[0] @ (inputs[1].T if attributes.get("transB") else inputs[1]) + inputs[2]

    return {
        "Conv": convolution,
        "Slice": slices,
        "Pad": padding,
        "Gemm": product,
        "Relu": lambda inputs, _: functional.relu(inputs[0]),
        "Add": lambda inputs, _: inputs[0] + inputs[1],
        "AveragePool": lambda inputs, attributes: functional.avg_pool2d(
            inputs[0], attributes["kernel_shape"], attributes["strides"]
        ),
        "ReduceMean": lambda inputs, attributes: inputs[0].mean(inputs[1].tolist(), bool(attributes["keepdims"])),
        "GlobalAveragePool": lambda inputs, _: inputs[0].mean((2, 3), keepdim=True),
        "MaxPool": lambda inputs, attributes: functional.max_pool2d(
            inputs[0], attributes["kernel_shape"], attributes["strides"]
        ),
        "Flatten": lambda inputs, _: inputs[0].flatten(1),
        "Reshape": lambda inputs, _: inputs[0].reshape(inputs[1].tolist()),
    }
