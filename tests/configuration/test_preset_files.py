"""Presets of the user's own: TOML files beside the configuration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.configuration.reader import ResolvedConfiguration, read_configuration
from nnsreport.errors import ConfigurationError

Write = Callable[[str], Path]

PRESET = """
title = "Our array"
citation = "Measured on chip 7, 2026"

[settings]
conductance_max_s = 40e-6
on_off_ratio = 20.0

[settings.programming]
kind = "proportional"
std = 0.04
"""


@pytest.fixture
def preset(tmp_path: Path) -> Path:
    (tmp_path / "lab").mkdir()
    path = tmp_path / "lab" / "ours.toml"
    path.write_text(PRESET, encoding="utf-8")
    return path


def reference(resolved: ResolvedConfiguration) -> list[tuple[str, str, str, str]]:
    return [(used.section, used.name, used.title, used.citation) for used in resolved.presets]


@pytest.mark.usefixtures("preset")
@pytest.mark.parametrize("text", ['device = "lab/ours.toml"', '[device]\npreset = "lab/ours.toml"'])
def test_a_file_beside_the_configuration(write_configuration: Write, text: str) -> None:
    resolved = read_configuration(write_configuration(text))
    device = resolved.configuration.device
    assert (device.conductance_max_s, device.on_off_ratio, device.programming.std) == (40e-6, 20.0, 0.04)
    assert reference(resolved) == [("device", "ours", "Our array", "Measured on chip 7, 2026")]


def test_a_file_given_on_the_command_line_starts_at_the_working_folder(
    write_configuration: Write, preset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_configuration('device = "pcm-joshi2020"')
    monkeypatch.chdir(preset.parent)
    found = read_configuration(path, ["device=ours.toml", "device.programming.std=0.01"]).configuration.device
    assert (found.on_off_ratio, found.programming.std) == (20.0, 0.01)


def test_any_section_may_be_a_file_and_other_files_lie_beside_it(
    write_configuration: Write, preset: Path, tmp_path: Path
) -> None:
    folder = preset.parent
    (folder / "inl.csv").write_text("code,inl\n" + "".join(f"{code},0.1\n" for code in range(1, 16)))
    (folder / "adc.toml").write_text('[settings]\nbits = 4\n[settings.errors]\ninl_file = "inl.csv"\n')
    resolved = read_configuration(write_configuration('adc = "lab/adc.toml"'))
    assert resolved.configuration.adc.bits == 4
    assert resolved.configuration.adc.errors.inl_file == folder / "inl.csv"
    assert reference(resolved) == [("adc", "adc", "adc", "no citation given")]
    (tmp_path / "inl.csv").write_text("code,inl\n" + "".join(f"{code},0.2\n" for code in range(1, 16)))
    changed = '[adc]\npreset = "lab/adc.toml"\n[adc.errors]\ninl_file = "inl.csv"\n'
    assert read_configuration(write_configuration(changed)).configuration.adc.errors.inl_file == tmp_path / "inl.csv"


def test_a_wrong_value_names_the_preset_file(write_configuration: Write, preset: Path) -> None:
    preset.write_text(PRESET.replace("std = 0.04", "std = -1"))
    with pytest.raises(ConfigurationError, match=r"lab/ours\.toml: device\.programming\.std: is -1"):
        read_configuration(write_configuration('device = "lab/ours.toml"'))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("title = 'x'\n", r"ours\.toml: is no preset: it has no \[settings\]; write settings below \[settings\]"),
        ("bits = 4\n[settings]\n", r"ours\.toml: bits: is not part of a preset; a preset has title, citation"),
        ("settings = 3\n", r"ours\.toml: settings: is no table; write \[settings\]"),
        ("[settings\n", r"ours\.toml:1: is not valid TOML"),
        (
            "[settings]\nlevel = 3\n",
            r"ours\.toml: device\.level: is not a setting of \[device\]; did you mean 'levels'",
        ),
    ],
)
def test_what_is_no_preset(write_configuration: Write, preset: Path, content: str, message: str) -> None:
    preset.write_text(content)
    with pytest.raises(ConfigurationError, match=message):
        read_configuration(write_configuration('device = "lab/ours.toml"'))


def test_a_file_that_is_not_there(write_configuration: Write, tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"device: there is no preset file 'lab/my\.toml'; relative paths start at"
    ):
        read_configuration(write_configuration('device = "lab/my.toml"'))
    with pytest.raises(ConfigurationError, match=r"device\.table: there is no .*/nowhere\.csv"):
        (tmp_path / "mine.toml").write_text('[settings]\ntable = "nowhere.csv"\nlevels = "table"\n')
        read_configuration(write_configuration('device = "mine.toml"'))
