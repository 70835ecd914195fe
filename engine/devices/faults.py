"""Devices that are stuck: broken in fabrication or by wear, they always conduct as the highest or the lowest level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnsreport.engine.backend import Array, namespace_of

if TYPE_CHECKING:
    from nnsreport.engine.crossbar.settings import FaultSettings


def with_faults(conductance: Array, uniform: Array, faults: FaultSettings, lowest: float, highest: float) -> Array:
    """Return conductances in which stuck devices conduct what they always do.

    Parameters
    ----------
    conductance : Array
        Of devices that work.
    uniform : Array of float64
        One number in [0, 1) for each device, the same whenever the device is looked at.
    faults : FaultSettings
        Rates of faults.
    lowest, highest : float
        What devices stuck off and stuck on conduct, in the units of ``conductance``.

    Returns
    -------
    Array
        Each device is stuck off with the probability ``stuck_off_rate``, and on with ``stuck_on_rate``,
        independent of all others.

    Notes
    -----
    The rates are those that come out: NeuroSim V1.5 (``macro.py``) multiplies each rate by the sum of both.
    """
    xp = namespace_of(conductance)
    result: Array = xp.where(uniform < faults.stuck_off_rate, lowest, conductance)
    if faults.stuck_on_rate:
        result = xp.where(uniform >= 1.0 - faults.stuck_on_rate, highest, result)
    return result
