"""How much a deviation of one cell changes the current of its column, on driven arrays.

Tellegen's theorem: ``u s`` for a unit of conductance, with u the voltage across the cell and s the voltage that it has
when the converter is a unit source and all drivers are at ground. Lines are taken as in the fast method of
:mod:`nnsreport.engine.parasitics.driven`, as if they did not see each other's resistance: s is then the share of the
bit line, and u what the word line brings less what the bit line gives back.

Source: S. W. Director, R. A. Rohrer, IEEE Trans. Circuit Theory 16, 318 (1969), doi:10.1109/TCT.1969.1082965.
"""

from __future__ import annotations

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.parasitics.driven import line_shares
from nnsreport.engine.parasitics.ladder import node_voltages
from nnsreport.engine.parasitics.networks import arranged, by_device, parts_in_memory
from nnsreport.engine.parasitics.settings import WireSettings


def cell_sensitivities(devices: Array, block: slice, wires: WireSettings, unit_s: float) -> tuple[Array, Array]:
    """Return how a column's current follows each of its cells.

    Parameters
    ----------
    devices : Array of floats, (planes, ..., columns, rows)
        Conductances of the cells of arrays, in units of ``unit_s``; one plane, or positive and negative devices.
    block : slice
        Rows that are read together; the others are at ground.
    wires : WireSettings
        With ``select = "driven"``.
    unit_s : float
        Unit of conductance, in S.

    Returns
    -------
    own, common : Array of float32, (planes, ..., columns, rows of the block)
        The current changes by ``own x - common mean(x)`` for a unit of conductance, up to its sign, where x is what the
        cell's row carries. ``common`` is what the bit line gives back if all rows of the block carry 1.
    """
    xp = namespace_of(devices)
    networks = arranged(devices, wires)
    own = xp.empty((*networks.shape[:-1], len(range(networks.shape[-1])[block])), dtype=xp.float32)
    common = xp.empty_like(own)
    for part in parts_in_memory(networks):
        own[:, part], common[:, part] = _sensitivities(networks[:, part].astype(xp.float64), block, wires, unit_s)
    shape = (*devices.shape[:-1], own.shape[-1])
    return by_device(own, shape, wires), by_device(common, shape, wires)


def _sensitivities(planes: Array, block: slice, wires: WireSettings, unit_s: float) -> tuple[Array, Array]:
    xp = namespace_of(planes)
    bit_line = wires.bit_line(unit_s)
    words, bits = line_shares(planes, wires.supply_line(unit_s), bit_line)
    signs = xp.asarray([1.0, -1.0])[: planes.shape[0], None, None, None]
    currents = xp.zeros_like(bits)
    currents[..., block] = (signs * planes * words).sum(axis=0)[..., block]
    shunts, fed = (xp.moveaxis(array, 2, 0)[::-1] for array in (planes.sum(axis=0), currents))
    voltages = xp.moveaxis(node_voltages(shunts, fed, bit_line)[::-1], 0, 2)
    return (words * bits)[..., block], (signs * voltages * bits)[..., block]
