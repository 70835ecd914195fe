"""Oracle for resistive arrays: all nodes of the circuit, one dense system of equations in float64."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from itertools import pairwise

import numpy as np
import pytest

from nnsreport.engine.parasitics import WireSettings

Wire = tuple[Hashable, Hashable, float]


class Circuit:
    """Resistors between named nodes; solved by Kirchhoff's current law."""

    def __init__(self, wires: list[Wire]) -> None:
        self._same: dict[Hashable, Hashable] = {}
        for one, other, ohm in wires:
            if ohm == 0:
                self._same[self._root(one)] = self._root(other)
        self._wires = [(self._root(a), self._root(b), ohm) for a, b, ohm in wires if ohm > 0]

    def _root(self, node: Hashable) -> Hashable:
        while node in self._same:
            node = self._same[node]
        return node

    def currents_into(self, nodes: list[Hashable], potentials: dict[Hashable, float]) -> np.ndarray:
        """Return the currents that flow into nodes of fixed potential."""
        fixed = {self._root(name): value for name, value in potentials.items()}
        index: dict[Hashable, int] = {}
        for a, b, _ in self._wires:
            for end in (a, b):
                if end not in fixed:
                    index.setdefault(end, len(index))
        matrix, right = np.zeros((len(index), len(index))), np.zeros(len(index))
        for a, b, ohm in self._wires:
            for here, there in ((a, b), (b, a)):
                if here in fixed:
                    continue
                matrix[index[here], index[here]] += 1 / ohm
                if there in fixed:
                    right[index[here]] += fixed[there] / ohm
                else:
                    matrix[index[here], index[there]] -= 1 / ohm
        found = np.linalg.solve(matrix, right)
        volt = {**fixed, **{name: found[position] for name, position in index.items()}}
        into = dict.fromkeys(volt, 0.0)
        for a, b, ohm in self._wires:
            into[a] += (volt[b] - volt[a]) / ohm
            into[b] += (volt[a] - volt[b]) / ohm
        return np.array([into[self._root(node)] for node in nodes])


def _line(name: Hashable, nodes: list[Hashable], segment_ohm: float, terminal_ohm: float) -> Iterator[Wire]:
    """Wires from a terminal along the nodes of a line."""
    yield name, nodes[0], segment_ohm + terminal_ohm
    for one, other in pairwise(nodes):
        yield one, other, segment_ohm


def _cell(one: Hashable, other: Hashable, conductance_s: float) -> Iterator[Wire]:
    if conductance_s > 0:
        yield one, other, 1 / conductance_s


def _driven(devices: np.ndarray, wires: WireSettings, sign: tuple[int, ...], volts: np.ndarray) -> np.ndarray:
    """Currents of one array (planes on the same bit lines, columns, rows) for one vector of voltages."""
    planes, columns, rows = devices.shape
    parts: list[Wire] = []
    for plane in range(planes):
        for k in range(rows):
            line = [("w", plane, k, n) for n in range(columns)]
            parts += _line(("driver", plane, k), line, wires.word_line_ohm, wires.driver_ohm)
            for n in range(columns):
                parts += _cell(("w", plane, k, n), ("b", k, n), devices[plane, n, k])
    potentials: dict[Hashable, float] = {
        ("driver", plane, k): sign[plane] * volts[k] for plane in range(planes) for k in range(rows)
    }
    return _sensed(parts, potentials, columns, rows, wires)


def _gated(devices: np.ndarray, wires: WireSettings, sign: tuple[int, ...], active: np.ndarray) -> np.ndarray:
    planes, columns, rows = devices.shape
    parts: list[Wire] = []
    potentials: dict[Hashable, float] = {}
    for plane in range(planes):
        for n in range(columns):
            line = [("s", plane, k, n) for k in range(rows)]
            parts += _line(("source", plane, n), line, wires.source_line_ohm, wires.driver_ohm)
            potentials["source", plane, n] = sign[plane]
            for k in range(rows):
                parts += _cell(("s", plane, k, n), ("b", k, n), devices[plane, n, k] * active[k])
    return _sensed(parts, potentials, columns, rows, wires)


def _sensed(
    parts: list[Wire], potentials: dict[Hashable, float], columns: int, rows: int, wires: WireSettings
) -> np.ndarray:
    for n in range(columns):
        line = [("b", k, n) for k in range(rows - 1, -1, -1)]
        parts += _line(("converter", n), line, wires.bit_line_ohm, wires.sense_ohm)
    circuit = Circuit(parts)
    potentials |= {("converter", n): 0.0 for n in range(columns)}
    return circuit.currents_into([("converter", n) for n in range(columns)], potentials)


def _oracle(devices: np.ndarray, inputs: np.ndarray, wires: WireSettings) -> np.ndarray:
    solve = _gated if wires.select == "gated" else _driven
    if devices.shape[0] == 1 or wires.pairs == "interleaved":
        return np.stack([solve(devices, wires, (1, -1), column) for column in inputs.T], axis=1)
    if wires.pairs == "adjacent":
        neighbours = devices.transpose(1, 0, 2).reshape(1, -1, devices.shape[2])
        currents = np.stack([solve(neighbours, wires, (1,), column) for column in inputs.T], axis=1)
        return currents[0::2] - currents[1::2]
    one, other = (
        np.stack([solve(plane[None], wires, (1,), column) for column in inputs.T], axis=1) for plane in devices
    )
    return one - other


@pytest.fixture(scope="session")
def solved_circuit() -> Callable[[np.ndarray, np.ndarray, WireSettings], np.ndarray]:
    """``solved_circuit(devices (planes, columns, rows), inputs (rows, vectors), wires) -> (columns, vectors)``."""
    return _oracle
