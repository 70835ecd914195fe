"""How weights and activations become integers."""

from __future__ import annotations

from nnsreport.engine.records import dataclass
from nnsreport.settings import setting


@dataclass(frozen=True, slots=True)
class WeightSettings:
    """Quantisation of weights: symmetric signed integers of magnitude up to 2^(bits-1) - 1."""

    bits: int = setting(8, "Bits of a weight, sign included.", unit="bit", minimum=2, maximum=16)
    granularity: str = setting(
        "tensor",
        "One scale for a layer's whole weight tensor, or one for each output channel.",
        choices=("tensor", "channel"),
    )


@dataclass(frozen=True, slots=True)
class ActivationSettings:
    """Quantisation of activations: one range for each layer's input, found from the calibration images."""

    bits: int = setting(
        8,
        "Bits of an activation: 0 to 2^bits - 1 where calibration meets no negative one, else sign and magnitude.",
        unit="bit",
        minimum=2,
        maximum=16,
    )
    range: str = setting(
        "max",
        "Where activations clip: at the largest of calibration, at a percentile, or where the squared error is least.",
        choices=("max", "percentile", "mse"),
    )
    percentile: float = setting(
        99.99, "Share of activations, in per cent, within the range `percentile`.", minimum=50, maximum=100
    )
