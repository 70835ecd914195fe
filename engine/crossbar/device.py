"""Physics of a memory device: programming error, drift and read noise, as functions of conductance and time.

The functional forms are those of the statistical PCM model of S. R. Nandakumar et al., ICECS 2019,
doi:10.1109/ICECS46596.2019.8964852, as aihwkit 1.1.0 implements it (``aihwkit.inference.noise.pcm``); the
parameters come from the settings. Constant and proportional programming errors are the usual simpler models.
"""

from __future__ import annotations

import math

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.settings import DeviceSettings, DriftSettings, ReadNoiseSettings

# aihwkit clamps so that zero conductances have a logarithm and a reciprocal.
_SMALLEST_RELATIVE_CONDUCTANCE = 1e-7
_SMALLEST_NOISE_DENOMINATOR = 1e-3


def programming_std_s(target: Array, device: DeviceSettings) -> Array:
    """Return the standard deviation of the programming error.

    Parameters
    ----------
    target : Array of float64
        Target conductance relative to ``conductance_max_s``.
    device : DeviceSettings
        Range of conductances, and the model of the error.

    Returns
    -------
    Array of float64
        In S.
    """
    xp = namespace_of(target)
    model = device.programming
    if model.kind == "constant":
        range_s = device.conductance_max_s * (1.0 - 1.0 / device.on_off_ratio)
        return target * 0.0 + model.std * range_s
    if model.kind == "proportional":
        return model.std * device.conductance_max_s * target
    std = xp.zeros_like(target)
    for coefficient_s in reversed(model.coefficients_s):
        std *= target
        std += coefficient_s
    result: Array = xp.maximum(std, 0.0, out=std)
    return result


def drift_exponent(target: Array, normal: Array, drift: DriftSettings) -> Array:
    """Return the drift exponent nu of each device.

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
    xp = namespace_of(target)
    logarithm = xp.log(xp.maximum(target, _SMALLEST_RELATIVE_CONDUCTANCE))
    mean = drift.nu_mean_slope * logarithm + drift.nu_mean_offset
    std = drift.nu_std_slope * logarithm + drift.nu_std_offset
    xp.clip(mean, drift.nu_mean_minimum, drift.nu_mean_maximum, out=mean)
    xp.clip(std, drift.nu_std_minimum, drift.nu_std_maximum, out=std)
    result: Array = xp.abs(mean + std * normal)
    return result


def drift_factor(exponent: Array, time_s: float, drift: DriftSettings) -> Array:
    """Return the share of conductance left after a time.

    Parameters
    ----------
    exponent : Array of float64
        nu of each device.
    time_s : float
        Since the end of programming, in s.
    drift : DriftSettings
        Its reference time t0.

    Returns
    -------
    Array of float64
        ``((time + t0) / t0) ** -nu``: 1 at time 0.
    """
    xp = namespace_of(exponent)
    result: Array = xp.exp(-math.log1p(time_s / drift.reference_time_s) * exponent)
    return result


def read_noise_std(programmed: Array, time_s: float, noise: ReadNoiseSettings, reference_time_s: float) -> Array:
    """Return the standard deviation of read noise relative to the drifted conductance.

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
    denominator = xp.maximum(programmed**noise.exponent, _SMALLEST_NOISE_DENOMINATOR)
    result: Array = xp.minimum(noise.coefficient / denominator, noise.maximum) * growth
    return result
