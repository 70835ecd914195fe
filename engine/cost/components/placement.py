"""Placing equal units side by side into rows or columns of a given length."""

from __future__ import annotations

from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Technology


def lines_of_units(available_m: Quantity, unit_m: Quantity, count: Quantity) -> Quantity:
    """Return how many rows (or columns) hold a number of units.

    ceil(n / min(floor(L / l), n)).

    Parameters
    ----------
    available_m : float or Array
        Length of a row, in metres.
    unit_m : float or Array
        Length of a unit along the row.
    count : float or Array
        Number of units.

    Returns
    -------
    float or Array
        Number of rows: 0 where there is no unit, nan where not even one fits into a row (NeuroSim divides by 0 there).
    """
    xp = namespace_among(available_m, unit_m, count)
    # NeuroSim truncates the quotient to an int.
    in_a_line = xp.minimum(xp.floor(available_m / unit_m), count)
    lines = select(in_a_line > 0, xp.ceil(count / xp.maximum(in_a_line, 1)), xp.nan)
    return select(count > 0, lines, 0.0)


def spread_over_lines(available_m: Quantity, smallest_m: Quantity, count: Quantity) -> tuple[Quantity, Quantity]:
    """Return the rows that units of a smallest length need, and the length each gets when they share them evenly.

    Parameters
    ----------
    available_m : float or Array
        Length of a row, in metres.
    smallest_m : float or Array
        Smallest length of a unit along the row.
    count : float or Array
        Number of units, at least 1.

    Returns
    -------
    lines : float or Array
        Number of rows; nan where not even one unit fits.
    length_m : float or Array
        Length of a unit, in metres.
    """
    xp = namespace_among(available_m, smallest_m, count)
    # NeuroSim truncates the quotient to an int.
    in_a_line = xp.floor(available_m / smallest_m)
    lines = select(in_a_line > 0, xp.ceil(count / xp.maximum(in_a_line, 1)), xp.nan)
    return lines, available_m / xp.ceil(count / lines)


def cell_height_m(technology: Technology) -> float:
    """Return the height of a standard cell at the node.

    Parameters
    ----------
    technology : Technology
        Of the node.

    Returns
    -------
    float
        Metres.
    """
    return technology.standard_cell_height_m * (
        technology.layout.cell_height_f / technology.constants.standard_cell_height_f
    )


def pass_gate_width_m(technology: Technology) -> float:
    """Return the width of the smallest pass gate: two gate pitches of the node.

    Parameters
    ----------
    technology : Technology
        Of the node.

    Returns
    -------
    float
        Metres.
    """
    planar_pitch_f = technology.constants.planar_gate_pitch_f
    return 2 * planar_pitch_f * technology.feature_size_m * (technology.layout.gate_pitch_f / planar_pitch_f)


def pass_gate_folds(width_m: Quantity, technology: Technology) -> Quantity:
    """Return the folds of the transistors of a pass gate that is to fill a width.

    Parameters
    ----------
    width_m : float or Array
        Width of the pass gate, at least the smallest one.
    technology : Technology
        Of the node.

    Returns
    -------
    float or Array
        One less than the gate pitches in the width, which NeuroSim truncates to an int.
    """
    folds: Quantity = namespace_among(width_m).floor(width_m / (0.5 * pass_gate_width_m(technology))) - 1
    return folds
