"""Small inverters and NAND gates, with sheets of their own width in GAA cells if that layout is chosen."""

from __future__ import annotations

from nnsreport.engine.cost.primitives.gate_capacitance import SheetTuning
from nnsreport.engine.cost.primitives.kinds import Gate
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.technology import Structure, Technology
from nnsreport.engine.cost.technology.tables import number, read_table
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Widths:
    """Widths of a gate's transistors.

    Attributes
    ----------
    nmos_m, pmos_m : float or Array
        In metres, 0 where there is no such transistor.
    """

    nmos_m: Quantity
    pmos_m: Quantity


def minimum_widths(technology: Technology) -> Widths:
    """Return the widths of the smallest inverter that drives both edges alike.

    Parameters
    ----------
    technology : Technology
        Of the inverter.

    Returns
    -------
    Widths
        Two feature sizes, and that by the ratio of the channels' currents.
    """
    width_m = technology.minimum_nmos_width_m
    return Widths(width_m, technology.pn_size_ratio * width_m)


def sheet_tuning(gate: Gate, technology: Technology, *, special_layout: bool) -> SheetTuning | None:
    """Return how a small gate's sheets differ from a whole stack.

    Parameters
    ----------
    gate : Gate
        Inverter, or NAND of two inputs.
    technology : Technology
        Of the gate.
    special_layout : bool
        Whether cells of GAA nodes have sheets of their own width (``speciallayout``).

    Returns
    -------
    SheetTuning or None
        None where the gate has the plain layout.

    References
    ----------
    NeuroSim V1.4, MultilevelSenseAmp.cpp, MultilevelSAEncoder.cpp and DFF.cpp.
    """
    if technology.structure is not Structure.GAA or not special_layout:
        return None
    (row,) = (
        row
        for row in read_table("sheet_tuning.csv")
        if int(row["node_nm"]) == technology.node_nm and row["gate"] == gate
    )
    return SheetTuning(
        gate_factor=number(row, "gate_factor"),
        nmos_factor=number(row, "nmos_factor"),
        pmos_factor=number(row, "pmos_factor"),
    )
