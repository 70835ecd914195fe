"""How many bits an ADC needs: bit growth, truncated bit growth, and the minimum-precision criterion.

Source: S. K. Gonugondla et al., IEEE TCAD 41, 3188 (2022), doi:10.1109/TCAD.2021.3124757, and the same authors,
ICCAD 2020. Their full text was not at hand: names and Table III's form are quoted from a second source
(docs/references.md), everything else here is derived from the definition of the SNRs.
"""

from __future__ import annotations

import math

from nnsreport.engine.precision.quantization import uniform_sqnr_db

TABLE_III_CONSTANT_DB = 16.2
"""What Table III of Gonugondla 2022 adds to SNR_A before it divides by 6 dB a bit."""

_DB_PER_BIT = uniform_sqnr_db(1.0, 1.0) - uniform_sqnr_db(0.0, 1.0)
_TABLE_III_DB_PER_BIT = 6.0


def bit_growth_bits(input_bits: int, weight_bits: int, rows: int) -> int:
    """Return the bits that hold every dot product exactly: the bit growth criterion, BGC.

    Parameters
    ----------
    input_bits, weight_bits : int
        Of the operands.
    rows : int
        Products in the sum.

    Returns
    -------
    int
        ``input_bits + weight_bits + ceil(log2 rows)``.
    """
    return input_bits + weight_bits + math.ceil(math.log2(rows))


def required_sqnr_db(snr_pre_adc_db: float, loss_db: float) -> float:
    """Return the SQNR that an ADC needs so that it costs no more than a given loss.

    Parameters
    ----------
    snr_pre_adc_db : float
        SNR_A.
    loss_db : float
        Largest SNR_A - SNR_T; above 0.

    Returns
    -------
    float
        ``SNR_A - loss - 10 lg(1 - 10^(-loss / 10))``: eq. (11) of Gonugondla 2022 solved for SQNR_qy.
    """
    return snr_pre_adc_db - loss_db - 10.0 * math.log10(-math.expm1(-loss_db / 10.0 * math.log(10.0)))


def bits_for_sqnr(sqnr_db: float, peak_over_std: float) -> float:
    """Return the resolution with which a quantiser reaches an SQNR.

    Parameters
    ----------
    sqnr_db : float
        Wanted.
    peak_over_std : float
        Half the quantiser's range over the signal's standard deviation.

    Returns
    -------
    float
        Bits, to be rounded up.
    """
    return (sqnr_db - uniform_sqnr_db(0.0, peak_over_std)) / _DB_PER_BIT


def truncated_bit_growth_bits(snr_pre_adc_db: float, peak_over_std: float, loss_db: float = 0.5) -> float:
    """Return the bits that the truncated bit growth criterion, tBGC, asks for.

    The ADC covers the dot product's whole range as under bit growth, but least significant bits are dropped.

    Parameters
    ----------
    snr_pre_adc_db : float
        SNR_A.
    peak_over_std : float
        Largest dot product possible over the standard deviation of dot products, such as
        :func:`nnsreport.engine.sram.peak_over_std`.
    loss_db : float
        Largest SNR_A - SNR_T; above 0.

    Returns
    -------
    float
        Bits, to be rounded up.
    """
    return bits_for_sqnr(required_sqnr_db(snr_pre_adc_db, loss_db), peak_over_std)


def minimum_precision_bits(snr_pre_adc_db: float, loss_db: float = 0.5, clip: float = 4.0) -> float:
    """Return the bits that the minimum-precision criterion, MPC, asks for.

    The ADC clips at ``clip`` standard deviations instead of covering the signal's whole range.

    Parameters
    ----------
    snr_pre_adc_db : float
        SNR_A.
    loss_db : float
        Largest SNR_A - SNR_T; above 0.
    clip : float
        Half the ADC's range in standard deviations of the signal (zeta); noise of clipping itself is left out, see
        :func:`nnsreport.engine.precision.gaussian_quantization_noise`.

    Returns
    -------
    float
        Bits, to be rounded up.
    """
    return bits_for_sqnr(required_sqnr_db(snr_pre_adc_db, loss_db), clip)


def table_iii_precision_bits(snr_pre_adc_db: float) -> float:
    """Return the bits of the minimum-precision criterion as Table III of Gonugondla 2022 has it.

    Parameters
    ----------
    snr_pre_adc_db : float
        SNR_A.

    Returns
    -------
    float
        ``(SNR_A + 16.2) / 6``, to be rounded up; within 0.1 bit of :func:`minimum_precision_bits` up to 40 dB.
    """
    return (snr_pre_adc_db + TABLE_III_CONSTANT_DB) / _TABLE_III_DB_PER_BIT


def clipping_range(mean: float, std: float, clip: float = 4.0) -> tuple[float, float]:
    """Return the range of an ADC under the minimum-precision criterion.

    Parameters
    ----------
    mean, std : float
        Of what it converts.
    clip : float
        Half the range in standard deviations.

    Returns
    -------
    low, high : float
        ``mean - clip * std`` and ``mean + clip * std``.
    """
    return mean - clip * std, mean + clip * std
