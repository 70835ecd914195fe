"""Arrays whose word lines open gates: closed forms, a dense oracle, two phases, and the fast method's error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.parasitics import WireSettings, column_currents

Oracle = Callable[[np.ndarray, np.ndarray, WireSettings], np.ndarray]

RESISTIVE = WireSettings(select="gated", source_line_ohm=0.11, bit_line_ohm=0.07, driver_ohm=0.3, sense_ohm=0.23)
PAIRS = ("separate", "adjacent", "interleaved")


def _devices(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.uniform(0, 1, shape) * (random.random(shape) < 0.8)


def _inputs(shape: tuple[int, ...], seed: int = 0, low: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(low, 2, shape)


@pytest.mark.parametrize("solver", ["exact", "fast"])
@pytest.mark.parametrize("pairs", PAIRS)
def test_without_resistance_columns_add_up_open_cells(pairs: str, solver: str) -> None:
    devices, inputs = _devices((2, 5, 40)), _inputs((40, 6), low=-1)
    found = column_currents(devices, inputs, WireSettings(select="gated", pairs=pairs, solver=solver))
    np.testing.assert_allclose(found, (devices[0] - devices[1]) @ inputs, rtol=0, atol=1e-14)


def test_one_open_cell_has_all_wires_in_series_wherever_it_is() -> None:
    """The way through the source line gets longer as that through the bit line gets shorter."""
    rows = 6
    currents = column_currents(np.full((1, 1, rows), 0.4), np.eye(rows), RESISTIVE)[0]
    down = np.arange(1, rows + 1) * RESISTIVE.source_line_ohm + RESISTIVE.driver_ohm
    up = np.arange(rows, 0, -1) * RESISTIVE.bit_line_ohm + RESISTIVE.sense_ohm
    np.testing.assert_allclose(currents, 1 / (1 / 0.4 + down + up), rtol=1e-14)


def test_equal_lines_and_cells_share_the_current_as_a_hyperbolic_cosine() -> None:
    """Both lines alike: u_k is proportional to cosh((k - (n-1)/2) a), and the rest follows from Kirchhoff's laws."""
    rows, resistance, conductance = 30, 0.02, 0.3
    a = 2 * np.arcsinh(np.sqrt(2 * resistance * conductance) / 2)
    drops = np.cosh((np.arange(rows) - (rows - 1) / 2) * a)
    current = conductance * drops.sum()
    # From the source to row 0, through its cell, then along the bit line.
    on_bit_line = conductance * np.cumsum(drops)
    voltage = resistance * current + drops[0] + resistance * on_bit_line.sum()
    wires = WireSettings(select="gated", source_line_ohm=resistance, bit_line_ohm=resistance)
    found = column_currents(np.full((1, 1, rows), conductance), np.ones((rows, 1)), wires)
    np.testing.assert_allclose(found, [[current / voltage]], rtol=1e-13)


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("planes", [1, 2])
@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (4, 1), (3, 7)])
def test_exact_agrees_with_all_node_equations(
    solved_circuit: Oracle, shape: tuple[int, int], planes: int, pairs: str
) -> None:
    devices, inputs = _devices((planes, *shape), seed=1), _inputs((shape[1], 5), seed=2)
    wires = replace(RESISTIVE, pairs=pairs)
    found = column_currents(devices, inputs, wires)
    np.testing.assert_allclose(found, solved_circuit(devices, inputs, wires), rtol=0, atol=1e-13)


def test_exact_agrees_with_all_node_equations_for_any_array(solved_circuit: Oracle) -> None:
    hypothesis = pytest.importorskip("hypothesis")
    numbers = hypothesis.strategies
    ohm = numbers.one_of(numbers.just(0.0), numbers.floats(1e-3, 5.0))

    @hypothesis.settings(max_examples=120, deadline=None, derandomize=True)
    @hypothesis.given(
        numbers.integers(1, 2), numbers.integers(1, 3), numbers.integers(1, 9), numbers.sampled_from(PAIRS),
        numbers.tuples(ohm, ohm, ohm, ohm), numbers.integers(0, 2**16),
    )  # fmt: skip
    def check(
        planes: int, columns: int, rows: int, pairs: str, ohms: tuple[float, float, float, float], seed: int
    ) -> None:
        wires = WireSettings(
            "gated", pairs, source_line_ohm=ohms[0], bit_line_ohm=ohms[1], driver_ohm=ohms[2], sense_ohm=ohms[3]
        )
        devices, inputs = _devices((planes, columns, rows), seed), _inputs((rows, 3), seed)
        expected = solved_circuit(devices, inputs, wires)
        np.testing.assert_allclose(column_currents(devices, inputs, wires), expected, rtol=0, atol=1e-12)
        # Up to sixteen rows, each is a group of the fast method.
        fast = column_currents(devices, inputs, replace(wires, solver="fast"))
        np.testing.assert_allclose(fast, expected, rtol=0, atol=1e-12)

    check()


def test_closed_rows_around_are_wire_only(solved_circuit: Oracle) -> None:
    devices, inputs = _devices((2, 3, 9), seed=3), _inputs((9, 4), seed=4)
    inputs[:2] = inputs[6:] = 0
    wires = replace(RESISTIVE, pairs="interleaved")
    found = column_currents(devices[..., 2:6], inputs[2:6], wires, rows_before=2, rows_after=3)
    np.testing.assert_allclose(found, solved_circuit(devices, inputs, wires), rtol=0, atol=1e-13)


@pytest.mark.parametrize("pairs", PAIRS)
def test_negative_inputs_are_a_second_phase(pairs: str) -> None:
    devices, inputs = _devices((2, 4, 20), seed=5), _inputs((20, 7), seed=6, low=-1)
    wires = replace(RESISTIVE, pairs=pairs)
    positive, negative = (column_currents(devices, sign * inputs > 0, wires, signed=False) for sign in (1, -1))
    np.testing.assert_array_equal(column_currents(devices, inputs, wires), positive - negative)


def test_more_open_rows_never_give_less_current() -> None:
    devices = _devices((1, 5, 25), seed=7)
    inputs = np.tri(25).T
    currents = column_currents(devices, inputs, RESISTIVE)
    assert (np.diff(currents, axis=1) >= -1e-15).all()
    assert (currents <= devices[0] @ inputs).all()


def test_results_do_not_depend_on_tiles_or_axes_in_front(monkeypatch: pytest.MonkeyPatch) -> None:
    devices, inputs = _devices((2, 3, 4, 10), seed=8), _inputs((2, 3, 10, 130), seed=9)
    whole = column_currents(devices, inputs, RESISTIVE)
    assert whole.shape == (2, 3, 4, 130)
    for cycle, group in np.ndindex(2, 3):
        one = column_currents(devices[:, group], inputs[cycle, group], RESISTIVE)
        np.testing.assert_array_equal(whole[cycle, group], one)
    monkeypatch.setattr("nnsreport.engine.parasitics.effective._SWEPT", 1)
    np.testing.assert_array_equal(column_currents(devices, inputs, RESISTIVE), whole)


@pytest.mark.parametrize("pairs", ["separate", "interleaved"])
@pytest.mark.parametrize("rows", [32, 128])
@pytest.mark.parametrize("total", [0.01, 0.1, 1.0])
def test_fast_errs_by_two_per_cent_of_the_loss_at_most(pairs: str, total: float, rows: int) -> None:
    """For random cells and inputs, whatever ``R G rows^2`` is (docs/engine-ir-drop.md)."""
    segment = total / rows**2
    wires = WireSettings("gated", pairs, source_line_ohm=segment, bit_line_ohm=segment)
    devices, inputs = _devices((2, 20, rows), seed=10), _inputs((rows, 100), seed=11)
    exact = column_currents(devices, inputs, wires)
    fast = column_currents(devices, inputs, replace(wires, solver="fast"))
    ideal = (devices[0] - devices[1]) @ inputs
    full_scale = devices.sum(axis=(0, 2))[:, None]
    error, loss = (np.abs((currents - exact) / full_scale).max() for currents in (fast, ideal))
    assert 0 < error < 0.02 * loss


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("solver", ["exact", "fast"])
def test_devices_give_the_same(devices: dict[str, ModuleType], pairs: str, solver: str) -> None:
    cells, inputs = _devices((2, 2, 3, 40), seed=12), _inputs((4, 2, 40, 5), seed=13, low=-1)
    wires = replace(RESISTIVE, pairs=pairs, solver=solver)
    for xp in devices.values():
        found = column_currents(xp.asarray(cells), xp.asarray(inputs), wires)
        np.testing.assert_allclose(found.get(), column_currents(cells, inputs, wires), rtol=0, atol=1e-13)
