"""Tiles against our own runs of NeuroSim V1.4, in which sub-arrays took what the test's sub-arrays take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nnsreport.engine.cost.processing_element import Mapping
from nnsreport.engine.cost.results import ReadCost
from nnsreport.engine.cost.tile import clocked_tile, tile_leakage

RELATIVE = 1e-12

Rows = Callable[[str], list[dict[str, str]]]


def test_areas(neurosim_rows: Rows, neurosim_chips: list[Any]) -> None:
    rows = neurosim_rows("tiles/areas.csv")
    assert {row["mapping"] for row in rows} == {"novel", "conventional"}
    for row in rows:
        made = neurosim_chips[int(row["case"])].tile(Mapping(row["mapping"]))
        for name in row:
            if name.endswith("_m2"):
                assert getattr(made.areas, name) == pytest.approx(float(row[name]), rel=RELATIVE), (row["case"], name)
        assert made.outline.height_m == pytest.approx(float(row["height_m"]), rel=RELATIVE)


def test_reads(neurosim_rows: Rows, neurosim_chips: list[Any]) -> None:
    uses = set()
    for row in neurosim_rows("tiles/layers.csv"):
        chip, layer = neurosim_chips[int(row["case"])], int(row["layer"])
        parts = chip.parts(layer)
        uses.add((parts.geometry.tile_use.value, parts.geometry.element_use.value))
        conventional, novel = chip.tiles
        made = novel if parts.geometry.is_novel else conventional
        p = made.parameters
        reads = chip.reads(layer, parts, int(p.input_bits))
        clock_hz = chip.clock_hz if p.is_synchronous else p.clock_frequency_hz
        cost = clocked_tile(made, clock_hz).read(reads, parts, chip.layers[layer].vectors).layer()
        for name in ReadCost.__dataclass_fields__:
            circuit = getattr(cost, name)
            where = (row["case"], layer, name)
            assert circuit.latency_s == pytest.approx(float(row[f"{name}_latency"]), rel=RELATIVE), where
            assert circuit.energy_j == pytest.approx(float(row[f"{name}_j"]), rel=RELATIVE), where
    assert len(uses) == 6


def test_leakage(neurosim_rows: Rows, neurosim_chips: list[Any]) -> None:
    rows = neurosim_rows("tiles/layers.csv")
    for case, chip in enumerate(neurosim_chips):
        leakage = tile_leakage(chip.cuts, *chip.tiles)
        of_case = [row for row in rows if int(row["case"]) == case]
        assert leakage.idle_w == pytest.approx([float(row["idle_w"]) for row in of_case], rel=RELATIVE)
        assert leakage.in_use_w == pytest.approx([float(row["in_use_w"]) for row in of_case], rel=RELATIVE)
