"""White noise of a layer's devices at every read, as variances of what its columns conduct."""

from __future__ import annotations

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.mapping import Mapping
from nnsreport.engine.crossbar.settings import DeviceSettings
from nnsreport.engine.devices.read_noise import white_noise_std_s

# Cells worked on at a time, in float64.
_CELLS_IN_CACHE = 1 << 15
_CELLS_ON_DEVICE = 1 << 24


def has_white_noise(device: DeviceSettings) -> bool:
    """Return whether every read of a device is noisy.

    Parameters
    ----------
    device : DeviceSettings
        The device.

    Returns
    -------
    bool
        Whether a read draws anything.
    """
    return device.white_noise.kind != "none"


def column_variances(devices: Array, mapping: Mapping, device: DeviceSettings) -> Array:
    """Return the variance of what columns conduct towards their converter at each read.

    Parameters
    ----------
    devices : Array of float32, (planes, slices, groups, columns, K)
        What devices conduct at that moment, in level units.
    mapping : Mapping
        Of the devices; tells with which factor each counts.
    device : DeviceSettings
        Its white noise.

    Returns
    -------
    Array of float32, (slices, groups, columns, K)
        In squared level units: of a pair, of both devices together, ``sum of factor^2 sigma(g)^2``.
    """
    xp = namespace_of(devices)
    cell = mapping.cell
    variances: Array = xp.zeros(devices.shape[1:], dtype=xp.float32)
    flat = variances.reshape(-1)
    step = _CELLS_IN_CACHE if xp is np else _CELLS_ON_DEVICE
    for factor, plane in zip(mapping.signs.factors, devices, strict=True):
        conductances = plane.reshape(-1)
        for first in range(0, flat.size, step):
            relative = conductances[first : first + step].astype(xp.float64) * (1.0 / cell.maximum)
            std = white_noise_std_s(relative, device, cell.table) * (factor / cell.step_s)
            flat[first : first + step] += (std * std).astype(xp.float32)
    return variances
