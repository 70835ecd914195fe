"""Driven arrays with a number of columns: all cells of a weight are neighbours along the same word line."""

from __future__ import annotations

import numpy as np
import pytest

from nnsreport.engine.crossbar.mapping import make_mapping
from nnsreport.engine.crossbar.settings import DeviceSettings, MappingSettings, WhiteNoiseSettings
from nnsreport.engine.crossbar.side_by_side import sensitivities_side_by_side
from nnsreport.engine.crossbar.wiring import column_conductances
from nnsreport.engine.parasitics import WireSettings

WEIGHTS, WEIGHTS_IN_ARRAY, ROWS = 5, 2, 4
OHM = {"word_line_ohm": 900.0, "bit_line_ohm": 1300.0, "driver_ohm": 500.0, "sense_ohm": 300.0}
DEVICE = DeviceSettings(on_off_ratio=20.0, white_noise=WhiteNoiseSettings("constant", 0.01))


@pytest.mark.parametrize(("signs", "cells"), [("offset", 3), ("twos-complement", 3), ("differential", 4)])
def test_cells_of_a_weight_load_each_other(solved_circuit, signs: str, cells: int) -> None:
    wires = WireSettings(pairs="adjacent" if signs == "differential" else "separate", **OHM)
    columns = WEIGHTS_IN_ARRAY * cells + 1  # one that stays empty
    settings = MappingSettings(signs=signs, cell_bits=2, array_rows=ROWS, array_columns=columns)
    mapping = make_mapping(5, settings, DEVICE)
    assert mapping.planes * mapping.slices.count == cells
    levels = np.random.default_rng(3).uniform(0.1, 1.0, (mapping.planes, mapping.slices.count, 1, WEIGHTS, ROWS))
    devices = (levels * mapping.cell.maximum).astype(np.float32)
    found = column_conductances(devices, mapping, wires)
    ideal = mapping.column_conductances(devices)
    alone = WireSettings(**OHM)
    for begin in range(0, WEIGHTS, WEIGHTS_IN_ARRAY):
        weights = devices[:, :, 0, begin : begin + WEIGHTS_IN_ARRAY].astype(float)
        neighbours = weights.transpose(2, 1, 0, 3).reshape(1, -1, ROWS) * mapping.cell.step_s
        currents = solved_circuit(neighbours, np.eye(ROWS), alone) / mapping.cell.step_s
        of_cells = currents.reshape(-1, mapping.slices.count, mapping.planes, ROWS)
        expected = np.einsum("nspk,p->snk", of_cells, np.array(mapping.signs.factors))
        part = found[:, 0, begin : begin + WEIGHTS_IN_ARRAY]
        np.testing.assert_allclose(part, expected, rtol=1e-4, atol=1e-5)
        assert np.abs(part - ideal[:, 0, begin : begin + WEIGHTS_IN_ARRAY]).max() > 0.02


def test_sensitivities_are_those_of_the_same_arrays(solved_circuit) -> None:
    settings = MappingSettings(signs="differential", cell_bits=2, array_rows=ROWS, array_columns=4)
    mapping, wires = make_mapping(5, settings, DEVICE), WireSettings(pairs="adjacent", **OHM)
    devices = np.random.default_rng(4).uniform(0.1, 1.0, (2, 2, 1, 3, ROWS)).astype(np.float32) * mapping.cell.maximum
    own, common = sensitivities_side_by_side(devices, mapping, wires)
    neighbours = devices[:, :, 0, 1].transpose(1, 0, 2).reshape(1, -1, ROWS).astype(float)
    everywhere = np.ones((ROWS, 1))
    for line, (one_slice, plane) in enumerate([(0, 0), (0, 1), (1, 0), (1, 1)]):
        for row in range(ROWS):
            found = []
            for change in (1e-4, -1e-4):
                disturbed = neighbours.copy()
                disturbed[0, line, row] += change
                currents = solved_circuit(disturbed * mapping.cell.step_s, everywhere, WireSettings(**OHM))
                found.append(currents[line, 0] / mapping.cell.step_s)
            place = (plane, one_slice, 0, 1, row)
            assert own[place] - common[place] == pytest.approx((found[0] - found[1]) / 2e-4, rel=0.05)
