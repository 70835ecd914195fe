"""Whole layers on arrays with resistive wires: every conversion against Kirchhoff's laws, and what must not change."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarNetwork, CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.mapping import make_mapping
from nnsreport.engine.crossbar.settings import (
    ActivationSettings,
    AdcSettings,
    CompensationSettings,
    DeviceSettings,
    DriftSettings,
    MappingSettings,
    ProgrammingSettings,
    WeightSettings,
    WhiteNoiseSettings,
)
from nnsreport.engine.crossbar.white_noise import column_variances
from nnsreport.engine.crossbar.wiring import column_conductances
from nnsreport.engine.network import Graph, GraphInput, LinearLayer, Node
from nnsreport.engine.network.geometry import Window
from nnsreport.engine.parasitics import WireSettings
from nnsreport.engine.sram import SramSettings
from nnsreport.errors import ConfigurationError

Solve = Callable[[np.ndarray, np.ndarray, WireSettings], np.ndarray]

GROUPS, ROWS, COLUMNS, VECTORS = 2, 7, 3, 2
WEIGHT = np.random.default_rng(0).normal(size=(GROUPS, ROWS, COLUMNS)).astype(np.float32)
TOPOLOGIES = [(select, pairs) for select in ("driven", "gated") for pairs in ("separate", "adjacent", "interleaved")]
DAY_S = 86400.0
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


@pytest.fixture
def graph() -> Graph:
    point = Window(kernel=(1, 1), strides=(1, 1), dilations=(1, 1), pads=(0, 0, 0, 0))
    layer = LinearLayer(0, "layer", "Conv", WEIGHT, None, point)
    node = Node("layer", "Conv", ("x",), ("y",), {})
    return Graph((node,), {}, (GraphInput("x", None),), ("y",), 18, {}, (layer,))


def built(graph: Graph, images: np.ndarray, settings: CrossbarSettings) -> CrossbarNetwork:
    return build(graph, calibrate(graph, [images], settings), settings)


def array_currents(
    solve: Solve, devices: np.ndarray, volts: np.ndarray, wires: WireSettings, step_s: float
) -> np.ndarray:
    """Currents of all columns of one slice (planes, columns, K) for one vector, in level units.

    Arrays are solved one by one, whole: rows that are not read are at ground, or closed.
    """
    wide = (wires.columns or devices.shape[1]) // (2 if wires.pairs == "adjacent" and len(devices) == 2 else 1)
    total = np.zeros(devices.shape[1])
    for row in range(0, ROWS, wires.rows):
        for column in range(0, len(total), max(wide, 1)):
            place = slice(column, column + max(wide, 1))
            part, inputs = devices[:, place, row : row + wires.rows] * step_s, volts[row : row + wires.rows, None]
            if wires.select == "gated":
                positive, negative = (inputs > 0).astype(float), (inputs < 0).astype(float)
                total[place] += (solve(part, positive, wires) - solve(part, negative, wires))[:, 0] / step_s
            else:
                total[place] += solve(part, inputs, wires)[:, 0] / step_s
    return total


def solved_product(solve: Solve, network: CrossbarNetwork, images: np.ndarray, wires: WireSettings) -> np.ndarray:
    """The layer's product (M, groups * N): blocks, cycles, slices and circuits in turn."""
    layer, mapping = network.layers[0], network.settings.mapping
    programmed = network.program(seed=3, trial=1).conductances[0].astype(float)
    step_s, slices, factors = layer.mapping.cell.step_s, layer.mapping.slices, layer.mapping.signs.factors
    width = 2 if layer.mapping.differential else 1
    steps = layer.adc_steps
    top = 2 ** (network.settings.adc.bits - 1) - 1
    top = top if layer.mapping.differential or layer.cycles.has_negative_pulses else 2 * top + 1
    [(_, vectors)] = layer.vectors(images)
    product = np.zeros((len(images), GROUPS, programmed.shape[3]))
    for m, g, row in np.ndindex(len(images), GROUPS, math.ceil(ROWS / mapping.rows)):
        block = slice(row * mapping.rows, (row + 1) * mapping.rows)
        levels = np.zeros(ROWS, dtype=int)
        levels[block] = vectors[g, block, m]
        for bit in range(layer.quantizer.magnitude_bits):
            volts = np.sign(levels) * (np.abs(levels) >> bit & 1).astype(float)
            for s, value in enumerate(slices.weights):
                sums = np.zeros(programmed.shape[3])
                for first in range(0, len(factors), width):
                    devices = programmed[first : first + width, s, g]
                    sums += factors[first] * array_currents(solve, devices, volts, wires, step_s)
                if steps:
                    codes = np.round(sums / steps[s])
                    sums = np.clip(codes, -top if layer.converter.low < 0 else 0, top) * steps[s]
                product[m, g] += 2**bit * value * sums
    if layer.mapping.reference_column:
        product = product[..., :-1] - product[..., -1:]
    product -= layer.mapping.reference * vectors.sum(axis=1).T[:, :, None]
    scaled = product * np.asarray(layer.weight.scale) * layer.quantizer.scale
    return scaled.reshape(len(images), -1)


def check_layer(solve: Solve, graph: Graph, settings: CrossbarSettings, *, signed: bool) -> np.ndarray:
    images = images_of(signed=signed)
    network = built(graph, images, settings)
    reading = network.program(seed=3, trial=1).read(0.0)["none"]
    found = reading.infer(images).outputs.reshape(VECTORS, -1)
    expected = solved_product(solve, network, images, settings.wires)
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-5 * np.abs(expected).max())
    collapses = settings.wires.select == "driven" and settings.adc.kind == "ideal"
    assert (reading.layers[0].plan.path == "collapsed") == collapses
    without = built(graph, images, replace(settings, wires=WireSettings()))
    ideal = without.program(seed=3, trial=1).read(0.0)["none"].infer(images).outputs.reshape(VECTORS, -1)
    assert np.abs(found - ideal).max() > 0.05 * np.abs(ideal).max()
    return found


@pytest.mark.parametrize("signed", [False, True], ids=["positive", "signed"])
@pytest.mark.parametrize("adc", [AdcSettings("ideal"), AdcSettings(bits=5)], ids=["ideal", "5 bits"])
@pytest.mark.parametrize(("select", "pairs"), TOPOLOGIES)
def test_layers_are_the_circuits_of_their_arrays(
    solved_circuit: Solve, graph: Graph, select: str, pairs: str, adc: AdcSettings, signed: bool
) -> None:
    check_layer(solved_circuit, graph, settings_of(wires_of(select, pairs), adc=adc), signed=signed)


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
    check_layer(solved_circuit, graph, settings, signed=False)


@pytest.mark.parametrize("select", ["driven", "gated"])
def test_arrays_take_their_rows_from_the_mapping(solved_circuit: Solve, graph: Graph, select: str) -> None:
    images, wires = images_of(signed=False), wires_of(select)
    expected = built(graph, images, settings_of(wires)).program(0, 0).read(0.0)["none"].infer(images).outputs
    settings = settings_of(replace(wires, rows=0), mapping=replace(MAPPING, array_rows=4))
    found = built(graph, images, settings).program(0, 0).read(0.0)["none"].infer(images).outputs
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("adc", [AdcSettings("ideal"), AdcSettings(bits=6)], ids=["ideal", "6 bits"])
@pytest.mark.parametrize("device", [DeviceSettings(), DEVICE], ids=["exact", "noisy"])
@pytest.mark.parametrize(("select", "pairs"), TOPOLOGIES)
def test_wires_without_resistance_change_nothing(
    graph: Graph, select: str, pairs: str, device: DeviceSettings, adc: AdcSettings
) -> None:
    images = images_of(signed=True)
    none = settings_of(WireSettings(), device=device, adc=adc)
    wires = WireSettings(select=select, pairs=pairs, rows=5, columns=2, solver="fast")
    readings = [
        built(graph, images, settings).program(0, 1).read(DAY_S, ("none", "global"))
        for settings in (none, replace(none, wires=wires))
    ]
    for method in ("none", "global"):
        one, other = (reading[method] for reading in readings)
        assert str(one.layers[0].plan) == str(other.layers[0].plan)
        assert np.array_equal(one.infer(images).outputs, other.infer(images).outputs)


def test_exact_devices_do_not_hide_the_wires(graph: Graph) -> None:
    images = images_of(signed=False)
    reading = built(graph, images, settings_of(DRIVEN, device=DeviceSettings())).program(0, 0).read(0.0)["none"]
    assert reading.layers[0].plan.path == "collapsed"
    assert reading.weight_errors[0] > 0.05


@pytest.mark.parametrize("solver", ["exact", "fast"])
@pytest.mark.parametrize("select", ["driven", "gated"])
def test_results_do_not_depend_on_batches(graph: Graph, select: str, solver: str) -> None:
    images = np.random.default_rng(2).normal(size=(90, GROUPS * ROWS, 1, 1)).astype(np.float32)
    device = replace(DEVICE, white_noise=WhiteNoiseSettings("constant", 0.02))
    settings = settings_of(replace(wires_of(select), solver=solver), device=device, adc=AdcSettings(bits=6))
    reading = built(graph, images, settings).program(0, 0).read(0.0)["none"]
    whole = reading.infer(images).outputs
    parts = [reading.infer(images[i : i + 37], i).outputs for i in range(0, 90, 37)]
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("select", "pairs"), TOPOLOGIES)
def test_arrays_stay_on_the_device(graph: Graph, strict_device: object, select: str, pairs: str) -> None:
    images = images_of(signed=True)
    settings = settings_of(
        wires_of(select, pairs),
        mapping=replace(MAPPING, pairs=2, significance=2.0, cell_bits=0),
        adc=AdcSettings(bits=6),
    )
    calibration = calibrate(graph, [images], settings)
    host = build(graph, calibration, settings).program(1, 2).read(0.0)["none"].infer(images)
    device = build(graph, calibration, settings, strict_device).program(1, 2).read(0.0)["none"]  # type: ignore[arg-type]
    found = device.infer(strict_device.asarray(images))  # type: ignore[attr-defined]
    np.testing.assert_allclose(found.outputs.get(), host.outputs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("select", ["driven", "gated"])
@pytest.mark.parametrize("method", ["global", "per-column"])
def test_what_has_not_drifted_is_not_compensated(graph: Graph, select: str, method: str) -> None:
    drift = DriftSettings("power-law", nu_mean_offset=0.05)
    settings = settings_of(
        wires_of(select), device=DeviceSettings(drift=drift), compensation=CompensationSettings((method,))
    )
    programmed = built(graph, images_of(signed=False), settings).program(0, 0)
    assert programmed.read(0.0, (method,))[method].drift_compensation_factors == (1.0,)
    # Less current, less loss: with wires that resist a little less is to be made up for.
    factor = programmed.read(DAY_S, (method,))[method].drift_compensation_factors[0]
    without_wires = (DAY_S / drift.reference_time_s + 1.0) ** 0.05
    assert 1.1 < factor < without_wires * (0.995 if select == "driven" else 1.001)


def test_ranges_are_those_of_ideal_arrays(graph: Graph) -> None:
    images = images_of(signed=True)
    settings = settings_of(DRIVEN, adc=AdcSettings(bits=6))
    calibration = calibrate(graph, [images], replace(settings, wires=WireSettings()))
    assert calibration.layers == calibrate(graph, [images], settings).layers
    for select in ("driven", "gated"):
        changed = replace(settings, wires=wires_of(select))
        assert calibration.fits(changed)
        assert build(graph, calibration, changed).layers[0].adc_steps == pytest.approx(
            build(graph, calibration, replace(settings, wires=WireSettings())).layers[0].adc_steps
        )


@pytest.mark.parametrize("scale", [0.1, 1.0])
@pytest.mark.parametrize(
    ("signs", "pairs"),
    [
        ("offset", "separate"),
        ("differential", "separate"),
        ("differential", "adjacent"),
        ("differential", "interleaved"),
    ],
)
def test_white_noise_is_too_large_by_about_twice_the_loss(signs: str, pairs: str, scale: float) -> None:
    # Every read draws the devices anew, and the wires are solved for what was drawn.
    reads = 3000
    ohms = {
        name: scale * getattr(DRIVEN, name) for name in ("word_line_ohm", "bit_line_ohm", "driver_ohm", "sense_ohm")
    }
    wires = WireSettings(pairs=pairs, **ohms)
    device = DeviceSettings(white_noise=WhiteNoiseSettings("constant", 0.01))
    mapping = make_mapping(5, MappingSettings(signs=signs), device)
    std = 0.01 * mapping.cell.maximum
    rng = np.random.default_rng(5)
    devices = rng.uniform(0.1, 1.0, (mapping.planes, 1, 1, 4, 6)).astype(np.float32) * mapping.cell.maximum
    noisy = np.repeat(devices, reads, axis=2) + std * rng.standard_normal((mapping.planes, 1, reads, 4, 6))
    found = column_conductances(noisy, mapping, wires).sum(axis=-1)[0].std(axis=0)
    modelled = np.sqrt(column_variances(devices, mapping, device).sum(axis=-1))[0, 0]
    kept, one = 1.0, make_mapping(5, MappingSettings(signs="offset"), device)
    one = replace(one, cell=mapping.cell)
    for plane in devices[:, None]:
        alone = column_conductances(plane, one, replace(wires, pairs="separate")).sum(axis=-1)
        kept = min(kept, float((alone / plane[0].sum(axis=-1)).min()))
    doubt = 4.0 / math.sqrt(2 * reads)  # four standard deviations of a standard deviation
    ratio = found / modelled
    assert kept < (0.8 if scale == 1.0 else 0.98)
    assert np.all(ratio < 1.0 + doubt)
    assert np.all(ratio > kept**2.5 * (1.0 - doubt))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"wires": GATED, "mapping": replace(MAPPING, dac_bits=2)},
            "mapping.dac_bits: is 2, but rows of gated arrays",
        ),
        (
            {"wires": wires_of("driven", "adjacent"), "mapping": replace(MAPPING, signs="offset")},
            'wires.pairs: is "adjacent", but mapping.signs = "offset" has no pairs; write pairs = "separate"',
        ),
        (
            {"wires": wires_of("gated", "interleaved"), "mapping": replace(MAPPING, subtraction="digital")},
            'wires.pairs: is "interleaved", but mapping.subtraction = "digital"',
        ),
        (
            {"mapping": replace(MAPPING, array_rows=6)},
            "wires.rows: is 4, but arrays have mapping.array_rows = 6; leave it out",
        ),
        ({"mapping": replace(MAPPING, rows=3)}, "wires.rows: is 4, but mapping.rows = 3 reads 3 rows together"),
        ({"mapping": replace(MAPPING, rows=0)}, "write mapping.array_rows = 4 in its place"),
        ({"mapping": replace(MAPPING, array_columns=32)}, "mapping.array_columns: is 32, with all cells"),
        (
            {"sram": SramSettings(kind="CM"), "mapping": MappingSettings(), "device": DeviceSettings()},
            'wires: have a resistance, but an SRAM array of kind "CM"',
        ),
    ],
)
def test_what_does_not_suit_the_wires_is_refused(graph: Graph, changes: dict[str, object], message: str) -> None:
    settings = settings_of(DRIVEN, **changes) if "wires" not in changes else settings_of(**changes)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        calibrate(graph, [images_of(signed=False)], settings)


def test_columns_of_arrays_do_not_matter_to_ideal_word_lines(graph: Graph) -> None:
    wires = replace(DRIVEN, word_line_ohm=0.0, driver_ohm=0.0, columns=0)
    images = images_of(signed=False)
    outputs = [
        built(graph, images, settings_of(wires, mapping=replace(MAPPING, array_columns=columns)))
        .program(0, 0)
        .read(0.0)["none"]
        .infer(images)
        .outputs
        for columns in (0, 32)
    ]
    assert np.array_equal(*outputs)
