"""Word-line drivers behind a decoder, for arrays with access transistors that are read row by row."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnsreport.engine.cost.components.axes import beside
from nnsreport.engine.cost.components.pass_gates import PassGate, pass_gate
from nnsreport.engine.cost.components.placement import cell_height_m
from nnsreport.engine.cost.components.small_gates import Widths, minimum_widths
from nnsreport.engine.cost.components.stage import STEP_PER_S, Delay, stage_delay
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.enlargement import enlarged_widths
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.gate_capacitance import gate_capacitance_pair
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.primitives.leakage import gate_leakage_a
from nnsreport.engine.cost.primitives.transistor import horowitz
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Technology

_PASS_GATE_GAIN = 0.0
"""Inverse gain that NeuroSim states for a pass gate."""


@dataclass(frozen=True, slots=True)
class WordLineDriver:
    """Three NAND gates, an inverter and two pass gates for each row; one row is active.

    Attributes
    ----------
    nand, inverter : Widths
        Of the gates' transistors.
    nand_f, inverter_f : tuple of float or Array
        Capacitance of an input and of the output.
    switch : PassGate
        A pass gate.
    outline : Outline
        As high as it was given.
    leakage_w : float or Array
        Of all rows.
    technology : Technology
        Of the transistors.
    """

    nand: Widths
    inverter: Widths
    nand_f: tuple[Quantity, Quantity]
    inverter_f: tuple[Quantity, Quantity]
    switch: PassGate
    outline: Outline
    leakage_w: Quantity
    technology: Technology

    def delay(self, ramp_per_s: Quantity, line_f: Quantity, line_ohm: Quantity) -> Delay:
        """Return the delay through NAND, inverter, NAND and pass gate to the end of a word line.

        NeuroSim drives each gate with the decoder's slope, and the pass gate with a step.

        Parameters
        ----------
        ramp_per_s : float or Array
            Slope of the decoder's output.
        line_f, line_ohm : float or Array
            Capacitance and resistance of the word line.

        Returns
        -------
        Delay
            Of one access.
        """
        technology, switch = self.technology, self.switch
        nand_in_f, nand_out_f = self.nand_f
        inverter_in_f, inverter_out_f = self.inverter_f
        select_row = stage_delay(
            self.nand.nmos_m, Channel.NMOS, nand_out_f + inverter_in_f, ramp_per_s, technology, in_series=2
        )
        invert = stage_delay(self.inverter.pmos_m, Channel.PMOS, inverter_out_f + 2 * nand_in_f, ramp_per_s, technology)
        select_voltage = stage_delay(
            self.nand.nmos_m, Channel.NMOS, nand_out_f + switch.gates_f, ramp_per_s, technology, in_series=2
        )
        time_constant = switch.resistance_ohm * (2 * switch.drain_f + line_f) + line_ohm * line_f / 2
        line = Delay(*horowitz(time_constant, _PASS_GATE_GAIN, STEP_PER_S))
        gates_s = select_row.latency_s + invert.latency_s + select_voltage.latency_s
        return Delay(gates_s + line.latency_s, line.ramp_per_s)

    def energy_j(self, read_v: Quantity, reads: Quantity = 1.0) -> Quantity:
        """Return the energy of reads, each of one row.

        Parameters
        ----------
        read_v : float or Array
            Voltage that the pass gate switches.
        reads : float or Array
            A scalar, or shape (points, ...).

        Returns
        -------
        float or Array
            Joules.
        """
        switch, vdd_v = self.switch, self.technology.vdd_v
        logic_f = (
            self.nand_f[0]
            + (self.inverter_f[1] + switch.nmos_gate_f)
            + (self.nand_f[1] + switch.nmos_gate_f + switch.pmos_gate_f)
        )
        return beside(logic_f * vdd_v * vdd_v + switch.drain_f * read_v * read_v, reads) * reads


def word_line_driver(rows: Quantity, height_m: Quantity, technology: Technology) -> WordLineDriver:
    """Return the word-line drivers of an array, in as many columns as they need beside it.

    Parameters
    ----------
    rows : float or Array
        Word lines.
    height_m : float or Array
        Height that they get, in metres.
    technology : Technology
        Of the transistors.

    Returns
    -------
    WordLineDriver
        Of all rows.

    References
    ----------
    NeuroSim V1.4, WLNewDecoderDriver.cpp.
    """
    smallest, cell_m = minimum_widths(technology), cell_height_m(technology)
    region_m = technology.standard_cell_height_m
    nand = Widths(*enlarged_widths(2 * smallest.nmos_m, smallest.pmos_m, region_m, technology))
    inverter = Widths(*enlarged_widths(smallest.nmos_m, smallest.pmos_m, region_m, technology))
    nand_cell = gate_area(Gate.NAND, 2, nand.nmos_m, nand.pmos_m, cell_m, technology)
    inverter_cell = gate_area(Gate.INVERTER, 1, inverter.nmos_m, inverter.pmos_m, cell_m, technology)
    # The pass gates have the widths of the inverter.
    gate = gate_area(
        Gate.INVERTER, 1, inverter.nmos_m, inverter.pmos_m, _pass_gate_height_m(rows, height_m, cell_m), technology
    )
    xp = namespace_among(rows, height_m)
    unit_height = xp.maximum(xp.maximum(inverter_cell.height_m, nand_cell.height_m), gate.height_m)
    unit_width = 3 * nand_cell.width_m + inverter_cell.width_m + 2 * gate.width_m
    # NeuroSim truncates the quotient to an int, and divides by it even if it is 0.
    in_a_column = xp.floor(height_m / unit_height)
    columns = select(in_a_column > 0, xp.ceil(rows / xp.maximum(in_a_column, 1)), xp.nan)
    leakage_a = gate_leakage_a(Gate.NAND, 2, nand.nmos_m, nand.pmos_m, technology)
    leakage_a = leakage_a + gate_leakage_a(Gate.INVERTER, 1, inverter.nmos_m, inverter.pmos_m, technology)
    switch = pass_gate(inverter, gate.height_m, technology)
    return WordLineDriver(
        nand=nand,
        inverter=inverter,
        nand_f=gate_capacitance_pair(Gate.NAND, 2, nand.nmos_m, nand.pmos_m, nand_cell.height_m, technology),
        inverter_f=gate_capacitance_pair(
            Gate.INVERTER, 1, inverter.nmos_m, inverter.pmos_m, inverter_cell.height_m, technology
        ),
        switch=replace(switch, resistance_ohm=switch.resistance_ohm * technology.constants.linear_region_ratio),
        outline=Outline.of_sides(height_m, unit_width * columns),
        # Two of the three NAND gates leak, and the inverter twice.
        leakage_w=leakage_a * technology.vdd_v * rows * 2,
        technology=technology,
    )


def _pass_gate_height_m(rows: Quantity, height_m: Quantity, cell_m: float) -> Quantity:
    """Return the height of a row's pass gates: of the row, or of as many rows as a cell needs."""
    xp = namespace_among(rows, height_m)
    row_m = height_m / rows
    columns = xp.ceil(cell_m / row_m)
    return select(row_m < cell_m, height_m / xp.ceil(rows / columns), row_m)
