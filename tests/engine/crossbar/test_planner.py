"""Exact products of integers, whatever their size."""

from __future__ import annotations

import numpy as np
import pytest

from nnsreport.engine.crossbar import Calibration, CrossbarSettings, LayerCalibration, build
from nnsreport.engine.crossbar.arithmetic import collapsed_product
from nnsreport.engine.crossbar.planner import plan_analog, plan_exact
from nnsreport.engine.crossbar.settings import (
    AdcSettings,
    DeviceSettings,
    DriftSettings,
    MappingSettings,
    ProgrammingSettings,
    ReadNoiseSettings,
    WhiteNoiseSettings,
)
from nnsreport.engine.crossbar.settings.converter import AdcErrorSettings
from nnsreport.engine.parasitics import WireSettings

hypothesis = pytest.importorskip("hypothesis")
st = pytest.importorskip("hypothesis.strategies")

CASES = [
    (8, 8, 500, "float32", 1),
    (8, 8, 3000, "float32", None),
    (16, 8, 12, "float32", None),
    (16, 8, 40, "float64", 1),
    (16, 8, 3000, "float64", 1),
    (16, 16, 60, "float64", 1),
]


@pytest.mark.parametrize(("weight_bits", "input_bits", "rows", "dtype", "chunks"), CASES)
def test_products_of_integers_are_exact(weight_bits, input_bits, rows, dtype, chunks):
    # The largest possible numbers, all of one sign: the worst case for rounding.
    rng = np.random.default_rng(1)
    weight_top, input_top = 2 ** (weight_bits - 1) - 1, 2**input_bits - 1
    levels = np.full((1, 3, rows), weight_top, dtype=np.int32)
    levels[0, 1] = rng.integers(-weight_top, weight_top + 1, rows)
    vectors = np.full((1, rows, 70), input_top, dtype=np.uint16)
    vectors[:, :, 1:] = rng.integers(0, input_top + 1, (1, rows, 69))
    plan = plan_exact(levels, input_top)
    assert plan.dtype == dtype
    assert len(plan.chunks) == chunks if chunks else len(plan.chunks) > 1
    product = collapsed_product(vectors, levels.astype(plan.dtype), plan.chunks)
    assert np.array_equal(product, levels.astype(np.int64) @ vectors.astype(np.int64))


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(
    weight_bits=st.integers(2, 16),
    input_bits=st.integers(1, 16),
    rows=st.integers(1, 3000),
    one_sign=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_integers_are_multiplied_exactly_in_any_order(weight_bits, input_bits, rows, one_sign, seed):
    rng = np.random.default_rng(seed)
    weight_top, input_top = 2 ** (weight_bits - 1) - 1, 2**input_bits - 1
    levels = rng.integers(0 if one_sign else -weight_top, weight_top + 1, (2, 3, rows), dtype=np.int32)
    vectors = rng.integers(0 if one_sign else -input_top, input_top + 1, (2, rows, 5), dtype=np.int32)
    plan = plan_exact(levels, input_top)
    product = collapsed_product(vectors, levels.astype(plan.dtype), plan.chunks)
    expected = levels.astype(np.int64) @ vectors.astype(np.int64)
    assert np.array_equal(product, expected)
    # What the plan rests on: nothing that a product can pass through in any order of addition leaves the integers of
    # its type.
    for chunk in plan.chunks:
        largest = np.abs(levels[..., chunk], dtype=np.int64).sum(axis=2).max() * input_top
        assert largest <= 2 ** (24 if plan.dtype == "float32" else 53)
    assert [k for chunk in plan.chunks for k in range(rows)[chunk]] == list(range(rows))


def test_chunks_follow_the_weights_not_the_worst_case():
    levels = np.zeros((1, 2, 100_000), dtype=np.int32)
    levels[..., ::200] = 127
    assert len(plan_exact(levels, 255).chunks) == 1


def test_the_plan_names_itself():
    blocks = (slice(0, 128), slice(128, 200))
    assert str(plan_analog(200, blocks, 1, ideal_adc=True)) == "collapsed float32"
    assert str(plan_analog(200, blocks, 1, ideal_adc=False)) == "single-cycle float32"
    assert str(plan_analog(200, blocks, 8, ideal_adc=False)) == "bit-serial float32"
    assert "chunks" in str(plan_exact(np.full((1, 1, 1000), 127, dtype=np.int32), 255))


@pytest.mark.parametrize(
    ("effect", "collapses"),
    [
        ({}, True),
        ({"device": DeviceSettings(programming=ProgrammingSettings("constant", 0.1))}, True),
        ({"device": DeviceSettings(drift=DriftSettings("power-law", nu_mean_offset=0.05))}, True),
        ({"device": DeviceSettings(read_noise=ReadNoiseSettings("one-over-f"))}, True),  # one draw for all images
        ({"device": DeviceSettings(white_noise=WhiteNoiseSettings("constant", 0.1))}, False),
        ({"adc": AdcSettings("ideal", errors=AdcErrorSettings(noise_std=0.1, noise_unit="level"))}, False),
        ({"wires": WireSettings(word_line_ohm=1.0, bit_line_ohm=1.0)}, True),  # linear
        ({"wires": WireSettings("gated", bit_line_ohm=1.0), "mapping": MappingSettings(dac_bits=1)}, False),
        ({"adc": AdcSettings(bits=16, range="full-scale")}, False),
    ],
)
def test_what_stands_between_the_sums_forbids_one_product(chain, effect, collapses):
    settings = CrossbarSettings(**{"adc": AdcSettings("ideal"), **effect})
    ranges = (1000.0,) if settings.adc.converts else ()
    graph = chain(np.random.default_rng(0).normal(size=(1, 8, 3)))
    network = build(graph, Calibration((LayerCalibration(0.1, False, ranges),), settings), settings)
    assert (network.layers[0].plan.path == "collapsed") == collapses
    assert network.layers[0].exact_plan.path == "collapsed"
