"""Random deviations whose size depends on the conductance: standard deviations, and deviates of a shape.

Sources: CrossSim 3.2's generic devices (``simulator/devices/generic_device.py``: Independent, Proportional, Inverse;
Normal, Uniform); polynomials as in aihwkit 1.1.0 (``aihwkit.inference.noise``) and in CrossSim's measured devices.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.devices.state_function import polynomial
from nnsreport.engine.random import Stream, normals, uniforms

if TYPE_CHECKING:
    from nnsreport.engine.crossbar.settings import DeviceSettings, SpreadSettings
    from nnsreport.engine.devices.table import DeviceTable

# Conductances are kept in float32: what is less than its least normal number is 0.
_LEAST_CONDUCTANCE = 2.0**-126


def spread_std_s(
    relative: Array,
    spread: SpreadSettings,
    device: DeviceSettings,
    table: DeviceTable | None = None,
    measured_std_s: Sequence[float] = (),
) -> Array:
    """Return the standard deviation of a random deviation.

    Parameters
    ----------
    relative : Array of float64
        Conductance g that it depends on, relative to ``conductance_max_s``.
    spread : SpreadSettings
        How it depends on it.
    device : DeviceSettings
        Range of conductances.
    table : DeviceTable, optional
        States of the device; needed for levels or deviations from the table.
    measured_std_s : sequence of float
        The table's deviation of each state, in S, for the kind ``table``.

    Returns
    -------
    Array of float64
        In S: 0; ``std * range``; ``std * G``; ``std * conductance_max_s / g`` (0 at g = 0); the polynomial in g, at
        least 0; or interpolated linearly between states.

    Notes
    -----
    ``inverse`` is CrossSim's Inverse: of normalised conductances it is ``magnitude / g``, and leaves g = 0 alone.
    """
    xp = namespace_of(relative)
    maximum_s = device.conductance_max_s
    match spread.kind:
        case "constant":
            return relative * 0.0 + spread.std * conductance_range_s(device, table)
        case "proportional":
            return spread.std * maximum_s * relative
        case "inverse":
            conducts = relative > _LEAST_CONDUCTANCE
            reciprocal = xp.where(conducts, 1.0 / xp.where(conducts, relative, 1.0), 0.0)
            inverse: Array = spread.std * maximum_s * reciprocal
            return inverse
        case "polynomial":
            std = polynomial(relative, spread.coefficients_s)
            xp.maximum(std, 0.0, out=std)
            return std
        case "table":
            assert table is not None, "settings that read a table have one"
            return table.interpolated(relative * maximum_s, measured_std_s)
    nothing: Array = xp.zeros_like(relative)
    return nothing


def conductance_range_s(device: DeviceSettings, table: DeviceTable | None = None) -> float:
    """Return how far the highest and lowest level are apart.

    Parameters
    ----------
    device : DeviceSettings
        Where levels lie.
    table : DeviceTable, optional
        The levels, where they come from a table.

    Returns
    -------
    float
        In S.
    """
    if device.levels == "table":
        assert table is not None, "settings that read a table have one"
        return table.conductances_s[-1] - table.conductances_s[0]
    return device.conductance_max_s * (1.0 - 1.0 / device.on_off_ratio)


def deviates(distribution: str, source: Stream, shape: tuple[int, ...], xp: ModuleType, first: int) -> Array:
    """Return random numbers of mean 0 and standard deviation 1.

    Parameters
    ----------
    distribution : str
        ``normal`` or ``uniform``.
    source : Stream
        Where they come from.
    shape : tuple of int
        Of the result.
    xp : module
        Array namespace.
    first : int
        Element of the stream to begin with; even.

    Returns
    -------
    Array of float64
        Uniform ones lie within the square root of 3 around 0.
    """
    if distribution == "normal":
        return normals(source, shape, xp, first)
    result = uniforms(source, shape, xp, first)
    result -= 0.5
    result *= math.sqrt(12.0)
    return result
