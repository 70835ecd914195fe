"""Whole layers on arrays with resistive wires: every conversion against Kirchhoff's laws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product as product_of
from typing import Any

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarNetwork, CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.settings import (
    ActivationSettings,
    AdcSettings,
    DeviceSettings,
    MappingSettings,
    ProgrammingSettings,
    WeightSettings,
)
from nnsreport.engine.network import Graph, GraphInput, LinearLayer, Node
from nnsreport.engine.network.geometry import Window
from nnsreport.engine.parasitics import WireSettings

hypothesis = pytest.importorskip("hypothesis")
st = pytest.importorskip("hypothesis.strategies")

Draw = Callable[..., Any]
Solve = Callable[[np.ndarray, np.ndarray, WireSettings], np.ndarray]

GROUPS, ROWS, COLUMNS, VECTORS = 2, 7, 3, 2
WEIGHT = np.random.default_rng(0).normal(size=(GROUPS, ROWS, COLUMNS)).astype(np.float32)
TOPOLOGIES = [(select, pairs) for select in ("driven", "gated") for pairs in ("separate", "adjacent", "interleaved")]
SIGNS = [
    ("differential", "analog"),
    ("differential", "digital"),
    ("two-sided", "analog"),
    ("two-sided", "digital"),
    ("offset", "analog"),
    ("twos-complement", "analog"),
]
# At 25 uS a cell these lose about a fifth of the current.
DRIVEN = WireSettings(word_line_ohm=900.0, bit_line_ohm=1300.0, driver_ohm=500.0, sense_ohm=300.0, rows=4, columns=2)
GATED = replace(DRIVEN, select="gated", word_line_ohm=0.0, source_line_ohm=900.0)
MAPPING = MappingSettings(cell_bits=2, dac_bits=1, rows=2)
DEVICE = DeviceSettings(on_off_ratio=20.0, programming=ProgrammingSettings("constant", 0.1))


def wires_of(select: str, pairs: str = "separate") -> WireSettings:
    return replace(GATED if select == "gated" else DRIVEN, pairs=pairs)


def settings_of(wires: WireSettings, **changes: object) -> CrossbarSettings:
    plain = CrossbarSettings(
        WeightSettings(4), ActivationSettings(3), MAPPING, DEVICE, AdcSettings("ideal"), wires=wires
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def images_of(*, signed: bool) -> np.ndarray:
    images = np.random.default_rng(1).normal(size=(VECTORS, GROUPS * ROWS, 1, 1)).astype(np.float32)
    return images if signed else np.abs(images)


def one_layer() -> Graph:
    point = Window(kernel=(1, 1), strides=(1, 1), dilations=(1, 1), pads=(0, 0, 0, 0))
    layer = LinearLayer(0, "layer", "Conv", WEIGHT, None, point)
    node = Node("layer", "Conv", ("x",), ("y",), {})
    return Graph((node,), {}, (GraphInput("x", None),), ("y",), 18, {}, (layer,))


@pytest.fixture
def graph() -> Graph:
    return one_layer()


def built(graph: Graph, images: np.ndarray, settings: CrossbarSettings) -> CrossbarNetwork:
    return build(graph, calibrate(graph, [images], settings), settings)


def array_currents(
    solve: Solve, devices: np.ndarray, volts: np.ndarray, wires: WireSettings, step_s: float
) -> np.ndarray:
    """Currents of all columns of one slice (planes, columns, K) for one vector, in level units.

    Arrays are solved one by one, whole: rows that are not read are at ground, or closed.
    """
    total = np.zeros(devices.shape[1])
    wide = wires.columns // (2 if wires.pairs == "adjacent" and len(devices) == 2 else 1) or len(total)
    for row in range(0, ROWS, wires.rows):
        for column in range(0, len(total), wide):
            place = slice(column, column + wide)
            part, inputs = devices[:, place, row : row + wires.rows] * step_s, volts[row : row + wires.rows, None]
            if wires.select == "gated":
                positive, negative = (inputs > 0).astype(float), (inputs < 0).astype(float)
                total[place] += (solve(part, positive, wires) - solve(part, negative, wires))[:, 0] / step_s
            else:
                total[place] += solve(part, inputs, wires)[:, 0] / step_s
    return total


def blocks_of(mapping: MappingSettings) -> list[slice]:
    """Rows read together; none beyond the end of an array."""
    ends = {k for k in range(1, ROWS + 1) if k == ROWS or (mapping.array_rows and k % mapping.array_rows == 0)}
    found, start = [], 0
    for k in range(1, ROWS + 1):
        if k in ends or k - start == mapping.rows:
            found.append(slice(start, k))
            start = k
    return found


def cycles_of(levels: np.ndarray, bits: int, signed: bool, coding: str) -> list[tuple[float, np.ndarray]]:
    """Value and voltages of each cycle, a bit at a time."""

    def cut(numbers: np.ndarray, sign: float = 1.0) -> list[tuple[float, np.ndarray]]:
        return [(sign * 2.0**bit, (numbers >> bit & 1).astype(float)) for bit in range(bits)]

    if signed and coding == "twos-complement":
        return [*cut(levels % 2**bits), (-(2.0**bits), (levels < 0).astype(float))]
    if signed and coding == "two-passes":
        return [*cut(np.maximum(levels, 0)), *cut(np.maximum(-levels, 0), -1.0)]
    return [(value, volts * np.sign(levels)) for value, volts in cut(np.abs(levels))]


def solved_product(solve: Solve, network: CrossbarNetwork, images: np.ndarray, wires: WireSettings) -> np.ndarray:
    """The layer's product (M, groups * N): blocks, cycles, slices and circuits in turn."""
    layer, mapping = network.layers[0], network.settings.mapping
    programmed = network.program(seed=3, trial=1).conductances[0].astype(float)
    step_s, slices, factors = layer.mapping.cell.step_s, layer.mapping.slices, layer.mapping.signs.factors
    width = 2 if layer.mapping.differential else 1
    top = 2 ** (network.settings.adc.bits - 1) - 1
    [(_, vectors)] = layer.vectors(images)
    product = np.zeros((len(images), GROUPS, programmed.shape[3]))
    for (m, g), block in product_of(np.ndindex(len(images), GROUPS), blocks_of(mapping)):
        levels = np.zeros(ROWS, dtype=int)
        levels[block] = vectors[g, block, m]
        cycles = cycles_of(levels, layer.quantizer.magnitude_bits, layer.quantizer.signed, mapping.input_signs)
        for (weight, volts), (s, value) in product_of(cycles, enumerate(slices.weights)):
            sums = np.zeros(programmed.shape[3])
            for first in range(0, len(factors), width):
                devices = programmed[first : first + width, s, g]
                sums += factors[first] * array_currents(solve, devices, volts, wires, step_s)
            if layer.adc_steps:
                symmetric = layer.mapping.differential or layer.cycles.has_negative_pulses
                low, high = (-top, top) if symmetric else (0, 2 * top + 1)
                sums = np.clip(np.round(sums / layer.adc_steps[s]), low, high) * layer.adc_steps[s]
            product[m, g] += weight * value * sums
    if layer.mapping.reference_column:
        product = product[..., :-1] - product[..., -1:]
    product -= layer.mapping.reference * vectors.sum(axis=1).T[:, :, None]
    scaled = product * np.asarray(layer.weight.scale) * layer.quantizer.scale
    return scaled.reshape(len(images), -1)


def check_layer(
    solve: Solve, graph: Graph, settings: CrossbarSettings, *, signed: bool, wires: WireSettings | None = None
) -> float:
    """Compare with the circuits; return how much the wires change, as a share of the largest output."""
    images = images_of(signed=signed)
    network = built(graph, images, settings)
    reading = network.program(seed=3, trial=1).read(0.0)["none"]
    found = reading.infer(images).outputs.reshape(VECTORS, -1)
    expected = solved_product(solve, network, images, wires or settings.wires)
    without = built(graph, images, replace(settings, wires=WireSettings()))
    ideal = without.program(seed=3, trial=1).read(0.0)["none"].infer(images).outputs.reshape(VECTORS, -1)
    # Sums of several slices and of an offset are as large as what they cancel to is small.
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-5 * np.abs(ideal).max())
    collapses = settings.adc.kind == "ideal" and (settings.wires.select == "driven" or settings.wires.ideal)
    assert (reading.layers[0].plan.path == "collapsed") == collapses
    return float(np.abs(found - ideal).max() / np.abs(ideal).max())


@pytest.mark.parametrize("signed", [False, True], ids=["positive", "signed"])
@pytest.mark.parametrize("adc", [AdcSettings("ideal"), AdcSettings(bits=5)], ids=["ideal", "5 bits"])
@pytest.mark.parametrize(("select", "pairs"), TOPOLOGIES)
def test_layers_are_the_circuits_of_their_arrays(
    solved_circuit: Solve, graph: Graph, select: str, pairs: str, adc: AdcSettings, signed: bool
) -> None:
    settings = settings_of(wires_of(select, pairs), adc=adc)
    assert check_layer(solved_circuit, graph, settings, signed=signed) > 0.05


@pytest.mark.parametrize("select", ["driven", "gated"])
@pytest.mark.parametrize(
    ("mapping", "pairs"),
    [
        ({"signs": "two-sided"}, "interleaved"),
        ({"signs": "offset"}, "separate"),
        ({"signs": "offset", "reference": "column"}, "separate"),
        ({"signs": "twos-complement"}, "separate"),
        ({"subtraction": "digital"}, "separate"),
        ({"pairs": 2, "significance": 3.0, "cell_bits": 0}, "interleaved"),
        ({"pairs": 2, "significance": 3.0, "cell_bits": 0, "fill": "most-significant-first"}, "adjacent"),
        ({"pairs": 2, "cell_bits": 0, "subtraction": "digital"}, "separate"),
    ],
)
def test_every_scheme_of_signs_lies_on_arrays(
    solved_circuit: Solve, graph: Graph, select: str, mapping: dict[str, object], pairs: str
) -> None:
    settings = settings_of(wires_of(select, pairs), mapping=replace(MAPPING, **mapping))  # type: ignore[arg-type]
    assert check_layer(solved_circuit, graph, settings, signed=False) > 0.05


@pytest.mark.parametrize("pairs", ["separate", "adjacent", "interleaved"])
def test_without_a_limit_all_columns_lie_on_one_array(solved_circuit: Solve, graph: Graph, pairs: str) -> None:
    settings = settings_of(replace(DRIVEN, pairs=pairs, columns=0))
    assert check_layer(solved_circuit, graph, settings, signed=False) > 0.05


@st.composite
def wired_layers(draw: Draw) -> tuple[CrossbarSettings, WireSettings]:
    """Settings, and the wires with the rows that an array then has."""
    signs, subtraction = draw(st.sampled_from(SIGNS))
    paired = signs in ("differential", "two-sided")
    pairs = draw(st.integers(1, 2)) if paired else 1
    mapping = MappingSettings(
        signs=signs,
        reference="digital" if paired else draw(st.sampled_from(["digital", "column"])),
        cell_bits=0 if pairs > 1 else draw(st.integers(0, 3)),
        dac_bits=1,
        rows=draw(st.integers(1, 4)),
        input_signs=draw(st.sampled_from(["bipolar", "twos-complement", "two-passes"])),
        subtraction=subtraction,
        pairs=pairs,
        significance=draw(st.sampled_from([1.0, 2.5])) if pairs > 1 else 1.0,
        array_rows=draw(st.sampled_from([0, 3, 4])),
    )
    select = draw(st.sampled_from(["driven", "gated"]))
    ohm = st.sampled_from([0.0, 0.0, 50.0, 2000.0])
    rows = mapping.rows * draw(st.integers(0, 3))
    wires = WireSettings(
        select=select,
        pairs=draw(st.sampled_from(["separate", "adjacent", "interleaved"]))
        if paired and subtraction == "analog"
        else "separate",
        word_line_ohm=draw(ohm) if select == "driven" else 0.0,
        source_line_ohm=draw(ohm) if select == "gated" else 0.0,
        bit_line_ohm=draw(ohm),
        driver_ohm=draw(ohm),
        sense_ohm=draw(ohm),
        rows=0 if mapping.array_rows else rows,
        columns=draw(st.sampled_from([0, 2, 4])),
    )
    settings = settings_of(wires, mapping=mapping, weights=WeightSettings(draw(st.integers(2, 4))))
    return settings, replace(wires, rows=mapping.array_rows or rows or mapping.rows)


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(case=wired_layers(), signed=st.booleans())
def test_any_layer_is_the_circuits_of_its_arrays(
    solved_circuit: Solve, case: tuple[CrossbarSettings, WireSettings], signed: bool
) -> None:
    check_layer(solved_circuit, one_layer(), case[0], signed=signed, wires=case[1])
