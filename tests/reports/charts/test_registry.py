"""Which charts there are, and what they carry."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest
import vl_convert
from pytest_regressions.data_regression import DataRegressionFixture

from nnsreport.reports.charts import ChartSpec, available_charts
from nnsreport.reports.charts.sampling import ROW_LIMIT
from nnsreport.reports.charts.theme import print_spec, screen_spec
from nnsreport.reports.figures import vega_lite_version
from nnsreport.reports.run_data import RunData
from nnsreport.tables import empty

Runs = dict[str, list[RunData]]


@pytest.fixture(scope="module")
def inputs(make_drift_run: Callable[..., RunData], neurosim_run: RunData) -> Runs:
    own, other = make_drift_run(), make_drift_run("38905700", seed=3, offset=-0.02)
    return {"own": [own], "two": [own, other], "log": [neurosim_run], "mixed": [own, neurosim_run]}


def by_name(runs: list[RunData]) -> dict[str, ChartSpec]:
    charts = available_charts(runs)
    assert len({chart.name for chart in charts}) == len(charts)
    return {chart.name: chart for chart in charts}


def nodes(spec: object) -> Iterator[dict[str, Any]]:
    if isinstance(spec, dict):
        yield spec
        for value in spec.values():
            yield from nodes(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from nodes(value)


def test_an_own_run_with_drift_has_a_time_axis(inputs: Runs) -> None:
    charts = by_name(inputs["own"])
    assert "accuracy-over-time" in charts
    assert "accuracy" not in charts
    assert {"layer-adc-saturation", "layer-weight-error"} <= charts.keys()
    assert "chip-breakdown" not in charts


def test_a_log_has_hardware_and_no_time_axis(inputs: Runs) -> None:
    charts = by_name(inputs["log"])
    assert {"accuracy", "chip-breakdown", "layer-latency", "layer-energy", "layer-utilization"} <= charts.keys()
    assert "accuracy-over-time" not in charts
    assert "published-energy-efficiency" in charts


def test_a_run_without_time_is_named_in_the_caption(inputs: Runs) -> None:
    caption = by_name(inputs["mixed"])["accuracy-over-time"].caption
    assert "in the table only: output_41000001" in caption


def test_every_chart_compiles_in_vega_lite_without_a_warning(inputs: Runs, capfd: pytest.CaptureFixture[str]) -> None:
    for runs in inputs.values():
        for chart in available_charts(runs):
            for spec in (screen_spec(chart), print_spec(chart, 252.0)):
                vl_convert.vegalite_to_vega(spec, vl_version=vega_lite_version(), show_warnings=True)
                assert capfd.readouterr() == ("", ""), chart.name


def test_quantitative_axes_have_titles_and_units(inputs: Runs) -> None:
    for runs in inputs.values():
        for chart in available_charts(runs):
            for node in nodes(chart.chart.to_dict()):
                for channel in ("x", "y"):
                    axis = node.get("encoding", {}).get(channel, {})
                    if axis.get("type") == "quantitative" and "title" in axis:
                        assert re.search(r"\(.+\)|Time after programming", axis["title"]), (chart.name, axis["title"])


def test_data_tables_have_a_cell_for_each_column(inputs: Runs) -> None:
    for runs in inputs.values():
        for chart in available_charts(runs):
            assert chart.table.rows, chart.name
            assert {len(row) for row in chart.table.rows} == {len(chart.table.header)}, chart.name


def test_specifications_are_plain_json_and_always_the_same(inputs: Runs) -> None:
    for runs in inputs.values():
        first = [json.dumps(screen_spec(c), allow_nan=False, sort_keys=True) for c in available_charts(runs)]
        again = [json.dumps(screen_spec(c), allow_nan=False, sort_keys=True) for c in available_charts(runs)]
        assert first == again


def test_big_inputs_are_thinned_and_say_so(make_drift_run: Callable[..., RunData]) -> None:
    many = make_drift_run(trials=1500)
    at_once = dataclasses.replace(many, trials=many.trials.filter(pl.col("time_s") == 25.0))
    chart = by_name([at_once])["accuracy"]
    assert "Shows 2,000 of 3,000 points, evenly spaced." in chart.caption
    datasets = chart.chart.to_dict()["datasets"].values()
    assert sum(len(rows) for rows in datasets) <= ROW_LIMIT + 10  # the trials, and the summary beside them


def test_runs_without_any_number_have_no_chart(drift_run: RunData) -> None:
    bare = dataclasses.replace(drift_run, metrics=empty("metrics"), trials=empty("trials"), layers=empty("layers"))
    assert available_charts([bare]) == ()


def test_lines_differ_by_dash_and_marker_as_well_as_colour(inputs: Runs) -> None:
    spec = by_name(inputs["two"])["accuracy-over-time"].chart.to_dict()
    encodings = [node["encoding"] for node in nodes(spec) if "encoding" in node]
    dashes = next(encoding["strokeDash"]["scale"] for encoding in encodings if "strokeDash" in encoding)
    shapes = next(encoding["shape"]["scale"] for encoding in encodings if "shape" in encoding)
    assert len(dashes["domain"]) == 4
    assert len({str(dash) for dash in dashes["range"][:4]}) == 4
    assert len(set(shapes["range"][:4])) == 4


def test_nothing_is_drawn_that_is_not_a_number(neurosim_run: RunData) -> None:
    broken = neurosim_run.metrics.with_columns(
        pl.when(pl.col("line") % 2 == 0).then(pl.lit(math.inf)).otherwise(pl.col("value")).alias("value")
    )
    for chart in available_charts([dataclasses.replace(neurosim_run, metrics=broken)]):
        json.dumps(screen_spec(chart), allow_nan=False)


def test_encoding_of_accuracy_over_time(inputs: Runs, data_regression: DataRegressionFixture) -> None:
    spec = by_name(inputs["own"])["accuracy-over-time"].chart.to_dict()
    line = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "line")
    for channel in ("x", "y"):
        del line["encoding"][channel]["scale"]["domain"]  # the last digits of powers differ between machines
    data_regression.check(line["encoding"])
