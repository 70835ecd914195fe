"""Drivers that write SRAM through its bit lines."""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.engine.cost.components.axes import beside
from nnsreport.engine.cost.components.placement import lines_of_units
from nnsreport.engine.cost.components.small_gates import Widths, minimum_widths
from nnsreport.engine.cost.components.stage import STEP_PER_S, stage_delay
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.enlargement import enlarged_widths
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.gate_capacitance import gate_capacitance_pair
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.primitives.leakage import gate_leakage_a
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.technology import Technology

_INVERTERS = 3


@dataclass(frozen=True, slots=True)
class SramWriteDriver:
    """Three inverters for each pair of bit lines: two drive the bit line, one its complement.

    Attributes
    ----------
    columns : float or Array
        Pairs of bit lines.
    widths : Widths
        Of an inverter.
    input_f, output_f : float or Array
        Capacitance of an inverter.
    outline : Outline
        As wide as the array.
    leakage_w : float or Array
        Of all columns.
    technology : Technology
        Of the transistors.
    """

    columns: Quantity
    widths: Widths
    input_f: Quantity
    output_f: Quantity
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
        first = stage_delay(self.widths.pmos_m, Channel.PMOS, self.output_f + self.input_f, STEP_PER_S, self.technology)
        second = stage_delay(
            self.widths.nmos_m,
            Channel.NMOS,
            bit_line_f + self.output_f,
            first.ramp_per_s,
            self.technology,
            wire_s=bit_line_ohm * bit_line_f / 2,
        )
        return (first.latency_s + second.latency_s) * writes

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
        return beside((self.output_f + self.input_f) * vdd_v * vdd_v * self.columns, writes) * writes


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
    cell_m = technology.standard_cell_height_m
    smallest = minimum_widths(technology)
    widths = Widths(*enlarged_widths(smallest.nmos_m, smallest.pmos_m, cell_m, technology))
    inverter = gate_area(Gate.INVERTER, 1, widths.nmos_m, widths.pmos_m, cell_m, technology)
    input_f, output_f = gate_capacitance_pair(
        Gate.INVERTER, 1, widths.nmos_m, widths.pmos_m, inverter.height_m, technology
    )
    leakage_a = gate_leakage_a(Gate.INVERTER, 1, widths.nmos_m, widths.pmos_m, technology)
    rows = lines_of_units(width_m, inverter.width_m, columns)
    return SramWriteDriver(
        columns=columns,
        widths=widths,
        input_f=input_f,
        output_f=output_f,
        outline=Outline.of_sides(rows * (inverter.height_m * _INVERTERS), width_m),
        leakage_w=leakage_a * technology.vdd_v * _INVERTERS * columns,
        technology=technology,
    )
