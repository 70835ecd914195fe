"""Switch matrices of arrays with access transistors: word line and bit line of each row, all rows at once."""

from __future__ import annotations

from dataclasses import replace

from nnsreport.engine.cost.components.axes import beside, repeated
from nnsreport.engine.cost.components.flip_flops import FlipFlops, flip_flops
from nnsreport.engine.cost.components.pass_gates import PassGate, pass_gate
from nnsreport.engine.cost.components.placement import cell_height_m, spread_over_lines
from nnsreport.engine.cost.components.small_gates import Widths, minimum_widths
from nnsreport.engine.cost.components.stage import STEP_PER_S
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.primitives.transistor import pass_gate_resistance
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_PASS_GATES = 4
_OPEN_PASS_GATES = 3


@dataclass(frozen=True, slots=True)
class TransistorSwitchMatrix:
    """Four pass gates for each row and the flip-flops that hold the inputs.

    Attributes
    ----------
    outputs : float or Array
        Rows.
    switch : PassGate
        One of the pass gates.
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

    def latency_s(self, line_f: Quantity, line_ohm: Quantity, reads: Quantity = 1.0) -> Quantity:
        """Return the delay through a pass gate to the end of a line: tau = R (C_out + C) + R_line C / 2.

        Parameters
        ----------
        line_f, line_ohm : float or Array
            Capacitance and resistance of the word line, or of its section between buffers.
        reads : float or Array
            One after the other.

        Returns
        -------
        float or Array
            Seconds.
        """
        delay = self.switch.line_delay(self.switch.own_f(2), line_f, line_ohm, STEP_PER_S)
        return repeated(delay.latency_s, reads)

    def energy_j(self, active_share: Quantity, read_v: Quantity, access_v: Quantity, reads: Quantity = 1.0) -> Quantity:
        """Return the energy of reads: of the pass gates of active rows, and all flip-flops.

        Parameters
        ----------
        active_share : float or Array
            Share of the rows whose input is 1, shape (points, ...).
        read_v, access_v : float or Array
            Voltage on a bit line, and on the gates of a row's access transistors.
        reads : float or Array
            A scalar, or shape (points, ...).

        Returns
        -------
        float or Array
            Joules, shape (points, ...).
        """
        vdd_v, switch = self.technology.vdd_v, self.switch
        row_j = (
            switch.drain_f * 2 * access_v * access_v
            + switch.drain_f * 3 * read_v * read_v
            + switch.gates_f * _OPEN_PASS_GATES * vdd_v * vdd_v
        )
        held_j = beside(self.flip_flops.energy_j(self.outputs), active_share)
        return (beside(row_j * self.outputs, active_share) * active_share + held_j) * beside(reads, active_share)


def transistor_switch_matrix(
    outputs: Quantity, sizing: Quantity, height_m: Quantity, technology: Technology, *, special_layout: bool
) -> TransistorSwitchMatrix:
    """Return the switch matrix of an array's rows, in as many columns as it needs beside it.

    Parameters
    ----------
    outputs : float or Array
        Rows.
    sizing : float or Array
        Widths of the pass gates over those of the smallest inverter (``newswitchmatrixsizeratio``).
    height_m : float or Array
        Height that it gets, in metres.
    technology : Technology
        Of the transistors.
    special_layout : bool
        Whether cells of GAA nodes have sheets of their own width.

    Returns
    -------
    TransistorSwitchMatrix
        Of all rows.

    References
    ----------
    NeuroSim V1.4, NewSwitchMatrix.cpp.
    """
    smallest = minimum_widths(technology)
    widths = Widths(smallest.nmos_m * sizing, smallest.pmos_m * sizing)
    columns, gate_m = spread_over_lines(height_m, cell_height_m(technology), outputs)
    gate = gate_area(Gate.INVERTER, 1, widths.nmos_m, widths.pmos_m, gate_m, technology)
    # NeuroSim takes the resistance of an NMOS transistor for that of the PMOS one.
    nmos_ohm, pmos_ohm = (
        pass_gate_resistance(width_m, Channel.NMOS, technology) for width_m in (widths.nmos_m, widths.pmos_m)
    )
    switch = replace(pass_gate(widths, gate.height_m, technology), resistance_ohm=1 / (1 / nmos_ohm + 1 / pmos_ohm))
    held = flip_flops(outputs, technology, special_layout=special_layout)
    width_m = gate.width_m * _PASS_GATES * columns + held.outline_in_height(height_m).width_m
    return TransistorSwitchMatrix(
        outputs=outputs,
        switch=switch,
        flip_flops=held,
        outline=Outline.of_sides(height_m, width_m),
        leakage_w=held.leakage_w,
        technology=technology,
    )
