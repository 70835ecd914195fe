"""What the tables of NeuroSim's SubArray hold, taken from our sub-arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.sub_array.results import SubArray, SubArrayReads


def _of_circuits(part: SubArray) -> dict[str, Quantity]:
    areas = part.areas
    return {
        "area_m2": areas.outline.area_m2,
        "height_m": areas.outline.height_m,
        "width_m": areas.outline.width_m,
        "array_m2": areas.array_m2,
        "adc_m2": areas.adc_m2,
        "accumulation_m2": areas.accumulation_m2,
        "other_m2": areas.other_m2,
        "used_m2": areas.used_m2,
        "leakage_w": part.leakage_w,
        "leakage_in_use_w": part.leakage_in_use_w,
        "access_resistance_ohm": part.access_resistance_ohm,
    }


def _of_reads(reads: SubArrayReads) -> Iterator[tuple[str, Quantity, Quantity]]:
    for name, reading in (
        ("", reads.total),
        ("_adc", reads.adc),
        ("_accumulation", reads.accumulation),
        ("_other", reads.other),
    ):
        yield name, reading.latency_s, reading.energy_j


def _check_reads(reads: SubArrayReads, row: Mapping[str, str], tolerance: float) -> None:
    for name, latencies, energies in _of_reads(reads):
        for state in range(2):
            # Additions that sensing nearly hides are a difference of latencies.
            least = tolerance * 1e-3 * abs(float(row[f"latency_{state}"]))
            expected = float(row[f"latency{name}_{state}"])
            assert latencies[state] == pytest.approx(expected, rel=tolerance, abs=least), (name, row)
            expected = float(row[f"energy{name}_j_{state}"])
            assert energies[state] == pytest.approx(expected, rel=tolerance, abs=0), (name, row)


@pytest.fixture(scope="session")
def of_circuits() -> Callable[[SubArray], dict[str, Quantity]]:
    """Return what a sub-array has whatever it reads, by the names of the tables' columns."""
    return _of_circuits


@pytest.fixture(scope="session")
def check_reads() -> Callable[[SubArrayReads, Mapping[str, str], float], None]:
    """Compare two reads with a row of a table."""
    return _check_reads
