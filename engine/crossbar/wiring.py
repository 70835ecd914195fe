"""Layers on arrays whose wires resist: what suits them, and what driven arrays effectively conduct."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.mapping import Mapping
from nnsreport.engine.crossbar.settings import CrossbarSettings, MappingSettings
from nnsreport.engine.crossbar.side_by_side import (
    conductances_side_by_side,
    lies_side_by_side,
    sensitivities_side_by_side,
)
from nnsreport.engine.parasitics import WireSettings, layer_conductances, layer_sensitivities
from nnsreport.errors import ConfigurationError

_PAIRED = ("differential", "two-sided")


def solves_every_vector(wires: WireSettings) -> bool:
    """Return whether an array's currents are not those of any matrix, so that its block sums have to be formed.

    Parameters
    ----------
    wires : WireSettings
        The wires.

    Returns
    -------
    bool
        Of resistive wires, whether cells are gated by the input.
    """
    return wires.select == "gated" and not wires.ideal


def wires_of_arrays(wires: WireSettings, mapping: Mapping) -> WireSettings:
    """Return wires with the rows of the mapping's arrays, where they have none of their own.

    Parameters
    ----------
    wires : WireSettings
        As configured.
    mapping : Mapping
        Size of an array.

    Returns
    -------
    WireSettings
        Rows stay 0 where each block that is read together is an array.
    """
    return replace(wires, rows=wires.rows or mapping.array.rows)


def circuits(devices: Array, mapping: Mapping) -> Iterator[tuple[float, Array]]:
    """Yield the planes whose currents meet in the wires, and what these count for.

    Parameters
    ----------
    devices : Array, (planes, ...)
        Of a layer.
    mapping : Mapping
        Of the devices.

    Yields
    ------
    factor : float
        Of the positive devices, where there are two planes.
    planes : Array, (1 or 2, ...)
        One pair, or the devices that are no pair's. Several pairs have arrays of their own, and so have the sides of a
        pair that is subtracted digitally.
    """
    factors = mapping.signs.factors
    width = 2 if mapping.differential else 1
    for first in range(0, len(factors), width):
        yield factors[first], devices[first : first + width]


def column_conductances(devices: Array, mapping: Mapping, wires: WireSettings) -> Array:
    """Return what each column conducts towards its converter, wires included if they are driven.

    Parameters
    ----------
    devices : Array of float32, (planes, slices, groups, columns, K)
        Conductances in level units.
    mapping : Mapping
        Of the devices.
    wires : WireSettings
        Of the arrays. Gated arrays have no such conductances once they resist: theirs are those without wires.

    Returns
    -------
    Array of float32, (slices, groups, columns, K)
        In level units; of pairs, positive minus negative. May be a view.
    """
    if wires.ideal or solves_every_vector(wires):
        return mapping.column_conductances(devices)
    blocks, placed = mapping.blocks(devices.shape[-1]), wires_of_arrays(wires, mapping)
    if lies_side_by_side(mapping, wires):
        return conductances_side_by_side(devices, mapping, placed)
    effective = (
        factor * layer_conductances(planes, blocks, placed, mapping.cell.step_s)
        for factor, planes in circuits(devices, mapping)
    )
    total: Array = next(effective)
    for further in effective:
        total += further
    return total


def column_sensitivities(devices: Array, mapping: Mapping, wires: WireSettings) -> tuple[Array, Array]:
    """Return how the columns of driven arrays with resistive wires follow each of their cells.

    Parameters
    ----------
    devices : Array of float32, (planes, slices, groups, columns, K)
        Conductances in level units.
    mapping : Mapping
        Of the devices.
    wires : WireSettings
        Of the arrays.

    Returns
    -------
    own, common : Array of float32, (planes, slices, groups, columns, K)
        As :func:`nnsreport.engine.parasitics.layer_sensitivities` has them.
    """
    xp = namespace_of(devices)
    blocks, placed = mapping.blocks(devices.shape[-1]), wires_of_arrays(wires, mapping)
    if lies_side_by_side(mapping, wires):
        return sensitivities_side_by_side(devices, mapping, placed)
    found = [
        layer_sensitivities(planes, blocks, placed, mapping.cell.step_s) for _, planes in circuits(devices, mapping)
    ]
    own, common = (xp.concatenate(parts) for parts in zip(*found, strict=True))
    return own, common


def check_wires(settings: CrossbarSettings) -> None:
    """Refuse settings that wires have no meaning with.

    Parameters
    ----------
    settings : CrossbarSettings
        Complete.

    Raises
    ------
    ConfigurationError
        Wires resist, and there are no memory devices; gated rows are driven with more than a bit; pairs are not where
        the wires want them; or sizes of arrays contradict each other.
    """
    if settings.wires.ideal:
        return
    if settings.sram.kind != "none":
        raise ConfigurationError(
            f'have a resistance, but an SRAM array of kind "{settings.sram.kind}" has no such wires',
            field="wires",
            remedy="leave out the section [wires]",
        )
    _check_inputs(settings.wires, settings.mapping)
    _check_pairs(settings.wires, settings.mapping)
    _check_rows(settings.wires, settings.mapping)
    _check_columns(settings.wires, settings.mapping)


def _check_inputs(wires: WireSettings, mapping: MappingSettings) -> None:
    if wires.select == "gated" and mapping.dac_bits != 1:
        raise ConfigurationError(
            f'is {mapping.dac_bits}, but rows of gated arrays (wires.select = "gated") are open or closed',
            field="mapping.dac_bits",
            remedy="write dac_bits = 1",
        )


def _check_pairs(wires: WireSettings, mapping: MappingSettings) -> None:
    if wires.pairs == "separate":
        return
    if mapping.signs not in _PAIRED:
        found = f'signs = "{mapping.signs}" has no pairs'
    elif mapping.subtraction == "digital":
        found = 'subtraction = "digital" gives the sides of a pair arrays of their own'
    else:
        return
    raise ConfigurationError(
        f'is "{wires.pairs}", but mapping.{found}', field="wires.pairs", remedy='write pairs = "separate"'
    )


def _check_rows(wires: WireSettings, mapping: MappingSettings) -> None:
    if wires.rows in (0, mapping.array_rows):
        return
    if mapping.array_rows:
        raise ConfigurationError(
            f"is {wires.rows}, but arrays have mapping.array_rows = {mapping.array_rows}",
            field="wires.rows",
            remedy="leave it out",
        )
    if not mapping.rows or wires.rows % mapping.rows:
        read = f"{mapping.rows} rows" if mapping.rows else "all rows of a layer"
        raise ConfigurationError(
            f"is {wires.rows}, but mapping.rows = {mapping.rows} reads {read} together, beyond the end of an array",
            field="wires.rows",
            remedy=f"write mapping.array_rows = {wires.rows} in its place: blocks then end where arrays do",
        )


def _check_columns(wires: WireSettings, mapping: MappingSettings) -> None:
    if wires.select == "gated" or not mapping.array_columns or wires.supply_line(1.0).ideal:
        return
    if wires.columns:
        raise ConfigurationError(
            f"is {wires.columns}, but arrays have mapping.array_columns = {mapping.array_columns}",
            field="wires.columns",
            remedy="leave it out",
        )
    if mapping.signs in _PAIRED and wires.pairs != "adjacent":
        raise ConfigurationError(
            f'is "{wires.pairs}", but mapping.array_columns = {mapping.array_columns} puts all cells of a weight side '
            "by side along a word line",
            field="wires.pairs",
            remedy='write pairs = "adjacent" (and mapping.subtraction = "analog"), or array_columns = 0',
        )
