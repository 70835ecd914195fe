"""Arrays as the crossbar engine uses them: identities of draws, blocks, devices, conversion."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from nnsreport.engine.backend import to_numpy
from nnsreport.engine.precision import composed_snr, dot_product_statistics
from nnsreport.engine.random import Purpose
from nnsreport.engine.sram import (
    BitCellSettings,
    BitLineSettings,
    CapacitorSettings,
    Evaluation,
    Operands,
    SramSettings,
    dot_products,
    program_array,
    weight_planes,
)

OPERANDS = Operands(3, 4)
NOISY_LINE = BitLineSettings(pulse_jitter_s=5e-12, headroom_v=0.2)
NOISY_CELL = BitCellSettings(channel_noise=2 / 3)
VARIANTS = [
    SramSettings(kind=kind, mismatch=mismatch, cell=NOISY_CELL, bit_line=NOISY_LINE, capacitor=capacitor)
    for kind in ("QS-Arch", "QR-Arch", "CM")
    for mismatch in ("frozen", "independent")
    for capacitor in (CapacitorSettings(total="actual", injection="deterministic"), CapacitorSettings())
]


class Quantizer:
    """A uniform ADC of whole sums."""

    def __init__(self, planes: int, high: int) -> None:
        self.steps = (1.0,) * planes
        self.high = high

    def convert(self, sums: np.ndarray) -> int:
        np.rint(sums, out=sums)
        clipped = int(np.count_nonzero(np.abs(sums) > self.high))
        np.clip(sums, -self.high, self.high, out=sums)
        return clipped


@pytest.fixture
def operands():
    numbers = np.random.default_rng(0)
    return numbers.integers(-7, 8, (2, 3, 20)), numbers.integers(0, 8, (2, 20, 9))


@pytest.mark.parametrize("settings", VARIANTS)
def test_vectors_are_the_same_in_any_batch(operands, settings):
    weights, inputs = operands
    whole = dot_products(weights, inputs, OPERANDS, settings, Evaluation(5, 1, 2), rows=8)
    for begin, end in ((0, 4), (4, 9), (8, 9)):
        at = Evaluation(5, 1, 2, first_vector=begin)
        part = dot_products(weights, inputs[..., begin:end], OPERANDS, settings, at, rows=8)
        # A product of another shape may sum in another order.
        np.testing.assert_allclose(part.pre_adc, whole.pre_adc[..., begin:end], rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("settings", VARIANTS)
def test_devices_give_the_same(operands, settings, devices):
    weights, inputs = operands
    here = dot_products(weights, inputs, OPERANDS, settings, Evaluation(5, 1, 2), rows=8).pre_adc
    for xp in devices.values():
        there = dot_products(xp.asarray(weights), xp.asarray(inputs), OPERANDS, settings, Evaluation(5, 1, 2), rows=8)
        np.testing.assert_allclose(to_numpy(there.pre_adc), here, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("change", [{"seed": 6}, {"trial": 2}, {"layer": 3}, {"block": 1}])
def test_every_part_of_an_identity_counts(change):
    identity = Evaluation(5, 1, 2)
    other = dataclasses.replace(identity, **change)
    first, second = (at.normals(Purpose.SRAM_EVALUATION, (3, 4), np) for at in (identity, other))
    assert not np.any(first == second)


def test_frozen_cells_do_not_change_from_one_evaluation_to_the_next(operands):
    weights, _ = operands
    inputs = np.full((2, 20, 30), 5)
    settings = SramSettings(kind="QS-Arch", bit_line=BitLineSettings(headroom_v=1e3))
    frozen = dot_products(weights, inputs, OPERANDS, settings, Evaluation(1, 0, 0)).pre_adc
    np.testing.assert_allclose(frozen, np.repeat(frozen[..., :1], 30, axis=2), rtol=1e-5)
    assert np.all(np.abs(frozen - weights @ inputs) > 1e-3)
    anew = dataclasses.replace(settings, mismatch="independent")
    found = dot_products(weights, inputs, OPERANDS, anew, Evaluation(1, 0, 0)).pre_adc
    assert np.all(found.std(axis=2) > 0.1)


def test_blocks_have_cells_and_headroom_of_their_own(operands):
    """Two blocks of rows are two arrays: the sum of both, each clipped by itself."""
    settings = SramSettings(kind="QS-Arch", bit_line=BitLineSettings(headroom_v=0.04))
    weights, inputs = operands
    evaluation = Evaluation(1, 0, 0)
    together = dot_products(weights, inputs, OPERANDS, settings, evaluation, rows=10).pre_adc
    planes = weight_planes(weights, 4)
    array = program_array(planes, settings, (slice(0, 10), slice(10, 20)), OPERANDS, evaluation)
    counts = np.stack([(inputs >> k & 1) for k in range(3)]).astype(np.float32)
    limit = 0.04 / 0.01565910373190607
    halves = [np.minimum(array.cells[:, :, block] @ counts[:, :, block], limit) for block in array.blocks]
    places = np.array([1, 2, 4, -8.0])
    sums = sum(halves).reshape(3, 2, 4, 3, 9)
    expected = np.einsum("c,p,cgpnm->gnm", [1.0, 2.0, 4.0], places, sums)
    np.testing.assert_allclose(together, expected, rtol=1e-5, atol=1e-4)


def test_weight_planes_are_twos_complement(operands):
    weights, _ = operands
    planes = weight_planes(weights, 4).reshape(2, 4, 3, 20)
    np.testing.assert_array_equal(np.einsum("p,gpnk->gnk", [1, 2, 4, -8], planes), weights)


def test_an_adc_of_whole_counts_costs_nothing(operands):
    weights, inputs = operands
    cell, line = BitCellSettings(threshold_std_v=0.0), BitLineSettings(headroom_v=1e3)
    settings = SramSettings(kind="QS-Arch", cell=cell, bit_line=line)
    found = dot_products(weights, inputs, OPERANDS, settings, Evaluation(1, 0, 0), converter=Quantizer(4, 20))
    np.testing.assert_array_equal(found.output, found.exact)
    assert found.clipped == 0
    coarse = dot_products(weights, inputs, OPERANDS, settings, Evaluation(1, 0, 0), converter=Quantizer(4, 3))
    counts = np.einsum(
        "cgkm,gpnk->cpgnm",
        [(inputs >> k) & 1 for k in range(3)],
        [np.stack([(group >> i) & 1 for i in range(4)]) for group in weights],
    )
    assert coarse.clipped == np.count_nonzero(counts > 3)


def test_snr_of_a_chain_is_the_composition_of_its_stages():
    """Mismatch, then rounding to whole counts: stages are independent, so eqs. (10) and (11) hold."""
    operands, rows, count = Operands(4, 4), 64, 4000
    numbers = np.random.default_rng(3)
    weights, inputs = numbers.integers(-8, 8, (count, 1, rows)), numbers.integers(0, 16, (count, rows, 1))
    line = BitLineSettings(headroom_v=1e3)
    settings = SramSettings(kind="QS-Arch", mismatch="independent", bit_line=line)
    found = dot_products(weights, inputs, operands, settings, Evaluation(3, 0, 0), converter=Quantizer(4, 64))
    snr = dot_product_statistics(found.exact, found.exact, found.pre_adc, found.output).snr()
    composed = composed_snr(snr.analog_db, snr.input_quantization_db, snr.output_quantization_db)
    assert snr.input_quantization_db == np.inf
    # Four standard errors of a variance of 4000 numbers are 0.4 dB.
    assert snr.total_db == pytest.approx(composed.total_db, abs=0.4)
    assert snr.output_quantization_db > snr.analog_db


def test_equal_products_share_their_charge_without_noise():
    """All rows alike: with the actual total, mismatch cancels, and rounding must not leave a negative variance."""
    capacitor = CapacitorSettings(capacitance_f=1e-15, total="actual", injection="none")
    settings = SramSettings(kind="QR-Arch", mismatch="independent", temperature_k=0.0, capacitor=capacitor)
    weights, inputs = np.full((1, 1, 97), 7), np.full((1, 97, 50), 7)
    found = dot_products(weights, inputs, OPERANDS, settings, Evaluation(1, 0, 0))
    np.testing.assert_allclose(found.pre_adc, found.exact, rtol=1e-3)
