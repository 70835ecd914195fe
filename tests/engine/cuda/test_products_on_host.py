"""Slices added up and scaled in the kernel's source, on a processor: NumPy's passes, to the bit for whole cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine import native
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar.arithmetic import BlockOperand, converted_product, input_sums, kernel_product
from nnsreport.engine.crossbar.fused import Rescaling
from nnsreport.engine.crossbar.inputs import InputSigns, input_coding
from nnsreport.engine.crossbar.signs import Slices
from nnsreport.engine.cuda.launching import packed_on_device
from nnsreport.engine.cuda.packing import layout_of
from nnsreport.engine.cuda.shapes import KernelShape

BLOCKS = (slice(0, 128), slice(128, 150))


def operand_of(rng: np.random.Generator, columns: int, slices: int, signs: InputSigns, step: float) -> BlockOperand:
    is_signed = signs is not InputSigns.UNSIGNED
    cells = rng.integers(-3, 4, (2, slices * columns, 150)).astype(np.float32)
    weights = Slices(tuple(1.1 ** (3 * index) for index in range(slices)), (3,) * slices)
    cycles = input_coding(8 - is_signed, is_signed, 1, signs.value)
    packed = packed_on_device(cells, None, BLOCKS, weights, cycles, converter_of(slices, step))
    assert packed is not None
    return BlockOperand(cells, BLOCKS, weights, cycles, packed=packed)


def converter_of(slices: int, step: float, high: int = 9) -> UniformConverter:
    return UniformConverter(tuple(step * 1.3**index for index in range(slices)), -high, high)


def levels(rng: np.random.Generator, signs: InputSigns) -> np.ndarray:
    kind, low = ("uint8", 0) if signs is InputSigns.UNSIGNED else ("int8", -127)
    return rng.integers(low, 256 if low == 0 else 128, (2, 150, 53)).astype(kind)


@pytest.fixture(autouse=True)
def by_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "convert", None)


@pytest.mark.parametrize("signs", [InputSigns.UNSIGNED, InputSigns.TWOS_COMPLEMENT, InputSigns.BIPOLAR])
@pytest.mark.parametrize(
    ("columns", "slices"), [(16, 4), (64, 1), (70, 1), (19, 2), (5, 3), (33, 7), (3, 16), (9, 17), (2, 40), (1, 1)]
)
def test_slices_are_added_up_and_scaled(host_device: list[KernelShape], columns: int, slices: int, signs: str) -> None:
    rng = np.random.default_rng(columns + slices)
    operand = operand_of(rng, columns, slices, InputSigns(signs), 3.3)
    converter, vectors = converter_of(slices, 3.3), levels(rng, InputSigns(signs))
    expected, clipped = converted_product(vectors, replace(operand, packed=None), converter)
    found = kernel_product(vectors, operand, converter)
    assert found is not None
    np.testing.assert_array_equal(found[0], expected)
    assert found[1] == clipped > 0
    gains, scales = rng.uniform(0.5, 2.0, (2, 2, columns)).astype(np.float32)
    for reference in (0.0, 127.5):
        rescaled = expected * gains[:, :, None]
        if reference:
            rescaled -= reference * input_sums(vectors)
        rescaled *= scales[:, :, None]
        found = kernel_product(vectors, operand, converter, rescaling=Rescaling(gains, scales, reference))
        assert found is not None
        np.testing.assert_array_equal(found[0], rescaled)
    assert len(host_device) == 3


def test_activations_are_counted_once_whatever_is_read_again(host_device: list[KernelShape]) -> None:
    """Blocks of several chunks are staged for every pair of cycles, and lines of several passes again."""
    rng = np.random.default_rng(4)
    cells = rng.integers(-3, 4, (1, 40 * 6, 300)).astype(np.float32)
    blocks, weights = (slice(0, 300),), Slices((1.0,) * 40, (3,) * 40)
    cycles, converter = input_coding(8, False, 1, "bipolar"), UniformConverter((9.0,) * 40, -50, 50)
    packed = packed_on_device(cells, None, blocks, weights, cycles, converter)
    assert packed is not None
    assert packed.layout.passes > 1
    operand = BlockOperand(cells, blocks, weights, cycles, packed=packed)
    vectors = rng.integers(0, 256, (1, 300, 70)).astype(np.uint8)
    expected, _ = converted_product(vectors, replace(operand, packed=None), converter)
    rescaling = Rescaling(np.ones((1, 6), np.float32), np.ones((1, 6), np.float32), 3.0)
    found = kernel_product(vectors, operand, converter, rescaling=rescaling)
    assert found is not None
    np.testing.assert_array_equal(found[0], expected - np.float32(3.0) * input_sums(vectors))


@pytest.mark.parametrize(("high", "clips"), [(96, False), (95, True)])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("reader", [np.uint8, np.int8])
def test_what_cannot_be_clipped_is_not_tested(
    host_device: list[KernelShape], high: int, clips: bool, sign: int, reader: Callable[..., np.ndarray]
) -> None:
    """A block of 128 rows of level 3 sums up to 384, which is code 96 in steps of 4."""
    signs = InputSigns.UNSIGNED if reader is np.uint8 else InputSigns.TWOS_COMPLEMENT
    is_signed = signs is not InputSigns.UNSIGNED
    cycles = input_coding(8 - is_signed, is_signed, 1, signs.value)
    cells, weights = np.full((1, 5, 150), 3.0 * sign, np.float32), Slices((1.0,), (3,))
    low = (-high, 0) if sign < 0 else (0, high)
    converter = UniformConverter((4.0,), *low)
    packed = packed_on_device(cells, None, BLOCKS, weights, cycles, converter)
    assert packed is not None
    assert packed.shape.clips == clips
    vectors = np.full((1, 150, 20), 255 if reader is np.uint8 else -1).astype(reader)
    operand = BlockOperand(cells, BLOCKS, weights, cycles, packed=packed)
    product, clipped = converted_product(vectors, operand, converter)
    expected, expected_clipped = converted_product(vectors, replace(operand, packed=None), converter)
    np.testing.assert_array_equal(product, expected)
    assert clipped == expected_clipped == (8 * 5 * 20 if clips else 0)


@pytest.mark.parametrize("is_laned", [True, False])
@pytest.mark.parametrize("squares", [0, 1])
@pytest.mark.parametrize("slices", [1, 2, 3, 4, 5, 8, 9, 16, 40])
@pytest.mark.parametrize("columns", [1, 4, 10, 16, 33, 64, 100])
def test_every_line_has_one_place(columns: int, slices: int, squares: int, is_laned: bool) -> None:
    shape = KernelShape(False, 2, squares, True, is_laned)
    layout = layout_of(columns, slices, shape)
    lines = layout.lines()
    assert sorted(lines[lines >= 0].tolist()) == list(range(columns * slices))
    assert len(lines) == layout.padded_lines == layout.blocks * layout.passes * shape.lines
    assert layout.columns_of_block % shape.lines_together == 0
    if slices * shape.lines_together <= shape.lines:
        assert layout.passes == 1
    else:
        assert layout.passes > 1
        assert shape.lines % layout.columns_of_block == 0  # whole slices in each
    # All slices of a column are in one thread block.
    own = np.arange(len(lines)) // (layout.passes * shape.lines)
    for column in range(columns):
        assert len(set(own[(lines >= 0) & (lines % columns == column)].tolist())) == 1
    if is_laned:
        # Rows g and g + 8 of two matrices are four lines in succession of one slice.
        quads = lines.reshape(-1, 2, 2, 8).transpose(0, 3, 1, 2).reshape(-1, 4)
        for quad in quads[(quads >= 0).all(axis=1)]:
            assert np.diff(quad).tolist() == [1, 1, 1]
            assert len(set((quad // columns).tolist())) == 1
