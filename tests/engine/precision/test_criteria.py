"""Criteria of ADC precision against their definition and the numbers that are published or were derived elsewhere."""

from __future__ import annotations

import math

import pytest

from nnsreport.engine.precision import (
    TABLE_III_CONSTANT_DB,
    bit_growth_bits,
    bits_for_sqnr,
    clipping_range,
    combined_db,
    minimum_precision_bits,
    required_sqnr_db,
    table_iii_precision_bits,
    truncated_bit_growth_bits,
    uniform_sqnr_db,
)

hypothesis = pytest.importorskip("hypothesis")
st = pytest.importorskip("hypothesis.strategies")
given = hypothesis.given


@given(st.floats(0, 60), st.floats(0.01, 6))
def test_required_sqnr_costs_exactly_the_loss(snr_db, loss_db):
    sqnr_db = required_sqnr_db(snr_db, loss_db)
    assert combined_db(snr_db, sqnr_db) == pytest.approx(snr_db - loss_db, abs=1e-6)


@given(st.floats(0, 80), st.floats(1, 30))
def test_bits_reach_the_sqnr(sqnr_db, peak_over_std):
    bits = bits_for_sqnr(sqnr_db, peak_over_std)
    assert uniform_sqnr_db(bits, peak_over_std) == pytest.approx(sqnr_db, abs=1e-9)


def test_bit_growth():
    """Notes of the papers: 20 bits at N = 256 and 6 bits each."""
    assert bit_growth_bits(6, 6, 256) == 20
    assert bit_growth_bits(6, 6, 257) == 21
    assert bit_growth_bits(1, 1, 1) == 2


@pytest.mark.parametrize(("snr_db", "bits"), [(10, 5), (20, 7), (30, 8), (40, 10)])  # notes of the papers, by 16.2 dB
def test_minimum_precision_bits(snr_db, bits):
    assert math.ceil(table_iii_precision_bits(snr_db)) == bits
    assert math.ceil(minimum_precision_bits(snr_db)) == bits


def test_table_iii_agrees_with_the_derivation():
    """At a loss of 0.5 dB and 4 sigma the derived constant is 16.4 dB, close to the 16.2 of Table III."""
    constant = required_sqnr_db(0.0, 0.5) - uniform_sqnr_db(0.0, 4.0)
    assert constant == pytest.approx(16.4, abs=0.05)
    assert constant == pytest.approx(TABLE_III_CONSTANT_DB, abs=0.25)
    for snr_db in range(0, 41, 5):
        assert table_iii_precision_bits(snr_db) == pytest.approx(minimum_precision_bits(snr_db), abs=0.1)


def test_minimum_precision_needs_fewer_bits_than_the_whole_range():
    """Truncated bit growth keeps the range of N = 256 products: 3 * 16 standard deviations for uniform operands."""
    bits = truncated_bit_growth_bits(30.0, 3.0 * math.sqrt(256))
    assert bits - minimum_precision_bits(30.0) == pytest.approx(math.log2(12.0))
    assert minimum_precision_bits(30.0) < bits < bit_growth_bits(6, 6, 256)


def test_clipping_range():
    assert clipping_range(10.0, 2.0) == (2.0, 18.0)
    assert clipping_range(10.0, 2.0, clip=1.5) == (7.0, 13.0)
