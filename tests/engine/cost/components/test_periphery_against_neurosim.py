"""Each circuit of a sub-array's periphery against NeuroSim V1.4, on random geometries, loads and nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from nnsreport.engine.backend import to_numpy
from nnsreport.engine.cost.technology import Technology, technology

Rows = Callable[[str], list[dict[str, str]]]
Evaluations = Mapping[str, Any]

_TABLES = (
    "column_switch_matrix",
    "crossbar_driver",
    "level_shifter",
    "multilevel_sense_amplifier",
    "multiplexer",
    "multiplexer_decoder",
    "precharger",
    "row_switch_matrix",
    "sar_adc",
    "sram_sense_amplifier",
    "sram_write_driver",
    "thermometer_encoder",
    "transistor_switch_matrix",
    "word_line_decoder",
    "word_line_driver",
)
_OPTIONS = ("is_validated", "special_layout", "is_parallel", "is_resistive", "senses_current")
# The tables have 13 digits.
_TOLERANCE = 1e-12


def _technology_of(row: Mapping[str, str]) -> Technology:
    return technology(int(row["node_nm"]), row["roadmap"], float(row["temperature_k"]))


def _options_of(row: Mapping[str, str]) -> dict[str, bool]:
    return {name: row[name] == "1" for name in _OPTIONS if name in row}


def _numbers_of(row: Mapping[str, str]) -> dict[str, float]:
    return {name: float(value) for name, value in row.items() if name != "roadmap"}


def _groups(rows: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Return the rows that can be evaluated at once: those with the same choices."""
    groups = defaultdict(list)
    for row in rows:
        choices = (row["node_nm"], row["roadmap"], row["temperature_k"], *_options_of(row).items())
        groups[choices].append(row)
    return list(groups.values())


def test_every_component_has_a_table(evaluations: Evaluations) -> None:
    assert set(_TABLES) == set(evaluations)


@pytest.mark.parametrize("name", _TABLES)
def test_component_is_neurosims(name: str, neurosim_rows: Rows, evaluations: Evaluations) -> None:
    rows = neurosim_rows(f"components/{name}.csv")
    assert {int(row["node_nm"]) for row in rows} == {130, 90, 65, 45, 32, 22, 14, 10, 7, 5, 3, 2, 1}
    for row in rows:
        found = evaluations[name](_numbers_of(row), _technology_of(row), _options_of(row))
        for quantity, value in found.items():
            assert float(value) == pytest.approx(float(row[quantity]), rel=_TOLERANCE, abs=0), (quantity, row)


@pytest.mark.parametrize("name", _TABLES)
def test_points_together_are_the_points_one_by_one_on_any_device(
    name: str, neurosim_rows: Rows, evaluations: Evaluations, devices: dict[str, ModuleType]
) -> None:
    for group in _groups(neurosim_rows(f"components/{name}.csv")):
        used, options = _technology_of(group[0]), _options_of(group[0])
        one_by_one = [evaluations[name](_numbers_of(row), used, options) for row in group]
        numbers = [_numbers_of(row) for row in group]
        for device in (np, *devices.values()):
            arrays = {key: device.asarray(np.array([point[key] for point in numbers])) for key in numbers[0]}
            together = evaluations[name](arrays, used, options)
            for quantity, values in together.items():
                expected = [point[quantity] for point in one_by_one]
                found = np.broadcast_to(to_numpy(values), len(group))
                np.testing.assert_allclose(found, np.array(expected, dtype=float), rtol=1e-14, err_msg=quantity)
