"""Conductances of a layer's devices: drawn once when programmed, aged when read.

Everything is in level units (:mod:`nnsreport.engine.crossbar.mapping`), where ideal conductances are exact.
Devices are worked on a part at a time, so that only their float32 conductances are ever held for a whole layer;
drift exponents are drawn again at each read instead of being stored, which the counter-based streams allow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.device import drift_exponent, drift_factor, programming_std_s, read_noise_std
from nnsreport.engine.crossbar.mapping import Mapping
from nnsreport.engine.crossbar.settings import DeviceSettings
from nnsreport.engine.random import Purpose, device_stream, normals

# Devices worked on at a time; even, because random numbers come in pairs.
_DEVICES_IN_CACHE = 1 << 15
_DEVICES_ON_DEVICE = 1 << 24


@dataclass(frozen=True, slots=True)
class Draw:
    """Identity of one programming draw of one layer.

    Attributes
    ----------
    seed : int
        Of the run.
    trial : int
        Which draw.
    layer : int
        The layer's index in its network.
    """

    seed: int
    trial: int
    layer: int


def is_noiseless(device: DeviceSettings) -> bool:
    """Return whether devices hold their targets exactly at all times.

    Parameters
    ----------
    device : DeviceSettings
        The device.

    Returns
    -------
    bool
        Whether nothing is ever drawn.
    """
    return device.programming.kind == "none" and device.drift.kind == "none" and device.read_noise.kind == "none"


def target_conductances(levels: Array, mapping: Mapping) -> Array:
    """Return what a layer's devices are meant to conduct.

    Parameters
    ----------
    levels : Array of int32, (groups, N, K)
        Integer weights.
    mapping : Mapping
        How they lie on devices.

    Returns
    -------
    Array of float32, (planes, slices, groups, columns, K)
        In level units.
    """
    xp = namespace_of(levels)
    pieces = [mapping.cell.conductances(cells) for _, _, cells in mapping.cell_levels(levels)]
    stacked: Array = xp.stack(pieces)
    return stacked.reshape(mapping.planes, mapping.slices.count, *pieces[0].shape)


def program(levels: Array, mapping: Mapping, device: DeviceSettings, draw: Draw) -> Array:
    """Draw the conductances that programming achieves.

    Parameters
    ----------
    levels : Array of int32, (groups, N, K)
        Integer weights.
    mapping : Mapping
        How they lie on devices.
    device : DeviceSettings
        Its programming error.
    draw : Draw
        Identity of the random numbers.

    Returns
    -------
    Array of float32, (planes, slices, groups, columns, K)
        ``max(target + N(0, std(target)), 0)`` in level units, each device by itself.
    """
    conductances = target_conductances(levels, mapping)
    if device.programming.kind == "none":
        return conductances
    xp = namespace_of(levels)
    source = device_stream(draw.seed, draw.trial, draw.layer, Purpose.PROGRAMMING)
    flat = conductances.reshape(-1)
    for part in _parts(flat.size, xp):
        target = flat[part].astype(xp.float64)
        error = programming_std_s(target / mapping.cell.maximum, device)
        error *= normals(source, target.shape, xp, part.start) / mapping.cell.step_s
        flat[part] = xp.maximum(target + error, 0.0)
    return conductances


def read(
    programmed: Array, levels: Array, mapping: Mapping, device: DeviceSettings, draw: Draw, time_s: float
) -> Array:
    """Return what a layer's columns conduct at a time.

    Parameters
    ----------
    programmed : Array of float32, (planes, slices, groups, columns, K)
        From :func:`program`.
    levels : Array of int32, (groups, N, K)
        The same integer weights: drift depends on the target.
    mapping : Mapping
        How they lie on devices.
    device : DeviceSettings
        Its drift and read noise.
    draw : Draw
        The same identity.
    time_s : float
        Since the end of programming, in s. At 0 nothing has drifted, but read noise is there.

    Returns
    -------
    Array of float32, (slices, groups, columns, K)
        In level units; of a pair, positive minus negative.
    """
    aged = programmed
    if device.drift.kind != "none" or device.read_noise.kind != "none":
        aged = _aged(programmed, target_conductances(levels, mapping), mapping, device, draw, time_s)
    return mapping.column_conductances(aged)


def _aged(
    programmed: Array, targets: Array, mapping: Mapping, device: DeviceSettings, draw: Draw, time_s: float
) -> Array:
    """Age each device; the result takes the place of the targets."""
    xp = namespace_of(programmed)
    drift_source = device_stream(draw.seed, draw.trial, draw.layer, Purpose.DRIFT)
    read_source = device_stream(draw.seed, draw.trial, draw.layer, Purpose.READ, time_s)
    unit = 1.0 / mapping.cell.maximum
    flat_programmed, flat = programmed.reshape(-1), targets.reshape(-1)
    for part in _parts(flat.size, xp):
        conductance = flat_programmed[part].astype(xp.float64)
        noise = None
        if device.read_noise.kind != "none":
            noise = read_noise_std(conductance * unit, time_s, device.read_noise, device.drift.reference_time_s)
            noise *= normals(read_source, noise.shape, xp, part.start)
        if device.drift.kind != "none":
            target = flat[part].astype(xp.float64) * unit
            exponent = drift_exponent(target, normals(drift_source, target.shape, xp, part.start), device.drift)
            conductance *= drift_factor(exponent, time_s, device.drift)
        if noise is not None:
            conductance *= xp.maximum(1.0 + noise, 0.0)
        flat[part] = conductance
    return targets


def _parts(count: int, xp: ModuleType) -> Iterator[slice]:
    step = _DEVICES_IN_CACHE if xp is np else _DEVICES_ON_DEVICE
    return (slice(begin, min(begin + step, count)) for begin in range(0, count, step))
