"""Floor plans against every log of V1.4: all integers exactly, shares to the digits that are printed."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.backend import to_numpy
from nnsreport.engine.cost.floorplan import FloorPlan, floor_plan
from nnsreport.engine.cost.network import CostLayer, read_network
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.shared_circuits import global_buffer_bits, global_buffer_cores, global_bus_bits
from nnsreport.errors import ConfigurationError

VGG8 = """32,32,3,3,3,128,0,1
32,32,128,3,3,128,1,1
16,16,128,3,3,256,0,1
16,16,256,3,3,256,1,1
8,8,256,3,3,512,0,1
8,8,512,3,3,512,1,1
1,1,8192,1,1,1024,0,1
1,1,1024,1,1,10,0,1
"""
SIZES = {
    "Conventional Mapped Tile": "conventional_tile_size",
    "Conventional PE": "conventional_element_size",
    "Novel Mapped Tile": "novel_element_size",
}


@pytest.fixture
def vgg8() -> tuple[CostLayer, ...]:
    return read_network(VGG8)


def _overrides(argv: dict[str, int]) -> dict[str, int]:
    return {("numRowParallel" if name == "parallelRead" else name): value for name, value in argv.items()}


def _compare(plan: FloorPlan, path: Path) -> None:
    """Compare with a log, as the project's own parser and, for sizes, its lines give it."""
    pytest.importorskip("polars")
    from nnsreport.parsers.reading import read_log
    from nnsreport.parsers.registry import detect

    log = read_log(path)
    (run,) = detect(log).parse(log, "x")
    printed: dict[str, list[float]] = {"tiles": [], "speed_up": [], "memory_utilization": []}
    for metric in run.metrics:
        if metric.metric in printed:
            printed[metric.metric].append(metric.value)
    *shares, chip = printed["memory_utilization"]
    assert printed["tiles"] == list(plan.tiles)
    assert printed["speed_up"] == list(plan.speed_up)
    np.testing.assert_allclose(plan.utilization, shares, rtol=5e-6)
    np.testing.assert_allclose(plan.chip_utilization, chip, rtol=5e-6)
    text = "\n".join(log.lines)
    sizes = dict(re.findall(r"Desired (.*) Storage Size: (\S+)", text))
    for label, size in sizes.items():
        *elements, rows, columns = map(int, size.split("x"))
        assert rows == columns == getattr(plan, SIZES[label])
        assert elements in ([], [plan.novel_elements])
    assert ("Novel Mapped Tile" in sizes) == (plan.novel_elements > 0)
    assert ("auto-assigned" in text) == bool(plan.is_speed_up_limited)


@pytest.mark.shared
def test_every_log_of_v14(shared_dir: Path) -> None:
    folder = shared_dir / "neurosim"
    checked = refused = 0
    for path in sorted((folder / "logs" / "V1.4").glob("*.json")):
        run = json.loads(path.read_text())
        text = path.with_suffix(".txt").read_text()
        if "params" not in run or not ("FloorPlan Done" in text or "SubArray Size is too large" in text):
            continue
        layers = read_network((folder / "networks" / run["network"]).read_text())
        parameters = Parameters.from_values(run["params"], _overrides(run["argv"]), refuse=False)
        if "SubArray Size is too large" in text:
            with pytest.raises(ConfigurationError, match="too large for this network"):
                floor_plan(layers, parameters)
            refused += 1
            continue
        _compare(floor_plan(layers, parameters), path.with_suffix(".txt"))
        checked += 1
    assert (checked, refused) == (124, 1)


def test_plans_of_neurosim(test_data: Path) -> None:
    """Networks of other shapes; see the README beside the table."""
    with (test_data / "cost" / "floor_plans.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 20
    for row in rows:
        layers = read_network(row["network"].replace(";", "\n"))
        parameters = Parameters.from_values(json.loads(row["values"]), refuse=False)
        if row["tiles"] == "":
            with pytest.raises(ConfigurationError):
                floor_plan(layers, parameters)
            continue
        plan = floor_plan(layers, parameters)
        assert " ".join(f"{tiles:g}" for tiles in plan.tiles) == row["tiles"], row
        assert " ".join(f"{copies:g}" for copies in plan.speed_up) == row["speed_up"], row
        np.testing.assert_allclose(plan.utilization, [float(x) for x in row["utilization"].split()], rtol=5e-6)
        sizes = (plan.conventional_tile_size, plan.conventional_element_size, plan.novel_element_size)
        assert " ".join(f"{size:g}" for size in sizes if size) == row["sizes"], row


def test_shared_circuits_of_neurosim(test_data: Path) -> None:
    with (test_data / "cost" / "shared_circuits.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 14
    for row in rows:
        layers = read_network(row["network"].replace(";", "\n"))
        parameters = Parameters.from_values(json.loads(row["values"]), refuse=False)
        plan = floor_plan(layers, parameters)
        assert float(global_bus_bits(plan, parameters)) == pytest.approx(float(row["bus_bits"]), rel=1e-14)
        assert global_buffer_cores(layers, parameters) == int(row["buffer_cores"])
        assert plan.chip_tile_rows == int(row["tile_rows"])
        assert plan.chip_tile_columns == int(row["tile_columns"])


@pytest.mark.parametrize("is_novel", [True, False])
@pytest.mark.parametrize("is_pipelined", [True, False])
def test_many_points_are_planned_as_each_alone(vgg8: tuple[CostLayer, ...], is_novel: bool, is_pipelined: bool) -> None:
    random = np.random.default_rng(7)
    axes = {
        "numRowSubArray": random.choice([32, 48, 64, 100, 128, 256], 40),
        "numColSubArray": random.choice([32, 64, 100, 128, 256], 40),
        "cellBit": random.choice([1, 2, 3, 4], 40),
        "speedUpDegree": random.choice([1, 2, 8], 40),
        "numColMuxed": random.choice([2, 4, 8], 40),
        "maxGlobalBusWidth": random.choice([512, 2048], 40),
    }
    switches = {"memcelltype": 2, "novelMapping": is_novel, "pipeline": is_pipelined}
    parameters = Parameters.from_values(switches | axes)
    together = floor_plan(vgg8, parameters, refuse=False)
    bus = global_bus_bits(together, parameters)
    assert together.tiles.shape == (40, len(vgg8))
    for point in range(40):
        single = Parameters.from_values(switches | {name: int(values[point]) for name, values in axes.items()})
        alone = floor_plan(vgg8, single, refuse=False)
        assert bool(together.is_impossible[point]) == bool(alone.is_impossible)
        if alone.is_impossible:
            continue
        for name in FloorPlan.__dataclass_fields__:
            here, there = np.asarray(getattr(together, name)), np.asarray(getattr(alone, name))
            per_point = here.ndim > there.ndim
            assert np.array_equal(here[point] if per_point else here, there), (name, point)
        assert bus[point] == global_bus_bits(alone, single)


def test_devices_plan_as_the_host(vgg8: tuple[CostLayer, ...], devices: dict[str, ModuleType]) -> None:
    axes = {"numRowSubArray": np.array([64.0, 128, 256]), "speedUpDegree": np.array([1.0, 4, 8])}
    switches = {"memcelltype": 2, "numColMuxed": 4}
    host = Parameters.from_values(switches | axes)
    planned = floor_plan(vgg8, host)
    for xp in devices.values():
        there = Parameters.from_values(switches | {name: xp.asarray(values) for name, values in axes.items()})
        plan = floor_plan(vgg8, there)
        for name in FloorPlan.__dataclass_fields__:
            assert np.array_equal(to_numpy(getattr(plan, name)), getattr(planned, name)), name
        assert np.array_equal(to_numpy(global_bus_bits(plan, there)), global_bus_bits(planned, host))


def test_shared_circuits_of_a_layer_by_layer_chip(vgg8: tuple[CostLayer, ...]) -> None:
    parameters = Parameters.from_values({"pipeline": False})
    plan = floor_plan(vgg8, parameters)
    # Six novel layers of 9 elements give 3 x 512 columns each, the others a tile; every eighth of them comes out.
    novel, conventional = 3 * float(plan.novel_element_size), float(plan.conventional_tile_size)
    width = (int(plan.is_novel.sum()) * novel + int((~plan.is_novel).sum()) * conventional) * 9 / 8
    while width > 2048:
        width /= 2
    assert global_bus_bits(plan, parameters) == width
    assert global_buffer_bits(vgg8, parameters) == 8 * 32 * 32 * 128
    assert global_buffer_cores(vgg8, parameters) == 64


def test_global_buffer_of_a_pipeline_holds_half_of_all_maps(vgg8: tuple[CostLayer, ...]) -> None:
    parameters = Parameters.from_values({})
    assert global_buffer_bits(vgg8, parameters) == 8 * sum(layer.inputs for layer in vgg8) / 2


def test_no_layer_for_novel_mapping_is_told() -> None:
    layers = read_network("1,1,64,1,1,1024,0,1\n")
    with pytest.raises(ConfigurationError, match="no layer") as refused:
        floor_plan(layers, Parameters.from_values({}))
    assert refused.value.field == "novelMapping"


def test_the_remedy_for_large_sub_arrays_helps(vgg8: tuple[CostLayer, ...]) -> None:
    with pytest.raises(ConfigurationError, match="too large") as refused:
        floor_plan(vgg8, Parameters.from_values({"numRowSubArray": 4096, "numRowParallel": 64}))
    found = re.search(r"to (\d+) or less", str(refused.value))
    assert found is not None
    floor_plan(vgg8, Parameters.from_values({"numRowSubArray": int(found.group(1)), "numRowParallel": 64}))
