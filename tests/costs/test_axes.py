"""Axes of sweeps, and the design points on them."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest

from nnsreport.costs.axes import RangeAxis, read_axes
from nnsreport.costs.sampling import Sampling, grid, sample
from nnsreport.errors import ConfigurationError


def axes(text: str) -> tuple[object, ...]:
    return read_axes(tomllib.loads(text), "sweep.toml")


def test_grid_has_all_combinations_the_last_axis_first() -> None:
    columns = grid(
        read_axes(
            tomllib.loads(
                "technode = [22, 7]\n"
                "array = [{numRowSubArray = 64, numColSubArray = 32}, {numColSubArray = 128, numRowSubArray = 256}]\n"
                'resistanceOn = {low = 1e3, high = 1e5, steps = 3, scale = "log"}\n'
            ),
            "sweep.toml",
        )
    )
    assert list(columns) == ["technode", "numRowSubArray", "numColSubArray", "resistanceOn"]
    assert columns["technode"].tolist() == [22.0] * 6 + [7.0] * 6
    assert columns["numRowSubArray"].tolist() == [64.0] * 3 + [256.0] * 3 + [64.0] * 3 + [256.0] * 3
    assert columns["numColSubArray"].tolist() == [32.0] * 3 + [128.0] * 3 + [32.0] * 3 + [128.0] * 3
    np.testing.assert_allclose(columns["resistanceOn"], [1e3, 1e4, 1e5] * 4)


def test_names_of_choices_and_switches() -> None:
    memory, switch = axes('memcelltype = ["sram", "rram", 3]\npipeline = [true, 0]')
    assert memory.values[:, 0].tolist() == [1, 2, 3]
    assert switch.values[:, 0].tolist() == [1, 0]


@pytest.mark.parametrize("sampling", [Sampling.RANDOM, Sampling.SOBOL])
def test_samples_keep_to_their_axes_and_seed(sampling: Sampling) -> None:
    found = read_axes(
        tomllib.loads(
            "levelOutput = [16, 32, 64]\nnumRowSubArray = {low = 30, high = 33}\n"
            'resistanceOn = {low = 1e3, high = 1e6, scale = "log"}\nwriteVoltage = {low = 1, high = 2}\n'
        ),
        "sweep.toml",
    )
    columns = sample(found, sampling, 999, seed=3)
    assert {len(values) for values in columns.values()} == {999}
    assert set(columns["levelOutput"]) == {16, 32, 64}
    assert set(columns["numRowSubArray"]) == {30, 31, 32, 33}
    # Ends are as likely as what is between them, and logarithms are uniform.
    for value in (30, 33):
        assert np.mean(columns["numRowSubArray"] == value) == pytest.approx(0.25, abs=0.05)
    assert np.median(columns["resistanceOn"]) == pytest.approx(10**4.5, rel=0.3)
    assert columns["resistanceOn"].min() >= 1e3
    assert columns["resistanceOn"].max() <= 1e6
    again, other = (sample(found, sampling, 999, seed) for seed in (3, 4))
    for name, values in columns.items():
        np.testing.assert_array_equal(values, again[name])
    assert (columns["writeVoltage"] != other["writeVoltage"]).any()


def test_sobol_points_fill_the_space_evenly() -> None:
    found = read_axes(
        tomllib.loads("writeVoltage = {low = 0.5, high = 1.5}\nreadVoltage = {low = 0.5, high = 1.5}"), "sweep.toml"
    )
    columns = sample(found, Sampling.SOBOL, 256, seed=1)
    cells, _, _ = np.histogram2d(*columns.values(), bins=16, range=[(0.5, 1.5)] * 2)
    assert (cells == 1).all()


def test_grid_needs_steps_and_memory() -> None:
    with pytest.raises(ConfigurationError, match=r"axes.writeVoltage.steps: has no steps"):
        grid(axes("writeVoltage = {low = 1, high = 2}"))
    wide = "\n".join(
        f"{name} = {{low = 1, high = 2, steps = 1000}}" for name in ("writeVoltage", "readVoltage", "alpha")
    )
    with pytest.raises(ConfigurationError, match=r"1,000,000,000 points") as caught:
        grid(axes(wide))
    assert "sobol" in str(caught.value)


def test_whole_numbers_of_a_grid() -> None:
    (axis,) = axes("numColMuxed = {low = 2, high = 9, steps = 3}")
    assert isinstance(axis, RangeAxis)
    assert axis.at_steps(np.arange(3))[:, 0].tolist() == [2, 6, 9]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tecnode = [7]", r"axes.tecnode: is no parameter that the cost depends on; did you mean technode\?"),
        ("colour = [7]", r"use a name of NeuroSim's Param.cpp"),
        ("technode = 7", r"axes.technode: is no axis"),
        ("converter = ['adc.py']", r"axes.converter: is a file, no number"),
        ("technode = []", r"axes.technode: is no axis"),
        ('technode = ["small"]', r"axes.technode: is 'small', no number"),
        ('memcelltype = ["flash"]', r"axes.memcelltype: is 'flash'; set memcelltype to one of 1 \(sram\)"),
        ("numRowSubArray = [0]", r"axes.numRowSubArray: is 0; set numRowSubArray to at least 1"),
        ("numRowSubArray = [1.5]", r"axes.numRowSubArray: is 1.5"),
        ("numRowSubArray = [[64, 128]]", r"axes.numRowSubArray: has the value \[64, 128\]"),
        ("input_density = [0.2, 2]", r"axes.input_density: has the value 2; give fractions"),
        ("alpha = {low = 2}", r"axes.alpha.high: is missing"),
        ("alpha = {low = 2, high = 1}", r"axes.alpha: goes from 2 to 1"),
        ("alpha = {low = 1, high = 2, steps = 1}", r"axes.alpha.steps: is 1"),
        ("alpha = {low = 1, high = 2, steps = true}", r"axes.alpha.steps: is True"),
        ('alpha = {low = 1, high = 2, scale = "cubic"}', r"axes.alpha.scale: is 'cubic'"),
        ('algoWeightMin = {low = -1, high = 2, scale = "log"}', r"axes.algoWeightMin.scale: is 'log'"),
        ("alpha = {low = 1, high = 2, step = 3}", r"axes.alpha: is no axis"),
        ("cellBit = {low = 1, high = 4, steps = 9}", r"axes.cellBit.steps: is 9, more than there are whole numbers"),
        ("a = [{technode = 7}, {temp = 300}]", r"axes.a: sets temp in its value 2; let all set the same"),
        ("a = [{}]", r"axes.a: sets nothing in its value 1"),
        ("a = [{technode = 7}]\ntechnode = [22]", r"axes.technode: is on two axes"),
    ],
)
def test_what_is_wrong_is_named(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        axes(text)
    assert caught.value.path == "sweep.toml"
    assert caught.value.remedy
