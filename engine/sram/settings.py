"""Settings of SRAM arrays that compute in the analog domain; the defaults are the 65 nm set of Gonugondla 2022."""

from __future__ import annotations

from dataclasses import field

from nnsreport.engine.records import dataclass
from nnsreport.settings import setting


@dataclass(frozen=True, slots=True)
class BitCellSettings:
    """The read current of an SRAM cell: ``k' (V_WL - V_t)^alpha``, with a threshold that differs from cell to cell."""

    transconductance: float = setting(
        220e-6, "Current at an overdrive of 1 V (k').", unit="A/V^alpha", minimum=0, exclusive_minimum=True
    )
    exponent: float = setting(1.8, "Exponent of the overdrive (alpha).", minimum=0, exclusive_minimum=True)
    threshold_v: float = setting(0.4, "Threshold voltage (V_t).", unit="V")
    threshold_std_v: float = setting(23.8e-3, "Its standard deviation from cell to cell.", unit="V", minimum=0)
    word_line_v: float = setting(0.8, "Voltage of an active word line (V_WL).", unit="V")
    channel_noise: float = setting(
        0.0,
        "Factor gamma of the channel's thermal noise, 2/3 for a long channel in saturation; the papers leave it out.",
        minimum=0,
    )

    def __post_init__(self) -> None:
        """Refuse a word line that does not turn a cell on."""
        if self.word_line_v <= self.threshold_v:
            raise ValueError(f"word_line_v is {self.word_line_v:g}, not above threshold_v, {self.threshold_v:g}")


@dataclass(frozen=True, slots=True)
class BitLineSettings:
    """A bit line that active cells discharge for the length of a pulse."""

    capacitance_f: float = setting(
        270e-15, "Capacitance (C_BL), of 512 rows.", unit="F", minimum=0, exclusive_minimum=True
    )
    pulse_s: float = setting(
        100e-12, "Length of the least significant pulse (T_0).", unit="s", minimum=0, exclusive_minimum=True
    )
    pulse_jitter_s: float = setting(
        0.0, "Standard deviation of a pulse's length, one draw a word line and cycle.", unit="s", minimum=0
    )
    headroom_v: float = setting(
        0.8, "Largest discharge, where sums clip (dV_BL,max).", unit="V", minimum=0, exclusive_minimum=True
    )


@dataclass(frozen=True, slots=True)
class CapacitorSettings:
    """The capacitors among which charge is redistributed, and their switches."""

    capacitance_f: float = setting(3e-15, "Of one capacitor (C_o).", unit="F", minimum=0, exclusive_minimum=True)
    mismatch_sqrt_f: float = setting(
        0.08 * 1e-15**0.5,
        "Pelgrom coefficient kappa: a capacitor's standard deviation is kappa times the root of its value.",
        unit="F^0.5",
        minimum=0,
    )
    total: str = setting(
        "nominal",
        "What shared charge is divided by: the nominal total capacitance, as in the papers, or the actual one.",
        choices=("nominal", "actual"),
    )
    switch_f: float = setting(0.31e-15, "Gate capacitance of a switch (W L C_ox).", unit="F", minimum=0)
    injected_share: float = setting(
        0.5, "Share of a switch's channel charge that goes to the capacitor (p).", unit="fraction", minimum=0, maximum=1
    )
    injection: str = setting(
        "independent",
        "Charge injection: none, an independent normal deviate of each product as in the papers' variance, or the "
        "deterministic charge of the papers' eq. (24), which is a gain error and an offset.",
        choices=("none", "independent", "deterministic"),
    )


@dataclass(frozen=True, slots=True)
class SramSettings:
    """An SRAM array that computes dot products, by one of the three architectures of Gonugondla 2022."""

    name: str = setting("SRAM, 65 nm (Gonugondla 2022)", "What the array is called in reports.")
    kind: str = setting(
        "none",
        "`QS-Arch` sums charge of binary inputs and weights on a bit line; `QR-Arch` redistributes the charge of whole "
        "inputs times weight bits; `CM`, a compute memory, sums pulses of weight bits, then redistributes.",
        choices=("none", "QS-Arch", "QR-Arch", "CM"),
    )
    mismatch: str = setting(
        "frozen",
        "Whether a cell (or capacitor) keeps its deviation, or draws it anew at each evaluation as the papers' closed "
        "forms assume; for QS-Arch, frozen means about 3 dB less.",
        choices=("frozen", "independent"),
    )
    supply_v: float = setting(1.0, "Supply voltage (V_dd).", unit="V", minimum=0, exclusive_minimum=True)
    temperature_k: float = setting(300.0, "Temperature.", unit="K", minimum=0)
    cell: BitCellSettings = field(default_factory=BitCellSettings)
    bit_line: BitLineSettings = field(default_factory=BitLineSettings)
    capacitor: CapacitorSettings = field(default_factory=CapacitorSettings)
