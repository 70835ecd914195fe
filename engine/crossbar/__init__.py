"""Quantised, noisy crossbar arrays: mapping, devices, ADC, and inference through them.

Names are imported when they are asked for: a configuration needs only the settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnsreport.lazy_names import names_of

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

if not TYPE_CHECKING:
    __getattr__ = names_of(
        __name__,
        {
            "calibration": ("Calibration", "LayerCalibration", "calibrate"),
            "layer": ("CrossbarLayer",),
            "network": ("CrossbarNetwork", "ProgrammedNetwork", "build"),
            "reading": ("Inference", "ReadLayer", "ReadNetwork"),
            "settings": ("CrossbarSettings",),
        },
    )
