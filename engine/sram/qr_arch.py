"""QR-Arch in closed form: whole inputs as voltages, a row of capacitors for each weight bit, charge redistribution.

An array of N rows makes ``B_w`` conversions a dot product. Variances are those of the whole dot product, in the unit
of :mod:`nnsreport.engine.sram.operands`.

Source: S. K. Gonugondla et al., IEEE TCAD 41, 3188 (2022), doi:10.1109/TCAD.2021.3124757, Table III, eqs. (24), (25).
"""

from __future__ import annotations

import math

from nnsreport.engine.precision.criteria import table_iii_precision_bits
from nnsreport.engine.precision.snr import snr_db
from nnsreport.engine.sram.capacitor import capacitor_mismatch, injected_fraction, sampling_variance
from nnsreport.engine.sram.operands import Operands, signal_variance
from nnsreport.engine.sram.settings import SramSettings


def mismatch_variance(rows: int, settings: SramSettings, operands: Operands) -> float:
    """Return the noise of capacitors that deviate.

    Each capacitor is used once a dot product, so that frozen and independent deviations give the same.

    Parameters
    ----------
    rows : int
        N.
    settings : SramSettings
        Capacitor, and by which total its charge is divided.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        For the nominal total ``(2/3)(1 - 4^-B_w) N E[x^2] kappa^2 / C_o``: Table III. For the actual total, to first
        order, with ``(N - 1) var(b x)`` of the products ``b x`` in place of ``N E[(b x)^2]``: what all products have
        in common cancels.
    """
    square = operands.input_square / 2.0
    if settings.capacitor.total == "actual":
        mean = operands.input_mean / 2.0
        square = (square - mean**2) * (rows - 1) / rows
    return operands.weight_places * rows * square * capacitor_mismatch(settings.capacitor) ** 2


def thermal_variance(rows: int, settings: SramSettings, operands: Operands) -> float:
    """Return the thermal noise of the switches.

    Parameters
    ----------
    rows : int
        N.
    settings : SramSettings
        Capacitor, supply and temperature.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        ``(2/3)(1 - 4^-B_w) N 2 k T / (C_o V_dd^2)``: Table III.
    """
    return operands.weight_places * rows * sampling_variance(settings)


def injection_variance(rows: int, settings: SramSettings, operands: Operands) -> float:
    """Return the noise of charge injection.

    Parameters
    ----------
    rows : int
        N.
    settings : SramSettings
        Capacitor and switch.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        ``independent``: ``(2/3)(1 - 4^-B_w) N E[x^2] (p W L C_ox / C_o)^2``, of Table III with the square that eq.
        (24) asks for. ``deterministic``: that of the gain error ``p W L C_ox / C_o`` of eq. (24), exact.
    """
    fraction = injected_fraction(settings.capacitor)
    if settings.capacitor.injection == "deterministic":
        return fraction**2 * signal_variance(rows, operands)
    if settings.capacitor.injection == "independent":
        return operands.weight_places * rows * operands.input_square / 2.0 * fraction**2
    return 0.0


def printed_injection_variance(rows: int, settings: SramSettings, operands: Operands) -> float:
    """Return the noise of charge injection as the caption of Table III prints it.

    Parameters
    ----------
    rows : int
        N.
    settings : SramSettings
        Capacitor and switch.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        ``(2/3)(1 - 4^-B_w) N E[x^2] W L C_ox / C_o``, for comparison only: it gives 4.8 dB for three times C_o where
        the paper reports about 8, which :func:`injection_variance` gives.
    """
    share = settings.capacitor.switch_f / settings.capacitor.capacitance_f
    return operands.weight_places * rows * operands.input_square / 2.0 * share


def noise_variance(rows: int, settings: SramSettings, operands: Operands) -> float:
    """Return the analog noise of dot products.

    Parameters
    ----------
    rows : int
        N.
    settings : SramSettings
        Capacitor, supply and temperature.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        sigma_e^2 of Table III.
    """
    return (
        mismatch_variance(rows, settings, operands)
        + thermal_variance(rows, settings, operands)
        + injection_variance(rows, settings, operands)
    )


def analog_snr_db(rows: int, settings: SramSettings, operands: Operands) -> float:
    """Return SNR_a.

    Parameters
    ----------
    rows : int
        N.
    settings : SramSettings
        Capacitor, supply and temperature.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        In dB.
    """
    return snr_db(signal_variance(rows, operands), noise_variance(rows, settings, operands))


def adc_bits(rows: int, snr_pre_adc_db: float, operands: Operands) -> float:
    """Return the resolution that an ADC of this architecture needs at most.

    Parameters
    ----------
    rows : int
        N.
    snr_pre_adc_db : float
        SNR_A.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        ``min((SNR_A + 16.2) / 6, B_x + log2 N)``: Table III; to be rounded up.
    """
    return min(table_iii_precision_bits(snr_pre_adc_db), operands.input_bits + math.log2(rows))


def conversion_energy_j(rows: int, settings: SramSettings) -> float:
    """Return the energy that the capacitors take for one conversion.

    Parameters
    ----------
    rows : int
        N.
    settings : SramSettings
        Capacitor and supply.

    Returns
    -------
    float
        ``E_QR + N E_mult = N C_o V_dd^2`` in J, eq. (25); drivers and set-up are left out.
    """
    return rows * settings.capacitor.capacitance_f * settings.supply_v**2


def dot_product_energy_j(rows: int, adc_j: float, settings: SramSettings, operands: Operands) -> float:
    """Return the energy of a dot product.

    Parameters
    ----------
    rows : int
        N.
    adc_j : float
        Energy of one conversion by the ADC, in J.
    settings : SramSettings
        Capacitor and supply.
    operands : Operands
        Inputs and weights.

    Returns
    -------
    float
        ``B_w (E_QR + N E_mult + E_ADC)`` in J: Table III.
    """
    return operands.weight_bits * (conversion_energy_j(rows, settings) + adc_j)
