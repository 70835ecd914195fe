"""Parameters against our own runs of NeuroSim V1.4's Param.cpp, and what is refused against its logs."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.cost.given import MemoryCell, OperationMode
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.refusals import refusals
from nnsreport.errors import ConfigurationError

DERIVED = {
    "featuresize": "feature_size_m",
    "unitLengthWireResistance": "wire_resistance_per_m",
    "wireResistanceRow": "wire_resistance_row_ohm",
    "wireResistanceCol": "wire_resistance_column_ohm",
    "wireLengthRow": "wire_length_row_m",
    "wireLengthCol": "wire_length_column_m",
    "Metal0_unitwireresis": "metal0_resistance_per_m",
    "Metal1_unitwireresis": "metal1_resistance_per_m",
    "readVoltage": "read_voltage_v",
    "sizingfactor_MUX": "mux_sizing",
    "newswitchmatrixsizeratio": "new_switch_matrix_sizing",
    "switchmatrixsizeratio": "switch_matrix_sizing",
    "buffernumber": "inserted_buffers",
    "resistanceAccess": "access_resistance_ohm",
}


def test_derived_values_are_those_of_param_cpp(test_data: Path) -> None:
    with (test_data / "cost" / "param_derived.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 13 * 3
    for row in rows:
        given = {name: int(row[name]) for name in ("technode", "memcelltype", "accesstype", "temp")}
        parameters = Parameters.from_values(given, refuse=False)
        found = [getattr(parameters, field) for field in DERIVED.values()]
        np.testing.assert_allclose(found, [float(row[name]) for name in DERIVED], rtol=1e-14, err_msg=str(given))


def test_nothing_given_is_as_distributed() -> None:
    parameters = Parameters.from_values({})
    assert (parameters.rows, parameters.rows_in_parallel, parameters.columns_per_weight) == (128, 128, 8)
    assert (parameters.mux_sizing, parameters.columns_per_dummy, parameters.layout_energy_factor) == (110, 32, 1.22)


def test_what_follows_from_an_override_is_derived_again() -> None:
    values = {"technode": 22, "wireWidth": 40, "sizingfactor_MUX": 110, "numRowSubArray": 128, "numRowParallel": 128}
    parameters = Parameters.from_values(values, {"technode": 7, "numRowSubArray": 64})
    assert (parameters.wire_width_nm, parameters.mux_sizing, parameters.rows_in_parallel) == (20, 60, 64)
    kept = Parameters.from_values(values | {"sizingfactor_MUX": 90}, {"numRowParallel": 32})
    assert (kept.mux_sizing, kept.rows_in_parallel) == (90, 32)


def test_unknown_overrides_are_told() -> None:
    with pytest.raises(ConfigurationError, match="numRowsSubArray: is no parameter"):
        Parameters.from_values({"numlut": 32}, {"numRowsSubArray": 64})


def test_cells_of_a_weight() -> None:
    sram = Parameters.from_values({"cellBit": 4, "synapseBit": 8})
    assert (sram.cell_bits, sram.columns_per_weight) == (1, 8)
    rram = Parameters.from_values({"memcelltype": "rram", "cellBit": 3, "synapseBit": 8})
    assert (rram.cell, rram.columns_per_weight) == (MemoryCell.RRAM, 3)
    capped = Parameters.from_values({"memcelltype": 2, "cellBit": 4, "synapseBit": 2})
    assert (capped.cell_bits, capped.columns_per_weight) == (2, 1)
    assert [sram.has_cut_cell_bits, rram.has_cut_cell_bits, capped.has_cut_cell_bits] == [False, False, True]
    several = Parameters.from_values({"memcelltype": 2, "synapseBit": 4}, {"cellBit": np.array([2.0, 4.0, 5.0])})
    assert np.asarray(several.has_cut_cell_bits).tolist() == [False, False, True]
    sequential = Parameters.from_values({"operationmode": 1, "numColMuxed": 4})
    assert (sequential.mode, sequential.columns_per_converter) == (OperationMode.CONVENTIONAL_SEQUENTIAL, 8)


def test_without_validation_factors_are_neutral() -> None:
    parameters = Parameters.from_values({"validated": False})
    assert parameters.sensing_latency_factor == parameters.adder_activity == 1.0


def test_numbers_may_be_arrays_over_the_points() -> None:
    rows = np.array([64, 128, 256])
    parameters = Parameters.from_values({"memcelltype": 2, "numRowSubArray": rows, "cellBit": np.array([1, 2, 4])})
    assert np.array_equal(parameters.rows_in_parallel, rows)
    assert np.array_equal(parameters.columns_per_weight, [8, 4, 2])
    for point, count in enumerate(rows):
        alone = Parameters.from_values({"memcelltype": 2, "numRowSubArray": int(count), "cellBit": 2**point})
        assert alone.columns_per_weight == parameters.columns_per_weight[point]


def test_refusals_name_the_points_of_a_sweep() -> None:
    parameters = Parameters.from_values({"numColMuxed": np.array([1, 8, 256])}, refuse=False)
    found = refusals(parameters)
    assert [(r.parameter, list(r.points)) for r in found] == [
        ("numColMuxed", [True, False, False]),
        ("numColMuxed", [False, False, True]),
    ]


@pytest.mark.parametrize(
    ("values", "parameter"),
    [
        ({"technode": 28}, "technode"),
        ({"technode": 14, "memcelltype": 2}, "memcelltype"),
        ({"technode": 7, "deviceroadmap": 1}, "deviceroadmap"),
        ({"technode": 7, "temp": 350}, "temp"),
        ({"temp": 450}, "temp"),
        ({"sync_data_transfer": 1}, "sync_data_transfer"),
        ({"synchronous": False}, "synchronous"),
        ({"synchronous": False, "memcelltype": 3, "globalBufferType": 1, "peBufferType": 1}, "synchronous"),
        ({"memcelltype": 3, "reLu": False}, "reLu"),
        ({"reLu": False, "Activationtype": False}, "Activationtype"),
        ({"operationmode": 1, "memcelltype": 3}, "operationmode"),
        ({"operationmode": 1, "memcelltype": 2, "cellBit": np.array([1, 2])}, "operationmode"),
        ({"operationmode": 3}, "operationmode"),
        ({"operationmode": 9}, "operationmode"),
        ({"numColMuxed": 1}, "numColMuxed"),
        ({"numColMuxed": 256}, "numColMuxed"),
        ({"numRowParallel": 256}, "numRowParallel"),
        ({"technode": 14, "numRowParallel": 1}, "numRowParallel"),
        ({"numRowSubArray": 0}, "numRowSubArray"),
        ({"numRowSubArray": 12.5}, "numRowSubArray"),
        ({"levelOutput": 1}, "levelOutput"),
        ({"levelOutput": 2}, "levelOutput"),
        ({"levelOutput": np.array([2, 4]), "memcelltype": 2}, "levelOutput"),
        ({"resistanceOn": float("nan")}, "resistanceOn"),
        ({"algoWeightMax": -1}, "algoWeightMax"),
        ({"memcelltype": "DRAM"}, "memcelltype"),
        ({"pipeline": 2}, "pipeline"),
        ({"technode": np.array([22, 32])}, "technode"),
        ({"wireWidth": 5}, "wireWidth"),
        ({"clkFreq": "fast"}, "clkFreq"),
    ],
)
def test_refused(values: dict[str, object], parameter: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        Parameters.from_values(values)  # type: ignore[arg-type]
    assert refused.value.field == parameter
    assert refused.value.remedy


@pytest.mark.shared
def test_what_is_refused_has_no_result_in_neurosim(shared_dir: Path) -> None:
    """Every run of V1.4 that ended without hardware numbers, or with inf or nan, is refused; and no other one is."""
    found = {}
    for path in sorted((shared_dir / "neurosim" / "logs" / "V1.4").glob("*.json")):
        run = json.loads(path.read_text())
        if "params" not in run:
            continue
        argv = run["argv"]
        overrides = {name: argv[name] for name in ("synapseBit", "numBitInput", "numRowSubArray")}
        overrides["numRowParallel"] = argv["parallelRead"]
        try:
            Parameters.from_values(run["params"], overrides)
            is_refused = False
        except ConfigurationError:
            is_refused = True
        text = path.with_suffix(".txt").read_text()
        if "SubArray Size is too large" in text:
            continue  # refused by the floor plan, which knows the network
        has_result = "Run-time" in text and "nan" not in text and "infns" not in text
        # BNN mode ends, but with areas of 0 (COST_MODEL.md, section 8).
        found[path.stem] = (is_refused, not has_result or run["params"]["operationmode"] > 2)
    assert len(found) > 100
    assert {name: pair for name, pair in found.items() if pair[0] != pair[1]} == {}
