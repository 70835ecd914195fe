"""Published chips: their presets run, and differ from what was published as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nnsreport.configuration.overrides import Override
from nnsreport.configuration.presets import packaged_preset, preset_names
from nnsreport.configuration.reader import resolve
from nnsreport.costs.estimation import estimated
from nnsreport.costs.model import load_model
from nnsreport.costs.published import PublishedNumber, published_beside

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "cost-model.md").read_text()
COLUMNS = ("area", "clock_period", "read_latency", "read_dynamic_energy", "leakage_power", "energy_efficiency")
COLUMNS += ("compute_efficiency",)


def published(name: str, *overrides: Override) -> dict[str, PublishedNumber]:
    resolved = resolve({}, Path("command line"), [Override("cost.preset", name), *overrides])
    model = load_model(resolved.configuration.cost)
    numbers = published_beside(resolved, estimated(model, model.parameters()))
    assert len({number.result.metric for number in numbers}) == len(numbers)
    return {number.result.metric: number for number in numbers}


@pytest.mark.parametrize("name", preset_names("cost"))
def test_differences_are_those_of_the_page(name: str) -> None:
    found = published(name)
    assert set(found) == {*COLUMNS, "memory_utilization"}
    # Four digits are published.
    assert found["memory_utilization"].difference == pytest.approx(0, abs=1e-4)
    (row,) = re.findall(rf"^\| `{name}` \| (.*) \|$", PAGE, re.MULTILINE)
    assert row.split(" | ") == [f"{found[column].difference * 100:+.0f} %" for column in COLUMNS]
    assert packaged_preset("cost", name).citation.startswith("A. Lu")


def test_efficiency_is_that_after_layout() -> None:
    number = published("lu2021-rram-2b")["energy_efficiency"]
    assert number.result.value_si == 25.93e12
    assert number.difference == pytest.approx(number.computed / 25.93e12 - 1)


def test_changed_parameters_stay_beside_the_published_but_another_network_does_not(network: Path) -> None:
    assert published("lu2021-rram-2b", Override("cost.parameters.technode", 32))["area"].difference > 0.5
    assert not published("lu2021-rram-2b", Override("cost.network_file", str(network)))
