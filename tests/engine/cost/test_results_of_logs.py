"""Every log of V1.4: its layers give its chip within the digits that are printed, and its numbers give its text."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from nnsreport.engine.cost.aggregation import efficiencies, layer_by_layer_chip, pipelined_chip, running_maximum
from nnsreport.engine.cost.floorplan import floor_plan
from nnsreport.engine.cost.network import read_network
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.printout import printed_number, printout
from nnsreport.engine.cost.results import (
    ChipAreas,
    ChipResults,
    Cost,
    Efficiencies,
    Leakage,
    Process,
    ReadCost,
    Reading,
)

Numbers = npt.NDArray[np.float64]
COMPONENTS = {"array": "cim_array", "other": "other_peripheral"}
"""The parsers' names of circuits that are called otherwise here."""
METRICS = {
    "energy_efficiency_op_per_j": "energy_efficiency",
    "throughput_op_per_s": "throughput",
    "frames_per_s": "frame_rate",
    "compute_efficiency_op_per_s_m2": "compute_efficiency",
}
STRAY = re.compile(r"\[\w+\] Error: .*")
"""What components print to standard output in between."""


@dataclass(frozen=True)
class Sample:
    """A log, with the network and the parameters it is of."""

    text: str
    operations: int
    layout_energy_factor: float
    results: ChipResults
    run_time_s: float


def _cost(values: Callable[[str, str], Numbers]) -> Cost:
    reading = ReadCost(
        **{
            name: Reading(
                *(values(COMPONENTS.get(name, name), f"read_{what}") for what in ("latency", "dynamic_energy"))
            )
            for name in ReadCost.__dataclass_fields__
        }
    )
    return Cost(reading, Leakage(values("total", "leakage_power"), values("total", "leakage_energy")))


def _sample(path: Path, network: str, parameters: Parameters) -> Sample:
    from nnsreport.parsers.reading import read_log
    from nnsreport.parsers.registry import detect

    log = read_log(path)
    (run,) = detect(log).parse(log, "x")
    settings = {setting.name: setting.value for setting in run.settings}
    printed: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for metric in run.metrics:
        printed[metric.scope, metric.component or "", metric.metric].append(metric.value)

    def of_layers(component: str, metric: str) -> Numbers:
        return np.array(printed["layer", component, metric])

    def of_chip(component: str, metric: str) -> Numbers:
        return np.asarray(printed["chip", component, metric][-1])

    layers = read_network(network)
    areas = {name: of_chip(COMPONENTS.get(name, name), "area") for name in ("total", "array", "interconnect")}
    areas |= {name: of_chip(COMPONENTS.get(name, name), "area") for name in ("adc", "accumulation", "other")}
    results = ChipResults(
        process=Process(settings["neurosim.process"]),
        floor_plan=floor_plan(layers, parameters),
        has_cut_cell_bits=parameters.has_cut_cell_bits,
        sub_array_rows=float(of_chip("total", "subarray_rows")),
        sub_array_columns=float(of_chip("total", "subarray_columns")),
        areas=ChipAreas(**{f"{name}_m2": area for name, area in areas.items()}),
        clock_period_s=of_chip("total", "clock_period") if settings["neurosim.synchronous"] == "true" else None,
        layers=_cost(of_layers),
        chip=_cost(of_chip),
        efficiencies=Efficiencies(**{name: of_chip("total", metric) for name, metric in METRICS.items()}),
    )
    begin = next(place for place, line in enumerate(log.lines) if line.startswith(("User assigned", "-----")))
    end = max(place for place, line in enumerate(log.lines) if "Simulation Performance" in line)
    return Sample(
        text="".join(f"{line}\n" for line in log.lines[begin : end + 1] if not STRAY.fullmatch(line)),
        operations=sum(layer.operations for layer in layers),
        layout_energy_factor=float(parameters.layout_energy_factor) if parameters.is_validated else 1.0,
        results=results,
        run_time_s=printed["simulation", "", "simulation_time"][0],
    )


def _half_digit(values: Numbers) -> Numbers:
    """Return how far a number may be from the six digits that are printed of it."""
    finite = np.where(np.isfinite(values) & (values != 0), np.abs(values), 1.0)
    return np.where(values == 0, 0.0, 0.5 * 10.0 ** (np.floor(np.log10(finite)) - 5)) * (1 + 1e-9)


def _check_reading(layers: Reading, chip: Reading, computed: Reading, is_pipelined: bool) -> None:
    _check_sum(layers.energy_j, chip.energy_j, computed.energy_j)
    if is_pipelined:
        np.testing.assert_array_equal(computed.latency_s, chip.latency_s)
    else:
        _check_sum(layers.latency_s, chip.latency_s, computed.latency_s)


def _check_sum(layers: object, chip: object, computed: object) -> None:
    values, printed, found = (np.asarray(number, dtype=np.float64) for number in (layers, chip, computed))
    if np.isfinite(printed):
        assert abs(found - printed) <= _half_digit(values).sum() + _half_digit(printed)
    else:
        np.testing.assert_array_equal(found, printed)


def _check(sample: Sample) -> None:
    results = sample.results
    is_pipelined = results.process is Process.PIPELINED
    computed = (pipelined_chip if is_pipelined else layer_by_layer_chip)(results.layers)
    for name in ReadCost.__dataclass_fields__:
        layers, chip, found = (getattr(cost.reading, name) for cost in (results.layers, results.chip, computed))
        _check_reading(layers, chip, found, is_pipelined)
    for name in ("power_w", "energy_j"):
        _check_sum(*(getattr(cost.leakage, name) for cost in (results.layers, results.chip, computed)))
    achieved = efficiencies(sample.operations, results.chip, results.areas.total_m2, sample.layout_energy_factor)
    for name in METRICS:
        # Each is a quotient of numbers with six digits: at most two of them and its own are off by half a digit.
        np.testing.assert_allclose(getattr(achieved, name), getattr(results.efficiencies, name), rtol=1.51e-5)
    if is_pipelined:
        leakage = results.layers.leakage
        with np.errstate(invalid="ignore"):
            energy_j = leakage.power_w * running_maximum(results.layers.reading.total.latency_s)[-1]
        np.testing.assert_allclose(leakage.energy_j, energy_j, rtol=1.51e-5)
    assert printout(results, run_time_s=sample.run_time_s) == sample.text


def _explains_leakage_by_clock_so_far(results: ChipResults) -> bool:
    """Find the two leakages of a tile of novel mapping, which a log does not tell, such that all its layers have them.

    Returns
    -------
    bool
        False where there is nothing to find: too few such layers, or no finite latency.
    """
    latency_s, power_w = np.asarray(results.layers.reading.total.latency_s), np.asarray(results.layers.leakage.power_w)
    is_novel = np.asarray(results.floor_plan.is_novel)
    if results.process is not Process.PIPELINED or is_novel.sum() < 4 or not np.isfinite(power_w).all():
        return False
    share = (latency_s / running_maximum(latency_s))[is_novel]
    of_tile = (power_w / results.floor_plan.tiles)[is_novel]
    shares = np.stack([1 - share, share], axis=1) / of_tile[:, None]
    leakages, *_ = np.linalg.lstsq(shares, np.ones(len(share)), rcond=None)
    np.testing.assert_allclose(shares @ leakages, 1.0, rtol=1e-5)
    return True


@pytest.mark.shared
def test_every_log_of_v14(shared_dir: Path) -> None:
    folder = shared_dir / "neurosim"
    checked = explained = 0
    for path in sorted((folder / "logs" / "V1.4").glob("*.json")):
        text = path.with_suffix(".txt")
        if "Total Run-time of NeuroSim" not in text.read_text(errors="replace"):
            continue
        run = json.loads(path.read_text())
        values = run.get("params") or run.get("changed") or {}
        overrides = {
            "numRowParallel" if name == "parallelRead" else name: value for name, value in run.get("argv", {}).items()
        }
        network = (folder / "networks" / run.get("network", "NetWork_DenseNet40.csv")).read_text()
        try:
            sample = _sample(text, network, Parameters.from_values(values, overrides, refuse=False))
            _check(sample)
            # Layers of VGG8 fill their tiles in several ways, so that these do not leak alike.
            explained += "VGG8" not in path.read_text() and _explains_leakage_by_clock_so_far(sample.results)
        except AssertionError as error:
            raise AssertionError(f"{path.stem}: {error}") from error
        checked += 1
    assert (checked, explained) == (129, 82)


@pytest.mark.parametrize(
    "name", ["pipelined", "layer_by_layer", "pipelined_asynchronous", "layer_by_layer_asynchronous"]
)
def test_small_logs(name: str, test_data: Path, neurosim_rows: Callable[[str], list[dict[str, str]]]) -> None:
    network = "8,8,60,1,1,48,0,1\n8,8,48,3,3,72,0,1\n8,8,72,1,1,48,0,1\n8,8,48,3,3,84,0,1\n"
    (chip,) = [row for row in neurosim_rows("chips/chips.csv") if row["chip"] == name]
    parameters = Parameters.from_values(json.loads(chip["values"]), refuse=False)
    _check(_sample(test_data / "cost" / "chips" / f"{name}.txt", network, parameters))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (91070700.0, "9.10707e+07"),
        (755176.0, "755176"),
        (999999.5, "1e+06"),
        (1.6974e-09, "1.6974e-09"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (9.6e256, "9.6e+256"),
        (36.0, "36"),
        (0.0, "0"),
        (-0.0, "-0"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
        (float("-nan"), "-nan"),
    ],
)
def test_numbers_are_written_as_by_streams(value: float, text: str) -> None:
    assert printed_number(value) == text
