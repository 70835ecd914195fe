"""Arrays whose word lines drive the cells: closed forms, a dense oracle, and what holds of any resistive network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.parasitics import WireSettings, effective_conductances, fast_error_bound, worst_fast_error

Oracle = Callable[[np.ndarray, np.ndarray, WireSettings], np.ndarray]

RESISTIVE = WireSettings(word_line_ohm=0.11, bit_line_ohm=0.07, driver_ohm=0.3, sense_ohm=0.23)
PAIRS = ("separate", "adjacent", "interleaved")
SHAPES = ((1, 1), (1, 9), (9, 1), (3, 7), (7, 3), (8, 17), (19, 9))


def _devices(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.uniform(0, 1, shape) * (random.random(shape) < 0.8)


def _ladder_share(cells: list[float], segment: float, head: float) -> np.ndarray:
    """Node voltages of a ladder over its head's, from its tridiagonal equations."""
    count = len(cells)
    conductances = 1 / np.array([head] + [segment] * (count - 1))
    matrix = np.diag(np.array(cells) + conductances + np.append(conductances[1:], 0))
    for node in range(1, count):
        matrix[node, node - 1] = matrix[node - 1, node] = -conductances[node]
    return np.linalg.solve(matrix, np.append(conductances[0], np.zeros(count - 1)))


@pytest.mark.parametrize("solver", ["exact", "fast"])
@pytest.mark.parametrize("pairs", PAIRS)
def test_without_resistance_conductances_stay_as_they_are(pairs: str, solver: str) -> None:
    devices = _devices((2, 4, 5, 6))
    wires = WireSettings(pairs=pairs, solver=solver)
    assert wires.ideal
    np.testing.assert_array_equal(effective_conductances(devices, wires), devices[0] - devices[1])
    np.testing.assert_array_equal(effective_conductances(devices[:1], wires), devices[0])


def test_one_cell_is_in_series_with_all_its_wires() -> None:
    wires = RESISTIVE
    series = 1 / 0.4 + wires.word_line_ohm + wires.driver_ohm + wires.bit_line_ohm + wires.sense_ohm
    found = effective_conductances(np.full((1, 1, 1), 0.4), wires)
    np.testing.assert_allclose(found, [[1 / series]], rtol=1e-15)


def test_one_row_is_a_ladder_along_the_word_line() -> None:
    cells = [0.5, 0.25, 0.0, 1.0]
    wires = replace(RESISTIVE, bit_line_ohm=0.0, sense_ohm=0.0)
    shares = _ladder_share(cells, wires.word_line_ohm, wires.word_line_ohm + wires.driver_ohm)
    found = effective_conductances(np.array(cells).reshape(1, 4, 1), wires)
    np.testing.assert_allclose(found[:, 0], shares * cells, rtol=1e-14)


def test_one_row_with_resistive_bit_lines_is_a_ladder_of_cells_in_series_with_them() -> None:
    cells = np.array([0.5, 0.25, 1.0])
    in_series = 1 / (1 / cells + RESISTIVE.bit_line_ohm + RESISTIVE.sense_ohm)
    shares = _ladder_share(list(in_series), RESISTIVE.word_line_ohm, RESISTIVE.word_line_ohm + RESISTIVE.driver_ohm)
    found = effective_conductances(cells.reshape(1, 3, 1), RESISTIVE)
    np.testing.assert_allclose(found[:, 0], shares * in_series, rtol=1e-14)


def test_one_column_is_a_ladder_along_the_bit_line() -> None:
    cells = [0.5, 0.25, 0.0, 1.0]
    wires = replace(RESISTIVE, word_line_ohm=0.0, driver_ohm=0.0)
    shares = _ladder_share(cells[::-1], wires.bit_line_ohm, wires.bit_line_ohm + wires.sense_ohm)[::-1]
    found = effective_conductances(np.array(cells).reshape(1, 1, 4), wires)
    np.testing.assert_allclose(found[0], shares * cells, rtol=1e-14)


def test_equal_cells_on_a_long_line_lose_voltage_as_a_hyperbolic_cosine() -> None:
    """Node j of n, r G = 4 sinh^2(a/2): v_j / v_head = cosh((n - j - 1/2) a) / cosh((n + 1/2) a), j from 0."""
    nodes, resistance, conductance = 40, 0.02, 0.3
    a = 2 * np.arcsinh(np.sqrt(resistance * conductance) / 2)
    position = np.arange(nodes)
    expected = conductance * np.cosh((nodes - position - 0.5) * a) / np.cosh((nodes + 0.5) * a)
    found = effective_conductances(np.full((1, nodes, 1), conductance), WireSettings(word_line_ohm=resistance))
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-13)


def test_equal_columns_of_an_array_are_lines_of_their_own() -> None:
    """Ideal bit lines in parallel to each other: terminals alone are a resistance in series with equal cells."""
    rows, columns, conductance = 5, 7, 0.2
    wires = WireSettings(driver_ohm=0.4, sense_ohm=0.6)
    found = effective_conductances(np.full((1, columns, rows), conductance), wires).sum(axis=1)
    # All inputs at 1: by symmetry, each cell carries u, drivers carry columns * u and converters rows * u.
    each = 1 / (1 / conductance + 0.4 * columns + 0.6 * rows)
    np.testing.assert_allclose(found, np.full(columns, rows * each), rtol=1e-14)


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("planes", [1, 2])
@pytest.mark.parametrize("shape", SHAPES)
def test_exact_agrees_with_all_node_equations(
    solved_circuit: Oracle, shape: tuple[int, int], planes: int, pairs: str
) -> None:
    devices = _devices((planes, *shape), seed=1)
    voltages = np.random.default_rng(2).normal(size=(shape[1], 3))
    wires = replace(RESISTIVE, pairs=pairs)
    found = effective_conductances(devices, wires) @ voltages
    np.testing.assert_allclose(found, solved_circuit(devices, voltages, wires), rtol=0, atol=1e-13)


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("absent", ["word_line_ohm", "bit_line_ohm", "driver_ohm", "sense_ohm"])
def test_each_resistance_may_be_zero(solved_circuit: Oracle, absent: str, pairs: str) -> None:
    devices, voltages = _devices((2, 4, 6), seed=3), np.eye(6)
    wires = replace(RESISTIVE, pairs=pairs, **{absent: 0.0})
    np.testing.assert_allclose(
        effective_conductances(devices, wires), solved_circuit(devices, voltages, wires), rtol=0, atol=1e-13
    )


def test_exact_agrees_with_all_node_equations_for_any_array(solved_circuit: Oracle) -> None:
    hypothesis = pytest.importorskip("hypothesis")
    numbers = hypothesis.strategies
    ohm = numbers.one_of(numbers.just(0.0), numbers.floats(1e-3, 5.0))

    @hypothesis.settings(max_examples=80, deadline=None, derandomize=True)
    @hypothesis.given(
        numbers.integers(1, 2), numbers.integers(1, 9), numbers.integers(1, 9), numbers.sampled_from(PAIRS),
        numbers.tuples(ohm, ohm, ohm, ohm), numbers.integers(0, 2**16),
    )  # fmt: skip
    def check(
        planes: int, columns: int, rows: int, pairs: str, ohms: tuple[float, float, float, float], seed: int
    ) -> None:
        wires = WireSettings(
            pairs=pairs, word_line_ohm=ohms[0], bit_line_ohm=ohms[1], driver_ohm=ohms[2], sense_ohm=ohms[3]
        )
        devices = _devices((planes, columns, rows), seed)
        np.testing.assert_allclose(
            effective_conductances(devices, wires),
            solved_circuit(devices, np.eye(rows), wires),
            rtol=0,
            atol=1e-12,
        )

    check()


@pytest.mark.parametrize("solver", ["exact", "fast"])
def test_a_resistive_network_is_passive(solver: str) -> None:
    """Effective conductances are positive, and lose against the cells in every column."""
    devices = _devices((1, 20, 30), seed=4)
    found = effective_conductances(devices, replace(RESISTIVE, solver=solver))
    assert found.min() >= 0
    assert (found.sum(axis=1) < devices[0].sum(axis=1)).all()


def test_more_resistance_never_gives_more_total_current() -> None:
    """Rayleigh's monotonicity law, for all inputs at one voltage."""
    devices = _devices((1, 8, 9), seed=5)
    for name in ("word_line_ohm", "bit_line_ohm", "driver_ohm", "sense_ohm"):
        totals = [
            effective_conductances(devices, replace(RESISTIVE, **{name: getattr(RESISTIVE, name) * factor})).sum()
            for factor in (0.5, 1, 2, 4)
        ]
        assert np.all(np.diff(totals) < 0), name


def test_a_network_is_the_same_seen_from_its_converters() -> None:
    devices = _devices((1, 40, 23), seed=6)
    back = replace(
        RESISTIVE,
        word_line_ohm=RESISTIVE.bit_line_ohm,
        bit_line_ohm=RESISTIVE.word_line_ohm,
        driver_ohm=RESISTIVE.sense_ohm,
        sense_ohm=RESISTIVE.driver_ohm,
    )
    turned = effective_conductances(devices[:, ::-1, ::-1].swapaxes(1, 2), back)
    np.testing.assert_allclose(effective_conductances(devices, RESISTIVE), turned.T[::-1, ::-1], rtol=0, atol=1e-14)


def test_interleaved_pairs_of_equal_devices_cancel() -> None:
    plane = _devices((1, 6, 5), seed=7)
    found = effective_conductances(np.concatenate([plane, plane]), replace(RESISTIVE, pairs="interleaved"))
    np.testing.assert_allclose(found, 0, atol=1e-16)


def test_large_arrays_are_solved_to_rounding() -> None:
    """Many tiles, against lines that are solved one by one until they agree; all inputs at one voltage."""
    size, resistance = 96, 1e-4
    devices = _devices((1, size, size), seed=15)
    wires = WireSettings(word_line_ohm=resistance, bit_line_ohm=resistance)
    found = effective_conductances(devices, wires).sum(axis=1)
    np.testing.assert_allclose(found, _relaxed_currents(devices[0], resistance), rtol=1e-11)


def _relaxed_currents(cells: np.ndarray, resistance: float) -> np.ndarray:
    """Column currents for all inputs at 1, lines alternately solved until nothing changes (columns, rows)."""
    columns, rows = cells.shape
    bits = np.zeros_like(cells)
    for _ in range(400):
        words = np.stack([_line_voltages(cells[:, row], bits[:, row], resistance, 1.0) for row in range(rows)], axis=1)
        before = bits
        bits = np.stack([_line_voltages(cells[n, ::-1], words[n, ::-1], resistance, 0.0)[::-1] for n in range(columns)])
        if np.abs(bits - before).max() < 1e-15:
            break
    result: np.ndarray = (cells * (words - bits)).sum(axis=1)
    return result


def _line_voltages(cells: np.ndarray, beyond: np.ndarray, resistance: float, head: float) -> np.ndarray:
    """Voltages along a line from its head, cells leading to given voltages: its tridiagonal equations."""
    count = cells.size
    diagonal = cells + np.append(np.full(count - 1, 2.0), 1.0) / resistance
    right = cells * beyond
    right[0] += head / resistance
    for node in range(1, count):
        factor = 1 / (resistance * diagonal[node - 1])
        diagonal[node] -= factor / resistance
        right[node] += factor * right[node - 1]
    voltages = np.empty(count)
    voltages[-1] = right[-1] / diagonal[-1]
    for node in range(count - 2, -1, -1):
        voltages[node] = (right[node] + voltages[node + 1] / resistance) / diagonal[node]
    return voltages


@pytest.mark.parametrize("pairs", PAIRS)
def test_unit_of_conductance_is_no_matter(pairs: str) -> None:
    devices, unit_s = _devices((2, 3, 4, 5), seed=8), 1e-6
    wires = replace(RESISTIVE, pairs=pairs, word_line_ohm=4e4, sense_ohm=1e5)
    found = effective_conductances(devices, wires, unit_s)
    np.testing.assert_allclose(found * unit_s, effective_conductances(devices * unit_s, wires), rtol=1e-12, atol=1e-20)


@pytest.mark.parametrize("pairs", PAIRS)
def test_arrays_are_solved_by_themselves(monkeypatch: pytest.MonkeyPatch, pairs: str) -> None:
    """Whatever is in front of columns and rows, and however many arrays are worked on at a time."""
    devices = _devices((2, 2, 3, 4, 5), seed=9)
    wires = replace(RESISTIVE, pairs=pairs)
    whole = effective_conductances(devices, wires)
    monkeypatch.setattr("nnsreport.engine.parasitics.networks._SOLVER_BYTES", 1)
    np.testing.assert_allclose(effective_conductances(devices, wires), whole, rtol=0, atol=1e-15)
    for slice_, group in np.ndindex(2, 3):
        one = effective_conductances(devices[:, slice_, group], wires)
        np.testing.assert_allclose(whole[slice_, group], one, rtol=0, atol=1e-15)


def test_type_of_conductances_is_kept() -> None:
    devices = _devices((2, 5, 6)).astype(np.float32)
    found = effective_conductances(devices, RESISTIVE)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, effective_conductances(devices.astype(np.float64), RESISTIVE), rtol=0, atol=2e-7)


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("ideal", ["word", "bit"])
def test_fast_is_exact_where_one_kind_of_line_is_ideal(pairs: str, ideal: str) -> None:
    names = ("word_line_ohm", "driver_ohm") if ideal == "word" else ("bit_line_ohm", "sense_ohm")
    wires = replace(RESISTIVE, pairs=pairs, **dict.fromkeys(names, 0.0))
    devices = _devices((2, 6, 7), seed=10)
    fast = effective_conductances(devices, replace(wires, solver="fast"))
    np.testing.assert_allclose(fast, effective_conductances(devices, wires), rtol=0, atol=1e-15)
    assert float(fast_error_bound(devices, wires)) == 0


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("scale", [1e-4, 1e-3, 1e-2, 0.1, 1.0])
def test_fast_keeps_within_its_bound(pairs: str, scale: float) -> None:
    random = np.random.default_rng(11)
    wires = WireSettings(
        pairs=pairs, word_line_ohm=scale, bit_line_ohm=scale / 2, driver_ohm=scale, sense_ohm=3 * scale
    )
    devices = _devices((2, 24, 32), seed=12)
    difference = effective_conductances(devices, replace(wires, solver="fast")) - effective_conductances(devices, wires)
    # The worst voltages for a column are those of the signs of its errors.
    voltages = np.concatenate([np.sign(difference).T, random.uniform(-1, 1, (32, 20))], axis=1)
    error = np.abs(difference @ voltages).max(axis=1)
    ideal_words = replace(wires, word_line_ohm=0.0, driver_ohm=0.0)
    on_bit_lines = [devices.sum(axis=0)] if pairs == "interleaved" else list(devices)
    full_scale = np.sum([effective_conductances(cells[None], ideal_words) for cells in on_bit_lines], axis=(0, 2))
    bound = float(fast_error_bound(devices, wires))
    assert 0 < bound <= worst_fast_error(2, 24, 32, devices.max(), wires)
    assert (error <= bound * full_scale).all()


def test_fast_never_exceeds_exact() -> None:
    """What it neglects is a sum of positive terms, of second order in the resistances."""
    devices = _devices((1, 30, 20), seed=13)
    errors = []
    for scale in (1e-5, 2e-5, 4e-5):
        wires = WireSettings(word_line_ohm=scale, bit_line_ohm=scale)
        neglected = effective_conductances(devices, wires) - effective_conductances(
            devices, replace(wires, solver="fast")
        )
        assert neglected.min() >= -1e-14
        errors.append(neglected.sum())
    ratios = np.array(errors[1:]) / errors[:-1]
    assert ((ratios > 3.9) & (ratios < 4)).all()


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("solver", ["exact", "fast"])
def test_devices_give_the_same(devices: dict[str, ModuleType], pairs: str, solver: str) -> None:
    cells = _devices((2, 3, 6, 4), seed=14)
    wires = replace(RESISTIVE, pairs=pairs, solver=solver)
    for xp in devices.values():
        found = effective_conductances(xp.asarray(cells), wires)
        np.testing.assert_allclose(found.get(), effective_conductances(cells, wires), rtol=0, atol=1e-14)
        bound = fast_error_bound(xp.asarray(cells), wires)
        np.testing.assert_allclose(bound.get(), fast_error_bound(cells, wires), rtol=1e-13)
