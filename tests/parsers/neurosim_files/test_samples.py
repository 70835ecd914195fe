"""Genuine files: every cell becomes a number, with its metric, epoch, layer and line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.errors import LogError
from nnsreport.parsers import ParsedLog, parse_bytes, parse_log
from nnsreport.vocabulary import COMPONENTS, METRICS, Scope

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]\d+)?")
SCALES = {"accuracy": 1e-2, "power_density": 1e6}
TERA = frozenset(name for name in METRICS if name.endswith(("energy_efficiency", "throughput")))

Read = Callable[[str, str | bytes], tuple[ParsedLog, ...]]


def values(log: ParsedLog, **about: object) -> list[float]:
    """Return the values of the records with some properties."""
    return [r.value for r in log.metrics if all(getattr(r, key) == value for key, value in about.items())]


def test_format_is_found_from_the_text(name: str, files: Path, format_of: dict[str, str]) -> None:
    log = parse_log(files / name)
    assert log.format == format_of[name]
    assert log.complete
    assert not log.problems
    assert not log.unrecognised


def test_every_cell_is_filed(name: str, files: Path) -> None:
    log = parse_log(files / name)
    filed: dict[int, set[float]] = {}
    for record in log.metrics:
        scale = SCALES.get(record.metric, 1e12 if record.metric in TERA else 1.0)
        filed.setdefault(record.line, set()).add(record.value / scale)
    for number, line in enumerate((files / name).read_text().splitlines(), start=1):
        cells = [cell.strip() for cell in line.split(",")]
        if name == "PythonWrapper_Output.csv" or cells[0].isdecimal():
            del cells[0]  # the epoch, or the layer
        found = filed.get(number, set())
        numbers = [float(cell) for cell in cells if NUMBER.fullmatch(cell)]
        assert [n for n in numbers if not any(abs(n - value) <= 1e-12 * abs(n) for value in found)] == [], number


def test_every_record_uses_the_vocabulary(name: str, files: Path) -> None:
    for record in parse_log(files / name).metrics:
        metric = METRICS[record.metric]
        assert record.unit == metric.unit
        assert Scope(record.scope) in metric.scopes
        assert record.component is None or record.component in COMPONENTS
        assert (record.layer is not None) == (record.scope == Scope.LAYER)


def test_output_has_twenty_numbers_an_epoch(files: Path) -> None:
    log = parse_log(files / "NeuroSim_Output.csv")
    assert len(log.metrics) == 40
    assert {(r.scope, r.layer) for r in log.metrics} == {("chip", None)}
    assert values(log, metric="epoch_read_latency", component="forward") == [21.0882, 21.0861]
    assert values(log, metric="epoch_read_latency", component="activation_gradient", epoch=0) == [17.319]
    assert values(log, metric="epoch_write_latency", component="weight_update", epoch=1) == [0.214156]
    assert values(log, metric="epoch_read_dynamic_energy", component="weight_gradient", epoch=1) == [21.1171]
    assert values(log, metric="peak_epoch_write_dynamic_energy", component="weight_update", epoch=0) == [4.55171e-05]
    assert values(log, metric="training_energy_efficiency", component="total", epoch=0) == [2.10742e12]
    assert values(log, metric="training_throughput", component="total", epoch=1) == [0.743213e12]
    assert values(log, metric="peak_training_energy_efficiency", epoch=1) == [17.9079e12]
    assert values(log, metric="peak_training_throughput", epoch=0) == [1.34377e12]
    assert {r.line for r in log.metrics if r.epoch == 1} == {3}
    assert {setting.name for setting in log.settings} == {"neurosim.epochs"}


def test_breakdown_has_areas_layers_totals_and_performance(files: Path) -> None:
    log = parse_log(files / "NeuroSim_Breakdown_Epock_1.csv")
    assert {r.epoch for r in log.metrics} == {1}
    # 7 areas, 28 numbers a layer and for the chip (four of a row's 32 are there twice), 6 of performance
    assert len(log.metrics) == 7 + 9 * 28 + 6
    first = parse_log(files / "NeuroSim_Breakdown_Epock_0.csv")
    assert values(first, metric="area", component="total") == [3.2461e-05]
    assert values(first, metric="area", component="weight_gradient") == [5.01273e-06]
    layer = {"layer": "layer2", "scope": "layer"}
    assert values(first, metric="epoch_read_latency", component="forward", **layer) == [9.35393]
    assert values(first, metric="epoch_read_latency", component="adc", **layer) == [2.20347]
    assert values(first, metric="epoch_read_latency", component="synaptic_array", **layer) == [1.1305]
    assert values(first, metric="epoch_latency", component="buffer", **layer) == [7.45844]
    assert values(first, metric="epoch_latency", component="interconnect", **layer) == [2.69157]
    assert values(first, metric="peak_epoch_read_latency", component="weight_gradient", **layer) == [4.81729]
    assert values(first, metric="epoch_latency", component="dram", **layer) == [0.004608]
    assert values(first, metric="epoch_dynamic_energy", component="dram", **layer) == [0.273162]
    assert values(first, metric="epoch_dynamic_energy", component="dram", scope="chip") == [19.1256]
    assert values(first, metric="training_epoch_rate") == [0.0160546]
    assert values(first, metric="peak_training_epoch_rate") == [0.0290337]


def test_accuracy_is_a_fraction(files: Path) -> None:
    log = parse_log(files / "PythonWrapper_Output.csv")
    assert [(r.metric, r.value, r.epoch, r.line) for r in log.metrics] == [
        ("test_loss", 9.3125, 0, 2),
        ("accuracy", 0.1, 0, 2),
        ("test_loss", 9.149485, 1, 3),
        ("accuracy", 0.075, 1, 3),
    ]


def test_distributions_are_told_apart_by_the_name(files: Path) -> None:
    weights, updates = parse_log(files / "weight_dist.csv"), parse_log(files / "delta_dist.csv")
    assert len(weights.metrics) == len(updates.metrics) == 32
    assert values(weights, metric="weight_mean", layer="layer8", epoch=1) == [0.018621]
    assert values(weights, metric="weight_std", layer="layer1", epoch=0) == [0.696726]
    assert values(updates, metric="weight_update_std", layer="layer8", epoch=1) == [0.015365]
    data = (files / "weight_dist.csv").read_bytes()
    (renamed,) = parse_bytes(data, run="r", format="neurosim-2-distributions")
    assert values(renamed, metric="distribution_mean", layer="layer8", epoch=1) == [0.018621]
    assert "does not tell whether" in renamed.problems[0].message


def test_activity_has_a_column_a_layer_and_a_row_an_epoch(files: Path) -> None:
    log = parse_log(files / "input_activity.csv")
    assert len(log.metrics) == 16
    assert values(log, layer="layer1") == [0.38929126880787035] * 2
    assert values(log, layer="layer8", epoch=1) == [0.06884765625]


def test_area_is_in_square_metres_whatever_the_header_says(files: Path, read_as: Read) -> None:
    (log,) = read_as("Area_PowerDensity.csv", (files / "Area_PowerDensity.csv").read_text())
    assert values(log, metric="area", component="total") == [3.43675e-06]
    assert values(log, metric="power_density", component="total") == [3138.41]
    header = "Area (mm^2),PowerDensity (W/mm^2)\n"
    first, second = read_as("Area_PowerDensity.csv", header + "3.43675e-06,0.00313841\n5.51266e-06,0.00647369\n")
    assert values(first, metric="area") == [3.43675e-06]
    assert second.run == "Area_PowerDensity#2"
    assert [(r.value, r.line) for r in second.metrics] == [(5.51266e-06, 3), (6473.69, 3)]


@pytest.mark.shared
def test_log_and_files_of_one_training_agree(shared_dir: Path, files: Path, format_of: dict[str, str]) -> None:
    log = parse_log(shared_dir / "neurosim" / "logs" / "V2.1" / "train_2epochs_smallvgg.txt")
    printed = {(r.scope, r.layer, r.component, r.metric, r.epoch): r.value for r in log.metrics}
    for name, format_name in format_of.items():
        if format_name in ("neurosim-2-output", "neurosim-2-breakdown"):
            for r in parse_log(files / name).metrics:
                assert printed[r.scope, r.layer, r.component, r.metric, r.epoch] == r.value, (name, r)
        elif format_name in ("neurosim-2-accuracy", "neurosim-2-distributions"):
            # The log has four decimals of the loss, and all eight digits of the arrays where files have six decimals.
            for r in parse_log(files / name).metrics:
                known = printed[r.scope, r.layer, r.component, r.metric, r.epoch]
                assert abs(known - r.value) <= (5e-5 if r.metric == "test_loss" else 5.001e-7), (name, r)


@pytest.mark.parametrize("name", ["weight_dist.csv", "PythonWrapper_Output.csv"])
def test_an_empty_file_is_refused_with_the_reason(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    with pytest.raises(LogError, match="keep the rows of a CSV file in memory"):
        parse_log(tmp_path / name)
