"""Whole chips: random ones against our own runs of NeuroSim, groups against their points, and what is refused."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import ModuleType

import numpy as np
import numpy.typing as npt
import pytest

from nnsreport.engine.backend import to_numpy
from nnsreport.engine.cost import estimate_resistive, traced_layer
from nnsreport.engine.cost.activity import ActivitySettings
from nnsreport.engine.cost.estimate import circuits, estimate
from nnsreport.engine.cost.estimate_inputs import Inputs, LayerTrace
from nnsreport.engine.cost.network import CostLayer, read_network
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.partition import layer_geometries
from nnsreport.engine.cost.printout import printout
from nnsreport.engine.cost.results import ChipAreas, ChipResults, ReadCost
from nnsreport.engine.cost.sub_array.converters import Converters
from nnsreport.engine.cost.tile import tile_leakage
from nnsreport.errors import ConfigurationError, DataError

Rows = Callable[[str], list[dict[str, str]]]
Numbers = npt.NDArray[np.float64]
CHIPS, EDGE_CHIPS = 26, 22
NETWORK = "6,6,40,3,3,48,0,1\n6,6,48,1,1,24,1,1\n1,1,24,1,1,10,0,1\n"


def _bits(rows: int, reads: int, seed: int) -> npt.NDArray[np.uint8]:
    row, read = np.ogrid[:rows, :reads]
    return ((7919 * row + 104729 * read + 13 * row * read + 31 * seed) % 101 < 25).astype(np.uint8)


def _weights(rows: int, columns: int, seed: int) -> Numbers:
    row, column = np.ogrid[:rows, :columns]
    # As NeuroSim reads them: with five digits.
    return np.round(((7919 * row + 104729 * column + 13 * row * column + 31 * seed) % 199) / 100 - 0.99, 5)


def _traces(layers: Sequence[CostLayer], input_bits: int) -> list[LayerTrace]:
    """Make the traces that NeuroSim was run with."""
    return [
        LayerTrace(
            _bits(layer.matrix_rows, layer.vectors * input_bits, seed),
            _weights(layer.matrix_rows, layer.output_channels, seed),
        )
        for seed, layer in enumerate(layers)
    ]


def _flat(made: object, name: str = "") -> dict[str, Numbers]:
    """Return the numbers of nested dataclasses by their paths."""
    if dataclasses.is_dataclass(made):
        fields = (_flat(getattr(made, field.name), f"{name}.{field.name}") for field in dataclasses.fields(made))
        return {path: number for numbers in fields for path, number in numbers.items()}
    return {} if made is None or isinstance(made, str) else {name: np.asarray(made, dtype=np.float64)}


@pytest.mark.parametrize("chip", range(CHIPS))
def test_random_chips_against_neurosim(neurosim_rows: Rows, chip: int) -> None:
    (row,) = [row for row in neurosim_rows("chips/random_chips.csv") if row["chip"] == str(chip)]
    rows = [row for row in neurosim_rows("chips/random_layers.csv") if row["chip"] == str(chip)]
    printed = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    layers = read_network(row["network"].replace(";", "\n"))
    parameters = Parameters.from_values(json.loads(row["values"]))
    results = estimate(layers, parameters, _traces(layers, int(parameters.input_bits)))  # type: ignore[arg-type]
    for name in ChipAreas.__dataclass_fields__:
        np.testing.assert_allclose(getattr(results.areas, name), float(row[name]), rtol=1e-11)
    period_s = results.clock_period_s
    if period_s is None:
        assert row["clock_period_s"] == ""
        period_s = 1.0
    else:
        np.testing.assert_allclose(period_s, float(row["clock_period_s"]), rtol=1e-11)
    for name in ReadCost.__dataclass_fields__:
        reading = getattr(results.layers.reading, name)
        np.testing.assert_allclose(reading.latency_s / period_s, printed[f"{name}_latency"], rtol=1e-11)
        np.testing.assert_allclose(reading.energy_j, printed[f"{name}_energy_j"], rtol=1e-11)
    made = circuits(layers, parameters)
    cuts = [layer_geometries(layer, index, made.plan, parameters) for index, layer in enumerate(layers)]
    leakage = tile_leakage(cuts, made.conventional, made.novel)
    np.testing.assert_allclose(leakage.idle_w, printed["idle_w"], rtol=1e-11)
    np.testing.assert_allclose(leakage.in_use_w, printed["in_use_w"], rtol=1e-11)


@pytest.mark.parametrize("chip", range(EDGE_CHIPS))
def test_chips_at_the_edge_print_neurosims_numbers(neurosim_rows: Rows, chip: int) -> None:
    row = neurosim_rows("chips/edge_chips.csv")[chip]
    layers = read_network(row["network"].replace(";", "\n"))
    parameters = Parameters.from_values(json.loads(row["values"]))
    results = estimate(layers, parameters, _traces(layers, int(parameters.input_bits)))  # type: ignore[arg-type]
    text, _ = printout(results, run_time_s=0).split("Total Run-time")
    assert re.findall(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?", text) == row["numbers"].split()
    for distribution in ("mean", "binomial"):
        stated = _flat(estimate(layers, parameters, ActivitySettings(0.25, distribution)))
        assert [name for name, number in stated.items() if not np.isfinite(number).all()] == []


AXES: Mapping[str, Sequence[float]] = {
    "numRowSubArray": (32, 64),
    "numColMuxed": (4, 8),
    "levelOutput": (16, 32),
    "clkFreq": (1e8, 1e9),
    "synapseBit": (4, 8),
    "inputtoggle": (0.1, 0.3),
    "maxGlobalBusWidth": (512, 2048),
    "speedUpDegree": (1, 2),
}
RESISTIVE = {"resistanceOn": (6e3, 1e5), "numRowParallel": (16, 32)}
SMALL = {"numColSubArray": 64}


def _group_and_points(
    values: Mapping[str, float], axes: Mapping[str, Sequence[float]], inputs: Inputs
) -> tuple[ChipResults, list[ChipResults]]:
    """Evaluate some points of a grid together and one by one."""
    layers = read_network(NETWORK)
    random = np.random.default_rng(len(axes))
    points = {name: random.choice(np.asarray(choices, dtype=np.float64), 6) for name, choices in axes.items()}
    group = estimate(layers, Parameters.from_values(values, points), inputs)
    each = [
        estimate(
            layers, Parameters.from_values(values, {name: float(axis[point]) for name, axis in points.items()}), inputs
        )
        for point in range(6)
    ]
    return group, each


@pytest.mark.parametrize(
    ("values", "axes"),
    [
        ({}, {**AXES, "numBitInput": (4, 8)}),
        ({"pipeline": False, "novelMapping": False, "globalBusType": True, "chipActivation": False}, AXES),
        ({"operationmode": 1, "globalBufferType": True, "peBufferType": True, "synchronous": False}, AXES),
        ({"sync_data_transfer": True, "globalBusType": True}, AXES),
        ({"memcelltype": 2}, {**AXES, **RESISTIVE, "cellBit": (1, 2)}),
        ({"memcelltype": 3, "operationmode": 1, "cellBit": 2}, {**AXES, "resistanceOn": (6e3, 1e5)}),
        ({"memcelltype": 2}, {"inputtoggle": (0.1, 0.3)}),
        ({}, {"inputtoggle": (0.1, 0.3)}),
        ({"memcelltype": 2, "cellBit": 2}, {"numColMuxed": (4, 8), "resistanceOn": (6e3, 1e5)}),
        ({}, {"readVoltage": (0.3, 0.5), "synapseBit": (4, 8)}),
        ({}, {"readVoltage": (0.3, 0.5)}),
        ({"memcelltype": 2}, {"clkFreq": (1e8, 1e9)}),
    ],
)
@pytest.mark.parametrize("distribution", ["mean", "binomial"])
def test_a_group_equals_its_points(
    values: Mapping[str, float], axes: Mapping[str, Sequence[float]], distribution: str
) -> None:
    group, points = _group_and_points({**SMALL, **values}, axes, ActivitySettings(0.2, distribution))
    _check_points(group, points)


def test_many_points_are_evaluated_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded: one point at a time, column by column, the results are those in closed form."""
    layers = read_network(NETWORK)
    axis = {"resistanceOn": np.array([6e3, 1e4, 1e5]), "numRowSubArray": np.array([32.0, 64.0, 64.0])}
    parameters = Parameters.from_values({**SMALL, "memcelltype": 2}, axis)
    in_closed_form = _flat(estimate(layers, parameters, ActivitySettings()))
    monkeypatch.setattr(estimate_resistive, "_NUMBERS_AT_ONCE", 1)
    monkeypatch.setattr(Converters, "column_law", lambda _: None)
    for name, number in _flat(estimate(layers, parameters, ActivitySettings())).items():
        np.testing.assert_allclose(number, in_closed_form[name], rtol=1e-13)


@pytest.mark.parametrize("cell", [1, 2])
def test_a_group_that_shares_traces_equals_its_points(cell: int) -> None:
    axes = AXES if cell == 1 else {**AXES, **RESISTIVE}
    group, points = _group_and_points({**SMALL, "memcelltype": cell}, axes, _shared_traces())
    _check_points(group, points)


@pytest.mark.parametrize(
    "values",
    [{"memcelltype": 2}, {"memcelltype": 3, "operationmode": 1, "cellBit": 2}, {"memcelltype": 2, "SARADC": 1}],
)
@pytest.mark.parametrize("points", [1, 4])
def test_conversions_of_traces_are_those_of_every_column(
    values: Mapping[str, float], points: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = read_network(NETWORK)
    random = np.random.default_rng(7)
    axes = {
        "readVoltage": random.choice([0.3, 0.5], points),
        "resistanceOn": random.choice([6e3, 1e5], points),
        "levelOutput": random.choice([16.0, 64.0], points),
    }
    given = {name: axis if points > 1 else float(axis[0]) for name, axis in axes.items()}
    parameters = Parameters.from_values({**SMALL, **values}, given)
    monkeypatch.setattr(traced_layer, "_NUMBERS_AT_ONCE", 1 << 13)
    by_law = _flat(estimate(layers, parameters, _shared_traces()))
    monkeypatch.setattr(estimate_resistive, "_NUMBERS_AT_ONCE", 1 << 13)
    monkeypatch.setattr(Converters, "column_law", lambda _: None)
    for name, number in _flat(estimate(layers, parameters, _shared_traces())).items():
        np.testing.assert_allclose(by_law[name], number, rtol=1e-12, err_msg=name)


@cache
def _shared_traces() -> tuple[LayerTrace, ...]:
    return tuple(_traces(read_network(NETWORK), 8))


def _check_points(group: ChipResults, points: Sequence[ChipResults]) -> None:
    together = _flat(group)
    for point, alone in enumerate(points):
        for name, number in _flat(alone).items():
            found = together[name][point] if together[name].ndim > number.ndim else together[name]
            np.testing.assert_allclose(found, number, rtol=1e-12, err_msg=f"{name} of point {point}")


@pytest.mark.parametrize(
    "values", [{}, {"memcelltype": 2}, {"globalBusType": True, "chipActivation": False}, {"operationmode": 1}]
)
@pytest.mark.parametrize("is_traced", [False, True])
@pytest.mark.parametrize("varied", [slice(None), slice(1, 2), slice(3, 4), slice(4, 6)])
def test_devices_compute_as_the_host(
    devices: Mapping[str, ModuleType], values: Mapping[str, float], varied: slice, is_traced: bool
) -> None:
    all_axes = {
        "numRowSubArray": (32.0, 64.0, 64.0),
        "levelOutput": (16.0, 32.0, 64.0),
        "numColMuxed": (8.0, 4.0, 8.0),
        "resistanceOn": (6e3, 1e5, 1e4),
        "readVoltage": (0.3, 0.4, 0.5),
        "clkFreq": (1e8, 1e9, 2e9),
    }
    axes = dict(list(all_axes.items())[varied])

    def computed(xp: ModuleType) -> list[Numbers]:
        points = {name: xp.asarray(np.asarray(axis)) for name, axis in axes.items()}
        parameters = Parameters.from_values({**SMALL, **values}, points)
        inputs = _shared_traces() if is_traced else ActivitySettings()
        results = estimate(read_network(NETWORK), parameters, inputs)
        found = (results.areas.total_m2, results.chip.reading.total.energy_j, results.layers.reading.total.latency_s)
        return [to_numpy(np.asarray(each) if isinstance(each, float) else each) for each in found]

    host = computed(np)
    for xp in devices.values():
        for there, here in zip(computed(xp), host, strict=True):
            np.testing.assert_allclose(there, here, rtol=1e-12)


def test_columns_without_weights_cost_converters_no_energy() -> None:
    """Of two layers that differ in outputs alone, the wider one takes more energy but no more area of sub-arrays."""
    narrow, wide = (
        estimate(
            read_network(f"4,4,64,1,1,{outputs},0,1\n4,4,64,3,3,64,0,1\n"),
            Parameters.from_values({}),
            ActivitySettings(),
        )
        for outputs in (12, 16)
    )
    assert narrow.layers.reading.adc.energy_j[0] < wide.layers.reading.adc.energy_j[0]
    np.testing.assert_array_equal(narrow.areas.array_m2, wide.areas.array_m2)


def test_a_density_as_the_trace_has_it_gives_nearly_the_same() -> None:
    layers = read_network(NETWORK)
    random = np.random.default_rng(1)
    traces = [
        LayerTrace((random.random((layer.matrix_rows, layer.vectors * 8)) < 0.3).astype(np.uint8)) for layer in layers
    ]
    traced = estimate(layers, Parameters.from_values({}), traces)
    stated = estimate(layers, Parameters.from_values({}), ActivitySettings(0.3))
    np.testing.assert_allclose(traced.chip.reading.total.energy_j, stated.chip.reading.total.energy_j, rtol=2e-3)
    np.testing.assert_allclose(traced.chip.reading.total.latency_s, stated.chip.reading.total.latency_s, rtol=1e-12)


def test_traces_that_do_not_fit_are_refused() -> None:
    layers = read_network(NETWORK)
    traces = _traces(layers, 8)
    with pytest.raises(DataError, match="layer3 has no trace"):
        estimate(layers, Parameters.from_values({}), traces[:2])
    with pytest.raises(DataError, match="columns"):
        estimate(layers, Parameters.from_values({}), [LayerTrace(traces[0].bits[:, :8]), *traces[1:]])
    with pytest.raises(DataError, match="layer1 has no weights"):
        estimate(layers, Parameters.from_values({"memcelltype": 2}), [LayerTrace(each.bits) for each in traces])


def test_a_network_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="numRowSubArray to less"):
        estimate(read_network(NETWORK), Parameters.from_values({"numRowSubArray": 512}), ActivitySettings())
