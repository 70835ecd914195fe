"""How the devices of a layer lie on arrays with resistive wires.

Every slice of the weights has arrays of its own, and so have the two devices of a pair if they are ``separate``. An
array takes ``wires.rows`` rows of the weight matrix (or the block that is read together) and ``wires.columns`` bit
lines; the last one along each side is only as large as what is left. Where an array has several blocks of rows, the
word lines of the others are at ground (``driven``), so that their cells load the bit lines, or closed (``gated``).
"""

from __future__ import annotations

from collections.abc import Iterator

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.parasitics.effective import effective_conductances
from nnsreport.engine.parasitics.sensitivity import cell_sensitivities
from nnsreport.engine.parasitics.settings import WireSettings
from nnsreport.errors import ConfigurationError


def array_rows(blocks: tuple[slice, ...], wires: WireSettings) -> tuple[slice, ...]:
    """Return the rows of each array.

    Parameters
    ----------
    blocks : tuple of slice
        Rows that are read together, one after the other from row 0.
    wires : WireSettings
        Size of an array.

    Returns
    -------
    tuple of slice
        The blocks themselves, if arrays have no size of their own.

    Raises
    ------
    ConfigurationError
        A block would lie on two arrays.
    """
    if not wires.rows:
        return blocks
    inputs = blocks[-1].stop
    arrays = tuple(slice(begin, min(begin + wires.rows, inputs)) for begin in range(0, inputs, wires.rows))
    ends = {block.stop for block in blocks}
    if any(array.stop not in ends for array in arrays):
        raise ConfigurationError(
            f"arrays of {wires.rows} rows cut through blocks of {blocks[0].stop} rows that are read together",
            remedy="make the rows of an array a multiple of the rows read together",
        )
    return arrays


def rows_around(block: slice, arrays: tuple[slice, ...]) -> tuple[int, int]:
    """Return how many rows of its array lie before and after a block.

    Parameters
    ----------
    block : slice
        Rows that are read together.
    arrays : tuple of slice
        From :func:`array_rows`.

    Returns
    -------
    before, after : int
        For :func:`nnsreport.engine.parasitics.column_currents`.
    """
    array = next(array for array in arrays if array.start <= block.start < array.stop)
    return block.start - array.start, array.stop - block.stop


def layer_conductances(devices: Array, blocks: tuple[slice, ...], wires: WireSettings, unit_s: float) -> Array:
    """Return what the columns of a layer on driven arrays effectively conduct.

    Parameters
    ----------
    devices : Array of floats, (planes, ..., columns, K)
        Conductances of all devices in units of ``unit_s``.
    blocks : tuple of slice
        Rows that are read together.
    wires : WireSettings
        With ``select = "driven"``.
    unit_s : float
        Unit of conductance, in S.

    Returns
    -------
    Array of the same type, (..., columns, K)
        In units of ``unit_s``; of pairs, positive minus negative.

    Raises
    ------
    ConfigurationError
        A block would lie on two arrays.
    """
    xp = namespace_of(devices)
    result: Array = xp.empty(devices.shape[1:], dtype=devices.dtype)
    for rows in array_rows(blocks, wires):
        for columns in _array_columns(devices, wires):
            result[..., columns, rows] = effective_conductances(devices[..., columns, rows], wires, unit_s)
    return result


def layer_sensitivities(
    devices: Array, blocks: tuple[slice, ...], wires: WireSettings, unit_s: float
) -> tuple[Array, Array]:
    """Return how the columns of a layer on driven arrays follow each of their cells.

    Parameters
    ----------
    devices : Array of floats, (planes, ..., columns, K)
        Conductances of all devices in units of ``unit_s``.
    blocks : tuple of slice
        Rows that are read together.
    wires : WireSettings
        With ``select = "driven"``.
    unit_s : float
        Unit of conductance, in S.

    Returns
    -------
    own, common : Array of float32, (planes, ..., columns, K)
        As :func:`nnsreport.engine.parasitics.sensitivity.cell_sensitivities` has them.

    Raises
    ------
    ConfigurationError
        A block would lie on two arrays.
    """
    xp = namespace_of(devices)
    own, common = (xp.empty(devices.shape, dtype=xp.float32) for _ in range(2))
    for rows in array_rows(blocks, wires):
        for block in (block for block in blocks if rows.start <= block.start < rows.stop):
            within = slice(block.start - rows.start, block.stop - rows.start)
            for columns in _array_columns(devices, wires):
                found = cell_sensitivities(devices[..., columns, rows], within, wires, unit_s)
                own[..., columns, block], common[..., columns, block] = found
    return own, common


def _array_columns(devices: Array, wires: WireSettings) -> Iterator[slice]:
    """Yield the columns of the weight matrix that are in one array."""
    columns = devices.shape[-2]
    width = wires.columns or columns
    if wires.columns and wires.pairs == "adjacent" and devices.shape[0] == 2:
        width //= 2
    return (slice(begin, begin + width) for begin in range(0, columns, width))
