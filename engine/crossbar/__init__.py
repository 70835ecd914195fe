"""Quantised, noisy crossbar arrays: mapping, devices, ADC, and inference through them.

Names are imported when they are asked for: a configuration needs only the settings.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nnsreport.engine.crossbar.calibration import Calibration, LayerCalibration, calibrate
    from nnsreport.engine.crossbar.layer import CrossbarLayer
    from nnsreport.engine.crossbar.network import CrossbarNetwork, ProgrammedNetwork, build
    from nnsreport.engine.crossbar.reading import Inference, ReadLayer, ReadNetwork
    from nnsreport.engine.crossbar.settings import CrossbarSettings

__all__ = [
    "Calibration",
    "CrossbarLayer",
    "CrossbarNetwork",
    "CrossbarSettings",
    "Inference",
    "LayerCalibration",
    "ProgrammedNetwork",
    "ReadLayer",
    "ReadNetwork",
    "build",
    "calibrate",
]

_MODULES = {
    **dict.fromkeys(("Calibration", "LayerCalibration", "calibrate"), "calibration"),
    "CrossbarLayer": "layer",
    **dict.fromkeys(("CrossbarNetwork", "ProgrammedNetwork", "build"), "network"),
    **dict.fromkeys(("Inference", "ReadLayer", "ReadNetwork"), "reading"),
    "CrossbarSettings": "settings",
}


def __getattr__(name: str) -> object:
    """Import a name from its module."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
