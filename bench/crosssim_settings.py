"""The settings that are compared beside CrossSim: products of one matrix, deviations of devices, whole networks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from peer_networks import NetworkRow

from nnsreport.configuration.reader import resolve
from nnsreport.engine.crossbar import CrossbarSettings
from nnsreport.engine.crossbar.settings import (
    ActivationSettings,
    AdcSettings,
    DeviceSettings,
    FaultSettings,
    MappingSettings,
    ProgrammingSettings,
    WeightSettings,
    WhiteNoiseSettings,
)
from nnsreport.engine.parasitics import WireSettings

DAY_S = 86_400.0
_FULL_SCALE = AdcSettings(range="full-scale")
_IDEAL = AdcSettings("ideal")
_BIT_SERIAL = MappingSettings(dac_bits=1)
_SLICED_SERIAL = MappingSettings(dac_bits=1, cell_bits=2)
_WIRES = WireSettings(word_line_ohm=1.0, bit_line_ohm=1.0)


def preset_device(name: str) -> DeviceSettings:
    """Return one of this project's devices."""
    return resolve({"device": name}, Path("device")).configuration.device


def product_settings() -> dict[str, CrossbarSettings]:
    """Return settings without chance by what they are called, one feature at a time."""
    finite = DeviceSettings(on_off_ratio=10.0)
    mappings = {
        "differential": MappingSettings(),
        "differential, subtracted digitally": MappingSettings(subtraction="digital"),
        "two-sided": MappingSettings("two-sided"),
        "offset": MappingSettings("offset"),
        "offset, reference column": MappingSettings("offset", "column"),
        "4 slices of 2 bits": MappingSettings(cell_bits=2),
        "offset, 4 slices of 2 bits": MappingSettings("offset", cell_bits=2),
        "offset, 4 slices, reference column": MappingSettings("offset", "column", cell_bits=2),
        "bit-serial": _BIT_SERIAL,
        "2 bits a cycle": MappingSettings(dac_bits=2),
        "4 slices, bit-serial": _SLICED_SERIAL,
        "offset, 4 slices, bit-serial": MappingSettings("offset", cell_bits=2, dac_bits=1),
    }
    adc = AdcSettings(granularity="layer")  # one range for both sides of a pair, as CrossSim has
    found = {name: CrossbarSettings(mapping=mapping, adc=adc) for name, mapping in mappings.items()}
    found |= {f"{name}, on/off 10": replace(settings, device=finite) for name, settings in found.items()}
    wires = {
        "wires 1 ohm": (MappingSettings(), _WIRES),
        "wires 1 ohm, interleaved": (MappingSettings(), replace(_WIRES, pairs="interleaved")),
        "wires 1 ohm, offset": (MappingSettings("offset"), _WIRES),
        "wires 1 ohm, gated": (_BIT_SERIAL, WireSettings("gated", source_line_ohm=1.0, bit_line_ohm=1.0)),
        "wires 1 ohm, gated, interleaved, 4 slices": (
            _SLICED_SERIAL,
            WireSettings("gated", "interleaved", source_line_ohm=1.0, bit_line_ohm=1.0),
        ),
    }
    return found | {name: CrossbarSettings(mapping=mapping, wires=wire) for name, (mapping, wire) in wires.items()}


def random_settings(random: np.random.Generator, count: int) -> Iterator[CrossbarSettings]:
    """Yield settings drawn from all that both programs have, wires and errors aside.

    Parameters
    ----------
    random : numpy.random.Generator
        Source of choices.
    count : int
        How many.

    Yields
    ------
    CrossbarSettings
        Bits of everything, signs, slices, cycles, rows, on/off ratio and range of the ADC.
    """

    def one_of(*choices: object) -> object:
        return choices[random.integers(len(choices))]

    for _ in range(count):
        weight_bits = int(random.integers(3, 9))
        signs = str(one_of("differential", "two-sided", "offset"))
        reference = str(one_of("digital", "column")) if signs == "offset" else "digital"
        subtraction = "analog" if signs == "offset" else str(one_of("analog", "digital"))
        # CrossSim cuts weights into equal slices, at least two.
        widths = [width for width in (1, 2, 4) if weight_bits % width == 0 and width < weight_bits]
        cell_bits = 0 if signs == "two-sided" else int(str(one_of(0, *widths)))
        yield CrossbarSettings(
            WeightSettings(weight_bits),
            ActivationSettings(int(random.integers(3, 9))),
            MappingSettings(
                signs,
                reference,
                cell_bits,
                dac_bits=int(str(one_of(0, 1, 2, 3))),
                rows=int(random.integers(8, 200)),
                subtraction=subtraction,
            ),
            DeviceSettings(on_off_ratio=float(str(one_of("inf", 100.0, 7.0)))),
            AdcSettings(
                str(one_of("uniform", "uniform", "ideal")),
                int(random.integers(4, 11)),
                str(one_of("max", "percentile", "full-scale")),
                percentile=99.0,
                granularity="layer",
            ),
        )


def deviation_settings() -> dict[str, tuple[CrossbarSettings, float]]:
    """Return settings with errors of devices, and the time in s, by what they are called."""
    ten = DeviceSettings(on_off_ratio=10.0)
    devices = {
        "programming 5 %, proportional": DeviceSettings(programming=ProgrammingSettings("proportional", 0.05)),
        "programming 5 %, constant": DeviceSettings(programming=ProgrammingSettings("constant", 0.05)),
        "programming 5 %, constant, on/off 10": replace(ten, programming=ProgrammingSettings("constant", 0.05)),
        "programming 5 %, proportional, uniform": DeviceSettings(
            programming=ProgrammingSettings("proportional", 0.05, distribution="uniform")
        ),
        "programming 0.5 % at G_max, inverse, on/off 10": replace(
            ten, programming=ProgrammingSettings("inverse", 0.005)
        ),
        "stuck: 3 % off, 1 % on": DeviceSettings(faults=FaultSettings(0.01, 0.03)),
        "PCM, Joshi 2020": preset_device("pcm-joshi2020-fig3b"),
        "RRAM, Milo 2021": preset_device("rram-milo2021"),
        "SONOS, at once": preset_device("sonos-agrawal2022"),
        "SONOS, after 2.5 days": preset_device("sonos-agrawal2022"),
        "read noise 2 %, proportional": DeviceSettings(white_noise=WhiteNoiseSettings("proportional", 0.02)),
        "read noise 2 %, constant, on/off 10": replace(ten, white_noise=WhiteNoiseSettings("constant", 0.02)),
        "read noise 2 %, constant": DeviceSettings(white_noise=WhiteNoiseSettings("constant", 0.02)),
    }
    found = {
        name: (CrossbarSettings(device=device, adc=_IDEAL), 2.5 * DAY_S if "days" in name else 0.0)
        for name, device in devices.items()
    }
    sliced = MappingSettings(cell_bits=2)
    five = devices["programming 5 %, proportional"]
    found["programming 5 %, proportional, offset"] = (
        CrossbarSettings(mapping=MappingSettings("offset"), device=five, adc=_IDEAL),
        0.0,
    )
    found["programming 5 %, proportional, 4 slices"] = CrossbarSettings(mapping=sliced, device=five, adc=_IDEAL), 0.0
    noisy = devices["read noise 2 %, proportional"]
    found["read noise 2 %, proportional, bit-serial"] = (
        CrossbarSettings(mapping=_BIT_SERIAL, device=noisy, adc=_IDEAL),
        0.0,
    )
    return found


def network_rows() -> dict[str, NetworkRow]:
    """Return the rows of the table of networks by what they are called; 8 bits, blocks of 128 rows."""
    base = CrossbarSettings()
    five = DeviceSettings(programming=ProgrammingSettings("proportional", 0.05))
    constant = DeviceSettings(programming=ProgrammingSettings("constant", 0.05))
    noisy = DeviceSettings(white_noise=WhiteNoiseSettings("proportional", 0.02))
    quiet_sonos = replace(preset_device("sonos-agrawal2022"), white_noise=WhiteNoiseSettings())
    offset = MappingSettings("offset")
    return {
        "integers, ideal ADC": NetworkRow(replace(base, adc=_IDEAL)),
        "differential, ADC range max": NetworkRow(base),
        "differential, ADC range 99.99 %": NetworkRow(replace(base, adc=AdcSettings(range="percentile"))),
        "differential, ADC full scale": NetworkRow(replace(base, adc=_FULL_SCALE)),
        "differential, 12-bit ADC, full scale": NetworkRow(replace(base, adc=replace(_FULL_SCALE, bits=12))),
        "offset": NetworkRow(replace(base, mapping=offset)),
        "offset, CrossSim with its gain": NetworkRow(replace(base, mapping=offset), mended=False),
        "offset, reference column": NetworkRow(replace(base, mapping=MappingSettings("offset", "column"))),
        "4 slices of 2 bits": NetworkRow(replace(base, mapping=MappingSettings(cell_bits=2))),
        "offset, 4 slices of 2 bits": NetworkRow(replace(base, mapping=MappingSettings("offset", cell_bits=2))),
        "bit-serial": NetworkRow(replace(base, mapping=_BIT_SERIAL), 100, batch=10),
        "4 slices, bit-serial": NetworkRow(replace(base, mapping=_SLICED_SERIAL), 60, batch=10),
        "4 slices, bit-serial, programming 5 %": NetworkRow(
            replace(base, mapping=_SLICED_SERIAL, device=five), 30, 5, batch=10
        ),
        "programming 5 %, proportional": NetworkRow(replace(base, device=five), 500, 10),
        "programming 5 %, constant": NetworkRow(replace(base, device=constant), 500, 10),
        "offset, programming 5 %": NetworkRow(replace(base, mapping=offset, device=five), 500, 10),
        "4 slices, programming 5 %": NetworkRow(
            replace(base, mapping=MappingSettings(cell_bits=2), device=five), 200, 10
        ),
        "stuck: 0.5 % off, 0.1 % on": NetworkRow(
            replace(base, device=DeviceSettings(faults=FaultSettings(0.001, 0.005))), 500, 10
        ),
        "PCM, Joshi 2020": NetworkRow(replace(base, device=preset_device("pcm-joshi2020-fig3b")), 500, 10),
        "SONOS, 2.5 days": NetworkRow(replace(base, device=quiet_sonos), 500, 10, time_s=2.5 * DAY_S),
        "read noise 2 %": NetworkRow(replace(base, device=noisy), 6, 6, batch=1),
        "wires 1 ohm": NetworkRow(replace(base, wires=_WIRES), 8, batch=1),
    }
