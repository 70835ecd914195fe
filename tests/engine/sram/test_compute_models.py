"""Cells, capacitors, operands and binomial counts against first principles."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest

from nnsreport.engine.sram import (
    BitCellSettings,
    CapacitorSettings,
    Operands,
    SramSettings,
    compute_memory,
    input_quantization_variance,
    peak_over_std,
    qr_arch,
    qs_arch,
    signal_variance,
)
from nnsreport.engine.sram.binomial import binomial_probabilities, clipping_moments
from nnsreport.engine.sram.bit_cell import (
    cell_current_a,
    channel_noise,
    current_mismatch,
    headroom_units,
    unit_discharge_v,
)
from nnsreport.engine.sram.capacitor import capacitor_mismatch, injected_fraction, injection_offset, sampling_variance
from nnsreport.settings import describe


def test_current_of_the_alpha_power_law():
    assert cell_current_a(BitCellSettings(word_line_v=1.4)) == pytest.approx(220e-6)
    assert cell_current_a(BitCellSettings(word_line_v=0.8)) == pytest.approx(220e-6 * 0.4**1.8)


def test_mismatch_is_the_slope_of_the_current_over_the_threshold():
    cell = BitCellSettings(word_line_v=0.7)
    step = 1e-6
    lower, upper = (dataclasses.replace(cell, threshold_v=0.4 + sign * step) for sign in (-1, 1))
    slope = (cell_current_a(lower) - cell_current_a(upper)) / (2 * step)
    assert current_mismatch(cell) == pytest.approx(slope * cell.threshold_std_v / cell_current_a(cell), rel=1e-6)


def test_headroom_in_unit_discharges():
    settings = SramSettings()
    assert unit_discharge_v(settings) == pytest.approx(220e-6 * 0.4**1.8 * 100e-12 / 270e-15)
    assert headroom_units(settings) * unit_discharge_v(settings) == pytest.approx(0.8)


def test_channel_noise_is_small_beside_mismatch():
    """2 k T gamma g_m T_0 by hand at 65 nm: 0.24 % of a unit discharge, where mismatch is 10.7 %."""
    settings = SramSettings(cell=BitCellSettings(channel_noise=2 / 3))
    assert channel_noise(settings) == pytest.approx(0.00242, abs=1e-5)
    assert channel_noise(settings) < 0.03 * current_mismatch(settings.cell)


def test_capacitors():
    """kappa = 0.08 fF^0.5 is 8 % at 1 fF; k T / C at 1 fF and 300 K is (2.03 mV)^2."""
    one = CapacitorSettings(capacitance_f=1e-15)
    settings = SramSettings(capacitor=one)
    assert capacitor_mismatch(one) == pytest.approx(0.08)
    assert capacitor_mismatch(CapacitorSettings(capacitance_f=4e-15)) == pytest.approx(0.04)
    assert math.sqrt(sampling_variance(settings)) == pytest.approx(2.035e-3, rel=1e-3)
    assert injected_fraction(one) == pytest.approx(0.155)
    assert injection_offset(settings) == pytest.approx(0.155 * 0.6)


@pytest.mark.parametrize(("input_bits", "weight_bits"), [(1, 1), (1, 4), (3, 2), (5, 6)])
def test_operands_are_those_of_all_codes(input_bits, weight_bits):
    operands = Operands(input_bits, weight_bits)
    x = np.arange(2**input_bits) / 2**input_bits
    w = np.arange(-(2 ** (weight_bits - 1)), 2 ** (weight_bits - 1)) / 2 ** (weight_bits - 1)
    assert operands.input_mean == pytest.approx(x.mean())
    assert operands.input_square == pytest.approx((x**2).mean())
    assert operands.weight_mean == pytest.approx(w.mean())
    assert operands.weight_variance == pytest.approx(w.var())
    assert operands.weight_square == pytest.approx((w**2).mean())
    assert operands.input_places == pytest.approx(sum(4.0**-k for k in range(1, input_bits + 1)))
    assert operands.weight_places == pytest.approx(sum(4.0**-i for i in range(weight_bits)))
    assert operands.magnitude_places == pytest.approx(sum(4.0**-i for i in range(1, weight_bits)))
    assert signal_variance(7, operands) == pytest.approx(7 * np.outer(w, x).var())
    assert peak_over_std(7, operands) == pytest.approx(7 / math.sqrt(7 * np.outer(w, x).var()))


def test_input_quantization_of_rounded_numbers():
    """Operands drawn as real numbers and rounded: within 4 standard errors, and the term that Table III leaves out."""
    source = np.random.default_rng(0)
    operands, count = Operands(7, 7), 200_000
    x = source.integers(0, 2**7, count) + source.uniform(-0.5, 0.5, count)
    w = source.integers(-(2**6), 2**6, count) + source.uniform(-0.5, 0.5, count)
    errors = (np.rint(x) * np.rint(w) - x * w) / 2**13
    squares = (errors - errors.mean()) ** 2
    margin = 4 * squares.std() / math.sqrt(count)
    omitted = 4.0**-7 * 4.0**-6 / 144
    assert squares.mean() == pytest.approx(input_quantization_variance(1, operands), abs=margin + omitted)


@pytest.mark.parametrize(("trials", "probability"), [(1, 0.25), (7, 0.25), (20, 0.5)])
def test_binomial_probabilities(trials, probability):
    expected = [math.comb(trials, k) * probability**k * (1 - probability) ** (trials - k) for k in range(trials + 1)]
    np.testing.assert_allclose(binomial_probabilities(trials, probability), expected, rtol=1e-12)


def test_binomial_probabilities_of_many_trials():
    probabilities = binomial_probabilities(100_000, 0.25)
    assert probabilities.sum() == pytest.approx(1.0, rel=1e-9)
    assert probabilities @ np.arange(100_001) == pytest.approx(25_000, rel=1e-9)


@pytest.mark.parametrize("limit", [0.0, 0.5, 1.0, 1.7, 4.0])
def test_clipping_moments_by_enumeration(limit):
    """All weights and two input bits of 4 rows."""
    excess = []
    for bits in itertools.product((0, 1), repeat=12):
        w, x, other = np.array(bits).reshape(3, 4)
        excess.append([max(w @ x - limit, 0.0), max(w @ other - limit, 0.0)])
    first, second = np.array(excess).T
    square, variance, covariance = clipping_moments(4, limit)
    assert square == pytest.approx((first**2).mean())
    assert variance == pytest.approx(first.var())
    assert covariance == pytest.approx((first * second).mean() - first.mean() * second.mean(), abs=1e-12)


def test_exact_clipping_by_enumeration():
    """Every weight and input of 2 rows with 2 bits each, clipped at one unit discharge."""
    operands, errors = Operands(2, 2), []
    for codes in itertools.product(range(4), repeat=4):
        w, x = np.array(codes[:2]), np.array(codes[2:])
        error = 0.0
        for i, place in enumerate((0.5, -1.0)):
            for k, weight in enumerate((0.25, 0.5)):
                error += place * weight * max(((w >> i & 1) * (x >> k & 1)).sum() - 1.0, 0.0)
        errors.append(error)
    assert qs_arch.exact_clipping_variance(2, 1.0, operands) == pytest.approx(np.var(errors))


def test_the_clipping_of_table_iii_is_near_where_little_clips():
    """Correlation of conversions and their mean, which the table leaves out, cost 7 % at most below 0.5 dB of loss."""
    operands = Operands(6, 6)
    for word_line_v in (0.6, 0.7, 0.8):
        settings = SramSettings(mismatch="independent", cell=BitCellSettings(word_line_v=word_line_v))
        rows, limit = qs_arch.most_rows(settings, operands), headroom_units(settings)
        exact = qs_arch.exact_clipping_variance(rows, limit, operands)
        assert exact == pytest.approx(qs_arch.clipping_variance(rows, limit, operands), rel=0.07)


def test_most_rows_is_the_largest():
    operands = Operands(4, 4)
    for mismatch in ("frozen", "independent"):
        settings = SramSettings(mismatch=mismatch)
        rows, limit = qs_arch.most_rows(settings, operands, 0.5), headroom_units(settings)

        def loss_db(count, settings=settings, limit=limit):
            noise = qs_arch.noise_variance(count, settings, operands)
            return 10 * math.log10(noise / (noise - qs_arch.clipping_variance(count, limit, operands)))

        assert loss_db(rows) <= 0.5 < loss_db(rows + 1)


def test_total_noise_is_the_sum_of_its_parts():
    settings = SramSettings(mismatch="independent")
    operands = Operands(6, 6)
    parts = [
        qs_arch.independent_variance(160, current_mismatch(settings.cell), operands),
        qs_arch.clipping_variance(160, headroom_units(settings), operands),
    ]
    assert min(parts) > 0
    assert qs_arch.noise_variance(160, settings, operands) == pytest.approx(sum(parts))
    thermal = qr_arch.thermal_variance(160, settings, operands)
    assert thermal == pytest.approx(160 * operands.weight_places * sampling_variance(settings))
    assert qr_arch.noise_variance(160, settings, operands) > thermal


def test_the_printed_clipping_of_cm_is_not_that_of_uniform_words():
    """At half of the largest word: (1 - w_h)^2 / (27 w_h^2) printed, (1 - w_h)^3 / 9 of uniform words."""
    operands = Operands(8, 12)
    limit = 2.0**10
    assert compute_memory.clipping_variance(1, limit, operands) == pytest.approx(0.5**3 / 9, rel=0.01)
    assert compute_memory.printed_clipping_variance(1, limit, operands) == pytest.approx(1 / 27, rel=0.01)
    assert compute_memory.clipping_variance(1, 2.0**11, operands) == 0.0
    assert compute_memory.printed_clipping_variance(1, 2.0**11, operands) == 0.0


def test_energies_by_hand():
    """One row: the bit line is discharged by one unit in a quarter of conversions; C_o V_dd^2 of one capacitor."""
    settings = SramSettings()
    unit_j = unit_discharge_v(settings) * 1.0 * 270e-15
    assert qs_arch.conversion_energy_j(1, settings) == pytest.approx(unit_j / 4)
    assert qs_arch.dot_product_energy_j(1, 1e-15, settings, Operands(2, 3)) == pytest.approx(6 * (unit_j / 4 + 1e-15))
    assert qr_arch.conversion_energy_j(10, settings) == pytest.approx(30e-15)
    assert qr_arch.dot_product_energy_j(10, 1e-15, settings, Operands(2, 3)) == pytest.approx(93e-15)
    assert compute_memory.word_energy_j(settings, Operands(2, 3)) == pytest.approx(1.5 * unit_j)
    total_j = compute_memory.dot_product_energy_j(10, 1e-15, settings, Operands(2, 3), multiplier_j=2e-15)
    assert total_j == pytest.approx(20 * 1.5 * unit_j + 30e-15 * (1 - 0.375) + 3e-15)


def test_word_lines_that_do_not_turn_cells_on_are_refused():
    with pytest.raises(ValueError, match=r"word_line_v is 0\.4, not above threshold_v, 0\.4"):
        BitCellSettings(word_line_v=0.4)


def test_every_setting_is_described():
    for settings in (SramSettings(), BitCellSettings(), CapacitorSettings()):
        fields = [
            f.name for f in dataclasses.fields(settings) if not dataclasses.is_dataclass(getattr(settings, f.name))
        ]
        assert list(describe(type(settings))) == fields
