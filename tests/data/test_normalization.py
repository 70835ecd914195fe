from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nnsreport.data.normalization import Normalization, normalization
from nnsreport.data.settings import DataSettings
from nnsreport.errors import ConfigurationError, NetworkError

NETWORK = Path("network.onnx")
METADATA = {"nnsreport.pixel_scale": "255", "nnsreport.mean": "0.5,0.4,0.3", "nnsreport.std": "[0.2, 0.1, 0.3]"}


def test_closed_form() -> None:
    pixels = np.array([0, 51, 255], np.uint8).reshape(1, 3, 1, 1)
    found = Normalization(255.0, (0.5, 0.4, 0.3), (0.25, 0.5, 0.1)).apply(pixels)
    assert found.dtype == np.float32
    assert found.ravel() == pytest.approx([-2.0, -0.4, 7.0], rel=1e-6)


def test_nothing_configured_changes_nothing() -> None:
    found = normalization(DataSettings(), {}, NETWORK, 3)
    assert found.changes_nothing
    pixels = np.arange(12, dtype=np.uint8).reshape(1, 3, 2, 2)
    assert np.array_equal(found.apply(pixels), pixels.astype(np.float32))


def test_metadata_of_the_network() -> None:
    assert normalization(DataSettings(), METADATA, NETWORK, 3) == Normalization(255.0, (0.5, 0.4, 0.3), (0.2, 0.1, 0.3))


def test_configuration_wins_setting_by_setting() -> None:
    settings = DataSettings(pixel_scale=16.0, mean=(0.1,))
    assert normalization(settings, METADATA, NETWORK, 3) == Normalization(16.0, (0.1,), (0.2, 0.1, 0.3))


def test_wrong_number_of_channels() -> None:
    with pytest.raises(ConfigurationError, match=r"data\.mean: has 2 numbers, expected one, or one for each of the 3"):
        normalization(DataSettings(mean=(0.1, 0.2)), {}, NETWORK, 3)
    with pytest.raises(NetworkError, match=r"network\.onnx: nnsreport\.mean: has 3 numbers"):
        normalization(DataSettings(), METADATA, NETWORK, 1)


@pytest.mark.parametrize("text", ["a", "1,,2", "inf", "nan", "0", "-1"])
def test_wrong_metadata(text: str) -> None:
    with pytest.raises(NetworkError, match=r"nnsreport\.std: is .*data\.std"):
        normalization(DataSettings(), {"nnsreport.std": text}, NETWORK, 1)
