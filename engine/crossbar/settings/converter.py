"""Analog-to-digital conversion."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path

from nnsreport.engine.records import dataclass
from nnsreport.settings import setting

_NONLINEAR_BITS = (3, 4, 5)
_FLASH_BITS = 8
_WITHOUT_CODES = ("neurosim-linear", "neurosim-nonlinear", "table")
_RANGES_OF_A_COLUMN = ("max", "mpc", "full-scale")


@dataclass(frozen=True, slots=True)
class AdcErrorSettings:
    """What every real converter adds: offset, gain error, integral non-linearity, noise.

    ``code = ADC((1 + gain error) (sum / step + noise) + offset)``. Deviations are drawn once for each physical
    converter and trial, noise at each conversion.
    """

    offset: float = setting(0.0, "Offset of all converters.", unit="step")
    offset_std: float = setting(0.0, "Standard deviation of the offset from one to the next.", unit="step", minimum=0)
    gain_error: float = setting(0.0, "Gain error of all converters.", unit="fraction", minimum=-0.9)
    gain_error_std: float = setting(
        0.0, "Standard deviation of the gain error from one to the next.", unit="fraction", minimum=0
    )
    inl_coefficients: tuple[float, ...] = setting(
        (),
        "Integral non-linearity of all converters, as a polynomial of the place in the range, -1 at its lower end and "
        "1 at its upper: coefficients in ascending powers.",
        unit="step",
    )
    inl_file: Path | None = setting(
        None, "Integral non-linearity as a table: CSV with the columns `code` and `inl` (in steps), each code once."
    )
    noise_std: float = setting(0.0, "Noise of each conversion, at the converter's input.", minimum=0)
    noise_unit: str = setting(
        "step",
        "What noise_std is counted in: steps of the ADC, or conductance levels times input digits, as sums are.",
        choices=("step", "level"),
    )

    def __post_init__(self) -> None:
        """Refuse two kinds of integral non-linearity at once."""
        if self.inl_coefficients and self.inl_file is not None:
            raise ValueError("inl_coefficients and inl_file are both given; leave one out")

    @property
    def deviates(self) -> bool:
        """Whether a conversion is other than ideal, noise aside."""
        numbers = (self.offset, self.offset_std, self.gain_error, self.gain_error_std)
        return any(numbers) or bool(self.inl_coefficients) or self.inl_file is not None


@dataclass(frozen=True, slots=True)
class AdcMismatchSettings:
    """What does not match within a converter; drawn once for each and trial."""

    capacitor_std: float = setting(
        0.0,
        "For `sar`: standard deviation of a unit capacitor over its value.",
        unit="fraction",
        minimum=0,
        maximum=0.2,
    )
    comparator_std: float = setting(
        0.0, "For `flash` and `ramp`: standard deviation of a comparator's offset.", unit="step", minimum=0
    )
    ramp_step_std: float = setting(
        0.0, "For `ramp`: standard deviation of the height of one of its steps.", unit="step", minimum=0
    )


@dataclass(frozen=True, slots=True)
class AdcSettings:
    """Analog-to-digital conversion of a block's sum of currents."""

    kind: str = setting(
        "uniform",
        "A uniform quantiser, none, or a converter of a certain architecture: successive approximation, flash, or a "
        "ramp that all columns share; the linear or non-linear ADC of NeuroSim V1.4's wrapper; or a table.",
        choices=(
            *("uniform", "ideal", "sar", "flash", "ramp"),
            *("neurosim-linear", "neurosim-nonlinear", "table"),
        ),
    )
    bits: int = setting(
        8,
        "Resolution: codes 0 to 2^bits - 1 where sums cannot be negative, else -(2^(bits-1) - 1) to 2^(bits-1) - 1.",
        unit="bit",
        minimum=2,
        maximum=16,
    )
    range: str = setting(
        "max",
        "Where sums clip: at the largest of the calibration images, at a percentile, where their squared error is "
        "least, at `clip` standard deviations (the minimum-precision criterion), at the largest sum possible, or as a "
        "file says.",
        choices=("max", "percentile", "mse", "mpc", "full-scale", "file"),
    )
    percentile: float = setting(
        99.99, "Share of conversions, in per cent, within the range `percentile`.", minimum=50, maximum=100
    )
    clip: float = setting(
        4.0,
        "For the range `mpc`: how many standard deviations it reaches on each side of the mean.",
        minimum=0,
        exclusive_minimum=True,
    )
    granularity: str = setting(
        "slice",
        "What has a range of its own: the network, each layer, each slice of a layer, or each column of a slice.",
        choices=("network", "layer", "slice", "column"),
    )
    span: str = setting(
        "from-zero",
        "`from-zero` begins at zero, or lies symmetrically around it where sums can be negative; `two-sided` goes from "
        "the least sum to the greatest, and its lower end is added digitally.",
        choices=("from-zero", "two-sided"),
    )
    grid: str = setting(
        "free",
        "Ranges that the hardware can set: any, or the largest sum possible divided by powers of two, of which the "
        "next larger is taken.",
        choices=("free", "power-of-two"),
    )
    range_file: Path | None = setting(
        None,
        "For the range `file`, such as step sizes learned in training: CSV with the columns `layer` (name or number), "
        "`slice`, `high` and, for two-sided spans, `low`, in conductance levels times input digits.",
    )
    table_file: Path | None = setting(
        None,
        "For the kind `table`: CSV with the columns `threshold` and `level`, as shares of the range; a level is "
        "delivered from its threshold on, and the first has none.",
    )
    transfer_file: Path | None = setting(
        None,
        "What becomes of each ideal code, as in NeuroSim V1.5's circuit mode: CSV with the columns `output`, `mean` "
        "and `std`, in steps; results are rounded.",
    )
    columns_per_adc: int = setting(
        1, "Columns of an array that take turns at one converter; 0 for all.", unit="column", minimum=0
    )
    sharing: str = setting(
        "neighbours",
        "Which columns share a converter: neighbours, or those at equal distances over the width of an array. All "
        "slices of a weight lie side by side.",
        choices=("neighbours", "stride"),
    )
    errors: AdcErrorSettings = field(default_factory=AdcErrorSettings)
    mismatch: AdcMismatchSettings = field(default_factory=AdcMismatchSettings)

    def __post_init__(self) -> None:
        """Refuse settings that have no meaning together."""
        _refuse_files(self)
        _refuse_kinds(self)
        _refuse_mismatch(self)
        _refuse_ranges(self)

    @property
    def converts(self) -> bool:
        """Whether sums become codes at all."""
        return self.kind != "ideal"

    @property
    def is_plain(self) -> bool:
        """Whether every conversion is ``clip(round(sum / step))`` and nothing is drawn."""
        errors = self.errors
        return self.kind == "uniform" and not (errors.deviates or errors.noise_std or self.transfer_file)


def _refuse_files(adc: AdcSettings) -> None:
    for name, file, setting_name, value, needed in (
        ("table_file", adc.table_file, "kind", adc.kind, "table"),
        ("range_file", adc.range_file, "range", adc.range, "file"),
    ):
        if (file is None) == (value == needed):
            raise ValueError(
                f'{setting_name} = "{value}" '
                + (f"needs {name}" if file is None else f'leaves {name} unused; write {setting_name} = "{needed}"')
            )


def _refuse_kinds(adc: AdcSettings) -> None:
    if adc.kind == "neurosim-nonlinear" and adc.bits not in _NONLINEAR_BITS:
        raise ValueError(f'bits is {adc.bits}, but kind = "neurosim-nonlinear" has levels for 3, 4 and 5 bits only')
    if adc.kind == "flash" and adc.bits > _FLASH_BITS:
        raise ValueError(f'bits is {adc.bits}, but kind = "flash" has at most 255 comparators (8 bits)')
    if adc.errors.inl_file is not None and adc.kind in _WITHOUT_CODES:
        raise ValueError(f'errors.inl_file names codes, which kind = "{adc.kind}" has none of; bend its table instead')
    if adc.transfer_file is not None and adc.kind in _WITHOUT_CODES:
        raise ValueError(f'transfer_file names codes, which kind = "{adc.kind}" has none of; write kind = "uniform"')
    if not adc.converts and (adc.errors.deviates or adc.transfer_file is not None):
        raise ValueError('kind = "ideal" has no errors and no transfer_file; write kind = "uniform"')
    if not adc.converts and adc.errors.noise_std and adc.errors.noise_unit == "step":
        raise ValueError('kind = "ideal" has no steps to count noise_std in; write noise_unit = "level"')


def _refuse_mismatch(adc: AdcSettings) -> None:
    mismatch = adc.mismatch
    for name, value, kinds in (
        ("capacitor_std", mismatch.capacitor_std, ("sar",)),
        ("comparator_std", mismatch.comparator_std, ("flash", "ramp")),
        ("ramp_step_std", mismatch.ramp_step_std, ("ramp",)),
    ):
        if value and adc.kind not in kinds:
            wanted = " or ".join(f'"{kind}"' for kind in kinds)
            raise ValueError(f'mismatch.{name} = {value:g} has no meaning with kind = "{adc.kind}", only with {wanted}')


def _refuse_ranges(adc: AdcSettings) -> None:
    if adc.granularity == "column" and adc.range not in _RANGES_OF_A_COLUMN:
        raise ValueError(
            f'range = "{adc.range}" is not kept for each column; write granularity = "slice", or range = "max" or "mpc"'
        )
    if adc.range == "file" and adc.granularity != "slice":
        raise ValueError(
            f'range = "file" gives one range a slice; write granularity = "slice", not "{adc.granularity}"'
        )
    if adc.span == "two-sided" and adc.range == "mse":
        raise ValueError('range = "mse" finds one end only; write span = "from-zero"')
    if adc.span == "two-sided" and adc.grid != "free":
        raise ValueError('grid = "power-of-two" sets one end only; write span = "from-zero"')
