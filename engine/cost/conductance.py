"""Resistance of the columns of arrays in each read, with the resistance of the wires in series."""

from __future__ import annotations

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.cost.components.axes import beside
from nnsreport.engine.cost.corrections import Correction, whole_quotient
from nnsreport.engine.cost.given import Access, MemoryCell
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.errors import DataError

_LEAST_OF_SERIES = 100.0
"""From here on three terms of a series are exact to the last digit."""

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
        0 to 2 ** bits - 1; the highest digit comes first. The largest weight overflows to 0, as in NeuroSim, unless
        corrected.

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
    if Correction.LARGEST_WEIGHT in parameters.corrections:
        value = xp.minimum(value, int(largest) - 1)
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
    return resistances_of_rows((bits == 1).astype("float64"), branches, parameters)


def resistances_of_rows(driven: Array, branches: Array, parameters: Parameters) -> Array:
    """Return :func:`column_resistances` for rows that are driven, 1, or not, 0: float64, (rows, reads)."""
    xp = namespace_of(branches)
    conductance = driven.T @ branches
    if parameters.mode.is_parallel:
        groups = whole_quotient(parameters.rows, parameters.rows_in_parallel, parameters.corrections)
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
        Of one design point, or of a group.

    Returns
    -------
    Array of float64, (..., states, columns)
        In ohm, as :func:`column_resistances` has it for a read.
    """
    found = expected_row_conductances(rows, np.arange(1, columns + 1), parameters)
    xp = namespace_among(active_rows, found)
    of_one_row, active = xp.asarray(found)[..., None, :], xp.asarray(active_rows)[:, None]
    if parameters.mode.is_parallel:
        groups = xp.asarray(whole_quotient(parameters.rows, parameters.rows_in_parallel, parameters.corrections))
        return _resistance(active * of_one_row / groups[..., None, None])
    return _resistance(xp.where(active > 0, of_one_row, 0.0))


def expected_row_conductances(rows: int, places: Array, parameters: Parameters) -> Array:
    """Return the conductance of an average cell of columns, with its wires and access transistor in series.

    Parameters
    ----------
    rows : int
        Of the sub-array.
    places : Array, (columns,)
        Of the columns, counted from 1: the cells' lengths of wire along the rows. Places between columns may be asked
        for as well.
    parameters : Parameters
        Of one design point, or of a group.

    Returns
    -------
    Array of float64, (..., columns)
        In siemens; the mean over all rows and levels.
    """
    p = parameters
    numbers = (p.cell_bits, p.smallest_conductance_s, p.wire_resistance_row_ohm, p.access_resistance_ohm)
    xp = namespace_among(*numbers, p.largest_conductance_s, p.wire_resistance_column_ohm)
    bits, low, along_row, access = (xp.asarray(number, dtype="float64")[..., None] for number in numbers)
    high, along_column = (
        xp.asarray(number, dtype="float64")[..., None]
        for number in (p.largest_conductance_s, p.wire_resistance_column_ohm)
    )
    wires = xp.asarray(places) * along_row
    if p.cell is MemoryCell.RRAM and p.access is Access.TRANSISTOR:
        wires = wires + access
    total: Array = xp.zeros(())
    for level in range(2 ** int(bits.max())):
        cell = level / (2.0**bits - 1) * (high - low) + low
        # Design points with fewer bits have no such level.
        share = xp.where(level < 2.0**bits, 0.5**bits, 0.0)
        total = total + share * _mean_of_inverses(1 / cell + wires, along_column, rows)
    return total


def _mean_of_inverses(first: Array, step: Array, count: int) -> Array:
    """Return the mean of 1 / (first + k step) over k from 1 to a count.

    The sum is a difference of digamma functions, whose series at y is ln y + 1 / (24 y^2) - 7 / (960 y^4) + ...
    """
    xp = namespace_among(first, step)
    begin = first / step + 0.5
    end = begin + count
    mean: Array = (xp.log1p(count / begin) + _digamma_rest(end) - _digamma_rest(begin)) / (step * count)
    if not bool((begin < _LEAST_OF_SERIES).any()):
        return mean
    exact = sum(1 / (first + k * step) for k in range(1, count + 1)) / count
    return xp.where(begin < _LEAST_OF_SERIES, exact, mean)  # type: ignore[no-any-return]


def _digamma_rest(value: Array) -> Array:
    """Return the digamma function at a value and a half without its logarithm."""
    square = 1 / (value * value)
    return square * (1 / 24 - square * (7 / 960 - square * (31 / 8064)))


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
    if conductance.size and bool(conductance.min() > 0):
        return 1 / conductance
    is_open = conductance == 0
    resistance: Array = xp.where(is_open, OPEN_COLUMN_OHM, 1 / xp.where(is_open, 1.0, conductance))
    return resistance
