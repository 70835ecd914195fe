"""The chip of a run: parameters that follow from its crossbars, and traces of its inference."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import nnsreport
from nnsreport.configuration.reader import read_configuration
from nnsreport.configuration.schema import Configuration
from nnsreport.costs.model import CostModel
from nnsreport.costs.run_chip import level_bits, run_model
from nnsreport.engine.network import layer_shapes, load_graph
from nnsreport.errors import ConfigurationError

EXAMPLE = Path(nnsreport.__file__).parent / "example" / "example.toml"


def configured(*overrides: str) -> Configuration:
    return read_configuration(EXAMPLE, overrides).configuration


def chip(configuration: Configuration) -> CostModel:
    assert configuration.network.file is not None
    graph = load_graph(configuration.network.file)
    return run_model(configuration, graph, layer_shapes(graph, (1, 8, 8)))


def test_bits_arrays_and_levels_are_those_of_the_crossbars() -> None:
    crossbars = ("weights.bits=6", "activations.bits=5", "mapping.cell_bits=2", "adc.bits=4", "mapping.rows=32")
    model = chip(configured(*crossbars, "mapping.array_rows=64", "cost.parameters.memcelltype=2"))
    found = model.parameters()
    assert (found.weight_bits, found.input_bits, found.cell_bits) == (6, 5, 2)
    assert (found.rows, found.rows_in_parallel, found.columns) == (64, 32, 128)
    assert found.converter_levels == 16
    assert chip(configured("mapping.cell_bits=0", "adc.kind=ideal")).given["cellBit"] == 8
    assert "levelOutput" not in chip(configured("adc.kind=ideal")).given


def test_layers_are_the_networks_with_their_padding() -> None:
    model = chip(configured())
    graph = load_graph(configured().network.file)  # type: ignore[arg-type]
    assert [layer.name for layer in model.layers] == [layer.name for layer in graph.linear_layers]
    assert model.layers[0].vectors == 64  # 8 x 8 pixels with a border around them


def test_contradictions_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"cost.parameters.levelOutput: is 32, but adc.bits makes it 64"):
        chip(configured("adc.bits=6", "cost.parameters.levelOutput=32"))
    assert chip(configured("adc.bits=5", "cost.parameters.levelOutput=32")).given["levelOutput"] == 32


def test_parameters_of_a_file_are_weaker_than_the_crossbars(tmp_path: Path) -> None:
    path = tmp_path / "chip.json"
    path.write_text('{"params": {"technode": 7, "levelOutput": 32}, "argv": {"synapseBit": 4}}')
    found = chip(configured(f"cost.parameter_file={path}", "adc.bits=4")).parameters()
    assert (found.node_nm, found.converter_levels, found.weight_bits) == (7, 16, 8)


def test_another_network_and_traces(tmp_path: Path) -> None:
    network = tmp_path / "NetWork.csv"
    network.write_text("8,8,16,3,3,16,0,1\n8,8,16,3,3,16,0,1\n")
    model = chip(configured(f"cost.network_file={network}"))
    assert len(model.layers) == 2
    assert model.given["numBitInput"] == 8


@pytest.mark.parametrize("bits", [2, 8, 16])
def test_bits_add_up_to_magnitudes(bits: int) -> None:
    top = 2**bits - 1
    levels = np.random.default_rng(0).integers(-top, top, (7, 11), endpoint=True)
    found = level_bits(levels, bits)
    assert found.shape == (7, 11 * bits)
    assert found.dtype == np.uint8
    weights = 2 ** np.arange(bits - 1, -1, -1)
    np.testing.assert_array_equal(found.reshape(7, 11, bits) @ weights, np.abs(levels))


def test_given_values_stay(tmp_path: Path) -> None:
    configuration = configured("cost.parameters.technode=14")
    assert chip(configuration).parameters().node_nm == 14
    other = dataclasses.replace(configuration, cost=configured().cost)
    assert chip(other).parameters().node_nm == 22
