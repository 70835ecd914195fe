"""Products of two computed matrices: attention's, for instance. Products with constants are crossbar layers."""

from __future__ import annotations

from nnsreport.engine.backend import Array
from nnsreport.engine.network.operators.registry import Call, operator


@operator("MatMul")
def matrix_product(call: Call) -> Array:
    """Multiply the last two axes as matrices, broadcasting the others."""
    product: Array = call.xp.matmul(call.x, call.array(1))
    return product


@operator("Gemm")
def general_matrix_product(call: Call) -> Array:
    """Return ``alpha * A @ B + beta * C``, each of A and B transposed if asked."""
    left = call.x.T if call.attribute("transA", 0) else call.x
    right = call.array(1).T if call.attribute("transB", 0) else call.array(1)
    product: Array = call.attribute("alpha", 1.0) * (left @ right)
    summand = call.optional(2)
    return product if summand is None else product + call.attribute("beta", 1.0) * summand


@operator("Einsum")
def einstein_sum(call: Call) -> Array:
    """Return a sum of products by Einstein's convention."""
    equation = call.attribute("equation", "").replace(" ", "")
    result: Array = call.xp.einsum(equation, *call.arrays(), optimize=True)
    return result
