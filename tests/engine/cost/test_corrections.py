"""Each correction of NeuroSim against what it should give, on small cases; and what all of them leave alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from types import ModuleType

import numpy as np
import numpy.typing as npt
import pytest

from nnsreport.engine.backend import to_numpy
from nnsreport.engine.cost.activity import ActivitySettings
from nnsreport.engine.cost.aggregation import layer_by_layer_leakage, pipelined_leakage
from nnsreport.engine.cost.components.adder_tree import adders_of_a_tree
from nnsreport.engine.cost.conductance import cell_levels
from nnsreport.engine.cost.corrections import Correction, Fidelity, whole_quotient
from nnsreport.engine.cost.estimate import Circuits, circuits, estimate
from nnsreport.engine.cost.network import CostLayer, read_network
from nnsreport.engine.cost.parameter_fields import Value
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.partition import layer_geometries, tile_parts
from nnsreport.engine.cost.processing_element import layer_parts
from nnsreport.engine.cost.processing_element.reading import clocked_element
from nnsreport.engine.cost.results import ChipResults, Reading, TileLeakage
from nnsreport.engine.cost.sub_array.accumulation import row_groups, whole_weights
from nnsreport.engine.cost.sub_array.column_multiplexer import converters_of
from nnsreport.engine.cost.sub_array.converters import Converters
from nnsreport.engine.cost.sub_array.resistive import ResistiveSubArray
from nnsreport.engine.cost.sub_array.results import SubArrayReads
from nnsreport.engine.cost.sub_array.sram_parallel import ParallelSram
from nnsreport.engine.cost.sub_array.word_line_buffers import word_line_buffers
from nnsreport.engine.cost.technology.tables import read_table
from nnsreport.engine.cost.tile import tile_leakage

NETWORK = "8,8,60,1,1,48,0,1\n8,8,48,3,3,72,1,1\n4,4,72,3,3,300,0,2\n1,1,300,1,1,10,0,1\n"
SMALL = {"numRowSubArray": 64, "numRowParallel": 64, "numColSubArray": 64}
ALL = Fidelity.CORRECTED.corrections

Numbers = npt.NDArray[np.float64]


def _parameters(corrections: Collection[Correction] = (), **values: Value) -> Parameters:
    return Parameters.from_values(values, corrections=frozenset(corrections))


def _estimate(corrections: Collection[Correction], values: Mapping[str, Value], network: str = NETWORK) -> ChipResults:
    return estimate(read_network(network), _parameters(corrections, **values), ActivitySettings(0.3))


def _circuits(corrections: Collection[Correction], **values: Value) -> Circuits:
    return circuits(read_network(NETWORK), _parameters(corrections, **values))


def _both(correction: Correction, values: Mapping[str, Value]) -> tuple[ChipResults, ChipResults]:
    return _estimate((), values), _estimate({correction}, values)


def _flat(made: object, name: str = "") -> dict[str, Numbers]:
    if dataclasses.is_dataclass(made):
        parts = (_flat(getattr(made, field.name), f"{name}.{field.name}") for field in dataclasses.fields(made))
        return {key: number for part in parts for key, number in part.items()}
    return {name: np.asarray(made)} if isinstance(made, int | float | np.ndarray | np.generic) else {}


def _differing(first: object, second: object) -> set[str]:
    other = _flat(second)
    return {name for name, number in _flat(first).items() if not np.array_equal(number, other[name])}


def test_nothing_is_corrected_unless_asked_for() -> None:
    assert Parameters.from_values({}).corrections == frozenset() == Fidelity.NEUROSIM.corrections
    assert frozenset(Correction) == ALL


def test_operations_are_those_of_the_vectors() -> None:
    layer = CostLayer("a", 9, 9, 5, 3, 3, 7, False, 2)
    # Kernels begin at rows 0, 2, 4 and 6, but NeuroSim's floor of 3.5 * 3.5 is 12.
    assert layer.vectors == 12
    assert layer.performed_operations == 2 * 12 * (5 * 9) * 7
    before, after = _both(Correction.OPERATIONS, SMALL)
    layers = read_network(NETWORK)
    share = sum(each.performed_operations for each in layers) / sum(each.operations for each in layers)
    assert share < 1
    assert _differing(before.chip, after.chip) == _differing(before.layers, after.layers) == set()
    for name in ("energy_efficiency_op_per_j", "throughput_op_per_s", "compute_efficiency_op_per_s_m2"):
        assert getattr(after.efficiencies, name) == pytest.approx(share * getattr(before.efficiencies, name), rel=1e-14)
    assert after.efficiencies.frames_per_s == before.efficiencies.frames_per_s


def test_operations_of_kernels_of_one_element_are_neurosims() -> None:
    layer = CostLayer("a", 9, 8, 5, 1, 1, 7, False, 1)
    assert layer.performed_operations == layer.operations


def test_a_slow_clock_has_long_cycles() -> None:
    before, after = _both(Correction.SLOW_CLOCK, {**SMALL, "clkFreq": 1e8, "pipeline": False})
    assert float(after.clock_period_s) == pytest.approx(1e-8, rel=1e-15)  # type: ignore[arg-type]
    stretched = float(after.clock_period_s) / float(before.clock_period_s)  # type: ignore[arg-type]
    assert stretched > 2
    latency_s = before.chip.reading.total.latency_s * stretched
    np.testing.assert_allclose(after.chip.reading.total.latency_s, latency_s, rtol=1e-13)
    assert after.chip.reading.total.energy_j == before.chip.reading.total.energy_j


def test_a_clock_as_fast_as_possible_stays() -> None:
    assert not _differing(*_both(Correction.SLOW_CLOCK, {**SMALL, "clkFreq": 1e12}))


def test_leakage_of_a_pipeline_is_averaged_over_its_clock() -> None:
    latency_s, tiles = np.array([2.0, 1.0, 4.0]), np.array([1.0, 2.0, 3.0])
    tile = TileLeakage(np.full(3, 10.0), np.full(3, 6.0))
    found = pipelined_leakage(latency_s, tiles, tile, knows_final_clock=True)
    # They work a half, a quarter and all of 4 s.
    assert found.power_w.tolist() == [8.0, 2 * 9.0, 3 * 6.0]
    assert found.energy_j.tolist() == [32.0, 72.0, 72.0]
    before = pipelined_leakage(latency_s, tiles, tile)
    assert found.power_w[2] == before.power_w[2]
    assert found.power_w[0] != before.power_w[0]


def test_waiting_tiles_leak_what_they_leak_themselves() -> None:
    latency_s, tiles = np.array([2.0, 3.0]), np.array([1.0, 4.0])
    found = layer_by_layer_leakage(
        latency_s, tiles, TileLeakage(np.array([10.0, 1.0]), np.array([5.0, 0.5])), tells_tiles_apart=True
    )
    assert found.energy_j.tolist() == [(4 * 1 + 5) * 2.0, (10 + 4 * 0.5) * 3.0]
    alike = TileLeakage(np.full(2, 7.0), np.full(2, 2.0))
    both = [layer_by_layer_leakage(latency_s, tiles, alike, tells_tiles_apart=apart) for apart in (False, True)]
    assert both[0].energy_j.tolist() == both[1].energy_j.tolist()


@pytest.mark.parametrize("is_corrected", [False, True])
def test_leakage_of_tiles_remembers_nothing(is_corrected: bool) -> None:
    """The first and the last layer are alike; between them another one uses the adder trees."""
    corrections = {Correction.TILE_LEAKAGE} if is_corrected else set()
    layers = read_network("8,8,60,1,1,48,0,1\n8,8,600,1,1,48,0,1\n8,8,60,1,1,48,0,1\n8,8,1,1,1,48,0,1\n")
    parameters = _parameters(corrections, **SMALL, novelMapping=False, synchronous=True, speedUpDegree=4)
    made = circuits(layers, parameters)
    cuts = [layer_geometries(layer, index, made.plan, parameters) for index, layer in enumerate(layers)]
    idle_w = np.broadcast_to(tile_leakage(cuts, made.conventional, made.novel).idle_w, (4,))
    if is_corrected:
        assert len(set(idle_w.tolist())) == 1
        tile = made.conventional
        whole = tile.leakage_w(tile.element.adder_tree.operands, tile.accumulation.operands)
        assert idle_w[0] == whole
        assert tile.input_buffer.leakage_w == tile.input_buffer.core.leakage_w * tile.input_buffer.cores
    else:
        assert len(set(idle_w.tolist())) > 1


def test_all_cores_of_a_buffer_leak() -> None:
    before, after = (_circuits(each, tileBufferCoreSizeRow=8).conventional for each in ((), {Correction.TILE_LEAKAGE}))
    for name in ("input_buffer", "output_buffer"):
        one, many = getattr(before, name), getattr(after, name)
        assert one.cores > 1
        assert many.leakage_w == one.leakage_w * one.cores
        assert many.area_m2 == one.area_m2 == one.core.area_m2 * one.cores


@pytest.mark.parametrize("operands", [1, 2, 3, 5, 7, 8, 9, 31, 64, 100])
def test_a_tree_of_n_operands_has_n_minus_one_adders(operands: int) -> None:
    adders, full_adders = adders_of_a_tree(float(operands), 5.0, keeps_odd=True)
    assert adders == operands - 1
    stages = (operands - 1).bit_length()
    assert 5 * adders <= full_adders <= (5 + max(stages - 1, 0)) * adders
    if operands == 2**stages:
        assert (adders, full_adders) == adders_of_a_tree(float(operands), 5.0)
    else:
        assert adders > adders_of_a_tree(float(operands), 5.0)[0]


def test_the_tree_of_nine_positions_has_eight_adders() -> None:
    before, after = (_circuits(each, **SMALL).novel for each in ((), {Correction.ODD_OPERANDS}))
    assert before is not None and after is not None
    assert after.accumulation.operands == 9
    bits = float(after.accumulation.bits)
    # 4 adders of the first stage, 2, 1, and the one that takes the ninth.
    lengths = 4 * bits + 2 * (bits + 1) + (bits + 2)
    ratio = after.accumulation.leakage_w(9) / before.accumulation.leakage_w(9)
    assert ratio == pytest.approx((lengths + bits + 3) / lengths, rel=1e-12)
    energies = [tile.accumulation.energy_j(9, 1.0, 1.0) for tile in (after, before)]
    assert energies[0] > energies[1]
    assert after.accumulation.outline.area_m2 > before.accumulation.outline.area_m2


def test_a_tree_adds_once_for_all_sub_arrays() -> None:
    parameters = _parameters(memcelltype=2, cellBit=4, novelMapping=False, numRowSubArray=32, numColSubArray=32)
    layers = read_network("16,16,8,3,3,64,0,1\n16,16,64,3,3,64,0,1\n4,4,64,3,3,128,0,1\n")
    made = circuits(layers, parameters)
    (geometry,), _ = layer_geometries(layers[0], 0, made.plan, parameters)
    assert geometry.element_use == "repeated"
    parts = layer_parts(geometry)
    nothing = Reading(np.zeros(len(parts.sub_arrays)), np.zeros(len(parts.sub_arrays)))
    reads = SubArrayReads(total=nothing, adc=nothing, accumulation=nothing, other=nothing)
    often, once = (
        dataclasses.replace(clocked_element(made.conventional.element, 1e8), adds_once=adds_once).read(reads, parts, 9)
        for adds_once in (False, True)
    )
    added, added_j = 4, once.energy_j[4]
    assert parts.of_element.sizes.min() > 1 and added_j.min() > 0
    np.testing.assert_allclose(often.energy_j[added], added_j * parts.of_element.sizes, rtol=1e-13)
    np.testing.assert_array_equal(often.latency, once.latency)


def test_elements_that_hold_nothing_take_nothing() -> None:
    layers = read_network("8,8,700,1,1,75,0,1\n8,8,300,1,1,64,0,1\n")
    values = {**SMALL, "novelMapping": False, "pipeline": False}
    cuts = []
    for corrections in (set(), {Correction.EMPTY_ELEMENTS}):
        parameters = _parameters(corrections, **values)
        made = circuits(layers, parameters)
        (geometry,), _ = layer_geometries(layers[0], 0, made.plan, parameters)
        tiles = tile_parts(geometry)
        cuts.append([element for tile in tiles for element in tile.elements])
    assert [element.part for element in cuts[0]] == [element.part for element in cuts[1]]
    assert sum(element.repetitions for element in cuts[0]) == len(tiles) * geometry.elements**2 > len(cuts[0])
    assert {element.repetitions for element in cuts[1]} == {1}


def test_remainders_of_quotients_count() -> None:
    parameters = _parameters({Correction.REMAINDERS}, numRowParallel=48, numColMuxed=12, synapseBit=5)
    assert (row_groups(parameters), converters_of(parameters), whole_weights(parameters)) == (3, 11, 3)
    plain = dataclasses.replace(parameters, corrections=frozenset())
    assert (row_groups(plain), converters_of(plain), whole_weights(plain)) == (2, 10, 2)
    np.testing.assert_array_equal(whole_quotient(np.array([4.0, 5.0]), 2.0, ALL), [2.0, 3.0])


def test_quotients_without_remainder_stay() -> None:
    assert not _differing(*_both(Correction.REMAINDERS, {**SMALL, "memcelltype": 2, "cellBit": 2}))


def test_weights_wider_than_their_converter_are_added() -> None:
    """Of weights of 8 columns whose converter has 4, NeuroSim adds 4 / 8 = 0 in an element."""
    before, after = (
        clocked_element(_circuits(each, **SMALL, numColMuxed=4).conventional.element, 1e8)
        for each in ((), {Correction.REMAINDERS})
    )
    assert (before.additions, after.additions) == (0, 1)


@pytest.mark.parametrize("levels", [3, 4, 32, 64])
def test_comparators_share_the_charge_of_their_column(levels: int) -> None:
    """A column's share of 1 / (levels - 1) in each of levels - 1 comparators is its charge, C V^2."""
    found = [_circuits(each, levelOutput=levels).sub_array for each in ((), {Correction.REFERENCE_SHARE})]
    plain, corrected = (part.circuits.converters for part in found if isinstance(part, ParallelSram))
    charged_j = _conversion_j(corrected) - _conversion_j(plain)
    column_f = next(part.circuits.array.bit_line_f for part in found if isinstance(part, ParallelSram))
    (column_v,) = (float(row["column_voltage_v"]) for row in read_table("column_voltage.csv") if row["node_nm"] == "22")
    assert charged_j == pytest.approx(column_f * column_v**2, rel=1e-9)


def _conversion_j(converters: Converters) -> float:
    return float(np.asarray(converters.column_energy_j(np.asarray([np.inf]), 1.0))[0])


def test_a_switch_drives_the_gates_of_its_word_line() -> None:
    plain, corrected = (_circuits(each, numColSubArray=512).sub_array for each in ((), {Correction.WORD_LINE_LOAD}))
    assert isinstance(plain, ParallelSram) and isinstance(corrected, ParallelSram)
    array, columns = plain.circuits.array, 512
    gates_f = array.cell.word_line_f / 2 * columns
    drive_ohm = plain.circuits.switches.switch.resistance_ohm
    more_s = gates_f * (0.69 * drive_ohm + 0.38 * array.wires.row_ohm)
    assert corrected.row_s - plain.row_s == pytest.approx(more_s, rel=1e-10)


def test_a_switch_drives_the_wire_of_a_crossbar() -> None:
    plain, corrected = (
        _circuits(each, memcelltype=2, accesstype=4).sub_array for each in ((), {Correction.WORD_LINE_LOAD})
    )
    assert isinstance(plain, ResistiveSubArray) and isinstance(corrected, ResistiveSubArray)
    assert corrected.rows.driving_s > plain.rows.driving_s
    assert _differing(plain.rows, corrected.rows) == {".driving_s"}


@pytest.mark.parametrize("cell", [1, 3])
def test_buffers_of_word_lines_leak_a_power(cell: int) -> None:
    values = {"technode": 2, "memcelltype": cell, "cellBit": 2}
    plain, corrected = (_circuits(each, **values).sub_array for each in ((), {Correction.WORD_LINE_BUFFERS}))
    parameters, technology = plain.parameters, plain.technology
    current_a = word_line_buffers(parameters, technology).leakage_w(parameters.rows, technology)
    assert current_a > 0
    counted = 0.0 if cell == 1 else current_a
    more_w = corrected.leakage_w - plain.leakage_w
    assert more_w == pytest.approx(current_a * technology.vdd_v - counted, rel=1e-6)


def test_buffers_of_word_lines_are_charged_through_the_wire() -> None:
    plain, corrected = (_circuits(each, technode=1).sub_array for each in ((), {Correction.WORD_LINE_BUFFERS}))
    assert isinstance(plain, ParallelSram) and isinstance(corrected, ParallelSram)
    buffers, section = plain.circuits.buffers, plain.parameters.columns / 4
    cell_f = (plain.circuits.array.wires.row_wire_f + plain.circuits.array.cell.word_line_f / 2 * 128) / 128
    cell_ohm = plain.circuits.array.wires.row_ohm / 128
    more_s = 0.69 * section * (cell_ohm - cell_f) * buffers.input_f
    # Of three buffers, two drive another one, and so does the switch.
    assert corrected.buffers_s - plain.buffers_s == pytest.approx(2 * more_s, rel=1e-6)
    assert corrected.row_s - plain.row_s == pytest.approx(more_s, rel=1e-6)


def test_buffers_of_word_lines_take_time_without_a_clock() -> None:
    values = {"technode": 1, "synchronous": False, "globalBufferType": True, "peBufferType": True, "clkFreq": 1e9}
    before, after = _both(Correction.WORD_LINE_BUFFERS, {**values, "buffernumber": 15})
    assert after.chip.reading.other.latency_s > before.chip.reading.other.latency_s


def test_the_largest_weight_has_the_highest_level() -> None:
    weights = np.array([[-1.0, 0.0, 0.99, 1.0]])
    plain, corrected = (
        cell_levels(weights, _parameters(each, memcelltype=2, cellBit=4)) for each in ((), {Correction.LARGEST_WEIGHT})
    )
    np.testing.assert_array_equal(plain[:, :6], corrected[:, :6])
    assert plain[0, 6:].tolist() == [0, 0]
    assert corrected[0, 6:].tolist() == [15, 15]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"pipeline": False, "novelMapping": False, "technode": 1, "globalBusType": True},
        {"memcelltype": 2, "cellBit": 2, "technode": 22, "clkFreq": 1e8},
        {"memcelltype": 3, "cellBit": 2, "operationmode": 1},
        {"operationmode": 1, "globalBufferType": True, "peBufferType": True, "synchronous": False},
    ],
)
def test_a_corrected_group_equals_its_points(values: Mapping[str, Value]) -> None:
    axes: dict[str, Sequence[float]] = {
        "numColMuxed": [8, 12, 4, 8],
        "numRowParallel": [64, 48, 64, 30],
        "levelOutput": [32, 16, 64, 32],
        "numColSubArray": [64, 64, 128, 64],
        "clkFreq": [1e9, 1e8, 1e9, 2e8],
    }
    if values.get("operationmode") == 1:
        del axes["numRowParallel"]
    group = _estimate(ALL, {**SMALL, **values, **{name: np.asarray(each) for name, each in axes.items()}})
    together = _flat(group)
    for point in range(4):
        alone = _flat(_estimate(ALL, {**SMALL, **values, **{name: each[point] for name, each in axes.items()}}))
        for name, number in alone.items():
            assert np.isfinite(number).all()
            found = together[name][point] if together[name].ndim > number.ndim else together[name]
            np.testing.assert_allclose(found, number, rtol=1e-12, err_msg=f"{name} of point {point}")


@pytest.mark.parametrize("values", [{}, {"memcelltype": 2, "pipeline": False}, {"technode": 1}])
def test_devices_correct_as_the_host(devices: Mapping[str, ModuleType], values: Mapping[str, Value]) -> None:
    axes = {
        "numRowSubArray": [64.0, 64.0, 32.0],
        "numColMuxed": [8.0, 12.0, 4.0],
        "numRowParallel": [64.0, 48.0, 30.0],
        "clkFreq": [1e9, 1e8, 2e8],
        "levelOutput": [16.0, 32.0, 64.0],
        "resistanceOn": [6e3, 1e5, 1e4],
    }

    def computed(xp: ModuleType) -> list[Numbers]:
        results = _estimate(
            ALL, {**SMALL, **values, **{name: xp.asarray(np.asarray(each)) for name, each in axes.items()}}
        )
        found = (results.areas.total_m2, results.efficiencies.energy_efficiency_op_per_j, results.clock_period_s)
        return [to_numpy(each) for each in (*found, results.layers.leakage.power_w)]  # type: ignore[arg-type] # arrays

    host = computed(np)
    for xp in devices.values():
        for there, here in zip(computed(xp), host, strict=True):
            np.testing.assert_allclose(there, here, rtol=1e-12)
