"""RRAM and FeFET cells of an array: their resistances, and what they load rows and columns with."""

from __future__ import annotations

from nnsreport.engine.cost.access_transistor import access_resistance_ohm, access_transistor_width_m
from nnsreport.engine.cost.given import Access
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.primitives.gate_capacitance import drain_capacitance
from nnsreport.engine.cost.primitives.kinds import Channel
from nnsreport.engine.cost.primitives.transistor import gate_capacitance
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.sub_array.array import MemoryArray
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


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

    References
    ----------
    NeuroSim V1.4, SubArray.cpp, Initialize.
    """
    on_ohm, off_ohm = parameters.on_resistance_ohm, parameters.off_resistance_ohm
    word_line_f, column_f = array.row_wire_f, array.column_wire_f
    if parameters.access is Access.TRANSISTOR:
        width_m = access_transistor_width_m(on_ohm, technology)
        access_ohm = access_resistance_ohm(on_ohm, technology)
        on_ohm, off_ohm = on_ohm + access_ohm, off_ohm + access_ohm
        cell_m = technology.standard_cell_height_m
        word_line_f = word_line_f + gate_capacitance(width_m, technology) * parameters.columns
        column_f = column_f + drain_capacitance(width_m, Channel.NMOS, cell_m, technology) * parameters.rows
    # The number of rows cancels, but for the last bit, which decides how transistors of this resistance are folded.
    rows = parameters.rows_in_parallel
    average_ohm = 1 / (1 / on_ohm * rows / 2 + 1 / off_ohm * rows / 2) * rows
    return ResistiveCells(on_ohm=on_ohm, average_ohm=average_ohm, word_line_f=word_line_f, column_f=column_f)
