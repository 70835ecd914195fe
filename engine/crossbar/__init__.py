"""Quantised, noisy crossbar arrays: mapping, devices, ADC, and inference through them."""

from __future__ import annotations

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
