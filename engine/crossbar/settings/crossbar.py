"""Everything that turns matrix products into crossbar operations."""

from __future__ import annotations

from dataclasses import field

from nnsreport.engine.crossbar.settings.compensation import CompensationSettings
from nnsreport.engine.crossbar.settings.converter import AdcSettings
from nnsreport.engine.crossbar.settings.device import DeviceSettings
from nnsreport.engine.crossbar.settings.mapping import MappingSettings
from nnsreport.engine.crossbar.settings.quantization import ActivationSettings, WeightSettings
from nnsreport.engine.parasitics.settings import WireSettings
from nnsreport.engine.peers.settings import NeurosimSettings
from nnsreport.engine.records import dataclass
from nnsreport.engine.sram.settings import SramSettings


@dataclass(frozen=True, slots=True)
class CrossbarSettings:
    """Everything that turns a network's matrix products into crossbar operations."""

    weights: WeightSettings = field(default_factory=WeightSettings)
    activations: ActivationSettings = field(default_factory=ActivationSettings)
    mapping: MappingSettings = field(default_factory=MappingSettings)
    device: DeviceSettings = field(default_factory=DeviceSettings)
    adc: AdcSettings = field(default_factory=AdcSettings)
    compensation: CompensationSettings = field(default_factory=CompensationSettings)
    sram: SramSettings = field(default_factory=SramSettings)
    wires: WireSettings = field(default_factory=WireSettings)
    neurosim: NeurosimSettings = field(default_factory=NeurosimSettings)
