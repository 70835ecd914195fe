"""Rectified linear units: registers that shift sums to the bits of the next layer's inputs."""

from __future__ import annotations

from nnsreport.engine.cost.components.flip_flops import FlipFlops, flip_flops
from nnsreport.engine.cost.components.whole_numbers import truncated
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class BitShifter:
    """A register for each unit. A synchronous chip counts a cycle for each read.

    Attributes
    ----------
    units : float or Array
        Sums that are processed at a time.
    registers : FlipFlops
        Of all units.
    """

    units: Quantity
    registers: FlipFlops

    @property
    def leakage_w(self) -> Quantity:
        """Leakage power of all registers."""
        return self.registers.leakage_w

    def outline_in_width(self, width_m: Quantity) -> Outline:
        """Return the area of the registers, spread over a width.

        Parameters
        ----------
        width_m : float or Array
            Width to fill, in metres.

        Returns
        -------
        Outline
            Its height need not be a whole number of rows.
        """
        area_m2 = self.registers.outline_in_row().area_m2
        return Outline(area_m2=area_m2, height_m=area_m2 / width_m, width_m=width_m)

    def latency_s(self, clock_hz: Quantity, reads: Quantity) -> Quantity:
        """Return half a clock period for each read.

        Parameters
        ----------
        clock_hz : float or Array
            Frequency of the clock.
        reads : float or Array
            Of all units, one after the other.

        Returns
        -------
        float or Array
            Seconds.
        """
        return self.registers.latency_s(clock_hz, reads)

    def energy_j(self, reads: Quantity) -> Quantity:
        """Return the energy of reads in which all flip-flops switch.

        Parameters
        ----------
        reads : float or Array
            Of all units.

        Returns
        -------
        float or Array
            Joules; NeuroSim does not calibrate the activity here.
        """
        return self.registers.energy_j(self.registers.count, reads)


def bit_shifter(units: Quantity, bits: Quantity, technology: Technology, *, special_layout: bool) -> BitShifter:
    """Return rectified linear units.

    Parameters
    ----------
    units : float or Array
        Sums that are processed at a time; the fraction is cut off.
    bits : float or Array
        Of each.
    technology : Technology
        Of the flip-flops.
    special_layout : bool
        Whether cells of GAA nodes have sheets of their own width (``speciallayout``).

    Returns
    -------
    BitShifter
        Of all units.

    References
    ----------
    NeuroSim V1.4, BitShifter.cpp.
    """
    units = truncated(units)
    return BitShifter(units, flip_flops(units * truncated(bits), technology, special_layout=special_layout))
