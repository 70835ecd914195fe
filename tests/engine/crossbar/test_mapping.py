"""Digits, cells and blocks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnsreport.engine.crossbar.digits import digits
from nnsreport.engine.crossbar.mapping import make_mapping
from nnsreport.engine.crossbar.settings import DeviceSettings, MappingSettings

ALL = np.arange(-127, 128, dtype=np.int32).reshape(1, 5, 51)


@pytest.mark.parametrize("width", range(10))
def test_digits_make_up_the_number(width):
    cut = digits(8, width)
    numbers = np.arange(256, dtype=np.uint8)
    parts = [cut.digit(numbers, i).astype(int) for i in range(cut.count)]
    assert np.array_equal(sum(w * part for w, part in zip(cut.weights, parts, strict=True)), numbers)
    assert tuple(int(part.max()) for part in parts) == cut.tops


@pytest.mark.parametrize(
    ("signs", "reference"), [("differential", "digital"), ("offset", "digital"), ("offset", "column")]
)
@pytest.mark.parametrize("cell_bits", [0, 1, 3, 8])
def test_cells_make_up_the_weights(signs, reference, cell_bits):
    mapping = make_mapping(8, MappingSettings(signs, reference, cell_bits), DeviceSettings())
    total = np.zeros((1, 5 + (reference == "column"), 51), dtype=int)
    seen = 0
    for plane, index, cells in mapping.cell_levels(ALL):
        assert cells.min() >= 0
        assert cells.max() < mapping.cell.levels
        total += (1 - 2 * plane) * mapping.slices.weights[index] * cells
        seen += cells.size
    assert seen == mapping.devices(1, 5, 51)
    weights = total[:, :5] - (total[:, 5:] if reference == "column" else mapping.signs.offset)
    assert np.array_equal(weights, ALL)


def test_only_one_device_of_a_pair_is_on():
    mapping = make_mapping(8, MappingSettings(), DeviceSettings())
    (_, _, positive), (_, _, negative) = mapping.cell_levels(ALL)
    assert not np.any(positive * negative)


def test_the_highest_level_conducts_the_maximum():
    device = DeviceSettings(conductance_max_s=20e-6, on_off_ratio=5.0)
    cell = make_mapping(8, MappingSettings(cell_bits=2), device).cell
    assert cell.maximum * cell.step_s == pytest.approx(20e-6)
    assert cell.offset * cell.step_s == pytest.approx(4e-6)
    assert make_mapping(8, MappingSettings(), DeviceSettings(on_off_ratio=math.inf)).cell.offset == 0.0


@pytest.mark.parametrize(
    ("rows", "inputs", "lengths"), [(128, 300, [128, 128, 44]), (0, 300, [300]), (400, 300, [300])]
)
def test_blocks_cover_the_rows(rows, inputs, lengths):
    blocks = make_mapping(8, MappingSettings(rows=rows), DeviceSettings()).blocks(inputs)
    assert [b.stop - b.start for b in blocks] == lengths
    assert [i for b in blocks for i in range(b.start, b.stop)] == list(range(inputs))


def test_full_scale_is_every_cell_and_pulse_at_its_top():
    mapping = make_mapping(8, MappingSettings(cell_bits=4), DeviceSettings())
    assert mapping.full_scale(rows=10, input_top=3) == (10 * 3 * 15, 10 * 3 * 7)  # 7 bits: 4 and 3
    offset = make_mapping(8, MappingSettings("offset", cell_bits=4), DeviceSettings(on_off_ratio=16.0))
    assert offset.full_scale(rows=10, input_top=3) == (10 * 3 * 16, 10 * 3 * 16)


def test_a_reference_column_needs_an_offset():
    with pytest.raises(ValueError, match='needs signs = "offset"'):
        MappingSettings("differential", "column")
