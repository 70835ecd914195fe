"""The settings that are compared beside aihwkit: products of one matrix, deviations of devices, whole networks."""

from __future__ import annotations

from dataclasses import replace

from crosssim_settings import DAY_S, preset_device
from peer_networks import NetworkRow

from nnsreport.engine.crossbar import CrossbarSettings
from nnsreport.engine.crossbar.settings import (
    ActivationSettings,
    AdcSettings,
    CompensationSettings,
    MappingSettings,
    WeightSettings,
)

WHOLE = MappingSettings(rows=0)
MENDED = {True: "by device", False: "as it is"}
"""How aihwkit ages a pair (:class:`AihwkitLayer`)."""

TIMES_S = {"25 s": 25.0, "1 hour": 3600.0, "1 day": DAY_S, "1 month": 30 * DAY_S}
_DEVICES = {
    "PCM": ("pcm-joshi2020", tuple(TIMES_S)),
    "PCM, HERMES": ("pcm-hermes", ("1 hour", "1 day")),
    "PCM, HERMES, one device": ("pcm-hermes-single", ("1 hour", "1 day")),
    "RRAM, Wan 2022": ("rram-wan2022", ("1 day",)),
}


def product_settings() -> dict[str, CrossbarSettings]:
    """Return settings without chance by what they are called."""
    adcs = {
        "ideal ADC": AdcSettings("ideal"),
        "8-bit ADC, range max": AdcSettings(),
        "6-bit ADC, range 99 %": AdcSettings(bits=6, range="percentile", percentile=99.0),
        "10-bit ADC, full scale": AdcSettings(bits=10, range="full-scale"),
    }
    found = {name: CrossbarSettings(mapping=WHOLE, adc=adc) for name, adc in adcs.items()}
    five = CrossbarSettings(WeightSettings(5), ActivationSettings(5), WHOLE)
    return found | {"5-bit weights and activations, 8-bit ADC, range max": five}


def deviation_settings() -> dict[str, tuple[CrossbarSettings, float, str]]:
    """Return settings with a device, the time in s, and the compensation, by what they are called."""
    found = {}
    for device, (preset, times) in _DEVICES.items():
        methods = ("none", "global", "per-column") if device == "PCM" else ("none",)
        settings = CrossbarSettings(mapping=WHOLE, device=preset_device(preset), adc=AdcSettings("ideal"))
        for time in times:
            for method in methods:
                compensated = replace(settings, compensation=CompensationSettings((method,)))
                found[f"{device}, {time}, {method}"] = compensated, TIMES_S[time], method
    return found


def network_rows() -> dict[str, NetworkRow]:
    """Return the rows of the table of networks by what they are called; 8 bits, all rows of a layer read together."""
    base = CrossbarSettings(mapping=WHOLE)
    rows = {
        "ideal ADC": NetworkRow(replace(base, adc=AdcSettings("ideal"))),
        "8-bit ADC, range max": NetworkRow(base),
        "8-bit ADC, range 99.99 %": NetworkRow(replace(base, adc=AdcSettings(range="percentile"))),
    }
    pcm = replace(base, device=preset_device("pcm-joshi2020"))
    for time, time_s in TIMES_S.items():
        for method in ("none", "global") if time == "25 s" else ("global",):
            settings = replace(pcm, compensation=CompensationSettings((method,)))
            row = NetworkRow(settings, 250, 10, time_s=time_s, method=method)
            for mended, kind in MENDED.items():
                rows[f"PCM, {time}, {method}; aihwkit {kind}"] = replace(row, mended=mended)
    ideal = replace(pcm, adc=AdcSettings("ideal"), compensation=CompensationSettings(("global",)))
    rows["PCM, 1 day, global, ideal ADC; aihwkit by device"] = NetworkRow(ideal, 250, 10, time_s=DAY_S, method="global")
    return rows
