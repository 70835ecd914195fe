"""Many independent dot products through an array, and how far their noise is from a closed form."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from nnsreport.engine.sram import Converter, DotProducts, Evaluation, Operands, SramSettings, dot_products


@pytest.fixture(scope="session")
def simulate() -> Callable[..., DotProducts]:
    """Return dot products of N rows with weights, inputs and cells of their own each."""

    def run(
        settings: SramSettings,
        operands: Operands,
        rows: int,
        *,
        count: int = 3000,
        seed: int = 1,
        converter: Converter | None = None,
    ) -> DotProducts:
        numbers = np.random.default_rng(seed)
        top = 2 ** (operands.weight_bits - 1)
        if settings.kind == "CM":  # sign and magnitude, both equally likely
            weights = numbers.integers(0, top, (count, 1, rows)) * numbers.choice([-1, 1], (count, 1, rows))
        else:
            weights = numbers.integers(-top, top, (count, 1, rows))
        inputs = numbers.integers(0, 2**operands.input_bits, (count, rows, 1))
        return dot_products(weights, inputs, operands, settings, Evaluation(seed, 0, 0), converter=converter)

    return run


@pytest.fixture(scope="session")
def deviation() -> Callable[..., float]:
    """Return how many standard errors the variance of errors lies from an expected one, in units of x * w."""

    def measure(errors: np.ndarray, operands: Operands, expected: float) -> float:
        scaled = errors.reshape(-1) / 2.0 ** (operands.input_bits + operands.weight_bits - 1)
        squares = (scaled - scaled.mean()) ** 2
        # 1e-4: products are summed in float32.
        error = squares.std() / math.sqrt(squares.size) + 1e-4 * expected
        return float((squares.mean() - expected) / error)

    return measure
