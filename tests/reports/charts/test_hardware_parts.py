"""Partitions of areas, latencies and energies."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest

from nnsreport.reports.charts.hardware_groups import GROUPS, Division
from nnsreport.reports.charts.hardware_parts import chip_parts, layer_parts
from nnsreport.reports.charts.labels import UNATTRIBUTED
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
