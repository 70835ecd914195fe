"""Digital operators by ONNX name, NumPy and CuPy by the same code."""

from __future__ import annotations

import importlib

from nnsreport.engine.network.operators.by_element import ELEMENTWISE, SHAPES
from nnsreport.engine.network.operators.registry import Call, evaluate, table

__all__ = ["ELEMENTWISE", "SHAPES", "Call", "evaluate", "table"]

for _subject in (
    "activation",
    "attention",
    "convolution",
    "elementwise",
    "indexing",
    "linear_algebra",
    "normalization",
    "pooling",
    "quantization",
    "rearrangement",
    "recurrent",
    "reduction",
    "resizing",
    "shape",
):
    # Each module enters its operators into the table when it is imported.
    importlib.import_module(f"{__name__}.{_subject}")
