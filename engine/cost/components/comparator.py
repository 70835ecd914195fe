"""Digital comparators of two numbers."""

from __future__ import annotations

from nnsreport.engine.cost.components.gate_cell import GateCell, enlarged_gate_cell
from nnsreport.engine.cost.components.stage import STEP_PER_S
from nnsreport.engine.cost.components.whole_numbers import truncated
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_INVERTERS, _NAND2, _NAND3 = 4, 4, 3


@dataclass(frozen=True, slots=True)
class Comparators:
    """Comparators bit by bit: four inverters, four NAND gates of two inputs and three of three for each bit.

    Attributes
    ----------
    bits : float or Array
        Of the numbers.
    count : float or Array
        Comparators.
    inverter, nand2, nand3 : GateCell
        Their gates.
    """

    bits: Quantity
    count: Quantity
    inverter: GateCell
    nand2: GateCell
    nand3: GateCell

    @property
    def unit_area_m2(self) -> Quantity:
        """Area of one comparator: the sum of its gates."""
        inverter, nand2, nand3 = self.inverter.outline, self.nand2.outline, self.nand3.outline
        return (inverter.area_m2 * _INVERTERS + nand2.area_m2 * _NAND2 + nand3.area_m2 * _NAND3) * self.bits

    @property
    def leakage_w(self) -> Quantity:
        """Leakage power of all comparators."""
        of_a_bit = self.inverter.leakage_w * _INVERTERS + self.nand2.leakage_w * _NAND2 + self.nand3.leakage_w * _NAND3
        return of_a_bit * self.bits * self.count

    def latency_s(self, load_f: Quantity, ramp_per_s: Quantity = STEP_PER_S) -> Quantity:
        """Return the time that a greater-than takes through all bits: two gates a bit.

        Parameters
        ----------
        load_f : float or Array
            Capacitance at the output.
        ramp_per_s : float or Array
            Slope of the numbers.

        Returns
        -------
        float or Array
            Seconds. A comparator of one bit has the delay of the first and the last bit less that of one between, as
            NeuroSim subtracts bits that do not exist.
        """
        first_s, ramp = self._bit_delay(self.nand2.input_f, ramp_per_s)
        between_s, ramp = self._bit_delay(self.nand2.input_f, ramp)
        last_s, _ = self._bit_delay(load_f, ramp)
        return first_s + between_s * (self.bits - 2) + last_s

    def energy_j(self, active: Quantity, comparisons: Quantity, activity: Quantity) -> Quantity:
        """Return the energy of comparisons.

        Parameters
        ----------
        active : float or Array
            Comparators that work at a time; the fraction is cut off.
        comparisons : float or Array
            Of each comparator.
        activity : float or Array
            Share of the gates that switch; 0.05 in NeuroSim's validated mode.

        Returns
        -------
        float or Array
            Joules.
        """
        vdd_v = self.inverter.technology.vdd_v
        of_a_bit_f = (
            (self.inverter.input_f + self.inverter.output_f) * _INVERTERS
            + (self.nand2.input_f + self.nand2.output_f) * _NAND2
            + (self.nand3.input_f + self.nand3.output_f) * _NAND3
        )
        active = namespace_among(active, self.count).minimum(truncated(active), self.count)
        return of_a_bit_f * vdd_v * vdd_v * self.bits * active * comparisons * activity

    def _bit_delay(self, load_f: Quantity, ramp_per_s: Quantity) -> tuple[Quantity, Quantity]:
        falling = self.nand2.delay(Channel.NMOS, self.nand3.input_f, ramp_per_s, in_series=2)
        rising = self.nand3.delay(Channel.PMOS, load_f, falling.ramp_per_s)
        return falling.latency_s + rising.latency_s, rising.ramp_per_s


def comparators(bits: Quantity, count: Quantity, technology: Technology) -> Comparators:
    """Return comparators.

    Parameters
    ----------
    bits : float or Array
        Of the numbers; the fraction is cut off.
    count : float or Array
        Comparators; the fraction is cut off.
    technology : Technology
        Of the gates.

    Returns
    -------
    Comparators
        Of gates as wide as their cells allow.

    References
    ----------
    NeuroSim V1.4, Comparator.cpp.
    """
    return Comparators(
        bits=truncated(bits),
        count=truncated(count),
        inverter=enlarged_gate_cell(Gate.INVERTER, 1, 1, technology),
        nand2=enlarged_gate_cell(Gate.NAND, 2, 2, technology),
        nand3=enlarged_gate_cell(Gate.NAND, 3, 3, technology),
    )
