"""Max pooling: trees of comparators over a window."""

from __future__ import annotations

from nnsreport.engine.cost.components.comparator import Comparators, comparators
from nnsreport.engine.cost.components.gate_cell import GateCell, enlarged_gate_cell
from nnsreport.engine.cost.components.stage import STEP_PER_S
from nnsreport.engine.cost.components.whole_numbers import truncated, whole_cycles
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_ENABLES_PER_BIT = 5
_GATES_PER_COMPARATOR = 6


@dataclass(frozen=True, slots=True)
class MaxPooling:
    """Units that pool a window each.

    Attributes
    ----------
    bits : int
        Of the numbers.
    comparators_per_unit, stages : int
        Comparators of a unit, and those in a chain.
    units : float or Array
        Windows that are pooled at a time.
    comparator : Comparators
        One of one bit.
    inverter, nand, nor : GateCell
        Gates of a unit.
    wide_nor : GateCell
        The gate that combines all bits.
    """

    bits: int
    comparators_per_unit: int
    stages: int
    units: Quantity
    comparator: Comparators
    inverter: GateCell
    nand: GateCell
    nor: GateCell
    wide_nor: GateCell

    @property
    def unit_area_m2(self) -> Quantity:
        """Area of a unit: the sum of its gates."""
        inverter_m2 = self.inverter.outline.area_m2
        of_bits = (self.comparator.unit_area_m2 + inverter_m2 * _ENABLES_PER_BIT) * self.bits
        of_comparator = (
            inverter_m2 * (_GATES_PER_COMPARATOR + 1)
            + self.nand.outline.area_m2
            + self.nor.outline.area_m2
            + self.wide_nor.outline.area_m2
        )
        return (of_bits + of_comparator) * self.comparators_per_unit

    @property
    def leakage_w(self) -> Quantity:
        """Leakage of all units. NeuroSim counts one inverter for each comparator and no other gate."""
        return self.inverter.leakage_w * self.comparators_per_unit * self.units

    def outline_in_width(self, width_m: Quantity) -> Outline:
        """Return the area of all units, spread over a width.

        Parameters
        ----------
        width_m : float or Array
            Width to fill, in metres.

        Returns
        -------
        Outline
            Of all units.
        """
        area_m2 = self.unit_area_m2 * self.units
        return Outline(area_m2=area_m2, height_m=area_m2 / width_m, width_m=width_m)

    def stage_latency_s(self, load_f: Quantity) -> Quantity:
        """Return the time of one comparison, which passes through half of the bits.

        Parameters
        ----------
        load_f : float or Array
            Capacitance at the output.

        Returns
        -------
        float or Array
            Seconds.
        """
        inverter = self.inverter
        bits_s = self.comparator.latency_s(inverter.output_f * 2) * self.bits / 2
        # NeuroSim loads these three with other gates' outputs instead of their own.
        nor_load_f = inverter.input_f * 2 + self.bits * inverter.output_f - self.wide_nor.output_f
        nor = self.wide_nor.delay(Channel.NMOS, nor_load_f, STEP_PER_S, in_series=2)
        inverter_load_f = inverter.input_f + self.wide_nor.output_f - inverter.output_f
        inverting = inverter.delay(Channel.NMOS, inverter_load_f, STEP_PER_S, in_series=2)
        gate_load_f = inverter.input_f * 2 + load_f - inverter.output_f
        passing = inverter.delay(Channel.NMOS, gate_load_f, inverting.ramp_per_s, in_series=2)
        return bits_s + nor.latency_s + inverting.latency_s + passing.latency_s

    def latency_s(self, load_f: Quantity, poolings: Quantity) -> Quantity:
        """Return the time of poolings one after the other.

        Parameters
        ----------
        load_f : float or Array
            Capacitance at the output.
        poolings : float or Array
            Of each unit.

        Returns
        -------
        float or Array
            Seconds.
        """
        return self.stage_latency_s(load_f) * self.stages * poolings

    def cycles(self, load_f: Quantity, poolings: Quantity, clock_hz: Quantity) -> Quantity:
        """Return the clock cycles of poolings one after the other, whole ones for each stage.

        Parameters
        ----------
        load_f : float or Array
            Capacitance at the output.
        poolings : float or Array
            Of each unit.
        clock_hz : float or Array
            Frequency of the clock.

        Returns
        -------
        float or Array
            Cycles.
        """
        return whole_cycles(self.stage_latency_s(load_f), clock_hz) * self.stages * poolings

    def energy_j(self, poolings: Quantity, activity: Quantity) -> Quantity:
        """Return the energy of poolings in all units.

        Parameters
        ----------
        poolings : float or Array
            Of each unit.
        activity : float or Array
            Share of the gates that switch; 0.05 in NeuroSim's validated mode.

        Returns
        -------
        float or Array
            Joules.
        """
        vdd_v = self.inverter.technology.vdd_v
        inverter_f = self.inverter.input_f + self.inverter.output_f
        inputs_f = self.nand.input_f + self.nor.input_f + self.wide_nor.input_f
        control_j = (inputs_f + 3 * self.inverter.output_f + 2 * inverter_f) * vdd_v * vdd_v * activity
        bits_j = self.comparator.energy_j(1.0, 1.0, activity) * self.bits / 2
        return (control_j + bits_j) * self.comparators_per_unit * self.units * poolings


def max_pooling(bits: int, window: int, units: Quantity, technology: Technology) -> MaxPooling:
    """Return units that pool a window each.

    Parameters
    ----------
    bits : int
        Of the numbers; one for a group of design points, as gates of so many inputs are laid out.
    window : int
        Numbers of which the greatest is taken.
    units : float or Array
        Windows that are pooled at a time; the fraction is cut off.
    technology : Technology
        Of the gates.

    Returns
    -------
    MaxPooling
        Of gates as wide as their cells allow.

    References
    ----------
    NeuroSim V1.4, MaxPooling.cpp.
    """
    comparators_per_unit, stages = _tree(window)
    return MaxPooling(
        bits=bits,
        comparators_per_unit=comparators_per_unit,
        stages=stages,
        units=truncated(units),
        comparator=comparators(1, 1, technology),
        inverter=enlarged_gate_cell(Gate.INVERTER, 1, 1, technology),
        nand=enlarged_gate_cell(Gate.NAND, 2, 2, technology),
        nor=enlarged_gate_cell(Gate.NOR, 2, 4, technology),
        wide_nor=enlarged_gate_cell(Gate.NOR, bits, 2 * bits, technology),
    )


def _tree(window: int) -> tuple[int, int]:
    """Return comparators and stages for a window.

    NeuroSim counts a stage for a single number too, and a comparator more for an odd window, but loses other odd ones.
    """
    comparators_per_unit = stages = window % 2
    left = window
    while left:
        left //= 2
        comparators_per_unit += left
        stages += 1
    return comparators_per_unit, stages
