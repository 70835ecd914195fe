"""Lines that several versions of NeuroSim's C++ part share: what is printed before a number, and which number it is.

Written from ``main.cpp`` of the branches of https://github.com/neurosim/NeuroSim; one function a place in the log,
so that a version is the sum of what it shares and of what it changes.
"""

from __future__ import annotations

from collections.abc import Mapping

from nnsreport.parsers.neurosim.dialect import Measure
from nnsreport.parsers.neurosim.stages import Stage
from nnsreport.parsers.quantities import (
    MICROWATTS,
    NANOSECONDS,
    PERCENT,
    PICOJOULES,
    PURE,
    SQUARE_MICROMETRES,
    TERA,
    TERA_PER_SQUARE_MILLIMETRE,
)

PIPELINED = "pipelined"
LAYER_BY_LAYER = "layer-by-layer"

ADC = "ADC (or S/As and precharger for SRAM)"
ACCUMULATION = "Accumulation Circuits (subarray level: adders, shiftAdds; PE/Tile/Global level: accumulation units)"
OTHER = "Other Peripheries (e.g. decoders, mux, switchmatrix, buffers, IC, pooling and activation units)"
OTHER_AREA = "Other Peripheries (e.g. decoders, mux, switchmatrix, buffers, pooling and activation units)"

BREAKDOWN_PREFIX = "----------- "

LAYER_LABELS: Mapping[str, Measure] = {
    "readLatency is": Measure("read_latency", "total", NANOSECONDS),
    "readDynamicEnergy is": Measure("read_dynamic_energy", "total", PICOJOULES),
    "leakagePower is": Measure("leakage_power", "total", MICROWATTS),
    "leakageEnergy is": Measure("leakage_energy", "total", PICOJOULES),
    "buffer latency is": Measure("read_latency", "buffer", NANOSECONDS),
    "buffer readDynamicEnergy is": Measure("read_dynamic_energy", "buffer", PICOJOULES),
    "ic latency is": Measure("read_latency", "interconnect", NANOSECONDS),
    "ic readDynamicEnergy is": Measure("read_dynamic_energy", "interconnect", PICOJOULES),
}
"""Behind ``layer7's ``, for inference."""

_GROUPS = ((ADC, "adc"), (ACCUMULATION, "accumulation"), (OTHER, "other_peripheral"))

BREAKDOWN_LABELS: Mapping[str, Measure] = {
    f"{BREAKDOWN_PREFIX}{group} {printed} is": Measure(metric, component, quantity, order=order)
    for order, (printed, metric, quantity, group, component) in enumerate(
        (printed, metric, quantity, group, component)
        for printed, metric, quantity in (
            ("readLatency", "read_latency", NANOSECONDS),
            ("readDynamicEnergy", "read_dynamic_energy", PICOJOULES),
        )
        for group, component in _GROUPS
    )
}
"""The same six lines for every layer and for the chip, for inference."""

UTILIZATION_LABELS: Mapping[str, Measure] = {
    "Memory Utilization of Whole Chip": Measure("memory_utilization", "total", PERCENT)
}
"""Ends the floor plan."""

CLOCK_LABELS: Mapping[str, Measure] = {
    "Chip clock period is": Measure("clock_period", "total", NANOSECONDS),
}
"""In the summary of a synchronous chip, from V1.3 on."""

EARLY_CLOCK_LABELS: Mapping[str, Measure] = {
    "clkPeriod": Measure("clock_period", "total", PURE, is_printed_twice=True),
    "Chip clock period is": Measure("clock_period", "total", NANOSECONDS, is_printed_twice=True),
}
"""From V1.4 on the clock period is printed before the layers as well."""


def area_labels(*, other: str = OTHER_AREA, array: str | None = "Chip total CIM array") -> dict[str, Measure]:
    """Return the lines of the summary with areas.

    Parameters
    ----------
    other : str
        How the version calls what is neither ADC nor accumulation.
    array : str or None
        How it calls the memory arrays; None if it does not print their area.

    Returns
    -------
    dict of str to Measure
        By label.
    """
    components = {
        "ChipArea": "total",
        "Total IC Area on chip (Global and Tile/PE local)": "interconnect",
        f"Total {ADC} Area on chip": "adc",
        f"Total {ACCUMULATION} on chip": "accumulation",
        other: "other_peripheral",
    }
    if array is not None:
        components[array] = "cim_array"
    return {label: Measure("area", component, SQUARE_MICROMETRES) for label, component in components.items()}


def total_labels(latency: str = "Chip layer-by-layer readLatency (per image)") -> dict[str, Measure]:
    """Return the lines with the whole chip's latency, energy and leakage when layers run one after the other."""
    return _total_labels(latency, "Chip {}", "Chip total {}", LAYER_BY_LAYER)


def pipelined_total_labels() -> dict[str, Measure]:
    """Return the same lines of a pipelined chip."""
    pattern = "Chip pipeline-system {} (per image)"
    return _total_labels("Chip pipeline-system-clock-cycle (per image)", pattern, pattern, PIPELINED)


def _total_labels(latency: str, part: str, total: str, process: str) -> dict[str, Measure]:
    labels = {
        latency: Measure("read_latency", "total", NANOSECONDS, process),
        total.format("readDynamicEnergy"): Measure("read_dynamic_energy", "total", PICOJOULES, process),
        total.format("leakage Energy"): Measure("leakage_energy", "total", PICOJOULES, process),
        total.format("leakage Power"): Measure("leakage_power", "total", MICROWATTS, process),
        part.format("buffer readLatency"): Measure("read_latency", "buffer", NANOSECONDS, process),
        part.format("buffer readDynamicEnergy"): Measure("read_dynamic_energy", "buffer", PICOJOULES, process),
        part.format("ic readLatency"): Measure("read_latency", "interconnect", NANOSECONDS, process),
        part.format("ic readDynamicEnergy"): Measure("read_dynamic_energy", "interconnect", PICOJOULES, process),
    }
    return {f"{label} is": measure for label, measure in labels.items()}


def performance_labels(*names: str, processes: tuple[str, ...] = (LAYER_BY_LAYER, PIPELINED)) -> dict[str, Measure]:
    """Return the lines behind the banner Performance.

    Parameters
    ----------
    *names : str
        The ones that the version prints.
    processes : tuple of str
        The ones that the version knows.

    Returns
    -------
    dict of str to Measure
        By label.
    """
    known = {
        "Energy Efficiency TOPS/W": ("energy_efficiency", TERA),
        "Throughput TOPS": ("throughput", TERA),
        "Throughput FPS": ("frame_rate", PURE),
        "Compute efficiency TOPS/mm^2": ("compute_efficiency", TERA_PER_SQUARE_MILLIMETRE),
    }
    printed = {LAYER_BY_LAYER: "Layer-by-Layer Process", PIPELINED: "Pipelined Process"}
    return {
        f"{name} ({printed[process]})": Measure(known[name][0], "total", known[name][1], process)
        for process in processes
        for name in names
    }


ALL_PERFORMANCE = (
    "Energy Efficiency TOPS/W",
    "Throughput TOPS",
    "Throughput FPS",
    "Compute efficiency TOPS/mm^2",
)

SIZE_LABELS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Desired Conventional Mapped Tile Storage Size": ("conventional_mapping", ("tile_rows", "tile_columns")),
    "Desired Conventional PE Storage Size": (
        "conventional_mapping",
        ("processing_element_rows", "processing_element_columns"),
    ),
    "Desired Novel Mapped Tile Storage Size": (
        "novel_mapping",
        ("processing_elements_per_tile", "processing_element_rows", "processing_element_columns"),
    ),
    "User-defined SubArray Size": ("total", ("subarray_rows", "subarray_columns")),
}
"""Sizes such as ``512x512``: the component, and the metric of each factor."""

TABLE_TITLES: Mapping[str, tuple[str, ...]] = {
    "# of tile used for each layer": ("tiles",),
    "Speed-up of each layer": ("speed_up",),
    "Utilization of each layer": ("memory_utilization",),
}
"""Tables of ``layer7: v`` lines, by banner."""

BANNERS: Mapping[str, Stage] = {
    "FloorPlan": Stage.FLOOR_PLAN,
    "FloorPlan Done": Stage.FLOOR_PLAN_DONE,
    "Hardware Performance": Stage.LAYERS,
    "Summary": Stage.SUMMARY,
    "Performance": Stage.PERFORMANCE,
    "Hardware Performance Done": Stage.PERFORMANCE,
    "Simulation Performance": Stage.PERFORMANCE,
}
