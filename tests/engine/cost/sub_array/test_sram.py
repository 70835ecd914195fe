"""What must hold for sub-arrays of SRAM whatever NeuroSim's numbers are."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.backend import Array, to_numpy
from nnsreport.engine.cost.parameter_fields import Value
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.sub_array.results import ReadInputs, SubArray
from nnsreport.engine.cost.sub_array.sram import sram_sub_array
from nnsreport.engine.cost.technology import technology

_CLOCK_HZ = 4e8
_ASYNCHRONOUS = {"synchronous": 0, "globalBufferType": 1, "peBufferType": 1}
_MODES = {"parallel": 2, "sequential": 1}
_CHOICES: dict[str, dict[str, Value]] = {
    "sense amplifiers of current": {},
    "sense amplifiers of voltage": {"currentMode": 0},
    "SAR ADC": {"SARADC": 1},
    "asynchronous": _ASYNCHRONOUS,
    "not validated": {"validated": 0},
    "7 nm": {"technode": 7},
    "1 nm, with buffers": {"technode": 1},
    "relaxed cells": {"relaxArrayCellWidth": 1, "relaxArrayCellHeight": 1},
}
_POINTS: dict[str, list[float]] = {
    "numRowSubArray": [128, 256, 64, 100],
    "numColSubArray": [128, 64, 256, 90],
    "synapseBit": [8, 4, 8, 5],
    "numBitInput": [8, 1, 4, 2],
    "widthInFeatureSizeSRAM": [150, 160, 170, 180],
    "minSenseVoltage": [0.1, 0.05, 0.15, 0.1],
}
_PARALLEL_POINTS: dict[str, list[float]] = {
    "numRowParallel": [128, 64, 30, 25],
    "numColMuxed": [8, 4, 16, 3],
    "levelOutput": [32, 16, 8, 64],
    "dumcolshared": [32, 4, 1, 64],
}


def _sub_array(**values: Value) -> SubArray:
    parameters = Parameters.from_values({"memcelltype": 1} | values)
    return sram_sub_array(parameters, technology(parameters.node_nm, parameters.roadmap, parameters.temperature_k))


def _points_of(mode: str) -> dict[str, list[float]]:
    return _POINTS | (_PARALLEL_POINTS if mode == "parallel" else {})


def _results(part: SubArray, inputs: ReadInputs, clock_hz: Array | float) -> list[Array]:
    reads = part.read(inputs, clock_hz)
    readings = (reads.total, reads.adc, reads.accumulation, reads.other)
    return [part.sensing_latency_s(inputs), *(x for reading in readings for x in (reading.latency_s, reading.energy_j))]


def _circuits(part: SubArray) -> list[Array | float]:
    areas = part.areas
    sides = [areas.outline.area_m2, areas.outline.height_m, areas.outline.width_m]
    parts = [areas.array_m2, areas.adc_m2, areas.accumulation_m2, areas.other_m2, areas.used_m2]
    return [*sides, *parts, part.leakage_w, part.leakage_in_use_w, part.access_resistance_ohm]


@pytest.mark.parametrize("mode", _MODES)
@pytest.mark.parametrize("choices", _CHOICES)
def test_points_together_are_the_points_one_by_one_on_any_device(
    mode: str, choices: str, devices: dict[str, ModuleType]
) -> None:
    common = _CHOICES[choices] | {"operationmode": _MODES[mode]}
    axes = _points_of(mode)
    active, used, clocks = np.array([[0.0, 1, 20]]), np.array([60.0, 64, 7, 90]), np.array([1e8, 4e8, 1e9, 2e9])
    singles = []
    for index in range(4):
        part = _sub_array(**common, **{name: numbers[index] for name, numbers in axes.items()})
        inputs = ReadInputs(active_rows=active[0], used_columns=float(used[index]))
        singles.append((_circuits(part), _results(part, inputs, float(clocks[index]))))
    for xp in (np, *devices.values()):
        group = _sub_array(**common, **{name: xp.asarray(np.array(numbers)) for name, numbers in axes.items()})
        inputs = ReadInputs(active_rows=xp.asarray(active), used_columns=xp.asarray(used))
        results = _results(group, inputs, xp.asarray(clocks))
        for index, (circuits, reads) in enumerate(singles):
            for found, single in zip(_circuits(group), circuits, strict=True):
                at_point = np.broadcast_to(to_numpy(xp.asarray(found)), 4)[index]
                np.testing.assert_allclose(at_point, single, rtol=1e-13)
            for result, read in zip(results, reads, strict=True):
                assert result.shape == (4, 3)
                np.testing.assert_allclose(to_numpy(result)[index], read, rtol=1e-12, atol=1e-25)


@pytest.mark.parametrize("mode", _MODES)
def test_states_need_no_memory_for_what_does_not_depend_on_them(mode: str) -> None:
    part = _sub_array(operationmode=_MODES[mode])
    reads = part.read(ReadInputs(active_rows=np.arange(100_000.0) % 129), _CLOCK_HZ)
    assert reads.total.energy_j.shape == (100_000,)
    constant = reads.adc.latency_s if mode == "parallel" else reads.other.latency_s
    assert constant.shape == (100_000,)
    assert constant.strides == (0,)


@pytest.mark.parametrize("mode", _MODES)
@pytest.mark.parametrize("choices", _CHOICES)
def test_parts_add_up_and_circuits_fit_into_the_outline(mode: str, choices: str) -> None:
    part = _sub_array(**_CHOICES[choices] | {"operationmode": _MODES[mode]})
    areas = part.areas
    parts_m2 = areas.array_m2 + areas.adc_m2 + areas.accumulation_m2 + areas.other_m2
    assert areas.used_m2 == pytest.approx(parts_m2, rel=1e-14)
    assert areas.used_m2 < areas.outline.area_m2
    reads = part.read(ReadInputs(active_rows=np.arange(129.0)), _CLOCK_HZ)
    energies = reads.adc.energy_j + reads.accumulation.energy_j + reads.other.energy_j
    np.testing.assert_allclose(reads.total.energy_j, energies, rtol=1e-14)
    latencies = reads.adc.latency_s + reads.accumulation.latency_s + reads.other.latency_s
    np.testing.assert_allclose(reads.total.latency_s, latencies, rtol=1e-14)


@pytest.mark.parametrize("choices", _CHOICES)
def test_reading_row_by_row_takes_energy_by_the_active_rows(choices: str) -> None:
    part = _sub_array(**_CHOICES[choices] | {"operationmode": 1, "numBitInput": 1, "synapseBit": 2})
    reads = part.read(ReadInputs(active_rows=np.array([1.0, 2.0, 50.0])), _CLOCK_HZ)
    for reading in (reads.adc, reads.other):
        np.testing.assert_allclose(reading.energy_j, reading.energy_j[0] * np.array([1, 2, 50]), rtol=1e-13)
    # Only the last addition of a weight's columns does not depend on the rows.
    steps = np.diff(part.read(ReadInputs(active_rows=np.arange(5.0)), _CLOCK_HZ).accumulation.energy_j)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-10)


def test_cycles_of_a_synchronous_chip() -> None:
    active = np.array([1.0, 17.0, 128.0])
    parallel = _sub_array(operationmode=2, numRowParallel=32, numColMuxed=4).read(ReadInputs(active_rows=active), 1e6)
    # Four columns share a converter, and four groups of rows are read one after the other; additions need no cycle
    # of their own at a slow clock.
    assert parallel.total.latency_s.tolist() == [16, 16, 16]
    sequential = _sub_array(operationmode=1).read(ReadInputs(active_rows=active), 1e6)
    assert sequential.total.latency_s.tolist() == active.tolist()
    fast = _sub_array(operationmode=1).read(ReadInputs(active_rows=active), 1e10)
    assert (fast.accumulation.latency_s > 0).all()


def test_only_converters_of_used_columns_take_energy() -> None:
    part = _sub_array(operationmode=2)
    active = np.array([40.0])
    none, half, all_columns = (
        part.read(ReadInputs(active_rows=active, used_columns=columns), _CLOCK_HZ) for columns in (0.0, 64.0, None)
    )
    half_j = (half.adc.energy_j - none.adc.energy_j).item()
    assert half_j > 0
    assert (all_columns.adc.energy_j - none.adc.energy_j).item() == pytest.approx(2 * half_j, rel=1e-12)
    assert half.other.energy_j == none.other.energy_j
    assert half.total.latency_s == none.total.latency_s


def test_cells_that_are_read_do_not_leak_in_use() -> None:
    parallel = _sub_array(operationmode=2, numRowParallel=64, numColMuxed=8)
    sequential = _sub_array(operationmode=1)
    # 64 rows at 16 converters are read at once of 128 by 128 cells; or one whole row.
    ratio = parallel.leakage_in_use_w / sequential.leakage_in_use_w
    assert ratio == pytest.approx((128 * 128 - 64 * 16) / (127 * 128), rel=1e-14)
    assert parallel.leakage_in_use_w < parallel.leakage_w


def test_buffers_of_word_lines_take_area_time_and_energy_but_do_not_leak() -> None:
    values: dict[str, Value] = {"operationmode": 2, "technode": 2, "SARADC": 1}
    plain, one, three = (_sub_array(**values, buffernumber=count, buffersizeratio=3) for count in (0, 1, 3))
    inputs = ReadInputs(active_rows=np.array([10.0]))
    assert (three.areas.other_m2 - one.areas.other_m2) > (one.areas.other_m2 - plain.areas.other_m2) > 0
    energies = [part.read(inputs, _CLOCK_HZ).adc.energy_j.item() for part in (plain, one, three)]
    assert energies[2] - energies[0] == pytest.approx(3 * (energies[1] - energies[0]), rel=1e-9)
    assert plain.leakage_w == one.leakage_w == three.leakage_w


def test_points_with_and_without_buffers_in_a_group() -> None:
    values: dict[str, Value] = {"operationmode": 2, "technode": 2}
    counts, ratios = np.array([0.0, 1, 3]), np.array([0.0, 2, 3])
    group = _sub_array(**values, buffernumber=counts, buffersizeratio=ratios)
    together = _results(group, ReadInputs(active_rows=np.array([[5.0]])), _CLOCK_HZ)
    for index in range(3):
        part = _sub_array(**values, buffernumber=counts[index], buffersizeratio=ratios[index])
        alone = _results(part, ReadInputs(active_rows=np.array([5.0])), _CLOCK_HZ)
        for found, single in zip(together, alone, strict=True):
            np.testing.assert_allclose(np.broadcast_to(found, (3, 1))[index], single, rtol=1e-13)
