"""Signal-to-noise ratios of an analog dot product, in dB, and how they combine.

Source: S. K. Gonugondla et al., IEEE TCAD 41, 3188 (2022), doi:10.1109/TCAD.2021.3124757, eqs. (10) and (11). All are
ratios of variances, of the floating-point dot product ``y_o`` over an error, so constant offsets do not count.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ComputeSnr:
    """The signal-to-noise ratios of one kind of dot product.

    Attributes
    ----------
    analog_db : float
        SNR_a: what the analog core adds to the dot product of quantised operands.
    input_quantization_db : float
        SQNR_qiy: what quantising inputs and weights adds to the floating-point dot product.
    pre_adc_db : float
        SNR_A: both together, in front of the ADC.
    output_quantization_db : float
        SQNR_qy: what the ADC adds.
    total_db : float
        SNR_T: all together.
    """

    analog_db: float
    input_quantization_db: float
    pre_adc_db: float
    output_quantization_db: float
    total_db: float


def decibels(ratio: float) -> float:
    """Return a ratio of powers in dB.

    Parameters
    ----------
    ratio : float
        Not negative; may be inf.

    Returns
    -------
    float
        -inf for 0.
    """
    return 10.0 * math.log10(ratio) if ratio > 0.0 else -math.inf


def power_ratio(level_db: float) -> float:
    """Return what a level in dB is as a ratio of powers.

    Parameters
    ----------
    level_db : float
        May be inf or -inf.

    Returns
    -------
    float
        ``10^(level_db / 10)``.
    """
    return float(10.0 ** (level_db / 10.0))


def snr_db(signal_variance: float, noise_variance: float) -> float:
    """Return a signal-to-noise ratio of two variances.

    Parameters
    ----------
    signal_variance, noise_variance : float
        In the same unit, not negative.

    Returns
    -------
    float
        In dB; inf without noise, and nan with neither signal nor noise.
    """
    if noise_variance == 0.0:
        return math.inf if signal_variance > 0.0 else math.nan
    return decibels(signal_variance / noise_variance)


def combined_db(*levels_db: float) -> float:
    """Return the ratio that independent noises leave together: ``1 / sum(1 / SNR)``.

    Parameters
    ----------
    *levels_db : float
        Signal-to-noise ratio of each noise alone, in dB; inf for none.

    Returns
    -------
    float
        In dB.

    Notes
    -----
    Gonugondla 2022, eqs. (10) and (11).
    """
    return -decibels(sum(power_ratio(-level_db) for level_db in levels_db))


def composed_snr(
    analog_db: float, input_quantization_db: float = math.inf, output_quantization_db: float = math.inf
) -> ComputeSnr:
    """Return all ratios from those of the three sources of noise, taken as independent.

    Parameters
    ----------
    analog_db, input_quantization_db, output_quantization_db : float
        SNR_a, SQNR_qiy and SQNR_qy in dB; inf where there is no such noise.

    Returns
    -------
    ComputeSnr
        SNR_A and SNR_T by eqs. (10) and (11) of Gonugondla 2022.
    """
    pre_adc_db = combined_db(analog_db, input_quantization_db)
    return ComputeSnr(
        analog_db,
        input_quantization_db,
        pre_adc_db,
        output_quantization_db,
        combined_db(pre_adc_db, output_quantization_db),
    )
