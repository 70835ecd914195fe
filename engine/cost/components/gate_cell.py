"""A logic gate in a standard cell: what digital circuits count, charge and wait for."""

from __future__ import annotations

from functools import lru_cache

from nnsreport.engine.cost.components.small_gates import Widths
from nnsreport.engine.cost.components.stage import Delay, stage_delay
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.enlargement import enlarged_widths
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.gate_capacitance import gate_capacitance_pair
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.primitives.leakage import gate_leakage_a
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class GateCell:
    """A gate with its outline and capacitances.

    Attributes
    ----------
    gate : Gate
        Inverter, NAND or NOR.
    inputs : float or Array
        1 for an inverter.
    widths : Widths
        Of its transistors.
    outline : Outline
        Of the cell.
    input_f, output_f : float or Array
        Capacitance of one input and of the output, in farads.
    technology : Technology
        Of the transistors.
    """

    gate: Gate
    inputs: Quantity
    widths: Widths
    outline: Outline
    input_f: Quantity
    output_f: Quantity
    technology: Technology

    @property
    def leakage_w(self) -> Quantity:
        """Leakage power, averaged over the states of the inputs."""
        leakage_a = gate_leakage_a(self.gate, self.inputs, self.widths.nmos_m, self.widths.pmos_m, self.technology)
        return leakage_a * self.technology.vdd_v

    def delay(
        self, kind: Channel, load_f: Quantity, ramp_per_s: Quantity, *, in_series: float = 1, wire_s: Quantity = 0.0
    ) -> Delay:
        """Return the delay of the gate with a load behind it.

        Parameters
        ----------
        kind : Channel
            NMOS for a falling output, PMOS for a rising one.
        load_f : float or Array
            Capacitance behind the gate's own output.
        ramp_per_s : float or Array
            Slope of the input in supply voltages a second.
        in_series : float
            Transistors in series.
        wire_s : float or Array
            Time constant of the wire behind the gate, in seconds.

        Returns
        -------
        Delay
            Latency and slope of the output.
        """
        width_m = self.widths.nmos_m if kind is Channel.NMOS else self.widths.pmos_m
        return stage_delay(
            width_m,
            kind,
            self.output_f + load_f,
            ramp_per_s,
            self.technology,
            in_series=in_series,
            wire_s=wire_s,
        )


def gate_cell(
    gate: Gate, inputs: Quantity, widths: Widths, technology: Technology, height_m: Quantity | None = None
) -> GateCell:
    """Return a gate of given widths in a standard cell.

    Parameters
    ----------
    gate : Gate
        Inverter, NAND or NOR.
    inputs : float or Array
        1 for an inverter.
    widths : Widths
        Of its transistors.
    technology : Technology
        Of the transistors.
    height_m : float or Array, optional
        Height of the transistor region that NeuroSim asks for, instead of the one for all nodes.

    Returns
    -------
    GateCell
        Folded where the transistors are too wide for the cell.
    """
    asked_m = technology.standard_cell_height_m if height_m is None else height_m
    is_single = isinstance(widths.nmos_m, (int, float)) and isinstance(widths.pmos_m, (int, float))
    if is_single and isinstance(inputs, (int, float)) and isinstance(asked_m, (int, float)):
        return _single_gate_cell(gate, inputs, widths, technology, asked_m)
    return _gate_cell(gate, inputs, widths, technology, asked_m)


def _gate_cell(gate: Gate, inputs: Quantity, widths: Widths, technology: Technology, asked_m: Quantity) -> GateCell:
    outline = gate_area(gate, inputs, widths.nmos_m, widths.pmos_m, asked_m, technology)
    input_f, output_f = gate_capacitance_pair(gate, inputs, widths.nmos_m, widths.pmos_m, outline.height_m, technology)
    return GateCell(gate, inputs, widths, outline, input_f, output_f, technology)


@lru_cache(maxsize=4096)
def _single_gate_cell(gate: Gate, inputs: float, widths: Widths, technology: Technology, asked_m: float) -> GateCell:
    """Return a gate that is one for all points: circuits share a few of them, and so do the chips of a sweep."""
    return _gate_cell(gate, inputs, widths, technology, asked_m)


def enlarged_gate_cell(gate: Gate, inputs: int, nmos_units: int, technology: Technology) -> GateCell:
    """Return a gate whose transistors are as wide as its cell has room for.

    Parameters
    ----------
    gate : Gate
        Inverter, NAND or NOR.
    inputs : float or Array
        1 for an inverter.
    nmos_units : int
        Least width of the NMOS transistors over the smallest one.
    technology : Technology
        Of the transistors.

    Returns
    -------
    GateCell
        With the smallest PMOS transistors that drive as a unit of NMOS, both widened.
    """
    return gate_cell(gate, inputs, enlarged_gate_widths(nmos_units, technology), technology)


def enlarged_gate_widths(nmos_units: int, technology: Technology) -> Widths:
    """Return the widths of :func:`enlarged_gate_cell`.

    Parameters
    ----------
    nmos_units : int
        Least width of the NMOS transistors over the smallest one.
    technology : Technology
        Of the transistors.

    Returns
    -------
    Widths
        In metres.
    """
    unit_m = technology.minimum_nmos_width_m
    return Widths(
        *enlarged_widths(
            nmos_units * unit_m, technology.pn_size_ratio * unit_m, technology.standard_cell_height_m, technology
        )
    )
