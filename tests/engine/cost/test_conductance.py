"""Conductances and column resistances against NeuroSim V1.4 (see tests/data/cost/README.md) and plain loops."""

from __future__ import annotations

import csv
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.backend import to_numpy
from nnsreport.engine.cost.conductance import (
    OPEN_COLUMN_OHM,
    branch_conductances,
    cell_conductances,
    cell_levels,
    column_resistances,
    expected_column_resistances,
    sram_column_resistance,
)
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.errors import DataError


def _table(text: str) -> np.ndarray:
    return np.array([[float(number) for number in row.split()] for row in text.split(";")])


def test_column_resistances_of_neurosim(test_data: Path) -> None:
    with (test_data / "cost" / "column_resistances.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 14
    for row in rows:
        names = ("memcelltype", "accesstype", "operationmode", "cellBit", "synapseBit", "numRowSubArray")
        values = {name: int(row[name]) for name in (*names, "numRowParallel")}
        ohms = {name: float(row[name]) for name in ("resistanceOn", "resistanceOff")}
        parameters = Parameters.from_values(values | ohms, refuse=False)
        cells = cell_conductances(cell_levels(_table(row["weights"]), parameters), parameters)
        np.testing.assert_allclose(cells, _table(row["conductances"]), rtol=1e-13)
        bits = np.array([[int(bit)] for bit in row["bits"]], dtype=np.uint8)
        found = column_resistances(bits, branch_conductances(cells, parameters), parameters)
        np.testing.assert_allclose(found, _table(row["resistances"]), rtol=1e-13, err_msg=str(values))


def test_levels_put_the_highest_digit_first_and_overflow_at_the_largest_weight() -> None:
    parameters = Parameters.from_values({"memcelltype": 2, "cellBit": 2, "synapseBit": 4})
    weights = np.array([[-1.0, 0.25, 1.0]])
    # -1 is 0, 0.25 is 10 = 2 * 4 + 2, and 1 is 16, which four bits do not hold.
    assert cell_levels(weights, parameters).tolist() == [[0, 0, 2, 2, 0, 0]]


def test_weights_out_of_range_are_refused() -> None:
    parameters = Parameters.from_values({"memcelltype": 2})
    with pytest.raises(DataError, match="algoWeightMin"):
        cell_levels(np.array([[0.0, 1.5]]), parameters)


def test_a_column_without_active_rows_is_open() -> None:
    parameters = Parameters.from_values({"memcelltype": 2})
    branches = branch_conductances(np.full((3, 2), 1e-5), parameters)
    assert (column_resistances(np.zeros((3, 4), np.uint8), branches, parameters) == OPEN_COLUMN_OHM).all()


def test_many_reads_are_one_product_of_matrices() -> None:
    random = np.random.default_rng(1)
    parameters = Parameters.from_values({"memcelltype": 2, "cellBit": 2})
    levels = random.integers(0, 4, (20, 6))
    bits = random.integers(0, 2, (20, 9)).astype(np.uint8)
    branches = branch_conductances(cell_conductances(levels, parameters), parameters)
    found = column_resistances(bits, branches, parameters)
    low, high = 1 / 1700e3, 1 / 100e3
    for read in range(9):
        for column in range(6):
            total = 0.0
            for row in range(20):
                ohm = 1 / (low + (high - low) * levels[row, column] / 3) + 25e3
                ohm += (column + 1) * parameters.wire_resistance_row_ohm  # type: ignore[operator]
                ohm += (20 - row) * parameters.wire_resistance_column_ohm  # type: ignore[operator]
                total += bits[row, read] / ohm
            assert found[read, column] == pytest.approx(1 / total, rel=1e-12)


@pytest.mark.parametrize("mode", [1, 2])
def test_devices_compute_as_the_host(devices: dict[str, ModuleType], mode: int) -> None:
    parameters = Parameters.from_values({"memcelltype": 2, "cellBit": 2, "operationmode": mode})
    random = np.random.default_rng(3)
    weights, bits = random.uniform(-1, 1, (12, 4)), random.integers(0, 2, (12, 5)).astype(np.uint8)
    active = np.array([0.0, 3.5])

    def computed(xp: ModuleType) -> list[np.ndarray]:
        cells = cell_conductances(cell_levels(xp.asarray(weights), parameters), parameters)
        found = column_resistances(xp.asarray(bits), branch_conductances(cells, parameters), parameters)
        return [to_numpy(found), to_numpy(expected_column_resistances(xp.asarray(active), 12, 4, parameters))]

    for xp in devices.values():
        for there, here in zip(computed(xp), computed(np), strict=True):
            np.testing.assert_allclose(there, here, rtol=1e-12)


@pytest.mark.parametrize("mode", [1, 2])
def test_expected_resistance_is_exact_for_equal_levels(mode: int) -> None:
    """With every level equally often in every place, the mean of many arrays is what is expected."""
    parameters = Parameters.from_values({"memcelltype": 3, "cellBit": 2, "operationmode": mode}, refuse=False)
    expected = expected_column_resistances(np.array([0.0, 8.0]), 8, 5, parameters)
    assert (expected[0] == OPEN_COLUMN_OHM).all()
    bits = np.ones((8, 1), np.uint8)
    conductance = np.zeros(5)
    for level in range(4):
        branches = branch_conductances(cell_conductances(np.full((8, 5), level), parameters), parameters)
        conductance += 1 / column_resistances(bits, branches, parameters)[0] / 4
    np.testing.assert_allclose(expected[1], 1 / conductance, rtol=1e-13)


def test_columns_of_sram_do_not_depend_on_what_they_hold() -> None:
    parameters = Parameters.from_values({"memcelltype": 1, "numRowParallel": 32})
    cell_ohm = 20e3 + parameters.wire_resistance_column_ohm
    found = sram_column_resistance(np.array([0.0, 1.0, 4.0, 128.0]), 20e3, parameters)
    # All active rows count, though only 32 are read at once.
    np.testing.assert_allclose(found, [OPEN_COLUMN_OHM, cell_ohm, cell_ohm / 4, cell_ohm / 128], rtol=1e-15)
    points = sram_column_resistance(np.array([[0.0, 4.0]]), np.array([20e3, 40e3]), parameters)
    assert points.shape == (2, 2)
    assert points[0].tolist() == found[[0, 2]].tolist()
