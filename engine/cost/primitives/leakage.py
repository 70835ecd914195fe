"""Leakage of logic gates."""

from __future__ import annotations

from nnsreport.engine.cost.primitives.effective_width import devices_by_reciprocal, effective_width
from nnsreport.engine.cost.primitives.kinds import Gate
from nnsreport.engine.cost.quantity import Quantity, select
from nnsreport.engine.cost.technology import Technology


def gate_leakage_a(
    gate: Gate, inputs: Quantity, width_nmos: Quantity, width_pmos: Quantity, technology: Technology
) -> Quantity:
    """Return the leakage current of a gate, averaged over its input states.

    An inverter leaks half of both transistors' off currents; NAND and NOR leak the off current of their parallel
    transistors by a ratio which depends on the inputs (2, or 3 and more).

    Parameters
    ----------
    gate : Gate
        Inverter, NAND or NOR.
    inputs : float or Array
        Inputs of the gate, 1 for an inverter.
    width_nmos, width_pmos : float or Array
        Widths of each transistor in metres.
    technology : Technology
        Of the gate; holds the temperature.

    Returns
    -------
    float or Array
        Current in amperes.

    References
    ----------
    NeuroSim V1.4, formula.cpp, CalculateGateLeakage.
    """
    leakage_nmos = _conducting_width(width_nmos, technology) * technology.off_current_nmos_a_per_m
    leakage_pmos = _conducting_width(width_pmos, technology) * technology.off_current_pmos_a_per_m
    shared = technology.constants
    if gate is Gate.INVERTER:
        return (leakage_nmos + leakage_pmos) / 2
    if gate is Gate.NOR:
        return select(inputs == 2, shared.leakage_ratio_nor2, shared.leakage_ratio_nor3) * (leakage_nmos * inputs)
    return select(inputs == 2, shared.leakage_ratio_nand2, shared.leakage_ratio_nand3) * (leakage_pmos * inputs)


def _conducting_width(width: Quantity, technology: Technology) -> Quantity:
    if technology.is_planar:
        return width
    return effective_width(devices_by_reciprocal(width, technology), technology)
