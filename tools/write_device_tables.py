"""Write the tables of states that device presets read, from the fits that CrossSim and aihwkit publish.

Between the states of a table everything is linear; they lie so close that this changes little (docs/engine-devices.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "nnsreport" / "presets" / "device"
DAY_S = 86_400

# Of CrossSim 3.2, simulator/devices/custom/SONOS.py: for each day, A and B of the deviation A (1 - exp(-I / B)), and
# the polynomial in I (ascending powers) by which the mean current shifts; currents in nA.
SONOS_DAYS: tuple[tuple[float, float, tuple[float, ...]], ...] = (
    (19.88665, 176.3115, (0.0,)),
    (
        25.59102,
        186.85544,
        (
            *(1.72684e-01, 5.72552e-02, -6.85715e-04, 3.50271e-06, -9.37682e-09, 1.40575e-11),
            *(-1.19803e-14, 5.41293e-18, -8.85448e-22, -1.66869e-25, 5.95180e-29),
        ),
    ),
    (
        28.72753,
        193.56834,
        (
            *(2.50712e-01, 6.62195e-02, -6.83218e-04, 2.99442e-06, -6.78255e-09, 7.70482e-12),
            *(-3.04983e-15, -2.15919e-18, 2.94617e-21, -1.23359e-24, 1.85329e-28),
        ),
    ),
    (
        31.04318,
        198.90332,
        (
            *(-1.75300e-02, 9.76883e-02, -9.63791e-04, 4.55551e-06, -1.22391e-08, 1.93786e-11),
            *(-1.85899e-14, 1.07659e-17, -3.58211e-21, 5.96785e-25, -3.30410e-29),
        ),
    ),
    (
        33.76214,
        204.77023,
        (
            *(4.03338e-02, 1.03111e-01, -1.04740e-03, 4.83961e-06, -1.28132e-08, 1.99484e-11),
            *(-1.85139e-14, 1.00008e-17, -2.84944e-21, 3.01008e-25, 1.18747e-29),
        ),
    ),
    (
        34.57909,
        207.34309,
        (
            *(3.19927e-01, 1.06596e-01, -1.04054e-03, 4.50290e-06, -1.10352e-08, 1.56477e-11),
            *(-1.27592e-14, 5.45513e-18, -7.26841e-22, -2.43893e-25, 7.14608e-29),
        ),
    ),
)
SONOS_READ_NOISE_NA = (12.58037, 215.36557)
SONOS_READ_VOLTAGE_V = 0.1  # CrossSim's default: its 0 to 16 uS are 0 to 1600 nA
SONOS_CURRENTS_NA = (*range(0, 200, 10), *range(200, 400, 20), *range(400, 1601, 50))

# Of aihwkit 1.1.0, aihwkit/inference/noise/reram.py: deviation in uS, ascending powers of G / 40 uS, by time.
WAN_TIMES: tuple[tuple[int, tuple[float, ...]], ...] = (
    (0, (0.348, 16.030, -43.853, 45.393, -16.815)),
    (DAY_S, (0.701, 22.086, -50.773, 47.095, -16.458)),
    (2 * DAY_S, (0.782, 20.274, -43.507, 37.062, -11.934)),
)
WAN_MAXIMUM_US = 40.0


def polynomial(coefficients: tuple[float, ...], argument: float) -> float:
    """Return a polynomial of ascending powers."""
    return float(np.polynomial.polynomial.polyval(argument, coefficients))


def sonos_rows() -> Iterator[str]:
    """Yield the lines of the SONOS table."""
    yield "# SONOS charge trap, 40 nm: V. Agrawal et al., IEDM 2022, as CrossSim 3.2 fits it (SONOS.py); G = I / 0.1 V."
    yield "# Made by tools/write_device_tables.py."
    yield "time_s,conductance_s,mean_s,std_s,read_std_s"
    noise, saturation = SONOS_READ_NOISE_NA
    for day, (deviation, scale, shift) in enumerate(SONOS_DAYS):
        for current in SONOS_CURRENTS_NA:
            mean = current + polynomial(shift, current)
            std = max(deviation * (1.0 - np.exp(-mean / scale)), 0.0)
            read = siemens(noise * (1.0 - np.exp(-current / saturation))) if day == 0 else ""
            yield f"{day * DAY_S},{siemens(current)},{siemens(max(mean, 0.0))},{siemens(std)},{read}"


def siemens(current_na: float) -> str:
    """Return the conductance of a SONOS current, written as in the tables."""
    return f"{current_na * 1e-9 / SONOS_READ_VOLTAGE_V:.8g}"


def wan_rows() -> Iterator[str]:
    """Yield the lines of the RRAM table."""
    yield "# RRAM: W. Wan et al., Nature 608, 504 (2022), Extended Data Fig. 3, as aihwkit 1.1.0 fits it (reram.py)."
    yield "# Made by tools/write_device_tables.py. time_s = 0 is 1 s after programming."
    yield "time_s,conductance_s,std_s"
    for time_s, coefficients in WAN_TIMES:
        for conductance_us in range(int(WAN_MAXIMUM_US) + 1):
            std_us = polynomial(coefficients, conductance_us / WAN_MAXIMUM_US)
            yield f"{time_s},{conductance_us * 1e-6:.8g},{std_us * 1e-6:.8g}"


TABLES = {"sonos-agrawal2022.csv": sonos_rows, "rram-wan2022.csv": wan_rows}


def main() -> None:
    """Write all tables."""
    for name, rows in TABLES.items():
        (FOLDER / name).write_text("\n".join(rows()) + "\n", encoding="utf-8")
        print(f"wrote {FOLDER / name}")


if __name__ == "__main__":
    main()
