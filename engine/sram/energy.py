"""Energy of an analog-to-digital conversion, for energies of whole dot products."""

from __future__ import annotations


def adc_energy_j(bits: float, linear_j: float = 100e-15, exponential_j: float = 1e-18) -> float:
    """Return the energy of a conversion.

    Parameters
    ----------
    bits : float
        Resolution.
    linear_j, exponential_j : float
        Coefficients k1 and k2 in J.

    Returns
    -------
    float
        ``k1 bits + k2 4^bits`` in J.

    Notes
    -----
    S. K. Roy, PhD thesis, University of Illinois, 2024, eq. (3.18), as quoted by a second source; not the ADC model of
    Gonugondla 2022, which was not at hand.
    """
    return float(linear_j * bits + exponential_j * 4.0**bits)
