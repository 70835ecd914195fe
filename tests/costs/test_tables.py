"""Tables of chips have what parsers read in the log that NeuroSim would print."""

from __future__ import annotations

import dataclasses

import pytest

from nnsreport.costs.estimation import estimated
from nnsreport.costs.model import CostModel
from nnsreport.costs.tables import CHIP_COLUMNS, OBJECTIVES, chip_numbers, metrics_table
from nnsreport.engine.cost.printout import printout
from nnsreport.parsers import metrics_frame
from nnsreport.parsers.reading import lines_of
from nnsreport.parsers.registry import detect
from nnsreport.tables import schema
from nnsreport.vocabulary import COMPONENTS, METRICS, Scope

SWITCHES = (
    {},
    {"pipeline": False},
    {"novelMapping": False, "memcelltype": 2},
    {"synchronous": False, "globalBufferType": True, "peBufferType": True},
)


@pytest.mark.parametrize("given", SWITCHES, ids=lambda given: "-".join(given) or "as distributed")
def test_numbers_are_those_of_the_log(model: CostModel, given: dict[str, int]) -> None:
    chip = dataclasses.replace(model, given=given)
    results = estimated(chip, chip.parameters())
    text = lines_of(printout(results, run_time_s=0.0).encode())
    (log,) = detect(text).parse(text, "cost")
    printed = metrics_frame([log])
    key = ("scope", "layer", "component", "metric", "unit")
    read = {tuple(row[name] for name in key): row["value"] for row in printed.iter_rows(named=True)}
    table = metrics_table(results, "cost")
    assert table.schema == schema("metrics")
    found = {tuple(row[name] for name in key): row["value"] for row in table.iter_rows(named=True)}
    assert len(found) == table.height
    assert set(found) == {about for about in read if about[0] != "simulation"}
    for about, value in found.items():
        assert read[about] == pytest.approx(value, rel=6e-6), about


def test_columns_are_in_the_vocabulary(model: CostModel) -> None:
    results = estimated(model, model.parameters())
    assert [subject.column for subject in chip_numbers(results)] == list(CHIP_COLUMNS)
    for column in CHIP_COLUMNS:
        metric, _, component = column.partition(".")
        assert Scope.CHIP in METRICS[metric].scopes
        assert (component or "total") in COMPONENTS
    assert set(OBJECTIVES) < set(CHIP_COLUMNS)
    assert "subarray_rows" not in OBJECTIVES
