from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnsreport.configuration.dump import flatten, to_toml, toml_value
from nnsreport.configuration.identity import configuration_hash, file_hashes
from nnsreport.configuration.reader import read_configuration
from nnsreport.configuration.schema import Configuration
from nnsreport.errors import ConfigurationError

Write = Callable[[str], Path]

TEXT = """
[network]
file = "network.onnx"
[data]
test = "images.npz"
pixel_scale = 255
mean = [0.485, 0.456, 0.406]
[run]
name = "a \\"quoted\\" name\\n# on two lines: äöü \\u007f"
times_s = [25, 3600, 2592000.0]
[device]
on_off_ratio = inf
[device.drift]
kind = "power-law"
nu_mean_offset = 0.0244
[compensation]
methods = ["none", "global"]
"""


def test_dump_reads_back_to_the_same(write_configuration: Write, tmp_path: Path) -> None:
    resolved = read_configuration(write_configuration(TEXT), ["adc.bits=6", "run.seed=7"])
    (tmp_path / "away").mkdir()
    dumped = tmp_path / "away" / "dumped.toml"
    dumped.write_text(to_toml(resolved), encoding="utf-8")
    assert read_configuration(dumped).configuration == resolved.configuration


def test_dump_names_unit_meaning_source_and_overrides(write_configuration: Write) -> None:
    text = to_toml(read_configuration(write_configuration(TEXT), ["adc.bits=6"]))
    assert "# with adc.bits = 6" in text
    assert "run.toml" in text.splitlines()[0]
    assert "in s)" in text
    assert "# calibration is not set" in text


@pytest.mark.parametrize("text", ['device = "pcm-joshi2020"'])
def test_dump_of_a_preset_names_it_and_reads_back(write_configuration: Write, tmp_path: Path, text: str) -> None:
    resolved = read_configuration(write_configuration(text))
    dumped = tmp_path / "dumped.toml"
    dumped.write_text(to_toml(resolved), encoding="utf-8")
    assert "# preset pcm-joshi2020: " in dumped.read_text(encoding="utf-8")
    again = read_configuration(dumped)
    assert again.configuration == resolved.configuration
    assert not again.presets


@given(st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.booleans(), st.text()))
def test_any_value_survives_toml(value: float | str) -> None:
    if isinstance(value, str):
        value = value.encode("utf-8", "ignore").decode()  # lone surrogates are no text
    found = tomllib.loads(f"value = {toml_value(value)}")["value"]
    assert found == value
    assert type(found) is type(value)


def test_flat_settings(write_configuration: Write, tmp_path: Path) -> None:
    flat = flatten(read_configuration(write_configuration(TEXT)).configuration)
    assert flat["network.file"] == str(tmp_path / "network.onnx")
    assert flat["run.times_s"] == (25.0, 3600.0, 2592000.0)
    assert flat["device.drift.nu_mean_offset"] == 0.0244
    assert flat["device.on_off_ratio"] == math.inf
    assert "data.calibration" not in flat


def hash_of(configuration: Configuration) -> str:
    return configuration_hash(configuration, file_hashes(configuration))


def test_hash_depends_on_settings_and_contents_not_on_places(write_configuration: Write, tmp_path: Path) -> None:
    path = write_configuration(TEXT)
    original = hash_of(read_configuration(path).configuration)
    assert hash_of(read_configuration(path, ["adc.bits=6"]).configuration) != original

    moved = tmp_path / "moved.onnx"
    moved.write_bytes((tmp_path / "network.onnx").read_bytes())
    assert hash_of(read_configuration(path, [f"network.file={moved}"]).configuration) == original
    moved.write_bytes(b"another network")
    assert hash_of(read_configuration(path, [f"network.file={moved}"]).configuration) != original


def test_file_that_cannot_be_read(write_configuration: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = read_configuration(write_configuration(TEXT)).configuration

    def denied(path: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(ConfigurationError, match=r"network\.onnx: cannot be read \(Permission denied\)"):
        file_hashes(configuration)


def test_hash_of_a_folder_depends_on_names_and_sizes(write_configuration: Write, tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"12")
    path = write_configuration('[data]\ntest = "images"')
    first = hash_of(read_configuration(path).configuration)
    (folder / "b.png").write_bytes(b"3")
    assert hash_of(read_configuration(path).configuration) != first
