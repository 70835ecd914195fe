"""CM, a compute memory, in closed form: weight words read by charge summing, products summed by redistribution.

The magnitude bits of a word discharge a bit line for pulses of 1, 2, 4, ... times T_0 and the sign chooses the line;
a multiplier and a capacitor for each row do the rest. There is one conversion a dot product.

Source: S. K. Gonugondla et al., IEEE TCAD 41, 3188 (2022), doi:10.1109/TCAD.2021.3124757, Table III.
"""

from __future__ import annotations

import numpy as np

from nnsreport.engine.precision.criteria import table_iii_precision_bits
from nnsreport.engine.precision.snr import snr_db
from nnsreport.engine.sram.bit_cell import current_mismatch, headroom_units, unit_discharge_v
from nnsreport.engine.sram.operands import Operands, signal_variance
from nnsreport.engine.sram.settings import SramSettings


def mismatch_variance(rows: int, relative_std: float, operands: Operands) -> float:
    """Return the noise of cells whose currents deviate.

    Each cell is read once a dot product, so that frozen and independent deviations give the same.

    Parameters
    ----------
    rows : int
        N.
    relative_std : float
        Standard deviation of a cell's current, over the current (sigma_D).
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        ``(2/3) N E[x^2] (1/4 - 4^-B_w) sigma_D^2``: sigma_e^2 of Table III.
    """
    return rows * operands.input_square * operands.magnitude_places / 2.0 * relative_std**2


def printed_clipping_variance(rows: int, limit: float, operands: Operands) -> float:
    """Return the noise of words that exceed the headroom, as Table III prints it.

    Parameters
    ----------
    rows : int
        N.
    limit : float
        Largest discharge of a word, in unit discharges (k_h).
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        ``(1/12) N E[x^2] var w k_h^-2 4^B_w max(0, 1 - 2 k_h 2^-B_w)^2``. For many bits it is at least 9/4 of what
        clipped uniform words lose, :func:`clipping_variance`, and diverges for small headroom.
    """
    beyond = max(0.0, 1.0 - limit * 2.0 ** (1 - operands.weight_bits))
    words = operands.input_square * operands.weight_variance * 4.0**operands.weight_bits
    return rows * words * beyond**2 / (12.0 * limit**2)


def clipping_variance(rows: int, limit: float, operands: Operands) -> float:
    """Return the noise of words that exceed the headroom.

    Parameters
    ----------
    rows : int
        N.
    limit : float
        Largest discharge of a word, in unit discharges (k_h).
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        ``N E[x^2] E[max(|w| - w_h, 0)^2]`` with ``w_h = k_h 2^(1 - B_w)``, over equally likely signs and magnitudes:
        exact for cells without mismatch; derived here.
    """
    levels = 2 ** (operands.weight_bits - 1)
    excess = np.maximum(np.arange(levels) - limit, 0.0) / levels
    return rows * operands.input_square * float(np.mean(excess**2))


def noise_variance(rows: int, settings: SramSettings, operands: Operands) -> float:
    """Return the analog noise of dot products.

    Parameters
    ----------
    rows : int
        N.
    settings : SramSettings
        Cell and bit line.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        sigma_e^2 of Table III, and :func:`clipping_variance` for its sigma_h^2.
    """
    mismatch = mismatch_variance(rows, current_mismatch(settings.cell), operands)
    return mismatch + clipping_variance(rows, headroom_units(settings), operands)


def analog_snr_db(rows: int, settings: SramSettings, operands: Operands) -> float:
    """Return SNR_a.

    Parameters
    ----------
    rows : int
        N.
    settings : SramSettings
        Cell and bit line.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        In dB.
    """
    return snr_db(signal_variance(rows, operands), noise_variance(rows, settings, operands))


def adc_bits(snr_pre_adc_db: float) -> float:
    """Return the resolution that the ADC of this architecture needs.

    Parameters
    ----------
    snr_pre_adc_db : float
        SNR_A.

    Returns
    -------
    float
        ``(SNR_A + 16.2) / 6``: Table III; to be rounded up.
    """
    return table_iii_precision_bits(snr_pre_adc_db)


def word_energy_j(settings: SramSettings, operands: Operands) -> float:
    """Return the energy that the bit line takes to read one word.

    Parameters
    ----------
    settings : SramSettings
        Cell, bit line and supply.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        ``E_QS = E[V_a] V_dd C_BL`` in J, eq. (21), over equally likely magnitudes, clipped. Table III counts ``2 N``
        of them a dot product.
    """
    magnitudes = np.arange(2 ** (operands.weight_bits - 1), dtype=np.float64)
    mean = float(np.minimum(magnitudes, headroom_units(settings)).mean())
    return mean * unit_discharge_v(settings) * settings.supply_v * settings.bit_line.capacitance_f


def dot_product_energy_j(
    rows: int, adc_j: float, settings: SramSettings, operands: Operands, multiplier_j: float = 0.0
) -> float:
    """Return the energy of a dot product.

    Parameters
    ----------
    rows : int
        N.
    adc_j : float
        Energy of the conversion by the ADC, in J.
    settings : SramSettings
        Cell, bit line, capacitor and supply.
    operands : Operands
        Inputs and weights.
    multiplier_j : float
        Energy of the multipliers (E_mult), in J; the papers' form is not known.

    Returns
    -------
    float
        ``2 N E_QS + E_QR + E_mult + E_ADC`` in J: Table III, with ``E_QR = N C_o V_dd^2 (1 - E[x])``, eq. (25) for
        capacitors that products have charged to ``x V_dd``.
    """
    shared_j = rows * settings.capacitor.capacitance_f * settings.supply_v**2 * (1.0 - operands.input_mean)
    return 2.0 * rows * word_energy_j(settings, operands) + shared_j + multiplier_j + adc_j
