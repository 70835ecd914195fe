"""Sub-arrays of SRAM against NeuroSim V1.4's SubArray (see tests/data/cost/README.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.cost.conductance import sram_column_resistance
from nnsreport.engine.cost.given import MemoryCell
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.printout import printed_number
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.sub_array.results import ReadInputs, SubArray, SubArrayReads
from nnsreport.engine.cost.sub_array.sub_array import sub_array
from nnsreport.engine.cost.technology import technology
from nnsreport.errors import ConfigurationError

Rows = Callable[[str], list[dict[str, str]]]

_SRAM = {"memcelltype": 1, "globalBufferType": 1, "peBufferType": 1}
_OF_READS = ("clock_hz", "used_columns", "active_0", "active_1")
# The table has 14 digits.
_TOLERANCE = 1e-12


def _sub_array(row: Mapping[str, str]) -> SubArray:
    arguments = list(row)[: list(row).index("clock_hz")]
    values = {name: float(row[name]) for name in arguments if row[name]}
    parameters = Parameters.from_values(_SRAM | values)
    return sub_array(parameters, technology(parameters.node_nm, parameters.roadmap, parameters.temperature_k))


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
        "access_resistance_ohm": part.access_resistance_ohm,
        "leakage_w": part.leakage_w,
        "leakage_in_use_w": part.leakage_in_use_w,
    }


def _of_reads(reads: SubArrayReads) -> Iterator[tuple[str, Quantity, Quantity]]:
    yield "", reads.total.latency_s, reads.total.energy_j
    yield "_adc", reads.adc.latency_s, reads.adc.energy_j
    yield "_accumulation", reads.accumulation.latency_s, reads.accumulation.energy_j
    yield "_other", reads.other.latency_s, reads.other.energy_j


def test_table_has_all_nodes_modes_and_converters(neurosim_rows: Rows) -> None:
    rows = neurosim_rows("sub_arrays_sram.csv")
    for mode in ("1", "2"):
        of_mode = [row for row in rows if row["operationmode"] == mode]
        assert {int(row["technode"]) for row in of_mode} == {130, 90, 65, 45, 32, 22, 14, 10, 7, 5, 3, 2, 1}
        assert {(row["validated"], row["synchronous"]) for row in of_mode} >= {("0", "1"), ("1", "0"), ("1", "1")}
    parallel = [row for row in rows if row["operationmode"] == "2"]
    assert {(row["SARADC"], row["currentMode"]) for row in parallel} >= {("0", "0"), ("0", "1"), ("1", "1")}
    assert any(float(row["buffernumber"] or 0) > 1 for row in parallel)


def test_circuits_are_neurosims(neurosim_rows: Rows) -> None:
    for row in neurosim_rows("sub_arrays_sram.csv"):
        for name, found in _of_circuits(_sub_array(row)).items():
            assert found == pytest.approx(float(row[name]), rel=_TOLERANCE, abs=0), (name, row)


def test_reads_are_neurosims(neurosim_rows: Rows) -> None:
    for row in neurosim_rows("sub_arrays_sram.csv"):
        part = _sub_array(row)
        clock_hz, used_columns, *active_rows = (float(row[name]) for name in _OF_READS)
        inputs = ReadInputs(active_rows=np.array(active_rows), used_columns=used_columns)
        sensing_s = part.sensing_latency_s(inputs)
        assert sensing_s == pytest.approx([float(row["sensing_latency_s"])] * 2, rel=_TOLERANCE, abs=0)
        for name, latencies, energies in _of_reads(part.read(inputs, clock_hz)):
            for state in range(2):
                # Additions that sensing nearly hides are a difference of latencies.
                least = _TOLERANCE * 1e-3 * float(row[f"latency_{state}"])
                expected = float(row[f"latency{name}_{state}"])
                assert latencies[state] == pytest.approx(expected, rel=_TOLERANCE, abs=least), (name, row)
                expected = float(row[f"energy{name}_j_{state}"])
                assert energies[state] == pytest.approx(expected, rel=_TOLERANCE, abs=0), (name, row)


def test_column_resistances_are_neurosims(neurosim_rows: Rows) -> None:
    for row in neurosim_rows("sub_arrays_sram.csv"):
        part = _sub_array(row)
        active_rows = np.array([float(row["active_0"]), float(row["active_1"])])
        found = sram_column_resistance(active_rows, part.access_resistance_ohm, part.parameters)
        expected = [float(row["column_resistance_ohm_0"]), float(row["column_resistance_ohm_1"])]
        np.testing.assert_allclose(found, expected, rtol=_TOLERANCE)


def _parameters_of(run: Mapping[str, object]) -> Parameters | None:
    """Return the parameters of a log of SRAM, or None where it is of other cells, or a combination that is refused."""
    arguments = {"numRowParallel" if name == "parallelRead" else name: value for name, value in run["argv"].items()}
    try:
        parameters = Parameters.from_values(run["params"], arguments)
    except ConfigurationError:
        return None
    return parameters if parameters.cell is MemoryCell.SRAM else None


@pytest.mark.shared
def test_clock_of_every_log_is_the_sensing_latency(shared_dir: Path) -> None:
    checked = 0
    for path in sorted((shared_dir / "neurosim" / "logs" / "V1.4").glob("*.json")):
        clock = re.search(r"Chip clock period is: (.*)ns", path.with_suffix(".txt").read_text(errors="replace"))
        run = json.loads(path.read_text())
        parameters = _parameters_of(run) if clock and run.get("params") else None
        if clock is None or parameters is None:
            continue
        used = technology(parameters.node_nm, parameters.roadmap, parameters.temperature_k)
        # All layers have the same clock, as no state changes it.
        (sensing_s,) = sub_array(parameters, used).sensing_latency_s(ReadInputs(active_rows=np.array([1.0])))
        assert printed_number(sensing_s * 1e9) == clock[1], path.stem
        checked += 1
    assert checked > 60
