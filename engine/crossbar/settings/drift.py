"""Retention: how conductances change with time."""

from __future__ import annotations

from nnsreport.engine.records import dataclass
from nnsreport.settings import setting

_FORMULA = ("power-law",)
_NEUROSIM = ("neurosim-1.4", "neurosim-1.5")


@dataclass(frozen=True, slots=True)
class DriftSettings:
    """Drift: how conductances change with time.

    ``power-law``: as (t / t0)^-nu, with a normal nu for each device. Mean and standard deviation of nu are
    ``clip(slope * ln g + offset, minimum, maximum)`` of the target conductance g, relative to ``conductance_max_s``;
    or polynomials in g, from a conductance on. ``power-law-table``: the same with mean and deviation of nu of each
    state from the device's table. ``measured``: mean and deviation of each state at each time from the table.
    ``neurosim-1.4`` and ``neurosim-1.5``: the wrappers' own retention.
    """

    kind: str = setting(
        "none",
        "Whether and how conductances drift.",
        choices=("none", "power-law", "power-law-table", "measured", *_NEUROSIM),
    )
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
    nu_mean_coefficients: tuple[float, ...] = setting(
        (), "For `power-law`: mean exponent in ascending powers of g, where g is at least nu_mean_polynomial_from."
    )
    nu_mean_polynomial_from: float = setting(
        0.0, "Conductance g from which nu_mean_coefficients hold.", minimum=0, maximum=1
    )
    nu_std_coefficients: tuple[float, ...] = setting(
        (), "The exponent's standard deviation in ascending powers of g, where g is at least nu_std_polynomial_from."
    )
    nu_std_polynomial_from: float = setting(
        0.0, "Conductance g from which nu_std_coefficients hold.", minimum=0, maximum=1
    )
    time_axis: str = setting(
        "linear",
        "For `measured`: whether to interpolate between the table's times in t or in ln(t + t0).",
        choices=("linear", "logarithmic"),
    )
    v: float = setting(0.0, "For `neurosim-...`: drift coefficient; conductances change by t^v or t^-v.", minimum=0)
    direction: str = setting(
        "random",
        "For `neurosim-...`: each device up, down or not at all by chance (detect = 0), or towards `target` (detect "
        "= 1).",
        choices=("random", "target"),
    )
    target: float = setting(
        0.0,
        "For `neurosim-...`: where conductances go, as a fraction of the range of levels.",
        unit="fraction",
        minimum=0,
        maximum=1,
    )

    def __post_init__(self) -> None:
        """Refuse empty intervals, and parameters of another kind."""
        for name, low, high in (
            ("nu_mean", self.nu_mean_minimum, self.nu_mean_maximum),
            ("nu_std", self.nu_std_minimum, self.nu_std_maximum),
        ):
            if low > high:
                raise ValueError(f"{name}_minimum is {low:g}, above {name}_maximum, {high:g}")
        self._refuse_others(_NEUROSIM, ("v", "direction", "target"))
        self._refuse_others(_FORMULA, ("nu_mean_coefficients", "nu_std_coefficients"))
        self._refuse_others(("measured",), ("time_axis",))
        for name, coefficients, start in (
            ("nu_mean", self.nu_mean_coefficients, self.nu_mean_polynomial_from),
            ("nu_std", self.nu_std_coefficients, self.nu_std_polynomial_from),
        ):
            if start and not coefficients:
                raise ValueError(f"{name}_polynomial_from is {start:g}, but {name}_coefficients are not given")

    def _refuse_others(self, kinds: tuple[str, ...], names: tuple[str, ...]) -> None:
        if self.kind in ("none", *kinds):  # what is switched off keeps its parameters
            return
        for name in names:
            if getattr(self, name) != type(self).__dataclass_fields__[name].default:
                raise ValueError(f'{name} has no meaning with kind = "{self.kind}"; it belongs to "{kinds[0]}"')
