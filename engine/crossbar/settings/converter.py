"""Analog-to-digital conversion."""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.settings import setting


@dataclass(frozen=True, slots=True)
class AdcSettings:
    """Analog-to-digital conversion of a block's sum of currents."""

    kind: str = setting("uniform", "A uniform quantiser, or none.", choices=("uniform", "ideal"))
    bits: int = setting(
        8,
        "Resolution: codes 0 to 2^bits - 1 where sums cannot be negative, else -(2^(bits-1) - 1) to 2^(bits-1) - 1.",
        unit="bit",
        minimum=2,
        maximum=16,
    )
    range: str = setting(
        "max",
        "Where sums clip, for each layer and slice: at the largest of the calibration images, at a percentile, "
        "or at the largest sum possible.",
        choices=("max", "percentile", "full-scale"),
    )
    percentile: float = setting(
        99.99, "Share of conversions, in per cent, within the range `percentile`.", minimum=50, maximum=100
    )
