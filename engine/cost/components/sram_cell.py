"""A six-transistor SRAM cell as the circuits around it see it."""

from __future__ import annotations

from nnsreport.engine.cost.primitives.gate_capacitance import drain_capacitance
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.primitives.leakage import gate_leakage_a
from nnsreport.engine.cost.primitives.transistor import gate_capacitance, on_resistance
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class SramCell:
    """An SRAM cell.

    Attributes
    ----------
    height_m, width_m : float or Array
        Pitch along the bit line and along the word line.
    access_ohm, pull_down_ohm : float or Array
        On resistance of an access transistor and of the NMOS behind it.
    word_line_f : float or Array
        Gates of both access transistors.
    bit_line_f : float or Array
        Drain of an access transistor, as the bit line has it.
    access_drain_f : float or Array
        The same drain as the transistor's own formula has it; another number below 22 nm.
    storage_f : float or Array
        Capacitance of a storage node.
    leakage_w : float or Array
        Of both inverters.
    """

    height_m: Quantity
    width_m: Quantity
    access_ohm: Quantity
    pull_down_ohm: Quantity
    word_line_f: Quantity
    bit_line_f: Quantity
    access_drain_f: Quantity
    storage_f: Quantity
    leakage_w: Quantity


def sram_cell(
    height_f: Quantity,
    width_f: Quantity,
    access_width_f: Quantity,
    nmos_width_f: Quantity,
    pmos_width_f: Quantity,
    technology: Technology,
) -> SramCell:
    """Return an SRAM cell.

    Parameters
    ----------
    height_f, width_f : float or Array
        Pitch in feature sizes.
    access_width_f, nmos_width_f, pmos_width_f : float or Array
        Widths of the transistors in feature sizes; below 22 nm in fins or stacks.
    technology : Technology
        Of the transistors.

    Returns
    -------
    SramCell
        Resistances, capacitances and leakage.

    References
    ----------
    NeuroSim V1.4, SubArray.cpp, Buffer.cpp and Sigmoid.cpp.
    """
    feature_m, cell_m = technology.feature_size_m, technology.standard_cell_height_m
    unit_m = feature_m if technology.is_planar else 2 * feature_m
    access_m, nmos_m, pmos_m = access_width_f * unit_m, nmos_width_f * unit_m, pmos_width_f * unit_m
    access_drain_f = drain_capacitance(access_m, Channel.NMOS, cell_m, technology)
    fin_drain_f = technology.drain_capacitance_f_per_m * access_width_f * technology.effective_width_m
    return SramCell(
        height_m=height_f * feature_m,
        width_m=width_f * feature_m,
        access_ohm=on_resistance(access_m, Channel.NMOS, technology),
        pull_down_ohm=on_resistance(nmos_m, Channel.NMOS, technology),
        word_line_f=2 * gate_capacitance(access_m, technology),
        bit_line_f=access_drain_f if technology.is_planar else fin_drain_f,
        access_drain_f=access_drain_f,
        storage_f=access_drain_f
        + drain_capacitance(nmos_m, Channel.NMOS, cell_m, technology)
        + drain_capacitance(pmos_m, Channel.PMOS, cell_m, technology)
        + gate_capacitance(nmos_m, technology)
        + gate_capacitance(pmos_m, technology),
        leakage_w=gate_leakage_a(Gate.INVERTER, 1, nmos_m, pmos_m, technology) * technology.vdd_v * 2,
    )
