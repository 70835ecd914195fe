"""Row drivers behind a decoder, for crossbars without access transistors that are read row by row."""

from __future__ import annotations

from nnsreport.engine.cost.components.axes import repeated
from nnsreport.engine.cost.components.gate_cell import GateCell, enlarged_gate_widths, gate_cell
from nnsreport.engine.cost.components.pass_gates import PassGate, pass_gate, widths_for_resistance
from nnsreport.engine.cost.components.placement import cell_height_m, lines_of_units, spread_over_lines
from nnsreport.engine.cost.components.stage import Delay
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.kinds import Gate
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class CrossbarDriver:
    """An inverter and two pass gates for each row: the selected row is grounded, others get the read voltage.

    Attributes
    ----------
    outputs : float or Array
        Rows.
    inverter : GateCell
        One of the inverters.
    switch : PassGate
        A pass gate.
    outline : Outline
        As high as it was given.
    leakage_w : float or Array
        Of the inverters.
    technology : Technology
        Of the transistors.
    """

    outputs: Quantity
    inverter: GateCell
    switch: PassGate
    outline: Outline
    leakage_w: Quantity
    technology: Technology

    def delay(self, ramp_per_s: Quantity, line_f: Quantity, line_ohm: Quantity) -> Delay:
        """Return the delay through a pass gate to the end of a row: tau = R (C_out + C) + R_line C / 2.

        Parameters
        ----------
        ramp_per_s : float or Array
            Slope of the decoder's output.
        line_f, line_ohm : float or Array
            Capacitance and resistance of the row.

        Returns
        -------
        Delay
            Of one access.
        """
        return self.switch.line_delay(self.switch.own_f(4), line_f, line_ohm, ramp_per_s)

    def energy_j(self, read_cells: Quantity, read_v: Quantity, reads: Quantity = 1.0) -> Quantity:
        """Return the energy of reads.

        Parameters
        ----------
        read_cells : float or Array
            Cells that are read at once. NeuroSim counts a selected driver for each, and the other rows as unselected.
        read_v : float or Array
            Voltage on unselected rows.
        reads : float or Array
            A scalar, or shape (points, ...).

        Returns
        -------
        float or Array
            Joules.
        """
        switch, vdd_v = self.switch, self.technology.vdd_v
        selected_f = (self.inverter.input_f + switch.gates_f) + (self.inverter.output_f + switch.gates_f)
        idle_j = switch.drain_f * 2 * read_v * read_v * (self.outputs - read_cells)
        return repeated(selected_f * vdd_v * vdd_v * read_cells + idle_j, reads)


def crossbar_driver(outputs: Quantity, row_ohm: Quantity, height_m: Quantity, technology: Technology) -> CrossbarDriver:
    """Return the row drivers of a crossbar, in as many columns as they need beside it.

    Parameters
    ----------
    outputs : float or Array
        Rows.
    row_ohm : float or Array
        Resistance of a row's cells in parallel, all on; a pass gate has a quarter of it.
    height_m : float or Array
        Height that they get, in metres.
    technology : Technology
        Of the transistors.

    Returns
    -------
    CrossbarDriver
        Of all rows.

    References
    ----------
    NeuroSim V1.4, DecoderDriver.cpp, mode ROW_MODE.
    """
    cell_m = cell_height_m(technology)
    widths = widths_for_resistance(row_ohm * technology.constants.ir_drop_tolerance, technology)
    _, gate_m = spread_over_lines(height_m, cell_m, outputs)
    gate = gate_area(Gate.INVERTER, 1, widths.nmos_m, widths.pmos_m, gate_m, technology)
    inverter = gate_cell(Gate.INVERTER, 1, enlarged_gate_widths(1, technology), technology, cell_m)
    unit_height = namespace_among(gate.height_m).maximum(inverter.outline.height_m, gate.height_m)
    columns = lines_of_units(height_m, unit_height, outputs)
    return CrossbarDriver(
        outputs=outputs,
        inverter=inverter,
        switch=pass_gate(widths, gate.height_m, technology),
        outline=Outline.of_sides(height_m, (inverter.outline.width_m + gate.width_m * 2) * columns),
        leakage_w=inverter.leakage_w * outputs,
        technology=technology,
    )
