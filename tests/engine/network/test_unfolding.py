"""Images unfolded by the loops in C are those that NumPy unfolds."""

from __future__ import annotations

import numpy as np
import pytest

from nnsreport.engine import native
from nnsreport.engine.network import geometry
from nnsreport.engine.network.geometry import Window, columns

pytestmark = pytest.mark.skipif(native.unfold is None, reason="the loops in C were not built")


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64, np.complex128, np.bool_])
def test_any_window(dtype: type, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    for _ in range(60):
        groups = int(rng.integers(1, 4))
        shape = (int(rng.integers(1, 4)), groups * int(rng.integers(1, 4)), *rng.integers(5, 40, 2).tolist())
        x = rng.integers(0, 2 if dtype is np.bool_ else 100, shape).astype(dtype)
        if rng.random() < 0.5:
            x = np.ascontiguousarray(x.swapaxes(0, 1)).swapaxes(0, 1)
        if rng.random() < 0.3:
            x = x[:, :, ::-1, 1:]
        pads = tuple(rng.integers(0, 3, 4).tolist())
        kernel, strides, dilations = (tuple(rng.integers(1, top, 2).tolist()) for top in (4, 4, 3))
        window = Window(kernel=kernel, strides=strides, dilations=dilations, pads=pads)
        if min(window.positions(x.shape[2:])) < 1:
            continue
        found = columns(x, window, groups)
        with monkeypatch.context() as patch:
            patch.setattr(geometry.native, "unfold", None)
            expected = columns(x, window, groups)
        assert found.dtype == expected.dtype
        assert np.array_equal(found, expected)


def test_no_images() -> None:
    window = Window(kernel=(3, 3), strides=(1, 1), dilations=(1, 1), pads=(1, 1, 1, 1))
    assert columns(np.zeros((0, 2, 8, 8), np.float32), window).shape == (1, 18, 0)


@pytest.mark.parametrize(
    ("sizes", "steps"),
    [
        ((2, 1, 1, 1, 3, 4), (12, 0, 0, 0, 4, 1)),  # one channel too many
        ((1, 1, 1, 1, 3, 4), (12, 0, 0, 0, 5, 1)),  # beyond the last row
        ((1, 1, 1, 1, 3, 4), (12, 0, 0, 0, -4, 1)),
        ((0, 1, 1, 1, 3, 4), (12, 0, 0, 0, 4, 1)),
    ],
)
def test_nothing_outside_of_the_arrays(sizes: tuple[int, ...], steps: tuple[int, ...]) -> None:
    assert native.unfold is not None
    with pytest.raises(ValueError, match="not as long as"):
        native.unfold(np.empty(12, np.uint8), np.zeros(12, np.uint8), sizes, steps, 1)
