"""Bring the table of effects in docs/cost-corrections.md up to date.

    python tools/write_cost_corrections.py --networks ../shared/neurosim/networks

VGG8 and DenseNet40 as V1.4 is distributed, with a stated density, each correction alone and all together; and each
correction on a chip of VGG8 that shows it.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from nnsreport.engine.cost.activity import ActivitySettings
from nnsreport.engine.cost.corrections import Correction
from nnsreport.engine.cost.estimate import estimate
from nnsreport.engine.cost.network import read_network
from nnsreport.engine.cost.parameters import Parameters

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "cost-corrections.md"
NETWORKS = ("NetWork_VGG8.csv", "NetWork_DenseNet40.csv")
BEGIN, END = "<!-- effects -->\n", "<!-- /effects -->\n"
HEADER = "| correction | VGG8 | DenseNet40 | a chip that shows it | there |\n|---|---|---|---|---|\n"
UNCHANGED = "none"

Chip = Mapping[str, bool | int | float]

SHOWING: Mapping[Correction, Chip] = {
    Correction.SLOW_CLOCK: {"clkFreq": 1e8},
    Correction.WAITING_TILES: {"pipeline": False},
    Correction.REPEATED_TREES: {
        "memcelltype": 2,
        "cellBit": 4,
        "novelMapping": False,
        "numRowSubArray": 64,
        "numColSubArray": 32,
    },
    Correction.EMPTY_ELEMENTS: {"novelMapping": False, "pipeline": False},
    Correction.REMAINDERS: {"numRowParallel": 48},
    Correction.WORD_LINE_LOAD: {"numColSubArray": 512},
    Correction.WORD_LINE_BUFFERS: {"technode": 1},
}
"""Parameters of a chip on which a correction that changes nothing on VGG8 as distributed changes something."""


def numbers(network: str, chip: Chip, corrections: Collection[Correction]) -> dict[str, float]:
    """Return the numbers of a chip that the table tells of.

    Parameters
    ----------
    network : str
        Text of a NetWork_*.csv.
    chip : Mapping
        Parameters by names of Param.cpp.
    corrections : collection of Correction
        To be made.

    Returns
    -------
    dict of str to float
        By name.
    """
    parameters = Parameters.from_values({}, chip, corrections=frozenset(corrections))
    found = estimate(read_network(network), parameters, ActivitySettings())
    reading = found.chip.reading.total
    return {
        "area": float(found.areas.total_m2),
        "latency": float(reading.latency_s),
        "dynamic energy": float(reading.energy_j),
        "leakage": float(found.chip.leakage.power_w),
        "TOPS/W": float(found.efficiencies.energy_efficiency_op_per_j),
        "TOPS": float(found.efficiencies.throughput_op_per_s),
    }


def effect(network: str, chip: Chip, corrections: Collection[Correction]) -> str:
    """Return what corrections change, in percent to two digits; what stays within 0.005 % is left out."""
    before, after = numbers(network, chip, ()), numbers(network, chip, corrections)
    changes = {name: (after[name] / before[name] - 1) * 100 for name in before}
    told = [f"{name} {_signed(change)} %" for name, change in changes.items() if abs(change) >= 0.005]
    return ", ".join(told) or UNCHANGED


def _signed(change: float) -> str:
    return f"{change:+.2g}" if abs(change) < 100 else f"{change:+.0f}"


def column(network: str) -> list[str]:
    """Return the effects on a network's chip as V1.4 is distributed: of each correction, and of all."""
    return [*(effect(network, {}, {each}) for each in Correction), effect(network, {}, frozenset(Correction))]


def showing(network: str) -> Iterator[tuple[str, str]]:
    """Yield a chip of a network that shows each correction, and what it shows."""
    for each in Correction:
        chip = SHOWING.get(each)
        yield (_named(chip), effect(network, chip, {each})) if chip else ("", "")
    yield "", ""


def _named(chip: Chip) -> str:
    return ", ".join(f"`{name}={value:g}`" for name, value in chip.items())


def table(first: str, second: str) -> str:
    """Return the table of both networks, of which the texts are given."""
    names = [*(f"`{each}`" for each in Correction), "all"]
    rows = zip(names, column(first), column(second), showing(first), strict=True)
    return HEADER + "".join(f"| {name} | {a} | {b} | {chip} | {there} |\n" for name, a, b, (chip, there) in rows)


def main() -> None:
    """Rewrite the document's table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", type=Path, required=True, help="folder with NeuroSim's NetWork_*.csv")
    folder = parser.parse_args().networks
    made = table(*((folder / name).read_text(encoding="utf-8") for name in NETWORKS))
    text = DOCUMENT.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    DOCUMENT.write_text(f"{before}{BEGIN}{made}{END}{after}", encoding="utf-8")
    print(f"wrote {DOCUMENT}")


if __name__ == "__main__":
    main()
