"""Which devices of a driven array are in one circuit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.parasitics.settings import WireSettings

# Of the exact solver.
_BYTES_FOR_A_CELL = 1024
# Working memory of a solver.
_SOLVER_BYTES = 1 << 26
_SOLVER_BYTES_ON_DEVICE = 1 << 31


def arranged(devices: Array, wires: WireSettings) -> Array:
    """Return the circuits to solve.

    Parameters
    ----------
    devices : Array of floats, (planes, ..., columns, rows)
        Conductances of cells.
    wires : WireSettings
        Where the two devices of a pair are.

    Returns
    -------
    Array, (planes that share bit lines, arrays, columns, rows)
        A view where that is possible.
    """
    xp = namespace_of(devices)
    planes, (columns, rows) = devices.shape[0], devices.shape[-2:]
    if planes == 1 or wires.pairs == "interleaved":
        return devices.reshape(planes, -1, columns, rows)
    if wires.pairs == "adjacent":
        devices = xp.moveaxis(devices, 0, -2)
        columns *= planes
    return devices.reshape(1, -1, columns, rows)


def by_device(networks: Array, shape: tuple[int, ...], wires: WireSettings) -> Array:
    """Undo :func:`arranged`.

    Parameters
    ----------
    networks : Array, (planes that share bit lines, arrays, columns, rows)
        A number for each cell.
    shape : tuple of int
        Of the devices, (planes, ..., columns, rows).
    wires : WireSettings
        Where the two devices of a pair are.

    Returns
    -------
    Array, (planes, ..., columns, rows)
        A view where that is possible.
    """
    xp = namespace_of(networks)
    if wires.pairs == "adjacent" and shape[0] == 2:
        pairs: Array = xp.moveaxis(networks.reshape(*shape[1:-1], 2, shape[-1]), -2, 0)
        return pairs
    devices: Array = networks.reshape(shape)
    return devices


def parts_in_memory(networks: Array) -> Iterator[slice]:
    """Yield which arrays are solved together.

    Parameters
    ----------
    networks : Array, (planes that share bit lines, arrays, columns, rows)
        The circuits.

    Yields
    ------
    slice
        Of the arrays; one at least.
    """
    planes, count, columns, rows = networks.shape
    budget = _SOLVER_BYTES if namespace_of(networks) is np else _SOLVER_BYTES_ON_DEVICE
    step = max(budget // (_BYTES_FOR_A_CELL * planes * columns * rows), 1)
    return (slice(begin, begin + step) for begin in range(0, count, step))
