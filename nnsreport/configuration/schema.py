"""The configuration of a run: the sections of the TOML file, composed of the settings their users declare."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path

from nnsreport.configuration.cost import CostSettings
from nnsreport.data.settings import DataSettings
from nnsreport.engine.crossbar.settings import (
    ActivationSettings,
    AdcSettings,
    CompensationSettings,
    DeviceSettings,
    MappingSettings,
    WeightSettings,
)
from nnsreport.engine.parasitics.settings import WireSettings
from nnsreport.engine.peers.settings import NeurosimSettings
from nnsreport.engine.records import dataclass
from nnsreport.engine.sram.settings import SramSettings
from nnsreport.settings import setting

DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """The network under test."""

    file: Path | None = setting(None, "ONNX file of the trained network, relative to the configuration file.")


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What is evaluated, how often, and on what."""

    name: str = setting("", "Title of the run in reports; when empty, its identifier.")
    seed: int = setting(0, "Seed of every random number of the run.", minimum=0, maximum=2**32 - 1)
    trials: int = setting(1, "Independent programming draws.", minimum=1, maximum=100_000)
    interval_width: float = setting(
        0.0,
        "Trials end early when the 95 % interval of the mean accuracy is at most as wide as this, at every time and "
        "with every compensation; 0 makes them all.",
        unit="fraction",
        minimum=0,
        maximum=1,
    )
    least_trials: int = setting(5, "Trials before they may end early.", minimum=2, maximum=100_000)
    times_s: tuple[float, ...] = setting(
        (),
        "Times after programming at which each draw is read and evaluated; when empty, once right after programming.",
        unit="s",
        minimum=0,
    )
    batch_size: int = setting(
        64,
        "Images evaluated together at most, on each core of a processor; fewer where those of large networks would "
        "take much memory.",
        unit="image",
        minimum=1,
    )
    layer_snr_images: int = setting(
        0,
        "Test images on which signal-to-noise ratios of each layer are measured, in every evaluation; 0 measures none.",
        unit="image",
        minimum=0,
    )
    device: str = setting(
        "auto", "Where to compute; `auto` takes the GPU if there is one that works, else the CPU.", choices=DEVICES
    )

    def __post_init__(self) -> None:
        """Refuse times named twice: each names a part of the run."""
        twice = {time for time in self.times_s if self.times_s.count(time) > 1}
        if twice:
            raise ValueError(f"times_s names {min(twice):g} twice")


@dataclass(frozen=True, slots=True)
class Configuration:
    """A run, completely described.

    Attributes
    ----------
    network, data, run : NetworkSettings, DataSettings, RunSettings
        What is evaluated.
    weights, activations : WeightSettings, ActivationSettings
        Quantisation.
    mapping, device, adc, compensation : MappingSettings, DeviceSettings, AdcSettings, CompensationSettings
        The crossbars.
    sram : SramSettings
        Arrays of SRAM that compute, in the place of memory devices.
    wires : WireSettings
        Wires of arrays of memory devices.
    cost : CostSettings
        The chip whose area, latency and energy are estimated.
    """

    network: NetworkSettings = field(default_factory=NetworkSettings)
    data: DataSettings = field(default_factory=DataSettings)
    run: RunSettings = field(default_factory=RunSettings)
    weights: WeightSettings = field(default_factory=WeightSettings)
    activations: ActivationSettings = field(default_factory=ActivationSettings)
    mapping: MappingSettings = field(default_factory=MappingSettings)
    device: DeviceSettings = field(default_factory=DeviceSettings)
    adc: AdcSettings = field(default_factory=AdcSettings)
    compensation: CompensationSettings = field(default_factory=CompensationSettings)
    sram: SramSettings = field(default_factory=SramSettings)
    wires: WireSettings = field(default_factory=WireSettings)
    neurosim: NeurosimSettings = field(default_factory=NeurosimSettings)
    cost: CostSettings = field(default_factory=CostSettings)
