"""Arrays against closed forms: the variance of their errors, within its own statistical error."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from nnsreport.engine.sram import (
    BitCellSettings,
    BitLineSettings,
    CapacitorSettings,
    Evaluation,
    Operands,
    SramSettings,
    compute_memory,
    dot_products,
    qr_arch,
    qs_arch,
)
from nnsreport.engine.sram.bit_cell import channel_noise, current_mismatch, headroom_units, pulse_jitter

hypothesis = pytest.importorskip("hypothesis")
st = pytest.importorskip("hypothesis.strategies")

# Derandomised: of 100 draws at 4 standard errors none fails by chance, and none will another day.
examples = hypothesis.settings(max_examples=12, deadline=None, derandomize=True)
STANDARD_ERRORS = 4.0

operands = st.builds(Operands, input_bits=st.integers(1, 6), weight_bits=st.integers(2, 6))
rows = st.integers(4, 96)
mismatch = st.sampled_from(["frozen", "independent"])
NO_LIMIT = BitLineSettings(headroom_v=1e3)
NO_MISMATCH = BitCellSettings(threshold_std_v=0.0)


@examples
@hypothesis.given(operands, rows, mismatch, st.floats(0.5, 1.0))
def test_qs_arch_mismatch(simulate, deviation, operands, rows, mismatch, word_line_v):
    cell = BitCellSettings(word_line_v=word_line_v)
    settings = SramSettings(kind="QS-Arch", mismatch=mismatch, cell=cell, bit_line=NO_LIMIT)
    found = simulate(settings, operands, rows)
    expected = qs_arch.noise_variance(rows, settings, operands)
    assert abs(deviation(found.pre_adc - found.exact, operands, expected)) < STANDARD_ERRORS


@examples
@hypothesis.given(operands, rows, st.floats(1e-12, 2e-11))
def test_qs_arch_jitter_is_shared_by_bit_lines(simulate, deviation, operands, rows, jitter_s):
    bit_line = dataclasses.replace(NO_LIMIT, pulse_jitter_s=jitter_s)
    settings = SramSettings(kind="QS-Arch", cell=NO_MISMATCH, bit_line=bit_line)
    found = simulate(settings, operands, rows)
    expected = qs_arch.jitter_variance(rows, pulse_jitter(settings), operands)
    assert abs(deviation(found.pre_adc - found.exact, operands, expected)) < STANDARD_ERRORS


@examples
@hypothesis.given(operands, rows, st.floats(100.0, 400.0))
def test_qs_arch_channel_noise(simulate, deviation, operands, rows, temperature_k):
    cell = dataclasses.replace(NO_MISMATCH, channel_noise=2 / 3)
    settings = SramSettings(kind="QS-Arch", cell=cell, bit_line=NO_LIMIT, temperature_k=temperature_k)
    found = simulate(settings, operands, rows)
    expected = qs_arch.independent_variance(rows, channel_noise(settings), operands)
    assert expected > 0
    assert abs(deviation(found.pre_adc - found.exact, operands, expected)) < STANDARD_ERRORS


@examples
@hypothesis.given(operands, st.integers(16, 96), st.floats(0.15, 0.3))
def test_qs_arch_clipping_with_its_correlations(simulate, deviation, operands, rows, share):
    limit_v = share * rows * 0.01565910373190607
    settings = SramSettings(kind="QS-Arch", cell=NO_MISMATCH, bit_line=BitLineSettings(headroom_v=limit_v))
    found = simulate(settings, operands, rows, count=6000)
    expected = qs_arch.exact_clipping_variance(rows, headroom_units(settings), operands)
    assert abs(deviation(found.pre_adc - found.exact, operands, expected)) < STANDARD_ERRORS


@examples
@hypothesis.given(operands, rows, mismatch, st.sampled_from(["nominal", "actual"]), st.floats(0.5e-15, 5e-15))
def test_qr_arch_mismatch_and_thermal_noise(simulate, deviation, operands, rows, mismatch, total, capacitance_f):
    # A low mismatch: the closed form of the actual total is of first order in it.
    capacitor = CapacitorSettings(capacitance_f=capacitance_f, total=total, injection="none")
    settings = SramSettings(kind="QR-Arch", mismatch=mismatch, capacitor=capacitor)
    found = simulate(settings, operands, rows)
    expected = qr_arch.noise_variance(rows, settings, operands)
    assert abs(deviation(found.pre_adc - found.exact, operands, expected)) < STANDARD_ERRORS


@examples
@hypothesis.given(operands, rows, st.sampled_from(["independent", "deterministic"]), st.floats(0.5e-15, 5e-15))
def test_qr_arch_charge_injection(simulate, deviation, operands, rows, injection, capacitance_f):
    capacitor = CapacitorSettings(capacitance_f=capacitance_f, mismatch_sqrt_f=0.0, injection=injection)
    settings = SramSettings(kind="QR-Arch", temperature_k=0.0, capacitor=capacitor)
    found = simulate(settings, operands, rows)
    expected = qr_arch.injection_variance(rows, settings, operands)
    assert abs(deviation(found.pre_adc - found.exact, operands, expected)) < STANDARD_ERRORS


@examples
@hypothesis.given(operands, rows, mismatch)
def test_compute_memory_mismatch(simulate, deviation, operands, rows, mismatch):
    settings = SramSettings(kind="CM", mismatch=mismatch, bit_line=NO_LIMIT)
    found = simulate(settings, operands, rows)
    expected = compute_memory.mismatch_variance(rows, current_mismatch(settings.cell), operands)
    assert abs(deviation(found.pre_adc - found.exact, operands, expected)) < STANDARD_ERRORS


@examples
@hypothesis.given(st.builds(Operands, input_bits=st.integers(1, 6), weight_bits=st.integers(3, 6)), rows, mismatch)
def test_compute_memory_clipping(simulate, deviation, operands, rows, mismatch):
    half = 2 ** (operands.weight_bits - 2) - 0.5
    bit_line = BitLineSettings(headroom_v=half * 0.01565910373190607)
    settings = SramSettings(kind="CM", mismatch=mismatch, cell=NO_MISMATCH, bit_line=bit_line)
    found = simulate(settings, operands, rows)
    expected = compute_memory.clipping_variance(rows, headroom_units(settings), operands)
    assert abs(deviation(found.pre_adc - found.exact, operands, expected)) < STANDARD_ERRORS


def test_frozen_mismatch_costs_qs_arch_3_db(simulate):
    """Notes of the papers: 0.328 frozen against 0.163 independent at N = 128 and 6 bits, by another Monte Carlo."""
    operands = Operands(6, 6)
    variances = {}
    for mismatch in ("frozen", "independent"):
        settings = SramSettings(kind="QS-Arch", mismatch=mismatch, bit_line=NO_LIMIT)
        found = simulate(settings, operands, 128, count=6000)
        variances[mismatch] = ((found.pre_adc - found.exact) / 2.0**11).var()
    # Standard errors are 2 %; that of the notes' 0.328 is not known.
    assert variances["frozen"] == pytest.approx(0.328, rel=0.08)
    assert variances["independent"] == pytest.approx(0.163, rel=0.08)


def test_one_deviate_a_conversion_has_the_distribution_of_one_for_each_cell():
    """Given the bits, normal deviates of k cells sum to one of variance k; against a sum over cells drawn here."""
    settings = SramSettings(kind="QS-Arch", mismatch="independent", bit_line=NO_LIMIT)
    weights = np.full((1, 1, 20), 1)
    inputs = np.ones((1, 20, 40_000), dtype=np.int64)
    found = dot_products(weights, inputs, Operands(1, 2), settings, Evaluation(3, 0, 0)).pre_adc.reshape(-1)
    sigma = current_mismatch(settings.cell)
    by_cell = (1 + sigma * np.random.default_rng(0).standard_normal((40_000, 20))).sum(axis=1)
    for power in (1, 2, 4):
        ours, theirs = (found - 20) ** power, (by_cell - 20) ** power
        error = np.hypot(ours.std(), theirs.std()) / 200
        assert abs(ours.mean() - theirs.mean()) < STANDARD_ERRORS * error


@pytest.mark.parametrize("kind", ["QS-Arch", "QR-Arch", "CM"])
def test_without_noise_dot_products_are_exact(simulate, kind):
    capacitor = CapacitorSettings(mismatch_sqrt_f=0.0, injection="none")
    settings = SramSettings(kind=kind, temperature_k=0.0, cell=NO_MISMATCH, bit_line=NO_LIMIT, capacitor=capacitor)
    found = simulate(settings, Operands(4, 5), 40, count=50)
    np.testing.assert_array_equal(found.pre_adc, found.exact)
