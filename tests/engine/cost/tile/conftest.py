"""Tiles with sub-arrays whose numbers are given: those of NeuroSim, or simple functions of what they read."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.floorplan import FloorPlan, floor_plan
from nnsreport.engine.cost.network import CostLayer, read_network
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.partition import LayerGeometry, layer_geometries
from nnsreport.engine.cost.processing_element import LayerParts, Mapping, layer_parts
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.results import Reading
from nnsreport.engine.cost.sub_array.results import ReadInputs, SubArrayAreas, SubArrayReads
from nnsreport.engine.cost.technology import Technology, technology
from nnsreport.engine.cost.tile import Tile, tile


@dataclass(frozen=True, slots=True)
class GivenSubArray:
    """A sub-array whose areas are given, and whose reads are linear in active rows and columns."""

    parameters: Parameters
    technology: Technology
    areas: SubArrayAreas
    leakage_w: Quantity = 3e-6
    leakage_in_use_w: Quantity = 1e-6
    access_resistance_ohm: Quantity = 0.0

    def sensing_latency_s(self, inputs: ReadInputs) -> Quantity:
        return 1.7e-9 + 0.0 * inputs.active_rows

    def read(self, inputs: ReadInputs, clock_hz: Quantity) -> SubArrayReads:
        del clock_hz
        rows, columns = inputs.active_rows, inputs.used_columns
        assert columns is not None
        unit = 1.0 if self.parameters.is_synchronous else 1e-9
        adc_j, accumulation_j, other_j = 1 + 0.1 * rows + 0.01 * columns, 2 + 0.01 * rows, 0.5 + 0.02 * columns
        return SubArrayReads(
            total=Reading((5 + 0.3 * rows) * unit, (adc_j + accumulation_j + other_j) * 1e-12),
            adc=Reading((7 + 0.5 * rows + 0.01 * columns) * unit, adc_j * 1e-12),
            accumulation=Reading((3 + 0.25 * rows) * unit, accumulation_j * 1e-12),
            other=Reading((2 + 0.125 * rows + 0.02 * columns) * unit, (other_j + 0 * rows) * 1e-12),
        )


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip with given sub-arrays, or a group of them."""

    layers: tuple[CostLayer, ...]
    sub_array: GivenSubArray
    clock_hz: Quantity
    plan: FloorPlan = field(init=False)
    cuts: list[tuple[tuple[LayerGeometry, ...], Array]] = field(init=False)
    tiles: tuple[Tile, Tile | None] = field(init=False)
    """Of conventional and of novel mapping."""

    def __post_init__(self) -> None:
        parameters = self.sub_array.parameters
        plan = floor_plan(self.layers, parameters)
        cuts = [layer_geometries(layer, index, plan, parameters) for index, layer in enumerate(self.layers)]
        novel = tile(self.sub_array, plan, Mapping.NOVEL) if plan.novel_elements else None
        made = {"plan": plan, "cuts": cuts, "tiles": (tile(self.sub_array, plan, Mapping.CONVENTIONAL), novel)}
        for name, value in made.items():
            object.__setattr__(self, name, value)

    def tile(self, mapping: Mapping) -> Tile:
        conventional, novel = self.tiles
        if mapping is Mapping.CONVENTIONAL:
            return conventional
        assert novel is not None
        return novel

    def parts(self, layer: int) -> LayerParts:
        """The parts of a layer that all points cut alike."""
        (geometry,), _ = self.cuts[layer]
        return layer_parts(geometry)

    def reads(self, layer: int, parts: LayerParts, bits: int) -> SubArrayReads:
        """What all reads of an image take in each sub-array."""
        trace = input_bits(self.layers[layer].matrix_rows, self.layers[layer].vectors * bits)
        sums: dict[tuple[str, str], list[float]] = {}
        for part in parts.sub_arrays:
            active = trace[part.row : part.row + part.rows].sum(axis=0).astype(np.float64)
            reads = self.sub_array.read(ReadInputs(active_rows=active, used_columns=float(part.columns)), 1.0)
            for name in SubArrayReads.__dataclass_fields__:
                for number in Reading.__dataclass_fields__:
                    value = np.sum(getattr(getattr(reads, name), number))
                    sums.setdefault((name, number), []).append(float(value))
        return SubArrayReads(
            **{
                name: Reading(np.array(sums[name, "latency_s"]), np.array(sums[name, "energy_j"]))
                for name in SubArrayReads.__dataclass_fields__
            }
        )


def input_bits(rows: int, reads: int) -> Array:
    """The inputs with which NeuroSim was run."""
    row, read = np.arange(rows)[:, None], np.arange(reads)
    bits: Array = (row * row + 3 * read + row * read) % 5 < 2
    return bits


def given_sub_array(parameters: Parameters, areas: dict[str, float]) -> GivenSubArray:
    outline = Outline(areas["area_m2"], areas["height_m"], areas["width_m"])
    circuits = {name: areas[name] for name in ("array_m2", "adc_m2", "accumulation_m2", "other_m2")}
    used = technology(parameters.node_nm, parameters.roadmap, parameters.temperature_k)
    return GivenSubArray(parameters, used, SubArrayAreas(outline=outline, **circuits, used_m2=sum(circuits.values())))


@pytest.fixture(scope="session")
def given_chip() -> Callable[..., Chip]:
    """Make a chip from names of Param.cpp, a network as text, areas of the sub-array and a clock."""

    def made(
        values: dict[str, object], network: str, areas: dict[str, float] | None = None, clock_hz: Quantity = 4e8
    ) -> Chip:
        parameters = Parameters.from_values(values)  # type: ignore[arg-type] # tests give what a sweep would
        if areas is None:
            areas = {"area_m2": 4e-10, "height_m": 2e-5, "width_m": 2e-5, "array_m2": 1e-10}
            areas |= {"adc_m2": 5e-11, "accumulation_m2": 4e-11, "other_m2": 3e-11}
        return Chip(read_network(network), given_sub_array(parameters, areas), clock_hz)

    return made


@pytest.fixture(scope="session")
def neurosim_chips(test_data: Path, given_chip: Callable[..., Chip]) -> list[Chip]:
    """The chips of tests/data/cost/tiles/cases.csv."""
    chips = []
    with (test_data / "cost" / "tiles" / "cases.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            values = {name: float(value) for name, value in (one.split("=") for one in row["settings"].split(";"))}
            network = "\n".join(layer.replace(" ", ",") for layer in row["network"].split(";"))
            areas = {name: float(row[name]) for name in row if name.endswith(("_m", "_m2"))}
            chips.append(given_chip(values, network, areas, float(row["clock_hz"])))
    return chips
