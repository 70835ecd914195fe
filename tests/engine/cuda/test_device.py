"""The kernel on a GPU: against NumPy. Skipped where there is none."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.backend import select_backend
from nnsreport.engine.converters.noise import NoiseSource, Vectors
from nnsreport.engine.converters.read_noise import ReadNoise
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar.arithmetic import BlockOperand, converted_product
from nnsreport.engine.crossbar.inputs import InputSigns, input_coding
from nnsreport.engine.crossbar.signs import Slices
from nnsreport.engine.cuda import launching
from nnsreport.engine.cuda.shapes import KernelShape
from nnsreport.engine.random import Purpose
from nnsreport.errors import DeviceError

pytestmark = pytest.mark.gpu
SOURCE = NoiseSource(1, 2, 3, Purpose.WHITE_READ_NOISE, 20.0)


@pytest.fixture(scope="module")
def cupy() -> ModuleType:
    if importlib.util.find_spec("cupy") is None:
        pytest.skip("CuPy is not installed")
    try:
        return select_backend("cuda").xp
    except DeviceError as error:
        pytest.skip(str(error))


def operand(
    xp: ModuleType,
    cells: np.ndarray,
    rows: int,
    dac_bits: int,
    signs: InputSigns,
    noise: float,
    converter: UniformConverter,
) -> BlockOperand:
    inputs = cells.shape[2]
    blocks = tuple(slice(first, min(first + rows, inputs)) for first in range(0, inputs, rows))
    cycles = input_coding(
        8 - (signs is not InputSigns.UNSIGNED), signs is not InputSigns.UNSIGNED, dac_bits, signs.value
    )
    on_device = xp.asarray(cells)
    read_noise = ReadNoise(xp.full(cells.shape, noise**2, dtype=xp.float32), SOURCE) if noise else None
    slices = Slices((1.0, 4.0), (3, 3))
    packed = launching.packed_on_device(on_device, read_noise, blocks, slices, cycles, converter)
    return BlockOperand(on_device, blocks, slices, cycles, read_noise, packed=packed)


@pytest.mark.parametrize("signs", InputSigns)
@pytest.mark.parametrize("dac_bits", [0, 1, 3])
@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize("deviation", [0.0, 0.3])
@pytest.mark.parametrize("count", [1, 333, 4096])
def test_codes_are_those_of_numpy(
    cupy: ModuleType, signs: InputSigns, dac_bits: int, noise: float, deviation: float, count: int
) -> None:
    rng = np.random.default_rng(count)
    is_signed = signs is not InputSigns.UNSIGNED
    top = 127 if is_signed else 255
    vectors = rng.integers(-top if is_signed else 0, top + 1, (2, 300, count)).astype("int8" if is_signed else "uint8")
    cells = rng.integers(-3, 4, (2, 2 * 37, 300)).astype(np.float32)
    cells += (deviation * rng.normal(size=cells.shape)).astype(np.float32)
    converter = UniformConverter((3.0, 5.0) if dac_bits else (300.0, 500.0), -60, 60)
    at = Vectors(np.arange(count, dtype=np.int64))
    expected, expected_clipped = converted_product(
        vectors, operand(np, cells, 128, dac_bits, signs, noise, converter), converter, at
    )
    there = operand(cupy, cells, 128, dac_bits, signs, noise, converter)
    assert there.packed is not None, "the kernel does not compile on this device; the log says why"
    on_device = Vectors(cupy.asarray(at.numbers))
    product, clipped = converted_product(cupy.asarray(vectors), there, converter, on_device)
    product = product.get()
    if not noise and not deviation:
        np.testing.assert_array_equal(product, expected)
        assert clipped == expected_clipped
        return
    # Sums that come to lie on the other side of a tie, in their last bits, are few, and change a code by one.
    differences = np.abs(product - expected)
    assert (differences > 0).mean() < 0.01
    assert differences.max() <= 2 * 4 * max(converter.steps) * max(map(abs, there.cycles.weights))
    assert abs(clipped - expected_clipped) <= 1e-4 * expected_clipped + 5


def test_all_variants_compile(cupy: ModuleType, kernel_shapes: tuple[KernelShape, ...]) -> None:
    device = cupy.cuda.Device()
    capability = int(device.compute_capability)
    for shape in kernel_shapes:
        if shape.is_laned == (capability >= 80) and not (shape.is_bytes and capability < 72):
            assert launching.compiled(shape, device.id) is not None


def test_results_do_not_change_from_launch_to_launch(cupy: ModuleType) -> None:
    rng = np.random.default_rng(0)
    vectors = cupy.asarray(rng.integers(0, 256, (1, 576, 5000)).astype(np.uint8))
    at, converter = Vectors(cupy.arange(5000)), UniformConverter((1.0, 1.0), -127, 127)
    cells = rng.normal(size=(1, 2 * 64, 576)).astype(np.float32)
    there = operand(cupy, cells, 128, 1, InputSigns.UNSIGNED, 0.1, converter)
    first, clipped = converted_product(vectors, there, converter, at)
    for _ in range(20):
        again, again_clipped = converted_product(vectors, there, converter, at)
        assert bool((first == again).all())
        assert clipped == again_clipped
