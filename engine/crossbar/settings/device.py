"""Memory devices: their range of conductances and their errors."""

from __future__ import annotations

import math
from dataclasses import field
from pathlib import Path

from nnsreport.engine.crossbar.settings.drift import DriftSettings
from nnsreport.engine.crossbar.settings.read_noise import ReadNoiseSettings
from nnsreport.engine.crossbar.settings.spread import ProgrammingSettings, VariationSettings, WhiteNoiseSettings
from nnsreport.engine.records import dataclass
from nnsreport.settings import setting


@dataclass(frozen=True, slots=True)
class FaultSettings:
    """Stuck devices: each by itself, the same ones at all times of a trial; they neither obey programming nor drift."""

    stuck_on_rate: float = setting(
        0.0, "Share of devices that conduct as the highest level for ever.", unit="fraction", minimum=0, maximum=1
    )
    stuck_off_rate: float = setting(
        0.0, "Share of devices that conduct as the lowest level for ever.", unit="fraction", minimum=0, maximum=1
    )

    @property
    def any(self) -> bool:
        """Whether devices are stuck at all."""
        return self.stuck_on_rate > 0 or self.stuck_off_rate > 0

    def __post_init__(self) -> None:
        """Refuse more stuck devices than there are."""
        total = self.stuck_on_rate + self.stuck_off_rate
        if total > 1:
            raise ValueError(f"stuck_on_rate and stuck_off_rate add up to {total:g}, above 1")


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """A memory device: its range of conductances and its errors."""

    name: str = setting("ideal", "What the device is called in reports.")
    conductance_max_s: float = setting(
        25e-6, "Conductance of the highest level.", unit="S", minimum=0, exclusive_minimum=True
    )
    on_off_ratio: float = setting(
        math.inf,
        "Highest over lowest level's conductance; inf where the lowest level does not conduct.",
        minimum=1,
        exclusive_minimum=True,
        maximum=math.inf,
    )
    levels: str = setting(
        "uniform",
        "Where levels lie: evenly between the lowest and the highest, or at the conductances of the table, whose "
        "lowest and highest then stand for on_off_ratio and conductance_max_s.",
        choices=("uniform", "table"),
    )
    table: Path | None = setting(
        None,
        "CSV file of the device's states, relative to the configuration file: conductances with what was measured of "
        "each, for every setting that names the table.",
    )
    programming: ProgrammingSettings = field(default_factory=ProgrammingSettings)
    variation: VariationSettings = field(default_factory=VariationSettings)
    faults: FaultSettings = field(default_factory=FaultSettings)
    drift: DriftSettings = field(default_factory=DriftSettings)
    read_noise: ReadNoiseSettings = field(default_factory=ReadNoiseSettings)
    white_noise: WhiteNoiseSettings = field(default_factory=WhiteNoiseSettings)

    def __post_init__(self) -> None:
        """Refuse a table that nothing reads, and settings that read one where there is none."""
        users = self.table_users
        if users and self.table is None:
            raise ValueError(f"{users[0]} reads the device's table, but table is not set")
        if self.table is not None and not users:
            raise ValueError(
                'table is set, but nothing reads it; write levels = "table", programming.kind = "table", '
                'white_noise.kind = "table", drift.kind = "power-law-table" or drift.kind = "measured"'
            )

    @property
    def table_users(self) -> tuple[str, ...]:
        """Settings that read the table, as they are written."""
        wanted = (
            ("levels", self.levels, ("table",)),
            ("programming.kind", self.programming.kind, ("table",)),
            ("drift.kind", self.drift.kind, ("power-law-table", "measured")),
            ("white_noise.kind", self.white_noise.kind, ("table",)),
        )
        return tuple(f'{name} = "{value}"' for name, value, kinds in wanted if value in kinds)
