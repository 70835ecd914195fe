"""Adders, registers, buffers, activation units and interconnect against NeuroSim V1.4, on random geometries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import ModuleType
from typing import TypeAlias

import numpy as np
import pytest

from nnsreport.engine.backend import to_numpy
from nnsreport.engine.cost.components.adder import adders
from nnsreport.engine.cost.components.adder_tree import adder_tree
from nnsreport.engine.cost.components.bit_shifter import bit_shifter
from nnsreport.engine.cost.components.bus import bus
from nnsreport.engine.cost.components.comparator import comparators
from nnsreport.engine.cost.components.flip_flops import flip_flops
from nnsreport.engine.cost.components.h_tree import h_tree
from nnsreport.engine.cost.components.max_pooling import max_pooling
from nnsreport.engine.cost.components.register_buffer import register_buffer
from nnsreport.engine.cost.components.repeaters import RepeatedWire
from nnsreport.engine.cost.components.shift_add import shift_add
from nnsreport.engine.cost.components.sigmoid import sigmoid
from nnsreport.engine.cost.components.sram_buffer import sram_buffer
from nnsreport.engine.cost.components.sram_cell import SramCell, sram_cell
from nnsreport.engine.cost.components.xy_bus import xy_bus
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.quantity import Quantity, select
from nnsreport.engine.cost.technology import Technology, technology

Rows: TypeAlias = Callable[[str], list[dict[str, str]]]
Values: TypeAlias = Mapping[str, Quantity]
Choices: TypeAlias = Mapping[str, int]
Results: TypeAlias = dict[str, Quantity]

_COUNTS = {"max_pooling": ("bits", "window")}
_CHOICES = ("is_validated", "special_layout", "base_width_nm")
_FLIP_FLOP_ACTIVITY = 0.5
# The tables have 13 digits.
_TOLERANCE = 1e-12


def _adder_activity(c: Choices) -> float:
    return 0.15 if c["is_validated"] else 1.0


def _control_activity(c: Choices) -> float:
    return 0.05 if c.get("is_validated") else 1.0


def _sides(outline: Outline) -> Results:
    return {"area_m2": outline.area_m2, "height_m": outline.height_m, "width_m": outline.width_m}


def _repeaters(wire: RepeatedWire) -> Results:
    return {"repeater_size": wire.size, "spacing_m": wire.spacing_m}


def _adders(v: Values, used: Technology, c: Choices) -> Results:
    part = adders(v["bits"], v["count"], used, special_layout=bool(c["special_layout"]))
    return _sides(part.outline_in_width(v["given_width_m"])) | {
        "latency_s": part.latency_s(v["load_f"], v["ramp_per_s"], v["additions"]),
        "energy_j": part.energy_j(v["active"], v["additions"], _adder_activity(c)),
        "leakage_w": part.leakage_w,
    }


def _flip_flops(v: Values, used: Technology, c: Choices) -> Results:
    part = flip_flops(v["count"], used, special_layout=bool(c["special_layout"]))
    has_width = v["given_width_m"] > 0
    # A side that is not given is replaced by the other, as both arrangements are evaluated.
    in_width = part.outline_in_width(select(has_width, v["given_width_m"], v["given_height_m"]))
    in_height = part.outline_in_height(select(has_width, v["given_width_m"], v["given_height_m"]))
    sides = {name: select(has_width, side, _sides(in_height)[name]) for name, side in _sides(in_width).items()}
    return sides | {
        "latency_s": part.latency_s(v["clock_hz"], v["accesses"]),
        "energy_j": part.energy_j(v["active"], v["accesses"], _FLIP_FLOP_ACTIVITY),
        "leakage_w": part.leakage_w,
    }


def _shift_add(v: Values, used: Technology, c: Choices) -> Results:
    special_layout = bool(c["special_layout"])
    part = shift_add(v["outputs"], v["bits"], v["shifts"], v["given_width_m"], used, special_layout=special_layout)
    flip_flop_activity = _FLIP_FLOP_ACTIVITY if c["is_validated"] else 1.0
    return _sides(part.outline) | {
        "latency_s": part.latency_s(v["clock_hz"], v["additions"], v["pulse_s"]),
        "energy_j": part.energy_j(v["additions"], _adder_activity(c), flip_flop_activity),
        "leakage_w": part.leakage_w,
    }


def _adder_tree(v: Values, used: Technology, c: Choices) -> Results:
    special_layout = bool(c["special_layout"])
    part = adder_tree(v["operands"], v["bits"], v["trees"], v["given_width_m"], used, special_layout=special_layout)
    return _sides(part.outline) | {
        "stages": part.stages,
        "latency_s": part.latency_s(v["added"], v["load_f"]) * v["additions"],
        "cycles": part.cycles(v["added"], v["clock_hz"], v["load_f"]) * v["additions"],
        "energy_j": part.energy_j(v["added"], v["additions"], _adder_activity(c)),
        "leakage_w": part.leakage_w(v["added"]),
    }


def _bit_shifter(v: Values, used: Technology, c: Choices) -> Results:
    part = bit_shifter(v["units"], v["bits"], used, special_layout=bool(c["special_layout"]))
    return _sides(part.outline_in_width(v["given_width_m"])) | {
        "latency_s": part.latency_s(v["clock_hz"], v["reads"]),
        "energy_j": part.energy_j(v["reads"]),
        "leakage_w": part.leakage_w,
    }


def _comparators(v: Values, used: Technology, c: Choices) -> Results:
    part = comparators(v["bits"], v["count"], used)
    return {
        "area_m2": part.unit_area_m2 * part.count,
        "latency_s": part.latency_s(v["load_f"], v["ramp_per_s"]) * v["comparisons"],
        "energy_j": part.energy_j(v["active"], v["comparisons"], _control_activity(c)),
        "leakage_w": part.leakage_w,
    }


def _max_pooling(v: Values, used: Technology, c: Choices) -> Results:
    part = max_pooling(c["bits"], c["window"], v["units"], used)
    return _sides(part.outline_in_width(v["given_width_m"])) | {
        "latency_s": part.latency_s(v["load_f"], v["poolings"]),
        "cycles": part.cycles(v["load_f"], v["poolings"], v["clock_hz"]),
        "energy_j": part.energy_j(v["poolings"], _control_activity(c)),
        "leakage_w": part.leakage_w,
    }


def _bus(v: Values, used: Technology, c: Choices) -> Results:
    part = bus(v["units"], v["pitch_m"], v["wire_ohm_per_m"], used, v["delay_tolerance"])
    return _repeaters(part.wire) | {
        "latency_s": part.latency_s() * v["transfers"],
        "cycles": part.cycles(v["clock_hz"]) * v["transfers"],
        "energy_j": part.energy_j(v["bits"], v["transfers"], v["toggling"]),
        "leakage_w": part.leakage_w(v["bits"]),
    }


def _h_tree(v: Values, used: Technology, c: Choices) -> Results:
    part = h_tree(v["rows"], v["columns"], v["delay_tolerance"], v["wire_ohm_per_m"], c["base_width_nm"], used)
    pitch = (v["unit_height_m"], v["unit_width_m"])
    return _repeaters(part.wire) | {
        "area_m2": part.area_m2(*pitch, v["width_bits"], v["folded_ratio"]),
        "latency_s": part.latency_s(*pitch) * v["transfers"],
        "cycles": part.cycles(*pitch, v["clock_hz"]) * v["transfers"],
        "energy_j": part.energy_j(*pitch, v["bits"], v["transfers"]),
        "leakage_w": part.leakage_w(*pitch, v["bits"]),
    }


def _xy_bus(v: Values, used: Technology, c: Choices) -> Results:
    pitch = (v["tile_height_m"], v["tile_width_m"])
    part = xy_bus(
        v["rows"],
        v["columns"],
        *pitch,
        v["width_bits"],
        v["folded_ratio"],
        v["delay_tolerance"],
        v["wire_ohm_per_m"],
        c["base_width_nm"],
        used,
    )
    path = part.path_m(v["column"], v["row"], *pitch)
    input_s, output_s = part.latency_s(*path)
    input_cycles, output_cycles = part.cycles(*path, v["clock_hz"])
    return _repeaters(part.wire) | {
        "area_m2": part.area_m2,
        "latency_s": input_s * v["input_transfers"] + output_s * v["output_transfers"],
        "cycles": input_cycles * v["input_transfers"] + output_cycles * v["output_transfers"],
        "energy_j": part.energy_j(*path, v["input_bits"], v["output_bits"]),
        "leakage_w": part.leakage_w(*path),
    }


def _register_buffer(v: Values, used: Technology, c: Choices) -> Results:
    part = register_buffer(
        v["bits"],
        v["line_bits"],
        v["sizing"],
        used,
        special_layout=bool(c["special_layout"]),
        control_activity=_control_activity(c),
    )
    return {
        "area_m2": part.area_m2,
        "read_latency_s": part.latency_s(v["reads"]),
        "write_latency_s": part.latency_s(v["writes"]),
        "read_energy_j": part.read_energy_j(v["read_bits"], v["reads"], _FLIP_FLOP_ACTIVITY),
        "write_energy_j": part.write_energy_j(v["written_bits"], v["writes"], _FLIP_FLOP_ACTIVITY),
        "leakage_w": part.leakage_w,
    }


def _cell(v: Values, used: Technology) -> SramCell:
    return sram_cell(
        v["cell_height_f"], v["cell_width_f"], v["access_width_f"], v["nmos_width_f"], v["pmos_width_f"], used
    )


def _sram_buffer(v: Values, used: Technology, c: Choices) -> Results:
    # NeuroSim's sub-array sets the capacitance of the cells, so that it is an argument here.
    cell = replace(_cell(v, used), storage_f=v["storage_f"])
    wires = (v["word_line_ohm_per_m"], v["bit_line_ohm_per_m"], v["driven_ohm_per_m"])
    part, clocked = (
        sram_buffer(
            v["bits"],
            v["line_bits"],
            cell,
            wires,
            v["sizing"],
            used,
            is_synchronous=is_synchronous,
            control_activity=_control_activity(c),
        )
        for is_synchronous in (False, True)
    )
    return {
        "area_m2": part.area_m2,
        "read_latency_s": part.read_latency_s(v["reads"], v["sensed_v"]),
        "write_latency_s": part.write_latency_s(v["writes"]),
        "read_energy_j": part.read_energy_j(v["read_bits"], v["reads"]),
        "write_energy_j": part.write_energy_j(v["written_bits"], v["writes"]),
        "clocked_read_energy_j": clocked.read_energy_j(v["read_bits"], v["reads"]),
        "clocked_write_energy_j": clocked.write_energy_j(v["written_bits"], v["writes"]),
        "leakage_w": part.leakage_w,
    }


def _sigmoid(v: Values, used: Technology, c: Choices) -> Results:
    part = sigmoid(v["bits"], v["entries"], v["tables"], _cell(v, used), v["word_line_ohm_per_m"], v["sizing"], used)
    return _sides(part.outline_in_width(v["given_width_m"])) | {
        "latency_s": part.latency_s(v["sensed_v"]) * v["reads"],
        "cycles": part.cycles(v["sensed_v"], v["clock_hz"]) * v["reads"],
        "energy_j": part.energy_j(v["reads"]),
        "leakage_w": part.leakage_w,
    }


_EVALUATIONS: Mapping[str, Callable[[Values, Technology, Choices], Results]] = {
    "adders": _adders,
    "flip_flops": _flip_flops,
    "shift_add": _shift_add,
    "adder_tree": _adder_tree,
    "bit_shifter": _bit_shifter,
    "comparators": _comparators,
    "max_pooling": _max_pooling,
    "bus": _bus,
    "h_tree": _h_tree,
    "xy_bus": _xy_bus,
    "register_buffer": _register_buffer,
    "sram_buffer": _sram_buffer,
    "sigmoid": _sigmoid,
}


def _technology_of(row: Mapping[str, str]) -> Technology:
    return technology(int(row["node_nm"]), row["roadmap"], float(row["temperature_k"]))


def _choices_of(name: str, row: Mapping[str, str]) -> dict[str, int]:
    return {choice: int(row[choice]) for choice in (*_CHOICES, *_COUNTS.get(name, ())) if choice in row}


def _numbers_of(row: Mapping[str, str]) -> dict[str, float]:
    return {column: float(value) for column, value in row.items() if column != "roadmap"}


def _groups(name: str, rows: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Return the rows that can be evaluated at once: those with the same technology and choices."""
    groups = defaultdict(list)
    for row in rows:
        groups[(_technology_of(row), *_choices_of(name, row).values())].append(row)
    return list(groups.values())


@pytest.mark.parametrize("name", _EVALUATIONS)
def test_component_is_neurosims(name: str, neurosim_rows: Rows) -> None:
    rows = neurosim_rows(f"components/{name}.csv")
    assert {int(row["node_nm"]) for row in rows} == {130, 90, 65, 45, 32, 22, 14, 10, 7, 5, 3, 2, 1}
    for row in rows:
        found = _EVALUATIONS[name](_numbers_of(row), _technology_of(row), _choices_of(name, row))
        for quantity, value in found.items():
            assert float(value) == pytest.approx(float(row[quantity]), rel=_TOLERANCE, abs=0), (quantity, row)


@pytest.mark.parametrize("name", _EVALUATIONS)
def test_points_together_are_the_points_one_by_one_on_any_device(
    name: str, neurosim_rows: Rows, devices: dict[str, ModuleType]
) -> None:
    for group in _groups(name, neurosim_rows(f"components/{name}.csv")):
        used, choices = _technology_of(group[0]), _choices_of(name, group[0])
        numbers = [_numbers_of(row) for row in group]
        one_by_one = [_EVALUATIONS[name](point, used, choices) for point in numbers]
        for device in (np, *devices.values()):
            arrays = {key: device.asarray(np.array([point[key] for point in numbers])) for key in numbers[0]}
            together = _EVALUATIONS[name](arrays, used, choices)
            for quantity, values in together.items():
                expected = np.array([point[quantity] for point in one_by_one], dtype=float)
                found = np.broadcast_to(to_numpy(values), len(group))
                np.testing.assert_allclose(found, expected, rtol=1e-14, err_msg=quantity)
