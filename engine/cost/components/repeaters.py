"""Wires with repeaters: inverters at equal distances that restore the signal."""

from __future__ import annotations

from functools import lru_cache

from nnsreport.engine.cost.components.gate_cell import GateCell, gate_cell
from nnsreport.engine.cost.components.small_gates import Widths
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.primitives.transistor import on_resistance
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

WIRE_F_PER_M = 0.2e-15 / 1e-6
"""Capacitance of a wire by its length, the same at all nodes."""

_RC_DELAY = 0.7
_DISTRIBUTED_WIRE = 0.54
_SPACING_STEP = 0.9


@dataclass(frozen=True, slots=True)
class RepeatedWire:
    """A wire with repeaters.

    Attributes
    ----------
    size : float or Array
        Width of a repeater over the smallest inverter, as sizing left it; 0 stands for the smallest as well.
    spacing_m : float or Array
        Distance between repeaters.
    inverter : GateCell
        A repeater.
    """

    size: Quantity
    spacing_m: Quantity
    inverter: GateCell

    @property
    def leakage_w_per_m(self) -> Quantity:
        """Leakage of the repeaters by length of one wire."""
        return self.inverter.leakage_w / self.spacing_m

    def latency_s(self, length_m: Quantity, wire_ohm_per_m: Quantity) -> Quantity:
        """Return the delay of a piece of the wire.

        Parameters
        ----------
        length_m : float or Array
            Length of the piece. NeuroSim puts no repeater into a wire of no or negative length.
        wire_ohm_per_m : float or Array
            Resistance of the wire by its length.

        Returns
        -------
        float or Array
            Seconds.
        """
        plain = _RC_DELAY * wire_ohm_per_m * self.spacing_m * WIRE_F_PER_M
        per_metre = select(length_m > 0, _delay_s_per_m(self.inverter, self.spacing_m, wire_ohm_per_m), plain)
        return length_m * per_metre

    def energy_j(self, length_m: Quantity) -> Quantity:
        """Return the energy of a bit that changes in a piece of the wire: half of C V_dd^2, with the repeaters.

        Parameters
        ----------
        length_m : float or Array
            Length of the piece.

        Returns
        -------
        float or Array
            Joules.
        """
        vdd_v = self.inverter.technology.vdd_v
        wire_f = WIRE_F_PER_M * self.spacing_m
        inverter_f = self.inverter.input_f + self.inverter.output_f
        per_metre_f = select(length_m > 0, inverter_f + wire_f, wire_f) / self.spacing_m
        return length_m * per_metre_f * vdd_v * vdd_v * 0.5


def repeated_wire(
    wire_ohm_per_m: Quantity, delay_tolerance: Quantity, technology: Technology, *, halves: bool
) -> RepeatedWire:
    """Return a wire with the repeaters that make it fastest, or smaller ones as far as a delay is tolerated.

    Size and spacing start from sqrt(R c / (C_in r)), rounded down, and sqrt(2 R (C_in + C_out) / (r c)). With a
    tolerance the size is halved (or reduced by one) and the spacing shrunk by a tenth, until the delay by length is no
    longer within the tolerance.

    Parameters
    ----------
    wire_ohm_per_m : float or Array
        Resistance of the wire by its length.
    delay_tolerance : float or Array
        Delay that is accepted beyond the least one, as a ratio; 0 keeps the fastest wire.
    technology : Technology
        Of the repeaters.
    halves : bool
        Whether the size is halved in a step (trees and X-Y buses), or reduced by one down to 1 (buses).

    Returns
    -------
    RepeatedWire
        The last one that was tried, which exceeds the tolerance, as in NeuroSim.

    References
    ----------
    NeuroSim V1.4, Bus.cpp, HTree.cpp and XYBus.cpp.
    """
    if isinstance(wire_ohm_per_m, (int, float)) and isinstance(delay_tolerance, (int, float)):
        return _single_wire(wire_ohm_per_m, delay_tolerance, technology, halves)
    return _repeated_wire(wire_ohm_per_m, delay_tolerance, technology, halves)


def _repeated_wire(
    wire_ohm_per_m: Quantity, delay_tolerance: Quantity, technology: Technology, halves: bool
) -> RepeatedWire:
    xp = namespace_among(wire_ohm_per_m, delay_tolerance)
    smallest = _inverter(1.0, technology)
    on_ohm = _mean_on_ohm(smallest)
    size = xp.floor(xp.sqrt(on_ohm * WIRE_F_PER_M / smallest.input_f / wire_ohm_per_m))
    spacing_m = xp.sqrt(2 * on_ohm * (smallest.output_f + smallest.input_f) / (wire_ohm_per_m * WIRE_F_PER_M))
    fastest = _delay_s_per_m(_inverter(size, technology), spacing_m, wire_ohm_per_m)
    limit = fastest * (1 + delay_tolerance)
    continues = (limit > 0) & (xp.asarray(delay_tolerance) != 0)
    while bool(xp.any(continues)):
        smaller = xp.floor(size / 2) if halves else size - 1
        size = select(continues, smaller, size)
        spacing_m = select(continues, spacing_m * _SPACING_STEP, spacing_m)
        delay = _delay_s_per_m(_inverter(xp.maximum(size, 1), technology), spacing_m, wire_ohm_per_m)
        # A repeater of size 0 never drives the wire: its delay is beyond any tolerance.
        continues = continues & (size >= 1) & (delay < limit)
    return RepeatedWire(size, spacing_m, _inverter(xp.maximum(size, 1), technology))


@lru_cache(maxsize=256)
def _single_wire(wire_ohm_per_m: float, delay_tolerance: float, technology: Technology, halves: bool) -> RepeatedWire:
    """Return a wire that is one for all points: those of a chip are few, and the same in many chips of a sweep."""
    return _repeated_wire(wire_ohm_per_m, delay_tolerance, technology, halves)


def _inverter(size: Quantity, technology: Technology) -> GateCell:
    nmos_m = size * technology.minimum_nmos_width_m
    widths = Widths(nmos_m, size * technology.pn_size_ratio * technology.minimum_nmos_width_m)
    return gate_cell(Gate.INVERTER, 1, widths, technology)


def _mean_on_ohm(inverter: GateCell) -> Quantity:
    return (
        on_resistance(inverter.widths.nmos_m, Channel.NMOS, inverter.technology)
        + on_resistance(inverter.widths.pmos_m, Channel.PMOS, inverter.technology)
    ) / 2


def _delay_s_per_m(inverter: GateCell, spacing_m: Quantity, wire_ohm_per_m: Quantity) -> Quantity:
    """Return 0.7 (R (C_in + C_out + c d) + 0.54 r c d^2 + r d C_in) / d."""
    wire_f = WIRE_F_PER_M * spacing_m
    wire_ohm = wire_ohm_per_m * spacing_m
    driving_s = _mean_on_ohm(inverter) * (inverter.input_f + inverter.output_f + wire_f)
    return _RC_DELAY * (driving_s + _DISTRIBUTED_WIRE * wire_ohm * wire_f + wire_ohm * inverter.input_f) / spacing_m
