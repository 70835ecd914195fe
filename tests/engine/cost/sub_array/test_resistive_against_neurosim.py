"""Sub-arrays of RRAM and FeFET against NeuroSim V1.4's SubArray (see tests/data/cost/README.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.sub_array.results import ReadInputs, SubArray, SubArrayReads
from nnsreport.engine.cost.sub_array.sub_array import sub_array
from nnsreport.engine.cost.technology import technology

Rows = Callable[[str], list[dict[str, str]]]
Circuits = Callable[[SubArray], dict[str, Quantity]]
CheckReads = Callable[[SubArrayReads, Mapping[str, str], float], None]

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


def test_circuits_are_neurosims(neurosim_rows: Rows, of_circuits: Circuits) -> None:
    for row in neurosim_rows("sub_arrays_resistive.csv"):
        part = _sub_array(row)
        assert part.leakage_in_use_w == 0
        for name, found in of_circuits(part).items():
            if name in row:
                assert found == pytest.approx(float(row[name]), rel=_TOLERANCE, abs=0), (name, row)


def test_reads_are_neurosims(neurosim_rows: Rows, check_reads: CheckReads) -> None:
    for row in neurosim_rows("sub_arrays_resistive.csv"):
        part, inputs = _sub_array(row), _inputs(row)
        sensing_s = part.sensing_latency_s(inputs)
        assert sensing_s == pytest.approx([float(row["sensing_latency_s"])] * 2, rel=_TOLERANCE, abs=0)
        check_reads(part.read(inputs, float(row["clkFreq"])), row, _TOLERANCE)
