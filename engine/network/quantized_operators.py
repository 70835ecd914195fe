"""Quantised products and others: real numbers in between, integers at both ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from nnsreport.engine.network.node_builder import NodeBuilder

_INT32 = 6


def _quantized_convolution(b: NodeBuilder) -> None:
    """``QLinearConv``: x, its scale and zero point, w, ..., y's scale and zero point, bias."""
    x = b.real(0, b.input(1), b.input(2), 1)
    weight = b.real(3, b.input(4), b.input(5), 0)
    inputs = [x, weight]
    if b.input(8):
        # The bias counts in steps of the product.
        scale = b.add("Mul", b.input(1), b.input(4))
        inputs.append(b.add("DequantizeLinear", b.input(8), scale, attributes={"axis": 0}))
    attributes = {name: value for name, value in b.node.attributes.items() if name != "output_dtype"}
    b.quantized(b.product("Conv", *inputs, attributes=attributes), b.input(6), b.input(7))


def _quantized_matrix_product(b: NodeBuilder) -> None:
    """``QLinearMatMul``: a, its scale and zero point, b, ..., y's scale and zero point."""
    left = b.real(0, b.input(1), b.input(2), -2)
    right = b.real(3, b.input(4), b.input(5), -1)
    b.quantized(b.product("MatMul", left, right), b.input(6), b.input(7), axis=-2)


def _integer_convolution(b: NodeBuilder) -> None:
    one = b.constant(np.ones((), dtype=np.float32))
    x, weight = b.real(0, one, b.input(2), 1), b.real(1, one, b.input(3), 0)
    _rounded(b, b.product("Conv", x, weight, attributes=b.node.attributes))


def _integer_matrix_product(b: NodeBuilder) -> None:
    one = b.constant(np.ones((), dtype=np.float32))
    left, right = b.real(0, one, b.input(2), -2), b.real(1, one, b.input(3), -1)
    _rounded(b, b.product("MatMul", left, right))


def _rounded(b: NodeBuilder, product: str) -> None:
    """Add what makes integers of a product that noise may have moved off them."""
    b.add("Cast", b.add("Round", product), attributes={"to": _INT32}, result=b.node.outputs[0])


def _of_two(b: NodeBuilder) -> None:
    """``QLinearAdd`` and ``QLinearMul``: a, its scale and zero point, b, its scale and zero point, those of c."""
    left, right = b.real(0, b.input(1), b.input(2)), b.real(3, b.input(4), b.input(5))
    b.quantized(b.add(_real_operator(b), left, right), b.input(6), b.input(7))


def _of_one(b: NodeBuilder) -> None:
    """``QLinearSigmoid`` and others: x, its scale and zero point, those of y."""
    x = b.real(0, b.input(1), b.input(2))
    attributes = {name: value for name, value in b.node.attributes.items() if name not in ("channels_last", "opset")}
    if not b.node.attributes.get("channels_last", 0):
        b.quantized(b.add(_real_operator(b), x, attributes=attributes), b.input(3), b.input(4))
        return
    first = b.add("Transpose", x, attributes={"perm": (0, 3, 1, 2)})
    result = b.add(_real_operator(b), first, attributes=attributes)
    b.quantized(b.add("Transpose", result, attributes={"perm": (0, 2, 3, 1)}), b.input(3), b.input(4))


def _real_operator(b: NodeBuilder) -> str:
    return b.node.operator.removeprefix("QLinear")


def _concatenation(b: NodeBuilder) -> None:
    """``QLinearConcat``: scale and zero point of the result, then each part with its own."""
    parts = [b.real(index, b.input(index + 1), b.input(index + 2)) for index in range(2, len(b.node.inputs), 3)]
    b.quantized(b.add("Concat", *parts, attributes=b.node.attributes), b.input(0), b.input(1))


def _quantized_gemm(b: NodeBuilder) -> None:
    """``QGemm``: a, its scale and zero point, b, its scale and zero point, bias, scale and zero point of y."""
    left = b.real(0, b.input(1), b.input(2))
    columns = 0 if b.node.attributes.get("transB", 0) else 1
    inputs = [left, b.real(3, b.input(4), b.input(5), columns)]
    if b.input(6):
        alpha = b.constant(np.asarray(b.node.attributes.get("alpha", 1.0), dtype=np.float32))
        scale = b.add("Mul", b.add("Mul", b.input(1), b.input(4)), alpha)
        inputs.append(b.add("DequantizeLinear", b.input(6), scale, attributes={"axis": -1}))
    attributes = {name: value for name, value in b.node.attributes.items() if name in ("alpha", "transA", "transB")}
    result = b.node.outputs[0]
    if b.input(7):
        b.quantized(b.product("Gemm", *inputs, attributes=attributes), b.input(7), b.input(8))
    else:
        b.product("Gemm", *inputs, attributes=attributes, result=result)


STANDARD: Mapping[str, Callable[[NodeBuilder], None]] = {
    "ConvInteger": _integer_convolution,
    "MatMulInteger": _integer_matrix_product,
    "QLinearConv": _quantized_convolution,
    "QLinearMatMul": _quantized_matrix_product,
}
"""Operators of ONNX."""

CONTRIBUTED: Mapping[str, Callable[[NodeBuilder], None]] = {
    "QGemm": _quantized_gemm,
    "QLinearAdd": _of_two,
    "QLinearAveragePool": _of_one,
    "QLinearConcat": _concatenation,
    "QLinearGlobalAveragePool": _of_one,
    "QLinearLeakyRelu": _of_one,
    "QLinearMul": _of_two,
    "QLinearSigmoid": _of_one,
    "QLinearSoftmax": _of_one,
}
"""Operators of onnxruntime."""
