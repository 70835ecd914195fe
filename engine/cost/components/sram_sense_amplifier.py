"""Voltage sense amplifiers that read SRAM row by row."""

from __future__ import annotations

from nnsreport.engine.cost.components.axes import repeated
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.gate_capacitance import drain_capacitance
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.primitives.leakage import gate_leakage_a
from nnsreport.engine.cost.primitives.transistor import gate_capacitance, transconductance
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class SramSenseAmplifier:
    """A latch for each column, with isolation, enable and multiplexer transistors.

    Attributes
    ----------
    columns : float or Array
        Number of amplifiers.
    latch_f : float or Array
        Capacitance of the latch's node.
    latch_s : float
        Transconductance of the latch, in siemens.
    outline : Outline
        As wide as the array.
    leakage_w : float or Array
        Of all columns.
    technology : Technology
        Of the transistors.
    """

    columns: Quantity
    latch_f: Quantity
    latch_s: Quantity
    outline: Outline
    leakage_w: Quantity
    technology: Technology

    def latency_s(self, sensed_v: Quantity, reads: Quantity = 1.0) -> Quantity:
        """Return the time in which the latch regenerates: C / g_m ln(V_dd / V_sensed).

        Parameters
        ----------
        sensed_v : float or Array
            Difference of the bit lines when sensing begins, in volts.
        reads : float or Array
            One after the other.

        Returns
        -------
        float or Array
            Seconds.
        """
        xp = namespace_among(sensed_v)
        return repeated(self.latch_f / self.latch_s * xp.log(self.technology.vdd_v / sensed_v), reads)

    def energy_j(self, reads: Quantity = 1.0) -> Quantity:
        """Return the energy of all columns: C V_dd^2 each.

        Parameters
        ----------
        reads : float or Array
            Of all columns, shape (points, ...).

        Returns
        -------
        float or Array
            Joules.
        """
        vdd_v = self.technology.vdd_v
        return repeated(self.latch_f * vdd_v * vdd_v * self.columns, reads)


def sram_sense_amplifier(
    columns: Quantity, pitch_m: Quantity, width_m: Quantity, technology: Technology
) -> SramSenseAmplifier:
    """Return the sense amplifiers of an array.

    Parameters
    ----------
    columns : float or Array
        Number of amplifiers.
    pitch_m : float or Array
        Pitch of the columns, which a transistor must fit.
    width_m : float or Array
        Width of the array in metres.
    technology : Technology
        Of the transistors.

    Returns
    -------
    SramSenseAmplifier
        Of all columns, in a rectangle as wide as the array.

    References
    ----------
    NeuroSim V1.4, SenseAmp.cpp.
    """
    shared = technology.constants
    unit_m = _unit_width_m(technology)
    pmos, isolation = (
        gate_area(Gate.INVERTER, 1, 0.0, width_f * unit_m, pitch_m, technology).area_m2
        for width_f in (shared.sense_pmos_width_f, shared.sense_isolation_width_f)
    )
    nmos, enable = (
        gate_area(Gate.INVERTER, 1, width_f * unit_m, 0.0, pitch_m, technology).area_m2
        for width_f in (shared.sense_nmos_width_f, shared.sense_enable_width_f)
    )
    area = (pmos * 2 + nmos * 2 + isolation + enable) * columns
    enable_a = gate_leakage_a(Gate.INVERTER, 1, shared.sense_enable_width_f * unit_m, 0.0, technology)
    return SramSenseAmplifier(
        columns=columns,
        latch_f=_latch_capacitance_f(pitch_m, technology),
        latch_s=transconductance(shared.sense_nmos_width_f * unit_m, Channel.NMOS, technology)
        + transconductance(shared.sense_pmos_width_f * unit_m, Channel.PMOS, technology),
        outline=Outline(area_m2=area, height_m=area / width_m, width_m=width_m),
        leakage_w=enable_a * technology.vdd_v * columns,
        technology=technology,
    )


def _unit_width_m(technology: Technology) -> float:
    """Return what the amplifier's widths are multiples of: one feature size, or one fin or stack."""
    return technology.feature_size_m if technology.is_planar else 2 * technology.feature_size_m


def _latch_capacitance_f(pitch_m: Quantity, technology: Technology) -> Quantity:
    shared, unit_m = technology.constants, _unit_width_m(technology)
    drains = (
        (shared.sense_nmos_width_f, Channel.NMOS),
        (shared.sense_pmos_width_f, Channel.PMOS),
        (shared.sense_isolation_width_f, Channel.PMOS),
        (shared.sense_multiplexer_width_f, Channel.NMOS),
    )
    gates_f = gate_capacitance((shared.sense_pmos_width_f + shared.sense_nmos_width_f) * unit_m, technology)
    return gates_f + sum(drain_capacitance(width_f * unit_m, kind, pitch_m, technology) for width_f, kind in drains)
