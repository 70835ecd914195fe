"""Accuracy and cost of a chip in one run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nnsreport.configuration.reader import read_configuration
from nnsreport.costs.run_chip import level_bits
from nnsreport.engine.cost.estimate import estimate
from nnsreport.engine.cost.estimate_inputs import LayerTrace
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.network import load_graph
from nnsreport.errors import ConfigurationError
from nnsreport.execution.run import execute_run
from nnsreport.reports.run_data import RunData
from nnsreport.store.load import load_run

CHIP = ("cost.with_runs=true", "mapping.rows=4", "mapping.array_rows=4", "mapping.array_columns=8")
CHIP += ("mapping.cell_bits=2", "cost.parameters.memcelltype=2", "cost.parameters.numColMuxed=4")
CHIP += ("cost.parameters.novelMapping=false", "adc.bits=5")


def run(path: Path, overrides: Sequence[str] = CHIP, run_id: str = "a") -> RunData:
    outcome = execute_run(read_configuration(path, overrides), runs=path.parent / "runs", run=run_id)
    return load_run(outcome.folder)


def of_chip(found: RunData, metric: str) -> float:
    row = (pl.col("scope") == "chip") & (pl.col("component") == "total") & (pl.col("metric") == metric)
    return float(found.metrics.filter(row)["value"].item())


def test_one_run_has_accuracy_and_cost(tiny: Path) -> None:
    found = run(tiny)
    assert found.state == "complete"
    assert found.metrics.filter(pl.col("metric") == "accuracy").height == 8
    assert of_chip(found, "area") > 0
    layers = found.metrics.filter((pl.col("metric") == "read_latency") & (pl.col("scope") == "layer"))
    assert set(layers["layer"]) == {"conv", "classifier"}
    assert "chip" not in set(found.trials.columns)
    without = run(tiny, [option for option in CHIP if option != "cost.with_runs=true"], "b")
    same = found.metrics.filter(pl.col("component").is_null())
    assert same.drop("run").equals(without.metrics.drop("run"))


def test_activity_is_that_of_the_first_image(tiny: Path) -> None:
    found = run(tiny)
    graph = load_graph(tiny.parent / "network.onnx")
    images = np.load(tiny.parent / "calibration.npz")["images"][:, None].astype(np.float32) / 255
    configuration = read_configuration(tiny, CHIP).configuration
    settings = CrossbarSettings(mapping=configuration.mapping, device=configuration.device, adc=configuration.adc)
    network = build(graph, calibrate(graph, [images], settings), settings)
    first = np.load(tiny.parent / "test.npz")["images"][:1, None].astype(np.float32) / 255
    # The convolution's inputs by hand: one column a position, one row an element of the kernel.
    levels = np.pad(network.layers[0].quantizer.quantize(first)[0, 0], 1)
    columns = np.stack([levels[y : y + 3, x : x + 3].ravel() for y in range(6) for x in range(6)], axis=1)
    pooled = np.maximum(network.quantized.layers[0].multiply(first)[0][0] + graph.linear_layers[0].bias, 0).mean(axis=0)
    inputs = network.layers[1].quantizer.quantize(pooled.astype(np.float32))[:, None]
    top = 2**7 - 1
    traces = [
        LayerTrace(level_bits(columns, 8), network.layers[0].weight.levels[0].T / top),
        LayerTrace(level_bits(inputs, 8), network.layers[1].weight.levels[0].T / top),
    ]
    layers = (CostLayer("conv", 8, 8, 1, 3, 3, 4, True, 1), CostLayer("classifier", 1, 1, 4, 1, 1, 3, False, 1))
    values = {"numRowSubArray": 4, "numColSubArray": 8, "numRowParallel": 4, "cellBit": 2, "memcelltype": 2}
    parameters = Parameters.from_values({}, {**values, "numColMuxed": 4, "novelMapping": False, "levelOutput": 32})
    expected = estimate(layers, parameters, traces)
    assert of_chip(found, "read_dynamic_energy") == pytest.approx(float(expected.chip.reading.total.energy_j), rel=1e-9)
    assert of_chip(found, "read_latency") == pytest.approx(float(expected.chip.reading.total.latency_s), rel=1e-9)


def test_chips_without_a_result_are_refused_before_anything_is_computed(tiny: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"numRowSubArray: sub-arrays of 128 rows are too large"):
        run(tiny, ["cost.with_runs=true", "cost.parameters.novelMapping=false"])
    assert not list((tiny.parent / "runs" / "a" / "parts").iterdir())


def test_run_resumes_with_its_chip(tiny: Path) -> None:
    once = run(tiny)
    assert run(tiny).metrics.equals(once.metrics)
    again = run(tiny, run_id="b")
    assert again.metrics.drop("run").equals(once.metrics.drop("run"))


def test_another_network_may_be_costed(tiny: Path, tmp_path: Path) -> None:
    network = tmp_path / "NetWork.csv"
    network.write_text("8,8,16,3,3,16,0,1\n1,1,256,1,1,10,0,1\n")
    found = run(tiny, [*CHIP, f"cost.network_file={network}"])
    layers = found.metrics.filter((pl.col("metric") == "tiles") & (pl.col("scope") == "layer"))
    assert set(layers["layer"]) == {"layer1", "layer2"}


def test_run_tells_that_a_cell_cannot_hold_more_than_a_weight(tiny: Path) -> None:
    small = ("mapping.rows=1", "mapping.array_rows=1", "cost.parameters.numColMuxed=1")
    below = run(tiny, [*CHIP, *small, "mapping.cell_bits=4", "weights.bits=4"])
    above = run(tiny, [*CHIP, *small, "mapping.cell_bits=8", "weights.bits=4"], "b")
    assert any("cellBit is above synapseBit" in text for text in above.provenance.values())
    assert not any("cellBit" in text for name, text in below.provenance.items() if name.startswith("note"))
