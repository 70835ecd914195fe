"""Widened transistors against NeuroSim V1.4's EnlargeSize, and their own promises."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.cost.primitives.enlargement import enlarged_widths
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.kinds import Gate
from nnsreport.engine.cost.technology import Technology, technology

Rows = Callable[[str], list[dict[str, str]]]
OfRow = Callable[[dict[str, str]], Technology]
Metres = Callable[[dict[str, str], str], float]


def test_widened_transistors_are_neurosims(neurosim_rows: Rows, technology_of: OfRow, metres: Metres) -> None:
    for row in neurosim_rows("cells.csv"):
        used = technology_of(row)
        widths = metres(row, "width_nmos_f"), metres(row, "width_pmos_f")
        found = enlarged_widths(*widths, used.standard_cell_height_m, used)
        expected = float(row["enlarged_nmos_m"]), float(row["enlarged_pmos_m"])
        assert found == pytest.approx(expected, rel=1e-13, abs=0), row


@pytest.mark.parametrize("node_nm", [130, 45, 22])
def test_planar_pairs_keep_ratio_and_area(node_nm: int) -> None:
    used = technology(node_nm, "LSTP")
    height = used.standard_cell_height_m
    widths = 2 * used.feature_size_m, 5 * used.feature_size_m
    nmos, pmos = enlarged_widths(*widths, height, used)
    assert nmos > widths[0]
    assert pmos / nmos == pytest.approx(widths[1] / widths[0])
    # A hair less than the limit, which rounding may put on either side.
    enlarged = gate_area(Gate.INVERTER, 1, nmos * (1 - 1e-12), pmos * (1 - 1e-12), height, used)
    assert enlarged.area_m2 == gate_area(Gate.INVERTER, 1, *widths, height, used).area_m2


@pytest.mark.parametrize("node_nm", [130, 22, 14, 2])
def test_transistors_that_do_not_fit_stay(node_nm: int) -> None:
    used = technology(node_nm, "LSTP")
    widths = 60 * used.feature_size_m, 70 * used.feature_size_m
    assert enlarged_widths(*widths, used.standard_cell_height_m, used) == widths
    assert enlarged_widths(0.0, widths[1], used.standard_cell_height_m, used) == (0, widths[1])
    assert enlarged_widths(0.0, 0.0, used.standard_cell_height_m, used) == (0, 0)


@pytest.mark.parametrize("node_nm", [32, 10, 1])
def test_arrays_give_what_scalars_give_on_any_device(node_nm: int, strict_device: ModuleType) -> None:
    used = technology(node_nm, "LSTP")
    height = used.standard_cell_height_m
    generator = np.random.default_rng(node_nm)
    nmos, pmos = generator.integers(0, 14, (2, 60)) * used.feature_size_m
    found = enlarged_widths(nmos, pmos, height, used)
    for index, pair in enumerate(zip(map(float, nmos), map(float, pmos), strict=True)):
        assert enlarged_widths(*pair, height, used) == (found[0][index], found[1][index])
    device = enlarged_widths(strict_device.asarray(nmos), strict_device.asarray(pmos), height, used)
    for on_device, expected in zip(device, found, strict=True):
        np.testing.assert_array_equal(on_device.get(), expected)
