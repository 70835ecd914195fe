"""Sub-arrays of SRAM against NeuroSim V1.4's SubArray (see tests/data/cost/README.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from nnsreport.engine.cost.conductance import sram_column_resistance
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.sub_array.results import ReadInputs, SubArray, SubArrayReads
from nnsreport.engine.cost.sub_array.sub_array import sub_array
from nnsreport.engine.cost.technology import technology

Rows = Callable[[str], list[dict[str, str]]]
Circuits = Callable[[SubArray], dict[str, Quantity]]
CheckReads = Callable[[SubArrayReads, Mapping[str, str], float], None]

_SRAM = {"memcelltype": 1, "globalBufferType": 1, "peBufferType": 1}
_OF_READS = ("clock_hz", "used_columns", "active_0", "active_1")
# The table has 14 digits.
_TOLERANCE = 1e-12


def _sub_array(row: Mapping[str, str]) -> SubArray:
    arguments = list(row)[: list(row).index("clock_hz")]
    values = {name: float(row[name]) for name in arguments if row[name]}
    parameters = Parameters.from_values(_SRAM | values)
    return sub_array(parameters, technology(parameters.node_nm, parameters.roadmap, parameters.temperature_k))


def test_table_has_all_nodes_modes_and_converters(neurosim_rows: Rows) -> None:
    rows = neurosim_rows("sub_arrays_sram.csv")
    for mode in ("1", "2"):
        of_mode = [row for row in rows if row["operationmode"] == mode]
        assert {int(row["technode"]) for row in of_mode} == {130, 90, 65, 45, 32, 22, 14, 10, 7, 5, 3, 2, 1}
        assert {(row["validated"], row["synchronous"]) for row in of_mode} >= {("0", "1"), ("1", "0"), ("1", "1")}
    parallel = [row for row in rows if row["operationmode"] == "2"]
    assert {(row["SARADC"], row["currentMode"]) for row in parallel} >= {("0", "0"), ("0", "1"), ("1", "1")}
    assert any(float(row["buffernumber"] or 0) > 1 for row in parallel)


def test_circuits_are_neurosims(neurosim_rows: Rows, of_circuits: Circuits) -> None:
    for row in neurosim_rows("sub_arrays_sram.csv"):
        for name, found in of_circuits(_sub_array(row)).items():
            assert found == pytest.approx(float(row[name]), rel=_TOLERANCE, abs=0), (name, row)


def test_reads_are_neurosims(neurosim_rows: Rows, check_reads: CheckReads) -> None:
    for row in neurosim_rows("sub_arrays_sram.csv"):
        part = _sub_array(row)
        clock_hz, used_columns, *active_rows = (float(row[name]) for name in _OF_READS)
        inputs = ReadInputs(active_rows=np.array(active_rows), used_columns=used_columns)
        sensing_s = part.sensing_latency_s(inputs)
        assert sensing_s == pytest.approx([float(row["sensing_latency_s"])] * 2, rel=_TOLERANCE, abs=0)
        check_reads(part.read(inputs, clock_hz), row, _TOLERANCE)


def test_column_resistances_are_neurosims(neurosim_rows: Rows) -> None:
    for row in neurosim_rows("sub_arrays_sram.csv"):
        part = _sub_array(row)
        active_rows = np.array([float(row["active_0"]), float(row["active_1"])])
        found = sram_column_resistance(active_rows, part.access_resistance_ohm, part.parameters)
        expected = [float(row["column_resistance_ohm_0"]), float(row["column_resistance_ohm_1"])]
        np.testing.assert_allclose(found, expected, rtol=_TOLERANCE)
