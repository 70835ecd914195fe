"""Whether anything can be wrong with a chip's numbers at all: all checks at once, for the many logs that are sound.

Says nothing of what is wrong; :mod:`nnsreport.parsers.neurosim.trust` does, and has the reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from nnsreport.parsers.neurosim.findings import Places
from nnsreport.parsers.neurosim.labels import PIPELINED

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Indices = npt.NDArray[np.int64]

LARGEST = {"read_dynamic_energy": 1.0, "read_latency": 100.0}
"""Joules and seconds for one image above which a result is an error: the largest genuine chips need about a
millijoule, the slowest about 10 ms."""

PRINT_PRECISION = 5e-6
"""Half a unit of the last of the six digits that NeuroSim prints, relative to the smallest number with these."""

RESULTS = ("energy_efficiency", "throughput", "frame_rate", "compute_efficiency")
"""What a chip achieves: nothing is impossible."""

SUMS = frozenset(
    {
        *((part, "read_dynamic_energy") for part in ("total", "buffer", "interconnect")),
        *((part, "read_dynamic_energy") for part in ("adc", "accumulation", "other_peripheral")),
        *(("total", metric) for metric in ("leakage_power", "leakage_energy")),
    }
)
"""What a chip has as the sum of its layers."""

_MARGIN = 0.9
"""Of the tolerances of the checks themselves, so that a number here is beyond doubt there, however sums are rounded."""


@dataclass(frozen=True, slots=True, eq=False)
class _Expectation:
    """What is asked of the numbers of chips that have the same.

    Attributes
    ----------
    hardware : numpy.ndarray of int64, shape (numbers,)
        All numbers about hardware.
    largest : numpy.ndarray of float64, shape (numbers,)
        Bounds of these.
    positive : numpy.ndarray of int64
        Those that cannot be 0.
    wholes, parts, starts : numpy.ndarray of int64
        Sums of the chip, the layers' numbers that make them one after the other, and where each sum's begin.
    maxima : tuple of (int, numpy.ndarray)
        Likewise for what is the largest of the layers' numbers.
    utilization : int or None
        How much of its memory the chip uses; None where that, or a layer's number, is missing.
    tiles, shares : numpy.ndarray of int64, shape (layers,)
        Tiles of each layer, and how much of their memory it uses.
    """

    hardware: Indices
    largest: npt.NDArray[np.float64]
    positive: Indices
    wholes: Indices
    parts: Indices
    starts: Indices
    maxima: tuple[tuple[int, Indices], ...]
    utilization: int | None
    tiles: Indices
    shares: Indices


def are_beyond_doubt(places: Places, values: npt.NDArray[np.float64], process: str | None) -> npt.NDArray[np.bool_]:
    """Tell which chips' numbers are all sound.

    Parameters
    ----------
    places : Places
        What the numbers are about.
    values : numpy.ndarray of float64, shape (chips, keys)
        The numbers of complete logs.
    process : str or None
        How layers follow each other.

    Returns
    -------
    numpy.ndarray of bool, shape (chips,)
        False where a closer look is needed, whether or not it finds anything.
    """
    import numpy as np

    expected = _expectation_of(places, process == PIPELINED)
    hardware = values[:, expected.hardware]
    sound: npt.NDArray[np.bool_] = np.all((hardware >= 0) & (hardware <= expected.largest), axis=1)
    sound &= np.all(values[:, expected.positive], axis=1)
    with np.errstate(invalid="ignore", over="ignore"):
        sound &= _have_all_layers(expected, values)
        for whole, layers in expected.maxima:
            sound &= values[:, whole] == values[:, layers].max(axis=1)
        if len(expected.wholes):
            totals = np.add.reduceat(values[:, expected.parts], expected.starts, axis=1)
            wholes = values[:, expected.wholes]
            sound &= (np.abs(totals - wholes) <= _MARGIN * PRINT_PRECISION * (totals + wholes)).all(axis=1)
    return sound


def _have_all_layers(expected: _Expectation, values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell whether the layers make up the chip: what it uses of its memory is the mean over their tiles."""
    import numpy as np

    if expected.utilization is None:
        return np.zeros(len(values), dtype=bool)
    tiles, utilization = values[:, expected.tiles], values[:, expected.utilization]
    count = tiles.sum(axis=1)
    difference = np.abs((tiles * values[:, expected.shares]).sum(axis=1) - utilization * count)
    had: npt.NDArray[np.bool_] = (count > 0) & (difference <= _MARGIN * 2 * PRINT_PRECISION * utilization * count)
    return had


@lru_cache(maxsize=64)
def _expectation_of(places: Places, is_pipelined: bool) -> _Expectation:
    import numpy as np

    finite = np.finfo(float).max
    largest = np.full(max(places.hardware, default=0) + 1, finite)
    for metric, limit in LARGEST.items():
        largest[places.of_metric(metric)] = limit
    latencies = places.of.get(("total", "read_latency"), {})
    results = [
        places.of[subject][None] for metric in RESULTS if None in places.of.get(subject := ("total", metric), {})
    ]
    sums, maxima = [], []
    for subject, layers in places.of_layers.items():
        is_latency = subject[1] == "read_latency"
        if subject in SUMS or (is_latency and not is_pipelined):
            sums.append((places.of[subject][None], layers))
        elif is_latency:
            maxima.append((places.of[subject][None], layers))
    used, tiles = (dict(places.of.get(("total", metric), {})) for metric in ("memory_utilization", "tiles"))
    utilization = used.pop(None, None)
    return _Expectation(
        hardware=places.hardware,
        largest=largest[places.hardware],
        positive=np.array([*latencies.values(), *results], dtype=np.int64),
        wholes=np.array([chip for chip, _ in sums], dtype=np.int64),
        parts=np.concatenate([np.empty(0, dtype=np.int64), *(layers for _, layers in sums)]),
        starts=np.cumsum([0, *(len(layers) for _, layers in sums)])[: len(sums)],
        maxima=tuple(maxima),
        utilization=utilization if used and used.keys() == tiles.keys() else None,
        tiles=np.array(list(tiles.values()), dtype=np.int64),
        shares=np.array([used[layer] for layer in tiles if layer in used], dtype=np.int64),
    )
