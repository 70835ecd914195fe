"""Noise from a GPU's special function units: how far the errors that PTX ISA states move it from exact numbers."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import numpy as np
import pytest

from nnsreport.engine.converters.noise import NoiseSource, Vectors
from nnsreport.engine.converters.read_noise import ReadNoise
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar.inputs import input_coding
from nnsreport.engine.crossbar.signs import Slices
from nnsreport.engine.cuda.launching import launched_product, packed_on_device
from nnsreport.engine.random import Purpose, philox4x32

SOURCE = NoiseSource(7, 1, 2, Purpose.WHITE_READ_NOISE, 20.0)
LINES, COUNT, STEP = 64, 20_000, 2.0**-18
NUMBERS = np.arange(COUNT)
SHARES = [(0.0,) * 4, *itertools.product((-1.0, 1.0), repeat=4)]
CYCLES = input_coding(1, False, 0, "bipolar")


@functools.cache
def exact_numbers() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return normal numbers in double precision, the radius of each, and the logarithm to base 2 that it is of."""
    stream = SOURCE.stream(0)
    row, column = np.meshgrid(np.arange(LINES // 4), np.arange(COUNT), indexing="ij")
    index = row.astype(np.uint64) << np.uint64(40) | column.astype(np.uint64)
    high = [np.full(index.shape, word, np.uint64) for word in stream.high]
    low = index & np.uint64(0xFFFFFFFF), index >> np.uint64(32)
    words = [word.astype(np.float64) for word in philox4x32((*low, *high), stream.key)]
    logarithms = [np.log2((words[pair] + 0.5) * 2.0**-32) for pair in (0, 0, 2, 2)]
    radii = np.stack([np.sqrt(-2.0 * np.log(2.0) * logarithm) for logarithm in logarithms], axis=1)
    angles = [words[pair + 1] * 2.0**-31 * np.pi for pair in (0, 2)]
    turned = np.stack([function(angle) for angle in angles for function in (np.cos, np.sin)], axis=1)
    shape = LINES, COUNT
    return (radii * turned).reshape(shape), radii.reshape(shape), np.stack(logarithms, axis=1).reshape(shape)


def drawn(
    shares: tuple[float, ...], host_device: Any, step: float, high: int, numbers: np.ndarray = NUMBERS
) -> np.ndarray:
    """Return noise of standard deviation 1 and nothing else, in steps of an ADC."""
    cells, variances = np.zeros((1, LINES, 1), np.float32), np.ones((1, LINES, 1), np.float32)
    converter = UniformConverter((step,), -high, high)
    noise = ReadNoise(variances, SOURCE)
    packed = packed_on_device(cells, noise, (slice(0, 1),), Slices((1.0,), (3,)), CYCLES, converter)
    assert packed is not None
    host_device.shares_of_errors = shares
    vectors, clipped = np.ones((1, 1, len(numbers)), np.uint8), np.zeros((), np.int64)
    return launched_product(vectors, packed, converter, clipped, (SOURCE,), Vectors(numbers))[0]


@pytest.mark.parametrize("shares", SHARES)
def test_errors_are_those_that_are_stated(host_device: Any, shares: tuple[float, ...]) -> None:
    exact, radii, logarithms = exact_numbers()
    error = np.abs(drawn(shares, host_device, STEP, 2**21) - exact)
    # Of the square of the radius: the logarithm's, once more on purpose, and rounding of what it is taken of.
    square = 2.0 * np.log(2.0) * (2.0**-22 * np.maximum(1.0, -logarithms) + 2.0**-22 + 2.0**-23)
    radius = np.minimum(np.sqrt(square), square / np.maximum(radii, 1e-30))
    assert (error <= radius + radii * (2.0**-20.5 + 4 * 2.0**-22) + STEP).all()
    assert error.mean() < 4e-6
    assert (error > 3e-5).mean() < 1e-4
    assert error.max() < 1.2e-3  # close to a radius of 0, where the root has no bounded slope


def test_numbers_close_to_one_have_a_root(host_device: Any) -> None:
    """An error of their logarithm could make it positive: columns whose words are 179, 382 and 75 below 2^32."""
    numbers, rows = np.array([8603320, 9295258, 26574224]), [0, 2, 2]
    for share in (-1.0, 0.0, 1.0):
        found = drawn((share, 0.0, 0.0, 0.0), host_device, STEP, 2**21, numbers)
        of_pairs = np.hypot(found[rows, np.arange(3)], found[np.add(rows, 1), np.arange(3)])
        assert (of_pairs < 1.2e-3).all()


@pytest.mark.parametrize("shares", [(1.0, 1.0, 1.0, 1.0), (-1.0, -1.0, 1.0, -1.0)])
def test_hardly_a_code_changes(host_device: Any, shares: tuple[float, ...]) -> None:
    """At a standard deviation of 4 codes."""
    exact, *_ = exact_numbers()
    codes = np.rint(exact * 4)
    found = np.rint(drawn(shares, host_device, 0.25, 127) * 4)
    assert np.abs(found - codes).max() <= 1
    assert (found != codes).mean() < 3e-5


def test_mean_and_standard_deviation_are_kept(host_device: Any) -> None:
    """The greatest errors, all of one sign, change a standard deviation by some 10^-7."""
    exact, *_ = exact_numbers()
    found = drawn((1.0, 1.0, 1.0, 1.0), host_device, STEP, 2**21)
    assert abs(found.std() / exact.std() - 1.0) < 1e-6
    assert abs(found.mean() - exact.mean()) < 2e-6
