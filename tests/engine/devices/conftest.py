"""Presets as the engine's settings, and populations of devices to look at."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.crossbar.conductance import Draw, program, read
from nnsreport.engine.crossbar.mapping import make_mapping
from nnsreport.engine.crossbar.settings import (
    DeviceSettings,
    DriftSettings,
    MappingSettings,
    ProgrammingSettings,
    ReadNoiseSettings,
    WhiteNoiseSettings,
)

FOLDER = files("nnsreport") / "presets" / "device"
SECTIONS = {
    "programming": ProgrammingSettings,
    "drift": DriftSettings,
    "read_noise": ReadNoiseSettings,
    "white_noise": WhiteNoiseSettings,
}
ONE_CELL = MappingSettings(signs="offset", rows=0)


def frozen(table: dict) -> dict:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


@pytest.fixture(scope="session")
def device_presets() -> dict[str, tuple[DeviceSettings, dict]]:
    """Every device preset: its settings and the content of its file."""
    found = {}
    for file in sorted(entry.name for entry in FOLDER.iterdir() if entry.name.endswith(".toml")):
        content = tomllib.loads((FOLDER / file).read_text(encoding="utf-8"))
        values = dict(content["settings"])
        if "table" in values:
            values["table"] = Path(str(FOLDER / values["table"]))
        sections = {name: make(**frozen(values.pop(name, {}))) for name, make in SECTIONS.items()}
        found[file.removesuffix(".toml")] = DeviceSettings(**sections, **values), content
    return found


@pytest.fixture(scope="session")
def preset(device_presets) -> Callable[[str], DeviceSettings]:
    """Settings of a preset by name."""
    return lambda name: device_presets[name][0]


@pytest.fixture(scope="session")
def conductances() -> Callable[..., np.ndarray]:
    """Program single cells, offset by nothing, to levels, and return what each conducts relative to the highest.

    ``levels`` are those of 8-bit cells, 0 to 255; with ``time_s`` the devices are read then.
    """

    def measure(device, levels, *, time_s=None, seed=1, trial=0, layer=0, mapping=ONE_CELL) -> np.ndarray:
        weights = (np.asarray(levels, dtype=np.int32) - 128).reshape(1, 1, -1)
        placed = make_mapping(8, mapping, device)
        draw = Draw(seed, trial, layer)
        found = program(weights, placed, device, draw)
        if time_s is not None:
            found = read(found, weights, placed, device, draw, time_s)
        return found.reshape(-1).astype(float) / placed.cell.maximum

    return measure
