"""Random deviations whose size depends on a device's conductance: of programming, of fabrication, and of one read."""

from __future__ import annotations

from nnsreport.engine.records import dataclass
from nnsreport.settings import setting

_KIND = (
    "How the standard deviation depends on the target: none, constant, proportional or inverse to it, a polynomial in "
    "it, or from the device's table."
)
_STD = (
    "Standard deviation: for `constant` a fraction of the conductance range, for `proportional` of the target; for "
    "`inverse` that at conductance_max_s as a fraction of it, growing as 1 / G, and 0 at G = 0."
)
_COEFFICIENTS = (
    "For `polynomial`: coefficients in ascending powers of target / conductance_max_s; negative sums become 0."
)
_KINDS = ("none", "constant", "proportional", "inverse", "polynomial", "table")
_DISTRIBUTION = "Shape of the deviations, of the same standard deviation: normal, or uniform around the mean."
_DISTRIBUTIONS = ("normal", "uniform")


@dataclass(frozen=True, slots=True)
class ProgrammingSettings:
    """Error of programming (cycle to cycle): drawn anew with each programming; conductances stay at or above zero."""

    kind: str = setting("none", _KIND, choices=_KINDS)
    std: float = setting(0.0, _STD, unit="fraction", minimum=0)
    coefficients_s: tuple[float, ...] = setting((), _COEFFICIENTS, unit="S")
    distribution: str = setting("normal", _DISTRIBUTION, choices=_DISTRIBUTIONS)

    def __post_init__(self) -> None:
        """Refuse a kind without its parameter, and a parameter without its kind."""
        _check(self)


@dataclass(frozen=True, slots=True)
class VariationSettings:
    """Device-to-device variation: a device's own deviation from the target, the same in all trials of a seed."""

    kind: str = setting("none", _KIND, choices=_KINDS[:-1])
    std: float = setting(0.0, _STD, unit="fraction", minimum=0)
    coefficients_s: tuple[float, ...] = setting((), _COEFFICIENTS, unit="S")
    distribution: str = setting("normal", _DISTRIBUTION, choices=_DISTRIBUTIONS)

    def __post_init__(self) -> None:
        """Refuse a kind without its parameter, and a parameter without its kind."""
        _check(self)


@dataclass(frozen=True, slots=True)
class WhiteNoiseSettings:
    """White read noise: drawn anew for each read of each device, around its conductance at that moment."""

    kind: str = setting("none", _KIND.replace("the target", "the conductance"), choices=_KINDS)
    std: float = setting(0.0, _STD.replace("the target", "the conductance"), unit="fraction", minimum=0)
    coefficients_s: tuple[float, ...] = setting((), _COEFFICIENTS.replace("target", "conductance"), unit="S")

    def __post_init__(self) -> None:
        """Refuse a kind without its parameter, and a parameter without its kind."""
        _check(self)


SpreadSettings = ProgrammingSettings | VariationSettings | WhiteNoiseSettings
"""Settings of a standard deviation that depends on the conductance."""


def _check(spread: SpreadSettings) -> None:
    if (spread.kind == "polynomial") != bool(spread.coefficients_s):
        remedy = "list them" if spread.kind == "polynomial" else "write coefficients_s = []"
        raise ValueError(f'kind = "{spread.kind}" with coefficients_s = {list(spread.coefficients_s)}; {remedy}')
    if spread.std and spread.kind in ("none", "polynomial", "table"):
        raise ValueError(f'std = {spread.std:g} has no meaning with kind = "{spread.kind}"; write std = 0.0')
