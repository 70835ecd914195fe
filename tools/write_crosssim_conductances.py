"""Write what CrossSim programs for a few weights with each of its core styles, for tests of this engine's mappings.

    PYTHONPATH=<checkout of github.com/sandialabs/cross-sim> python tools/write_crosssim_conductances.py

The file in tests/data was made with version 3.2.0 (0a2eb1e). Conductances are relative to the highest.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "tests" / "data" / "crosssim" / "conductances.csv"
WEIGHTS = [-127, -100, -64, -1, 0, 1, 37, 64, 127]
WEIGHT_BITS = 8
ON_OFF_RATIO = 20.0
LOWEST_RESISTANCE_OHM = 1e4

Row = tuple[str, int, str, int, int | str, str]


def parameters(style: str) -> Any:
    """Return CrossSim's parameters of an array without errors, of one core style."""
    from simulator import CrossSimParameters
    from simulator.parameters.core_parameters import CoreStyle

    found = CrossSimParameters()
    found.core.style = CoreStyle[style]
    found.core.weight_bits = 0
    found.core.mapping.weights.min, found.core.mapping.weights.max = -1, 1
    found.xbar.device.Rmin, found.xbar.device.Rmax = LOWEST_RESISTANCE_OHM, ON_OFF_RATIO * LOWEST_RESISTANCE_OHM
    found.xbar.device.infinite_on_off_ratio = False
    return found


def core(settings: Any) -> Any:
    """Return the programmed core; each weight has a row of its own."""
    from simulator import AnalogCore

    matrix = np.array(WEIGHTS)[:, None] / (2 ** (WEIGHT_BITS - 1) - 1)
    return AnalogCore(matrix, settings).cores[0][0]


def rows(style: str, slices: int, device: str, index: int, array: Any) -> Iterator[Row]:
    """Yield a row for each weight of one array; a unit column comes first."""
    conductances = np.asarray(array._read_matrix(), dtype=float)[:, 0]
    weights = ["reference"] * (len(conductances) - len(WEIGHTS)) + WEIGHTS
    for weight, conductance in zip(weights, conductances, strict=True):
        yield style, slices, device, index, weight, f"{conductance:.7g}"


def all_rows() -> Iterator[Row]:
    """Yield the rows of every style."""
    from simulator.parameters.core_parameters import BalancedCoreStyle, BitSlicedCoreStyle, OffsetCoreStyle

    for balanced in BalancedCoreStyle:
        settings = parameters("BALANCED")
        settings.core.balanced.style = balanced
        found = core(settings)
        yield from rows(f"BALANCED {balanced.name}", 1, "positive", 0, found.core_pos)
        yield from rows(f"BALANCED {balanced.name}", 1, "negative", 0, found.core_neg)
    for offset in OffsetCoreStyle:
        settings = parameters("OFFSET")
        settings.core.offset.style, settings.xbar.device.cell_bits = offset, WEIGHT_BITS
        yield from rows(f"OFFSET {offset.name}", 1, "positive", 0, core(settings).core)
    for sliced in BitSlicedCoreStyle:
        for slices in (2, 4):
            settings = parameters("BITSLICED")
            settings.core.bit_sliced.style, settings.core.bit_sliced.num_slices = sliced, slices
            settings.core.weight_bits, settings.xbar.device.cell_bits = WEIGHT_BITS, WEIGHT_BITS // slices
            for index, arrays in enumerate(core(settings).core_slices):
                for device, array in zip(("positive", "negative"), arrays, strict=False):
                    if array is not None:
                        yield from rows(f"BITSLICED {sliced.name}", slices, device, index, array)


def main() -> None:
    """Write the file."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with TARGET.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("style", "slices", "device", "slice", "weight", "conductance"))
        writer.writerows(all_rows())


if __name__ == "__main__":
    main()
