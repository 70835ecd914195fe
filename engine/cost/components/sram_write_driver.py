"""Drivers that write SRAM through its bit lines."""

from __future__ import annotations

from nnsreport.engine.cost.components.axes import repeated
from nnsreport.engine.cost.components.gate_cell import GateCell, enlarged_gate_cell
from nnsreport.engine.cost.components.placement import lines_of_units
from nnsreport.engine.cost.components.stage import STEP_PER_S
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_INVERTERS = 3


@dataclass(frozen=True, slots=True)
class SramWriteDriver:
    """Three inverters for each pair of bit lines: two drive the bit line, one its complement.

    Attributes
    ----------
    columns : float or Array
        Pairs of bit lines.
    inverter : GateCell
        Each of them.
    outline : Outline
        As wide as the array.
    leakage_w : float or Array
        Of all columns.
    technology : Technology
        Of the transistors.
    """

    columns: Quantity
    inverter: GateCell
    outline: Outline
    leakage_w: Quantity
    technology: Technology

    def write_latency_s(self, bit_line_f: Quantity, bit_line_ohm: Quantity, writes: Quantity = 1.0) -> Quantity:
        """Return the time to drive a bit line through two inverters.

        Parameters
        ----------
        bit_line_f, bit_line_ohm : float or Array
            Capacitance and resistance of a bit line.
        writes : float or Array
            One after the other.

        Returns
        -------
        float or Array
            Seconds.
        """
        first = self.inverter.delay(Channel.PMOS, self.inverter.input_f, STEP_PER_S)
        wire_s = bit_line_ohm * bit_line_f / 2
        second = self.inverter.delay(Channel.NMOS, bit_line_f, first.ramp_per_s, wire_s=wire_s)
        return repeated(first.latency_s + second.latency_s, writes)

    def write_energy_j(self, writes: Quantity = 1.0) -> Quantity:
        """Return the energy inside the drivers of all columns; that of the bit lines is the precharger's.

        Parameters
        ----------
        writes : float or Array
            Of all columns, shape (points, ...).

        Returns
        -------
        float or Array
            Joules.
        """
        vdd_v = self.technology.vdd_v
        switched_f = self.inverter.output_f + self.inverter.input_f
        return repeated(switched_f * vdd_v * vdd_v * self.columns, writes)


def sram_write_driver(columns: Quantity, width_m: Quantity, technology: Technology) -> SramWriteDriver:
    """Return the write drivers of an array, in as many rows as they need under it.

    Parameters
    ----------
    columns : float or Array
        Pairs of bit lines.
    width_m : float or Array
        Width of the array in metres.
    technology : Technology
        Of the transistors.

    Returns
    -------
    SramWriteDriver
        Of all columns.

    References
    ----------
    NeuroSim V1.4, SRAMWriteDriver.cpp.
    """
    inverter = enlarged_gate_cell(Gate.INVERTER, 1, 1, technology)
    rows = lines_of_units(width_m, inverter.outline.width_m, columns)
    return SramWriteDriver(
        columns=columns,
        inverter=inverter,
        outline=Outline.of_sides(rows * (inverter.outline.height_m * _INVERTERS), width_m),
        leakage_w=inverter.leakage_w * _INVERTERS * columns,
        technology=technology,
    )
