"""Presets as the configuration resolves them."""

from __future__ import annotations

from pathlib import Path

from nnsreport.configuration.reader import read_configuration
from nnsreport.engine.crossbar.settings import DeviceSettings

EXAMPLE = Path(__file__).resolve().parents[2] / "nnsreport" / "example"


def device_preset(name: str) -> DeviceSettings:
    """Return the device of a preset, with the place of its table."""
    return read_configuration(EXAMPLE / "example.toml", (f"device={name}",)).configuration.device
