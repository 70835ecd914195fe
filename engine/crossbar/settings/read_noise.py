"""Low-frequency read noise."""

from __future__ import annotations

from nnsreport.engine.records import dataclass
from nnsreport.settings import setting


@dataclass(frozen=True, slots=True)
class ReadNoiseSettings:
    """Low-frequency read noise, one draw for each device and evaluation time.

    Its standard deviation is ``G * Q * sqrt(ln((t + tr) / (2 tr)))``, with t the time since the programming pulse and
    tr ``read_time_s``. Of g, the programmed conductance relative to ``conductance_max_s``, ``one-over-f`` has
    ``Q = min(coefficient / g^exponent, maximum)`` and ``one-over-f-logarithmic`` has
    ``Q = clip(slope * ln g + offset, minimum, maximum)``, or a polynomial from a conductance on.
    """

    kind: str = setting("none", "Whether reads are noisy.", choices=("none", "one-over-f", "one-over-f-logarithmic"))
    coefficient: float = setting(0.0088, "Relative noise of a device at conductance_max_s.", minimum=0)
    exponent: float = setting(0.65, "How fast relative noise grows towards low conductances.", minimum=0)
    maximum: float = setting(0.2, "Greatest relative noise, before the time factor.", minimum=0)
    read_time_s: float = setting(250e-9, "Duration of a read.", unit="s", minimum=0, exclusive_minimum=True)
    slope: float = setting(0.0, "For `one-over-f-logarithmic`: slope of Q over ln g.")
    offset: float = setting(0.0, "For `one-over-f-logarithmic`: Q at g = 1 before clipping.")
    minimum: float = setting(0.0, "For `one-over-f-logarithmic`: least relative noise.", minimum=0)
    coefficients: tuple[float, ...] = setting(
        (), "For `one-over-f-logarithmic`: Q in ascending powers of g, where g is at least polynomial_from."
    )
    polynomial_from: float = setting(0.0, "Conductance g from which `coefficients` hold.", minimum=0)

    def __post_init__(self) -> None:
        """Refuse an empty interval, and parameters of another kind."""
        if self.minimum > self.maximum:
            raise ValueError(f"minimum is {self.minimum:g}, above maximum, {self.maximum:g}")
        if self.polynomial_from and not self.coefficients:
            raise ValueError(f"polynomial_from is {self.polynomial_from:g}, but coefficients are not given")
        given = (self.slope, self.offset, self.minimum, self.coefficients)
        if self.kind == "one-over-f" and any(given):
            raise ValueError(
                'slope, offset, minimum and coefficients have no meaning with kind = "one-over-f"; '
                'they belong to "one-over-f-logarithmic"'
            )
