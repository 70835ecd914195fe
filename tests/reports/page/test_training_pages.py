"""Pages of trainings, of other simulators, and of numbers that cannot be."""

from __future__ import annotations

import dataclasses
import math
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from nnsreport.jobs import load
from nnsreport.reports.page import report_page
from nnsreport.reports.run_data import RunData

MakeTraining = Callable[..., RunData]
TextOf = Callable[[str], str]


def section(html: str, name: str) -> str:
    found = re.search(rf'<section id="{name}".*?</section>', html, flags=re.DOTALL)
    return found.group(0) if found else ""


@pytest.fixture(scope="module")
def page(make_training: MakeTraining) -> str:
    return report_page([make_training(epochs=range(4), without_hardware=(3,))])


def test_cards_are_of_the_last_complete_epoch(page: str, text_of: TextOf) -> None:
    text = text_of(section(page, "summary"))
    assert "epoch 2, the last complete one" in text
    assert "Accuracy 32.00 %" in text
    assert "Best test accuracy 50.00 % best of all epochs · line 9000" in text
    assert "33.00 %" not in text


def test_the_training_has_every_epoch_and_says_which_is_not_complete(page: str, text_of: TextOf) -> None:
    text = text_of(section(page, "training"))
    for accuracy in ("30.00 %", "31.00 %", "32.00 %", "33.00 %"):
        assert accuracy in text
    assert text.count("not complete") == 1
    assert "Epoch 2, the last complete one, stands for the run" in text


def test_no_number_of_the_chip_stands_twice(page: str) -> None:
    rows = re.findall(
        r'<th scope="row">(.*?)</th>\s*<td class="short">(.*?)</td>', section(page, "hardware"), re.DOTALL
    )
    assert len(rows) > 10
    assert [row for row, count in Counter(rows).items() if count > 1] == []


def test_a_number_printed_twice_names_both_lines(page: str, text_of: TextOf) -> None:
    assert "18.0115 s lines 300, 350" in text_of(section(page, "hardware"))


def test_provenance_names_epochs_and_batches(page: str, text_of: TextOf) -> None:
    text = text_of(section(page, "provenance"))
    assert "line 300 · epoch 2 · step 40" in text
    assert "line 400 · epoch 3" in text


def test_a_run_without_epochs_has_no_training(neurosim_run: RunData) -> None:
    assert section(report_page([neurosim_run]), "training") == ""


def test_what_cannot_be_is_marked_and_problems_stand_beside_the_numbers(neurosim_run: RunData, text_of: TextOf) -> None:
    metrics = neurosim_run.metrics.with_columns(
        value=pl.when(pl.col("metric") == "leakage_power").then(-1.0).otherwise("value")
    ).with_columns(value=pl.when(pl.col("metric") == "throughput").then(math.nan).otherwise("value"))
    problem = "line 200: 2 values are inf or nan"
    html = report_page([dataclasses.replace(neurosim_run, metrics=metrics, problems=(problem,))])
    hardware = section(html, "hardware")
    assert problem in hardware
    assert re.findall(r'outcome-newly-failing">([^<]*)<', hardware) == ["-1 W", "nan TOPS"]
    assert "2 of these values are inf, nan or below zero" in text_of(hardware)


@pytest.mark.parametrize(
    "sample",
    [
        "v1.0/main_layer_by_layer.txt",
        "v2.1/wrapper_two_epochs.txt",
        "training_files/NeuroSim_Output.csv",
        "training_files/weight_dist.csv",
        "training_files/input_activity.csv",
        "training_files/PythonWrapper_Output.csv",
        "mlp/hybrid_cell.txt",
        "mlp/missing_data.txt",
        "systolic/edge_vgg8_edram.txt",
        "systolic/neurosim.csv",
        "3d/heterogeneous_layer_by_layer.txt",
        "3d/heterogeneous_wrapper.txt",
        "dcim/main_pipelined.txt",
        "v1.5/wrapper.txt",
    ],
)
def test_every_kind_of_log_makes_a_page(test_data: Path, sample: str, text_of: TextOf) -> None:
    run = load(str(test_data / "neurosim" / sample))
    text = text_of(report_page([run]))
    assert run.kind in text
    assert f"Every number and its origin ({run.metrics.height:,})" in text or not run.metrics.height


def test_a_results_file_is_named_after_its_simulator(neurosim_run: RunData) -> None:
    settings = {"results.simulator": "CrossSim", "results.simulator_version": "3.1"}
    html = report_page([dataclasses.replace(neurosim_run, kind="results-1", settings=settings)])
    assert '<span class="mark ">CrossSim 3.1</span>' in html
