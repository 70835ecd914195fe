"""Laws that the periphery of a sub-array obeys, its edges, and arrays with more axes than the design points."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.backend import to_numpy
from nnsreport.engine.cost.components.axes import beside, repeated
from nnsreport.engine.cost.components.multilevel_sense_amplifier import (
    MultilevelSenseAmplifier,
    References,
    Sensing,
    multilevel_sense_amplifier,
)
from nnsreport.engine.cost.components.multiplexer import multiplexer
from nnsreport.engine.cost.components.pass_gates import parallel_resistance_ohm, widths_for_resistance
from nnsreport.engine.cost.components.placement import lines_of_units, spread_over_lines
from nnsreport.engine.cost.components.precharger import precharger
from nnsreport.engine.cost.components.reference_ladder import parallel_ladder, sequential_ladder
from nnsreport.engine.cost.components.row_decoder import row_decoder
from nnsreport.engine.cost.components.row_switch_matrix import row_switch_matrix
from nnsreport.engine.cost.components.sar_adc import SarAdc, sar_adc
from nnsreport.engine.cost.components.sense_amplifier_fits import latency_fit
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.technology import technology

_USED = technology(22, "LSTP")


def _converter(levels: Quantity, sharing: Quantity = 1.0) -> MultilevelSenseAmplifier:
    ladder = parallel_ladder(6e3, 128, levels)
    references = References(ladder, sharing=sharing, column_f=2e-14, column_area_m2=1e-12, activation_j=1e-15)
    return multilevel_sense_amplifier(
        16, levels, references, 1e-4, 0.55, _USED, sensing=Sensing.CURRENT, special_layout=True
    )


def test_units_fill_rows() -> None:
    assert lines_of_units(10.0, 3.0, 7) == 3
    assert lines_of_units(10.0, 3.0, 2) == 1
    assert lines_of_units(10.0, 3.0, 0) == 0


def test_units_that_fit_no_row_have_no_layout() -> None:
    assert math.isnan(lines_of_units(2.0, 3.0, 7))
    lines, length = spread_over_lines(2.0, 3.0, 7)
    assert math.isnan(lines)
    assert math.isnan(length)


def test_units_share_rows_evenly() -> None:
    lines, length = spread_over_lines(10.0, 3.0, 7)
    assert (lines, length) == (3, 10.0 / 3)
    lines, length = spread_over_lines(10.0, 3.0, 2)
    assert (lines, length) == (1, 5.0)


def test_array_that_is_too_narrow_spoils_only_its_own_point() -> None:
    part = precharger(np.array([128.0, 128.0]), np.array([1e-9, 1e-4]), _USED)
    np.testing.assert_array_equal(np.isnan(part.outline.area_m2), [True, False])
    wide = precharger(128.0, 1e-4, _USED)
    assert part.outline.area_m2[1] == wide.outline.area_m2


def test_axes_are_appended_to_points_only() -> None:
    points = np.array([1.0, 2.0])
    activity = np.ones((2, 3, 4))
    assert beside(points, activity).shape == (2, 1, 1)
    assert beside(2.0, activity) == 2.0
    assert beside(points, 1.0) is points


def test_operations_of_each_vector_are_repeated() -> None:
    once, reads = np.array([2.0, 3.0]), np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]])
    np.testing.assert_array_equal(repeated(once, reads), [[2, 4, 8], [24, 48, 96]])
    np.testing.assert_array_equal(repeated(once, 2.0), [4, 6])
    part = precharger(np.array([64.0, 128.0]), 1e-4, _USED)
    assert part.latency_s(1e-14, 100.0, reads).shape == reads.shape
    np.testing.assert_allclose(part.energy_j(1e-14, reads)[1], part.energy_j(1e-14)[1] * reads[1])


def test_precharging_takes_time_and_energy_in_proportion() -> None:
    part = precharger(64, 1e-4, _USED)
    once = part.latency_s(1e-14, 100.0)
    assert part.latency_s(1e-14, 100.0, 8.0) == pytest.approx(8 * once)
    # Stored and dissipated: C V^2 for each of 64 columns.
    assert part.energy_j(1e-14, 3.0) == pytest.approx(3 * 64 * 1e-14 * _USED.vdd_v**2)


def test_precharging_without_wire_is_a_single_time_constant() -> None:
    part = precharger(64, 1e-4, _USED)
    resistance = _USED.resistance_multiplier * _USED.vdd_v / (_USED.on_current_pmos_a_per_m * part.pull_up_width_m)
    time_constant = resistance * (1e-14 + part.output_capacitance_f)
    # A step: Horowitz's formula is tau ln 2.
    assert part.latency_s(1e-14, 0.0) == pytest.approx(time_constant * math.log(2), rel=1e-6)


@pytest.mark.parametrize("node_nm", [130, 22])
def test_pass_gates_get_the_resistance_they_are_sized_for(node_nm: int) -> None:
    used = technology(node_nm, "LSTP")
    assert parallel_resistance_ohm(widths_for_resistance(250.0, used), used) == pytest.approx(250.0)


@pytest.mark.parametrize("node_nm", [14, 7, 3])
def test_whole_fins_never_exceed_the_wanted_resistance(node_nm: int) -> None:
    used = technology(node_nm, "LSTP")
    for column_ohm in np.geomspace(100, 1e5, 40):
        part = multiplexer(16, 8, column_ohm, 1e-4, used)
        assert part.switch.resistance_ohm <= column_ohm * used.constants.ir_drop_tolerance * (1 + 1e-12)


def test_multiplexer_is_no_lower_than_its_neighbour() -> None:
    part = multiplexer(16, 8, 1e3, 1e-4, _USED)
    assert part.at_least_as_high_as(0.0).outline == part.outline
    higher = part.at_least_as_high_as(1e-3).outline
    assert (higher.height_m, higher.width_m) == (1e-3, part.outline.width_m)
    assert higher.area_m2 == pytest.approx(1e-7)


def test_decoder_switches_in_its_share_of_reads_but_in_all_writes() -> None:
    always, seldom = (
        row_decoder(7, 1, _USED, selects_columns=False, height_m=5e-5, control_activity=share) for share in (1.0, 0.05)
    )
    assert seldom.read_energy_j(10.0) == pytest.approx(0.05 * always.read_energy_j(10.0))
    assert seldom.write_energy_j(10.0) == always.read_energy_j(10.0)


def test_decoders_of_all_sizes_are_evaluated_together() -> None:
    bits = np.arange(11.0)
    together = row_decoder(bits, 110, _USED, selects_columns=True)
    np.testing.assert_array_equal(together.nors, [0, 0, 0, 8, 16, 32, 64, 128, 256, 512, 1024])
    latency = together.select_delay(1e-14, 2e-14).latency_s
    one_by_one = [
        row_decoder(float(size), 110, _USED, selects_columns=True).select_delay(1e-14, 2e-14).latency_s for size in bits
    ]
    np.testing.assert_array_equal(latency, one_by_one)
    assert np.all(np.isfinite(latency))


def test_parallel_references_divide_the_full_conductance() -> None:
    ladder = parallel_ladder(6e3, 128, 32)
    full_s = 128 / 6e3
    conductances = [1 / ladder.resistance_ohm(index) for index in range(31)]
    np.testing.assert_allclose(conductances, full_s * (1 - np.arange(31) / 32))


def test_sequential_references_lie_between_the_levels_of_a_device() -> None:
    ladder = sequential_ladder(1e4, 1e5, 4)
    levels_s = np.linspace(1e-4, 1e-5, 4)
    between = (levels_s[:-1] + levels_s[1:]) / 2
    np.testing.assert_allclose([1 / ladder.resistance_ohm(index) for index in range(3)], between)


def test_ladders_of_several_lengths_have_their_own_inner_references() -> None:
    levels = np.array([4.0, 16.0, 3.0, 2.0])
    resistances, counts = parallel_ladder(6e3, 128, levels).inner_resistances_ohm()
    np.testing.assert_array_equal(counts.sum(axis=-1), [1, 13, 0, 0])
    assert np.all(np.isfinite(resistances))
    alone, _ = parallel_ladder(6e3, 128, 16.0).inner_resistances_ohm()
    np.testing.assert_array_equal(resistances[1], alone)


def test_conversion_waits_for_the_slower_of_two_references() -> None:
    converter = _converter(32.0)
    fit = latency_fit(22)
    ladder = parallel_ladder(6e3, 128, 32.0)
    unloaded = [fit.latency_s(ladder.resistance_ohm(index), fit.at_capacitance_f) for index in (1, 30)]
    # Both references are below the resistance at which the column's capacitance counts.
    assert ladder.resistance_ohm(30) < fit.above_ohm
    assert converter.latency_s() == max(unloaded)


def test_energy_of_a_column_grows_with_its_conductance() -> None:
    # Above that, at 0.38 Mohm, NeuroSim's fit jumps up by half: two of its pieces do not meet.
    energies = _converter(32.0).column_energy_j(np.geomspace(1e2, 3e5, 30))
    assert np.all(np.diff(energies) < 0)


def test_open_and_shorted_columns_have_finite_energies() -> None:
    converter = _converter(32.0)
    shorted, opened = converter.column_energy_j(np.array([0.0, np.inf]))
    idle_j = converter.switching_j + converter.reference_w * converter.conversion_s
    assert shorted == pytest.approx(idle_j)
    assert opened == pytest.approx(idle_j + 1e-6 * converter.conversion_s)


def test_two_levels_have_a_converter_though_neurosim_reads_beyond_its_table() -> None:
    converter = _converter(np.array([2.0, 32.0]))
    assert np.all(np.isfinite(converter.conversion_s))
    assert np.all(converter.switching_j > 0)
    assert converter.reference_w[0] == 0.0


def test_shared_dummy_columns_take_less_area() -> None:
    alone, shared = _converter(32.0, sharing=1.0), _converter(32.0, sharing=32.0)
    saved_m2 = 1e-12 * 31 * 16 * (1 - 1 / 32)
    assert alone.outline.area_m2 - shared.outline.area_m2 == pytest.approx(saved_m2)


def test_successive_approximation_takes_a_cycle_a_bit_and_one_more() -> None:
    assert sar_adc(16, 32, 1e-4, 0.55, _USED).latency_s(4.0) == pytest.approx(24e-9)


def _successive_approximation(levels: Quantity) -> SarAdc:
    return sar_adc(16, levels, 1e-4, 0.55, _USED)


@pytest.mark.parametrize("converter", [_converter, _successive_approximation])
def test_columns_of_many_vectors_are_the_columns_one_by_one(
    converter: Callable[[Quantity], MultilevelSenseAmplifier | SarAdc], devices: dict[str, ModuleType]
) -> None:
    levels, reads = np.array([8.0, 32.0]), np.array([1.0, 2.0])
    column_ohm = np.geomspace(50, 1e6, 2 * 3 * 5).reshape(2, 3, 5)
    for device in (np, *devices.values()):
        together = converter(device.asarray(levels))
        energies = together.column_energy_j(device.asarray(column_ohm), device.asarray(reads))
        for point in range(2):
            expected = converter(levels[point]).column_energy_j(column_ohm[point], reads[point])
            np.testing.assert_allclose(to_numpy(energies)[point], expected, rtol=1e-14)


def test_activity_of_many_vectors_is_the_activity_one_by_one() -> None:
    rows = np.array([64.0, 128.0])
    part = row_switch_matrix(rows, 2e3, 0.2, rows * 4e-7, _USED, special_layout=True)
    activity = np.linspace(0, 1, 2 * 7).reshape(2, 7)
    energies = part.energy_j(activity, 0.55, np.array([8.0, 16.0]))
    for point in range(2):
        alone = row_switch_matrix(rows[point], 2e3, 0.2, rows[point] * 4e-7, _USED, special_layout=True)
        expected = [alone.energy_j(share, 0.55, (8.0, 16.0)[point]) for share in activity[point]]
        np.testing.assert_allclose(energies[point], expected, rtol=1e-14)
