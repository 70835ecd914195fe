"""Digital operators by ONNX name, NumPy and CuPy by the same code."""

from __future__ import annotations

from nnsreport.engine.network.operators import (
    activation,
    elementwise,
    indexing,
    linear_algebra,
    normalization,
    pooling,
    reduction,
    resizing,
    shape,
)
from nnsreport.engine.network.operators.registry import Call, evaluate, table

__all__ = [
    "Call",
    "activation",
    "elementwise",
    "evaluate",
    "indexing",
    "linear_algebra",
    "normalization",
    "pooling",
    "reduction",
    "resizing",
    "shape",
    "table",
]
