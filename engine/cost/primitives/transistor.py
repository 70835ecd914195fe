"""A transistor's resistance, transconductance and gate capacitance, and the delay of a stage."""

from __future__ import annotations

import math

from nnsreport.engine.cost.primitives.effective_width import (
    devices_by_division,
    devices_by_reciprocal,
    effective_width,
)
from nnsreport.engine.cost.primitives.kinds import Channel
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Structure, Technology

_SWITCHING_VOLTAGE = 0.5
_SLOPE_FACTOR = 0.5


def gate_capacitance(width: Quantity, technology: Technology) -> Quantity:
    """Return the capacitance of a transistor's gate.

    (C_ideal + C_overlap + C_fringe) W_eff.

    Parameters
    ----------
    width : float or Array
        Transistor width in metres.
    technology : Technology
        Of the transistor.

    Returns
    -------
    float or Array
        Capacitance in farads.

    References
    ----------
    NeuroSim V1.4, formula.cpp, CalculateGateCap.
    """
    conducting = (
        width if technology.is_planar else effective_width(devices_by_reciprocal(width, technology), technology)
    )
    return technology.gate_capacitance_f_per_m * conducting


def on_resistance(width: Quantity, kind: Channel, technology: Technology) -> Quantity:
    """Return the resistance of a transistor that switches a full swing.

    k V_dd / (I_on W_eff), where k corrects for the part of the swing in saturation.

    Parameters
    ----------
    width : float or Array
        Transistor width in metres.
    kind : Channel
        NMOS or PMOS.
    technology : Technology
        Of the transistor.

    Returns
    -------
    float or Array
        Resistance in ohms.

    References
    ----------
    NeuroSim V1.4, formula.cpp, CalculateOnResistance.
    """
    return (
        technology.resistance_multiplier
        * technology.vdd_v
        / (_on_current(kind, technology) * _driving_width(width, technology))
    )


def pass_gate_resistance(width: Quantity, kind: Channel, technology: Technology) -> Quantity:
    """Return the resistance of a transistor without the correction for a full swing: V_dd / (I_on W_eff).

    Parameters
    ----------
    width : float or Array
        Transistor width in metres.
    kind : Channel
        NMOS or PMOS.
    technology : Technology
        Of the transistor.

    Returns
    -------
    float or Array
        Resistance in ohms.

    References
    ----------
    NeuroSim V1.4, formula.cpp, CalculateOnResistance_normal.
    """
    return technology.vdd_v / (_on_current(kind, technology) * _driving_width(width, technology))


def transconductance(width: Quantity, kind: Channel, technology: Technology) -> Quantity:
    """Return the transconductance of a transistor.

    Of FinFETs the conducting width of a fin is twice its height and its width. NeuroSim states no fin height at 5 and
    3 nm, so that a fin's width alone counts there.

    Parameters
    ----------
    width : float or Array
        Transistor width in metres.
    kind : Channel
        NMOS or PMOS.
    technology : Technology
        Of the transistor.

    Returns
    -------
    float or Array
        Transconductance in siemens.

    References
    ----------
    NeuroSim V1.4, formula.cpp, CalculateTransconductance.
    """
    per_metre = (
        technology.transconductance_nmos_s_per_m if kind is Channel.NMOS else technology.transconductance_pmos_s_per_m
    )
    if technology.structure is not Structure.FINFET:
        return per_metre * _driving_width(width, technology)
    fins: Quantity = namespace_among(width).ceil(devices_by_division(width, technology))
    return per_metre * (fins * (2 * technology.fin_height_m + technology.fin_width_m))


def horowitz(time_constant_s: Quantity, beta: Quantity, ramp_input: Quantity) -> tuple[Quantity, Quantity]:  # noqa: ARG001
    """Return the delay of a stage that a ramp drives.

    tau sqrt(ln(v_s)^2 + 2 b (1 - v_s) / (tau ramp)), with the switching voltage v_s = 1/2 of the supply.

    Parameters
    ----------
    time_constant_s : float or Array
        Resistance by capacitance of the stage, positive.
    beta : float or Array
        Inverse of the gain of the driving transistor. NeuroSim's circuits compute it, and NeuroSim then takes
        b = 1/2 for all, as CACTI does; so does this function.
    ramp_input : float or Array
        Slope of the input in supply voltages a second; 1e20 for a step.

    Returns
    -------
    delay_s : float or Array
        Seconds from the input's crossing to the output's.
    ramp_output : float or Array
        Slope of the output in supply voltages a second.

    References
    ----------
    NeuroSim V1.4, formula.cpp, horowitz; M. A. Horowitz, "Timing models for MOS circuits", Stanford, 1984.
    """
    xp = namespace_among(time_constant_s, ramp_input)
    slope = 1 / ramp_input / time_constant_s
    logarithm = math.log(_SWITCHING_VOLTAGE)
    delay = time_constant_s * xp.sqrt(logarithm * logarithm + 2 * slope * _SLOPE_FACTOR * (1 - _SWITCHING_VOLTAGE))
    return delay, (1 - _SWITCHING_VOLTAGE) / delay


def _driving_width(width: Quantity, technology: Technology) -> Quantity:
    if technology.is_planar:
        return width
    return effective_width(devices_by_division(width, technology), technology)


def _on_current(kind: Channel, technology: Technology) -> float:
    return technology.on_current_nmos_a_per_m if kind is Channel.NMOS else technology.on_current_pmos_a_per_m
