"""Read noise of a device: slow (1/f, one draw for each evaluation time) and white (one draw for each read).

Source of the slow noise: S. R. Nandakumar et al., ICECS 2019, doi:10.1109/ICECS46596.2019.8964852, as aihwkit 1.1.0
implements it (``aihwkit.inference.noise.pcm`` and ``hermes``); of the white noise: CrossSim 3.2's generic devices and
its SONOS model, whose noise is drawn anew for each multiplication.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.devices.spread import spread_std_s
from nnsreport.engine.devices.state_function import clipped_logarithm

if TYPE_CHECKING:
    from nnsreport.engine.crossbar.settings import DeviceSettings, ReadNoiseSettings
    from nnsreport.engine.devices.table import DeviceTable

# aihwkit clamps so that zero conductances have a reciprocal.
_SMALLEST_NOISE_DENOMINATOR = 1e-3


def read_noise_std(programmed: Array, time_s: float, noise: ReadNoiseSettings, reference_time_s: float) -> Array:
    """Return the standard deviation of slow read noise relative to the drifted conductance.

    Parameters
    ----------
    programmed : Array of float64
        Programmed conductance relative to ``conductance_max_s``.
    time_s : float
        Since the end of programming, in s.
    noise : ReadNoiseSettings
        Parameters of the 1/f noise.
    reference_time_s : float
        Time t0 from the programming pulse to the end of programming, in s: noise has gathered since the pulse, so
        it is there at time 0 already.

    Returns
    -------
    Array of float64
        ``Q * sqrt(ln((t + tr) / (2 tr)))`` with ``t = time + t0``.
    """
    xp = namespace_of(programmed)
    since_pulse_s = time_s + reference_time_s
    growth = math.sqrt(max(math.log((since_pulse_s + noise.read_time_s) / (2.0 * noise.read_time_s)), 0.0))
    if noise.kind == "one-over-f-logarithmic":
        limits, branch = (noise.minimum, noise.maximum), (noise.coefficients, noise.polynomial_from)
        logarithmic = clipped_logarithm(programmed, noise.slope, noise.offset, limits, branch)
        logarithmic *= growth
        return logarithmic
    denominator = xp.maximum(programmed**noise.exponent, _SMALLEST_NOISE_DENOMINATOR)
    result: Array = xp.minimum(noise.coefficient / denominator, noise.maximum) * growth
    return result


def white_noise_std_s(conductance: Array, device: DeviceSettings, table: DeviceTable | None = None) -> Array:
    """Return the standard deviation of one read of a device.

    Parameters
    ----------
    conductance : Array of float64
        What the device conducts at that moment, relative to ``conductance_max_s``.
    device : DeviceSettings
        Its white noise and range of conductances.
    table : DeviceTable, optional
        With the deviation of a read of each state, where the white noise is of kind ``table``.

    Returns
    -------
    Array of float64
        In S. Reads of different devices, and of one device at different times, are independent.
    """
    measured = table.read_std_s if table is not None else ()
    return spread_std_s(conductance, device.white_noise, device, table, measured)
