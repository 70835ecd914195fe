"""Word-line drivers behind a decoder, for arrays with access transistors that are read row by row."""

from __future__ import annotations

from dataclasses import replace

from nnsreport.engine.cost.components.axes import repeated
from nnsreport.engine.cost.components.gate_cell import GateCell, enlarged_gate_widths, gate_cell
from nnsreport.engine.cost.components.pass_gates import PassGate, pass_gate
from nnsreport.engine.cost.components.placement import cell_height_m, lines_of_units
from nnsreport.engine.cost.components.stage import STEP_PER_S, Delay
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class WordLineDriver:
    """Three NAND gates, an inverter and two pass gates for each row; one row is active.

    Attributes
    ----------
    nand, inverter : GateCell
        Each of the gates.
    switch : PassGate
        A pass gate.
    outline : Outline
        As high as it was given.
    leakage_w : float or Array
        Of all rows.
    technology : Technology
        Of the transistors.
    """

    nand: GateCell
    inverter: GateCell
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
        nand, inverter, switch = self.nand, self.inverter, self.switch
        select_row = nand.delay(Channel.NMOS, inverter.input_f, ramp_per_s, in_series=2)
        invert = inverter.delay(Channel.PMOS, 2 * nand.input_f, ramp_per_s)
        select_voltage = nand.delay(Channel.NMOS, switch.gates_f, ramp_per_s, in_series=2)
        line = switch.line_delay(2 * switch.drain_f, line_f, line_ohm, STEP_PER_S)
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
            self.nand.input_f
            + (self.inverter.output_f + switch.nmos_gate_f)
            + (self.nand.output_f + switch.nmos_gate_f + switch.pmos_gate_f)
        )
        return repeated(logic_f * vdd_v * vdd_v + switch.drain_f * read_v * read_v, reads)


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
    cell_m = cell_height_m(technology)
    widths = enlarged_gate_widths(1, technology)
    nand = gate_cell(Gate.NAND, 2, enlarged_gate_widths(2, technology), technology, cell_m)
    inverter = gate_cell(Gate.INVERTER, 1, widths, technology, cell_m)
    gate_m = _pass_gate_height_m(rows, height_m, cell_m)
    gate = gate_area(Gate.INVERTER, 1, widths.nmos_m, widths.pmos_m, gate_m, technology)
    maximum = namespace_among(gate.height_m).maximum
    unit_height = maximum(maximum(inverter.outline.height_m, nand.outline.height_m), gate.height_m)
    unit_width = 3 * nand.outline.width_m + inverter.outline.width_m + 2 * gate.width_m
    switch = pass_gate(widths, gate.height_m, technology)
    return WordLineDriver(
        nand=nand,
        inverter=inverter,
        switch=replace(switch, resistance_ohm=switch.resistance_ohm * technology.constants.linear_region_ratio),
        outline=Outline.of_sides(height_m, unit_width * lines_of_units(height_m, unit_height, rows)),
        # Two of the three NAND gates leak, and the inverter twice.
        leakage_w=(nand.leakage_w + inverter.leakage_w) * rows * 2,
        technology=technology,
    )


def _pass_gate_height_m(rows: Quantity, height_m: Quantity, cell_m: float) -> Quantity:
    """Return the height of a row's pass gates: of the row, or of as many rows as a cell needs."""
    xp = namespace_among(rows, height_m)
    row_m = height_m / rows
    columns = xp.ceil(cell_m / row_m)
    return select(row_m < cell_m, height_m / xp.ceil(rows / columns), row_m)
