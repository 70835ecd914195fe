"""Settings of quantisation, mapping, devices, converters and compensation; also the keys of a configuration.

Settings that do not fit each other are refused where they are made, with a ``ValueError`` that names them.
"""

from nnsreport.engine.crossbar.settings.compensation import CompensationSettings
from nnsreport.engine.crossbar.settings.converter import AdcErrorSettings, AdcMismatchSettings, AdcSettings
from nnsreport.engine.crossbar.settings.crossbar import CrossbarSettings
from nnsreport.engine.crossbar.settings.device import DeviceSettings, FaultSettings
from nnsreport.engine.crossbar.settings.drift import DriftSettings
from nnsreport.engine.crossbar.settings.mapping import MappingSettings
from nnsreport.engine.crossbar.settings.quantization import ActivationSettings, WeightSettings
from nnsreport.engine.crossbar.settings.read_noise import ReadNoiseSettings
from nnsreport.engine.crossbar.settings.spread import (
    ProgrammingSettings,
    SpreadSettings,
    VariationSettings,
    WhiteNoiseSettings,
)

__all__ = [
    "ActivationSettings",
    "AdcErrorSettings",
    "AdcMismatchSettings",
    "AdcSettings",
    "CompensationSettings",
    "CrossbarSettings",
    "DeviceSettings",
    "DriftSettings",
    "FaultSettings",
    "MappingSettings",
    "ProgrammingSettings",
    "ReadNoiseSettings",
    "SpreadSettings",
    "VariationSettings",
    "WeightSettings",
    "WhiteNoiseSettings",
]
