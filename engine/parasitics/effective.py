"""What arrays with resistive wires do with an input: effective conductances, or the currents of gated columns."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.parasitics.driven import coupling, decoupled_conductances, exact_conductances
from nnsreport.engine.parasitics.gated import gated_currents
from nnsreport.engine.parasitics.ladder import Line
from nnsreport.engine.parasitics.networks import arranged, parts_in_memory
from nnsreport.engine.parasitics.settings import WireSettings

# Groups of rows of the fast method for gated arrays.
_GROUPS = 16
# Numbers in each operand of a gated sweep: fits a cache, or bounds a GPU's memory.
_SWEPT = 1 << 15
_SWEPT_ON_DEVICE = 1 << 24
_LEAST_VECTORS = 64


def effective_conductances(devices: Array, wires: WireSettings, unit_s: float = 1.0) -> Array:
    """Return the conductances that driven arrays effectively multiply with.

    Parameters
    ----------
    devices : Array of floats, (planes, ..., columns, rows)
        Conductances of cells in units of ``unit_s``, not negative. One plane, or the positive and the negative
        devices of pairs. Column 0 is next to the drivers, the last row next to the converters.
    wires : WireSettings
        With ``select = "driven"``. An array is as large as given: ``rows`` and ``columns`` are for
        :func:`nnsreport.engine.parasitics.layer_conductances`.
    unit_s : float
        Unit of conductance, in S.

    Returns
    -------
    Array of the same type, (..., columns, rows)
        In units of ``unit_s``; of pairs, positive minus negative. A column's current is ``result @ voltages``,
        whatever the voltages, because the network is linear. Computed in float64, a few arrays at a time.

    Notes
    -----
    ``exact`` solves the node equations directly, to rounding: the largest difference from other solvers is 1e-12 of
    the largest current, for 512 x 512 cells. ``fast`` takes time in proportion to the cells;
    :func:`fast_error_bound` bounds its error.
    """
    assert wires.select == "driven", "gated arrays have no such conductances"
    xp = namespace_of(devices)
    networks = arranged(devices, wires)
    solve = decoupled_conductances if wires.solver == "fast" else exact_conductances
    word_line, bit_line = wires.supply_line(unit_s), wires.bit_line(unit_s)
    effective: Array = xp.empty(networks.shape[1:], dtype=devices.dtype)
    for part in parts_in_memory(networks):
        effective[part] = solve(networks[:, part].astype(xp.float64), word_line, bit_line)
    return _difference(effective, devices.shape, wires)


def fast_error_bound(devices: Array, wires: WireSettings, unit_s: float = 1.0) -> Array:
    """Return how far ``solver = "fast"`` can be from the exact currents of driven arrays.

    Parameters
    ----------
    devices : Array of floats, (planes, ..., columns, rows)
        Conductances of cells in units of ``unit_s``.
    wires : WireSettings
        With ``select = "driven"``.
    unit_s : float
        Unit of conductance, in S.

    Returns
    -------
    Array of float64, (...)
        Largest error of any column's current for any input, as a share of the column's full-scale current: what all
        its cells, of both planes, would add up to at the largest of the voltages, were word lines ideal. Proved in
        :func:`nnsreport.engine.parasitics.driven.coupling`; errors met are three to thirty times smaller.
    """
    assert wires.select == "driven", "gated arrays have no such bound"
    xp = namespace_of(devices)
    networks = arranged(devices, wires)
    bounds: Array = xp.empty(networks.shape[1], dtype=xp.float64)
    for part in parts_in_memory(networks):
        bounds[part] = coupling(networks[:, part].astype(xp.float64), wires.supply_line(unit_s), wires.bit_line(unit_s))
    apart = bounds.size // math.prod(devices.shape[1:-2])
    result: Array = bounds.reshape(apart, *devices.shape[1:-2]).max(axis=0)
    return result


def worst_fast_error(planes: int, columns: int, rows: int, conductance_max_s: float, wires: WireSettings) -> float:
    """Return the bound of the fast method's error for any content of driven arrays.

    Parameters
    ----------
    planes : int
        2 for pairs, else 1.
    columns, rows : int
        Size of an array as ``devices`` of :func:`fast_error_bound` have it.
    conductance_max_s : float
        That no cell exceeds, in S.
    wires : WireSettings
        With ``select = "driven"``.

    Returns
    -------
    float
        Share of full scale: :func:`fast_error_bound` with all cells at the maximum, which loses most on every line.
    """
    return float(fast_error_bound(np.full((planes, columns, rows), conductance_max_s), wires))


def column_currents(
    devices: Array,
    inputs: Array,
    wires: WireSettings,
    unit_s: float = 1.0,
    *,
    signed: bool = True,
    rows_before: int = 0,
    rows_after: int = 0,
) -> Array:
    """Return the currents of gated columns.

    Parameters
    ----------
    devices : Array of floats, (planes, ..., columns, rows)
        Conductances of cells in units of ``unit_s``, not negative. One plane, or the positive and the negative
        devices of pairs. Source lines begin at row 0, bit lines are sensed at the last row.
    inputs : Array of numbers, (..., rows, vectors)
        1 opens a word line, 0 leaves it closed, -1 opens it in a second phase with the opposite voltage on the
        source lines. Axes in front are broadcast with those of ``devices``.
    wires : WireSettings
        With ``select = "gated"``.
    unit_s : float
        Unit of conductance, in S.
    signed : bool
        Whether there can be -1 among the inputs.
    rows_before, rows_after : int
        Rows of the array that stay closed, between the source's end and row 0 and between the last row and the
        converter.

    Returns
    -------
    Array of float64, (..., columns, vectors)
        In units of ``unit_s`` times the voltage of the source lines; of pairs, positive minus negative, and of both
        phases the first minus the second. Computed a few columns and vectors at a time.

    Notes
    -----
    Which cells conduct depends on the input, so there is no matrix to multiply with. ``exact`` takes some twenty
    operations for each cell and vector; ``fast`` lumps rows into sixteen groups.
    """
    assert wires.select == "gated", "driven arrays multiply with effective conductances"
    xp = namespace_of(devices)
    leading = np.broadcast_shapes(devices.shape[1:-2], inputs.shape[:-2])
    columns, vectors = devices.shape[-2], inputs.shape[-1]
    supply, bits = wires.supply_line(unit_s), wires.bit_line(unit_s)
    lines = (
        Line(supply.segment, supply.head + rows_before * supply.segment),
        Line(bits.segment, bits.head + rows_after * bits.segment),
    )
    groups = _GROUPS if wires.solver == "fast" else 0
    currents: Array = xp.empty((*leading, columns, vectors), dtype=xp.float64)
    for column, vector in _tiles(math.prod(leading), columns, vectors, on_device=xp is not np):
        cells = devices[..., column, :].astype(xp.float64)
        tile = inputs[..., vector]
        found = _phase(cells, (tile > 0).astype(xp.float64), wires, lines, groups)
        if signed:
            found -= _phase(cells, (tile < 0).astype(xp.float64), wires, lines, groups)
        currents[..., column, vector] = found
    return currents


def _phase(cells: Array, active: Array, wires: WireSettings, lines: tuple[Line, Line], groups: int) -> Array:
    if cells.shape[0] == 1 or wires.pairs == "interleaved":
        return gated_currents(cells, active, *lines, groups)
    # Gated columns do not see each other, so it does not matter which array they are in.
    currents = gated_currents(cells[:1], active, *lines, groups)
    currents -= gated_currents(cells[1:], active, *lines, groups)
    return currents


def _difference(effective: Array, shape: tuple[int, ...], wires: WireSettings) -> Array:
    """Undo :func:`arranged` and subtract what is not subtracted on bit lines."""
    if shape[0] == 1 or wires.pairs == "interleaved":
        return effective.reshape(shape[1:])
    if wires.pairs == "adjacent":
        pairs = effective.reshape(*shape[1:-1], 2, shape[-1])
        adjacent: Array = pairs[..., 0, :] - pairs[..., 1, :]
        return adjacent
    positive, negative = effective.reshape(shape)
    separate: Array = positive - negative
    return separate


def _tiles(arrays: int, columns: int, vectors: int, *, on_device: bool) -> Iterator[tuple[slice, slice]]:
    budget = _SWEPT_ON_DEVICE if on_device else _SWEPT
    wide = max(budget // (arrays * columns), min(_LEAST_VECTORS, vectors))
    high = max(budget // (arrays * min(wide, vectors)), 1)
    for column in range(0, columns, high):
        for vector in range(0, vectors, wide):
            yield slice(column, column + high), slice(vector, vector + wide)
