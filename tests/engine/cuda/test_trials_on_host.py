"""Several trials of a layer in one launch of the kernel's source, on a processor: each as alone."""

from __future__ import annotations

import numpy as np
import pytest

from nnsreport.engine.converters.noise import NoiseSource, Vectors
from nnsreport.engine.converters.read_noise import ReadNoise
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar.inputs import InputSigns, input_coding
from nnsreport.engine.crossbar.signs import Slices
from nnsreport.engine.cuda.launching import launched_product, packed_on_device
from nnsreport.engine.cuda.packing import MOST_TRIALS, PackedCells, stacked
from nnsreport.engine.cuda.shapes import KernelShape
from nnsreport.engine.random import Purpose

CYCLES = input_coding(8, signed=False, dac_bits=1, signs=InputSigns.BIPOLAR.value)
SLICES = Slices((1.0, 4.0), (3, 3))
CONVERTER = UniformConverter((3.0, 5.0), -9, 9)
GROUPS, COLUMNS, INPUTS, COUNT = 2, 19, 150, 37
AT = Vectors(np.arange(COUNT, dtype=np.int64) * 3 + 2**33)


def source(trial: int) -> NoiseSource:
    return NoiseSource(5, trial, 3, Purpose.WHITE_READ_NOISE, 20.0)


def trial_of(rng: np.random.Generator, trial: int, deviation: float, noise: float) -> PackedCells:
    cells = rng.integers(-3, 4, (GROUPS, 2 * COLUMNS, INPUTS)).astype(np.float32)
    # Trials differ in size, and so in the powers of two that they are scaled by.
    cells += (deviation * 5.0**trial * rng.normal(size=cells.shape)).astype(np.float32)
    variances = (noise**2 * 3.0**trial * rng.uniform(size=cells.shape)).astype(np.float32)
    read_noise = ReadNoise(variances, source(trial)) if noise else None
    blocks = (slice(0, 128), slice(128, INPUTS))
    packed = packed_on_device(cells, read_noise, blocks, SLICES, CYCLES, CONVERTER)
    assert packed is not None
    return packed


@pytest.mark.parametrize("shares_vectors", [True, False])
@pytest.mark.parametrize(("deviation", "noise"), [(0.0, 0.0), (0.3, 0.0), (0.3, 0.2)])
def test_trials_of_one_launch_are_those_of_several(
    host_device: list[KernelShape], shares_vectors: bool, deviation: float, noise: float
) -> None:
    rng = np.random.default_rng(8)
    trials = [trial_of(rng, trial, deviation, noise) for trial in range(3)]
    sets = 1 if shares_vectors else len(trials)
    vectors = rng.integers(0, 256, (sets * GROUPS, INPUTS, COUNT)).astype(np.uint8)
    sources = tuple(map(source, range(len(trials)))) if noise else ()
    clipped = np.zeros(len(trials), np.int64)
    together = launched_product(vectors, stacked(trials), CONVERTER, clipped, sources, AT)
    assert together.shape == (len(trials) * GROUPS, COLUMNS, COUNT)
    for trial, packed in enumerate(trials):
        own = vectors if shares_vectors else vectors[trial * GROUPS : (trial + 1) * GROUPS]
        count = np.zeros((), np.int64)
        alone = launched_product(own, packed, CONVERTER, count, sources[trial : trial + 1], AT)
        np.testing.assert_array_equal(together[trial * GROUPS : (trial + 1) * GROUPS], alone)
        assert clipped[trial] == count > 0
    assert len({product.tobytes() for product in np.split(together, len(trials))}) == len(trials)


def test_counts_are_added_to_what_was_counted(host_device: list[KernelShape]) -> None:
    rng = np.random.default_rng(1)
    packed = trial_of(rng, 0, 0.0, 0.0)
    vectors = rng.integers(0, 256, (GROUPS, INPUTS, COUNT)).astype(np.uint8)
    clipped = np.zeros(1, np.int64)
    launched_product(vectors, packed, CONVERTER, clipped)
    once = clipped[0]
    launched_product(vectors, packed, CONVERTER, clipped)
    assert clipped[0] == 2 * once > 0


def test_trials_of_other_kernels_or_too_many_are_refused(host_device: list[KernelShape]) -> None:
    rng = np.random.default_rng(2)
    whole, deviating = trial_of(rng, 0, 0.0, 0.0), trial_of(rng, 0, 0.3, 0.0)
    with pytest.raises(ValueError, match="different variants"):
        stacked([whole, deviating])
    assert stacked([whole] * MOST_TRIALS).trials == MOST_TRIALS
    with pytest.raises(ValueError, match="65 trials are more than the 64"):
        stacked([whole] * (MOST_TRIALS + 1))
