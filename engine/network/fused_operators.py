"""Operators that onnxruntime's optimiser makes of several."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from nnsreport.engine.network.node_builder import Attributes, NodeBuilder

_ACTIVATION_PARAMETERS = {"LeakyRelu": ("alpha",), "HardSigmoid": ("alpha", "beta"), "Clip": ("min", "max")}


def _matrix_product(b: NodeBuilder) -> None:
    """``FusedMatMul``: operands transposed if asked, and a factor."""
    left, right = (_transposed(b, position, name) for position, name in ((0, "transA"), (1, "transB")))
    alpha = b.node.attributes.get("alpha", 1.0)
    if alpha == 1:
        b.product("MatMul", left, right, result=b.node.outputs[0])
        return
    factor = b.constant(np.asarray(alpha, dtype=np.float32))
    b.add("Mul", b.product("MatMul", left, right), factor, result=b.node.outputs[0])


def _transposed(b: NodeBuilder, position: int, attribute: str) -> str:
    if not b.node.attributes.get(attribute, 0):
        return b.input(position)
    return b.add("Einsum", b.input(position), attributes={"equation": "...ij->...ji"})


def _convolution(b: NodeBuilder) -> None:
    """``FusedConv``: a convolution, perhaps a summand, and an activation."""
    own = ("activation", "activation_params")
    attributes = {name: value for name, value in b.node.attributes.items() if name not in own}
    inputs = [name for name in (b.input(0), b.input(1), b.input(2)) if name]
    result = b.product("Conv", *inputs, attributes=attributes)
    if b.input(3):
        result = b.add("Add", result, b.input(3))
    _activated(b, result)


def _general_product(b: NodeBuilder) -> None:
    """``FusedGemm``: a product and an activation."""
    attributes = {name: value for name, value in b.node.attributes.items() if not name.startswith("activation")}
    inputs = [name for name in (b.input(0), b.input(1), b.input(2)) if name]
    _activated(b, b.product("Gemm", *inputs, attributes=attributes))


def _activated(b: NodeBuilder, x: str) -> None:
    """Add the activation that the attributes name, with its parameters."""
    kind = str(b.node.attributes.get("activation", "Identity"))
    values = np.asarray(b.node.attributes.get("activation_params", ()), dtype=np.float32).tolist()
    names = _ACTIVATION_PARAMETERS.get(kind, ())
    if kind == "Clip":
        limits = (b.constant(np.asarray(value, dtype=np.float32)) for value in values)
        b.add("Clip", x, *limits, result=b.node.outputs[0])
        return
    attributes: Attributes = dict(zip(names, values, strict=False))
    b.add(kind, x, attributes=attributes, result=b.node.outputs[0])


def _gelu_with_bias(b: NodeBuilder) -> None:
    """``BiasGelu``, exact, and ``FastGelu``, by the tanh approximation and perhaps without a bias."""
    x = b.add("Add", b.input(0), b.input(1)) if b.input(1) else b.input(0)
    approximation = "tanh" if b.node.operator == "FastGelu" else "none"
    b.add("Gelu", x, attributes={"approximate": approximation}, result=b.node.outputs[0])


def _quick_gelu(b: NodeBuilder) -> None:
    """``QuickGelu``: x * sigmoid(alpha * x)."""
    alpha = b.node.attributes.get("alpha", 1.702)
    b.add("Swish", b.input(0), attributes={"alpha": alpha}, result=b.node.outputs[0])


def _normalised_sum(b: NodeBuilder) -> None:
    """``SkipLayerNormalization``: input, skip, scale, shift, bias; the sum is an output too."""
    outputs = (*b.node.outputs, "", "", "", "")
    total = b.add("Add", b.input(0), b.input(1), result="" if b.input(4) else outputs[3])
    if b.input(4):
        total = b.add("Add", total, b.input(4), result=outputs[3])
    inputs = [name for name in (total, b.input(2), b.input(3)) if name]
    epsilon = b.node.attributes.get("epsilon", 1e-12)
    b.add("LayerNormalization", *inputs, attributes={"epsilon": epsilon, "axis": -1}, result=outputs[0])


CONTRIBUTED: Mapping[str, Callable[[NodeBuilder], None]] = {
    "BiasGelu": _gelu_with_bias,
    "FastGelu": _gelu_with_bias,
    "FusedConv": _convolution,
    "FusedGemm": _general_product,
    "FusedMatMul": _matrix_product,
    "QuickGelu": _quick_gelu,
    "SkipLayerNormalization": _normalised_sum,
}
"""Operators of onnxruntime."""
