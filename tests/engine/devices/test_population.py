"""What the draws of devices must not depend on: the device they are computed on, their order, and their neighbours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.crossbar.conductance import Draw, program, read
from nnsreport.engine.crossbar.mapping import make_mapping
from nnsreport.engine.crossbar.settings import (
    DeviceSettings,
    DriftSettings,
    FaultSettings,
    MappingSettings,
    ProgrammingSettings,
    ReadNoiseSettings,
    VariationSettings,
)

STATES = "level,conductance_s,time_s,mean_s,std_s,nu_mean,nu_std\n"
STATES += "".join(f"{k},{5e-6 + k * 2e-6 + k * k * 1e-6},0,,{(k + 1) * 1e-7},{0.1 - k / 100},0.01\n" for k in range(4))
STATES += "".join(f"{k},{5e-6 + k * 2e-6 + k * k * 1e-6},1e9,,{(k + 2) * 1e-7},,\n" for k in range(4))
FROM_TABLE = DeviceSettings(conductance_max_s=20e-6, levels="table", table=Path("states.csv"))
EFFECTS = {
    "variation": DeviceSettings(variation=VariationSettings("proportional", 0.1)),
    "uniform": DeviceSettings(programming=ProgrammingSettings("constant", 0.1, distribution="uniform")),
    "inverse": DeviceSettings(on_off_ratio=10.0, programming=ProgrammingSettings("inverse", 0.01)),
    "polynomial": DeviceSettings(programming=ProgrammingSettings("polynomial", coefficients_s=(1e-7, 1e-6))),
    "faults": DeviceSettings(faults=FaultSettings(0.1, 0.1)),
    "neurosim-1.4": DeviceSettings(on_off_ratio=10.0, drift=DriftSettings("neurosim-1.4", v=0.05)),
    "neurosim-1.5": DeviceSettings(
        on_off_ratio=10.0, drift=DriftSettings("neurosim-1.5", v=0.05, direction="target", target=0.4)
    ),
    "logarithmic-noise": DeviceSettings(
        read_noise=ReadNoiseSettings("one-over-f-logarithmic", slope=-0.01, coefficients=(0.01,), polynomial_from=0.3)
    ),
    "table": replace(FROM_TABLE, programming=ProgrammingSettings("table")),
    "table-drift": replace(FROM_TABLE, drift=DriftSettings("power-law-table")),
    "measured": replace(
        FROM_TABLE,
        programming=ProgrammingSettings("table"),
        variation=VariationSettings("constant", 0.01),
        faults=FaultSettings(0.05, 0.05),
        drift=DriftSettings("measured", time_axis="logarithmic"),
        read_noise=ReadNoiseSettings("one-over-f"),
    ),
}
MAPPING = MappingSettings(cell_bits=2)
TIME_S = 5000.0
LEVELS = np.random.default_rng(0).integers(-127, 128, (2, 30, 101)).astype(np.int32)


@pytest.fixture(params=EFFECTS)
def device(request, tmp_path) -> DeviceSettings:
    settings = EFFECTS[request.param]
    if settings.table is None:
        return settings
    path = tmp_path / "states.csv"
    path.write_text(STATES, encoding="utf-8")
    return replace(settings, table=path)


def drawn(levels, device, draw=Draw(1, 2, 3)):  # noqa: B008 - frozen
    mapping = make_mapping(8, MAPPING, device)
    programmed = program(levels, mapping, device, draw)
    return programmed, read(programmed, levels, mapping, device, draw, TIME_S)


def test_a_device_of_another_kind_computes_the_same(device, devices):
    expected = drawn(LEVELS, device)
    for name, xp in devices.items():
        for found, wanted in zip(drawn(xp.asarray(LEVELS), device), expected, strict=True):
            if name == "strict":
                np.testing.assert_array_equal(found.get(), wanted)
            else:
                np.testing.assert_allclose(found.get(), wanted, rtol=1e-6, atol=1e-6)


def test_the_parts_that_a_layer_is_worked_on_in_do_not_matter(device, monkeypatch):
    expected = drawn(LEVELS, device)
    monkeypatch.setattr("nnsreport.engine.crossbar.conductance._DEVICES_IN_CACHE", 1234)
    for found, wanted in zip(drawn(LEVELS, device), expected, strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_the_order_of_trials_and_times_does_not_matter(device):
    mapping = make_mapping(8, MAPPING, device)
    draws = [Draw(1, trial, 0) for trial in range(3)]
    expected = [drawn(LEVELS, device, draw) for draw in draws]
    for draw, (programmed, at_time) in reversed(list(zip(draws, expected, strict=True))):
        again = program(LEVELS, mapping, device, draw)
        read(again, LEVELS, mapping, device, draw, 100.0)
        np.testing.assert_array_equal(again, programmed)
        np.testing.assert_array_equal(read(again, LEVELS, mapping, device, draw, TIME_S), at_time)


def test_conductances_are_finite_and_not_negative(device):
    programmed, _ = drawn(LEVELS, device)
    assert np.isfinite(programmed).all()
    assert programmed.min() >= 0


def test_draws_are_those_of_earlier_versions():
    # Recorded before devices had a package of their own; results of old runs can be had again.
    device = DeviceSettings(
        programming=ProgrammingSettings("polynomial", coefficients_s=(0.26348e-6, 1.9650e-6, -1.1731e-6)),
        drift=DriftSettings("power-law", -0.0155, 0.0244, 0.049, 0.1, -0.0125, -0.0059, 0.008, 0.045),
        read_noise=ReadNoiseSettings("one-over-f"),
    )
    levels, draw = np.array([[[-127, -3, 0, 5, 64, 127]]], dtype=np.int32), Draw(7, 1, 2)
    mapping = make_mapping(8, MappingSettings(), device)
    programmed = program(levels, mapping, device, draw)
    positive = [0.06241953, 0.35563597, 0.08834523, 2.79989314, 62.63734055, 116.21427917]
    negative = [129.77412415, 4.22964191, 0.0, 0.07666235, 0.43551415, 0.0]
    np.testing.assert_allclose(programmed[:, 0, 0, 0], [positive, negative], rtol=1e-6)
    columns = [-97.20221710, -1.23294401, 0.06550861, 1.47082853, 47.33327103, 93.41257477]
    np.testing.assert_allclose(read(programmed, levels, mapping, device, draw, 3600.0)[0, 0, 0], columns, rtol=1e-5)
