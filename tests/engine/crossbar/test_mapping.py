"""Weights on cells: schemes of signs, several pairs, blocks and arrays."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnsreport.engine.crossbar.digits import digits
from nnsreport.engine.crossbar.mapping import make_mapping
from nnsreport.engine.crossbar.settings import DeviceSettings, MappingSettings
from nnsreport.errors import ConfigurationError

ALL = np.arange(-127, 128, dtype=np.int32).reshape(1, 5, 51)
SCHEMES = [
    ("differential", "digital"),
    ("two-sided", "digital"),
    ("offset", "digital"),
    ("offset", "column"),
    ("twos-complement", "digital"),
    ("twos-complement", "column"),
]


def levels_by_device(mapping, weights=ALL):
    return {(plane, index): cells for plane, index, cells in mapping.cell_levels(weights)}


@pytest.mark.parametrize("width", range(10))
def test_digits_make_up_the_number(width):
    cut = digits(8, width)
    numbers = np.arange(256, dtype=np.uint8)
    parts = [cut.digit(numbers, i).astype(int) for i in range(cut.count)]
    assert np.array_equal(sum(w * part for w, part in zip(cut.weights, parts, strict=True)), numbers)
    assert tuple(int(part.max()) for part in parts) == cut.tops


@pytest.mark.parametrize(("signs", "reference"), SCHEMES)
@pytest.mark.parametrize("cell_bits", range(9))
def test_cells_make_up_the_weights(signs, reference, cell_bits):
    mapping = make_mapping(8, MappingSettings(signs, reference, cell_bits), DeviceSettings())
    total = np.zeros((1, 5 + (reference == "column"), 51))
    seen = 0
    for plane, index, cells in mapping.cell_levels(ALL):
        assert cells.dtype == np.int32
        assert cells.min() >= 0
        assert cells.max() < mapping.cell.levels
        total += mapping.signs.factors[plane] * mapping.slices.weights[index] * cells
        seen += cells.size
    assert seen == mapping.devices(1, 5, 51)
    weights = total[:, :5] - (total[:, 5:] if reference == "column" else mapping.signs.offset)
    np.testing.assert_allclose(weights, ALL, rtol=0, atol=1e-12)


def test_only_one_device_of_a_pair_is_on():
    mapping = make_mapping(8, MappingSettings(), DeviceSettings())
    (_, _, positive), (_, _, negative) = mapping.cell_levels(ALL)
    assert not np.any(positive * negative)


def test_a_two_sided_pair_moves_about_the_middle():
    # CrossSim 3.2, balanced_core.py, TWO_SIDED: Gmin + range * (1 +- w) / 2 for weights w from -1 to 1.
    device = DeviceSettings(conductance_max_s=10e-6, on_off_ratio=5.0)
    mapping = make_mapping(8, MappingSettings("two-sided"), device)
    levels = levels_by_device(mapping)
    for plane, sign in ((0, 1), (1, -1)):
        conductance_s = mapping.cell.conductances(levels[plane, 0]).astype(float) * mapping.cell.step_s
        np.testing.assert_allclose(conductance_s, 2e-6 + 8e-6 * (1 + sign * ALL / 127) / 2, rtol=1e-6)


def test_the_sign_of_twos_complement_has_a_whole_cell():
    mapping = make_mapping(8, MappingSettings("twos-complement", cell_bits=3), DeviceSettings())
    assert mapping.slices.tops == (7, 7, 1, 7)  # 7 bits below the sign in 3, 3 and 1
    assert mapping.slices.weights == (1, 8, 64, -128 / 7)
    levels = levels_by_device(mapping)
    assert np.array_equal(levels[0, 3], np.where(ALL < 0, 7, 0))
    single = make_mapping(8, MappingSettings("twos-complement", cell_bits=1), DeviceSettings())
    assert single.slices.weights == (1, 2, 4, 8, 16, 32, 64, -128)


@pytest.mark.parametrize("signs", ["differential", "two-sided"])
@pytest.mark.parametrize("subtraction", ["analog", "digital"])
@pytest.mark.parametrize("significance", [1.0, 2.0, 3.5])
@pytest.mark.parametrize("fill", ["even", "most-significant-first", "least-significant-first"])
def test_pairs_make_up_the_weights(signs, subtraction, significance, fill):
    settings = MappingSettings(signs, subtraction=subtraction, pairs=3, significance=significance, fill=fill)
    mapping = make_mapping(8, settings, DeviceSettings())
    levels = levels_by_device(mapping)
    assert len(levels) == mapping.planes * mapping.slices.count == 6
    assert all(cells.min() >= 0 and cells.max() <= mapping.cell.levels - 1 for cells in levels.values())
    shares = np.array(mapping.signs.factors[:: mapping.planes // 3])
    np.testing.assert_allclose(shares / shares[0], significance ** -np.arange(3.0))
    devices = np.stack(list(levels.values())).reshape(mapping.planes, mapping.slices.count, *ALL.shape).astype(float)
    weights = np.tensordot(mapping.slices.weights, mapping.column_conductances(devices), 1)
    np.testing.assert_allclose(weights, ALL, rtol=0, atol=1e-11)


@pytest.mark.parametrize("signs", ["differential", "two-sided"])
def test_sides_that_are_subtracted_digitally_have_slices_of_their_own(signs):
    together = make_mapping(8, MappingSettings(signs, cell_bits=3), DeviceSettings(on_off_ratio=4.0))
    apart = make_mapping(
        8, MappingSettings(signs, cell_bits=3, subtraction="digital"), DeviceSettings(on_off_ratio=4.0)
    )
    assert apart.slices.weights == (*together.slices.weights, *(-w for w in together.slices.weights))
    assert (apart.planes, apart.differential, apart.reference) == (1, False, 0.0)
    assert apart.devices(1, 5, 51) == together.devices(1, 5, 51)
    for one, other in zip(together.cell_levels(ALL), apart.cell_levels(ALL), strict=True):
        assert np.array_equal(one[2], other[2])
    # Sums are of one sign: the largest is that of every cell at its top, what the lowest level conducts included.
    highest = np.array([7, 7, 1]) if signs == "differential" else np.array([14, 14, 8])
    expected = 10 * 3 * (highest + apart.cell.offset)
    np.testing.assert_allclose(apart.full_scale(rows=10, input_top=3), [*expected, *expected])


def test_pairs_filled_from_the_least_significant_are_those_of_aihwkit():
    # aihwkit, inference/converter/conductance.py, NPairConductanceConverter(f_lst=[1, 2, 4], g_max=25), in its terms.
    weights_us = ALL * (25.0 * 7 / 127)
    mapping = make_mapping(
        8, MappingSettings(pairs=3, significance=2.0, fill="least-significant-first"), DeviceSettings()
    )
    levels = levels_by_device(mapping)
    lower_bound_us = 0.0
    for position, factor in enumerate((1.0, 2.0, 4.0)):
        for side, sign in ((0, 1), (1, -1)):
            expected = np.clip((np.maximum(sign * weights_us, 0) - lower_bound_us) / factor, 0, 25)
            np.testing.assert_allclose(levels[2 * (2 - position) + side, 0] * (25 / 127), expected, atol=1e-9)
        lower_bound_us += 25 * factor


def test_the_most_significant_pair_is_filled_before_the_next():
    mapping = make_mapping(
        8, MappingSettings(pairs=2, significance=2.0, fill="most-significant-first"), DeviceSettings()
    )
    levels = levels_by_device(mapping)
    limit = 127 * 2 / 3  # what the first of the two pairs can hold
    np.testing.assert_allclose(levels[0, 0], np.minimum(np.maximum(ALL, 0), limit) * 1.5)
    np.testing.assert_allclose(levels[3, 0], np.maximum(-ALL - limit, 0) * 3, atol=1e-9)


def test_devices_work_alike(devices):
    for xp in devices.values():
        for settings in (
            MappingSettings("two-sided", cell_bits=2),
            MappingSettings("twos-complement", "column", cell_bits=3),
            MappingSettings(pairs=2, significance=2.0, fill="most-significant-first"),
        ):
            mapping = make_mapping(8, settings, DeviceSettings(on_off_ratio=7.0))
            for device, host in zip(mapping.cell_levels(xp.asarray(ALL)), mapping.cell_levels(ALL), strict=True):
                assert np.array_equal(mapping.cell.conductances(device[2]).get(), mapping.cell.conductances(host[2]))


def test_the_highest_level_conducts_the_maximum():
    device = DeviceSettings(conductance_max_s=20e-6, on_off_ratio=5.0)
    for signs in ("differential", "two-sided"):
        cell = make_mapping(8, MappingSettings(signs, cell_bits=2), device).cell
        assert cell.maximum * cell.step_s == pytest.approx(20e-6)
        assert cell.offset * cell.step_s == pytest.approx(4e-6)
    assert make_mapping(8, MappingSettings(), DeviceSettings(on_off_ratio=math.inf)).cell.offset == 0.0


@pytest.mark.parametrize(
    ("rows", "array_rows", "inputs", "lengths"),
    [
        (128, 0, 300, [128, 128, 44]),
        (0, 0, 300, [300]),
        (400, 0, 300, [300]),
        (64, 128, 300, [64, 64, 64, 64, 44]),
        (0, 128, 300, [128, 128, 44]),
        (400, 128, 300, [128, 128, 44]),
        (64, 100, 150, [64, 36, 50]),  # nothing is read across the border of two arrays
    ],
)
def test_blocks_cover_the_rows(rows, array_rows, inputs, lengths):
    blocks = make_mapping(8, MappingSettings(rows=rows, array_rows=array_rows), DeviceSettings()).blocks(inputs)
    assert [b.stop - b.start for b in blocks] == lengths
    assert [i for b in blocks for i in range(b.start, b.stop)] == list(range(inputs))


def test_full_scale_is_every_cell_and_pulse_at_its_top():
    mapping = make_mapping(8, MappingSettings(cell_bits=4), DeviceSettings())
    assert mapping.full_scale(rows=10, input_top=3) == (10 * 3 * 15, 10 * 3 * 7)  # 7 bits: 4 and 3
    two_sided = make_mapping(8, MappingSettings("two-sided", cell_bits=4), DeviceSettings())
    assert two_sided.full_scale(rows=10, input_top=3) == (10 * 3 * 30, 10 * 3 * 14)  # in half steps
    offset = make_mapping(8, MappingSettings("offset", cell_bits=4), DeviceSettings(on_off_ratio=16.0))
    assert offset.full_scale(rows=10, input_top=3) == (10 * 3 * 16, 10 * 3 * 16)
    pairs = make_mapping(8, MappingSettings(pairs=2, significance=2.0), DeviceSettings())
    assert pairs.full_scale(rows=10, input_top=3) == (10 * 3 * 127,)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"signs": "differential", "reference": "column"}, 'reference is "column", which needs signs = "offset"'),
        ({"signs": "offset", "pairs": 2}, 'pairs is 2, which needs signs = "differential"'),
        ({"signs": "offset", "subtraction": "digital"}, 'subtraction is digital, which needs signs = "differential"'),
        ({"pairs": 2, "cell_bits": 4}, "pairs is 2, which needs cell_bits = 0"),
        ({"significance": 2.0}, "significance is 2, which needs pairs = 2 or more"),
    ],
)
def test_settings_that_do_not_fit_each_other_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        MappingSettings(**settings)


def test_an_array_holds_at_least_a_weight():
    settings = MappingSettings(cell_bits=1, array_columns=13)
    with pytest.raises(ConfigurationError, match="is 13, but a weight of 8 bits takes 14 columns"):
        make_mapping(8, settings, DeviceSettings())
    assert make_mapping(7, settings, DeviceSettings()).tiling(1, 5, 10).column_tiles == 5


@pytest.mark.parametrize(
    ("array", "shape", "tiles", "utilization"),
    [
        ((0, 0), (1, 10, 300), (1, 1, 1), 1.0),
        ((128, 128), (1, 64, 128), (1, 1, 1), 1.0),
        ((128, 128), (1, 65, 129), (2, 2, 4), 65 * 2 * 129 / (4 * 128 * 128)),
        ((128, 0), (1, 10, 300), (3, 1, 3), 300 / 384),
        ((0, 15), (1, 10, 300), (1, 2, 2), 20 / 30),  # seven pairs in an array, a column stays empty
        ((128, 128), (64, 1, 9), (1, 1, 64), 9 * 2 / 128**2),  # depthwise: each group has an array
    ],
)
def test_matrices_are_tiled(array, shape, tiles, utilization):
    settings = MappingSettings(array_rows=array[0], array_columns=array[1])
    found = make_mapping(8, settings, DeviceSettings()).tiling(*shape)
    assert (found.row_tiles, found.column_tiles, found.arrays) == tiles
    assert found.utilization == pytest.approx(utilization)


def test_a_reference_takes_a_column_of_weights():
    settings = MappingSettings("offset", "column", cell_bits=2, array_rows=8, array_columns=8)
    found = make_mapping(8, settings, DeviceSettings()).tiling(1, 4, 8)
    assert (found.column_tiles, found.arrays) == (3, 3)  # four cells a weight: two weights an array, five columns
    assert found.utilization == pytest.approx(5 / 6)
