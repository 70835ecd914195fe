"""Layers from NetWork_*.csv and ONNX."""

from __future__ import annotations

from pathlib import Path

import pytest

import nnsreport
from nnsreport.costs.networks import read_layers
from nnsreport.errors import ConfigurationError, DataError

EXAMPLE = Path(nnsreport.__file__).parent / "example" / "digits_cnn.onnx"


def test_csv(network: Path) -> None:
    layers = read_layers(network)
    assert [layer.matrix_rows for layer in layers] == [60, 432, 72]
    assert [layer.is_pooled for layer in layers] == [False, True, False]


def test_onnx_says_how_large_images_are_or_is_told() -> None:
    layers = read_layers(EXAMPLE)
    assert layers == read_layers(EXAMPLE, (1, 8, 8))
    assert layers[0].input_channels == 1
    assert layers[0].input_height == 8


def test_onnx_without_a_size(tmp_path: Path) -> None:
    import onnx

    model = onnx.load(EXAMPLE)
    for dimension in model.graph.input[0].type.tensor_type.shape.dim:
        dimension.dim_param = "n"
    path = tmp_path / "free.onnx"
    onnx.save(model, path)
    with pytest.raises(ConfigurationError, match=r"cost.image_shape: does not say how large") as caught:
        read_layers(path)
    assert "[3, 32, 32]" in str(caught.value)
    assert read_layers(path, (1, 8, 8)) == read_layers(EXAMPLE)


def test_what_is_no_network(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_layers(tmp_path / "absent.csv")
    path = tmp_path / "NetWork.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="is no text"):
        read_layers(path)
    path.write_text("8,8,60,1,1,48,0\n")
    with pytest.raises(DataError, match="not eight whole numbers") as caught:
        read_layers(path)
    assert caught.value.line == 1
