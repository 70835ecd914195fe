"""What must hold for sub-arrays of RRAM and FeFET whatever NeuroSim's numbers are."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.backend import Array, to_numpy
from nnsreport.engine.cost.parameter_fields import Value
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.sub_array.results import ReadInputs, SubArray
from nnsreport.engine.cost.sub_array.sub_array import sub_array
from nnsreport.engine.cost.technology import technology
from nnsreport.errors import ConfigurationError

_CLOCK_HZ = 4e8
_MODES = {"parallel": 2, "sequential": 1}
_CHOICES: dict[str, dict[str, Value]] = {
    "sense amplifiers of current": {},
    "sense amplifiers of voltage": {"currentMode": 0},
    "SAR ADC": {"SARADC": 1},
    "asynchronous": {"synchronous": 0},
    "not validated": {"validated": 0},
    "HP": {"deviceroadmap": 1},
    "crossbar": {"accesstype": 4},
    "asynchronous crossbar of FeFET": {"accesstype": 4, "memcelltype": 3, "synchronous": 0},
    "FeFET at 7 nm": {"memcelltype": 3, "technode": 7},
    "FeFET at 1 nm, with buffers": {"memcelltype": 3, "technode": 1, "widthInFeatureSize1T1R": 40},
    "relaxed cells": {"relaxArrayCellWidth": 1, "relaxArrayCellHeight": 1},
}
_POINTS: dict[str, list[float]] = {
    "numRowSubArray": [128, 256, 64, 100],
    "numColSubArray": [128, 64, 256, 90],
    "numColMuxed": [8, 4, 16, 3],
    "dumcolshared": [32, 4, 1, 64],
    "cellBit": [2, 4, 3, 2],
    "synapseBit": [8, 4, 8, 5],
    "numBitInput": [8, 1, 4, 2],
    "resistanceOn": [1e5, 2e5, 4e5, 1e6],
    "resistanceOff": [1e7, 3e6, 2e7, 1e8],
    "writeVoltage": [2.0, 1.0, 3.0, 1.5],
}
_PARALLEL_POINTS: dict[str, list[float]] = {"numRowParallel": [128, 64, 30, 25], "levelOutput": [32, 16, 8, 64]}
_ACTIVE_ROWS = np.array([[0.0, 1, 20], [3, 3, 3], [1, 40, 64], [2, 0, 0.5]])
_COLUMNS_OHM = np.geomspace(300.0, 1e10, 4 * 3 * 5).reshape(4, 3, 5)


def _sub_array(**values: Value) -> SubArray:
    # NeuroSim has no numbers of asynchronous chips, but of their sub-arrays.
    parameters = Parameters.from_values({"memcelltype": 2, "cellBit": 2} | values, refuse=False)
    return sub_array(parameters, technology(parameters.node_nm, parameters.roadmap, parameters.temperature_k))


def _points_of(mode: str) -> dict[str, list[float]]:
    return _POINTS | (_PARALLEL_POINTS if mode == "parallel" else {})


def _inputs(active_rows: Array, column_ohm: float = 1e4, columns: int = 3) -> ReadInputs:
    return ReadInputs(active_rows=active_rows, column_resistance_ohm=np.full((*active_rows.shape, columns), column_ohm))


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
    axes, clocks = _points_of(mode), np.array([1e8, 4e8, 1e9, 2e9])
    singles = []
    for index in range(4):
        part = _sub_array(**common, **{name: numbers[index] for name, numbers in axes.items()})
        inputs = ReadInputs(active_rows=_ACTIVE_ROWS[index], column_resistance_ohm=_COLUMNS_OHM[index])
        singles.append((_circuits(part), _results(part, inputs, float(clocks[index]))))
    for xp in (np, *devices.values()):
        group = _sub_array(**common, **{name: xp.asarray(np.array(numbers)) for name, numbers in axes.items()})
        inputs = ReadInputs(
            active_rows=xp.asarray(_ACTIVE_ROWS.copy()), column_resistance_ohm=xp.asarray(_COLUMNS_OHM.copy())
        )
        results = _results(group, inputs, xp.asarray(clocks))
        for index, (circuits, reads) in enumerate(singles):
            for found, single in zip(_circuits(group), circuits, strict=True):
                at_point = np.broadcast_to(to_numpy(xp.asarray(found)), 4)[index]
                np.testing.assert_allclose(at_point, single, rtol=1e-13)
            for result, read in zip(results, reads, strict=True):
                assert result.shape == (4, 3)
                assert np.isfinite(read).all()
                np.testing.assert_allclose(to_numpy(result)[index], read, rtol=1e-12, atol=1e-25)


def test_points_that_differ_in_one_number_alone() -> None:
    resistances = np.array([1e5, 3e5])
    group = _sub_array(resistanceOn=resistances, resistanceOff=1e8)
    inputs = _inputs(np.array([[5.0, 9.0]]))
    for index, resistance in enumerate(resistances):
        alone = _results(_sub_array(resistanceOn=resistance, resistanceOff=1e8), inputs, _CLOCK_HZ)
        for found, single in zip(_results(group, inputs, _CLOCK_HZ), alone, strict=True):
            np.testing.assert_allclose(np.broadcast_to(found, (2, 2))[index], single[0], rtol=1e-13)


@pytest.mark.parametrize("mode", _MODES)
def test_states_need_no_memory_for_what_does_not_depend_on_them(mode: str) -> None:
    part = _sub_array(operationmode=_MODES[mode])
    reads = part.read(_inputs(np.arange(100_000.0) % 129, columns=1), _CLOCK_HZ)
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
    reads = part.read(_inputs(np.arange(1.0, 129.0)), _CLOCK_HZ)
    energies = reads.adc.energy_j + reads.accumulation.energy_j + reads.other.energy_j
    np.testing.assert_allclose(reads.total.energy_j, energies, rtol=1e-14)
    latencies = reads.adc.latency_s + reads.accumulation.latency_s + reads.other.latency_s
    np.testing.assert_allclose(reads.total.latency_s, latencies, rtol=1e-14)
    assert (np.diff(reads.total.energy_j) > 0).all()


def test_cycles_of_a_synchronous_chip() -> None:
    active = np.array([1.0, 17.0, 128.0])
    parallel = _sub_array(operationmode=2, numRowParallel=32, numColMuxed=4).read(_inputs(active), 1e6)
    # Four columns share a converter, and four groups of rows are read one after the other; additions need no cycle
    # of their own at a slow clock.
    assert parallel.total.latency_s.tolist() == [16, 16, 16]
    sequential = _sub_array(operationmode=1, numColMuxed=4).read(_inputs(active), 1e6)
    assert sequential.total.latency_s.tolist() == (4 * active).tolist()
    fast = _sub_array(operationmode=1, numColMuxed=4).read(_inputs(active), 1e10)
    assert (fast.accumulation.latency_s > 0).all()


def test_a_row_by_row_read_takes_energy_of_converters_by_active_rows() -> None:
    part = _sub_array(operationmode=1, cellBit=4)
    reads = part.read(_inputs(np.array([0.0, 1.0, 2.0, 50.0])), _CLOCK_HZ)
    np.testing.assert_allclose(reads.adc.energy_j, reads.adc.energy_j[1] * np.array([0, 1, 2, 50]), rtol=1e-13)
    assert reads.adc.latency_s.tolist() == [0, 8, 16, 400]


def test_each_column_adds_the_energy_of_its_converter() -> None:
    part, active = _sub_array(operationmode=2), np.array([40.0])
    one, two = (part.read(_inputs(active, columns=columns), _CLOCK_HZ) for columns in (1, 2))
    none = part.read(_inputs(active, columns=0), _CLOCK_HZ)
    column_j = one.adc.energy_j - none.adc.energy_j
    assert column_j.item() > 0
    np.testing.assert_allclose(two.adc.energy_j - none.adc.energy_j, 2 * column_j, rtol=1e-12)
    assert two.other.energy_j == none.other.energy_j


def test_high_write_voltages_need_level_shifters() -> None:
    low, high = (_sub_array(writeVoltage=volts) for volts in (1.5, 1.6))
    assert high.areas.other_m2 > low.areas.other_m2
    assert high.areas.outline.area_m2 > low.areas.outline.area_m2
    assert high.leakage_w == low.leakage_w


def test_buffers_of_word_lines_take_area_and_energy_and_leak() -> None:
    values: dict[str, Value] = {"memcelltype": 3, "technode": 2}
    plain, one, three = (_sub_array(**values, buffernumber=count, buffersizeratio=3) for count in (0, 1, 3))
    assert (three.areas.other_m2 - one.areas.other_m2) > (one.areas.other_m2 - plain.areas.other_m2) > 0
    assert three.leakage_w - plain.leakage_w == pytest.approx(3 * (one.leakage_w - plain.leakage_w), rel=1e-6)
    energies = [part.read(_inputs(np.array([9.0])), _CLOCK_HZ).adc.energy_j.item() for part in (plain, one, three)]
    assert energies[2] - energies[0] == pytest.approx(3 * (energies[1] - energies[0]), rel=1e-9)


def test_access_transistors_are_in_the_columns_path_of_1t1r_alone() -> None:
    assert _sub_array(resistanceAccess=3e4).access_resistance_ohm == 3e4
    assert _sub_array(accesstype=4, resistanceAccess=3e4).access_resistance_ohm == 0


def test_one_row_at_a_time_in_parallel_mode_takes_forever_without_a_clock() -> None:
    # NeuroSim divides the rows by two as integers.
    part = _sub_array(synchronous=0, numRowParallel=np.array([1.0, 2.0]))
    latency_s = part.read(_inputs(np.array([[7.0]])), _CLOCK_HZ).adc.latency_s
    assert np.isinf(latency_s).ravel().tolist() == [True, False]


def test_energy_needs_the_resistance_of_columns() -> None:
    with pytest.raises(ValueError, match="resistance of the columns"):
        _sub_array().read(ReadInputs(active_rows=np.array([1.0])), _CLOCK_HZ)


def test_cells_must_have_room_for_their_access_transistor() -> None:
    for values in ({"resistanceOn": 2e3}, {"resistanceOn": np.array([1e5, 2e3])}, {"widthInFeatureSize1T1R": 0.1}):
        with pytest.raises(ConfigurationError, match="wider than the cell") as caught:
            Parameters.from_values({"memcelltype": 2} | values)
        assert caught.value.field == "resistanceOn"
    Parameters.from_values({"memcelltype": 2, "accesstype": 4, "resistanceOn": 2e3})


def test_one_bit_cells_are_read_row_by_row_with_sar_adcs() -> None:
    values = {"memcelltype": 2, "operationmode": 1, "cellBit": 1}
    with pytest.raises(ConfigurationError, match="one bit"):
        Parameters.from_values(values)
    assert Parameters.from_values(values | {"SARADC": 1}).cell_bits == 1


def test_arrays_smaller_than_a_circuit_are_refused_unless_others_of_the_group_are_not() -> None:
    values: dict[str, Value] = {"accesstype": 4, "technode": 22, "numColMuxed": 4}
    with pytest.raises(ConfigurationError, match="longer than the array") as caught:
        _sub_array(**values, numColSubArray=4)
    assert caught.value.field == "numColSubArray"
    areas = _sub_array(**values, numColSubArray=np.array([4.0, 128])).areas
    assert np.isnan(areas.outline.area_m2).tolist() == [True, False]
    alone = _sub_array(**values, numColSubArray=128).areas
    assert areas.outline.area_m2[1] == pytest.approx(alone.outline.area_m2, rel=1e-14)
