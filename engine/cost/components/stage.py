"""The delay of one stage of logic, from a ramp at its input to a ramp at its output."""

from __future__ import annotations

from typing import NamedTuple

from nnsreport.engine.cost.primitives.kinds import Channel
from nnsreport.engine.cost.primitives.transistor import horowitz, on_resistance, transconductance
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.technology import Technology

STEP_PER_S = 1e20
"""Slope that stands for a step."""


class Delay(NamedTuple):
    """What a ramp becomes when it has passed through a circuit.

    Attributes
    ----------
    latency_s : float or Array
        Seconds from the input's crossing to the output's.
    ramp_per_s : float or Array
        Slope of the output in supply voltages a second.
    """

    latency_s: Quantity
    ramp_per_s: Quantity


def stage_delay(
    width_m: Quantity,
    kind: Channel,
    load_f: Quantity,
    ramp_per_s: Quantity,
    technology: Technology,
    *,
    in_series: float = 1,
    wire_s: Quantity = 0.0,
) -> Delay:
    """Return the delay of a stage whose transistor charges or discharges a load.

    tau = n R_on C + tau_wire, through Horowitz's formula.

    Parameters
    ----------
    width_m : float or Array
        Width of the transistor that switches, in metres.
    kind : Channel
        NMOS pulls down, PMOS pulls up.
    load_f : float or Array
        Capacitance at the stage's output, with its own.
    ramp_per_s : float or Array
        Slope of the input.
    technology : Technology
        Of the transistor.
    in_series : float
        Transistors in series, all as wide.
    wire_s : float or Array
        Time constant of the wire behind the stage, in seconds.

    Returns
    -------
    Delay
        Latency and slope of the output.

    References
    ----------
    NeuroSim V1.4, formula.cpp, horowitz.
    """
    resistance = on_resistance(width_m, kind, technology) * in_series
    beta = 1 / (resistance * transconductance(width_m, kind, technology))
    return Delay(*horowitz(resistance * load_f + wire_s, beta, ramp_per_s))
