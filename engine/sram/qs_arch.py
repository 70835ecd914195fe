"""QS-Arch in closed form: bit-serial inputs, a bit line for each weight bit, charge summing.

An array of N rows makes ``B_x * B_w`` conversions a dot product, each of a count of rows whose input and weight bits
are both 1. Variances are those of the whole dot product, in the unit of :mod:`nnsreport.engine.sram.operands`.

Source: S. K. Gonugondla et al., IEEE TCAD 41, 3188 (2022), doi:10.1109/TCAD.2021.3124757, Table III and eq. (21); and
the same authors, ICCAD 2020.
"""

from __future__ import annotations

import math

from nnsreport.engine.precision.criteria import table_iii_precision_bits
from nnsreport.engine.precision.snr import power_ratio, snr_db
from nnsreport.engine.sram.binomial import binomial_probabilities, clipping_moments
from nnsreport.engine.sram.bit_cell import (
    channel_noise,
    current_mismatch,
    headroom_units,
    pulse_jitter,
    unit_discharge_v,
)
from nnsreport.engine.sram.operands import Operands, signal_variance
from nnsreport.engine.sram.settings import SramSettings


def independent_variance(rows: int, relative_std: float, operands: Operands) -> float:
    """Return the noise of deviations that each pair of bits draws for itself.

    Parameters
    ----------
    rows : int
        N.
    relative_std : float
        Standard deviation of a cell's discharge, over the discharge.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        ``N sigma^2 (1 - 4^-B_w)(1 - 4^-B_x) / 9``: sigma_e^2 of Table III.
    """
    return rows * relative_std**2 * operands.weight_places * operands.input_places / 4.0


def frozen_variance(rows: int, relative_std: float, operands: Operands) -> float:
    """Return the noise of deviations that each cell keeps over all cycles of an input.

    Parameters
    ----------
    rows : int
        N.
    relative_std : float
        Standard deviation of a cell's current, over the current.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        ``(2/3) N sigma^2 (1 - 4^-B_w) E[x^2]``, for many bits twice :func:`independent_variance`: the errors of the
        cycles add up instead of averaging out.
    """
    return rows * relative_std**2 * operands.weight_places * operands.input_square / 2.0


def jitter_variance(rows: int, relative_std: float, operands: Operands) -> float:
    """Return the noise of word line pulses whose lengths deviate, the same for all bit lines.

    Parameters
    ----------
    rows : int
        N.
    relative_std : float
        Standard deviation of a pulse's length, over the length.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        ``N sigma^2 (1 - 4^-B_x) E[w^2] / 6``, for many bits half of :func:`independent_variance`: the bits of a
        weight share the pulse, and its sign has the opposite place.
    """
    return rows * relative_std**2 * operands.input_places * operands.weight_square / 2.0


def clipping_variance(rows: int, limit: float, operands: Operands) -> float:
    """Return the noise of bit lines that run out of headroom.

    Parameters
    ----------
    rows : int
        N.
    limit : float
        Largest sum, in unit discharges (k_h).
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        ``(4/9)(1 - 4^-B_w)(1 - 4^-B_x) sum over k > k_h of (k - k_h)^2 Bin(k; N, 1/4)``: sigma_h^2 of Table III,
        which takes the conversions of a dot product as independent and their mean as noise.
    """
    square, _, _ = clipping_moments(rows, limit)
    return operands.weight_places * operands.input_places * square


def exact_clipping_variance(rows: int, limit: float, operands: Operands) -> float:
    """Return the noise of bit lines that run out of headroom, with the correlation of conversions.

    Conversions of a dot product that share an input bit or a weight bit clip together; all others are independent.

    Parameters
    ----------
    rows : int
        N.
    limit : float
        Largest sum, in unit discharges (k_h).
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        Exact for cells without mismatch; derived here.
    """
    _, variance, covariance = clipping_moments(rows, limit)
    inputs, weights = operands.input_places, operands.weight_places
    input_total = (1.0 - 2.0**-operands.input_bits) ** 2
    weight_total = 4.0 ** (1 - operands.weight_bits)
    pairs = weights * (input_total - inputs) + (weight_total - weights) * inputs
    return weights * inputs * variance + pairs * covariance


def noise_variance(rows: int, settings: SramSettings, operands: Operands) -> float:
    """Return the analog noise of dot products.

    Parameters
    ----------
    rows : int
        N.
    settings : SramSettings
        Cell, bit line, and whether mismatch is frozen.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        sigma_e^2 + sigma_h^2, and what jitter and channel noise add.
    """
    mismatch = frozen_variance if settings.mismatch == "frozen" else independent_variance
    return (
        mismatch(rows, current_mismatch(settings.cell), operands)
        + jitter_variance(rows, pulse_jitter(settings), operands)
        + independent_variance(rows, channel_noise(settings), operands)
        + clipping_variance(rows, headroom_units(settings), operands)
    )


def analog_snr_db(rows: int, settings: SramSettings, operands: Operands) -> float:
    """Return SNR_a.

    Parameters
    ----------
    rows : int
        N.
    settings : SramSettings
        Cell, bit line, and whether mismatch is frozen.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        In dB.
    """
    return snr_db(signal_variance(rows, operands), noise_variance(rows, settings, operands))


def adc_bits(rows: int, snr_pre_adc_db: float, settings: SramSettings) -> float:
    """Return the resolution that an ADC of this architecture needs at most.

    Parameters
    ----------
    rows : int
        N.
    snr_pre_adc_db : float
        SNR_A.
    settings : SramSettings
        Cell and bit line.

    Returns
    -------
    float
        ``min((SNR_A + 16.2) / 6, log2 k_h, log2 N)``: Table III; to be rounded up.
    """
    return min(table_iii_precision_bits(snr_pre_adc_db), math.log2(headroom_units(settings)), math.log2(rows))


def conversion_energy_j(rows: int, settings: SramSettings) -> float:
    """Return the energy that the bit line takes for one conversion.

    Parameters
    ----------
    rows : int
        N.
    settings : SramSettings
        Cell, bit line and supply.

    Returns
    -------
    float
        ``E_QS = E[V_a] V_dd C_BL`` in J, eq. (21), with clipped counts; word line drivers and set-up are left out.
    """
    limit = headroom_units(settings)
    probabilities = binomial_probabilities(rows, 0.25)
    mean = sum(float(p) * min(count, limit) for count, p in enumerate(probabilities))
    return mean * unit_discharge_v(settings) * settings.supply_v * settings.bit_line.capacitance_f


def dot_product_energy_j(rows: int, adc_j: float, settings: SramSettings, operands: Operands) -> float:
    """Return the energy of a dot product.

    Parameters
    ----------
    rows : int
        N.
    adc_j : float
        Energy of one conversion by the ADC, in J.
    settings : SramSettings
        Cell, bit line and supply.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        ``B_x B_w (E_QS + E_ADC)`` in J: Table III.
    """
    return operands.input_bits * operands.weight_bits * (conversion_energy_j(rows, settings) + adc_j)


def most_rows(settings: SramSettings, operands: Operands, loss_db: float = 0.5) -> int:
    """Return how many rows can be summed before clipping costs more than a given part of SNR_a.

    Parameters
    ----------
    settings : SramSettings
        Cell, bit line, and whether mismatch is frozen.
    operands : Operands
        Inputs and weights.
    loss_db : float
        Largest loss against a bit line without limit, above 0; the papers' own criterion is not known.

    Returns
    -------
    int
        N, at least 1; it doubles for every 3 dB of SNR_a that a lower word line voltage gives up (Gonugondla 2020,
        abstract).
    """
    limit = headroom_units(settings)

    def fits(rows: int) -> bool:
        noise = noise_variance(rows, settings, operands)
        return noise <= power_ratio(loss_db) * (noise - clipping_variance(rows, limit, operands))

    # k_h rows never clip; of 8 k_h rows 2 k_h are active on average.
    low, high = max(int(limit), 1), 8 * (int(limit) + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
