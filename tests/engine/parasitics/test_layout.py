"""How layers lie on arrays, and which wire settings fit each other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from nnsreport.engine.parasitics import (
    WireSettings,
    array_rows,
    column_currents,
    effective_conductances,
    layer_conductances,
    rows_around,
)
from nnsreport.errors import ConfigurationError
from nnsreport.settings import describe

BLOCKS = (slice(0, 4), slice(4, 8), slice(8, 11))


def _devices(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).uniform(0, 1, shape)


def test_blocks_are_arrays_without_a_size() -> None:
    assert array_rows(BLOCKS, WireSettings()) == BLOCKS
    assert [rows_around(block, BLOCKS) for block in BLOCKS] == [(0, 0)] * 3


def test_an_array_holds_several_blocks() -> None:
    arrays = array_rows(BLOCKS, WireSettings(rows=8))
    assert arrays == (slice(0, 8), slice(8, 11))
    assert [rows_around(block, arrays) for block in BLOCKS] == [(0, 4), (4, 0), (0, 0)]


def test_blocks_across_arrays_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="arrays of 6 rows cut through blocks of 4 rows"):
        array_rows(BLOCKS, WireSettings(rows=6))


@pytest.mark.parametrize(("pairs", "width"), [("separate", 3), ("adjacent", 2), ("interleaved", 3)])
def test_a_layer_is_cut_into_arrays(pairs: str, width: int) -> None:
    devices = _devices((2, 2, 1, 7, 11))
    wires = WireSettings(
        pairs=pairs, word_line_ohm=0.1, bit_line_ohm=0.1, rows=8, columns=4 if pairs == "adjacent" else 3
    )
    found = layer_conductances(devices, BLOCKS, wires, 0.5)
    assert found.shape == devices.shape[1:]
    for rows in (slice(0, 8), slice(8, 11)):
        for begin in range(0, 7, width):
            tile = (..., slice(begin, begin + width), rows)
            np.testing.assert_array_equal(found[tile], effective_conductances(devices[tile], wires, 0.5))


def test_word_lines_at_ground_load_the_others(
    solved_circuit: Callable[[np.ndarray, np.ndarray, WireSettings], np.ndarray],
) -> None:
    """Two blocks on one array are read one after the other, but both are there."""
    devices = _devices((1, 5, 8))
    wires = WireSettings(word_line_ohm=0.1, bit_line_ohm=0.1, rows=8)
    found = layer_conductances(devices, BLOCKS[:2], wires, 1.0)
    for block in BLOCKS[:2]:
        inputs = np.eye(8)[:, block]
        np.testing.assert_allclose(found[:, block], solved_circuit(devices, inputs, wires), rtol=0, atol=1e-13)


def test_gated_rows_of_other_blocks_are_closed() -> None:
    devices, inputs = _devices((1, 5, 11)), np.ones((11, 1))
    wires = WireSettings("gated", source_line_ohm=0.1, bit_line_ohm=0.1, rows=11)
    arrays = array_rows(BLOCKS, wires)
    for block in BLOCKS:
        before, after = rows_around(block, arrays)
        of_block = np.zeros((11, 1))
        of_block[block] = 1
        found = column_currents(devices[..., block], inputs[block], wires, rows_before=before, rows_after=after)
        np.testing.assert_allclose(found, column_currents(devices, of_block, wires), rtol=1e-13)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"select": "gated", "word_line_ohm": 1.0}, "word_line_ohm = 1 has no meaning"),
        ({"source_line_ohm": 1.0}, "source_line_ohm = 1 has no meaning"),
        ({"pairs": "adjacent", "columns": 5}, "needs an even number"),
    ],
)
def test_settings_that_do_not_fit_are_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WireSettings(**values)  # type: ignore[arg-type]


def test_every_setting_is_described() -> None:
    descriptions = describe(WireSettings)
    assert set(descriptions) == set(WireSettings.__dataclass_fields__)
    assert {d.unit for name, d in descriptions.items() if name.endswith("_ohm")} == {"ohm"}
