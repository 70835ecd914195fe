"""Buses along the sub-arrays of a processing element."""

from __future__ import annotations

from nnsreport.engine.cost.components.repeaters import RepeatedWire, repeated_wire
from nnsreport.engine.cost.components.whole_numbers import truncated, whole_cycles
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Bus:
    """Wires with repeaters over a row or a column of units.

    It lies over the units, so that it has no area. NeuroSim can also lay it beside them, with a wire width that is
    never set to 0 and grows with each call; no part of V1.4 asks for that.

    Attributes
    ----------
    length_m : float or Array
        From the first unit to the last.
    wire : RepeatedWire
        One of its wires.
    wire_ohm_per_m : float or Array
        Resistance of a wire by its length.
    """

    length_m: Quantity
    wire: RepeatedWire
    wire_ohm_per_m: Quantity

    def latency_s(self) -> Quantity:
        """Return the time of a transfer from one end to the other, in seconds."""
        return self.wire.latency_s(self.length_m, self.wire_ohm_per_m)

    def cycles(self, clock_hz: Quantity) -> Quantity:
        """Return the clock cycles of a transfer.

        Parameters
        ----------
        clock_hz : float or Array
            Frequency of the clock.

        Returns
        -------
        float or Array
            Whole cycles.
        """
        return whole_cycles(self.latency_s(), clock_hz)

    def energy_j(self, bits: Quantity, transfers: Quantity, toggling: Quantity) -> Quantity:
        """Return the energy of transfers.

        Parameters
        ----------
        bits : float or Array
            Of a transfer.
        transfers : float or Array
            One after the other.
        toggling : float or Array
            Share of the bits that change.

        Returns
        -------
        float or Array
            Joules.
        """
        return self.wire.energy_j(self.length_m) * toggling * bits * transfers

    def leakage_w(self, bits: Quantity) -> Quantity:
        """Return the leakage of the repeaters.

        Parameters
        ----------
        bits : float or Array
            Wires.

        Returns
        -------
        float or Array
            Watts.
        """
        return self.wire.leakage_w_per_m * self.length_m * bits


def bus(
    units: Quantity,
    pitch_m: Quantity,
    wire_ohm_per_m: Quantity,
    technology: Technology,
    delay_tolerance: Quantity = 0.0,
) -> Bus:
    """Return a bus along units.

    Parameters
    ----------
    units : float or Array
        Units in the row or column; the fraction is cut off.
    pitch_m : float or Array
        Width of a unit in a row, height in a column.
    wire_ohm_per_m : float or Array
        Resistance of a wire by its length.
    technology : Technology
        Of the repeaters.
    delay_tolerance : float or Array
        Delay that is accepted beyond the least one, as a ratio.

    Returns
    -------
    Bus
        As long as the distance of the first and the last unit.

    References
    ----------
    NeuroSim V1.4, Bus.cpp.
    """
    wire = repeated_wire(wire_ohm_per_m, delay_tolerance, technology, halves=False)
    return Bus(pitch_m * (truncated(units) - 1), wire, wire_ohm_per_m)
