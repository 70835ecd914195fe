"""RRAM and FeFET cells of an array: their resistances, and what they load rows and columns with."""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.engine.cost.given import Access
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.primitives.gate_capacitance import drain_capacitance
from nnsreport.engine.cost.primitives.kinds import Channel
from nnsreport.engine.cost.primitives.transistor import gate_capacitance, on_resistance
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.sub_array.array import MemoryArray
from nnsreport.engine.cost.technology import Technology
from nnsreport.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class ResistiveCells:
    """What the cells of an array are to the circuits around it.

    Attributes
    ----------
    on_ohm : float or Array
        Resistance of a cell that is on, with its access transistor.
    average_ohm : float or Array
        Of cells in parallel, half of them on, times their number.
    word_line_f : float or Array
        Capacitance of a row that selects cells, with the gates of access transistors.
    column_f : float or Array
        Capacitance of a column, with the drains of access transistors.
    """

    on_ohm: Quantity
    average_ohm: Quantity
    word_line_f: Quantity
    column_f: Quantity


def resistive_cells(parameters: Parameters, technology: Technology, array: MemoryArray) -> ResistiveCells:
    """Return the cells of an array.

    An access transistor has a quarter of the resistance of a cell that is on, whatever ``resistanceAccess`` says.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.
    technology : Technology
        Of the transistors.
    array : MemoryArray
        Where they lie.

    Returns
    -------
    ResistiveCells
        Scalars or arrays of shape (points,).

    Raises
    ------
    ConfigurationError
        The access transistor is wider than the cell.

    References
    ----------
    NeuroSim V1.4, SubArray.cpp, Initialize.
    """
    on_ohm, off_ohm = parameters.on_resistance_ohm, parameters.off_resistance_ohm
    word_line_f, column_f = array.row_wire_f, array.column_wire_f
    if parameters.access is Access.TRANSISTOR:
        access_ohm = on_ohm * technology.constants.ir_drop_tolerance
        on_ohm, off_ohm = on_ohm + access_ohm, off_ohm + access_ohm
        width_m = _access_width_m(parameters, technology, access_ohm)
        cell_m = technology.standard_cell_height_m
        word_line_f = word_line_f + gate_capacitance(width_m, technology) * parameters.columns
        column_f = column_f + drain_capacitance(width_m, Channel.NMOS, cell_m, technology) * parameters.rows
    # The number of rows cancels, but for the last bit, which decides how transistors of this resistance are folded.
    rows = parameters.rows_in_parallel
    average_ohm = 1 / (1 / on_ohm * rows / 2 + 1 / off_ohm * rows / 2) * rows
    return ResistiveCells(on_ohm=on_ohm, average_ohm=average_ohm, word_line_f=word_line_f, column_f=column_f)


def _access_width_m(parameters: Parameters, technology: Technology, access_ohm: Quantity) -> Quantity:
    """Return the width of access transistors of a given resistance; below 22 nm a unit is a fin."""
    unit_m = technology.feature_size_m if technology.is_planar else 2 * technology.feature_size_m
    unit_ohm = on_resistance(unit_m, Channel.NMOS, technology)
    units = unit_ohm * technology.constants.linear_region_ratio / access_ohm
    if technology.is_planar:
        takes_f = units
    else:
        takes_f = ((units - 1) * technology.fin_pitch_m + technology.fin_width_m) / technology.feature_size_m
    is_too_wide = takes_f > parameters.cell_width_f
    if bool(namespace_among(takes_f, parameters.cell_width_f).any(is_too_wide)):
        raise ConfigurationError(
            "the access transistor of a cell, a quarter of whose on resistance it has, is wider than the cell",
            field="resistanceOn",
            remedy="raise resistanceOn or widthInFeatureSize1T1R",
        )
    return units * unit_m
