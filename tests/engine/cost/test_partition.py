"""What each sub-array evaluates, against the loops of NeuroSim V1.4 (see tests/data/cost/README.md)."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.cost.floorplan import floor_plan
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.partition import (
    ElementUse,
    LayerGeometry,
    TileUse,
    layer_geometries,
    layer_geometry,
    tile_parts,
)

FIELDS = tuple(name for name in LayerGeometry.__dataclass_fields__ if name != "counts_empty_elements")


def _shown(geometry: LayerGeometry) -> str:
    elements = (element for tile in tile_parts(geometry) for element in tile.elements)
    return ";".join(
        f"{element.repetitions}:" + " ".join(f"{a.row}/{a.column}/{a.rows}/{a.columns}" for a in element.arrays)
        for element in elements
    )


def test_loops_of_neurosim(test_data: Path) -> None:
    uses = set()
    with (test_data / "cost" / "partitions.csv").open() as file:
        for row in csv.DictReader(file):
            numbers = {name: int(row[name]) for name in FIELDS}
            geometry = LayerGeometry(**numbers | {"is_novel": bool(numbers["is_novel"])})  # type: ignore[arg-type]
            assert _shown(geometry) == row["evaluated"]
            uses.add((geometry.tile_use, geometry.element_use))
    assert {tile for tile, _ in uses} == set(TileUse)
    assert {element for _, element in uses} == set(ElementUse)


@pytest.mark.parametrize("seed", range(60))
def test_tiles_cover_the_matrix_once(seed: int) -> None:
    """Also where NeuroSim reads foreign memory: a kernel position cut among tiles that do not divide it."""
    random = np.random.default_rng(seed)
    channels, outputs, kernel = (
        int(random.integers(1, 600)),
        int(random.integers(1, 300)),
        int(random.choice([1, 3, 5])),
    )
    rows, is_novel = int(random.choice([32, 64, 100, 128])), bool(random.integers(2))
    layer = CostLayer("a", 16, 16, channels, kernel, kernel, outputs, False, 1)
    parameters = Parameters.from_values(
        {"numRowSubArray": rows, "pipeline": False, "novelMapping": is_novel}, {"synapseBit": 2}
    )
    plan = floor_plan((layer,), parameters, refuse=False)
    if plan.is_impossible:
        return
    geometry = layer_geometry(layer, 0, plan, parameters)
    covered = np.zeros((geometry.rows, geometry.columns), dtype=int)
    for tile in tile_parts(geometry):
        for element in tile.elements:
            part = element.part
            covered[part.row : part.row + part.rows, part.column : part.column + part.columns] += 1
            fits = max(part.rows, part.columns) <= geometry.element_size
            assert fits or geometry.tile_use is TileUse.WHOLE
    assert (covered == 1).all()


def test_elements_too_small_for_what_they_are_given_leave_out_the_rest() -> None:
    """NeuroSim's quirk: a pipeline's copies make it believe that every element holds the whole matrix."""
    geometry = LayerGeometry(
        rows=500,
        columns=500,
        is_novel=False,
        elements=2,
        tile_size=512,
        element_size=256,
        array_rows=128,
        array_columns=128,
        speed_up_rows=2,
        speed_up_columns=2,
    )
    (tile,) = tile_parts(geometry)
    (element,) = tile.elements
    assert (element.part.rows, element.part.columns) == (500, 500)
    assert sum(part.rows * part.columns for part in element.arrays) == 256 * 256


def test_geometry_of_a_point_of_a_group() -> None:
    layer = CostLayer("a", 16, 16, 64, 3, 3, 128, False, 1)
    parameters = Parameters.from_values({"numRowSubArray": np.array([64, 128, 64]), "pipeline": False})
    plan = floor_plan((layer,), parameters)
    geometries, of_point = layer_geometries(layer, 0, plan, parameters)
    assert len(geometries) == 2
    assert of_point[0] == of_point[2] != of_point[1]
    for point, rows in enumerate((64, 128)):
        alone = Parameters.from_values({"numRowSubArray": rows, "pipeline": False})
        assert layer_geometry(layer, 0, plan, parameters, point) == layer_geometry(
            layer, 0, floor_plan((layer,), alone), alone
        )


@pytest.mark.parametrize(("rows", "columns", "counts"), [(256, 512, [1, 3]), (512, 256, [2, 2]), (100, 100, [4])])
def test_empty_elements_cost_as_much_as_the_one_before(rows: int, columns: int, counts: list[int]) -> None:
    geometry = LayerGeometry(
        rows=rows,
        columns=columns,
        is_novel=False,
        elements=2,
        tile_size=512,
        element_size=256,
        array_rows=128,
        array_columns=128,
        speed_up_rows=1,
        speed_up_columns=1,
    )
    (tile,) = tile_parts(geometry)
    assert [element.repetitions for element in tile.elements] == counts
