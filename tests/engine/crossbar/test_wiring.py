"""Networks on arrays with resistive wires: what must not change, and what is refused."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarNetwork, CrossbarSettings, build, calibrate
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
from nnsreport.engine.network import Graph
from nnsreport.engine.parasitics import WireSettings
from nnsreport.engine.sram import SramSettings
from nnsreport.errors import ConfigurationError

GROUPS, ROWS, COLUMNS, VECTORS = 2, 7, 3, 2
DAY_S = 86400.0
TOPOLOGIES = [(select, pairs) for select in ("driven", "gated") for pairs in ("separate", "adjacent", "interleaved")]
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
def graph(chain) -> Graph:
    return chain(np.random.default_rng(0).normal(size=(GROUPS, ROWS, COLUMNS)))


def built(graph: Graph, images: np.ndarray, settings: CrossbarSettings) -> CrossbarNetwork:
    return build(graph, calibrate(graph, [images], settings), settings)


@pytest.mark.parametrize("select", ["driven", "gated"])
def test_arrays_take_their_rows_from_the_mapping(graph: Graph, select: str) -> None:
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
        device=replace(DEVICE, white_noise=WhiteNoiseSettings("constant", 0.02)),
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
        ({"mapping": replace(MAPPING, array_columns=32)}, "wires.columns: is 2, but arrays have mapping.array_columns"),
        (
            {"wires": replace(DRIVEN, columns=0), "mapping": replace(MAPPING, array_columns=32)},
            'wires.pairs: is "separate", but mapping.array_columns = 32 puts all cells of a weight side by side',
        ),
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
