"""The scripts that compare with aihwkit, without aihwkit: the engine itself stands in."""

from __future__ import annotations

import argparse
import importlib
import sys
from dataclasses import replace
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarSettings
from nnsreport.engine.crossbar.settings import MappingSettings


@pytest.fixture(scope="module")
def beside() -> ModuleType:
    return importlib.import_module("beside_aihwkit")


@pytest.fixture(scope="module")
def products() -> ModuleType:
    return importlib.import_module("peer_products")


@pytest.fixture(scope="module")
def tiles() -> ModuleType:
    return importlib.import_module("aihwkit_tiles")


def test_every_row_is_a_setting_that_the_engine_computes(beside: ModuleType, products: ModuleType) -> None:
    asked = [(settings, 0.0, "none") for settings in beside.product_settings().values()]
    asked += [*beside.deviation_settings().values()]
    asked += [(row.settings, row.time_s, row.method) for row in beside.network_rows().values()]
    for settings, time_s, method in asked:
        bits = settings.weights.bits, settings.activations.bits
        weight, x = products.random_product(np.random.default_rng(3), 40, 3, 4, bits, signed=False)
        network = products.matrix_network(weight, x, settings)
        assert network.layers[0].row_blocks == 1
        read = network.program(seed=0, trial=0).read(time_s, (method,))[method]
        assert np.abs(read.infer(x).outputs - x @ weight).max() < np.abs(x @ weight).max()


def test_devices_are_those_that_aihwkit_has_a_model_of(beside: ModuleType, tiles: ModuleType) -> None:
    names = {settings.device.name for settings, _, _ in beside.deviation_settings().values()}
    assert names == set(tiles.NOISE_MODELS)


@pytest.fixture
def aihwkit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put bare classes in the place of those of aihwkit's configuration."""

    def configuration() -> SimpleNamespace:
        return SimpleNamespace(mapping=SimpleNamespace(), forward=SimpleNamespace())

    none = SimpleNamespace(NONE="none")
    for name, content in {
        "aihwkit.simulator.configs": {"TorchInferenceRPUConfig": configuration},
        "aihwkit.simulator.parameters.enums": {"BoundManagementType": none, "NoiseManagementType": none},
        "aihwkit.inference.compensation.drift": {"GlobalDriftCompensation": lambda: "global"},
    }.items():
        parts = name.split(".")
        for end in range(1, len(parts)):
            monkeypatch.setitem(sys.modules, ".".join(parts[:end]), ModuleType(".".join(parts[:end])))
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setattr(sys.modules[".".join(parts[:-1])], parts[-1], module, raising=False)


@pytest.mark.usefixtures("aihwkit")
def test_converters_have_as_many_steps_as_the_engines(
    beside: ModuleType, products: ModuleType, tiles: ModuleType
) -> None:
    settings = beside.product_settings()["10-bit ADC, full scale"]
    for signed, top in ((False, 255), (True, 127)):
        weight, x = products.random_product(np.random.default_rng(3), 40, 3, 4, (8, 8), signed)
        layer = products.matrix_network(weight, x, settings).layers[0]
        found = tiles.tile_configuration(layer, settings, "global")
        assert 2 * found.forward.inp_res * top == pytest.approx(1.0)  # steps of 2 res bound, from -bound to bound
        assert 2 * found.forward.out_res * 511 == pytest.approx(1.0)
        assert found.forward.out_bound == pytest.approx(40.0)
        assert (found.noise_model, found.drift_compensation) == (None, "global")


@pytest.mark.usefixtures("aihwkit")
def test_what_a_tile_does_not_have_is_refused(products: ModuleType, tiles: ModuleType) -> None:
    for mapping, message in (
        (MappingSettings(), "whole matrix"),
        (MappingSettings(rows=0, cell_bits=2), "analog pairs"),
        (MappingSettings("offset", rows=0), "analog pairs"),
    ):
        settings = CrossbarSettings(mapping=mapping)
        weight, x = products.random_product(np.random.default_rng(3), 200, 3, 4, (8, 8), signed=False)
        layer = products.matrix_network(weight, x, settings).layers[0]
        with pytest.raises(ValueError, match=message):
            tiles.tile_configuration(layer, settings, "none")


def test_table_of_products_says_what_is_equal(
    beside: ModuleType, products: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Stand:
        def __init__(self, layer, settings) -> None:
            weight = layer.linear.weight[0]
            network = products.matrix_network(weight, np.ones((1, layer.linear.inputs), np.float32), settings)
            programmed = replace(network.program(0, 0), layers=(layer,))
            self.read = programmed.read(0.0)["none"].layers[0]

        def multiply(self, _: object, x: np.ndarray) -> np.ndarray:
            return self.read.multiply(x)[0]

    monkeypatch.setattr(beside, "AihwkitLayer", Stand)
    beside.print_products(argparse.Namespace())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].count("|") == lines[1].count("|") == lines[2].count("|")
    assert [line.split("|")[-2].strip() for line in lines[2:]] == ["equal"] * 10
