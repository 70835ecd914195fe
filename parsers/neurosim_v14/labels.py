"""The lines of NeuroSim V1.4's C++ part: what is printed before a number, and which number it is.

Written from ``main.cpp`` of https://github.com/neurosim/DNN_NeuroSim_V1.4 (commit ac828e6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nnsreport.parsers.quantities import (
    MICROWATTS,
    NANOSECONDS,
    PERCENT,
    PICOJOULES,
    PURE,
    SQUARE_MICROMETRES,
    TERA,
    TERA_PER_SQUARE_MILLIMETRE,
    Quantity,
)

PIPELINED = "pipelined"
LAYER_BY_LAYER = "layer-by-layer"


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that a label announces.

    Attributes
    ----------
    metric : str
        Key of :data:`nnsreport.vocabulary.METRICS`.
    component : str
        Key of :data:`nnsreport.vocabulary.COMPONENTS`.
    quantity : Quantity
        How it is printed.
    process : str or None
        The process that only this label occurs in.
    order : int
        Place within its breakdown.
    is_printed_twice : bool
        Another line of a complete log prints the same number.
    """

    metric: str
    component: str
    quantity: Quantity
    process: str | None = None
    order: int = 0
    is_printed_twice: bool = False


_LATENCY = ("read_latency", NANOSECONDS)
_ENERGY = ("read_dynamic_energy", PICOJOULES)

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
"""Behind ``layer7's ``."""

_ADC = "ADC (or S/As and precharger for SRAM)"
_ACCUMULATION = "Accumulation Circuits (subarray level: adders, shiftAdds; PE/Tile/Global level: accumulation units)"
_OTHER = "Other Peripheries (e.g. decoders, mux, switchmatrix, buffers, IC, pooling and activation units)"
_OTHER_AREA = "Other Peripheries (e.g. decoders, mux, switchmatrix, buffers, pooling and activation units)"

BREAKDOWN_PREFIX = "----------- "

BREAKDOWN_LABELS: Mapping[str, Measure] = {
    f"{BREAKDOWN_PREFIX}{group} {printed} is": Measure(metric, component, quantity, order=order)
    for order, (printed, (metric, quantity), group, component) in enumerate(
        (printed, measured, group, component)
        for printed, measured in (("readLatency", _LATENCY), ("readDynamicEnergy", _ENERGY))
        for group, component in ((_ADC, "adc"), (_ACCUMULATION, "accumulation"), (_OTHER, "other_peripheral"))
    )
}
"""The same six lines for every layer and for the chip."""


def _chip_labels() -> dict[str, Measure]:
    area = SQUARE_MICROMETRES
    labels = {
        "ChipArea": Measure("area", "total", area),
        "Chip total CIM array": Measure("area", "cim_array", area),
        "Total IC Area on chip (Global and Tile/PE local)": Measure("area", "interconnect", area),
        f"Total {_ADC} Area on chip": Measure("area", "adc", area),
        f"Total {_ACCUMULATION} on chip": Measure("area", "accumulation", area),
        _OTHER_AREA: Measure("area", "other_peripheral", area),
        "clkPeriod": Measure("clock_period", "total", PURE, is_printed_twice=True),
        "Chip clock period is": Measure("clock_period", "total", NANOSECONDS, is_printed_twice=True),
        "Memory Utilization of Whole Chip": Measure("memory_utilization", "total", PERCENT),
    }
    labels |= _whole_chip_labels(
        "Chip layer-by-layer readLatency (per image)", "Chip {}", "Chip total {}", LAYER_BY_LAYER
    )
    pipelined = "Chip pipeline-system {} (per image)"
    labels |= _whole_chip_labels("Chip pipeline-system-clock-cycle (per image)", pipelined, pipelined, PIPELINED)
    for name, process in (("Layer-by-Layer Process", LAYER_BY_LAYER), ("Pipelined Process", PIPELINED)):
        labels[f"Energy Efficiency TOPS/W ({name})"] = Measure("energy_efficiency", "total", TERA, process)
        labels[f"Throughput TOPS ({name})"] = Measure("throughput", "total", TERA, process)
        labels[f"Throughput FPS ({name})"] = Measure("frame_rate", "total", PURE, process)
        labels[f"Compute efficiency TOPS/mm^2 ({name})"] = Measure(
            "compute_efficiency", "total", TERA_PER_SQUARE_MILLIMETRE, process
        )
    return labels


def _whole_chip_labels(latency: str, part: str, total: str, process: str) -> dict[str, Measure]:
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


CHIP_LABELS: Mapping[str, Measure] = _chip_labels()
"""Lines about the whole chip, floor plan to performance."""

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

TABLE_TITLES: Mapping[str, str] = {
    "# of tile used for each layer": "tiles",
    "Speed-up of each layer": "speed_up",
    "Utilization of each layer": "memory_utilization",
}
"""Tables of ``layer7: v`` lines, by banner."""

EXPECTED_IN_CHIP: frozenset[tuple[str, str]] = frozenset(
    (measure.component, measure.metric)
    for measure in (*CHIP_LABELS.values(), *BREAKDOWN_LABELS.values())
    if measure.metric != "clock_period"
)
"""Component and metric of every chip-level number that a complete log has; not all chips have a clock."""

EXPECTED_IN_LAYER: frozenset[tuple[str, str]] = frozenset(
    [(measure.component, measure.metric) for measure in (*LAYER_LABELS.values(), *BREAKDOWN_LABELS.values())]
    + [("total", metric) for metric in TABLE_TITLES.values()]
)
"""The same for each layer."""
