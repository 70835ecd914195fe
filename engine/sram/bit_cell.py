"""The charge-summing (QS) compute model: cells that discharge a bit line for the length of a pulse.

Sums on the bit line are counted in unit discharges, those of one nominal cell for one nominal pulse.

Source: S. K. Gonugondla et al., IEEE TCAD 41, 3188 (2022), doi:10.1109/TCAD.2021.3124757, eq. (18) and Table II.
"""

from __future__ import annotations

import math

from nnsreport.engine.sram.settings import BitCellSettings, SramSettings

BOLTZMANN_J_PER_K = 1.380649e-23


def cell_current_a(cell: BitCellSettings) -> float:
    """Return the read current of a nominal cell.

    Parameters
    ----------
    cell : BitCellSettings
        Of the process and the word line.

    Returns
    -------
    float
        ``k' (V_WL - V_t)^alpha`` in A: the alpha-power law.
    """
    return float(cell.transconductance * (cell.word_line_v - cell.threshold_v) ** cell.exponent)


def current_mismatch(cell: BitCellSettings) -> float:
    """Return the relative standard deviation of a cell's current.

    Parameters
    ----------
    cell : BitCellSettings
        Of the process and the word line.

    Returns
    -------
    float
        ``sigma_D = alpha sigma_Vt / (V_WL - V_t)``, to first order in the threshold: eq. (18).
    """
    return cell.exponent * cell.threshold_std_v / (cell.word_line_v - cell.threshold_v)


def unit_discharge_v(settings: SramSettings) -> float:
    """Return what one nominal cell takes off the bit line in one pulse.

    Parameters
    ----------
    settings : SramSettings
        Cell and bit line.

    Returns
    -------
    float
        ``I T_0 / C_BL`` in V.
    """
    return cell_current_a(settings.cell) * settings.bit_line.pulse_s / settings.bit_line.capacitance_f


def headroom_units(settings: SramSettings) -> float:
    """Return how many unit discharges fit the bit line.

    Parameters
    ----------
    settings : SramSettings
        Cell and bit line.

    Returns
    -------
    float
        ``k_h = dV_BL,max / (I T_0 / C_BL)``; larger sums clip.
    """
    return settings.bit_line.headroom_v / unit_discharge_v(settings)


def pulse_jitter(settings: SramSettings) -> float:
    """Return the relative standard deviation of a pulse's length.

    Parameters
    ----------
    settings : SramSettings
        Its bit line.

    Returns
    -------
    float
        ``sigma_T / T_0``.
    """
    return settings.bit_line.pulse_jitter_s / settings.bit_line.pulse_s


def channel_noise(settings: SramSettings) -> float:
    """Return the relative standard deviation of a unit discharge by thermal noise of the cell's channel.

    Parameters
    ----------
    settings : SramSettings
        Cell, bit line and temperature.

    Returns
    -------
    float
        Root of ``2 k T gamma g_m T_0`` over the charge ``I T_0``, with ``g_m = alpha I / (V_WL - V_t)``.

    Notes
    -----
    White current noise of two-sided density ``2 k T gamma g_m`` (A. van der Ziel, Noise in Solid State Devices and
    Circuits, 1986), integrated over the pulse. The papers' Table III has no such term.
    """
    cell = settings.cell
    charge_c = cell_current_a(cell) * settings.bit_line.pulse_s
    overdrive_v = cell.word_line_v - cell.threshold_v
    thermal_j = 2.0 * BOLTZMANN_J_PER_K * settings.temperature_k * cell.channel_noise
    return math.sqrt(thermal_j * cell.exponent / (overdrive_v * charge_c))
