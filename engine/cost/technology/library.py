"""Technologies from the tables of engine/cost/data."""

from __future__ import annotations

import math
from functools import cache

from nnsreport.engine.cost.technology.rules import Constants, constants, layout_rules
from nnsreport.engine.cost.technology.tables import Row, number, read_table
from nnsreport.engine.cost.technology.transistors import Roadmap, Structure, Technology
from nnsreport.errors import ConfigurationError

_AS_IN_TABLE = (
    "vdd_v",
    "threshold_voltage_v",
    "gate_length_m",
    "ideal_gate_capacitance_f_per_m",
    "fringe_capacitance_f_per_m",
    "drain_capacitance_f_per_m",
    "resistance_multiplier",
    "fin_height_m",
    "fin_width_m",
    "fin_pitch_m",
    "fins_per_device",
    "effective_width_m",
    "sheets_per_stack",
    "stacks_per_device",
)
_CURRENTS = (
    "on_current_nmos_a_per_m",
    "on_current_pmos_a_per_m",
    "off_current_nmos_a_per_m",
    "off_current_pmos_a_per_m",
)
_COLDEST_K, _HOTTEST_K, _STEP_K = 300, 400, 10


@cache
def technology(node_nm: int, roadmap: Roadmap | str, temperature_k: float = 300) -> Technology:
    """Return the transistors of a node.

    Currents are interpolated linearly between the tables' steps of 10 K, at whole kelvins as in NeuroSim. The tables of
    14 nm and below have values of V1.4 at 300 K and of an earlier version above, so their currents jump there.

    Parameters
    ----------
    node_nm : int
        130, 90, 65, 45, 32, 22 (planar), 14, 10, 7, 5, 3 (FinFET), 2 or 1 (GAA).
    roadmap : Roadmap or str
        ``HP`` or ``LSTP``; nodes of 14 nm and below have LSTP alone.
    temperature_k : float
        300 to 400 kelvin; the fraction is cut off.

    Returns
    -------
    Technology
        Transistors, layout rules and constants.

    Raises
    ------
    ConfigurationError
        The tables have no such node, roadmap or temperature.

    References
    ----------
    NeuroSim V1.4, Technology.cpp (PTM models of planar nodes, CACTI's resistance multipliers, IRDS 2016 to 2022 below).
    """
    row = _transistor_row(node_nm, _roadmap(roadmap))
    whole_k = _whole_temperature(temperature_k)
    shared = constants()
    structure = Structure(row["structure"])
    ideal = number(row, "ideal_gate_capacitance_f_per_m")
    currents = _currents_at(node_nm, row["roadmap"], whole_k)
    at_300_k = _currents_at(node_nm, row["roadmap"], _COLDEST_K)
    return Technology(
        node_nm=int(row["node_nm"]),
        roadmap=Roadmap(row["roadmap"]),
        structure=structure,
        temperature_k=whole_k,
        feature_size_m=int(row["node_nm"]) * 1e-9,
        # Below 22 nm the ideal gate capacitance contains overlap and fringe.
        overlap_capacitance_f_per_m=ideal * shared.overlap_ratio if structure is Structure.PLANAR else 0.0,
        pn_size_ratio=at_300_k["on_current_nmos_a_per_m"] / at_300_k["on_current_pmos_a_per_m"],
        layout=layout_rules(node_nm),
        constants=shared,
        **{name: number(row, name) for name in _AS_IN_TABLE},
        **_junction_capacitances(row, shared),
        **_transconductances(row, shared),
        **currents,
    )


def _roadmap(name: Roadmap | str) -> Roadmap:
    try:
        return Roadmap(name)
    except ValueError as error:
        raise ConfigurationError(
            f"there is no roadmap {name!r}", field="deviceroadmap", remedy="set deviceroadmap to 1 (HP) or 2 (LSTP)"
        ) from error


def _transistor_row(node_nm: int, roadmap: Roadmap) -> Row:
    rows = read_table("transistors.csv")
    nodes = dict.fromkeys(int(row["node_nm"]) for row in rows)
    if node_nm not in nodes:
        raise ConfigurationError(
            f"the tables have no node of {node_nm} nm",
            field="technode",
            remedy=f"set technode to one of {', '.join(map(str, nodes))}",
        )
    for row in rows:
        if int(row["node_nm"]) == node_nm and row["roadmap"] == roadmap:
            return row
    offered = [int(row["node_nm"]) for row in rows if row["roadmap"] == roadmap]
    raise ConfigurationError(
        f"the tables have no {roadmap} transistors of {node_nm} nm",
        field="deviceroadmap",
        remedy=f"set deviceroadmap to 2 (LSTP), or technode to {min(offered)} or more",
    )


def _whole_temperature(temperature_k: float) -> int:
    if not (math.isfinite(temperature_k) and _COLDEST_K <= int(temperature_k) <= _HOTTEST_K):
        raise ConfigurationError(
            f"the tables have no currents at {temperature_k:g} K",
            field="temp",
            remedy=f"set temp between {_COLDEST_K} and {_HOTTEST_K}",
        )
    return int(temperature_k)


def _currents_at(node_nm: int, roadmap: str, temperature_k: int) -> dict[str, float]:
    rows = {
        int(row["temperature_k"]): row
        for row in read_table("transistor_currents.csv")
        if int(row["node_nm"]) == node_nm and row["roadmap"] == roadmap
    }
    steps = (temperature_k - _COLDEST_K) % _STEP_K
    below = rows[temperature_k - steps]
    if steps == 0:
        return {name: number(below, name) for name in _CURRENTS}
    above = rows[temperature_k - steps + _STEP_K]
    return {
        name: number(below, name) + (number(above, name) - number(below, name)) * steps / _STEP_K for name in _CURRENTS
    }


def _junction_capacitances(row: Row, shared: Constants) -> dict[str, float]:
    """Return the drain's capacitances under the supply: C_0 / (1 + V_dd / V_built-in)^grading."""
    bias = 1 + number(row, "vdd_v") / shared.built_in_potential_v
    bottom = shared.junction_bottom_capacitance_f_per_m2 / bias**shared.junction_bottom_grading
    return {
        "junction_capacitance_f_per_m2": number(row, "junction_capacitance_f_per_m2") or bottom,
        "sidewall_capacitance_f_per_m": shared.junction_sidewall_capacitance_f_per_m
        / bias**shared.junction_sidewall_grading,
        "drain_to_channel_capacitance_f_per_m": shared.junction_channel_capacitance_f_per_m
        / bias**shared.junction_channel_grading,
    }


def _transconductances(row: Row, shared: Constants) -> dict[str, float]:
    """Return the transconductance of both channels.

    Planar: that of a square-law transistor, 2 I / (V_gs - V_th), with I at V_gs = 0.7 V_dd. Others: as in the table.
    """
    measured = number(row, "transconductance_s_per_m")
    if measured:
        return {"transconductance_nmos_s_per_m": measured, "transconductance_pmos_s_per_m": measured}
    overdrive_v = shared.gain_voltage_ratio * number(row, "vdd_v") - number(row, "threshold_voltage_v")
    return {
        "transconductance_nmos_s_per_m": 2 * number(row, "gain_current_nmos_a_per_m") / overdrive_v,
        "transconductance_pmos_s_per_m": 2 * number(row, "gain_current_pmos_a_per_m") / overdrive_v,
    }
