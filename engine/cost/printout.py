"""The text that NeuroSim V1.4 prints for a chip, letter for letter."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.floorplan import FloorPlan
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.results import ChipAreas, ChipResults, Cost, Efficiencies, Process, ReadCost

_CUT_CELL_BITS = "ERROR!: Memory precision is even higher than synapse precision, please modify 'cellBit' in Param.cpp!"
_LIMITED = (
    "User assigned speed-up degree is larger than the upper bound (where no idle period during the whole process) ",
    "The speed-up degree is auto-assigned as the upper bound (where no idle period during the whole process) ",
)
_ADC = "ADC (or S/As and precharger for SRAM)"
_ACCUMULATION = "Accumulation Circuits (subarray level: adders, shiftAdds; PE/Tile/Global level: accumulation units)"
_OTHER = "Other Peripheries (e.g. decoders, mux, switchmatrix, buffers, IC, pooling and activation units)"
_OTHER_AREA = "Other Peripheries (e.g. decoders, mux, switchmatrix, buffers, pooling and activation units)"
_BREAKDOWN = "************************ Breakdown of Latency and Dynamic Energy *************************"
_SIMULATION = "------------------------------ Simulation Performance --------------------------------"

_CHIP_LABELS = {
    Process.LAYER_BY_LAYER: (
        "Chip layer-by-layer readLatency (per image) is: ",
        "Chip total readDynamicEnergy is: ",
        "Chip total leakage Energy is: ",
        "Chip total leakage Power is: ",
        "Chip buffer readLatency is: ",
        "Chip buffer readDynamicEnergy is: ",
        "Chip ic readLatency is: ",
        "Chip ic readDynamicEnergy is: ",
    ),
    Process.PIPELINED: (
        "Chip pipeline-system-clock-cycle (per image) is: ",
        "Chip pipeline-system readDynamicEnergy (per image) is: ",
        "Chip pipeline-system leakage Energy (per image) is: ",
        "Chip pipeline-system leakage Power (per image) is: ",
        "Chip pipeline-system buffer readLatency (per image) is: ",
        "Chip pipeline-system buffer readDynamicEnergy (per image) is: ",
        "Chip pipeline-system ic readLatency (per image) is: ",
        "Chip pipeline-system ic readDynamicEnergy (per image) is: ",
    ),
}
_PROCESS_NAMES = {Process.LAYER_BY_LAYER: "Layer-by-Layer Process", Process.PIPELINED: "Pipelined Process"}


def printout(results: ChipResults, *, run_time_s: float) -> str:
    """Return what NeuroSim prints.

    Parameters
    ----------
    results : ChipResults
        Of a single chip: numbers of layers have the shape (layers,), the others ().
    run_time_s : float
        How long the estimation took, in seconds; whole ones are printed.

    Returns
    -------
    str
        All lines, from what comes before the floor plan to the run time, each with a line end.

    References
    ----------
    NeuroSim V1.4, main.cpp.
    """
    return "".join(f"{line}\n" for line in _lines(results, int(run_time_s)))


def printed_number(value: float) -> str:
    """Return a number as the streams of C++ write it.

    Parameters
    ----------
    value : float
        May be inf or nan.

    Returns
    -------
    str
        With six significant digits. nan has a sign, as the processor gives it to what is no number.
    """
    if math.isnan(value):
        return "-nan" if math.copysign(1.0, value) < 0 else "nan"
    return f"{value:.6g}"


def _lines(results: ChipResults, run_time_s: int) -> Iterator[str]:
    if results.has_cut_cell_bits:
        yield _CUT_CELL_BITS
    yield from _floor_plan(results)
    if results.clock_period_s is not None:
        yield f"clkPeriod: {_scaled(results.clock_period_s, 1)}"
    yield "-------------------------------------- Hardware Performance --------------------------------------"
    for layer in range(len(results.floor_plan.tiles)):
        yield f"-------------------- Estimation of Layer {layer + 1} ----------------------"
        yield from _layer(results.layers, layer)
    yield "------------------------------ Summary --------------------------------"
    yield ""
    yield from _areas(results.areas)
    yield ""
    yield from _chip(results)
    yield ""
    yield "----------------------------- Performance -------------------------------"
    yield from _efficiencies(results.efficiencies, _PROCESS_NAMES[results.process])
    yield "-------------------------------------- Hardware Performance Done --------------------------------------"
    yield ""
    yield _SIMULATION
    yield f"Total Run-time of NeuroSim: {run_time_s} seconds"
    yield _SIMULATION


def _floor_plan(results: ChipResults) -> Iterator[str]:
    plan = results.floor_plan
    if plan.is_speed_up_limited:
        yield from _LIMITED
    yield "------------------------------ FloorPlan --------------------------------"
    yield ""
    yield (
        "Tile and PE size are optimized to maximize memory utilization "
        "( = memory mapped by synapse / total memory on chip)"
    )
    yield ""
    yield from _sizes(plan)
    yield f"User-defined SubArray Size: {_scaled(results.sub_array_rows, 1)}x{_scaled(results.sub_array_columns, 1)}"
    yield ""
    yield "----------------- # of tile used for each layer -----------------"
    yield from _by_layer(plan.tiles)
    yield ""
    yield "----------------- Speed-up of each layer ------------------"
    yield from _by_layer(plan.speed_up)
    yield ""
    yield "----------------- Utilization of each layer ------------------"
    yield from _by_layer(plan.utilization)
    yield f"Memory Utilization of Whole Chip: {_scaled(plan.chip_utilization, 100)} % "
    yield ""
    yield "---------------------------- FloorPlan Done ------------------------------"
    yield from ("", "", "")


def _sizes(plan: FloorPlan) -> Iterator[str]:
    tile = _scaled(plan.conventional_tile_size, 1)
    element = _scaled(plan.conventional_element_size, 1)
    yield f"Desired Conventional Mapped Tile Storage Size: {tile}x{tile}"
    yield f"Desired Conventional PE Storage Size: {element}x{element}"
    if plan.novel_elements:
        side = _scaled(plan.novel_element_size, 1)
        yield f"Desired Novel Mapped Tile Storage Size: {plan.novel_elements}x{side}x{side}"


def _by_layer(values: Array) -> Iterator[str]:
    for layer, value in enumerate(values, start=1):
        yield f"layer{layer}: {printed_number(float(value))}"


def _layer(layers: Cost, layer: int) -> Iterator[str]:
    reading, leakage, name = layers.reading, layers.leakage, f"layer{layer + 1}'s"
    yield f"{name} readLatency is: {_ns(reading.total.latency_s, layer)}"
    yield f"{name} readDynamicEnergy is: {_pj(reading.total.energy_j, layer)}"
    yield f"{name} leakagePower is: {_uw(leakage.power_w, layer)}"
    yield f"{name} leakageEnergy is: {_pj(leakage.energy_j, layer)}"
    yield f"{name} buffer latency is: {_ns(reading.buffer.latency_s, layer)}"
    yield f"{name} buffer readDynamicEnergy is: {_pj(reading.buffer.energy_j, layer)}"
    yield f"{name} ic latency is: {_ns(reading.interconnect.latency_s, layer)}"
    yield f"{name} ic readDynamicEnergy is: {_pj(reading.interconnect.energy_j, layer)}"
    yield ""
    yield from _breakdown(reading, layer)


def _breakdown(reading: ReadCost, layer: int | None = None) -> Iterator[str]:
    groups = ((_ADC, reading.adc), (_ACCUMULATION, reading.accumulation), (_OTHER, reading.other))
    yield _BREAKDOWN
    yield ""
    for label, circuit in groups:
        yield f"----------- {label} readLatency is : {_ns(circuit.latency_s, layer)}"
    for label, circuit in groups:
        yield f"----------- {label} readDynamicEnergy is : {_pj(circuit.energy_j, layer)}"
    yield ""
    yield _BREAKDOWN
    yield ""


def _areas(areas: ChipAreas) -> Iterator[str]:
    yield f"ChipArea : {_um2(areas.total_m2)}"
    yield f"Chip total CIM array : {_um2(areas.array_m2)}"
    yield f"Total IC Area on chip (Global and Tile/PE local): {_um2(areas.interconnect_m2)}"
    yield f"Total {_ADC} Area on chip : {_um2(areas.adc_m2)}"
    yield f"Total {_ACCUMULATION} on chip : {_um2(areas.accumulation_m2)}"
    yield f"{_OTHER_AREA} : {_um2(areas.other_m2)}"


def _chip(results: ChipResults) -> Iterator[str]:
    if results.clock_period_s is not None:
        yield f"Chip clock period is: {_ns(results.clock_period_s)}"
    reading, leakage = results.chip.reading, results.chip.leakage
    values = (
        _ns(reading.total.latency_s),
        _pj(reading.total.energy_j),
        _pj(leakage.energy_j),
        _uw(leakage.power_w),
        _ns(reading.buffer.latency_s),
        _pj(reading.buffer.energy_j),
        _ns(reading.interconnect.latency_s),
        _pj(reading.interconnect.energy_j),
    )
    yield from (label + value for label, value in zip(_CHIP_LABELS[results.process], values, strict=True))
    yield ""
    yield from _breakdown(reading)


def _efficiencies(found: Efficiencies, process: str) -> Iterator[str]:
    yield f"Energy Efficiency TOPS/W ({process}): {_scaled(found.energy_efficiency_op_per_j, 1e-12)}"
    yield f"Throughput TOPS ({process}): {_scaled(found.throughput_op_per_s, 1e-12)}"
    yield f"Throughput FPS ({process}): {_scaled(found.frames_per_s, 1)}"
    yield f"Compute efficiency TOPS/mm^2 ({process}): {_scaled(found.compute_efficiency_op_per_s_m2, 1e-18)}"


def _ns(seconds: Quantity, layer: int | None = None) -> str:
    return f"{_scaled(seconds, 1e9, layer)}ns"


def _pj(joules: Quantity, layer: int | None = None) -> str:
    return f"{_scaled(joules, 1e12, layer)}pJ"


def _uw(watts: Quantity, layer: int | None = None) -> str:
    return f"{_scaled(watts, 1e6, layer)}uW"


def _um2(square_metres: Quantity) -> str:
    return f"{_scaled(square_metres, 1e12)}um^2"


def _scaled(value: Quantity, scale: float, layer: int | None = None) -> str:
    # A scalar is the number of every layer.
    one = value if layer is None or isinstance(value, (int, float)) else value[layer]
    return printed_number(float(one) * scale)
