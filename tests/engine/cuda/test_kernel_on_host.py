"""The kernel's own source, on a processor: against NumPy's passes over the same numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine import native
from nnsreport.engine.converters.noise import NoiseSource, Vectors
from nnsreport.engine.converters.read_noise import ReadNoise
from nnsreport.engine.converters.uniform import UniformConverter, code_limits
from nnsreport.engine.crossbar.arithmetic import BlockOperand, converted_product
from nnsreport.engine.crossbar.inputs import InputCoding, InputSigns, input_coding
from nnsreport.engine.crossbar.signs import Slices
from nnsreport.engine.cuda import launching
from nnsreport.engine.cuda.launching import packed_on_device
from nnsreport.engine.cuda.shapes import KernelShape
from nnsreport.engine.random import Purpose

SOURCE = NoiseSource(5, 2, 3, Purpose.WHITE_READ_NOISE, 20.0)


def coding(bits: int, signs: InputSigns, dac_bits: int) -> InputCoding:
    is_signed = signs is not InputSigns.UNSIGNED
    return input_coding(bits - is_signed, is_signed, dac_bits, signs.value)


def levels(rng: np.random.Generator, cycles: InputCoding, shape: tuple[int, ...]) -> np.ndarray:
    top, is_signed = 2**cycles.digits.bits - 1, cycles.signs is not InputSigns.UNSIGNED
    kind = ("int" if is_signed else "uint") + ("8" if cycles.digits.bits + is_signed <= 8 else "16")
    return rng.integers(-top if is_signed else 0, top + 1, shape).astype(kind)


def operand_of(
    cells: np.ndarray,
    rows: int,
    slices: int,
    cycles: InputCoding,
    converter: UniformConverter,
    noise: ReadNoise | None = None,
) -> BlockOperand:
    blocks = tuple(slice(first, min(first + rows, cells.shape[2])) for first in range(0, cells.shape[2], rows))
    weights = Slices(tuple(4.0**index for index in range(slices)), (3,) * slices)
    packed = packed_on_device(cells, noise, blocks, weights, cycles, converter)
    assert packed is not None
    return BlockOperand(cells, blocks, weights, cycles, noise, packed=packed)


def random_problem(
    seed: int,
    *,
    signs: InputSigns = InputSigns.UNSIGNED,
    bits: int = 8,
    dac_bits: int = 1,
    largest: int = 3,
    rows: int = 128,
    deviation: float = 0.0,
    noise: float = 0.0,
    step: float | None = None,
) -> tuple[np.ndarray, BlockOperand, UniformConverter, Vectors]:
    rng = np.random.default_rng(seed)
    groups, columns, slices = int(rng.integers(1, 3)), int(rng.integers(1, 40)), int(rng.integers(1, 4))
    inputs, count = int(rng.integers(1, 300)), int(rng.integers(1, 150))
    cycles = coding(bits, signs, dac_bits)
    vectors = levels(rng, cycles, (groups, inputs, count))
    cells = rng.integers(-largest, largest + 1, (groups, slices * columns, inputs)).astype(np.float32)
    cells += (deviation * rng.normal(size=cells.shape)).astype(np.float32)
    variances = (noise**2 * rng.uniform(0, 1, cells.shape)).astype(np.float32)
    low, high = code_limits(int(rng.integers(3, 12)), signed=bool(rng.integers(0, 2)))
    own = step or float(rng.choice([0.5, 1.0, 3.0, 7.7, 400.0]))
    if step:
        low, high = -(2**21), 2**21
    converter = UniformConverter(tuple(own * (1 + index) for index in range(slices)), low, high)
    operand = operand_of(cells, rows, slices, cycles, converter, ReadNoise(variances, SOURCE) if noise else None)
    numbers = rng.choice(2**33, count, replace=False).astype(np.int64)
    return vectors, operand, converter, Vectors(numbers, occasion=1)


def by_numpy(
    vectors: np.ndarray, operand: BlockOperand, converter: UniformConverter, at: Vectors
) -> tuple[np.ndarray, int]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "convert", None)
        patch.setattr(native, "normal_rows", None)
        return converted_product(vectors, replace(operand, packed=None), converter, at)


SIGNED = [(signs, dac) for signs in InputSigns for dac in (0, 1, 2, 3)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("signs", "dac_bits"), SIGNED)
def test_whole_numbers_give_the_same_codes(
    host_device: list[KernelShape], signs: InputSigns, dac_bits: int, seed: int
) -> None:
    bits, largest, rows = [(8, 3, 128), (11, 2048, 100), (7, 127, 17)][seed]
    problem = random_problem(seed, signs=signs, bits=bits, dac_bits=dac_bits, largest=largest, rows=rows)
    product, clipped = converted_product(*problem)
    expected, expected_clipped = by_numpy(*problem)
    np.testing.assert_array_equal(product, expected)
    assert clipped == expected_clipped
    assert all(shape.parts == 1 for shape in host_device)


@pytest.mark.parametrize("signs", [InputSigns.UNSIGNED, InputSigns.TWOS_COMPLEMENT])
@pytest.mark.parametrize(("bits", "dac_bits", "rows"), [(8, 1, 128), (7, 0, 128), (8, 4, 300), (5, 2, 16), (2, 1, 1)])
def test_bytes_are_summed_up_as_bytes(
    host_device: list[KernelShape], signs: InputSigns, bits: int, dac_bits: int, rows: int
) -> None:
    problem = random_problem(bits + rows, signs=signs, bits=bits, dac_bits=dac_bits, largest=15, rows=rows)
    product, clipped = converted_product(*problem)
    expected, expected_clipped = by_numpy(*problem)
    np.testing.assert_array_equal(product, expected)
    assert clipped == expected_clipped
    assert host_device[-1].is_bytes


@pytest.mark.parametrize(("capability", "is_bytes"), [(90, True), (80, True), (75, False), (70, False)])
def test_pulses_of_eight_bits_are_bytes_where_they_have_no_sign(
    host_device: list[KernelShape], monkeypatch: pytest.MonkeyPatch, capability: int, is_bytes: bool
) -> None:
    monkeypatch.setattr(launching, "_device", lambda array: (capability, 0))
    problem = random_problem(19, bits=8, dac_bits=0, largest=127, rows=129)
    product, clipped = converted_product(*problem)
    expected, expected_clipped = by_numpy(*problem)
    np.testing.assert_array_equal(product, expected)
    assert clipped == expected_clipped
    assert host_device[-1].is_bytes == is_bytes
    assert host_device[-1].is_laned == (capability >= 80)


@pytest.mark.parametrize(("rows", "is_bytes"), [(260, True), (261, False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_bytes_are_summed_up_as_far_as_their_sums_are_exact(
    host_device: list[KernelShape], rows: int, is_bytes: bool, sign: int
) -> None:
    cells, vectors = np.full((1, 3, rows), 127 * sign, np.float32), np.full((1, rows, 5), 127, np.uint8)
    converter = UniformConverter((1.0,), -(2**22), 2**22)
    operand = operand_of(cells, rows, 1, coding(7, InputSigns.UNSIGNED, 0), converter)
    product, clipped = converted_product(vectors, operand, converter)
    kept = min(rows * 127 * 127, 2**22)
    np.testing.assert_array_equal(product, np.full((1, 3, 5), sign * kept, np.float32))
    assert clipped == (0 if is_bytes else 15)
    assert host_device[-1].is_bytes == is_bytes


@pytest.mark.parametrize(("signs", "dac_bits"), SIGNED)
def test_conductances_are_summed_up_to_their_last_bits(
    host_device: list[KernelShape], signs: InputSigns, dac_bits: int
) -> None:
    vectors, operand, converter, at = random_problem(
        11, signs=signs, bits=8, dac_bits=dac_bits, largest=3, deviation=0.3, rows=150, step=2.0**-7
    )
    product, clipped = converted_product(vectors, operand, converter, at)
    assert host_device[-1].parts == 2
    assert clipped == 0
    exact, size = np.zeros(product.shape), np.zeros(product.shape)
    cells = operand.cells.astype(np.float64).reshape(product.shape[0], operand.slices.count, product.shape[1], -1)
    for slice_weight, own in zip(operand.slices.weights, np.moveaxis(cells, 1, 0), strict=True):
        exact += slice_weight * (own @ vectors.astype(np.float64))
        size += slice_weight * (np.abs(own) @ np.abs(vectors.astype(np.float64)))
    codes = sum(step * weight for step, weight in zip(converter.steps, operand.slices.weights, strict=True))
    rounding = 0.5 * codes * len(operand.blocks) * sum(map(abs, operand.cycles.weights))
    # Cells to 2^-22, and sums of 150 products, of codes, and of their shares in single precision.
    assert (np.abs(product - exact) <= rounding + (2.0**-22 + 170 * 2.0**-24) * 2 * size).all()


@pytest.mark.parametrize("signs", InputSigns)
@pytest.mark.parametrize(("bits", "dac_bits"), [(8, 1), (8, 0), (6, 0), (8, 3), (11, 0)])
@pytest.mark.parametrize("deviation", [0.0, 0.3])
def test_noise_is_that_of_numpy_within_its_last_bits(
    host_device: list[KernelShape], signs: InputSigns, bits: int, dac_bits: int, deviation: float
) -> None:
    problem = random_problem(
        7 + bits, signs=signs, bits=bits, dac_bits=dac_bits, deviation=deviation, noise=0.2, step=2.0 ** (bits - 11)
    )
    product, clipped = converted_product(*problem)
    expected, expected_clipped = by_numpy(*problem)
    assert host_device[-1].squares == (1 if max(problem[1].cycles.tops) <= 45 else 2)
    assert clipped == expected_clipped == 0
    still, _ = converted_product(problem[0], replace(problem[1], noise=None, packed=None), *problem[2:])
    deviations = np.abs(expected - still).max()
    assert deviations > 1
    # Codes that lie at a tie of a noisy sum may differ: one step each, of very few.
    steps = max(problem[2].steps) * max(problem[1].slices.weights) * max(map(abs, problem[1].cycles.weights))
    differences = np.abs(product - expected)
    assert (differences > 1e-5 * deviations).mean() < 0.02
    assert differences.max() <= 2 * steps + 1e-5 * deviations


def test_noise_does_not_depend_on_the_batch(host_device: list[KernelShape]) -> None:
    vectors, operand, converter, at = random_problem(3, noise=0.5)
    whole, clipped = converted_product(vectors, operand, converter, at)
    middle = vectors.shape[2] // 3
    halves = [
        converted_product(vectors[..., part], operand, converter, at.part(part))
        for part in (slice(0, middle), slice(middle, None))
    ]
    np.testing.assert_array_equal(np.concatenate([half[0] for half in halves], axis=2), whole)
    assert sum(half[1] for half in halves) == clipped
    assert len({shape.squares for shape in host_device}) == 1


@pytest.mark.parametrize("lines", [1, 5, 18, 35])
def test_numbers_of_a_block_begin_at_a_multiple_of_four(host_device: list[KernelShape], lines: int) -> None:
    cycles = coding(8, InputSigns.UNSIGNED, 3)
    cells, variances = np.zeros((1, lines, 300), np.float32), np.ones((1, lines, 300), np.float32)
    converter = UniformConverter((2.0**-4,), -(2**21), 2**21)
    operand = operand_of(cells, 128, 1, cycles, converter, ReadNoise(variances, SOURCE))
    vectors = np.full((1, 300, 20), 255, np.uint8)
    problem = vectors, operand, converter, Vectors(np.arange(20))
    np.testing.assert_allclose(converted_product(*problem)[0], by_numpy(*problem)[0], rtol=0, atol=2.0**-4 * 64 * 3)


def test_no_vectors_need_no_launch(host_device: list[KernelShape]) -> None:
    vectors, operand, converter, _ = random_problem(1)
    product, clipped = converted_product(vectors[..., :0], operand, converter)
    assert product.shape[2] == clipped == 0
    assert not host_device


def test_shared_memory_suffices_from_volta_on(kernel_shapes: tuple[KernelShape, ...]) -> None:
    assert all(shape.shared_bytes <= 96 * 1024 for shape in kernel_shapes)


@pytest.mark.parametrize(("bits", "dac_bits", "is_for_kernel"), [(11, 0, True), (12, 0, False), (16, 1, True)])
def test_pulses_of_too_many_bits_are_left_to_numpy(
    host_device: list[KernelShape], bits: int, dac_bits: int, is_for_kernel: bool
) -> None:
    cells = np.ones((1, 4, 20), np.float32)
    cycles, converter = coding(bits, InputSigns.UNSIGNED, dac_bits), UniformConverter((1.0,), 0, 7)
    packed = packed_on_device(cells, None, (slice(0, 20),), Slices((1.0,), (1,)), cycles, converter)
    assert (packed is not None) == is_for_kernel
