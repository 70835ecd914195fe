"""Figures of SRAM arrays that compute, and of the precision they ask for."""

from __future__ import annotations

from dataclasses import replace

import altair as alt
import numpy as np

from effect_figures.figure import Figure, Point, curves, horizontal, vertical
from nnsreport.engine.precision import (
    bit_growth_bits,
    minimum_precision_bits,
    truncated_bit_growth_bits,
)
from nnsreport.engine.sram import Operands, SramSettings, compute_memory, qr_arch, qs_arch
from nnsreport.engine.sram.operands import peak_over_std

_OPERANDS = Operands(input_bits=6, weight_bits=6)
_ROWS = 128


def figures() -> tuple[Figure, ...]:
    """Return the figures of docs/engine-sram.md."""
    return (
        Figure("sram-word-line", "SNR_a of QS-Arch and CM against the word line's voltage", _word_line()),
        Figure("sram-capacitor", "SNR_a of QR-Arch against its capacitors", _capacitor()),
        Figure("sram-rows", "SNR_a of QS-Arch against the rows that are summed", _rows()),
        Figure("adc-precision", "Bits that criteria ask of an ADC against SNR_A", _precision()),
    )


def _at(settings: SramSettings, word_line_v: float) -> SramSettings:
    return replace(settings, cell=replace(settings.cell, word_line_v=word_line_v))


def _word_line() -> alt.Chart:
    points: list[Point] = []
    for name, model, mismatch in (
        ("QS-Arch, frozen", qs_arch, "frozen"),
        ("QS-Arch, independent", qs_arch, "independent"),
        ("CM", compute_memory, "frozen"),
    ):
        settings = SramSettings(mismatch=mismatch)
        points.extend(
            (name, volts, model.analog_snr_db(_ROWS, _at(settings, volts), _OPERANDS))
            for volts in np.linspace(0.5, 0.9, 41)
        )
    return curves(points, horizontal("Word line (V)", domain=(0.5, 0.9)), vertical("SNR_a (dB)", zero=False))


def _capacitor() -> alt.Chart:
    points: list[Point] = []
    for total in ("nominal", "actual"):
        for injection in ("independent", "deterministic"):
            for capacitance_f in np.geomspace(0.5e-15, 10e-15, 30):
                settings = SramSettings(kind="QR-Arch")
                capacitor = replace(settings.capacitor, capacitance_f=capacitance_f, total=total, injection=injection)
                level_db = qr_arch.analog_snr_db(_ROWS, replace(settings, capacitor=capacitor), _OPERANDS)
                points.append((f"total {total}, injection {injection}", 1e15 * capacitance_f, level_db))
    return curves(points, horizontal("C_o (fF)", domain=(0, 10)), vertical("SNR_a (dB)", zero=False))


def _rows() -> alt.Chart:
    settings = SramSettings(kind="QS-Arch")
    points = [
        (f"{volts:g} V", rows, qs_arch.analog_snr_db(rows, _at(settings, volts), _OPERANDS))
        for volts in (0.6, 0.7, 0.8)
        for rows in range(16, 513, 16)
    ]
    return curves(points, horizontal("Rows N", domain=(0, 512)), vertical("SNR_a (dB)", zero=False))


def _precision() -> alt.Chart:
    rows, levels_db = 256, np.linspace(5.0, 45.0, 41)
    peak = peak_over_std(rows, _OPERANDS)
    points: list[Point] = []
    for name, bits in (
        ("bit growth (BGC)", lambda _: bit_growth_bits(6, 6, rows)),
        ("truncated (tBGC)", lambda level_db: truncated_bit_growth_bits(level_db, peak)),
        ("minimum precision (MPC)", minimum_precision_bits),
    ):
        points.extend((name, level_db, bits(level_db)) for level_db in levels_db)
    return curves(points, horizontal("SNR_A (dB)", domain=(5, 45)), vertical("Bits of the ADC"))
