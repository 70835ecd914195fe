"""Charge summing on arrays: what bit lines deliver, in unit discharges.

All functions are pure; the normal deviates are given, so that they can be frozen, shared or drawn anew.

Source: S. K. Gonugondla et al., IEEE TCAD 41, 3188 (2022), doi:10.1109/TCAD.2021.3124757, the QS compute model.
"""

from __future__ import annotations

from nnsreport.engine.backend import Array, namespace_of


def mismatched_cells(cells: Array, relative_std: float, deviates: Array) -> Array:
    """Return cells that deviate in proportion to their nominal value.

    Parameters
    ----------
    cells : Array of float32
        Nominal: 0 or 1 of a bit cell or capacitor.
    relative_std : float
        Standard deviation over the nominal value.
    deviates : Array of float32, as ``cells``
        Standard normal.

    Returns
    -------
    Array of float32, as ``cells``
        ``cell * (1 + relative_std * deviate)``.
    """
    xp = namespace_of(cells)
    deviating: Array = cells * (1.0 + xp.float32(relative_std) * deviates)
    return deviating


def jittered_pulses(pulses: Array, relative_std: float, deviates: Array) -> Array:
    """Return word line pulses whose lengths deviate.

    Parameters
    ----------
    pulses : Array of float32, (cycles, groups, rows, m)
        Nominal lengths, in T_0.
    relative_std : float
        Standard deviation over the length of a pulse.
    deviates : Array of float32, as ``pulses``
        Standard normal.

    Returns
    -------
    Array of float32, as ``pulses``
        The same for all bit lines that the word line crosses.
    """
    return mismatched_cells(pulses, relative_std, deviates)


def summed_charge(sums: Array, relative_std: float, limit: float, deviates: Array | None) -> Array:
    """Return what bit lines are discharged by.

    Cells that deviate independently of each other at each evaluation add a normal deviate whose variance is the
    number of active cells; so one deviate an evaluation has exactly the distribution of one for each cell.

    Parameters
    ----------
    sums : Array of float32
        Of the active cells' discharges, in unit discharges.
    relative_std : float
        Standard deviation of one cell's discharge at an evaluation, over the discharge.
    limit : float
        Headroom, in unit discharges (k_h).
    deviates : Array of float32, as ``sums``, or None
        Standard normal; None where nothing deviates at evaluations.

    Returns
    -------
    Array of float32, as ``sums``
        ``min(sum + relative_std * sqrt(sum) * deviate, limit)``.
    """
    xp = namespace_of(sums)
    if deviates is not None:
        sums = sums + xp.float32(relative_std) * xp.sqrt(xp.maximum(sums, 0.0)) * deviates
    clipped: Array = xp.minimum(sums, xp.float32(limit))
    return clipped
