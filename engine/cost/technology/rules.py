"""Layout rules of a node and constants that all nodes share."""

from __future__ import annotations

from dataclasses import fields
from functools import cache

from nnsreport.engine.cost.technology.tables import number, read_table
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Constants:
    """Constants of layout, leakage and junctions, the same at all nodes.

    Lengths that end in ``_f`` are multiples of the feature size. engine/cost/data/constants.csv has each with its
    meaning and source.
    """

    standard_cell_height_f: float
    finfet_cell_height_f: float
    minimum_nmos_width_f: float
    planar_gate_pitch_f: float
    finfet_gate_pitch_f: float
    poly_extension_f: float
    field_poly_gap_f: float
    sense_pmos_width_f: float
    sense_nmos_width_f: float
    sense_isolation_width_f: float
    sense_enable_width_f: float
    sense_multiplexer_width_f: float
    leakage_ratio_nand2: float
    leakage_ratio_nand3: float
    leakage_ratio_nor2: float
    leakage_ratio_nor3: float
    ir_drop_tolerance: float
    linear_region_ratio: float
    aspect_ratio_limit: float
    built_in_potential_v: float
    junction_bottom_capacitance_f_per_m2: float
    junction_sidewall_capacitance_f_per_m: float
    junction_channel_capacitance_f_per_m: float
    junction_bottom_grading: float
    junction_sidewall_grading: float
    junction_channel_grading: float
    overlap_ratio: float
    gain_voltage_ratio: float


@dataclass(frozen=True, slots=True)
class LayoutRules:
    """Layout rules of a node, in multiples of the feature size.

    Attributes
    ----------
    cell_height_f : float
        Height of a standard cell.
    well_gap_f : float
        Gap between P and N diffusions.
    outer_region_f : float
        Height of a cell outside its transistors and the gap between them.
    poly_width_f : float
        Width of a gate.
    gate_pitch_f : float
        Pitch of gates with a contact between them.
    metal2_pitch_f, metal3_pitch_f : float
        Pitch of metal 2, along the width, and metal 3, along the height.
    """

    cell_height_f: float
    well_gap_f: float
    outer_region_f: float
    poly_width_f: float
    gate_pitch_f: float
    metal2_pitch_f: float
    metal3_pitch_f: float


@cache
def constants() -> Constants:
    """Return the constants that all nodes share, from engine/cost/data/constants.csv."""
    values = {row["name"]: number(row, "value") for row in read_table("constants.csv")}
    return Constants(**values)


@cache
def layout_rules(node_nm: int) -> LayoutRules:
    """Return a node's layout rules, from engine/cost/data/layout.csv.

    Parameters
    ----------
    node_nm : int
        A node of the table, in nanometres.

    Returns
    -------
    LayoutRules
        Of the node.

    Raises
    ------
    KeyError
        The table does not have the node; :func:`nnsreport.engine.cost.technology.technology` refuses it in words.
    """
    for row in read_table("layout.csv"):
        if int(row["node_nm"]) == node_nm:
            return LayoutRules(**{field.name: number(row, field.name) for field in fields(LayoutRules)})
    raise KeyError(node_nm)
