"""Results of chips: what the cost model finds for each layer, and what follows for the chip.

Numbers of layers have the shape (..., layers), numbers of the chip (...,), where the dots are the design points of a
group, or nothing for a single chip. All are in SI units.
"""

from __future__ import annotations

from enum import StrEnum

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.floorplan import FloorPlan
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.records import dataclass


class Process(StrEnum):
    """How an image goes through the layers."""

    LAYER_BY_LAYER = "layer-by-layer"
    """One layer works at a time."""

    PIPELINED = "pipelined"
    """All layers work at a time, each on another image."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading takes for one image.

    Attributes
    ----------
    latency_s : float or Array
        Time in seconds; in clock cycles where a synchronous chip's clock is not applied yet.
    energy_j : float or Array
        Dynamic energy in joule.
    """

    latency_s: Quantity
    energy_j: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCost:
    """What reading takes, in all and by circuits.

    Attributes
    ----------
    total : Reading
        Of all circuits. The energies of ``adc``, ``accumulation`` and ``other`` add up to it; the latencies of a layer
        need not, as circuits work at the same time.
    buffer : Reading
        Buffers of processing elements, tiles and the chip; a part of ``other``.
    interconnect : Reading
        Buses and trees; a part of ``other``.
    adc : Reading
        Converters; sense amplifiers and prechargers of an SRAM that is read row by row.
    accumulation : Reading
        Adders and shift-adds of sub-arrays, and the adder trees above them.
    other : Reading
        Everything else: decoders, switch matrices, multiplexers, buffers, interconnect, pooling, activation.
    """

    total: Reading
    buffer: Reading
    interconnect: Reading
    adc: Reading
    accumulation: Reading
    other: Reading


@dataclass(frozen=True, slots=True)
class TileLeakage:
    """Leakage of one tile of each layer.

    Attributes
    ----------
    idle_w : float or Array, (..., layers)
        Of a tile that waits, in watt.
    in_use_w : float or Array, (..., layers)
        Of the memory cells that are not read while the tile works, in watt; 0 without SRAM.
    """

    idle_w: Quantity
    in_use_w: Quantity


@dataclass(frozen=True, slots=True)
class Leakage:
    """What leaks.

    Attributes
    ----------
    power_w : float or Array
        In watt.
    energy_j : float or Array
        For one image, in joule.
    """

    power_w: Quantity
    energy_j: Quantity


@dataclass(frozen=True, slots=True)
class Cost:
    """Latency and energies of layers, or of a chip.

    Attributes
    ----------
    reading : ReadCost
        Latency and dynamic energy.
    leakage : Leakage
        Power and energy.
    """

    reading: ReadCost
    leakage: Leakage


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipAreas:
    """Area of a chip in square metres.

    Attributes
    ----------
    total_m2 : float or Array, (...,)
        Of the chip. It is more than the sum of the others, as gaps within sub-arrays are only here.
    array_m2 : float or Array, (...,)
        Memory cells.
    interconnect_m2 : float or Array, (...,)
        Buses and trees, of the chip and within tiles and processing elements.
    adc_m2 : float or Array, (...,)
        As :class:`ReadCost` has it.
    accumulation_m2 : float or Array, (...,)
        As :class:`ReadCost` has it.
    other_m2 : float or Array, (...,)
        As :class:`ReadCost` has it, but without the interconnect.
    """

    total_m2: Quantity
    array_m2: Quantity
    interconnect_m2: Quantity
    adc_m2: Quantity
    accumulation_m2: Quantity
    other_m2: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Efficiencies:
    """What a chip achieves.

    Attributes
    ----------
    energy_efficiency_op_per_j : float or Array, (...,)
        Operations for a joule, leakage included; 1e12 of them are one TOPS/W.
    throughput_op_per_s : float or Array, (...,)
        Operations in a second.
    frames_per_s : float or Array, (...,)
        Images in a second.
    compute_efficiency_op_per_s_m2 : float or Array, (...,)
        Operations in a second on a square metre; 1e18 of them are one TOPS/mm^2.
    """

    energy_efficiency_op_per_j: Quantity
    throughput_op_per_s: Quantity
    frames_per_s: Quantity
    compute_efficiency_op_per_s_m2: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipResults:
    """Everything that the cost model tells of the chips of a group.

    Attributes
    ----------
    process : Process
        How images go through the layers.
    floor_plan : FloorPlan
        Tiles, copies and utilization of the layers.
    has_cut_cell_bits : bool or Array of bool, (...,)
        Cells were to hold more bits than a weight has, and hold as many as it has.
    sub_array_rows, sub_array_columns : float or Array, (...,)
        Cells.
    areas : ChipAreas
        Of the chip.
    clock_period_s : float, Array of shape (...,), or None
        None for an asynchronous chip.
    layers : Cost
        Numbers have the shape (..., layers).
    chip : Cost
        Numbers have the shape (...,).
    efficiencies : Efficiencies
        Of the chip.
    """

    process: Process
    floor_plan: FloorPlan
    has_cut_cell_bits: bool | Array
    sub_array_rows: Quantity
    sub_array_columns: Quantity
    areas: ChipAreas
    clock_period_s: Quantity | None
    layers: Cost
    chip: Cost
    efficiencies: Efficiencies
