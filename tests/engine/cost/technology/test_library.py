"""Technologies: values against NeuroSim V1.4's Technology::Initialize, interpolation, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest

from nnsreport.engine.cost.technology import Roadmap, Structure, technology
from nnsreport.engine.cost.technology.tables import read_table
from nnsreport.errors import ConfigurationError

NODES = {130: "planar", 90: "planar", 65: "planar", 45: "planar", 32: "planar", 22: "planar"} | {
    14: "finfet",
    10: "finfet",
    7: "finfet",
    5: "finfet",
    3: "finfet",
    2: "gaa",
    1: "gaa",
}
OFFERS = [(node, roadmap) for node in NODES for roadmap in Roadmap if node >= 22 or roadmap == "LSTP"]


def test_technologies_are_neurosims(neurosim_rows: Callable[[str], list[dict[str, str]]]) -> None:
    rows = neurosim_rows("technologies.csv")
    assert {(int(row["node_nm"]), row["roadmap"]) for row in rows} == set(OFFERS)
    for row in rows:
        found = technology(int(row.pop("node_nm")), row.pop("roadmap"), float(row.pop("temperature_k")))
        for name, value in row.items():
            assert getattr(found, name) == pytest.approx(float(value), rel=1e-13, abs=0), (found.node_nm, name)


@pytest.mark.parametrize(("node_nm", "roadmap"), OFFERS)
def test_all_offers_are_complete(node_nm: int, roadmap: Roadmap) -> None:
    found = technology(node_nm, roadmap)
    assert found.structure == NODES[node_nm]
    assert found.feature_size_m == pytest.approx(node_nm * 1e-9)
    positive = ["vdd_v", "gate_length_m", "pn_size_ratio", "transconductance_nmos_s_per_m", "gate_capacitance_f_per_m"]
    if not found.is_planar:
        positive += ["fin_width_m", "fin_pitch_m", "effective_width_m", "drain_capacitance_f_per_m"]
    positive += ["fins_per_device"] if found.structure is Structure.FINFET else []
    positive += ["sheets_per_stack", "stacks_per_device"] if found.structure is Structure.GAA else []
    for name in positive:
        assert getattr(found, name) > 0, name
    assert found.layout.gate_pitch_f > found.layout.poly_width_f > 0
    assert found.layout.cell_height_f > found.layout.well_gap_f + found.layout.outer_region_f


@pytest.mark.parametrize(("node_nm", "roadmap"), OFFERS)
def test_leakage_grows_and_drive_falls_with_temperature(node_nm: int, roadmap: Roadmap) -> None:
    # FinFET and GAA tables mix versions between 300 and 310 K.
    start = 300 if node_nm >= 22 else 310
    steps = [technology(node_nm, roadmap, kelvin) for kelvin in range(start, 401, 5)]
    for cold, hot in pairwise(steps):
        assert hot.off_current_nmos_a_per_m > cold.off_current_nmos_a_per_m
        assert hot.on_current_pmos_a_per_m < cold.on_current_pmos_a_per_m


def test_currents_are_linear_between_the_tables_steps() -> None:
    low, middle, high = (technology(22, "HP", kelvin).off_current_nmos_a_per_m for kelvin in (340, 345, 350))
    assert middle == pytest.approx((low + high) / 2, rel=1e-14)


def test_fraction_of_a_kelvin_is_cut_off() -> None:
    assert technology(45, "LSTP", 333.9) == technology(45, "LSTP", 333)


@pytest.mark.parametrize(
    ("node_nm", "roadmap", "temperature_k", "message"),
    [
        (28, "HP", 300, "technode: the tables have no node of 28 nm; set technode to one of 130, 90, 65, 45, 32, 22, "),
        (0, "LSTP", 300, "technode: the tables have no node of 0 nm"),
        (7, "HP", 300, "no HP transistors of 7 nm; set deviceroadmap to 2 (LSTP), or technode to 22 or more"),
        (22, "LOP", 300, "deviceroadmap: there is no roadmap 'LOP'; set deviceroadmap to 1 (HP) or 2 (LSTP)"),
        (22, "HP", 299.9, "temp: the tables have no currents at 299.9 K; set temp between 300 and 400"),
        (22, "HP", 401, "temp: the tables have no currents at 401 K"),
        (22, "HP", float("nan"), "temp: the tables have no currents at nan K"),
        (22, "HP", float("inf"), "temp: the tables have no currents at inf K"),
    ],
)
def test_what_the_tables_lack_is_refused(node_nm: int, roadmap: str, temperature_k: float, message: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        technology(node_nm, roadmap, temperature_k)


@pytest.mark.parametrize("name", ["transistors.csv", "transistor_currents.csv", "layout.csv", "constants.csv"])
def test_every_row_of_every_table_has_a_source(name: str) -> None:
    rows = read_table(name)
    assert rows
    assert all(row["source"].startswith("NeuroSim V1.4") for row in rows)
    assert all(None not in row and None not in row.values() for row in rows)
