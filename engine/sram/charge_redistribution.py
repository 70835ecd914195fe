"""Charge redistribution on arrays: what rows of capacitors deliver, in units of the inputs.

Source: S. K. Gonugondla et al., IEEE TCAD 41, 3188 (2022), doi:10.1109/TCAD.2021.3124757, the QR compute model.
"""

from __future__ import annotations

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.sram.capacitor import capacitor_mismatch, injected_fraction, injection_offset, sampling_variance
from nnsreport.engine.sram.settings import SramSettings


def total_gains(deviates: Array, relative_std: float, blocks: tuple[slice, ...]) -> Array:
    """Return what division by the actual total capacitance does, for frozen capacitors.

    Parameters
    ----------
    deviates : Array of float32, (groups, lines, K)
        Standard normal, those of the capacitors; a capacitor whose weight bit is 0 counts as well.
    relative_std : float
        Standard deviation of a capacitor, over its value.
    blocks : tuple of slice
        Rows that share charge.

    Returns
    -------
    Array of float32, (blocks, groups, lines)
        Nominal over actual total.
    """
    xp = namespace_of(deviates)
    gains: Array = xp.stack([1.0 / (1.0 + relative_std * deviates[..., block].mean(axis=-1)) for block in blocks])
    return gains.astype(xp.float32)


def evaluation_variance(
    sums: Array, squares: Array | None, rows: int, full_input: float, settings: SramSettings
) -> Array:
    """Return the variance of what is drawn anew at each evaluation.

    Parameters
    ----------
    sums : Array of float32
        Of products of inputs and weight bits.
    squares : Array of float32, as ``sums``, or None
        Of their squares; None where :func:`needs_squares` says that nothing depends on them.
    rows : int
        Capacitors that share charge.
    full_input : float
        Input that the supply voltage stands for.
    settings : SramSettings
        Capacitor, supply, temperature, and whether mismatch is frozen.

    Returns
    -------
    Array of float32, as ``sums``
        Thermal noise of all switches, and of each product's own voltage independent mismatch and charge injection.
    """
    xp = namespace_of(sums)
    thermal = rows * sampling_variance(settings) * full_input**2
    variance: Array = xp.full(sums.shape, thermal, dtype=xp.float32)
    if squares is None:
        return variance
    if settings.mismatch == "independent":
        common = sums * sums / rows if settings.capacitor.total == "actual" else xp.float32(0.0)
        spread = xp.maximum(squares - common, 0.0)  # rounding may leave equal products below zero
        variance += spread * xp.float32(capacitor_mismatch(settings.capacitor) ** 2)
    if settings.capacitor.injection == "independent":
        variance += squares * xp.float32(injected_fraction(settings.capacitor) ** 2)
    return variance


def needs_squares(settings: SramSettings) -> bool:
    """Return whether noise depends on the sum of squared products, which is a matrix product of its own.

    Parameters
    ----------
    settings : SramSettings
        Capacitor, and whether mismatch is frozen.

    Returns
    -------
    bool
        For independent mismatch or charge injection.
    """
    return settings.mismatch == "independent" or settings.capacitor.injection == "independent"


def redistributed_charge(
    sums: Array, variance: Array, rows: int, full_input: float, settings: SramSettings, deviates: Array
) -> Array:
    """Return what rows of capacitors share.

    Parameters
    ----------
    sums : Array of float32
        Of products of inputs and weight bits.
    variance : Array of float32, as ``sums``
        From :func:`evaluation_variance`.
    rows : int
        Capacitors that share charge.
    full_input : float
        Input that the supply voltage stands for.
    settings : SramSettings
        Capacitor, supply and threshold.
    deviates : Array of float32, as ``sums``
        Standard normal.

    Returns
    -------
    Array of float32, as ``sums``
        With the gain and offset of deterministic charge injection, eq. (24).
    """
    xp = namespace_of(sums)
    if settings.capacitor.injection == "deterministic":
        gain = 1.0 - injected_fraction(settings.capacitor)
        sums = sums * xp.float32(gain) + xp.float32(rows * injection_offset(settings) * full_input)
    shared: Array = sums + xp.sqrt(variance) * deviates
    return shared
