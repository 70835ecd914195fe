"""Sweeps: each point as if it were alone, or with a reason; whole tables in files."""

from __future__ import annotations

import dataclasses
import io
import json
import types
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nnsreport.configuration.cost import CostSettings
from nnsreport.costs.estimation import estimated
from nnsreport.costs.model import CostModel, load_model
from nnsreport.costs.sweep_file import Sweep, read_sweep
from nnsreport.costs.sweep_run import run_sweep
from nnsreport.costs.tables import CHIP_COLUMNS, chip_numbers
from nnsreport.errors import ConfigurationError

SWEEP = """
[sweep]
objectives = ["energy_efficiency", "area"]

[axes]
technode = [22, 28, 7]
synchronous = [true, false]
levelOutput = [16, 2, 32]
numColMuxed = [1, 8]
array = [{numRowSubArray = 64, numColSubArray = 32}, {numRowSubArray = 128, numColSubArray = 128}]
input_density = [0.1, 0.5]
"""


@pytest.fixture
def sweep(tmp_path: Path) -> Sweep:
    path = tmp_path / "sweep.toml"
    path.write_text(SWEEP)
    return read_sweep(path)[0]


def table(sweep: Sweep, model: CostModel, jobs: int = 1) -> pl.DataFrame:
    target = io.BytesIO()
    run_sweep(sweep, model, target=target, jobs=jobs)
    return pl.read_parquet(target.getvalue())


def alone(model: CostModel, row: dict[str, float]) -> dict[str, float]:
    """Evaluate a row of the table as a single chip."""
    names = ("technode", "synchronous", "levelOutput", "numColMuxed", "numRowSubArray", "numColSubArray")
    chip = dataclasses.replace(model, given={name: row[name] for name in names})
    results = estimated(chip, chip.parameters(), row["input_density"])
    return {subject.column: float(value) for subject, value in chip_numbers(results).items()}


def test_points_are_as_if_alone(sweep: Sweep, model: CostModel) -> None:
    found = table(sweep, model)
    assert sorted(found["point"]) == list(range(144))
    evaluated = 0
    for row in found.iter_rows(named=True):
        if row["reason"] is None:
            expected = alone(model, row)
            for column in CHIP_COLUMNS:
                if column not in expected:
                    assert row[column] is None
                else:
                    assert row[column] == pytest.approx(expected[column], rel=1e-12), column
            evaluated += 1
        else:
            with pytest.raises(ConfigurationError) as caught:
                alone(model, row)
            assert row["reason"].startswith(str(caught.value.field))
            assert all(row[column] is None for column in CHIP_COLUMNS)
            assert not row["is_pareto"]
    assert evaluated == 16  # two nodes, two numbers of levels, two arrays, two densities


def test_reasons_name_the_parameter_to_change(sweep: Sweep, model: CostModel) -> None:
    outcome = run_sweep(sweep, model)
    assert outcome.points == 144
    assert sum(outcome.reasons.values()) == 128
    parameters = [reason.partition(":")[0] for reason in outcome.reasons]
    assert sorted(parameters) == ["levelOutput", "numColMuxed", "synchronous", "technode"]
    assert all("set" in reason for reason in outcome.reasons)
    assert list(outcome.reasons.values()) == sorted(outcome.reasons.values(), reverse=True)


def test_front_is_marked_and_best_first(sweep: Sweep, model: CostModel) -> None:
    found = table(sweep, model)
    outcome = run_sweep(sweep, model)
    marked = found.filter("is_pareto")
    assert sorted(marked["point"]) == sorted(outcome.front["point"])
    assert outcome.front["energy_efficiency"].is_sorted(descending=True)
    good = found.filter(pl.col("reason").is_null())
    for row in good.iter_rows(named=True):
        better = good.filter(
            (pl.col("energy_efficiency") >= row["energy_efficiency"]) & (pl.col("area") <= row["area"])
        ).filter((pl.col("energy_efficiency") > row["energy_efficiency"]) | (pl.col("area") < row["area"]))
        assert row["is_pareto"] == better.is_empty()


def test_same_table_for_any_size_of_groups_and_number_of_processes(
    sweep: Sweep, model: CostModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = table(sweep, model)
    monkeypatch.setattr("nnsreport.costs.sweep_run.POINTS_AT_ONCE", 5)
    parts = table(sweep, model)
    assert parts.drop(*CHIP_COLUMNS).equals(once.drop(*CHIP_COLUMNS))
    for column in CHIP_COLUMNS:
        np.testing.assert_allclose(parts[column].to_numpy(), once[column].to_numpy(), rtol=1e-12)
    monkeypatch.setattr("nnsreport.costs.sweep_run._POINTS_WORTH_PROCESSES", 0)
    assert table(sweep, model, jobs=2).equals(parts)


def test_arrays_of_the_estimation_are_of_the_namespace_asked_for(sweep: Sweep, model: CostModel) -> None:
    moved: list[int] = []

    def asarray(values: np.ndarray) -> np.ndarray:
        moved.append(len(values))
        return np.asarray(values)

    target = io.BytesIO()
    run_sweep(sweep, model, target=target, jobs=2, xp=types.SimpleNamespace(asarray=asarray))  # type: ignore[arg-type]
    assert pl.read_parquet(target.getvalue()).equals(table(sweep, model))
    assert len(moved) == 4 * 4  # groups with a result, by node and density; parameters that differ within them
    assert set(moved) == {4}


def test_table_says_where_it_comes_from(sweep: Sweep, model: CostModel) -> None:
    target = io.BytesIO()
    run_sweep(sweep, model, target=target, provenance={"model": "x", "notes": ["ü"]})
    metadata = pl.read_parquet_metadata(io.BytesIO(target.getvalue()))
    assert json.loads(metadata["nnsreport"]) == {"model": "x", "notes": ["ü"]}


def test_progress_is_told(sweep: Sweep, model: CostModel) -> None:
    told: list[int] = []
    run_sweep(sweep, model, started=lambda points: (told.append(-points), told.append)[1])
    assert told[0] == -144
    assert sum(told[1:]) == 144


def test_traces_are_shared_by_all_points(tmp_path: Path, network: Path, traces: Path) -> None:
    path = tmp_path / "sweep.toml"
    path.write_text("[axes]\nnumColMuxed = [4, 8]\nmemcelltype = [1, 2]\n")
    model = load_model(CostSettings(network_file=network, traces=traces))
    found = table(read_sweep(path)[0], model)
    assert found["reason"].is_null().all()
    for row in found.iter_rows(named=True):
        given = {name: row[name] for name in ("numColMuxed", "memcelltype")}
        chip = dataclasses.replace(model, given=given)
        results = estimated(chip, chip.parameters())
        assert row["energy_efficiency"] == pytest.approx(float(results.efficiencies.energy_efficiency_op_per_j), 1e-12)


def test_what_contradicts_is_refused(sweep: Sweep, model: CostModel, network: Path, traces: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"axes.technode: is set, and an axis"):
        run_sweep(sweep, dataclasses.replace(model, given={"technode": 7}))
    with pytest.raises(ConfigurationError, match=r"axes.input_density: has no effect where there are traces"):
        run_sweep(sweep, load_model(CostSettings(network_file=network, traces=traces)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"axes: has no axes"),
        ("axes = 3", r"axes: has no axes"),
        ("sweep = 3\n[axes]\nalpha = [1]", r"sweep: is no table"),
        ('[sweep]\nsampling = "sobel"\n[axes]\nalpha = [1]', r"sweep.sampling: is 'sobel'.*did you mean 'sobol'"),
        (
            "[sweep]\npoint = 3\n[axes]\nalpha = [1]",
            r"sweep.point: is not .* did you mean 'points'",
        ),
        ("[sweep]\nobjectives = []\n[axes]\nalpha = [1]", r"sweep.objectives: are none"),
        ("[sweep", r"is not valid TOML"),
    ],
)
def test_files_that_are_no_sweeps(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "sweep.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=message) as caught:
        read_sweep(path)
    assert str(caught.value.path) == str(path)


def test_grid_errors_name_the_file(tmp_path: Path, model: CostModel) -> None:
    path = tmp_path / "sweep.toml"
    path.write_text("[axes]\nalpha = {low = 1, high = 2}\n")
    with pytest.raises(ConfigurationError, match=r"sweep.toml: axes.alpha.steps: has no steps"):
        run_sweep(read_sweep(path)[0], model)


KINDS = """
22 1 1 2 true  false false
65 1 1 1 false true  false
 7 1 1 2 true  true  true
32 2 4 2 true  false false
22 3 1 1 false false true
"""
NAMES = ("technode", "memcelltype", "accesstype", "operationmode", "pipeline", "globalBusType", "SARADC")
RANDOM = """
[sweep]
sampling = "random"
points = 60
seed = 1
[axes]
kind = [KINDS]
numRowSubArray = [16, 64, 128]
numColSubArray = [16, 64, 128]
synapseBit = [4, 8]
cellBit = [2, 4]
numColMuxed = [2, 4, 8]
levelOutput = [8, 32, 64]
speedUpDegree = [1, 8]
maxGlobalBusWidth = { low = 200, high = 4096 }
clkFreq = { low = 1e8, high = 3e9, scale = "log" }
resistanceOn = { low = 3e3, high = 1e6, scale = "log" }
readVoltage = { low = 0.2, high = 1 }
minSenseVoltage = { low = 0.01, high = 0.2 }
"""


def test_random_points_of_all_kinds_are_as_if_alone(tmp_path: Path, model: CostModel) -> None:
    path = tmp_path / "sweep.toml"
    kinds = [zip(NAMES, line.split(), strict=True) for line in KINDS.strip().splitlines()]
    tables = ", ".join("{" + ", ".join(f"{name} = {value}" for name, value in kind) + "}" for kind in kinds)
    path.write_text(RANDOM.replace("KINDS", tables))
    sweep = read_sweep(path)[0]
    reasons: set[str] = set()
    for row in table(sweep, model).iter_rows(named=True):
        chip = dataclasses.replace(model, given={name: row[name] for name in sweep.parameters})
        if row["reason"] is not None:
            reasons.add(row["reason"].partition(":")[0])
            with pytest.raises(ConfigurationError):
                estimated(chip, chip.parameters())
            continue
        for subject, value in chip_numbers(estimated(chip, chip.parameters())).items():
            assert row[subject.column] == pytest.approx(float(value), rel=1e-12), subject
    assert {"numRowSubArray", "numColSubArray"} <= reasons  # too large for the network, too small for its circuits
