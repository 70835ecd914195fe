"""Pass gates that are sized for a resistance."""

from __future__ import annotations

from nnsreport.engine.cost.components.small_gates import Widths
from nnsreport.engine.cost.components.stage import Delay
from nnsreport.engine.cost.primitives.gate_capacitance import gate_capacitance_pair
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.primitives.transistor import gate_capacitance, horowitz, pass_gate_resistance
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_GAIN_OF_PASS_GATE = 0.0
"""Inverse gain that NeuroSim states, and does not use."""


@dataclass(frozen=True, slots=True)
class PassGate:
    """The load and resistance of a pass gate.

    Attributes
    ----------
    resistance_ohm : float or Array
        Of both transistors in parallel.
    nmos_gate_f, pmos_gate_f : float or Array
        Capacitance of their gates.
    drain_f : float or Array
        Capacitance of their common drain.
    """

    resistance_ohm: Quantity
    nmos_gate_f: Quantity
    pmos_gate_f: Quantity
    drain_f: Quantity

    @property
    def gates_f(self) -> Quantity:
        """Capacitance of both gates."""
        return self.nmos_gate_f + self.pmos_gate_f

    def own_f(self, drains: float) -> Quantity:
        """Return what a conducting pass gate adds to its line: drains, and half of its gates.

        Parameters
        ----------
        drains : float
            Pass gates whose drains are on the line.

        Returns
        -------
        float or Array
            Farads.
        """
        return self.drain_f * drains + self.nmos_gate_f * 0.5 + self.pmos_gate_f * 0.5

    def line_delay(self, own_f: Quantity, line_f: Quantity, line_ohm: Quantity, ramp_per_s: Quantity) -> Delay:
        """Return the delay to the end of a line: tau = R (C_own + C) + R_line C / 2.

        Parameters
        ----------
        own_f : float or Array
            Capacitance of the pass gates on the line.
        line_f, line_ohm : float or Array
            Capacitance and resistance of the line.
        ramp_per_s : float or Array
            Slope of the input.

        Returns
        -------
        Delay
            Latency and slope at the end of the line.
        """
        time_constant = self.resistance_ohm * (own_f + line_f) + line_ohm * line_f / 2
        return Delay(*horowitz(time_constant, _GAIN_OF_PASS_GATE, ramp_per_s))


def pass_gate(widths: Widths, height_m: Quantity, technology: Technology) -> PassGate:
    """Return the electrical side of a pass gate.

    Parameters
    ----------
    widths : Widths
        Of its transistors.
    height_m : float or Array
        Height of its layout, which they are folded into.
    technology : Technology
        Of the transistors.

    Returns
    -------
    PassGate
        Resistance and capacitances.
    """
    return PassGate(
        resistance_ohm=parallel_resistance_ohm(widths, technology),
        nmos_gate_f=gate_capacitance(widths.nmos_m, technology),
        pmos_gate_f=gate_capacitance(widths.pmos_m, technology),
        drain_f=gate_capacitance_pair(Gate.INVERTER, 1, widths.nmos_m, widths.pmos_m, height_m, technology)[1],
    )


def parallel_resistance_ohm(widths: Widths, technology: Technology) -> Quantity:
    """Return the resistance of a pass gate: both transistors in parallel.

    Parameters
    ----------
    widths : Widths
        Of its transistors.
    technology : Technology
        Of the transistors.

    Returns
    -------
    float or Array
        Ohms.
    """
    nmos_ohm = pass_gate_resistance(widths.nmos_m, Channel.NMOS, technology)
    pmos_ohm = pass_gate_resistance(widths.pmos_m, Channel.PMOS, technology)
    return 1 / (1 / nmos_ohm + 1 / pmos_ohm)


def widths_for_resistance(resistance_ohm: Quantity, technology: Technology, linear_ratio: float = 1.0) -> Widths:
    """Return the widths at which both transistors have twice a resistance, so that the pass gate has it.

    Parameters
    ----------
    resistance_ohm : float or Array
        Wanted of the pass gate.
    technology : Technology
        Of the transistors.
    linear_ratio : float
        Resistance in the region where the gate works, over that of a full swing.

    Returns
    -------
    Widths
        Not rounded to fins.

    References
    ----------
    NeuroSim V1.4, SwitchMatrix.cpp, Mux.cpp and DecoderDriver.cpp, Initialize. Below 22 nm it takes the resistance of
    one fin, two feature sizes wide, for that of one feature size.
    """
    feature_size_m = technology.feature_size_m
    unit_m = feature_size_m if technology.is_planar else 2 * feature_size_m

    def width_m(kind: Channel) -> Quantity:
        unit_ohm = pass_gate_resistance(unit_m, kind, technology)
        return unit_ohm * feature_size_m * linear_ratio / (resistance_ohm * 2)

    return Widths(width_m(Channel.NMOS), width_m(Channel.PMOS))


def whole_widths(widths: Widths, technology: Technology) -> Widths:
    """Return widths that can be built: a feature size or more, or whole fins.

    Parameters
    ----------
    widths : Widths
        As wanted.
    technology : Technology
        Of the transistors.

    Returns
    -------
    Widths
        Below 22 nm, one fin of two feature sizes for each feature size begun.

    References
    ----------
    NeuroSim V1.4, SwitchMatrix.cpp and Mux.cpp, Initialize.
    """
    xp = namespace_among(widths.nmos_m, widths.pmos_m)
    feature_size_m = technology.feature_size_m
    if technology.is_planar:
        return Widths(xp.maximum(widths.nmos_m, feature_size_m), xp.maximum(widths.pmos_m, feature_size_m))
    return Widths(
        2 * xp.ceil(widths.nmos_m / feature_size_m) * feature_size_m,
        2 * xp.ceil(widths.pmos_m / feature_size_m) * feature_size_m,
    )
