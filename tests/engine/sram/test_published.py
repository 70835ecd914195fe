"""What papers and their notes say of the models, with source and tolerance.

[3] S. K. Gonugondla et al., IEEE TCAD 41, 3188 (2022), doi:10.1109/TCAD.2021.3124757; [5] the same, ICCAD 2020. Only
abstracts were read; Tables II and III come from a second source; numbers called notes were derived from those by
another program (docs/engine-sram.md says which is which).
"""

from __future__ import annotations

import csv
import dataclasses
import math

import pytest

from nnsreport.engine.precision import decibels, snr_db
from nnsreport.engine.sram import (
    BitCellSettings,
    CapacitorSettings,
    Operands,
    SramSettings,
    input_quantization_variance,
    qr_arch,
    qs_arch,
    signal_variance,
)
from nnsreport.engine.sram.bit_cell import current_mismatch, headroom_units
from nnsreport.engine.sram.energy import adc_energy_j

OPERANDS = Operands(6, 6)
INDEPENDENT = SramSettings(kind="QS-Arch", mismatch="independent")


def at_word_line(word_line_v: float) -> SramSettings:
    return dataclasses.replace(INDEPENDENT, cell=BitCellSettings(word_line_v=word_line_v))


def unclipped_snr_db(settings: SramSettings, rows: int) -> float:
    noise = qs_arch.independent_variance(rows, current_mismatch(settings.cell), OPERANDS)
    return snr_db(signal_variance(rows, OPERANDS), noise)


@pytest.fixture
def notes_most_rows():
    """Notes: V_WL -> (largest N, SNR_a in dB) with the loss to clipping at 0.5 dB, N in steps of 4."""
    return {0.8: (148, 19.3), 0.7: (276, 16.8), 0.6: (624, 13.3)}


def test_defaults_are_the_65_nm_parameters():
    """[3], Table II (second source); T_0 and the headroom are that source's defaults, C_BL its help text."""
    settings = SramSettings()
    assert (settings.cell.transconductance, settings.cell.exponent) == (220e-6, 1.8)
    assert (settings.cell.threshold_v, settings.cell.threshold_std_v) == (0.4, 23.8e-3)
    assert (settings.bit_line.capacitance_f, settings.bit_line.pulse_s) == (270e-15, 100e-12)
    assert settings.bit_line.headroom_v == 0.8
    assert settings.capacitor.mismatch_sqrt_f == pytest.approx(0.08 * math.sqrt(1e-15))
    assert (settings.capacitor.switch_f, settings.capacitor.injected_share) == (0.31e-15, 0.5)
    assert settings.temperature_k == 300.0


@pytest.mark.shared
def test_defaults_are_the_values_of_the_reference_table(shared_dir):
    with (shared_dir / "papers" / "reference_results.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["key"] == "gonugondla2022limits"]
    published = {row["metric"].removeprefix("parameter "): row["value"] for row in rows}
    settings = SramSettings()
    for name, value in {
        "k'": settings.cell.transconductance,
        "alpha": settings.cell.exponent,
        "sigma_Vt": settings.cell.threshold_std_v * 1e3,
        "V_t": settings.cell.threshold_v,
        "kappa (Pelgrom, capacitor)": settings.capacitor.mismatch_sqrt_f / math.sqrt(1e-15),
        "W*L*C_ox (switch)": settings.capacitor.switch_f * 1e15,
        "p (injected charge share)": settings.capacitor.injected_share,
        "T": settings.temperature_k,
        "C_BL": settings.bit_line.capacitance_f * 1e15,
        "T_0 (LSB word-line pulse)": settings.bit_line.pulse_s * 1e12,
        "dV_BL,max": settings.bit_line.headroom_v,
    }.items():
        assert value == pytest.approx(float(published[name])), name


def test_snr_a_and_most_rows_of_the_notes(notes_most_rows):
    for word_line_v, (rows, snr) in notes_most_rows.items():
        settings = at_word_line(word_line_v)
        assert unclipped_snr_db(settings, rows) == pytest.approx(snr, abs=0.06)
        assert 0 <= qs_arch.most_rows(settings, OPERANDS, 0.5) - rows < 4


def test_most_rows_double_for_every_3_db():
    """[5], abstract (read): the largest N is doubled for every 3 dB drop in SNR_a."""
    high, low = at_word_line(0.8), at_word_line(0.6)
    octaves = math.log2(qs_arch.most_rows(low, OPERANDS) / qs_arch.most_rows(high, OPERANDS))
    drop_db = unclipped_snr_db(high, 64) - unclipped_snr_db(low, 64)
    assert drop_db / octaves == pytest.approx(3.0, abs=0.15)


def test_energy_falls_by_3_3_for_every_6_db():
    """[5], abstract (read): 3.3 times. The array alone gives 3.48 (notes); the paper's ADC model is not known."""
    high, low = at_word_line(0.8), at_word_line(0.6)
    assert unclipped_snr_db(high, 64) - unclipped_snr_db(low, 64) == pytest.approx(6.02, abs=0.01)
    ratio = qs_arch.conversion_energy_j(128, high) / qs_arch.conversion_energy_j(128, low)
    assert ratio == pytest.approx(3.48, abs=0.01)
    assert ratio == pytest.approx(3.3, rel=0.06)


def test_with_another_adc_model_total_energy_hardly_falls():
    """Notes: only 1.3 times with the ADC of S. K. Roy (thesis 2024, eq. 3.18)."""

    def energy_j(settings):
        bits = math.ceil(qs_arch.adc_bits(128, qs_arch.analog_snr_db(128, settings, OPERANDS), settings))
        return qs_arch.dot_product_energy_j(128, adc_energy_j(bits), settings, OPERANDS)

    assert energy_j(at_word_line(0.8)) / energy_j(at_word_line(0.6)) == pytest.approx(1.3, abs=0.1)


def test_qr_arch_gains_8_db_for_three_times_the_capacitance():
    """[3] reports about 8 dB (second source); notes: 12.15 to 20.17 dB with the squared form of charge injection."""
    snr = {
        size: qr_arch.analog_snr_db(128, SramSettings(capacitor=CapacitorSettings(capacitance_f=size)), OPERANDS)
        for size in (1e-15, 3e-15)
    }
    assert snr[1e-15] == pytest.approx(12.15, abs=0.01)
    assert snr[3e-15] == pytest.approx(20.17, abs=0.01)
    assert snr[3e-15] - snr[1e-15] == pytest.approx(8.0, abs=0.05)


def test_the_printed_form_of_charge_injection_gains_less():
    """Notes: 1.99 to 6.76 dB with what the caption of Table III prints."""
    found = []
    for size in (1e-15, 3e-15):
        settings = SramSettings(capacitor=CapacitorSettings(capacitance_f=size, injection="none"))
        noise = qr_arch.noise_variance(128, settings, OPERANDS)
        noise += qr_arch.printed_injection_variance(128, settings, OPERANDS)
        found.append(snr_db(signal_variance(128, OPERANDS), noise))
    assert found == pytest.approx([1.99, 6.76], abs=0.01)


def test_frozen_mismatch_doubles_the_noise():
    """Notes: 0.163 with independent mismatch at N = 128 and 6 bits, about twice that when cells are reused."""
    sigma = current_mismatch(BitCellSettings())
    independent = qs_arch.independent_variance(128, sigma, OPERANDS)
    frozen = qs_arch.frozen_variance(128, sigma, OPERANDS)
    assert independent == pytest.approx(0.163, abs=5e-4)
    assert frozen / independent == pytest.approx(2.0, rel=0.03)
    many_bits = Operands(16, 16)
    ratio = qs_arch.frozen_variance(1, sigma, many_bits) / qs_arch.independent_variance(1, sigma, many_bits)
    assert decibels(ratio) == pytest.approx(3.01, abs=0.01)


def test_qs_needs_headroom_and_qr_capacitance():
    """[3], abstract (read): QS suits low and QR high compute SNR; QR's is not bounded by headroom."""
    wide = dataclasses.replace(INDEPENDENT, capacitor=CapacitorSettings(capacitance_f=10e-15))
    best_qs = max(qs_arch.analog_snr_db(128, at_word_line(v / 100), OPERANDS) for v in range(45, 101))
    assert qr_arch.analog_snr_db(128, wide, OPERANDS) > best_qs + 3


def test_adc_bits_are_those_of_table_iii():
    settings = at_word_line(0.8)
    assert qs_arch.adc_bits(512, 30.0, settings) == pytest.approx(math.log2(headroom_units(settings)))
    assert qs_arch.adc_bits(16, 30.0, settings) == 4
    assert qs_arch.adc_bits(512, 10.0, settings) == pytest.approx(26.2 / 6)
    assert qr_arch.adc_bits(16, 60.0, OPERANDS) == 10
    assert qr_arch.adc_bits(512, 10.0, OPERANDS) == pytest.approx(26.2 / 6)


def test_input_quantization_of_the_table():
    """sigma_qiy^2 by hand for N = 1 and 1 bit each: var w = 1/4, E[x^2] = 1/8."""
    one = Operands(1, 1)
    assert one.weight_variance == 0.25
    assert one.input_square == 0.125
    assert input_quantization_variance(1, one) == pytest.approx((0.25 * 0.25 + 0.125) / 12)
