"""Multiplexers of pass gates, through which columns share a converter."""

from __future__ import annotations

from dataclasses import replace

from nnsreport.engine.cost.components.axes import repeated
from nnsreport.engine.cost.components.pass_gates import PassGate, pass_gate, whole_widths, widths_for_resistance
from nnsreport.engine.cost.components.placement import pass_gate_folds, pass_gate_width_m, spread_over_lines
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.gate_area import pass_gate_area
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_CHARGE_TO_90_PERCENT = 2.3
"""Time constants to 90 % of a step."""


@dataclass(frozen=True, slots=True)
class Multiplexer:
    """A pass gate for each column.

    Attributes
    ----------
    outputs : float or Array
        Columns that are read at once.
    switch : PassGate
        One of them.
    outline : Outline
        As wide as the array.
    leakage_w : float
        0: pass gates do not leak to the supply.
    technology : Technology
        Of the transistors.
    """

    outputs: Quantity
    switch: PassGate
    outline: Outline
    leakage_w: float
    technology: Technology

    def latency_s(self, load_f: Quantity, reads: Quantity = 1.0) -> Quantity:
        """Return the time to pass a column's signal: 2.3 R (C_drain + C_gates / 2 + C_load).

        Parameters
        ----------
        load_f : float or Array
            Capacitance behind the pass gate.
        reads : float or Array
            One after the other.

        Returns
        -------
        float or Array
            Seconds.
        """
        switch = self.switch
        return repeated(_CHARGE_TO_90_PERCENT * (switch.resistance_ohm * (switch.own_f(1) + load_f)), reads)

    def energy_j(self, read_v: Quantity, reads: Quantity = 1.0) -> Quantity:
        """Return the energy to open the pass gates of all outputs: C_gate V_dd^2 + 2 C_drain V_read^2 each.

        Parameters
        ----------
        read_v : float or Array
            Voltage of a column.
        reads : float or Array
            A scalar, or shape (points, ...).

        Returns
        -------
        float or Array
            Joules.
        """
        vdd_v = self.technology.vdd_v
        gate_j = self.switch.nmos_gate_f * self.outputs * vdd_v * vdd_v
        drain_j = self.switch.drain_f * 2 * self.outputs * read_v * read_v
        return repeated(gate_j + drain_j, reads)

    def at_least_as_high_as(self, height_m: Quantity) -> Multiplexer:
        """Return the multiplexer in an outline that is not lower than a neighbour.

        Parameters
        ----------
        height_m : float or Array
            Of the decoder beside it.

        Returns
        -------
        Multiplexer
            Of the same width.
        """
        height = namespace_among(self.outline.height_m, height_m).maximum(self.outline.height_m, height_m)
        return replace(self, outline=Outline.of_sides(height, self.outline.width_m))


def multiplexer(
    outputs: Quantity,
    columns_per_output: Quantity,
    column_ohm: Quantity,
    width_m: Quantity,
    technology: Technology,
) -> Multiplexer:
    """Return the multiplexer of an array, in as many rows as it needs under it.

    Parameters
    ----------
    outputs : float or Array
        Columns that are read at once.
    columns_per_output : float or Array
        Columns that share an output.
    column_ohm : float or Array
        Least resistance of a column; a pass gate has a quarter of it.
    width_m : float or Array
        Width of the array in metres.
    technology : Technology
        Of the transistors.

    Returns
    -------
    Multiplexer
        Of all columns. Its capacitances are those of unfolded pass gates: NeuroSim evaluates them with the outline that
        is made as high as the decoder.

    References
    ----------
    NeuroSim V1.4, Mux.cpp.
    """
    wanted_ohm = column_ohm * technology.constants.ir_drop_tolerance
    widths = whole_widths(widths_for_resistance(wanted_ohm, technology), technology)
    rows, gate_m = spread_over_lines(width_m, pass_gate_width_m(technology), outputs * columns_per_output)
    folded = pass_gate_area(widths.nmos_m, widths.pmos_m, technology, pass_gate_folds(gate_m, technology))
    unfolded = pass_gate_area(widths.nmos_m, widths.pmos_m, technology, 1)
    return Multiplexer(
        outputs=outputs,
        switch=pass_gate(widths, unfolded.height_m, technology),
        outline=Outline.of_sides(folded.height_m * rows, width_m),
        leakage_w=0.0,
        technology=technology,
    )
