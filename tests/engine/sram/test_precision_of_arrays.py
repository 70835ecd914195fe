"""What the papers are about: SNR of arrays behind ADCs of the precision that the criteria ask for."""

from __future__ import annotations

import math

import pytest

from nnsreport.engine.converters.uniform import uniform_converter
from nnsreport.engine.precision import (
    bit_growth_bits,
    dot_product_statistics,
    minimum_precision_bits,
    truncated_bit_growth_bits,
)
from nnsreport.engine.sram import (
    Operands,
    SramSettings,
    compute_memory,
    peak_over_std,
    qs_arch,
    signal_variance,
)

ROWS, OPERANDS = 256, Operands(6, 6)
COMPUTE_MEMORY = SramSettings(kind="CM", mismatch="independent")
COUNT = 20_000
# Four standard errors of a ratio of two variances of so many numbers are 0.25 dB.
MARGIN_DB = 0.25


@pytest.fixture
def measure(simulate):
    """Return the SNRs of a compute memory of 65 nm behind an ADC of some bits that clips at 4 sigma."""

    def run(bits):
        clip = 4 * math.sqrt(signal_variance(ROWS, OPERANDS)) * 2.0**11
        converter = uniform_converter(bits, [clip], signed=True)
        found = simulate(COMPUTE_MEMORY, OPERANDS, ROWS, count=COUNT, converter=converter)
        return dot_product_statistics(found.exact, found.exact, found.pre_adc, found.output).snr()

    return run


def test_minimum_precision_keeps_snr_t_near_snr_a(measure):
    """[3], abstract (read): the criterion lets SNR_T approach SNR_a with minimal ADC precision."""
    expected = compute_memory.analog_snr_db(ROWS, COMPUTE_MEMORY, OPERANDS)
    bits = math.ceil(minimum_precision_bits(expected, loss_db=0.5))
    snr = measure(bits)
    assert snr.analog_db == pytest.approx(expected, abs=MARGIN_DB)
    assert snr.pre_adc_db - snr.total_db < 0.5 + MARGIN_DB
    fewer = measure(bits - 2)
    assert fewer.pre_adc_db - fewer.total_db > 1.0


def test_the_other_criteria_ask_for_more():
    snr_db = compute_memory.analog_snr_db(ROWS, COMPUTE_MEMORY, OPERANDS)
    minimum = math.ceil(minimum_precision_bits(snr_db))
    truncated = math.ceil(truncated_bit_growth_bits(snr_db, peak_over_std(ROWS, OPERANDS)))
    assert minimum < truncated < bit_growth_bits(6, 6, ROWS)


@pytest.mark.parametrize(("mismatch", "rows"), [("independent", 128), ("independent", 148), ("frozen", 148)])
def test_mismatch_and_clipping_together(simulate, mismatch, rows):
    """The closed form adds both up as if they were independent: where 0.3 dB are lost to clipping, that is near."""
    settings = SramSettings(kind="QS-Arch", mismatch=mismatch)
    found = simulate(settings, OPERANDS, rows, count=6000)
    snr = dot_product_statistics(found.exact, found.exact, found.pre_adc, found.output).snr()
    assert snr.analog_db == pytest.approx(qs_arch.analog_snr_db(rows, settings, OPERANDS), abs=0.4)
