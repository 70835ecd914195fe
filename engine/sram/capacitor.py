"""The charge-redistribution (QR) compute model: capacitors that share their charge.

Relative to the voltage of an input of 1, which is the supply's.

Source: S. K. Gonugondla et al., IEEE TCAD 41, 3188 (2022), doi:10.1109/TCAD.2021.3124757, eqs. (24) and (25), Tables
II and III.
"""

from __future__ import annotations

import math

from nnsreport.engine.sram.bit_cell import BOLTZMANN_J_PER_K
from nnsreport.engine.sram.settings import CapacitorSettings, SramSettings


def capacitor_mismatch(capacitor: CapacitorSettings) -> float:
    """Return the relative standard deviation of a capacitor.

    Parameters
    ----------
    capacitor : CapacitorSettings
        Its value and Pelgrom coefficient.

    Returns
    -------
    float
        ``kappa / sqrt(C_o)``.
    """
    return capacitor.mismatch_sqrt_f / math.sqrt(capacitor.capacitance_f)


def sampling_variance(settings: SramSettings) -> float:
    """Return the variance of the voltage that one switch leaves on a capacitor by thermal noise.

    Parameters
    ----------
    settings : SramSettings
        Capacitor, supply and temperature.

    Returns
    -------
    float
        ``k T / (C_o V_dd^2)``.

    Notes
    -----
    Table III has twice that for each product with a weight bit of 1, which for equally likely bits is this for every
    product.
    """
    energy_j = settings.capacitor.capacitance_f * settings.supply_v**2
    return BOLTZMANN_J_PER_K * settings.temperature_k / energy_j


def injected_fraction(capacitor: CapacitorSettings) -> float:
    """Return how much of its own voltage a capacitor loses by charge injection.

    Parameters
    ----------
    capacitor : CapacitorSettings
        Its value and its switch.

    Returns
    -------
    float
        ``c = p W L C_ox / C_o``, so that eq. (24) reads ``v / V_dd = c (1 - V_t / V_dd) - c x``.
    """
    return capacitor.injected_share * capacitor.switch_f / capacitor.capacitance_f


def injection_offset(settings: SramSettings) -> float:
    """Return the part of the injected charge that does not depend on the input.

    Parameters
    ----------
    settings : SramSettings
        Capacitor, switch, threshold and supply.

    Returns
    -------
    float
        ``c (1 - V_t / V_dd)``, added to every product.
    """
    return injected_fraction(settings.capacitor) * (1.0 - settings.cell.threshold_v / settings.supply_v)
