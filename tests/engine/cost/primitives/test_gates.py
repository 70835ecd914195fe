"""Area, capacitance and leakage of gates against NeuroSim V1.4's formula.cpp, and against layouts counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.cost.primitives.gate_area import gate_area, pass_gate_area
from nnsreport.engine.cost.primitives.gate_capacitance import SheetTuning, gate_capacitance_pair
from nnsreport.engine.cost.primitives.kinds import Gate
from nnsreport.engine.cost.primitives.leakage import gate_leakage_a
from nnsreport.engine.cost.technology import Technology, technology

Rows = Callable[[str], list[dict[str, str]]]
OfRow = Callable[[dict[str, str]], Technology]
Metres = Callable[[dict[str, str], str], float]


def test_gates_are_neurosims(neurosim_rows: Rows, technology_of: OfRow, metres: Metres) -> None:
    for row in neurosim_rows("gates.csv"):
        used, gate, inputs = technology_of(row), Gate(row["gate"]), int(row["inputs"])
        widths = metres(row, "width_nmos_f"), metres(row, "width_pmos_f")
        height = metres(row, "height_f")
        outline = gate_area(gate, inputs, *widths, height, used)
        input_f, output_f = gate_capacitance_pair(gate, inputs, *widths, height, used)
        found = {
            "area_m2": outline.area_m2,
            "height_m": outline.height_m,
            "width_m": outline.width_m,
            "input_f": input_f,
            "output_f": output_f,
            "leakage_a": gate_leakage_a(gate, inputs, *widths, used),
        }
        for name, value in found.items():
            assert value == pytest.approx(float(row[name]), rel=1e-13, abs=0), (row, name)


def test_gaa_gates_with_sheets_of_their_own_width_are_neurosims(
    neurosim_rows: Rows, technology_of: OfRow, metres: Metres
) -> None:
    for row in neurosim_rows("tuned_gates.csv"):
        used = technology_of(row)
        tuning = SheetTuning(float(row["gate_factor"]), float(row["nmos_factor"]), float(row["pmos_factor"]))
        widths = metres(row, "width_nmos_f"), metres(row, "width_pmos_f")
        pair = gate_capacitance_pair(
            Gate(row["gate"]), int(row["inputs"]), *widths, used.standard_cell_height_m, used, tuning
        )
        assert pair == pytest.approx((float(row["input_f"]), float(row["output_f"])), rel=1e-13, abs=0), row


def test_pass_gates_are_neurosims(neurosim_rows: Rows, technology_of: OfRow, metres: Metres) -> None:
    for row in neurosim_rows("cells.csv"):
        outline = pass_gate_area(
            metres(row, "width_nmos_f"), metres(row, "width_pmos_f"), technology_of(row), int(row["folds"])
        )
        expected = [float(row[f"pass_gate_{name}"]) for name in ("area_m2", "height_m", "width_m")]
        found = [outline.area_m2, outline.height_m, outline.width_m]
        assert found == pytest.approx(expected, rel=1e-13, abs=0), row


def test_inverter_counted_by_hand() -> None:
    used = technology(22, "LSTP")
    feature_m = used.feature_size_m
    outline = gate_area(Gate.INVERTER, 1, 2 * feature_m, 4 * feature_m, used.standard_cell_height_m, used)
    # One gate between two contacts: two gate pitches of 1 + 2.8 F in a cell of 28 F.
    assert outline.width_m == pytest.approx(2 * 3.8 * feature_m)
    assert outline.height_m == pytest.approx(28 * feature_m)


def test_wide_transistor_folds() -> None:
    used = technology(22, "LSTP")
    feature_m = used.feature_size_m
    # Half of 28 - 3.5 - 3.6 F, as both transistors are as wide: 10.45 F for each; 40 F fold into four.
    outline = gate_area(Gate.INVERTER, 1, 40 * feature_m, 40 * feature_m, used.standard_cell_height_m, used)
    assert outline.width_m == pytest.approx(5 * 3.8 * feature_m)


def test_unfolded_inputs_share_a_contact() -> None:
    used = technology(22, "LSTP")
    feature_m = used.feature_size_m
    outlines = [
        gate_area(gate, 3, 2 * feature_m, 4 * feature_m, used.standard_cell_height_m, used)
        for gate in (Gate.NAND, Gate.NOR)
    ]
    assert [outline.width_m for outline in outlines] == pytest.approx([4 * 3.8 * feature_m] * 2)


@pytest.mark.parametrize("node_nm", [130, 22, 14, 3, 2, 1])
def test_no_transistors_take_nothing(node_nm: int) -> None:
    used = technology(node_nm, "LSTP")
    for gate in Gate:
        assert gate_area(gate, 1, 0.0, 0.0, used.standard_cell_height_m, used).area_m2 == 0
        assert gate_capacitance_pair(gate, 1, 0.0, 0.0, used.standard_cell_height_m, used) == (0, 0)
        assert gate_leakage_a(gate, 2, 0.0, 0.0, used) == 0


@pytest.mark.parametrize("node_nm", [14, 2])
def test_cell_without_room_is_not_a_number(node_nm: int) -> None:
    used = technology(node_nm, "LSTP")
    layout = used.layout
    # As low as the gap and the region outside: no fin fits, and NeuroSim divides by zero.
    room_f = layout.well_gap_f + layout.outer_region_f + 0.1
    height = room_f / layout.cell_height_f * used.standard_cell_height_m
    width = 4 * used.feature_size_m
    assert np.isnan(gate_area(Gate.INVERTER, 1, width, 0.0, height, used).area_m2)
    assert np.isnan(gate_capacitance_pair(Gate.INVERTER, 1, width, 0.0, height, used)[1])


@pytest.mark.parametrize("node_nm", [45, 7, 1])
def test_arrays_give_what_scalars_give_on_any_device(node_nm: int, strict_device: ModuleType) -> None:
    used = technology(node_nm, "LSTP")
    generator = np.random.default_rng(node_nm)
    nmos, pmos = generator.uniform(0, 60, (2, 50)) * used.feature_size_m
    pmos[::7] = 0
    heights = np.where(np.arange(50) % 2, used.standard_cell_height_m, generator.uniform(28, 90, 50) * nmos.max() / 60)
    on_device = [strict_device.asarray(values) for values in (nmos, pmos, heights)]
    for gate in Gate:
        area = gate_area(gate, 2, nmos, pmos, heights, used).area_m2
        pair = gate_capacitance_pair(gate, 2, nmos, pmos, heights, used)
        one_by_one = [map(float, values) for values in (nmos, pmos, heights)]
        for index, values in enumerate(zip(*one_by_one, strict=True)):
            assert gate_area(gate, 2, *values, used).area_m2 == area[index]
            assert gate_capacitance_pair(gate, 2, *values, used) == (pair[0][index], pair[1][index])
        np.testing.assert_array_equal(gate_area(gate, 2, *on_device, used).area_m2.get(), area)
        for found, expected in zip(gate_capacitance_pair(gate, 2, *on_device, used), pair, strict=True):
            np.testing.assert_array_equal(found.get(), expected)


def test_scalar_heights_and_widths_mix_with_a_devices_arrays(strict_device: ModuleType) -> None:
    used = technology(7, "LSTP")
    width = strict_device.asarray(np.array([3.0, 9.0]) * used.feature_size_m)
    outline = gate_area(Gate.NAND, 2, width, used.minimum_nmos_width_m, used.standard_cell_height_m, used)
    again = gate_area(Gate.NAND, 2, width, used.minimum_nmos_width_m, outline.height_m, used)
    assert again.area_m2.get().shape == (2,)


@pytest.mark.parametrize("node_nm", [22, 7, 2])
def test_number_of_inputs_may_differ_by_point(node_nm: int, strict_device: ModuleType) -> None:
    used = technology(node_nm, "LSTP")
    height, widths = used.standard_cell_height_m, (3 * used.feature_size_m, 30 * used.feature_size_m)
    inputs = np.array([2, 3, 4, 7])
    device = strict_device.asarray(inputs)
    for gate in (Gate.NAND, Gate.NOR):
        one_by_one = [
            (
                gate_area(gate, count, *widths, height, used).area_m2,
                gate_capacitance_pair(gate, count, *widths, height, used)[1],
                gate_leakage_a(gate, count, *widths, used),
            )
            for count in inputs.tolist()
        ]
        for counts in (inputs, device):
            together = (
                gate_area(gate, counts, *widths, height, used).area_m2,
                gate_capacitance_pair(gate, counts, *widths, height, used)[1],
                gate_leakage_a(gate, counts, *widths, used),
            )
            for found, expected in zip(together, zip(*one_by_one, strict=True), strict=True):
                np.testing.assert_array_equal(found.get() if counts is device else found, expected)
