"""The memory array alone: its sides, and the wires along its rows and columns."""

from __future__ import annotations

from nnsreport.engine.cost.components.repeaters import WIRE_F_PER_M
from nnsreport.engine.cost.given import Access, MemoryCell
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_NODE_OF_UNSCALED_PITCH_NM = 14
"""NeuroSim relaxes cells of this node by the pitch of FinFETs before the pitches by node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryArray:
    """Rows and columns of memory cells.

    Attributes
    ----------
    outline : Outline
        Of all cells; as wide as a row is long, and as high as a column.
    row_wire_f, column_wire_f : float or Array
        Capacitance of the wire along a row and along a column, without what the cells add.
    row_ohm, column_ohm : float or Array
        Resistance of these wires: of metal 1 along a row, of metal 0 along a column.
    dummy_column_m2 : float or Array
        Area of one column that serves as a reference.
    """

    outline: Outline
    row_wire_f: Quantity
    column_wire_f: Quantity
    row_ohm: Quantity
    column_ohm: Quantity
    dummy_column_m2: Quantity


def memory_array(parameters: Parameters, technology: Technology) -> MemoryArray:
    """Return the array of a sub-array.

    Cells of SRAM and with access transistors are measured in feature sizes of the node, those of crossbars in widths of
    the wire. If they are to be relaxed, SRAM is turned: its rows run along the height of the logic.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.
    technology : Technology
        Of the transistors.

    Returns
    -------
    MemoryArray
        Quantities are scalars or of shape (points,).

    References
    ----------
    NeuroSim V1.4, SubArray.cpp, Initialize.
    """
    p = parameters
    least_width_f, least_height_f = _logic_sides_f(p, technology)
    row_m = _length_m(p, p.columns, p.cell_width_f, least_width_f if p.relaxes_cell_width else None, technology)
    column_m = _length_m(p, p.rows, p.cell_height_f, least_height_f if p.relaxes_cell_height else None, technology)
    return MemoryArray(
        outline=Outline.of_sides(column_m, row_m),
        row_wire_f=row_m * WIRE_F_PER_M,
        column_wire_f=column_m * WIRE_F_PER_M,
        row_ohm=row_m * p.metal1_resistance_per_m,
        column_ohm=column_m * p.metal0_resistance_per_m,
        dummy_column_m2=_dummy_column_m2(p, technology),
    )


def _is_crossbar(p: Parameters) -> bool:
    return p.cell is not MemoryCell.SRAM and p.access is not Access.TRANSISTOR


def _length_m(
    p: Parameters, cells: Quantity, cell_f: Quantity, least_f: float | None, technology: Technology
) -> Quantity:
    """Return the length of a line of cells, each at least as long as what is at the end of the line.

    The order of products is NeuroSim's: circuits that fill the length are often as long as a whole number of them.
    """
    feature_size_m = technology.feature_size_m
    if least_f is None:
        return cells * cell_f * (p.feature_size_m if _is_crossbar(p) else feature_size_m)
    maximum = namespace_among(cell_f).maximum
    relaxed: Quantity = (
        cells * maximum(cell_f * p.feature_size_m, least_f * feature_size_m)
        if _is_crossbar(p)
        else cells * maximum(cell_f, least_f) * feature_size_m
    )
    return relaxed


def _logic_sides_f(p: Parameters, technology: Technology) -> tuple[float, float]:
    """Return the width and the height of what each column and row of cells has at its end, in feature sizes."""
    shared, layout = technology.constants, technology.layout
    planar_pitch_f, planar_height_f = shared.planar_gate_pitch_f, shared.standard_cell_height_f
    is_unscaled = technology.node_nm == _NODE_OF_UNSCALED_PITCH_NM
    pitch_f = shared.finfet_gate_pitch_f if is_unscaled else layout.gate_pitch_f
    pass_gate_f = planar_pitch_f * 2 * (pitch_f / planar_pitch_f)
    cell_f = planar_height_f * (layout.cell_height_f / planar_height_f)
    if p.cell is MemoryCell.SRAM:
        return cell_f, pass_gate_f
    # A column of the switch matrix has two pass gates.
    return pass_gate_f * 2, cell_f


def _dummy_column_m2(p: Parameters, technology: Technology) -> Quantity:
    """Return the area of a dummy column, which NeuroSim measures in wire widths, but the width of SRAM."""
    width_unit_m = technology.feature_size_m if p.cell is MemoryCell.SRAM else p.feature_size_m
    return p.cell_height_f * p.feature_size_m * p.rows * (p.cell_width_f * width_unit_m)
