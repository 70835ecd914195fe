"""Drift by a power law of time, with an exponent of each device's own.

Source: the statistical PCM model of S. R. Nandakumar et al., ICECS 2019, doi:10.1109/ICECS46596.2019.8964852, and its
relatives, as aihwkit 1.1.0 implements them (``aihwkit.inference.noise``): PCMLikeNoiseModel (exponents by formula),
HermesNoiseModel (formula and polynomial), CustomDriftPCMLikeNoiseModel (exponents by table).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.devices.state_function import clipped_logarithm

if TYPE_CHECKING:
    from nnsreport.engine.crossbar.settings import DriftSettings
    from nnsreport.engine.devices.table import DeviceTable


def drift_exponent(target: Array, normal: Array, drift: DriftSettings) -> Array:
    """Return the drift exponent nu of each device by formula.

    Parameters
    ----------
    target : Array of float64
        Target conductance relative to ``conductance_max_s``.
    normal : Array of float64
        One standard normal number for each device.
    drift : DriftSettings
        Mean and standard deviation of nu as functions of the target.

    Returns
    -------
    Array of float64
        ``|mean + std * normal|``.
    """
    mean = clipped_logarithm(
        target,
        drift.nu_mean_slope,
        drift.nu_mean_offset,
        (drift.nu_mean_minimum, drift.nu_mean_maximum),
        (drift.nu_mean_coefficients, drift.nu_mean_polynomial_from),
    )
    std = clipped_logarithm(
        target,
        drift.nu_std_slope,
        drift.nu_std_offset,
        (drift.nu_std_minimum, drift.nu_std_maximum),
        (drift.nu_std_coefficients, drift.nu_std_polynomial_from),
    )
    result: Array = namespace_of(target).abs(mean + std * normal)
    return result


def tabulated_exponent(target_s: Array, normal: Array, table: DeviceTable) -> Array:
    """Return the drift exponent nu of each device from measured states.

    Parameters
    ----------
    target_s : Array of float64
        Target conductance, in S.
    normal : Array of float64
        One standard normal number for each device.
    table : DeviceTable
        With mean and standard deviation of nu of each state.

    Returns
    -------
    Array of float64
        ``|mean + std * normal|``, both interpolated linearly in the conductance.
    """
    mean, std = table.interpolated(target_s, table.nu_mean), table.interpolated(target_s, table.nu_std)
    result: Array = namespace_of(target_s).abs(mean + std * normal)
    return result


def drift_factor(exponent: Array, time_s: float, reference_time_s: float) -> Array:
    """Return the share of conductance left after a time.

    Parameters
    ----------
    exponent : Array of float64
        nu of each device.
    time_s : float
        Since the end of programming, in s.
    reference_time_s : float
        Time t0 from the programming pulse to the end of programming, in s.

    Returns
    -------
    Array of float64
        ``((time + t0) / t0) ** -nu``: 1 at time 0.
    """
    result: Array = namespace_of(exponent).exp(-math.log1p(time_s / reference_time_s) * exponent)
    return result
