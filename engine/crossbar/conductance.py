"""Conductances of a layer's devices: drawn once when programmed, aged when read.

Everything is in level units (:mod:`nnsreport.engine.crossbar.cell`), where ideal conductances are exact.
Devices are worked on a part at a time, so that only their float32 conductances are ever held for a whole layer;
drift exponents are drawn again at each read instead of being stored, which the counter-based streams allow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.mapping import Mapping
from nnsreport.engine.crossbar.population import Population
from nnsreport.engine.crossbar.settings import DeviceSettings

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
    """Return whether devices hold evenly spaced targets exactly at all times.

    Parameters
    ----------
    device : DeviceSettings
        The device.

    Returns
    -------
    bool
        Whether nothing is ever drawn or changed, so that the array multiplies by the integers themselves.
    """
    return device.levels == "uniform" and _is_programmed_exactly(device) and not _changes(device)


def _is_programmed_exactly(device: DeviceSettings) -> bool:
    return device.programming.kind == "none" and device.variation.kind == "none" and not device.faults.any


def _changes(device: DeviceSettings) -> bool:
    return device.drift.kind != "none" or device.read_noise.kind != "none"


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
        Its programming error, variation and faults.
    draw : Draw
        Identity of the random numbers.

    Returns
    -------
    Array of float32, (planes, slices, groups, columns, K)
        ``max(target + variation + error, 0)`` in level units, each device by itself; what stuck devices conduct.
    """
    conductances = target_conductances(levels, mapping)
    if _is_programmed_exactly(device):
        return conductances
    xp = namespace_of(levels)
    population = Population(mapping.cell, device, draw)
    flat = conductances.reshape(-1)
    for part in _parts(flat.size, xp):
        flat[part] = population.programmed(flat[part].astype(xp.float64), part.start)
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
    return mapping.column_conductances(read_devices(programmed, levels, mapping, device, draw, time_s))


def read_devices(
    programmed: Array, levels: Array, mapping: Mapping, device: DeviceSettings, draw: Draw, time_s: float
) -> Array:
    """Return what each of a layer's devices conducts at a time.

    Parameters
    ----------
    programmed, levels, mapping, device, draw, time_s
        As :func:`read` takes them.

    Returns
    -------
    Array of float32, (planes, slices, groups, columns, K)
        In level units; ``programmed`` itself, where nothing ages.
    """
    if not _changes(device):
        return programmed
    return _aged(programmed, target_conductances(levels, mapping), Population(mapping.cell, device, draw), time_s)


def _aged(programmed: Array, targets: Array, population: Population, time_s: float) -> Array:
    """Age each device; the result takes the place of the targets."""
    xp = namespace_of(programmed)
    moment = population.moment(programmed, time_s)
    flat_programmed, flat = programmed.reshape(-1), targets.reshape(-1)
    for part in _parts(flat.size, xp):
        conductance = flat_programmed[part].astype(xp.float64)
        flat[part] = population.read(conductance, flat[part].astype(xp.float64), part.start, moment)
    return targets


def _parts(count: int, xp: ModuleType) -> Iterator[slice]:
    step = _DEVICES_IN_CACHE if xp is np else _DEVICES_ON_DEVICE
    return (slice(begin, min(begin + step, count)) for begin in range(0, count, step))
