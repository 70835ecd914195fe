"""Adding with shifts: digits of weights from neighbouring columns, or digits of inputs from cycle to cycle."""

from __future__ import annotations

from nnsreport.engine.cost.components.adder import Adders, adders
from nnsreport.engine.cost.components.axes import beside
from nnsreport.engine.cost.components.flip_flops import FlipFlops, flip_flops
from nnsreport.engine.cost.components.placement import cell_height_m
from nnsreport.engine.cost.components.whole_numbers import truncated
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class ShiftAdd:
    """An adder and a shift register for each output.

    Attributes
    ----------
    adders : Adders
        One for each output.
    registers : FlipFlops
        They hold the sum, and extend it by a bit for each shift.
    outline : Outline
        In rows of the width it was made for.
    leakage_w : float or Array
        Of all outputs.
    """

    adders: Adders
    registers: FlipFlops
    outline: Outline
    leakage_w: Quantity

    def latency_s(self, clock_hz: Quantity, additions: Quantity, pulse_s: Quantity) -> Quantity:
        """Return the time that is not hidden behind the next read. A synchronous chip counts a cycle an addition.

        Parameters
        ----------
        clock_hz : float or Array
            Frequency of the clock.
        additions : float or Array
            One after the other, shape (points, ...).
        pulse_s : float or Array
            Duration of a read, which hides all additions but the last as far as it is long.

        Returns
        -------
        float or Array
            Seconds.
        """
        one_s = self.adders.latency_s(self.registers.load_f) + self.registers.latency_s(clock_hz)
        exposed_s: Quantity = namespace_among(one_s, pulse_s).maximum(one_s - pulse_s, 0)
        return beside(exposed_s, additions) * (additions - 1) + beside(one_s, additions)

    def energy_j(self, additions: Quantity, adder_activity: Quantity, flip_flop_activity: Quantity) -> Quantity:
        """Return the energy of additions at all outputs.

        Parameters
        ----------
        additions : float or Array
            At each output, shape (points, ...).
        adder_activity, flip_flop_activity : float or Array
            Shares that switch; 1 where NeuroSim is not validated.

        Returns
        -------
        float or Array
            Joules.
        """
        adding_j = self.adders.energy_j(self.adders.count, additions, adder_activity)
        return adding_j + self.registers.energy_j(self.registers.count, additions, flip_flop_activity)


def shift_add(
    outputs: Quantity,
    bits: Quantity,
    shifts: Quantity,
    width_m: Quantity,
    technology: Technology,
    *,
    special_layout: bool,
) -> ShiftAdd:
    """Return adders with shift registers below an array.

    Parameters
    ----------
    outputs : float or Array
        Sums that are added at a time; the fraction is cut off, as of bits and shifts.
    bits : float or Array
        Of each sum.
    shifts : float or Array
        Columns of a weight, or cycles of an input.
    width_m : float or Array
        Width to fill, in metres.
    technology : Technology
        Of the gates.
    special_layout : bool
        Whether cells of GAA nodes have sheets of their own width (``speciallayout``).

    Returns
    -------
    ShiftAdd
        With a row of inverters and NAND gates of the shift register, which has area, but neither delay nor energy.

    References
    ----------
    NeuroSim V1.4, ShiftAdd.cpp, binary format.
    """
    outputs, bits, shifts = truncated(outputs), truncated(bits), truncated(shifts)
    adding = adders(bits, outputs, technology, special_layout=special_layout)
    registers = flip_flops((bits + shifts) * outputs, technology, special_layout=special_layout)
    # In NeuroSim's order, as what lies beside the array is fitted to the height of all circuits to the last bit.
    height_m = adding.outline_in_width(width_m).height_m + cell_height_m(technology)
    height_m = height_m + registers.outline_in_width(width_m).height_m
    return ShiftAdd(
        adders=adding,
        registers=registers,
        outline=Outline.of_sides(height_m, width_m),
        leakage_w=adding.leakage_w + registers.leakage_w,
    )
