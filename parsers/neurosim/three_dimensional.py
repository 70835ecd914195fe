"""The two versions of 3D+NeuroSim: what each prints."""

from __future__ import annotations

import dataclasses
import re

from nnsreport.parsers.neurosim.dialect import Dialect, LinePattern, Measure
from nnsreport.parsers.neurosim.inference_versions import V13
from nnsreport.parsers.neurosim.labels import BANNERS, PIPELINED, TABLE_TITLES
from nnsreport.parsers.neurosim.stages import Stage
from nnsreport.parsers.quantities import PER_SQUARE_MILLIMETRE, PURE, SQUARE_MICROMETRES

_CITATION = (
    "X. Peng, W. Chakraborty, A. Kaul, W. Shim, M. S. Bakir, S. Datta, S. Yu, 'Benchmarking Monolithic 3D Integration "
    "for Compute-in-Memory Accelerators: Overcoming ADC Bottlenecks and Maintaining Scalability to 7nm or Beyond', "
    "IEEE International Electron Devices Meeting, 2020"
)

_LABELS = {
    **V13.chip_labels,
    "Chip Operation Temperature (K)": Measure("operating_temperature", "total", PURE),
    "Power Density W/mm^2 (Layer-by-Layer Process)": Measure("power_density", "total", PER_SQUARE_MILLIMETRE),
    "Power Density W/mm^2 (Pipelined Process)": Measure("power_density", "total", PER_SQUARE_MILLIMETRE, PIPELINED),
}

MONOLITHIC = dataclasses.replace(
    V13,
    name="neurosim-3d-monolithic-1.0",
    title="3D+NeuroSim V1.0, monolithic (inference)",
    citation=_CITATION,
    chip_labels=_LABELS,
    banners={**BANNERS, "Monolithic 3D Partition Results": Stage.FLOOR_PLAN_DONE},
    patterns=(
        LinePattern(
            re.compile(r"(?:Top Tier: (?P<top>.*)|Bottom Tier: (?P<bottom>.*?)) *"),
            settings={"top": "neurosim.top_tier", "bottom": "neurosim.bottom_tier"},
        ),
    ),
    flags=V13.flags | {"temp"},
    repeats_wrapper=True,
)

_OF_ONE_MODE = frozenset(
    [(part, "area") for part in ("memory_cube", "cim_array", "adc", "accumulation", "other_peripheral")]
    + [("memory_cube", "tiers")]
    + [("total", metric) for metric in ("tiers", "tiles", "memory_utilization", "memory_arrays", "memory_tier")]
)

HETEROGENEOUS: Dialect = dataclasses.replace(
    MONOLITHIC,
    name="neurosim-3d-heterogeneous-1.0",
    title="3D+NeuroSim V1.0, heterogeneous (inference)",
    table_titles={
        **TABLE_TITLES,
        "# of memory array used for each layer": ("memory_arrays",),
        "Tier # of each layer in the memory cube, larger value means in higher tier": ("memory_tier",),
    },
    banners={
        **BANNERS,
        "Heterogeneous 3D FloorPlan": Stage.FLOOR_PLAN,
        "Heterogeneous 3D FloorPlan Done": Stage.FLOOR_PLAN_DONE,
        "2D FloorPlan": Stage.FLOOR_PLAN,
        "2D FloorPlan Done": Stage.FLOOR_PLAN_DONE,
        "": Stage.NOTHING,
    },
    patterns=(
        LinePattern(
            re.compile(r"(?P<tiers>\d+)-Tier Chip Area : (?P<area>\S+)"),
            {"tiers": Measure("tiers", "total", PURE), "area": Measure("area", "total", SQUARE_MICROMETRES)},
            stage=Stage.SUMMARY,
        ),
        LinePattern(
            re.compile(r"(?P<tiers>\d+)-Tier Memory Cube Area : (?P<area>\S+)"),
            {
                "tiers": Measure("tiers", "memory_cube", PURE),
                "area": Measure("area", "memory_cube", SQUARE_MICROMETRES),
            },
            stage=Stage.SUMMARY,
        ),
        LinePattern(
            re.compile(r"Shrinked IC Area : (?P<area>\S+)"),
            {"area": Measure("area", "interconnect", SQUARE_MICROMETRES)},
            stage=Stage.SUMMARY,
        ),
    ),
    prose=(
        *V13.prose,
        "For layer-by-layer scheme, we assumed multiple memory tiers",
    ),
    unprinted=_OF_ONE_MODE,
)
"""Layer by layer it has memory tiers on a logic tier; a pipelined chip is planned in two dimensions."""
