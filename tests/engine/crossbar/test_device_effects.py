"""Networks with level tables, faults, variation and NeuroSim's retention, against the loops of the oracle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.conductance import read_devices
from nnsreport.engine.crossbar.settings import (
    AdcSettings,
    DeviceSettings,
    DriftSettings,
    FaultSettings,
    MappingSettings,
    ProgrammingSettings,
    VariationSettings,
)

LOWEST_S, HIGHEST_S = 2e-6, 20e-6
HOUR_S = 3600.0
EFFECTS = {
    "levels": {},
    "faults": {"faults": FaultSettings(0.1, 0.2)},
    "variation": {
        "variation": VariationSettings("proportional", 0.1),
        "programming": ProgrammingSettings("inverse", 0.01, distribution="uniform"),
    },
    "retention": {"drift": DriftSettings("neurosim-1.5", v=0.03)},
}


@pytest.fixture
def device(tmp_path) -> DeviceSettings:
    path = tmp_path / "states.csv"
    conductances_s = (LOWEST_S, 3e-6, 9e-6, HIGHEST_S)
    path.write_text("conductance_s\n" + "\n".join(map(str, conductances_s)), encoding="utf-8")
    return DeviceSettings(conductance_max_s=HIGHEST_S, levels="table", table=path)


@pytest.mark.parametrize("effects", EFFECTS)
@pytest.mark.parametrize("adc", [AdcSettings(), AdcSettings(range="full-scale"), AdcSettings("ideal")])
@pytest.mark.parametrize(
    ("signs", "reference"), [("differential", "digital"), ("offset", "digital"), ("offset", "column")]
)
def test_products_equal_the_loops(oracle, chain, as_images, device, effects, adc, signs, reference):
    rng = np.random.default_rng(len(signs))
    weight = rng.normal(size=(2, 7, 3)).astype(np.float32)
    x = rng.normal(size=(4, 14)).astype(np.float32)
    mapping = MappingSettings(signs, reference, cell_bits=2, dac_bits=3, rows=4)
    settings = CrossbarSettings(mapping=mapping, device=replace(device, **EFFECTS[effects]), adc=adc)
    graph = chain(weight)
    found = calibrate(graph, [as_images(x)], settings)
    programmed = build(graph, found, settings).program(seed=3, trial=1)
    layer = programmed.layers[0]
    cells = read_devices(
        programmed.conductances[0], layer.weight.levels, layer.mapping, settings.device, programmed.draws[0], HOUR_S
    )
    expected = oracle(
        weight,
        x,
        # The loops know even levels only: a range that leaves the lowest level where the table has it.
        replace(settings, device=DeviceSettings(on_off_ratio=HIGHEST_S / LOWEST_S)),
        activation_scale=found.layers[0].activation_scale,
        signed=found.layers[0].activation_signed,
        adc_ranges=found.layers[0].adc_ranges,
        cells={index: float(value) for index, value in np.ndenumerate(cells)},
    )
    inference = programmed.read(HOUR_S)["none"].infer(as_images(x))
    product = inference.outputs.reshape(4, 2, 3).transpose(1, 0, 2)
    assert np.all(np.abs(product - expected.product) <= expected.tolerance)
    assert expected.clipped_least <= inference.saturated[0] <= expected.clipped_most


def test_uneven_levels_are_an_error_of_the_weights(chain, as_images, device):
    weight = np.random.default_rng(0).normal(size=(1, 9, 4)).astype(np.float32)
    x = np.abs(np.random.default_rng(1).normal(size=(5, 9))).astype(np.float32)
    settings = CrossbarSettings(mapping=MappingSettings(cell_bits=2), device=device, adc=AdcSettings("ideal"))
    graph = chain(weight)
    network = build(graph, calibrate(graph, [as_images(x)], settings), settings)
    reading = network.program(0, 0).read(0.0)["none"]
    assert reading.weight_errors[0] > 0.1
    assert not np.allclose(reading.infer(as_images(x)).outputs, network.infer_quantized(as_images(x)).outputs)


def test_the_full_scale_is_that_of_the_tables_levels(chain, as_images, device):
    weight = np.ones((1, 5, 1), dtype=np.float32)
    for signs, largest_s in (("differential", HIGHEST_S - LOWEST_S), ("offset", HIGHEST_S)):
        mapping = MappingSettings(signs, cell_bits=2, dac_bits=1, rows=5)
        settings = CrossbarSettings(mapping=mapping, device=device, adc=AdcSettings(range="full-scale"))
        found = calibrate(chain(weight), [as_images(np.ones((1, 5)))], settings).layers[0]
        unit_s = (HIGHEST_S - LOWEST_S) / 3
        assert found.adc_ranges[0] == pytest.approx(5 * largest_s / unit_s)


def test_a_calibration_holds_for_its_levels_only(chain, as_images, device):
    weight = np.ones((1, 5, 1), dtype=np.float32)
    settings = CrossbarSettings(mapping=MappingSettings(cell_bits=2), device=device)
    found = calibrate(chain(weight), [as_images(np.ones((1, 5)))], settings)
    assert found.fits(replace(settings, device=replace(device, faults=FaultSettings(0.1, 0.1))))
    assert not found.fits(replace(settings, device=DeviceSettings(conductance_max_s=HIGHEST_S)))
