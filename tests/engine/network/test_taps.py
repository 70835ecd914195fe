"""Where windows see elements, against unfolding."""

from __future__ import annotations

import numpy as np
import pytest

from nnsreport.engine.network import LinearLayer
from nnsreport.engine.network.geometry import Padding, Window, pad_spatial
from nnsreport.engine.network.taps import taps_of_vectors


def layer_of(window: Window, groups: int, channels: int) -> LinearLayer:
    weight = np.zeros((groups, channels * int(np.prod(window.kernel)), 2), np.float32)
    return LinearLayer(0, "conv", "Conv", weight, None, window)


def padded_by_channel(x: np.ndarray, padding: Padding) -> np.ndarray:
    return np.ascontiguousarray(pad_spatial(x, padding, 0).swapaxes(0, 1))


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16])
def test_any_window(axes: int, dtype: type) -> None:
    rng = np.random.default_rng(axes)
    for _ in range(60):
        groups, channels = rng.integers(1, 4, 2).tolist()
        shape = (int(rng.integers(0, 4)), groups * channels, *rng.integers(5, 12, axes).tolist())
        x = rng.integers(0, 100, shape).astype(dtype)
        if rng.random() < 0.5:
            x = np.ascontiguousarray(x.swapaxes(0, 1)).swapaxes(0, 1)
        kernel, strides, dilations = (tuple(rng.integers(1, top, axes).tolist()) for top in (4, 4, 3))
        pads = tuple(rng.integers(0, 3, 2 * axes).tolist()) if rng.random() < 0.8 else (0,) * 2 * axes
        layer = layer_of(Window(kernel, strides, dilations, pads), groups, channels)
        taps = layer.taps(x, lambda x: x, padded_by_channel)
        np.testing.assert_array_equal(taps.unfolded(), layer.unfold(x).swapaxes(1, 2))


def test_vectors_are_not_copied() -> None:
    x = np.arange(24).reshape(2, 3, 4)
    for vectors in (x, x.swapaxes(1, 2)):
        taps = taps_of_vectors(vectors)
        assert np.shares_memory(taps.elements, x)
        np.testing.assert_array_equal(taps.unfolded(), vectors)


def test_vectors_of_any_order() -> None:
    vectors = np.arange(60).reshape(5, 4, 3).transpose(1, 2, 0)[:, ::-1]
    np.testing.assert_array_equal(taps_of_vectors(vectors).unfolded(), vectors)
