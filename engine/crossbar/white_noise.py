"""White noise of a layer's devices at every read, as variances of what its columns conduct."""

from __future__ import annotations

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.converters.noise import NoiseSource
from nnsreport.engine.converters.read_noise import ReadNoise
from nnsreport.engine.converters.wired_noise import DrivenLosses
from nnsreport.engine.crossbar.mapping import Mapping, lines_of_groups
from nnsreport.engine.crossbar.settings import DeviceSettings
from nnsreport.engine.crossbar.wiring import column_sensitivities, solves_every_vector
from nnsreport.engine.devices.read_noise import white_noise_std_s
from nnsreport.engine.parasitics import WireSettings

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


def column_variances(devices: Array, mapping: Mapping, device: DeviceSettings, weights: Array | None = None) -> Array:
    """Return the variance of what columns conduct towards their converter at each read.

    Parameters
    ----------
    devices : Array of float32, (planes, slices, groups, columns, K)
        What devices conduct at that moment, in level units.
    mapping : Mapping
        Of the devices; tells with which factor each counts.
    device : DeviceSettings
        Its white noise.
    weights : Array of float32, (planes, slices, groups, columns, K), optional
        What the variance of each device counts for; else 1.

    Returns
    -------
    Array of float32, (slices, groups, columns, K)
        In squared level units: of a pair, of both devices together, ``sum of weight factor^2 sigma(g)^2``.
    """
    xp = namespace_of(devices)
    cell = mapping.cell
    variances: Array = xp.zeros(devices.shape[1:], dtype=xp.float32)
    flat = variances.reshape(-1)
    step = _CELLS_IN_CACHE if xp is np else _CELLS_ON_DEVICE
    for index, (factor, plane) in enumerate(zip(mapping.signs.factors, devices, strict=True)):
        conductances = plane.reshape(-1)
        counts = None if weights is None else weights[index].reshape(-1)
        for first in range(0, flat.size, step):
            relative = conductances[first : first + step].astype(xp.float64) * (1.0 / cell.maximum)
            std = white_noise_std_s(relative, device, cell.table) * (factor / cell.step_s)
            part = (std * std).astype(xp.float32)
            flat[first : first + step] += part if counts is None else part * counts[first : first + step]
    return variances


def layer_noise(
    devices: Array, mapping: Mapping, device: DeviceSettings, wires: WireSettings, source: NoiseSource
) -> ReadNoise:
    """Return what every read adds to the sums of a layer.

    Parameters
    ----------
    devices : Array of float32, (planes, slices, groups, columns, K)
        What devices conduct at that moment, in level units.
    mapping : Mapping
        Of the devices.
    device : DeviceSettings
        Its white noise.
    wires : WireSettings
        Of the arrays. What gated arrays lose is known to :mod:`nnsreport.engine.crossbar.gated_operand`.
    source : NoiseSource
        Where the normal numbers come from.

    Returns
    -------
    ReadNoise
        For :meth:`nnsreport.engine.crossbar.layer.CrossbarLayer.block_operand`.
    """
    if wires.ideal or solves_every_vector(wires):
        return ReadNoise(lines_of_groups(column_variances(devices, mapping, device)), source)
    xp = namespace_of(devices)
    own, common = column_sensitivities(devices, mapping, wires)
    kept, mixed, returned = (
        lines_of_groups(column_variances(devices, mapping, device, weights))
        for weights in (own * own, 2.0 * own * common, common * common)
    )
    blocks = mapping.blocks(devices.shape[-1])
    of_blocks = xp.stack([returned[..., block].sum(axis=-1) for block in blocks])
    return ReadNoise(kept, source, DrivenLosses(mixed, of_blocks))
