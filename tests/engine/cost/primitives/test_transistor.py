"""A transistor's formulas against NeuroSim V1.4's formula.cpp, and against closed forms."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.cost.primitives.effective_width import devices_by_division, devices_by_reciprocal
from nnsreport.engine.cost.primitives.gate_capacitance import drain_capacitance
from nnsreport.engine.cost.primitives.kinds import Channel
from nnsreport.engine.cost.primitives.transistor import (
    gate_capacitance,
    horowitz,
    on_resistance,
    pass_gate_resistance,
    transconductance,
)
from nnsreport.engine.cost.technology import Technology, technology

Rows = Callable[[str], list[dict[str, str]]]
OfRow = Callable[[dict[str, str]], Technology]
Metres = Callable[[dict[str, str], str], float]


def test_transistors_are_neurosims(neurosim_rows: Rows, technology_of: OfRow, metres: Metres) -> None:
    for row in neurosim_rows("transistors.csv"):
        used, width, height = technology_of(row), metres(row, "width_f"), metres(row, "height_f")
        found = {"gate_capacitance_f": gate_capacitance(width, used)}
        for kind in Channel:
            found |= {
                f"on_resistance_{kind}_ohm": on_resistance(width, kind, used),
                f"pass_gate_resistance_{kind}_ohm": pass_gate_resistance(width, kind, used),
                f"transconductance_{kind}_s": transconductance(width, kind, used),
                f"drain_capacitance_{kind}_f": drain_capacitance(width, kind, height, used),
            }
        for name, value in found.items():
            assert value == pytest.approx(float(row[name]), rel=1e-13, abs=0), (row, name)


@pytest.mark.parametrize("node_nm", [14, 10, 7, 5, 3, 2, 1])
def test_fins_and_stacks_are_whole(node_nm: int) -> None:
    used = technology(node_nm, "LSTP")
    one, two = used.feature_size_m * 1.9, used.feature_size_m * 2.1
    for kind in Channel:
        assert on_resistance(one, kind, used) == pytest.approx(2 * on_resistance(two, kind, used))
        assert transconductance(two, kind, used) == pytest.approx(2 * transconductance(one, kind, used))
    assert gate_capacitance(two, used) == pytest.approx(2 * gate_capacitance(one, used))


def test_division_and_reciprocal_differ_in_the_last_bit_and_so_by_a_fin() -> None:
    used = technology(7, "LSTP")
    widths = np.arange(1, 1000) * 2 * used.feature_size_m
    divided, multiplied = devices_by_division(widths, used), devices_by_reciprocal(widths, used)
    np.testing.assert_allclose(divided, multiplied, rtol=1e-15)
    assert (np.ceil(divided) != np.ceil(multiplied)).any()


def test_horowitz_of_a_step_is_the_time_to_half_of_the_supply() -> None:
    delay_s, slope = horowitz(3e-11, 0.5, 1e30)
    assert delay_s == pytest.approx(3e-11 * math.log(2))
    assert slope == pytest.approx(0.5 / delay_s)


def test_horowitz_of_a_ramp() -> None:
    time_constant_s, ramp = 2e-10, 1e9
    delay_s, _ = horowitz(time_constant_s, 0.5, ramp)
    assert delay_s == pytest.approx(math.sqrt((time_constant_s * math.log(2)) ** 2 + 0.5 * time_constant_s / ramp))


def test_horowitz_takes_one_half_whatever_the_gain() -> None:
    assert horowitz(2e-10, 0.1, 1e9) == horowitz(2e-10, 0.9, 1e9)


@pytest.mark.parametrize("node_nm", [22, 7, 2])
def test_arrays_give_what_scalars_give_on_any_device(node_nm: int, strict_device: ModuleType) -> None:
    used = technology(node_nm, "LSTP", 350)
    widths = np.linspace(1, 40, 79) * used.feature_size_m
    device = strict_device.asarray(widths)
    for kind in Channel:
        for function in (on_resistance, pass_gate_resistance, transconductance):
            host = function(widths, kind, used)
            np.testing.assert_array_equal(host, [function(float(width), kind, used) for width in widths])
            np.testing.assert_array_equal(function(device, kind, used).get(), host)
    np.testing.assert_array_equal(gate_capacitance(device, used).get(), gate_capacitance(widths, used))
    delays = horowitz(device, 0.5, 1e20)
    np.testing.assert_array_equal(delays[0].get(), horowitz(widths, 0.5, 1e20)[0])
