"""Quantisation into padded images by the loops in C: what NumPy gives, and nothing outside of the arrays."""

from __future__ import annotations

import numpy as np
import pytest

from nnsreport.engine import native
from nnsreport.engine.crossbar.quantization import ActivationQuantizer
from nnsreport.engine.network.geometry import Padding, pad_spatial

pytestmark = pytest.mark.skipif(native.quantize is None, reason="the loops in C were not built")


def by_numpy(quantizer: ActivationQuantizer, x: np.ndarray, padding: Padding) -> np.ndarray:
    return pad_spatial(quantizer.quantize(x), padding, 0).swapaxes(0, 1)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("bits", [3, 8])
def test_levels_are_those_of_numpy(signed: bool, bits: int) -> None:
    rng = np.random.default_rng(bits)
    for _ in range(80):
        shape = (*rng.integers(1, 4, 2).tolist(), *rng.integers(1, 60, 2).tolist())
        x = rng.normal(0, 2, shape).astype(np.float32)
        x.flat[: x.size // 2] = np.rint(x.flat[: x.size // 2]) / 2  # ties
        if rng.random() < 0.5:
            x = np.ascontiguousarray(x.swapaxes(0, 1)).swapaxes(0, 1)
        padding = Padding(*(tuple(rng.integers(0, 3, 2).tolist()) for _ in range(2)))
        quantizer = ActivationQuantizer(bits, float(rng.choice([1.0, 0.013, 0.3])), signed)
        found = quantizer.quantize_padded(x, padding)
        assert found.dtype == quantizer.dtype
        assert found.flags.c_contiguous
        np.testing.assert_array_equal(found, by_numpy(quantizer, x, padding))


def test_rows_longer_than_what_is_quantised_together() -> None:
    x = np.random.default_rng(0).random((2, 1, 3, 5000), np.float32)
    quantizer, padding = ActivationQuantizer(8, 0.004, False), Padding((1, 2), (0, 1))
    np.testing.assert_array_equal(quantizer.quantize_padded(x, padding), by_numpy(quantizer, x, padding))


@pytest.mark.parametrize("shape", [(0, 2, 4, 4), (2, 3, 7), (1, 2, 3, 4, 5)])
def test_what_the_loop_is_not_for(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).random(shape, np.float32)
    axes = len(shape) - 2
    quantizer, padding = ActivationQuantizer(8, 0.01, False), Padding((1,) * axes, (2,) * axes)
    np.testing.assert_array_equal(quantizer.quantize_padded(x, padding), by_numpy(quantizer, x, padding))


def test_wide_levels() -> None:
    x = np.random.default_rng(0).random((2, 3, 4, 5), np.float32)
    quantizer, padding = ActivationQuantizer(12, 1e-3, False), Padding((1, 1), (1, 1))
    np.testing.assert_array_equal(quantizer.quantize_padded(x, padding), by_numpy(quantizer, x, padding))


def test_infinite_is_the_last_level_and_what_is_no_number_warns_as_numpy_does() -> None:
    x = np.array([np.inf, -np.inf, 1.0, 0.0], np.float32).reshape(1, 1, 2, 2)
    quantizer, padding = ActivationQuantizer(8, 0.5, True), Padding((0, 0), (0, 0))
    assert quantizer.quantize_padded(x, padding).ravel().tolist() == [127, -127, 2, 0]
    x[0, 0, 1, 1] = np.nan
    with pytest.warns(RuntimeWarning, match="invalid value"):
        quantizer.quantize_padded(x, padding)


@pytest.mark.parametrize(
    ("sizes", "from_steps", "to_steps", "first"),
    [
        ((1, 1, 3, 5), (12, 12, 4), (12, 12, 4), 0),
        ((1, 1, 4, 4), (12, 12, 4), (12, 12, 4), 0),
        ((1, 1, 3, 4), (12, 12, 5), (12, 12, 4), 0),
        ((1, 1, 3, 4), (12, 12, 4), (12, 12, 5), 0),
        ((1, 1, 3, 4), (12, 12, 4), (12, 12, 4), 1),
        ((1, 1, 3, 4), (12, 12, 4), (12, 12, 4), -1),
        ((1, 1, 3, 4), (12, 12, -4), (12, 12, 4), 0),
        ((1, 0, 3, 4), (12, 12, 4), (12, 12, 4), 0),
        ((1, 1, 3, 0), (12, 12, 4), (12, 12, 4), 0),
    ],
)
def test_nothing_outside_of_the_arrays(
    sizes: tuple[int, ...], from_steps: tuple[int, ...], to_steps: tuple[int, ...], first: int
) -> None:
    assert native.quantize is not None
    arrays = np.empty(12, np.uint8), np.zeros(12, np.float32)
    assert native.quantize(*arrays, (1, 1, 3, 4), (12, 12, 4), (12, 12, 4), 0, 1.0, 0.0, 255.0)
    with pytest.raises(ValueError, match="not as long as"):
        native.quantize(*arrays, sizes, from_steps, to_steps, first, 1.0, 0.0, 255.0)
