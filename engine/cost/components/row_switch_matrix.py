"""Switch matrices that put inputs on the word lines of SRAM and of crossbars, all rows at once."""

from __future__ import annotations

from nnsreport.engine.cost.components.axes import beside, repeated
from nnsreport.engine.cost.components.flip_flops import FlipFlops, flip_flops
from nnsreport.engine.cost.components.pass_gates import PassGate, pass_gate, whole_widths, widths_for_resistance
from nnsreport.engine.cost.components.placement import cell_height_m, spread_over_lines
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.kinds import Gate
from nnsreport.engine.cost.quantity import Quantity, select
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_LUMPED, _DISTRIBUTED = 0.69, 0.38
"""Delays to half of a step over RC: of a lumped and of a distributed line."""


@dataclass(frozen=True, slots=True)
class Line:
    """The word line behind a switch.

    Attributes
    ----------
    cell_f, cell_ohm : float or Array
        Capacitance and resistance for each cell.
    cells : float or Array
        Cells on the line.
    buffers : float or Array
        Buffers inserted into it.
    buffer_f : float or Array
        Capacitance at a buffer's input.
    charges_through_wire : bool
        The buffer is charged through the resistance of the section, where NeuroSim takes its capacitance.
    """

    cell_f: Quantity
    cell_ohm: Quantity
    cells: Quantity
    buffers: Quantity
    buffer_f: Quantity
    charges_through_wire: bool = False


@dataclass(frozen=True, slots=True)
class RowSwitchMatrix:
    """Two pass gates for each row, to the input or to ground, and the flip-flops that hold the inputs.

    Attributes
    ----------
    outputs : float or Array
        Rows.
    switch : PassGate
        One of them.
    flip_flops : FlipFlops
        One for each row.
    outline : Outline
        As high as the array.
    leakage_w : float or Array
        Of the flip-flops; pass gates do not leak to the supply.
    technology : Technology
        Of the transistors.
    """

    outputs: Quantity
    switch: PassGate
    flip_flops: FlipFlops
    outline: Outline
    leakage_w: Quantity
    technology: Technology

    def latency_s(self, line: Line, reads: Quantity = 1.0) -> Quantity:
        """Return the delay through the pass gate and the line's first section of n cells.

        0.69 R C_out + n C (0.69 R + 0.38 n R_cell). With buffers NeuroSim adds 0.69 (n C + R) C_buffer, where the
        capacitance should be a resistance.

        Parameters
        ----------
        line : Line
            The word line.
        reads : float or Array
            One after the other.

        Returns
        -------
        float or Array
            Seconds.
        """
        switch = self.switch
        cells = line.cells / (line.buffers + 1)
        section = line.cell_f * cells * (_LUMPED * switch.resistance_ohm + _DISTRIBUTED * line.cell_ohm * cells)
        wire = (line.cell_ohm if line.charges_through_wire else line.cell_f) * cells
        buffered = (wire * _LUMPED + _LUMPED * switch.resistance_ohm) * line.buffer_f
        latency = switch.resistance_ohm * switch.own_f(2) * _LUMPED + section + select(line.buffers > 0, buffered, 0.0)
        return repeated(latency, reads)

    def energy_j(self, active_share: Quantity, read_v: Quantity, reads: Quantity = 1.0) -> Quantity:
        """Return the energy of reads: 3 C_drain V_read^2 + C_gates V_dd^2 of active rows, and all flip-flops.

        Parameters
        ----------
        active_share : float or Array
            Share of the rows whose input is 1, shape (points, ...).
        read_v : float or Array
            Voltage on an active row.
        reads : float or Array
            A scalar, or shape (points, ...).

        Returns
        -------
        float or Array
            Joules, shape (points, ...).
        """
        vdd_v = self.technology.vdd_v
        row_j = self.switch.drain_f * 3 * read_v * read_v + self.switch.gates_f * vdd_v * vdd_v
        held_j = beside(self.flip_flops.energy_j(self.outputs), active_share)
        return (beside(row_j * self.outputs, active_share) * active_share + held_j) * beside(reads, active_share)


def row_switch_matrix(
    outputs: Quantity,
    line_ohm: Quantity,
    sizing: Quantity,
    height_m: Quantity,
    technology: Technology,
    *,
    special_layout: bool,
) -> RowSwitchMatrix:
    """Return the switch matrix of an array's rows, in as many columns as it needs beside it.

    Parameters
    ----------
    outputs : float or Array
        Rows.
    line_ohm : float or Array
        Resistance of a word line, or of its section between buffers, which sizes the pass gates.
    sizing : float or Array
        Resistance of a pass gate over that of the line (``switchmatrixsizeratio``).
    height_m : float or Array
        Height of the array in metres.
    technology : Technology
        Of the transistors.
    special_layout : bool
        Whether cells of GAA nodes have sheets of their own width.

    Returns
    -------
    RowSwitchMatrix
        Of all rows.

    References
    ----------
    NeuroSim V1.4, SwitchMatrix.cpp, mode ROW_MODE.
    """
    linear_ratio = technology.constants.linear_region_ratio
    widths = whole_widths(widths_for_resistance(line_ohm * sizing, technology, linear_ratio), technology)
    columns, gate_m = spread_over_lines(height_m, cell_height_m(technology), outputs)
    gate = gate_area(Gate.INVERTER, 1, widths.nmos_m, widths.pmos_m, gate_m, technology)
    held = flip_flops(outputs, technology, special_layout=special_layout)
    width_m = gate.width_m * 2 * columns + held.outline_in_height(height_m).width_m
    return RowSwitchMatrix(
        outputs=outputs,
        switch=pass_gate(widths, gate.height_m, technology),
        flip_flops=held,
        outline=Outline.of_sides(height_m, width_m),
        leakage_w=held.leakage_w,
        technology=technology,
    )
