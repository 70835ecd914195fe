"""Row drivers behind a decoder, for crossbars without access transistors that are read row by row."""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.engine.cost.components.axes import beside
from nnsreport.engine.cost.components.pass_gates import PassGate, pass_gate, widths_for_resistance
from nnsreport.engine.cost.components.placement import cell_height_m, spread_over_lines
from nnsreport.engine.cost.components.small_gates import Widths, minimum_widths
from nnsreport.engine.cost.components.stage import Delay
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.enlargement import enlarged_widths
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.gate_capacitance import gate_capacitance_pair
from nnsreport.engine.cost.primitives.kinds import Gate
from nnsreport.engine.cost.primitives.leakage import gate_leakage_a
from nnsreport.engine.cost.primitives.transistor import horowitz
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Technology

_PASS_GATE_GAIN = 0.0
"""Inverse gain that NeuroSim states for a pass gate."""


@dataclass(frozen=True, slots=True)
class CrossbarDriver:
    """An inverter and two pass gates for each row: the selected row is grounded, others get the read voltage.

    Attributes
    ----------
    outputs : float or Array
        Rows.
    inverter_f : tuple of float or Array
        Capacitance of an inverter's input and output.
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
    inverter_f: tuple[Quantity, Quantity]
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
        switch = self.switch
        own_f = switch.drain_f * 4 + switch.nmos_gate_f * 0.5 + switch.pmos_gate_f * 0.5
        time_constant = switch.resistance_ohm * (own_f + line_f) + line_ohm * line_f / 2
        return Delay(*horowitz(time_constant, _PASS_GATE_GAIN, ramp_per_s))

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
        selected_f = (self.inverter_f[0] + switch.gates_f) + (self.inverter_f[1] + switch.gates_f)
        idle_j = switch.drain_f * 2 * read_v * read_v * (self.outputs - read_cells)
        return beside(selected_f * vdd_v * vdd_v * read_cells + idle_j, reads) * reads


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
    cell_m, smallest = cell_height_m(technology), minimum_widths(technology)
    widths = widths_for_resistance(row_ohm * technology.constants.ir_drop_tolerance, technology)
    _, gate_m = spread_over_lines(height_m, cell_m, outputs)
    gate = gate_area(Gate.INVERTER, 1, widths.nmos_m, widths.pmos_m, gate_m, technology)
    inverter = Widths(*enlarged_widths(smallest.nmos_m, smallest.pmos_m, technology.standard_cell_height_m, technology))
    cell = gate_area(Gate.INVERTER, 1, inverter.nmos_m, inverter.pmos_m, cell_m, technology)
    xp = namespace_among(gate.height_m, height_m)
    in_a_column = xp.floor(height_m / xp.maximum(cell.height_m, gate.height_m))
    columns = select(in_a_column > 0, xp.ceil(outputs / xp.maximum(in_a_column, 1)), xp.nan)
    leakage_a = gate_leakage_a(Gate.INVERTER, 1, inverter.nmos_m, inverter.pmos_m, technology)
    return CrossbarDriver(
        outputs=outputs,
        inverter_f=gate_capacitance_pair(Gate.INVERTER, 1, inverter.nmos_m, inverter.pmos_m, cell.height_m, technology),
        switch=pass_gate(widths, gate.height_m, technology),
        outline=Outline.of_sides(height_m, (cell.width_m + gate.width_m * 2) * columns),
        leakage_w=leakage_a * technology.vdd_v * outputs,
        technology=technology,
    )
