"""Whole files: paths, presets, overrides, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.configuration import presets
from nnsreport.configuration.presets import merged, packaged_preset, preset_names, sections_with_presets
from nnsreport.configuration.reader import read_configuration
from nnsreport.configuration.schema import Configuration
from nnsreport.errors import ConfigurationError

Write = Callable[[str], Path]

PRESET = """
title = "A device for tests"
citation = "Nobody, Journal of Nothing, 2020"

[settings]
name = "PCM for tests"

[settings.drift]
kind = "power-law"
nu_mean_offset = 0.05
"""


@pytest.fixture
def own_presets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "presets" / "device").mkdir(parents=True)
    (tmp_path / "presets" / "device" / "pcm-test.toml").write_text(PRESET)
    monkeypatch.setattr(presets, "_folder", lambda: tmp_path / "presets")


def test_empty_file_is_the_default(write_configuration: Write) -> None:
    assert read_configuration(write_configuration("")).configuration == Configuration()


def test_relative_paths_start_at_the_file(
    write_configuration: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_configuration('[network]\nfile = "network.onnx"\n[data]\ntest = "./images.npz"')
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    configuration = read_configuration(path).configuration
    assert configuration.network.file == tmp_path / "network.onnx"
    assert configuration.data.test == tmp_path / "images.npz"


def test_relative_paths_of_the_command_line_start_here(
    write_configuration: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_configuration("")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "other.npz").write_bytes(b"")
    monkeypatch.chdir(tmp_path / "elsewhere")
    found = read_configuration(path, ["data.test=other.npz"]).configuration
    assert found.data.test == tmp_path / "elsewhere" / "other.npz"


def test_overrides_win_in_order(write_configuration: Write) -> None:
    path = write_configuration("[adc]\nbits = 8\n[run]\nseed = 4")
    found = read_configuration(path, ["adc.bits=6", "adc.bits=5", "run.times_s=[25,3600]"]).configuration
    assert found.adc.bits == 5
    assert found.run.times_s == (25.0, 3600.0)
    assert found.run.seed == 4


@pytest.mark.usefixtures("own_presets")
@pytest.mark.parametrize("text", ['device = "pcm-test"', '[device]\npreset = "pcm-test"'])
def test_preset(write_configuration: Write, text: str) -> None:
    resolved = read_configuration(write_configuration(text))
    assert resolved.configuration.device.name == "PCM for tests"
    assert resolved.configuration.device.drift.nu_mean_offset == 0.05
    assert [(preset.name, preset.citation) for preset in resolved.presets] == [
        ("pcm-test", "Nobody, Journal of Nothing, 2020")
    ]


@pytest.mark.usefixtures("own_presets")
def test_preset_with_changes_in_the_file_and_on_the_command_line(write_configuration: Write) -> None:
    path = write_configuration('[device]\npreset = "pcm-test"\n[device.drift]\nnu_mean_slope = -0.01')
    device = read_configuration(path, ["device.name=mine"]).configuration.device
    assert device.name == "mine"
    assert (device.drift.kind, device.drift.nu_mean_slope, device.drift.nu_mean_offset) == ("power-law", -0.01, 0.05)


@pytest.mark.usefixtures("own_presets")
def test_preset_from_the_command_line_replaces_the_table(write_configuration: Write) -> None:
    path = write_configuration('[device]\nname = "mine"')
    assert read_configuration(path, ["device=pcm-test"]).configuration.device.name == "PCM for tests"


@pytest.mark.usefixtures("own_presets")
def test_unknown_preset_names_the_nearest(write_configuration: Write) -> None:
    with pytest.raises(
        ConfigurationError, match=r"run\.toml: device: there is no preset 'pcm-tset'; did you mean 'pcm-test'\?"
    ):
        read_configuration(write_configuration('device = "pcm-tset"'))
    with pytest.raises(ConfigurationError, match=r"--set: device: there is no preset 'reram'"):
        read_configuration(write_configuration(""), ["device=reram"])


@pytest.mark.usefixtures("own_presets")
def test_section_without_presets_says_so(write_configuration: Write) -> None:
    with pytest.raises(ConfigurationError, match=r"\[adc\] has no presets: write a table, or name a preset file"):
        read_configuration(write_configuration('[adc]\npreset = "flash"'))
    with pytest.raises(ConfigurationError, match=r'adc: is the text "flash", expected a table'):
        read_configuration(write_configuration('adc = "flash"'))


def test_merging_presets() -> None:
    base = {"a": 1, "b": {"c": 2, "d": 3}}
    assert merged(base, {"b": {"c": 5}, "e": 6}) == {"a": 1, "b": {"c": 5, "d": 3}, "e": 6}
    assert base == {"a": 1, "b": {"c": 2, "d": 3}}


@pytest.mark.parametrize(
    ("section", "name"), [(section, name) for section in sections_with_presets() for name in preset_names(section)]
)
def test_every_preset_of_the_package_is_sound(write_configuration: Write, section: str, name: str) -> None:
    preset = packaged_preset(section, name)
    assert preset.title
    assert preset.citation
    configuration = read_configuration(write_configuration(f'{section} = "{name}"')).configuration
    assert getattr(configuration, section).name


def test_there_are_presets() -> None:
    assert "device" in sections_with_presets()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[adc]\nbits = ", r"run\.toml:2: is not valid TOML: "),
        (b"[adc\nbits = 8", r"run\.toml:1: is not valid TOML: "),
        (b"\xff\xfe\x00", r"run\.toml: is not UTF-8 text"),
        (b"[adc]\nbit = 8", r"run\.toml: adc\.bit: is not a setting of \[adc\]; did you mean 'bits'\?"),
        (b"[adcs]\nbits = 8", r"run\.toml: adcs: is not a setting of the file; did you mean 'adc'\?"),
        (b"trials = 8", r"run\.toml: trials: .* 'trials' belongs in \[run\]"),
        (b"[run]\ntimes_s = [25, 25.0]", r"run\.toml: run: times_s names 25 twice"),
        (b"[network]\nfile = 'none.onnx'", r"run\.toml: network\.file: there is no .*none\.onnx; relative paths"),
    ],
)
def test_what_is_wrong_with_a_file(write_configuration: Write, content: bytes, message: str) -> None:
    path = write_configuration("")
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=message):
        read_configuration(path)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.toml: there is no such configuration file"):
        read_configuration(tmp_path / "none.toml")


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_configuration(tmp_path)


def test_wrong_override_is_blamed_on_the_command_line(write_configuration: Write) -> None:
    with pytest.raises(ConfigurationError, match=r"^--set: adc\.bits: is 40, above the maximum 16"):
        read_configuration(write_configuration("[adc]\nbits = 8"), ["adc.bits=40"])
    with pytest.raises(ConfigurationError, match=r"run\.toml and --set: run: times_s names 1 twice"):
        read_configuration(write_configuration(""), ["run.times_s=[1, 1]"])
