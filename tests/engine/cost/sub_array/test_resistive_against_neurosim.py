"""Sub-arrays of RRAM and FeFET against NeuroSim V1.4's SubArray (see tests/data/cost/README.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.cost.given import MemoryCell
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.printout import printed_number
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.sub_array.results import ReadInputs, SubArray, SubArrayReads
from nnsreport.engine.cost.sub_array.sub_array import sub_array
from nnsreport.engine.cost.technology import technology
from nnsreport.errors import ConfigurationError

Rows = Callable[[str], list[dict[str, str]]]

_NODES = {130, 90, 65, 45, 32, 22, 14, 10, 7, 5, 3, 2, 1}
# The table has 14 digits.
_TOLERANCE = 1e-12


def _sub_array(row: Mapping[str, str]) -> SubArray:
    arguments = list(row)[: list(row).index("active_0")]
    values = {name: float(row[name]) for name in arguments if row[name]}
    # NeuroSim has numbers of asynchronous sub-arrays, but none of their chips.
    parameters = Parameters.from_values(values, refuse=False)
    return sub_array(parameters, technology(parameters.node_nm, parameters.roadmap, parameters.temperature_k))


def _inputs(row: Mapping[str, str]) -> ReadInputs:
    columns = [[float(ohm) for ohm in row[f"columns_ohm_{state}"].split(";")] for state in range(2)]
    active_rows = [float(row[f"active_{state}"]) for state in range(2)]
    return ReadInputs(active_rows=np.array(active_rows), column_resistance_ohm=np.array(columns))


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
    }


def _of_reads(reads: SubArrayReads) -> Iterator[tuple[str, Quantity, Quantity]]:
    yield "", reads.total.latency_s, reads.total.energy_j
    yield "_adc", reads.adc.latency_s, reads.adc.energy_j
    yield "_accumulation", reads.accumulation.latency_s, reads.accumulation.energy_j
    yield "_other", reads.other.latency_s, reads.other.energy_j


def test_table_has_all_nodes_modes_accesses_and_converters(neurosim_rows: Rows) -> None:
    rows = neurosim_rows("sub_arrays_resistive.csv")
    kinds = {("2", "1"): _NODES, ("2", "4"): _NODES}
    for (mode, access), nodes in kinds.items():
        of_kind = [row for row in rows if (row["operationmode"], row["accesstype"]) == (mode, access)]
        assert {int(row["technode"]) for row in of_kind} == nodes
        assert {(row["SARADC"], row["currentMode"]) for row in of_kind} >= {("0", "0"), ("0", "1"), ("1", "1")}
    sequential = [row for row in rows if row["operationmode"] == "1"]
    assert {int(row["technode"]) for row in sequential} == _NODES
    assert {(row["accesstype"], row["SARADC"]) for row in sequential} == {
        ("1", "0"),
        ("1", "1"),
        ("4", "0"),
        ("4", "1"),
    }
    assert {(row["validated"], row["synchronous"]) for row in rows} == {("0", "0"), ("0", "1"), ("1", "0"), ("1", "1")}
    assert {row["memcelltype"] for row in rows} == {"2", "3"}
    assert any(float(row["buffernumber"] or 0) > 1 for row in rows)


def test_circuits_are_neurosims(neurosim_rows: Rows) -> None:
    for row in neurosim_rows("sub_arrays_resistive.csv"):
        part = _sub_array(row)
        assert part.leakage_in_use_w == 0
        for name, found in _of_circuits(part).items():
            assert found == pytest.approx(float(row[name]), rel=_TOLERANCE, abs=0), (name, row)


def test_reads_are_neurosims(neurosim_rows: Rows) -> None:
    for row in neurosim_rows("sub_arrays_resistive.csv"):
        part, inputs = _sub_array(row), _inputs(row)
        sensing_s = part.sensing_latency_s(inputs)
        assert sensing_s == pytest.approx([float(row["sensing_latency_s"])] * 2, rel=_TOLERANCE, abs=0)
        for name, latencies, energies in _of_reads(part.read(inputs, float(row["clkFreq"]))):
            for state in range(2):
                # Additions that sensing nearly hides are a difference of latencies.
                least = _TOLERANCE * 1e-3 * abs(float(row[f"latency_{state}"]))
                expected = float(row[f"latency{name}_{state}"])
                assert latencies[state] == pytest.approx(expected, rel=_TOLERANCE, abs=least), (name, row)
                expected = float(row[f"energy{name}_j_{state}"])
                assert energies[state] == pytest.approx(expected, rel=_TOLERANCE, abs=0), (name, row)


def _parameters_of(run: Mapping[str, object]) -> Parameters | None:
    """Return the parameters of a log, or None where it is of SRAM, or of a combination that is refused."""
    arguments = {"numRowParallel" if name == "parallelRead" else name: value for name, value in run["argv"].items()}
    try:
        parameters = Parameters.from_values(run["params"], arguments)
    except ConfigurationError:
        return None
    return None if parameters.cell is MemoryCell.SRAM else parameters


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
        (sensing_s,) = sub_array(parameters, used).sensing_latency_s(ReadInputs(active_rows=np.array([1.0])))
        assert printed_number(sensing_s * 1e9) == clock[1], path.stem
        checked += 1
    assert checked > 35
