"""The table of a device's states: where it lies, and that its content belongs to the configuration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.configuration.dump import to_toml
from nnsreport.configuration.identity import configuration_hash, file_hashes
from nnsreport.configuration.reader import read_configuration
from nnsreport.configuration.schema import Configuration
from nnsreport.errors import ConfigurationError

Write = Callable[[str], Path]
STATES = "conductance_s,std_s\n0,1e-7\n25e-6,2e-7\n"
TEXT = '[device]\ntable = "states.csv"\nprogramming.kind = "table"\n'


def hash_of(configuration: Configuration) -> str:
    return configuration_hash(configuration, file_hashes(configuration))


@pytest.fixture
def configuration(write_configuration: Write, tmp_path: Path) -> Path:
    (tmp_path / "states.csv").write_text(STATES, encoding="utf-8")
    return write_configuration(TEXT)


def test_relative_paths_start_at_the_configuration(configuration: Path, tmp_path: Path) -> None:
    assert read_configuration(configuration).configuration.device.table == tmp_path / "states.csv"


def test_the_content_counts_not_the_place(configuration: Path, tmp_path: Path) -> None:
    original = hash_of(read_configuration(configuration).configuration)
    moved = tmp_path / "moved.csv"
    moved.write_text(STATES, encoding="utf-8")
    assert hash_of(read_configuration(configuration, [f"device.table={moved}"]).configuration) == original
    moved.write_text(STATES.replace("2e-7", "3e-7"), encoding="utf-8")
    assert hash_of(read_configuration(configuration, [f"device.table={moved}"]).configuration) != original


def test_a_table_that_is_not_there(write_configuration: Write) -> None:
    with pytest.raises(ConfigurationError, match=r"device\.table: there is no .*states\.csv; relative paths start at"):
        read_configuration(write_configuration(TEXT))


def test_the_table_of_a_preset_lies_beside_it(write_configuration: Write, tmp_path: Path) -> None:
    resolved = read_configuration(write_configuration('device = "sonos-agrawal2022"'))
    table = resolved.configuration.device.table
    assert table is not None
    assert table.name == "sonos-agrawal2022.csv"
    assert table.is_file()
    dumped = tmp_path / "dumped.toml"
    dumped.write_text(to_toml(resolved), encoding="utf-8")
    assert read_configuration(dumped).configuration == resolved.configuration


def test_a_table_of_ones_own_replaces_that_of_a_preset(write_configuration: Write, tmp_path: Path) -> None:
    (tmp_path / "rram-wan2022.csv").write_text(STATES, encoding="utf-8")
    path = write_configuration('[device]\npreset = "rram-wan2022"\ntable = "rram-wan2022.csv"\n')
    assert read_configuration(path).configuration.device.table == tmp_path / "rram-wan2022.csv"


def test_a_preset_without_its_table(write_configuration: Write) -> None:
    text = '[device]\npreset = "rram-wan2022"\ndrift.kind = "none"\n'
    with pytest.raises(ConfigurationError, match="table is set, but nothing reads it"):
        read_configuration(write_configuration(text))
