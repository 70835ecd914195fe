"""Ripple-carry adders of NAND gates."""

from __future__ import annotations

from dataclasses import replace

from nnsreport.engine.cost.components.axes import beside
from nnsreport.engine.cost.components.gate_cell import GateCell, enlarged_gate_widths, gate_cell
from nnsreport.engine.cost.components.small_gates import Widths, sheet_tuning
from nnsreport.engine.cost.components.stage import STEP_PER_S, Delay, stage_delay
from nnsreport.engine.cost.components.whole_numbers import truncated
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.gate_capacitance import gate_capacitance_pair
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_GATES_PER_BIT = 9
_SPECIAL_LAYOUT_RESISTANCE = 1.5
"""NeuroSim's factor on the resistance of NAND gates whose sheets have widths of their own."""


@dataclass(frozen=True, slots=True)
class Adders:
    """Adders side by side, each a chain of full adders of nine NAND gates.

    Attributes
    ----------
    bits : float or Array
        Bits of each of the two operands.
    count : float or Array
        Adders.
    driver : GateCell
        The NAND gate as it switches: widths and capacitances.
    cell : GateCell
        The NAND gate as it lies in the layout and leaks.
    resistance_factor : float
        On the resistance of the driver's transistors.
    """

    bits: Quantity
    count: Quantity
    driver: GateCell
    cell: GateCell
    resistance_factor: float

    @property
    def leakage_w(self) -> Quantity:
        """Leakage power of all adders."""
        return self.cell.leakage_w * _GATES_PER_BIT * self.bits * self.count

    def outline_in_width(self, width_m: Quantity) -> Outline:
        """Return the outline of adders in rows of a given width.

        Parameters
        ----------
        width_m : float or Array
            Width to fill, in metres.

        Returns
        -------
        Outline
            Nothing where a full adder is wider than that: NeuroSim complains and goes on without the adders.
        """
        unit_m = self.cell.outline.width_m * _GATES_PER_BIT
        fits = unit_m <= width_m
        height_m = unit_m * (self.cell.outline.height_m * self.bits) * self.count / width_m
        return Outline.of_sides(select(fits, height_m, 0.0), select(fits, width_m, 0.0))

    def latency_s(self, load_f: Quantity, ramp_per_s: Quantity = STEP_PER_S, additions: Quantity = 1.0) -> Quantity:
        """Return the time that the carry takes through all bits.

        Two gates for the first bit, two for each bit between, three for the last.

        Parameters
        ----------
        load_f : float or Array
            Capacitance at the output.
        ramp_per_s : float or Array
            Slope of the operands.
        additions : float or Array
            One after the other, shape (points, ...).

        Returns
        -------
        float or Array
            Seconds.
        """
        input_f = self.driver.input_f
        ramp = ramp_per_s
        delays: list[Quantity] = []
        for kind, load in (
            (Channel.NMOS, input_f * 3),
            (Channel.PMOS, input_f * 2),
            (Channel.NMOS, input_f * 3),
            (Channel.PMOS, input_f * 2),
            (Channel.NMOS, input_f * 3),
            (Channel.PMOS, input_f),
            (Channel.NMOS, load_f),
        ):
            delay, ramp = self._delay(kind, load, ramp)
            delays.append(delay)
        first, last = delays[0] + delays[1], delays[4] + delays[5] + delays[6]
        bits_between = namespace_among(self.bits).maximum(self.bits - 2, 0)
        latency = first + (delays[2] + delays[3]) * bits_between + last
        return beside(latency, additions) * additions

    def energy_j(self, active: Quantity, additions: Quantity = 1.0, activity: Quantity = 1.0) -> Quantity:
        """Return the energy of additions in which the carry passes through all bits.

        Parameters
        ----------
        active : float or Array
            Adders that work at a time; the fraction is cut off.
        additions : float or Array
            Of each adder, shape (points, ...).
        activity : float or Array
            Share of the gates that switch; 0.15 in NeuroSim's validated mode.

        Returns
        -------
        float or Array
            Joules.
        """
        input_f, output_f, vdd_v = self.driver.input_f, self.driver.output_f, self.driver.technology.vdd_v
        # 7 outputs switch for each bit, and 13 inputs; the first bit has one more.
        switched_f = (14 * input_f + 7 * output_f) + (13 * input_f + 7 * output_f) * (self.bits - 1)
        active = namespace_among(active, self.count).minimum(truncated(active), self.count)
        return beside(switched_f * vdd_v * vdd_v * active * activity, additions) * additions

    def of_bits(self, bits: Quantity) -> Adders:
        """Return the same adders for operands of other length.

        Parameters
        ----------
        bits : float or Array
            Of each operand.

        Returns
        -------
        Adders
            With the same gates.
        """
        return replace(self, bits=bits)

    def _delay(self, kind: Channel, load_f: Quantity, ramp_per_s: Quantity) -> Delay:
        driver = self.driver
        width_m = driver.widths.nmos_m if kind is Channel.NMOS else driver.widths.pmos_m
        return stage_delay(
            width_m,
            kind,
            (driver.output_f + load_f) * self.resistance_factor,
            ramp_per_s,
            driver.technology,
            in_series=2 if kind is Channel.NMOS else 1,
        )


def adders(bits: Quantity, count: Quantity, technology: Technology, *, special_layout: bool) -> Adders:
    """Return adders.

    Parameters
    ----------
    bits : float or Array
        Bits of each of the two operands; the fraction is cut off.
    count : float or Array
        Adders; the fraction is cut off.
    technology : Technology
        Of the gates.
    special_layout : bool
        Whether cells of GAA nodes have sheets of their own width (``speciallayout``).

    Returns
    -------
    Adders
        Of NAND gates as wide as their cells allow.

    References
    ----------
    NeuroSim V1.4, Adder.cpp.
    """
    widths = enlarged_gate_widths(2, technology)
    plain = gate_cell(Gate.NAND, 2, widths, technology)
    bits, count = truncated(bits), truncated(count)
    tuning = sheet_tuning(Gate.NAND, technology, special_layout=special_layout)
    if tuning is None:
        return Adders(bits, count, plain, plain, 1.0)
    unit_m = technology.minimum_nmos_width_m
    cell = gate_cell(Gate.NAND, 2, Widths(unit_m, unit_m), technology)
    input_f, output_f = gate_capacitance_pair(Gate.NAND, 2, unit_m, unit_m, cell.outline.height_m, technology, tuning)
    driver = replace(plain, input_f=input_f, output_f=output_f)
    return Adders(bits, count, driver, cell, _SPECIAL_LAYOUT_RESISTANCE)
