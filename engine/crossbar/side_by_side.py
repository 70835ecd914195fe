"""Driven arrays of a size in which all cells of a weight lie side by side, along the same word lines."""

from __future__ import annotations

from dataclasses import replace

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.mapping import Mapping
from nnsreport.engine.parasitics import WireSettings, layer_conductances, layer_sensitivities


def lies_side_by_side(mapping: Mapping, wires: WireSettings) -> bool:
    """Return whether it matters which cells share a word line, and the mapping says which.

    Parameters
    ----------
    mapping : Mapping
        Of the devices.
    wires : WireSettings
        Of the arrays.

    Returns
    -------
    bool
        Whether word lines are driven and resist, and arrays have a number of columns.
    """
    return wires.select == "driven" and mapping.array.columns > 0 and not wires.supply_line(1.0).ideal


def conductances_side_by_side(devices: Array, mapping: Mapping, wires: WireSettings) -> Array:
    """Return what each column of a weight matrix effectively conducts.

    Parameters
    ----------
    devices : Array of float32, (planes, slices, groups, columns, K)
        Conductances in level units.
    mapping : Mapping
        Of the devices; with a number of columns of an array.
    wires : WireSettings
        With the rows of an array.

    Returns
    -------
    Array of float32, (slices, groups, columns, K)
        In level units; of pairs, positive minus negative.
    """
    xp = namespace_of(devices)
    blocks, unit_s = mapping.blocks(devices.shape[-1]), mapping.cell.step_s
    lines = layer_conductances(_bit_lines(devices), blocks, _wires(mapping, wires), unit_s)
    factors = xp.asarray(mapping.signs.factors, dtype=lines.dtype)[:, None, None, None, None]
    result: Array = (_cells(lines, devices.shape) * factors).sum(axis=0)
    return result


def sensitivities_side_by_side(devices: Array, mapping: Mapping, wires: WireSettings) -> tuple[Array, Array]:
    """Return how the columns of a weight matrix follow each of their cells.

    Parameters
    ----------
    devices : Array of float32, (planes, slices, groups, columns, K)
        Conductances in level units.
    mapping : Mapping
        Of the devices; with a number of columns of an array.
    wires : WireSettings
        With the rows of an array.

    Returns
    -------
    own, common : Array of float32, (planes, slices, groups, columns, K)
        As :func:`nnsreport.engine.parasitics.layer_sensitivities` has them.
    """
    blocks, unit_s = mapping.blocks(devices.shape[-1]), mapping.cell.step_s
    own, common = layer_sensitivities(_bit_lines(devices), blocks, _wires(mapping, wires), unit_s)
    return _cells(own[0], devices.shape), _cells(common[0], devices.shape)


def _wires(mapping: Mapping, wires: WireSettings) -> WireSettings:
    """Return wires with the bit lines of an array; those of a pair are two neighbours like any others."""
    cells = mapping.planes * mapping.slices.count
    return replace(wires, columns=mapping.array.columns // cells * cells, pairs="separate")


def _bit_lines(devices: Array) -> Array:
    """Return devices as (1, groups, columns * slices * planes, K): the cells of a weight are neighbours."""
    planes, slices, groups, columns, inputs = devices.shape
    return devices.transpose(2, 3, 1, 0, 4).reshape(1, groups, columns * slices * planes, inputs)


def _cells(lines: Array, shape: tuple[int, ...]) -> Array:
    """Undo :func:`_bit_lines` for numbers of bit lines, (groups, columns * slices * planes, K)."""
    planes, slices, groups, columns, inputs = shape
    return lines.reshape(groups, columns, slices, planes, inputs).transpose(3, 2, 0, 1, 4)
