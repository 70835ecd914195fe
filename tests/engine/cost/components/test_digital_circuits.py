"""What digital circuits and interconnect must do whatever their numbers are, and quirks of NeuroSim that are kept."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnsreport.engine.cost.components.adder import adders
from nnsreport.engine.cost.components.adder_tree import adder_tree
from nnsreport.engine.cost.components.bus import bus
from nnsreport.engine.cost.components.flip_flops import flip_flops
from nnsreport.engine.cost.components.global_wires import global_wire_ohm_per_m
from nnsreport.engine.cost.components.h_tree import h_tree
from nnsreport.engine.cost.components.max_pooling import max_pooling
from nnsreport.engine.cost.components.register_buffer import RegisterBuffer, register_buffer
from nnsreport.engine.cost.components.repeaters import repeated_wire
from nnsreport.engine.cost.components.shift_add import shift_add
from nnsreport.engine.cost.components.sram_buffer import SramBuffer, sram_buffer
from nnsreport.engine.cost.components.sram_cell import sram_cell
from nnsreport.engine.cost.components.whole_numbers import binary_stages, truncated, whole_cycles
from nnsreport.engine.cost.components.xy_bus import xy_bus
from nnsreport.engine.cost.technology import Technology, technology
from nnsreport.engine.cost.wires import wire_resistance_per_m
from nnsreport.errors import ConfigurationError

_WIRE_OHM_PER_M = 1.5e6
_GLOBAL_BUFFER_BITS, _LINE_BITS = 128 * 128, 128


@pytest.fixture(scope="module")
def used() -> Technology:
    return technology(22, "LSTP")


def _global_sram_buffer(used: Technology, *, is_synchronous: bool) -> SramBuffer:
    metal = wire_resistance_per_m(40, 2.5e-9)
    cell = sram_cell(10, 28, 1, 1, 1, used)
    return sram_buffer(
        _GLOBAL_BUFFER_BITS,
        _LINE_BITS,
        cell,
        (metal, metal, metal),
        1,
        used,
        is_synchronous=is_synchronous,
        control_activity=0.05,
    )


def _global_register_buffer(used: Technology) -> RegisterBuffer:
    return register_buffer(_GLOBAL_BUFFER_BITS, _LINE_BITS, 1, used, special_layout=True, control_activity=0.05)


@pytest.mark.parametrize(
    ("read_bits", "written_bits", "register_pj", "sram_pj", "digit_pj"),
    [
        # Layer 1: 900 windows of a valid convolution, with 27 inputs and 24 outputs of 8 bits each.
        (27 * 8 * 900, 24 * 8 * 900, 1933.44, 1847.85, 0.01),
        # Layer 40: 132 inputs and 10 outputs.
        (132 * 8, 10 * 8, 3.67595, 3.08473, 1e-5),
    ],
)
def test_synchronous_buffers_differ_as_in_neurosims_log(
    used: Technology, read_bits: int, written_bits: int, register_pj: float, sram_pj: float, digit_pj: float
) -> None:
    """DenseNet40 with a global buffer of registers and of SRAM: all other buffers are the same in both runs."""
    sram = _global_sram_buffer(used, is_synchronous=True)
    registers = _global_register_buffer(used)
    sram_j = sram.read_energy_j(read_bits, 1) + sram.write_energy_j(written_bits, 1)
    registers_j = registers.read_energy_j(read_bits, 1, 0.5) + registers.write_energy_j(written_bits, 1, 0.5)
    assert (sram_j - registers_j) * 1e12 == pytest.approx(sram_pj - register_pj, abs=digit_pj)


def test_only_an_sram_buffer_without_clock_charges_its_bit_lines(used: Technology) -> None:
    clocked = _global_sram_buffer(used, is_synchronous=True)
    free = _global_sram_buffer(used, is_synchronous=False)
    bit_lines_j = free.bit_line.wire_f * used.vdd_v**2
    for difference in (
        free.read_energy_j(_LINE_BITS, 1) - clocked.read_energy_j(_LINE_BITS, 1),
        free.write_energy_j(_LINE_BITS, 1) - clocked.write_energy_j(_LINE_BITS, 1),
    ):
        assert difference == pytest.approx(bit_lines_j * _LINE_BITS, rel=1e-9)


def test_registers_without_clock_take_for_ever(used: Technology) -> None:
    latency = _global_register_buffer(used).latency_s(np.array([0.0, 1.0, 7.5]))
    np.testing.assert_array_equal(latency, [math.nan, math.inf, math.inf])


def test_adders_that_do_not_fit_vanish(used: Technology) -> None:
    part = adders(8, 128, used, special_layout=True)
    unit_m = part.cell.outline.width_m * 9
    narrow, wide = (part.outline_in_width(unit_m * factor) for factor in (0.999, 1.001))
    assert (narrow.area_m2, narrow.height_m, narrow.width_m) == (0, 0, 0)
    assert wide.area_m2 == pytest.approx(unit_m * part.cell.outline.height_m * 8 * 128, rel=1e-12)


def test_a_tree_loses_the_odd_operand_of_a_stage(used: Technology) -> None:
    part = adder_tree(8, 5, 3, 1e-4, used, special_layout=True)
    energies = {operands: float(part.energy_j(operands, 1.0, 1.0)) for operands in (1, 2, 3, 4, 5, 8)}
    assert energies[1] == 0
    assert energies[3] == energies[2]
    assert energies[5] == energies[4]
    two, one_bit_more = (float(adders(bits, 1, used, special_layout=True).energy_j(1, 1)) for bits in (5, 6))
    assert energies[4] == pytest.approx(3 * (2 * two + one_bit_more), rel=1e-12)


def test_sums_of_one_operand_take_an_adder_and_each_stage_more_two_bits(used: Technology) -> None:
    part = adder_tree(16, 6, 1, 1e-4, used, special_layout=True)
    first, later = (float(adders(bits, 1, used, special_layout=True).latency_s(0.0)) for bits in (6, 2))
    for operands, stages in ((1, 0), (2, 0), (3, 1), (4, 1), (16, 3)):
        assert part.latency_s(operands) == pytest.approx(first + stages * later, rel=1e-12)
    assert part.cycles(16, 1e9) == math.ceil((first + 3 * later) * 1e9)


def test_clock_drives_flip_flops_that_hold_their_value(used: Technology) -> None:
    part = flip_flops(100, used, special_layout=True)
    idle, half, full, more = (float(part.energy_j(active, 3.0)) for active in (0, 50, 100, 1000))
    assert 0 < idle < half < full == more
    assert half - idle == pytest.approx(full - half, rel=1e-12)


def test_flip_flops_that_do_not_fit_have_no_outline(used: Technology) -> None:
    part = flip_flops(100, used, special_layout=True)
    assert math.isnan(part.outline_in_width(part.unit.width_m * 0.9).area_m2)
    assert part.outline_in_width(part.unit.width_m * 10.5).height_m == pytest.approx(10 * part.unit.height_m)


def test_additions_of_each_vector_have_their_own_energy(used: Technology) -> None:
    part = shift_add(
        np.array([16.0, 32.0]), np.array([5.0, 7.0]), 8.0, np.array([1e-4, 2e-4]), used, special_layout=True
    )
    additions = np.array([[1.0, 2.0, 5.0], [3.0, 4.0, 6.0]])
    energy, latency = part.energy_j(additions, 0.15, 0.5), part.latency_s(1e9, additions, 1e-9)
    for vector in range(3):
        np.testing.assert_array_equal(energy[:, vector], part.energy_j(additions[:, vector], 0.15, 0.5))
        np.testing.assert_array_equal(latency[:, vector], part.latency_s(1e9, additions[:, vector], 1e-9))


@pytest.mark.parametrize("halves", [True, False])
def test_tolerated_delay_buys_energy(used: Technology, *, halves: bool) -> None:
    tolerance = np.array([0.0, 0.1, 0.5, 2.0])
    wire = repeated_wire(_WIRE_OHM_PER_M, tolerance, used, halves=halves)
    latency = wire.latency_s(1e-3, _WIRE_OHM_PER_M)
    # The last size that was tried is beyond the tolerance, as in NeuroSim, unless it is the smallest one.
    assert ((latency >= latency[0] * (1 + tolerance)) | (wire.size <= 1)).all()
    assert (np.diff(wire.size) <= 0).all()
    assert wire.size[0] == math.floor(wire.size[0]) > 1
    assert (wire.inverter.outline.width_m[1:] <= wire.inverter.outline.width_m[0]).all()


def test_a_bus_over_one_unit_costs_nothing(used: Technology) -> None:
    part = bus(1, 1e-4, _WIRE_OHM_PER_M, used)
    assert (part.latency_s(), part.cycles(1e9), part.energy_j(64, 10, 0.5), part.leakage_w(64)) == (0, 0, 0, 0)


def test_a_tree_over_one_unit_costs_nothing(used: Technology) -> None:
    part = h_tree(1, 1, 0.1, _WIRE_OHM_PER_M, 40, used)
    pitch = (1e-4, 2e-4)
    assert part.levels == 0
    assert part.latency_s(*pitch) == part.area_m2(*pitch, 128, 4) == part.energy_j(*pitch, 128, 1) == 0


def test_a_tree_has_the_levels_of_its_longer_side(used: Technology) -> None:
    part = h_tree(np.array([2, 3, 4, 1]), np.array([2, 2, 5, 9]), 0.1, _WIRE_OHM_PER_M, 40, used)
    np.testing.assert_array_equal(part.levels, [1, 2, 3, 4])
    latency = part.latency_s(1e-5, 1e-5)
    # Wires halve from the root, so that a path over 2^n units has the length of 2 (2^n - 1) + 2^(n-1) pitches.
    per_pitch = latency / (2 * (2**part.levels - 1) + 2 ** (part.levels - 1))
    np.testing.assert_allclose(per_pitch, per_pitch[0], rtol=1e-12)


def test_tiles_outside_the_chip_have_a_negative_path(used: Technology) -> None:
    part = xy_bus(2, 3, 1e-4, 1e-4, 128, 4, 0.1, _WIRE_OHM_PER_M, 40, used)
    along_row_m, along_column_m = part.path_m(1, 2, 1e-4, 1e-4)
    assert (along_row_m, along_column_m) == (1e-4, -1e-4)
    assert part.latency_s(along_row_m, along_column_m)[1] < 0


def test_long_wires_are_wider(used: Technology) -> None:
    length_m = np.array([0.999e4, 1e4, 0.999e5, 1e5]) * used.feature_size_m * (1 + 1e-12)
    resistance = global_wire_ohm_per_m(length_m, 40, used)
    assert resistance[0] > resistance[1] == resistance[2] > resistance[3]
    # 40 nm: 2.97e-8 ohm m, height 1.9 times the width.
    assert resistance[0] == pytest.approx(2.97e-8 / (40e-9**2 * 1.9), rel=1e-8)


def test_wires_narrower_than_the_table_are_refused(used: Technology) -> None:
    with pytest.raises(ConfigurationError, match="7 nm is narrower"):
        global_wire_ohm_per_m(1e-6, 7, used)


@pytest.mark.parametrize(("window", "comparators", "stages"), [(1, 1, 2), (2, 1, 2), (3, 2, 3), (4, 3, 3), (9, 8, 5)])
def test_comparators_of_a_window_are_counted_as_neurosim_does(
    used: Technology, window: int, comparators: int, stages: int
) -> None:
    part = max_pooling(8, window, 1, used)
    assert (part.comparators_per_unit, part.stages) == (comparators, stages)


def test_whole_numbers() -> None:
    np.testing.assert_array_equal(truncated(np.array([2.9, 3.0, 0.5])), [2, 3, 0])
    np.testing.assert_array_equal(whole_cycles(np.array([0.0, 1e-9, 1.1e-9]), 1e9), [0, 1, 2])
    np.testing.assert_array_equal(binary_stages(np.array([1, 2, 3, 4, 5, 1024, 1025])), [0, 1, 2, 2, 3, 10, 11])
