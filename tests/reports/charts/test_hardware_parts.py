"""Partitions of areas, latencies and energies."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from nnsreport.jobs import load
from nnsreport.reports.charts.hardware_groups import GROUPS, Division
from nnsreport.reports.charts.hardware_parts import chip_parts, layer_parts
from nnsreport.reports.charts.labels import UNATTRIBUTED
from nnsreport.reports.epochs import as_it_stands
from nnsreport.reports.run_data import RunData


def division(name: str, group: str = "chip-breakdown") -> Division:
    (found,) = (d for g in GROUPS if g.name == group for d in g.chip if d.name == name)
    return found


def test_buffers_and_interconnect_are_taken_out_of_the_other_periphery(neurosim_run: RunData) -> None:
    parts = layer_parts(neurosim_run, division("layer-latency"))["layer1"]
    assert parts.total == pytest.approx(4955.34e-9)
    assert parts.by_part["buffer"] == pytest.approx(2965.1e-9)
    assert parts.by_part["other_peripheral"] == pytest.approx((3477.93 - 2965.1 - 507.15) * 1e-9)
    assert sum(parts.by_part.values()) == pytest.approx(parts.total, rel=1e-4)


def test_what_no_part_accounts_for_is_named(neurosim_run: RunData) -> None:
    parts = chip_parts(neurosim_run, division("area"))
    assert parts is not None
    named = 755176 + 5.40191e6 + 1.66502e6 + 3.19514e6 + 9.59107e6
    assert parts.by_part[UNATTRIBUTED] == pytest.approx((2.07641e7 - named) * 1e-12)


def test_parts_that_exceed_their_total_are_no_partition(neurosim_run: RunData) -> None:
    # As in a pipelined chip, where each part's latency is that of its slowest layer.
    slowest = pl.col("metric").eq("read_latency") & pl.col("scope").eq("chip") & pl.col("component").eq("adc")
    metrics = neurosim_run.metrics.with_columns(
        pl.when(slowest).then(pl.col("value") * 1.1).otherwise(pl.col("value")).alias("value")
    )
    assert chip_parts(dataclasses.replace(neurosim_run, metrics=metrics), division("layer-latency")) is None
    assert chip_parts(neurosim_run, division("layer-latency")) is not None


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 0.0])
def test_a_total_that_is_no_number_has_no_parts(neurosim_run: RunData, value: float) -> None:
    total = pl.col("metric").eq("area") & pl.col("component").eq("total")
    metrics = neurosim_run.metrics.with_columns(
        pl.when(total).then(pl.lit(value)).otherwise(pl.col("value")).alias("value")
    )
    assert chip_parts(dataclasses.replace(neurosim_run, metrics=metrics), division("area")) is None


def test_phases_and_parts_of_an_epoch_are_two_divisions(make_training: Callable[..., RunData]) -> None:
    run = as_it_stands(make_training())
    phases = chip_parts(run, division("epoch-latency", "epoch-breakdown"))
    arrays = chip_parts(run, division("latency", "epoch-array-breakdown"))
    assert phases is not None
    assert arrays is not None
    # 21.0861 + 17.3173 + 23.6568 + 0.214156 s, as printed; the buffers are within them.
    assert list(phases.by_part) == ["forward", "activation_gradient", "weight_gradient", "weight_update"]
    assert math.fsum(phases.by_part.values()) == pytest.approx(62.2743, rel=1e-5)
    assert math.fsum(arrays.by_part.values()) == pytest.approx(34.4294, rel=1e-5)


def test_weight_gradient_units_are_part_of_a_training_chip(make_training: Callable[..., RunData]) -> None:
    run = as_it_stands(make_training())
    assert chip_parts(run, division("area")) is None
    parts = chip_parts(run, division("area", "training-chip-breakdown"))
    assert parts is not None
    assert UNATTRIBUTED not in parts.by_part
    assert parts.by_part["weight_gradient"] == pytest.approx(5.01273e-06)


def test_layers_of_a_training_have_the_sum_of_their_phases(make_training: Callable[..., RunData]) -> None:
    (layers,) = (d for g in GROUPS for d in g.layers if d.name == "layer-epoch-latency")
    assert [parts.total for parts in layer_parts(as_it_stands(make_training()), layers).values()] == [12.0, 12.0]


@pytest.mark.parametrize(
    ("sample", "divided"),
    [
        ("systolic/cloud_vgg8.txt", {"systolic-breakdown": ["area", "inference-energy"]}),
        ("mlp/real_device.txt", {"perceptron-breakdown": ["area"]}),
        ("3d/heterogeneous_layer_by_layer.txt", {"chip-breakdown": ["layer-latency", "layer-energy"]}),
        ("3d/monolithic_layer_by_layer.txt", {"chip-breakdown": ["layer-latency", "layer-energy"]}),
    ],
)
def test_genuine_logs_are_divided_where_their_parts_add_up(
    test_data: Path, sample: str, divided: dict[str, list[str]]
) -> None:
    run = as_it_stands(load(str(test_data / "neurosim" / sample)))
    found = {g.name: [d.name for d in g.chip if chip_parts(run, d) is not None] for g in GROUPS}
    assert {name: names for name, names in found.items() if names} == divided


def test_a_systolic_array_is_divided_without_a_rest(test_data: Path) -> None:
    run = load(str(test_data / "neurosim" / "systolic" / "cloud_vgg8.txt"))
    for name in ("area", "inference-energy"):
        parts = chip_parts(run, division(name, "systolic-breakdown"))
        assert parts is not None
        assert UNATTRIBUTED not in parts.by_part


def test_buffers_of_a_digital_chip_are_not_counted_twice(test_data: Path) -> None:
    # Its ADCs are zero, so the printed parts stay below the total even with buffers and interconnect counted twice.
    run = load(str(test_data / "neurosim" / "dcim" / "main_pipelined.txt"))
    parts = chip_parts(run, division("layer-energy"))
    assert parts is not None
    named = {
        r["component"]: r["value"] for r in run.metrics.filter(metric="read_dynamic_energy", scope="chip").to_dicts()
    }
    rest = named["other_peripheral"] - named["buffer"] - named["interconnect"]
    assert parts.by_part["other_peripheral"] == pytest.approx(rest)
    unnamed = named["total"] - named["adc"] - named["accumulation"] - named["other_peripheral"]
    assert parts.by_part[UNATTRIBUTED] == pytest.approx(unnamed)


def test_negative_areas_are_no_parts(test_data: Path) -> None:
    run = load(str(test_data / "neurosim" / "mlp" / "real_device.txt"))
    total = pl.col("metric").eq("area") & pl.col("component").eq("total")
    metrics = run.metrics.with_columns(pl.when(total).then(-pl.col("value")).otherwise(pl.col("value")).alias("value"))
    negative = dataclasses.replace(run, metrics=metrics)
    assert chip_parts(negative, division("area", "perceptron-breakdown")) is None
