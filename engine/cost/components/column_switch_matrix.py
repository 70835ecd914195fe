"""Switch matrices on the source lines of resistive arrays."""

from __future__ import annotations

from nnsreport.engine.cost.components.flip_flops import flip_flops
from nnsreport.engine.cost.components.pass_gates import whole_widths, widths_for_resistance
from nnsreport.engine.cost.components.placement import pass_gate_folds, pass_gate_width_m, spread_over_lines
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.gate_area import pass_gate_area
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class ColumnSwitchMatrix:
    """Two pass gates and a flip-flop for each column. They switch only for writes, which V1.4 does not evaluate.

    Attributes
    ----------
    outline : Outline
        As wide as the array.
    leakage_w : float or Array
        Of the flip-flops; pass gates do not leak to the supply.
    """

    outline: Outline
    leakage_w: Quantity


def column_switch_matrix(
    outputs: Quantity,
    column_ohm: Quantity,
    sizing: Quantity,
    width_m: Quantity,
    technology: Technology,
    *,
    special_layout: bool,
) -> ColumnSwitchMatrix:
    """Return the switch matrix of an array's columns, in as many rows as it needs under it.

    Parameters
    ----------
    outputs : float or Array
        Columns.
    column_ohm : float or Array
        Resistance that sizes the pass gates.
    sizing : float or Array
        Resistance of a pass gate over that (``switchmatrixsizeratio``).
    width_m : float or Array
        Width of the array in metres.
    technology : Technology
        Of the transistors.
    special_layout : bool
        Whether cells of GAA nodes have sheets of their own width.

    Returns
    -------
    ColumnSwitchMatrix
        Of all columns.

    References
    ----------
    NeuroSim V1.4, SwitchMatrix.cpp, mode COL_MODE.
    """
    linear_ratio = technology.constants.linear_region_ratio
    widths = whole_widths(widths_for_resistance(column_ohm * sizing, technology, linear_ratio), technology)
    rows, pair_m = spread_over_lines(width_m, pass_gate_width_m(technology) * 2, outputs)
    gate = pass_gate_area(widths.nmos_m, widths.pmos_m, technology, pass_gate_folds(pair_m / 2, technology))
    held = flip_flops(outputs, technology, special_layout=special_layout)
    height_m = gate.height_m * rows + held.outline_in_width(width_m).height_m
    return ColumnSwitchMatrix(outline=Outline.of_sides(height_m, width_m), leakage_w=held.leakage_w)
