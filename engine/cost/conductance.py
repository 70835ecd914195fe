"""Resistance of the columns of arrays in each read, with the resistance of the wires in series."""

from __future__ import annotations

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.cost.components.axes import beside
from nnsreport.engine.cost.given import Access, MemoryCell
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.errors import DataError

OPEN_COLUMN_OHM = 1e10
"""What NeuroSim takes for a column without an active row."""


def cell_levels(weights: Array, parameters: Parameters) -> Array:
    """Return the levels of the cells that hold a layer's weights.

    Parameters
    ----------
    weights : Array of float64, (rows, outputs)
        Between the smallest and the largest weight.
    parameters : Parameters
        Of one design point.

    Returns
    -------
    Array of int64, (rows, outputs * columns of a weight)
        0 to 2 ** bits - 1; the highest digit comes first. The largest weight overflows to 0, as in NeuroSim.

    Raises
    ------
    DataError
        A weight is out of range; NeuroSim would give it a conductance that no cell has.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, LoadInWeightData.
    """
    xp = namespace_of(weights)
    low, high = float(parameters.smallest_weight), float(parameters.largest_weight)
    if float(weights.min()) < low or float(weights.max()) > high:
        raise DataError(
            f"weights lie between {float(weights.min()):g} and {float(weights.max()):g}, not {low:g} and {high:g}",
            field="algoWeightMax",
            remedy="set algoWeightMin and algoWeightMax to the range of the weights",
        )
    largest = 2.0 ** int(parameters.weight_bits)
    # C++ adds a half and cuts off, which rounds.
    value = (largest / (high - low) * (weights - high) + largest + 0.5).astype("int64")
    digits = []
    for _ in range(int(parameters.columns_per_weight)):
        digits.append(value % 2 ** int(parameters.cell_bits))
        value = value // 2 ** int(parameters.cell_bits)
    levels: Array = xp.stack(digits[::-1], axis=-1).reshape(len(weights), -1)
    return levels


def cell_conductances(levels: Array, parameters: Parameters) -> Array:
    """Return the conductances of cells.

    Parameters
    ----------
    levels : Array of int64
        Of :func:`cell_levels`, any shape.
    parameters : Parameters
        Of one design point.

    Returns
    -------
    Array of float64
        In siemens, from the smallest to the largest in equal steps.
    """
    low, high = parameters.smallest_conductance_s, parameters.largest_conductance_s
    conductances: Array = levels / (2 ** int(parameters.cell_bits) - 1) * (high - low) + low
    return conductances


def branch_conductances(conductances: Array, parameters: Parameters) -> Array:
    """Return the conductances of cells with their wires and access transistors in series.

    Parameters
    ----------
    conductances : Array of float64, (rows, columns)
        Of the cells of one sub-array.
    parameters : Parameters
        Of one design point.

    Returns
    -------
    Array of float64, (rows, columns)
        In siemens, from the driver of the row to the foot of the column.

    References
    ----------
    NeuroSim V1.4, ProcessingUnit.cpp, GetColumnResistance.
    """
    xp = namespace_of(conductances)
    rows, columns = conductances.shape
    along_row = xp.arange(1, columns + 1) * parameters.wire_resistance_row_ohm
    along_column = xp.arange(rows, 0, -1)[:, None] * parameters.wire_resistance_column_ohm
    resistance = 1 / conductances + along_row + along_column
    if parameters.cell is MemoryCell.RRAM and parameters.access is Access.TRANSISTOR:
        resistance = resistance + parameters.access_resistance_ohm
    branches: Array = 1 / resistance
    return branches


def column_resistances(bits: Array, branches: Array, parameters: Parameters) -> Array:
    """Return what each column of a sub-array presents to its converter.

    Parameters
    ----------
    bits : Array of uint8, (rows, reads)
        What drives the rows.
    branches : Array of float64, (rows, columns)
        Of :func:`branch_conductances`.
    parameters : Parameters
        Of one design point.

    Returns
    -------
    Array of float64, (reads, columns)
        In ohm: of one of the groups of rows that are read in parallel, or of one row where rows are read one by one.

    References
    ----------
    NeuroSim V1.4, ProcessingUnit.cpp, GetColumnResistance.
    """
    xp = namespace_of(branches)
    driven = (bits == 1).astype("float64")
    conductance = driven.T @ branches
    if parameters.mode.is_parallel:
        # C++ divides two integers.
        groups: int | Array = int(parameters.rows) // int(parameters.rows_in_parallel)
    else:
        groups = xp.maximum(driven.sum(axis=0), 1.0)[:, None]
    return _resistance(conductance / groups)


def expected_column_resistances(active_rows: Array, rows: int, columns: int, parameters: Parameters) -> Array:
    """Return the resistance of columns where only the number of active rows is known.

    All levels of a cell are taken to be equally frequent, and every row to be active equally often.

    Parameters
    ----------
    active_rows : Array of float64, (states,)
        Numbers of active rows.
    rows, columns : int
        Of the sub-array.
    parameters : Parameters
        Of one design point.

    Returns
    -------
    Array of float64, (states, columns)
        In ohm, as :func:`column_resistances` has it for a read.
    """
    xp = namespace_of(active_rows)
    levels = xp.arange(2 ** int(parameters.cell_bits))
    total = xp.zeros((rows, columns))
    for conductance in cell_conductances(levels, parameters):
        total = total + branch_conductances(xp.full((rows, columns), conductance), parameters)
    of_one_row = total.mean(axis=0) / len(levels)
    if parameters.mode.is_parallel:
        groups = int(parameters.rows) // int(parameters.rows_in_parallel)
        return _resistance(active_rows[:, None] * of_one_row / groups)
    return _resistance(xp.where(active_rows[:, None] > 0, of_one_row, 0.0))


def sram_column_resistance(active_rows: Quantity, access_ohm: Quantity, parameters: Parameters) -> Quantity:
    """Return what a column of SRAM presents to its converter, whatever its cells hold.

    Each active cell is its access transistor and one cell's length of wire, all in parallel.

    Parameters
    ----------
    active_rows : float or Array, (..., states)
        Numbers of active rows.
    access_ohm : float or Array, (...,)
        Resistance of an access transistor.
    parameters : Parameters
        Of the design points.

    Returns
    -------
    float or Array, (..., states)
        In ohm. Unlike that of other cells, it is not of one of the groups of rows that are read in parallel.

    References
    ----------
    NeuroSim V1.4, ProcessingUnit.cpp, GetColumnResistance.
    """
    cell_ohm = beside(access_ohm + parameters.wire_resistance_column_ohm, active_rows)
    xp = namespace_among(active_rows, cell_ohm)
    return select(active_rows > 0, cell_ohm / xp.where(active_rows > 0, active_rows, 1.0), OPEN_COLUMN_OHM)


def _resistance(conductance: Array) -> Array:
    xp = namespace_of(conductance)
    is_open = conductance == 0
    resistance: Array = xp.where(is_open, OPEN_COLUMN_OHM, 1 / xp.where(is_open, 1.0, conductance))
    return resistance
