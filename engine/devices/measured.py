"""Retention as it was measured: mean and deviation of each state at each time, from the device's table.

Such data are published for RRAM (W. Wan et al., Nature 608, 504 (2022), Extended Data Fig. 3) and SONOS (V. Agrawal et
al., IEDM 2022, Figs. 10-11), as aihwkit 1.1.0 and CrossSim 3.2 carry them.
"""

from __future__ import annotations

from collections.abc import Sequence

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.devices.table import DeviceTable


def relaxed_s(
    programmed_s: Array,
    target_s: Array,
    normal: Array,
    states: tuple[Sequence[float], Sequence[float]],
    table: DeviceTable,
) -> Array:
    """Return what devices conduct after they relaxed.

    Parameters
    ----------
    programmed_s : Array of float64
        What programming achieved, in S.
    target_s : Array of float64
        What they were meant to conduct, in S.
    normal : Array of float64
        One standard normal number for each device, the same at all times.
    states : tuple of sequences
        Mean and deviation of each state at the time, from :meth:`DeviceTable.mean_and_std_s`.
    table : DeviceTable
        With mean and deviation at time 0.

    Returns
    -------
    Array of float64
        ``G + mean(t) - mean(0) + sqrt(std(t)^2 - std(0)^2) * normal``, at least 0, in S. If programming erred by
        std(0), devices now spread by std(t); a spread that shrinks is left as it is.
    """
    xp = namespace_of(programmed_s)
    (means, stds), stds_at_zero = states, table.stds_s[0]
    shifts = [now - then for now, then in zip(means, table.means_s[0], strict=True)]
    growth = table.interpolated(target_s, stds) ** 2 - table.interpolated(target_s, stds_at_zero) ** 2
    moved: Array = programmed_s + table.interpolated(target_s, shifts)
    moved += xp.sqrt(xp.maximum(growth, 0.0)) * normal
    xp.maximum(moved, 0.0, out=moved)
    return moved
