"""Sums over columns and reads in closed form are those of each column of each read."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import numpy.typing as npt
import pytest

from nnsreport.engine.backend import to_numpy
from nnsreport.engine.cost import stated_conversions
from nnsreport.engine.cost.components.column_law import ColumnLaw, Piece
from nnsreport.engine.cost.conductance import expected_column_resistances, expected_row_conductances
from nnsreport.engine.cost.expected_columns import expected_columns
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.stated_conversions import conversions_j

Numbers = npt.NDArray[np.float64]
ROWS, COLUMNS, POINTS = 60, 128, 40
STATES = np.arange(ROWS + 1.0)
# With jumps at all bounds, so that a column on the wrong side shows.
PIECES = (
    Piece(3e2, per_ohm=-1e-3, constant=5.0),
    Piece(4e3, per_power=1e3, exponent=-0.9),
    Piece(3e5, per_log=-0.2, constant=3.0),
    Piece(constant=0.25),
)


def _parameters(xp: ModuleType, cell: int = 2, mode: int = 2) -> Parameters:
    random = np.random.default_rng(5)
    points = {
        "resistanceOn": 10 ** random.uniform(1.5, 6, POINTS),
        "resistanceOff": 10 ** random.uniform(6, 8, POINTS),
        "numRowParallel": random.choice([32.0, 128.0], POINTS),
    }
    axes = {name: xp.asarray(axis) for name, axis in points.items()}
    return Parameters.from_values({"memcelltype": cell, "operationmode": mode, "cellBit": 2}, axes, refuse=False)


def _law(xp: ModuleType) -> ColumnLaw:
    factor = xp.asarray(np.linspace(0.5, 1.5, POINTS))
    return ColumnLaw(fixed_j=factor * 3, unit_j=factor + 1, ohm_factor=factor, pieces=PIECES)


@pytest.mark.parametrize("cell", [2, 3])
@pytest.mark.parametrize("used", [COLUMNS, 80, 1])
@pytest.mark.parametrize("at_once", [1, 1 << 17])
def test_sum_in_closed_form_is_that_of_every_column(
    cell: int, used: int, at_once: int, devices: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stated_conversions, "_NUMBERS_AT_ONCE", at_once)
    parameters = _parameters(np, cell)
    reads = np.random.default_rng(2).random(len(STATES))
    each_j = _law(np).energy_j(expected_column_resistances(STATES, ROWS, used, parameters))
    expected = each_j.sum(axis=-1) @ reads  # type: ignore[union-attr]
    for xp in (np, *devices.values()):
        on_device = _parameters(xp, cell)
        groups = 128 / on_device.rows_in_parallel
        columns = expected_columns(ROWS, COLUMNS, on_device)
        found = conversions_j(_law(xp), columns, used, STATES, reads, groups)
        np.testing.assert_allclose(to_numpy(found), expected, rtol=1e-13)


@pytest.mark.parametrize(("on_ohm", "nodes"), [(1e5, 7), (1e3, 13), (30.0, 49), (0.2, COLUMNS)])
def test_columns_between_nodes_have_all_digits(on_ohm: float, nodes: int) -> None:
    """The less the cells weigh beside their wires, the more nodes there are; at last all columns are."""
    axes = {"resistanceOn": np.array([on_ohm]), "resistanceOff": np.array([1e7])}
    parameters = Parameters.from_values({"memcelltype": 3, "numRowSubArray": 64}, axes, refuse=False)
    columns = expected_columns(64, COLUMNS, parameters)
    assert columns.at_nodes_s.shape[-1] <= nodes
    exact = expected_row_conductances(64, np.arange(1, COLUMNS + 1), parameters)
    np.testing.assert_allclose(columns.first(COLUMNS), exact, rtol=1e-14)
    np.testing.assert_allclose(columns.one(70), exact[:, 70], rtol=1e-14)
    np.testing.assert_allclose(columns.summed(90, np.log), np.log(exact[:, :90]).sum(axis=-1), rtol=1e-14)


def test_columns_of_some_points() -> None:
    columns = expected_columns(ROWS, COLUMNS, _parameters(np))
    some = np.array([3, 1])
    np.testing.assert_array_equal(columns.at(some).at_nodes_s, columns.at_nodes_s[some])
