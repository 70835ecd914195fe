"""From layers to the chip, against NeuroSim's own layers and chips with all digits, and against closed forms."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from nnsreport.engine.cost.aggregation import (
    chip_results,
    efficiencies,
    layer_by_layer_chip,
    layer_by_layer_leakage,
    pipelined_chip,
    pipelined_leakage,
    running_maximum,
)
from nnsreport.engine.cost.floorplan import floor_plan
from nnsreport.engine.cost.network import read_network
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.printout import printout
from nnsreport.engine.cost.results import ChipAreas, ChipResults, Cost, Leakage, ReadCost, Reading, TileLeakage

Rows = Callable[[str], list[dict[str, str]]]
NETWORK = "8,8,60,1,1,48,0,1\n8,8,48,3,3,72,0,1\n8,8,72,1,1,48,0,1\n8,8,48,3,3,84,0,1\n"
CIRCUITS = tuple(ReadCost.__dataclass_fields__)
CHIPS = ("pipelined", "layer_by_layer", "pipelined_asynchronous", "layer_by_layer_asynchronous")


def _read_cost(latency: Callable[[str], npt.NDArray[np.float64]], energy_j: npt.NDArray[np.float64]) -> ReadCost:
    return ReadCost(**{circuit: Reading(latency(circuit), energy_j) for circuit in CIRCUITS})


@pytest.fixture
def results_of(neurosim_rows: Rows) -> Callable[[str], ChipResults]:
    """Aggregate what NeuroSim found for each layer of a chip, in cycles where it has a clock."""

    def results(name: str) -> ChipResults:
        (chip,) = [row for row in neurosim_rows("chips/chips.csv") if row["chip"] == name]
        rows = [row for row in neurosim_rows("chips/layers.csv") if row["chip"] == name]
        column = {key: np.array([float(row[key]) for row in rows]) for key in rows[0] if key != "chip"}
        layers = read_network(NETWORK)
        parameters = Parameters.from_values(json.loads(chip["values"]), refuse=False)
        return chip_results(
            layers,
            floor_plan(layers, parameters),
            parameters,
            ChipAreas(**{name: float(chip[name]) for name in ChipAreas.__dataclass_fields__}),
            ReadCost(**{name: Reading(column[f"{name}_latency"], column[f"{name}_energy_j"]) for name in CIRCUITS}),
            TileLeakage(column["idle_w"], column["in_use_w"]),
            float(chip["clock_period_s"]) if chip["clock_period_s"] else None,
        )

    return results


@pytest.mark.parametrize("name", CHIPS)
def test_layers_of_neurosim_give_its_whole_log(
    name: str, results_of: Callable[[str], ChipResults], test_data: Path
) -> None:
    log = (test_data / "cost" / "chips" / f"{name}.txt").read_text()
    run_time_s = int(log.splitlines()[-2].split()[-2])
    # The sign of what is no number is the processor's choice.
    text = printout(results_of(name), run_time_s=run_time_s).replace("-nan", "nan")
    assert text.splitlines() == log.replace("-nan", "nan").splitlines()


def test_leakage_of_a_layer_is_averaged_over_the_clock_so_far() -> None:
    latency_s = np.array([2.0, 1.0, 4.0, 1.0])
    tiles = np.array([1.0, 2.0, 3.0, 4.0])
    found = pipelined_leakage(latency_s, tiles, TileLeakage(np.full(4, 10.0), np.full(4, 6.0)))
    # The second layer works half of the clock of 2 s known by then, the fourth a quarter of the final one.
    assert found.power_w.tolist() == [6.0, 2 * 8.0, 3 * 6.0, 4 * 9.0]
    assert found.energy_j.tolist() == [24.0, 64.0, 72.0, 144.0]


def test_other_tiles_leak_as_those_of_the_layer_that_works() -> None:
    found = layer_by_layer_leakage(
        np.array([2.0, 3.0]), np.array([1.0, 4.0]), TileLeakage(np.array([10.0, 1.0]), np.array([5.0, 0.5]))
    )
    assert found.power_w.tolist() == [10.0, 4.0]
    assert found.energy_j.tolist() == [(4 * 10 + 5) * 2.0, (1 * 1 + 4 * 0.5) * 3.0]


def test_maximum_forgets_nan_as_the_macro_does() -> None:
    nan = np.nan
    np.testing.assert_array_equal(running_maximum(np.array([1.0, nan, 0.5, 2.0, nan])), [1.0, nan, 0.5, 2.0, nan])


def test_chip_of_circuits() -> None:
    scale = {circuit: float(rank) for rank, circuit in enumerate(CIRCUITS, start=1)}
    reading = _read_cost(lambda circuit: scale[circuit] * np.array([1.0, 3.0, 2.0]), np.array([1.0, 2.0, 4.0]))
    layers = Cost(reading, Leakage(np.array([1.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0])))
    for chip, longest in ((layer_by_layer_chip(layers), 6.0), (pipelined_chip(layers), 3.0)):
        for circuit in CIRCUITS:
            assert getattr(chip.reading, circuit) == Reading(scale[circuit] * longest, 7.0)
        assert chip.leakage == Leakage(4.0, 6.0)


def test_efficiencies_of_a_known_chip() -> None:
    reading = _read_cost(lambda _: np.asarray(1e-3), np.asarray(2e-6))
    found = efficiencies(4e6, Cost(reading, Leakage(np.asarray(0.0), np.asarray(2e-6))), 5e-6, 1.25)
    assert found.energy_efficiency_op_per_j == pytest.approx(4e6 / 4e-6 / 1.25, rel=1e-15)
    assert found.throughput_op_per_s == pytest.approx(4e9, rel=1e-15)
    assert found.frames_per_s == pytest.approx(1e3, rel=1e-15)
    assert found.compute_efficiency_op_per_s_m2 == pytest.approx(4e9 / 5e-6, rel=1e-15)


@pytest.mark.parametrize("is_pipelined", [True, False])
def test_many_points_are_aggregated_as_each_alone(is_pipelined: bool) -> None:
    random = np.random.default_rng(3)
    layers = read_network(NETWORK)
    values = {"pipeline": is_pipelined, "memcelltype": 2}
    rows = np.array([64, 128, 64, 32, 128])
    points = len(rows)
    numbers = random.uniform(1, 9, (2 * len(CIRCUITS) + 2, points, len(layers)))
    areas, clocks = random.uniform(1, 9, (6, points)), random.uniform(1e-9, 9e-9, points)

    def evaluate(row_count: int | npt.NDArray[np.int64], at: slice | int) -> ChipResults:
        parameters = Parameters.from_values(values | {"numRowSubArray": row_count})
        pairs = zip(CIRCUITS, numbers[:-2:2, at], numbers[1:-2:2, at], strict=True)
        return chip_results(
            layers,
            floor_plan(layers, parameters),
            parameters,
            ChipAreas(**dict(zip(ChipAreas.__dataclass_fields__, areas[:, at], strict=True))),
            ReadCost(**{name: Reading(latency, energy_j) for name, latency, energy_j in pairs}),
            TileLeakage(numbers[-2, at], numbers[-1, at]),
            clocks[at],
        )

    together = evaluate(rows, slice(None))
    for point in range(points):
        alone = evaluate(int(rows[point]), point)
        for scope in ("layers", "chip"):
            many, one = getattr(together, scope), getattr(alone, scope)
            for circuit in CIRCUITS:
                here, there = getattr(many.reading, circuit), getattr(one.reading, circuit)
                np.testing.assert_array_equal(here.latency_s[point], there.latency_s)
                np.testing.assert_allclose(here.energy_j[point], there.energy_j, rtol=1e-15)
            np.testing.assert_allclose(many.leakage.power_w[point], one.leakage.power_w, rtol=1e-15)
            np.testing.assert_allclose(many.leakage.energy_j[point], one.leakage.energy_j, rtol=1e-15)
        for name in ("energy_efficiency_op_per_j", "frames_per_s", "compute_efficiency_op_per_s_m2"):
            here, there = getattr(together.efficiencies, name), getattr(alone.efficiencies, name)
            np.testing.assert_allclose(here[point], there, rtol=1e-14)
