"""White noise of devices behind resistive wires, against the exact circuit with each cell disturbed by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nnsreport.engine.crossbar.arithmetic import BlockOperand
from nnsreport.engine.crossbar.gated_operand import gated_operand
from nnsreport.engine.crossbar.mapping import Mapping, lines_of_groups, make_mapping
from nnsreport.engine.crossbar.settings import DeviceSettings, MappingSettings, WhiteNoiseSettings
from nnsreport.engine.crossbar.white_noise import column_variances, layer_noise
from nnsreport.engine.crossbar.wiring import circuits, column_conductances, solves_every_vector
from nnsreport.engine.parasitics import WireSettings, column_currents
from nnsreport.engine.parasitics.ladder import Line, log_attenuations, node_voltages

COLUMNS, ROWS, VECTORS = 4, 24, 6
DEVICE = DeviceSettings(white_noise=WhiteNoiseSettings("constant", 0.01))
STEP = 1e-3
CASES = [
    ("offset", "separate"),
    ("differential", "separate"),
    ("differential", "adjacent"),
    ("differential", "interleaved"),
]


class Ones:
    """A source of noise that shows its standard deviation."""

    def normals(self, sums: np.ndarray, block: int, vectors: object) -> np.ndarray:
        return np.ones_like(sums)


def wires_of(select: str, pairs: str, ohm: float) -> WireSettings:
    supply = {"source_line_ohm" if select == "gated" else "word_line_ohm": ohm}
    return WireSettings(select=select, pairs=pairs, bit_line_ohm=ohm, driver_ohm=3 * ohm, sense_ohm=2 * ohm, **supply)


def currents(devices: np.ndarray, inputs: np.ndarray, mapping: Mapping, wires: WireSettings) -> np.ndarray:
    """Exact currents, (groups, columns, vectors), of arrays that are independent groups."""
    if not solves_every_vector(wires):
        return (column_conductances(devices, mapping, wires) @ inputs)[0]
    parts = (f * column_currents(d, inputs, wires, mapping.cell.step_s) for f, d in circuits(devices, mapping))
    return sum(parts)[0]  # type: ignore[no-any-return, index]


def exact_std(devices: np.ndarray, inputs: np.ndarray, mapping: Mapping, wires: WireSettings) -> np.ndarray:
    planes = devices.shape[0]
    variance = np.zeros((COLUMNS, inputs.shape[1]))
    for plane in range(planes):
        for column in range(COLUMNS):
            disturbed = np.repeat(devices.astype(float), 2 * ROWS, axis=2)
            for row in range(ROWS):
                disturbed[plane, 0, row, column, row] += STEP
                disturbed[plane, 0, ROWS + row, column, row] -= STEP
            found = currents(disturbed, inputs, mapping, wires)
            change = (found[:ROWS] - found[ROWS:]) / (2 * STEP)
            variance[column] += (change[:, column] ** 2).sum(axis=0)
    return np.sqrt(variance) * 0.01 * mapping.cell.maximum


def modelled_std(devices: np.ndarray, inputs: np.ndarray, mapping: Mapping, wires: WireSettings) -> np.ndarray:
    source: Any = Ones()
    noise = layer_noise(devices, mapping, DEVICE, wires, source)
    if solves_every_vector(wires):
        cells, unused = lines_of_groups(mapping.column_conductances(devices)), None
        operand = BlockOperand(cells, mapping.blocks(ROWS), mapping.slices, unused, noise)  # type: ignore[arg-type]
        found = gated_operand(operand, devices, mapping, wires).without_wires.noise
        assert found is not None
        noise = found
    sums = np.zeros((1, 1, COLUMNS, inputs.shape[1]), np.float32)
    noise.add(sums, inputs.astype(np.float32)[None, None], slice(0, ROWS), 0, None)
    return sums[0, 0]


def devices_of(mapping: Mapping) -> np.ndarray:
    levels = np.random.default_rng(5).uniform(0.05, 1.0, (mapping.planes, 1, 1, COLUMNS, ROWS))
    return (levels * mapping.cell.maximum).astype(np.float32)


def inputs_of(select: str, kind: str) -> np.ndarray:
    rng = np.random.default_rng(6)
    if kind == "bits":
        return (rng.random((ROWS, VECTORS)) < np.linspace(0.2, 1.0, VECTORS)).astype(float)
    if select == "gated":
        return rng.integers(-1, 2, (ROWS, VECTORS)).astype(float)
    return rng.normal(size=(ROWS, VECTORS))


@pytest.mark.parametrize("kind", ["bits", "signed"])
@pytest.mark.parametrize("ohm", [20.0, 100.0])
@pytest.mark.parametrize("select", ["driven", "gated"])
@pytest.mark.parametrize(("signs", "pairs"), CASES)
def test_deviations_are_those_of_the_circuit(signs: str, pairs: str, select: str, ohm: float, kind: str) -> None:
    mapping = make_mapping(5, MappingSettings(signs=signs), DEVICE)
    devices, inputs, wires = devices_of(mapping), inputs_of(select, kind), wires_of(select, pairs, ohm)
    exact = exact_std(devices, inputs, mapping, wires)
    ideal = modelled_std(devices, inputs, mapping, WireSettings())
    found = modelled_std(devices, inputs, mapping, wires)
    lost = (1 - exact / ideal).max()
    assert lost > 0.05
    assert np.abs(found / exact - 1).max() < lost * (0.25 if select == "gated" else 0.1)


def test_nothing_is_lost_without_resistance() -> None:
    mapping = make_mapping(5, MappingSettings(signs="differential"), DEVICE)
    devices, inputs = devices_of(mapping), inputs_of("driven", "signed")
    found = modelled_std(devices, inputs, mapping, WireSettings())
    variances = column_variances(devices, mapping, DEVICE)[0, 0]
    np.testing.assert_allclose(found, np.sqrt(variances @ inputs**2), rtol=1e-5)


def test_voltages_of_a_line_with_all_rows_at_one_are_what_its_converter_does_not_get() -> None:
    shunts = np.random.default_rng(1).uniform(0.0, 0.1, (12, 3))
    line = Line(0.2, 0.7)
    voltages = node_voltages(shunts, shunts, line)
    np.testing.assert_allclose(voltages, 1 - np.exp(-log_attenuations(shunts, line)), rtol=1e-12)


def test_a_column_that_conducts_nothing_loses_nothing() -> None:
    mapping = make_mapping(5, MappingSettings(signs="differential"), DEVICE)
    devices, wires = np.zeros_like(devices_of(mapping)), wires_of("gated", "separate", 20.0)
    inputs = inputs_of("gated", "bits")
    ideal = modelled_std(devices, inputs, mapping, WireSettings())
    np.testing.assert_allclose(modelled_std(devices, inputs, mapping, wires), ideal, rtol=1e-6)
