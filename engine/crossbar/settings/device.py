"""Memory devices: their range of conductances and their errors."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from nnsreport.settings import setting


@dataclass(frozen=True, slots=True)
class ProgrammingSettings:
    """Error of programming: each device misses its target by a normal deviate, and stays at or above zero."""

    kind: str = setting(
        "none",
        "How the standard deviation depends on the target: none, constant, proportional to it, or a polynomial in it.",
        choices=("none", "constant", "proportional", "polynomial"),
    )
    std: float = setting(
        0.0,
        "Standard deviation: for `constant` a fraction of the conductance range, for `proportional` of the target.",
        unit="fraction",
        minimum=0,
    )
    coefficients_s: tuple[float, ...] = setting(
        (),
        "For `polynomial`: coefficients in ascending powers of target / conductance_max_s; negative sums become 0.",
        unit="S",
    )

    def __post_init__(self) -> None:
        """Refuse a kind without its parameter, and a parameter without its kind."""
        if (self.kind == "polynomial") != bool(self.coefficients_s):
            remedy = "list them" if self.kind == "polynomial" else "write coefficients_s = []"
            raise ValueError(f'kind = "{self.kind}" with coefficients_s = {list(self.coefficients_s)}; {remedy}')
        if self.std and self.kind in ("none", "polynomial"):
            raise ValueError(f'std = {self.std:g} has no meaning with kind = "{self.kind}"; write std = 0.0')


@dataclass(frozen=True, slots=True)
class DriftSettings:
    """Drift: conductance falls as (t / t0)^-nu, with a normal nu for each device.

    Mean and standard deviation of nu are ``clip(slope * ln g + offset, minimum, maximum)`` of the target
    conductance g, relative to ``conductance_max_s``.
    """

    kind: str = setting("none", "Whether conductances drift.", choices=("none", "power-law"))
    nu_mean_slope: float = setting(0.0, "Slope of the mean exponent over ln g.")
    nu_mean_offset: float = setting(0.0, "Mean exponent at g = 1 before clipping.")
    nu_mean_minimum: float = setting(0.0, "Least mean exponent.")
    nu_mean_maximum: float = setting(1.0, "Greatest mean exponent.")
    nu_std_slope: float = setting(0.0, "Slope of the exponent's standard deviation over ln g.")
    nu_std_offset: float = setting(0.0, "Standard deviation of the exponent at g = 1 before clipping.")
    nu_std_minimum: float = setting(0.0, "Least standard deviation of the exponent.", minimum=0)
    nu_std_maximum: float = setting(1.0, "Greatest standard deviation of the exponent.", minimum=0)
    reference_time_s: float = setting(
        20.0,
        "Time t0 from the programming pulse to the end of programming, where evaluation times begin: t = t0 + time.",
        unit="s",
        minimum=0,
        exclusive_minimum=True,
    )

    def __post_init__(self) -> None:
        """Refuse empty intervals."""
        for name, low, high in (
            ("nu_mean", self.nu_mean_minimum, self.nu_mean_maximum),
            ("nu_std", self.nu_std_minimum, self.nu_std_maximum),
        ):
            if low > high:
                raise ValueError(f"{name}_minimum is {low:g}, above {name}_maximum, {high:g}")


@dataclass(frozen=True, slots=True)
class ReadNoiseSettings:
    """Low-frequency read noise, one draw for each device and evaluation time.

    Its standard deviation is ``G * min(coefficient / g^exponent, maximum) * sqrt(ln((t + tr) / (2 tr)))``, with g
    the programmed conductance relative to ``conductance_max_s``, t the time since the programming pulse and tr
    ``read_time_s``.
    """

    kind: str = setting("none", "Whether reads are noisy.", choices=("none", "one-over-f"))
    coefficient: float = setting(0.0088, "Relative noise of a device at conductance_max_s.", minimum=0)
    exponent: float = setting(0.65, "How fast relative noise grows towards low conductances.", minimum=0)
    maximum: float = setting(0.2, "Greatest relative noise, before the time factor.", minimum=0)
    read_time_s: float = setting(250e-9, "Duration of a read.", unit="s", minimum=0, exclusive_minimum=True)


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
    programming: ProgrammingSettings = field(default_factory=ProgrammingSettings)
    drift: DriftSettings = field(default_factory=DriftSettings)
    read_noise: ReadNoiseSettings = field(default_factory=ReadNoiseSettings)
