"""Operators whose results for some images do not depend on the others."""

from __future__ import annotations

from nnsreport.engine.network.operators.elementwise import BINARY, UNARY, VARIADIC

ELEMENTWISE = frozenset(
    (
        *UNARY,
        *BINARY,
        *VARIADIC,
        "BatchNormalization",
        "BitShift",
        "Cast",
        "CastLike",
        "Celu",
        "Clip",
        "Div",
        "Elu",
        "Erf",
        "Gelu",
        "HardSigmoid",
        "HardSwish",
        "Identity",
        "IsInf",
        "LeakyRelu",
        "Mean",
        "Mish",
        "Mod",
        "PRelu",
        "Pow",
        "Reciprocal",
        "Relu",
        "Selu",
        "Shrink",
        "Sigmoid",
        "Softplus",
        "Softsign",
        "Swish",
        "ThresholdedRelu",
        "Where",
    )
)
"""Each element of the output comes from the elements at its place alone, inputs broadcast against each other."""

SHAPES = frozenset(("Shape", "Size"))
"""The output tells how large the input is, and nothing else."""
