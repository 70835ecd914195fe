"""Buffers of tiles: register files or SRAM arrays, in cores that work side by side."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from nnsreport.engine.cost.components.register_buffer import RegisterBuffer, register_buffer
from nnsreport.engine.cost.components.sram_buffer import SramBuffer, sram_buffer
from nnsreport.engine.cost.components.sram_cell import SramCell, sram_cell
from nnsreport.engine.cost.components.whole_numbers import truncated
from nnsreport.engine.cost.given import Access, MemoryCell
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.primitives.kinds import Channel
from nnsreport.engine.cost.primitives.transistor import gate_capacitance, on_resistance
from nnsreport.engine.cost.processing_element.adding import over_parts
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.results import Reading
from nnsreport.engine.cost.technology import Technology


@dataclass(frozen=True, slots=True)
class TileBuffer:
    """A buffer of equal cores.

    Attributes
    ----------
    core : RegisterBuffer or SramBuffer
        One of them.
    cores : float or Array
        Number of cores.
    line_bits : float or Array
        Bits that a core accesses at a time.
    sensed_v : float or Array
        Difference of the bit lines that is sensed, in volts.
    parameters : Parameters
        Of the design points.
    """

    core: RegisterBuffer | SramBuffer
    cores: Quantity
    line_bits: Quantity
    sensed_v: Quantity
    parameters: Parameters

    @property
    def area_m2(self) -> Quantity:
        """Area of all cores."""
        return self.core.area_m2 * self.cores

    @property
    def leakage_w(self) -> Quantity:
        """Leakage of one core, which NeuroSim takes for that of all."""
        return self.core.leakage_w

    def transfer(self, bits: Quantity, bus_bits: Quantity) -> Reading:
        """Return what it takes to write bits to the buffer, and to read them again, each for half of them.

        Parameters
        ----------
        bits : float or Array, (..., parts)
            That are written or read.
        bus_bits : float or Array, (...,)
            Width of the bus behind the buffer; so many cores work side by side as it takes.

        Returns
        -------
        Reading
            (..., parts); in cycles or seconds.
        """
        xp = namespace_among(self.line_bits, bus_bits, self.cores)
        lines = bits / over_parts(self.line_bits) / 2
        busy = xp.minimum(self.cores, xp.ceil(bus_bits / self.line_bits))
        latency = lines * over_parts(self._line_latency() / busy)
        return Reading(latency, lines * over_parts(self._line_energy_j()))

    def _line_latency(self) -> Quantity:
        """Return the cycles or seconds to write a line and to read one."""
        if self.parameters.is_synchronous:
            return 2.0
        if isinstance(self.core, SramBuffer):
            # Bit lines of a chip without SRAM cells: NeuroSim multiplies inf and 0.
            with np.errstate(divide="ignore", invalid="ignore"):
                return self.core.read_latency_s(1.0, self.sensed_v) + self.core.write_latency_s(1.0)
        return self.core.latency_s(1.0) + self.core.latency_s(1.0)

    def _line_energy_j(self) -> Quantity:
        """Return the energy to write a line and to read one."""
        if isinstance(self.core, SramBuffer):
            return self.core.read_energy_j(self.line_bits, 1.0) + self.core.write_energy_j(self.line_bits, 1.0)
        activity = self.parameters.flip_flop_activity
        return self.core.read_energy_j(self.line_bits, 1.0, activity) + self.core.write_energy_j(
            self.line_bits, 1.0, activity
        )


def tile_buffer(
    bits: Quantity, line_bits: Quantity, counted_bits: Quantity, parameters: Parameters, technology: Technology
) -> TileBuffer:
    """Return a buffer of a tile.

    Parameters
    ----------
    bits : float or Array
        That it has to hold. With synchronous transfer it is one array; else one that is smaller than a core stays as
        it is, and others become cores.
    line_bits : float or Array
        Bits of a line of such a single array.
    counted_bits : float or Array
        Bits from which NeuroSim counts the cores.
    parameters : Parameters
        Of the design points.
    technology : Technology
        Of the transistors.

    Returns
    -------
    TileBuffer
        Of registers or SRAM.

    References
    ----------
    NeuroSim V1.4, Tile.cpp, TileInitialize.
    """
    p = parameters
    core_bits = p.tile_buffer_core_rows * p.tile_buffer_core_columns
    cores = namespace_among(counted_bits, core_bits).ceil(counted_bits / core_bits)
    if not p.has_synchronous_transfer:
        is_small = bits < core_bits
        line_bits = select(is_small, line_bits, p.tile_buffer_core_columns)
        bits = select(is_small, bits, core_bits)
    return TileBuffer(
        core=_core(bits, line_bits, p, technology),
        cores=cores,
        line_bits=truncated(line_bits),
        sensed_v=p.least_sensed_voltage_v if p.cell is MemoryCell.SRAM else 0.0,
        parameters=p,
    )


def _core(bits: Quantity, line_bits: Quantity, p: Parameters, technology: Technology) -> RegisterBuffer | SramBuffer:
    # NeuroSim makes the buffers of tiles as peBufferType says.
    if not p.has_sram_pe_buffers:
        return register_buffer(
            bits,
            line_bits,
            p.word_line_decoder_sizing,
            technology,
            special_layout=p.has_special_layout,
            control_activity=p.control_activity,
        )
    return sram_buffer(
        bits,
        line_bits,
        buffer_cell(p, technology),
        (p.metal0_resistance_per_m, p.metal1_resistance_per_m, p.wire_resistance_per_m),
        p.word_line_decoder_sizing,
        technology,
        is_synchronous=p.is_synchronous,
        control_activity=p.control_activity,
    )


def buffer_cell(parameters: Parameters, technology: Technology) -> SramCell:
    """Return the cell of SRAM buffers, as NeuroSim has it in chips of each kind of memory.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.
    technology : Technology
        Of the transistors.

    Returns
    -------
    SramCell
        In a chip of RRAM or FeFET the access transistor is that of such a cell, or none, and the others have no width.
    """
    p = parameters
    size = p.sram_cell_height_f, p.sram_cell_width_f
    if p.cell is MemoryCell.SRAM:
        return sram_cell(*size, p.sram_access_width_f, p.sram_nmos_width_f, p.sram_pmos_width_f, technology)
    unit_m = technology.feature_size_m if technology.is_planar else 2 * technology.feature_size_m
    width_m: Quantity = 0.0
    if p.access is Access.TRANSISTOR:
        wanted_ohm = p.on_resistance_ohm * technology.constants.ir_drop_tolerance
        linear_ohm = on_resistance(unit_m, Channel.NMOS, technology) * technology.constants.linear_region_ratio
        width_m = linear_ohm / wanted_ohm * unit_m
    return dataclasses.replace(
        sram_cell(*size, 1.0, 1.0, 1.0, technology),
        access_ohm=math.inf,
        pull_down_ohm=math.inf,
        word_line_f=2 * gate_capacitance(width_m, technology),
        storage_f=0.0,
        leakage_w=0.0,
    )
