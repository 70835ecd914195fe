"""Resistance of the metal wires of a node."""

from __future__ import annotations

from functools import cache

from nnsreport.engine.cost.technology.tables import Row, number, read_table
from nnsreport.errors import ConfigurationError

_ROOM_TEMPERATURE_K = 300
_TEMPERATURE_COEFFICIENT_PER_K = 0.00451


@cache
def wire_resistance_per_m(width_nm: float, barrier_thickness_m: float, temperature_k: float = 300) -> float:
    """Return the resistance of a copper wire by its length.

    Parameters
    ----------
    width_nm : float
        8 nm or more; the height follows from the aspect ratio that is usual at this width.
    barrier_thickness_m : float
        Of the liner. NeuroSim subtracts it in metres from a width in nanometres, so that it changes next to nothing.
    temperature_k : float
        NeuroSim heats the wires of the array, but not the first two metals of the cells.

    Returns
    -------
    float
        In ohm per metre.

    Raises
    ------
    ConfigurationError
        The width is below the table.

    References
    ----------
    NeuroSim V1.4, Param.cpp.
    """
    return row_resistance_per_m(row_of_width("wires.csv", width_nm), width_nm, barrier_thickness_m, temperature_k)


def row_of_width(table: str, width_nm: float) -> Row:
    """Return the row of a table of wires that a width belongs to.

    Parameters
    ----------
    table : str
        File name in engine/cost/data, with falling least widths.
    width_nm : float
        Of the wire.

    Returns
    -------
    mapping of str
        The first row whose least width is not greater.

    Raises
    ------
    ConfigurationError
        The width is below the table.
    """
    for row in read_table(table):
        if width_nm >= number(row, "least_width_nm"):
            return row
    raise ConfigurationError(
        f"a wire of {width_nm:g} nm is narrower than any that NeuroSim knows",
        field="wireWidth",
        remedy="set wireWidth, Metal0 and Metal1 to 8 or more",
    )


def row_resistance_per_m(row: Row, width_nm: float, barrier_thickness_m: float, temperature_k: float) -> float:
    """Return the resistance of a wire with the aspect ratio and resistivity of a row.

    Parameters
    ----------
    row : mapping of str
        Of a table of wires.
    width_nm : float
        Of the wire.
    barrier_thickness_m : float
        Of the liner; in metres against a width in nanometres, as in NeuroSim.
    temperature_k : float
        300 kelvin or more.

    Returns
    -------
    float
        In ohm per metre.
    """
    aspect_ratio = number(row, "aspect_ratio")
    liner = (2 * aspect_ratio * width_nm + width_nm) * barrier_thickness_m / (aspect_ratio * width_nm**2)
    resistivity = number(row, "resistivity_ohm_m") / (1 - liner)
    resistivity *= 1 + _TEMPERATURE_COEFFICIENT_PER_K * abs(temperature_k - _ROOM_TEMPERATURE_K)
    width_m = width_nm * 1e-9
    return resistivity / (width_m * width_m * aspect_ratio)
